"""Searches with real runs, as somebody at a terminal starts them."""

import errno
import inspect
import sys
from pathlib import Path

import pandas as pd
import pytest
from sheets import study, written
from typer.testing import CliRunner
from worlds import assert_same, read

from feedsim.cli import app
from feedsim.report import write_report
from feedsim.results import find_runs, open_run, read_summary
from feedsim.scenario import Study, load_study
from feedsim.study import searching
from feedsim.study.engines.here import HereEngine
from feedsim.study.frontier import read_frontier
from feedsim.study.scripting import run
from feedsim.study.searching import load_search, optimize_and_show

SEARCH = """
name: tiny
question: What can be had for what?
days: 1
burn_in_days: 1
tick_minutes: 120
population: {users: 150}
detectors: {kind: oracle}
ranker: {kind: engagement, trees: 5, leaves: 4}
policies: {d: {kind: demote, harm: misinformation, strength: 0}}
seeds: 2
optimize:
  levers:
    policies.d.strength: {low: 0, high: 1}
    ranker.weights: {choices: [facebook_2017, {like: 1, comment: 30}]}
  objectives: {engagement_value: up, "prevalence[misinformation]": down, widest_gap: down}
  constraints: [engagement_value >= 10 % of base]
  trials: 4
  at_once: 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a search has been run to its end."""
    folder = tmp_path_factory.mktemp("search")
    assert optimize_and_show(tiny(folder), folder / "runs", HereEngine(), quiet=True) == 0
    return folder / "runs" / "tiny"


def tiny(folder: Path) -> Study:
    return study(folder, SEARCH)


def runs(folder: Path) -> dict[Path, int]:
    """Every run, and when it was finished."""
    return {path: path.stat().st_mtime_ns for path in folder.glob("*/seed=*/manifest.json")}


def test_trials_are_arms_and_the_base_is_one_of_them(folder: Path) -> None:
    found = read_frontier(folder)
    assert found is not None
    assert found.rows["arm"].iloc[0] == "baseline"
    assert {run.arm for run in find_runs(folder)} == set(found.rows["arm"])
    assert {(run.arm, run.seed) for run in find_runs(folder)} == {(a, s) for a in found.rows["arm"] for s in (1, 2)}
    assert set(read_summary(folder)["arm"]) == set(found.rows["arm"])


def test_the_figures_are_those_of_the_summary(folder: Path) -> None:
    found, cells = read_frontier(folder), read_summary(folder)
    assert found is not None
    mine = cells[(cells["metric"] == "prevalence") & (cells["harm"] == "misinformation") & (cells["group"] == "")]
    mine = mine[mine["part"] == ""].groupby("arm", observed=True)["value"].mean()
    told = found.rows.set_index("arm")["objective:prevalence[misinformation]:mean"]
    assert told.to_dict() == pytest.approx(mine[told.index].to_dict())


def test_the_same_command_runs_nothing_again_and_says_the_same(folder: Path) -> None:
    before, table = runs(folder), pd.read_parquet(folder / "frontier.parquet")
    assert optimize_and_show(tiny(folder.parents[1]), folder.parent, HereEngine(), quiet=True) == 0
    assert runs(folder) == before
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "frontier.parquet"), table, check_exact=True)


def test_a_longer_search_keeps_what_there_is(folder: Path, tmp_path: Path) -> None:
    before = runs(folder)
    longer = load_search(tiny(folder.parents[1]).file, (), (), trials=5)
    assert optimize_and_show(longer, folder.parent, HereEngine(), quiet=True) == 0
    after = runs(folder)
    assert {path: after[path] for path in before} == before
    assert len(after) <= len(before) + 2
    assert optimize_and_show(tiny(folder.parents[1]), folder.parent, HereEngine(), quiet=True) == 0


def test_every_point_is_a_scenario_that_runs_to_the_same_figures(folder: Path, tmp_path: Path) -> None:
    """To the bit: every table of every seed is that of the trial."""
    found = read_frontier(folder)
    assert found is not None
    assert sorted(path.stem for path in (folder / "frontier").glob("*.yaml")) == list(found.points["point"])
    for row in found.points.itertuples():
        point = load_study(folder / "frontier" / f"{row.point}.yaml")
        assert (point.name, point.seeds) == (f"tiny-{row.point}", (1, 2))
        for again in run(point, tmp_path, engine="here"):
            trial = folder / row.arm / again.folder.name
            assert again.manifest["content_hash"] == open_run(trial).manifest["content_hash"]
            assert_same(read(again.folder), read(trial))


