"""What a what-if can begin with: an arm that lies in the folder, read as data, and what can't be is told."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboard.shelf import StudyFolder
from dashboard.whatif.beginning import Beginning, beginning, places, plain_beginning
from dashboard.whatif.settings import defaults
from dashboard.whatif.small import small
from dashboard.whatif.study import QUICK, WhatIf
from feedsim.results import NotARun
from feedsim.scenario import dump, load_study

ARM = """
days: 9
tick_minutes: 30
population:
  users: 7000
  groups:
    leaning: {shares: {left: 0.4, right: 0.6}}
    dialect: {shares: {high: 0.2, low: 0.8}, visible_to_company: true, modifiers: {low: {discernment: -1}}}
harms: {hate: null, extremism: {enabled: true}}
people: {responses: {base_rates: {like: 0.2}}}
ranker: {kind: engagement, weights: {like: 1, comment: 15}}
detectors: {kind: learned, retrain_days: 1, min_positives: 30}
review: {kind: desk, outcomes: {misinformation: nothing}, group_thresholds: {dialect: {low: 0.4}}}
policies:
  soft: {kind: demote, harm: extremism, strength: 0.3}
  firm: {kind: remove, harm: misinformation, for: {groups: {dialect: [low]}}}
"""


def stored(root: Path, text: str, arm: str = "tried", assumption: str = "") -> StudyFolder:
    """A study with one run, of which only the scenario matters."""
    folder = root / "study" / arm / assumption / "seed=1"
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text(text)
    (folder / "manifest.json").write_text("{}")
    return StudyFolder("study", root / "study", root)


def resolved(folder: Path, text: str) -> str:
    """The whole scenario of a study file, as a run keeps it."""
    (folder / "given.yaml").write_text(text)
    return dump(load_study(folder / "given.yaml").scenario, "study", "why?")


def begun(study: StudyFolder) -> Beginning:
    (run,) = places(study).values()
    return beginning(study.root, run)


def test_as_it_is_has_the_settings_of_the_stored_arm_at_the_size_of_the_what_if(tmp_path: Path) -> None:
    study = stored(tmp_path, resolved(tmp_path, ARM))
    text = WhatIf("", begun(study).world, {}).text("what-if", QUICK["tiny"])
    (tmp_path / "what-if.yaml").write_text(text)
    (tmp_path / "same.yaml").write_text(
        ARM.replace("days: 9", "days: 1\nburn_in_days: 1").replace("users: 7000", "users: 400")
    )
    there = load_study(tmp_path / "what-if.yaml").arms["as_it_is"]
    assert there == load_study(tmp_path / "same.yaml").scenario
    assert len(text) < 0.35 * len(dump(there))


def test_what_has_no_field_is_named(tmp_path: Path) -> None:
    (said,) = begun(stored(tmp_path, resolved(tmp_path, ARM))).told
    assert said == "Carried along as it is, without a field here: harms.hate."


def test_the_default_world_suspects_posts() -> None:
    assert small(plain_beginning().world) == {"detectors": {"kind": "oracle"}}


def test_every_arm_and_assumption_can_be_begun_with(tmp_path: Path) -> None:
    stored(tmp_path, "days: 3\n", "a", "x=1")
    study = stored(tmp_path, "days: 3\n", "b", "x=2")
    assert list(places(study)) == ["a/x=1", "b/x=2"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it should"),
        ("[1, 2]", "says nothing"),
        ("days: [", "can't be read as YAML"),
        ("days: 3\ntick_minutes: -5\n", "tick_minutes: -5; it should be at least 1"),
        ("days: &a 3\nburn_in_days: *a\n", "alias"),
        ("days: 3\nfeed: {invented: 3}\n", "feed.invented: unknown key"),
        ("policies: {x: {kind: my_code.Mine}}\n", "code of somebody's own"),
        ("days: 3\n" + "#" * 1_100_000, "1 MB"),
    ],
)
def test_a_damaged_scenario_is_a_sentence(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(NotARun, match="tried: nothing can begin with its scenario") as error:
        begun(stored(tmp_path, text))
    assert why in str(error.value)
    assert str(tmp_path) not in str(error.value)


def test_what_no_run_writes_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("tick_minutes: 5\n")
    study = stored(tmp_path, f"days: 3\nextends: {tmp_path / 'secret.yaml'}\narms: {{x: {{days: 4}}}}\n")
    assert begun(study).world["tick_minutes"] == 15


def edges(file: Path) -> Path:
    file.write_text("source,target\n" + "".join(f"{i},{i + 1}\n" for i in range(300)))
    return file


def of_graph(path: Path | str) -> str:
    return yaml.safe_dump({"days": 3, "population": {"users": 500}, "graph": {"kind": "edges", "path": str(path)}})


def test_a_file_in_the_folder_is_carried_along_by_its_path(tmp_path: Path) -> None:
    file = edges(tmp_path / "edges.csv")
    start = begun(stored(tmp_path, of_graph(file)))
    assert start.world["graph"]["path"] == str(file)
    assert small(start.world)["graph"] == {"kind": "edges", "path": str(file)}
    assert "from the file edges.csv in this folder" in start.told[0]


@pytest.mark.parametrize("how", ["outside", "link", "relative", "variable"])
def test_a_file_outside_of_the_folder_is_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    root = tmp_path / "runs"
    root.mkdir()
    outside = edges(tmp_path / "edges.csv")
    (root / "edges.csv").symlink_to(outside)
    monkeypatch.setenv("SOMEWHERE", str(tmp_path))
    paths: dict[str, Any] = {
        "outside": outside, "link": root / "edges.csv", "relative": "../edges.csv",
        "variable": "${SOMEWHERE}/edges.csv",
    }  # fmt: skip
    start = begun(stored(root, of_graph(paths[how])))
    assert start.world["graph"] == defaults()["graph"]
    assert "edges.csv, which does not lie in this folder and is not read" in start.told[0]


def test_a_scenario_that_is_a_link_out_of_the_folder_is_not_read(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    study = stored(root, "days: 3\n")
    (run,) = places(study).values()
    (tmp_path / "other.yaml").write_text("days: 3\n")
    (run.path / "scenario.yaml").unlink()
    (run.path / "scenario.yaml").symlink_to(tmp_path / "other.yaml")
    with pytest.raises(NotARun, match="outside"):
        beginning(root, run)
