"""A policy of one's own, in a file beside the study: loaded only where that is allowed."""

import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner
from worlds import read

from feedsim.cli import app
from feedsim.faults import Faults
from feedsim.scenario import Scenario, Study, content_hash, dump, load_study

CODE = '''
"""Twelve lines: nothing that somebody published at night is shown."""
from typing import Literal
from feedsim.integrity.policies import Policy


class Night(Policy):
    """Take posts of the night out of the feed."""

    kind: Literal["night_law.Night"]
    until_hour: int = 6

    def keep(self, world, c):
        minute = world.posts.minute[c.post - world.posts.base] % 1440
        return minute >= 60 * self.until_hour


class Nameless(Policy):
    """Does not say its kind."""
'''
STUDY = """\
name: night
days: 1
burn_in_days: 1
tick_minutes: 60
population: {users: 60}
ranker: {kind: chronological}
measures: {impression_sample: 1.0}
policies:
  night: {kind: night_law.Night, until_hour: 8}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A study, and the policy beside it; forgotten afterwards."""
    (tmp_path / "night_law.py").write_text(CODE)
    (tmp_path / "night.yaml").write_text(STUDY)
    path, modules = list(sys.path), set(sys.modules)
    yield tmp_path
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith(("night_law", "broken_law")):
            del sys.modules[name]


def study(folder: Path, *sets: str, allow_code: bool = True) -> Study:
    return load_study(folder / "night.yaml", sets=sets, allow_code=allow_code)


def told(folder: Path, *sets: str, allow_code: bool = True) -> list[str]:
    with pytest.raises(Faults) as error:
        study(folder, *sets, allow_code=allow_code)
    return str(error.value).replace(f"{folder}/", "").splitlines()


def test_without_permission_it_is_a_fault_in_a_line_and_no_code_is_run(folder: Path) -> None:
    (folder / "night_law.py").write_text("raise SystemExit('it was run')")
    fault = (
        "night.yaml:9: policies.night.kind: 'night_law.Night' is code of somebody's own, which a study file may not "
        "run by itself; read the code, then allow it with --allow-code"
    )
    assert told(folder, allow_code=False) == [fault]
    result = CliRunner().invoke(app, ["run", str(folder / "night.yaml"), "--out", str(folder / "runs")])
    assert result.exit_code == 2
    assert result.stderr.replace(f"{folder}/", "").splitlines() == [fault]
    assert not (folder / "runs").exists()
    assert "night_law" not in sys.modules


def test_with_permission_it_is_a_policy_like_any_other(folder: Path) -> None:
    scenario = study(folder).scenario
    assert type(scenario) is Scenario
    assert type(scenario.policies["night"]).__name__ == "Night"
    assert scenario.policies["night"].model_dump() == {
        "start_day": 0, "end_day": None, "for": None, "kind": "night_law.Night", "until_hour": 8,
    }  # fmt: skip
    assert study(folder, "policies.night.until_hour=3").scenario.policies["night"].model_dump()["until_hour"] == 3
    (folder / "again.yaml").write_text(dump(scenario, "night"))
    assert load_study(folder / "again.yaml", allow_code=True).scenario == scenario
    assert pickle.loads(pickle.dumps(scenario)) == scenario


@pytest.mark.parametrize(
    ("sets", "fault"),
    [
        (["policies.night.until_hour=x"], "--set: policies.night.until_hour: 'x'; it should be a whole number"),
        (["policies.night.untill=3"], "--set: policies.night.untill: unknown key; did you mean 'until_hour'?"),
        (
            ["policies.night.kind=night_law.Nigt"],
            "--set: policies.night.kind: the module night_law has no policy 'Nigt'; did you mean 'Night'?",
        ),
        (
            ["policies.night.kind=night_law.Nameless"],
            "--set: policies.night.kind: Nameless does not say that it is 'night_law.Nameless'; "
            'it should have the line kind: Literal["night_law.Nameless"]',
        ),
        (
            ["policies.night.kind=day_law.Day"],
            "--set: policies.night.kind: there is no module day_law; it should be day_law.py beside the "
            "study file, or on Python's path",
        ),
        (
            ["policies.night.kind=broken_law.Any"],
            "--set: policies.night.kind: broken_law can't be loaded (ZeroDivisionError: division by zero); "
            "its code should run",
        ),
    ],
)
def test_what_is_wrong_with_it_is_told_in_a_line(folder: Path, sets: list[str], fault: str) -> None:
    (folder / "broken_law.py").write_text("1 / 0\n")
    assert told(folder, *sets) == [fault]


def test_two_files_of_one_name_are_not_taken_for_one_another(folder: Path) -> None:
    study(folder)
    other = folder / "other"
    other.mkdir()
    (other / "night_law.py").write_text(CODE)
    (other / "night.yaml").write_text(STUDY)
    assert told(other) == [
        f"night.yaml:9: policies.night.kind: another module night_law was loaded before this one, "
        f"{folder.resolve()}/night_law.py; one of them should have another name".replace(f"{other}/", "")
    ]


def test_what_a_run_follows_from_includes_the_bytes_of_the_file(folder: Path) -> None:
    scenario = study(folder).scenario
    before = content_hash(scenario, 1, "0")
    assert content_hash(study(folder).scenario, 1, "0") == before
    (folder / "night_law.py").write_text(CODE + "# a word more\n")
    assert content_hash(scenario, 1, "0") != before


def test_it_runs_in_worker_processes_and_does_what_it_says(folder: Path) -> None:
    arguments = ["run", str(folder / "night.yaml"), "--seed", "1", "--out", str(folder / "runs"), "--allow-code"]
    result = CliRunner().invoke(app, [*arguments, "--workers", "1", "--quiet"])
    assert result.exit_code == 0, result.stderr
    tables = read(folder / "runs" / "night" / "baseline" / "seed=1")
    rows, posts = tables["impressions"], tables["posts"]
    shown = rows.dropna(subset="rank").query("tick >= 0").merge(posts[["key", "minute"]], on="key")
    assert len(shown) > 50
    assert (shown.minute % 1440 >= 480).all()