def test_the_report_shows_the_search(folder: Path) -> None:
    found, page = read_frontier(folder), (folder / "report.html").read_text(encoding="utf-8")
    assert found is not None
    assert "What can be had for what?" in page
    for title in ("What does prevalence[misinformation] cost in engagement_value?", "Would a longer search find more?"):
        assert title in page
    assert all(
        f"{point} ({arm})" in page for point, arm in zip(found.points["point"], found.points["arm"], strict=True)
    )
    # Without a search there is no such section.
    (folder / "frontier.parquet").rename(folder / "away")
    assert "Would a longer search" not in write_report(folder).read_text(encoding="utf-8")
    (folder / "away").rename(folder / "frontier.parquet")


def test_what_can_t_be_written_is_told_and_ends_with_1(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*said: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(searching, "write_points", full)
    assert optimize_and_show(tiny(folder.parents[1]), folder.parent, HereEngine(), quiet=True) == 1
    assert capsys.readouterr().err == "failed  tiny: what was found can't be written: No space left on device\n"


def test_a_search_from_other_settings_is_not_in_the_report(tmp_path: Path) -> None:
    """It stays in its file, and is shown again with runs of what it was made of."""
    place, said = tmp_path / "runs", study(tmp_path, SEARCH.replace("trials: 4", "trials: 1"))
    assert optimize_and_show(said, place, HereEngine(), quiet=True) == 0
    page = place / "tiny" / "report.html"
    for sets, is_shown in ((["days=2"], False), ([], True)):
        run(load_study(said.file, sets), place, engine="here")
        assert ("Would a longer search find more?" in page.read_text(encoding="utf-8")) is is_shown
        assert read_frontier(place / "tiny") is not None


def test_a_search_for_one_thing_has_a_chart_too(tmp_path: Path) -> None:
    text = SEARCH.replace(', "prevalence[misinformation]": down, widest_gap: down', "").replace(
        "trials: 4", "trials: 1"
    )
    assert optimize_and_show(study(tmp_path, text), tmp_path / "runs", HereEngine(), quiet=True) == 0
    page = (tmp_path / "runs" / "tiny" / "report.html").read_text(encoding="utf-8")
    assert "What engagement_value did the trials come to?" in page


def test_a_file_that_says_nothing_of_a_search_is_a_wrong_input(tmp_path: Path) -> None:
    path = written(tmp_path, "days: 1\n")
    done = CliRunner().invoke(app, ["optimize", str(path)])
    assert done.exit_code == 2
    assert "does not say what to search for; it should have the block optimize" in done.stderr
    assert not (tmp_path / "runs").exists()


def test_an_arm_of_the_study_is_not_mixed_up_with_one_of_the_search(tmp_path: Path) -> None:
    path = written(tmp_path, SEARCH + "arms: {baseline: {days: 2}, trial-001: {days: 3}, other: {days: 4}}\n")
    done = CliRunner().invoke(app, ["optimize", str(path)])
    assert done.exit_code == 2
    told = done.stderr.splitlines()
    assert [line.split(": ")[1] for line in told] == ["arms.baseline", "arms.trial-001"]
    assert all("a search calls its arms baseline and trial-001" in line for line in told)
    assert load_search(written(tmp_path, SEARCH + "arms: {baseline: {}}\n"), (), (), None).arms


def test_the_terminal_is_told_of_the_points(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert optimize_and_show(tiny(folder.parents[1]), folder.parent, HereEngine(), quiet=False) == 0
    out, err = capsys.readouterr()
    assert "search  tiny: 4 of 4 trials" in err
    assert "4 trials besides baseline." in out
    assert f"Points: {folder / 'frontier'}" in out


def test_policies_of_one_s_own_go_with_the_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "from typing import Literal\nimport numpy as np\nfrom feedsim.integrity.policies import Policy\n\n"
        "class Halve(Policy):\n    kind: Literal['my_halves.Halve']\n    keep_share: float = 0.5\n\n"
        "    def factor(self, world, c):\n        return np.full(len(c), self.keep_share, np.float32)\n"
    )
    written(tmp_path, code, "my_halves.py")
    text = SEARCH.replace("{d: {kind: demote, harm: misinformation, strength: 0}}", "{h: {kind: my_halves.Halve}}")
    text = text.replace("policies.d.strength", "policies.h.keep_share").replace("trials: 4", "trials: 1")
    said = load_search(written(tmp_path, text), (), (1,), None, allow_code=True)
    assert optimize_and_show(said, tmp_path / "runs", HereEngine(), quiet=True) == 0
    point = tmp_path / "runs" / "tiny" / "frontier" / "point-01.yaml"
    # As another process would find it, which has loaded nothing yet.
    monkeypatch.delitem(sys.modules, "my_halves")
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path != str(tmp_path)])
    (policy,) = load_study(point, allow_code=True).scenario.policies.values()
    assert inspect.getfile(type(policy)) == str(point.parent / "my_halves.py")
