"""The page What if: a form from a link, what it refuses, what it starts, and what came out."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
import studies
import yaml
from boards import opened, said, titles
from streamlit.testing.v1 import AppTest
from test_whatif_starting import Sleeper

from dashboard.whatif import starting
from dashboard.whatif.records import heard, so_far_rows
from feedsim.results import RunPath

ARMS = ("as_it_is", "what_if")
FILE = "name: what-if\ndays: 6\nburn_in_days: 2\n"


@pytest.fixture(autouse=True)
def nothing_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "_started", {})


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The study files of what is started, in place of the runs."""
    files: list[str] = []

    def start(root: Path, name: str, text: Any) -> str:
        files.append(text(name))
        return name

    monkeypatch.setattr(starting, "start", start)
    return files


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with a what-if that has run."""
    for i, arm in enumerate(ARMS):
        monkeypatch.setitem(studies.ENGAGEMENT, arm, 2.0 - 0.1 * i)
        for harm in studies.PREVALENCE:
            monkeypatch.setitem(studies.PREVALENCE[harm], arm, 0.03 - 0.01 * i)
    studies.write_study(tmp_path / "what-if", ARMS, seeds=2)
    (tmp_path / "what-if" / starting.FILE).write_text(FILE)
    return tmp_path


def button(app: AppTest, label: str) -> Any:
    return next(one for one in app.button if one.label == label)


def labels(app: AppTest) -> set[str]:
    return {one.label for one in (*app.slider, *app.number_input, *app.selectbox, *app.multiselect, *app.toggle)}


def test_a_link_fills_the_form_in_and_what_is_run_says_just_that(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str]
) -> None:
    address = {"policy": "demote", "demote.strength": "0.8", "name": "less-lies", "size": "tiny"}
    app = opened(monkeypatch, tmp_path, "whatif", **address)
    assert not app.exception
    assert {"Strength", "Threshold", "Curve", "Steepness"} <= labels(app)
    button(app, "Run quickly").click().run()
    (file,) = started
    change = {"policies": {"demote": {"kind": "demote", "harm": "misinformation", "strength": 0.8}}}
    assert yaml.safe_load(file) == {
        "name": "less-lies", "question": "What changes with demote?", "days": 1, "burn_in_days": 1,
        "detectors": {"kind": "oracle"}, "population": {"users": 400},
        "arms": {"as_it_is": {}, "what_if": change}, "seeds": 1,
    }  # fmt: skip


def test_sliders_and_explanations_come_with_the_figure_behind_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = opened(monkeypatch, tmp_path, "whatif", policy="warning_label")
    text = said(app)
    assert "Put a warning on probable harm" in text
    assert "27.6 % less belief and 24.7 % less sharing" in text
    assert "assumption, no published figure" in text
    strength = next(one for one in app.slider if one.label == "Sharing cut")
    assert (strength.min, strength.max, strength.value) == (0, 1, 0.247)


@pytest.mark.parametrize("kind", ["strikes", "reaction_weights", "crowd_notes", "human_review", "fact_check"])
def test_policies_with_settings_of_every_kind_can_be_chosen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str], kind: str
) -> None:
    app = opened(monkeypatch, tmp_path, "whatif", policy=kind, **{"world.review": "desk"})
    assert not app.exception
    assert [one.value for one in app.error] == []
    button(app, "Run quickly").click().run()
    (policy,) = yaml.safe_load(started[0])["arms"]["what_if"]["policies"].values()
    assert policy["kind"] == kind


def test_one_policy_against_two_harms_is_two_policies(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str]
) -> None:
    app = opened(monkeypatch, tmp_path, "whatif", policy="remove")
    next(one for one in app.multiselect if one.label == "Class of harm").set_value(["misinformation", "hate"]).run()
    button(app, "Run quickly").click().run()
    assert list(yaml.safe_load(started[0])["arms"]["what_if"]["policies"]) == ["remove_misinformation", "remove_hate"]


def test_any_other_setting_can_be_changed_in_what_if_or_in_the_world(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str]
) -> None:
    address = {"set": "feed.slate", "feed.slate": "10", "world.set": "content.narratives", "ranker": "chronological"}
    app = opened(monkeypatch, tmp_path, "whatif", **address)
    assert not app.exception
    button(app, "Run quickly").click().run()
    file = yaml.safe_load(started[0])
    assert file["arms"]["what_if"] == {"ranker": {"kind": "chronological"}, "feed": {"slate": 10}}
    assert file["content"] == {"narratives": 24}


def test_what_is_wrong_is_a_sentence_and_nothing_can_be_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str]
) -> None:
    app = opened(monkeypatch, tmp_path, "whatif", policy="demote", **{"world.detectors": "none"})
    assert not app.exception
    assert (
        "demote acts on what detectors believe, and there are none; detectors.kind should be another than none"
        in said(app)
    )
    assert [one.label for one in app.button if one.label.startswith("Run")] == []


def test_a_form_without_a_change_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    app = opened(monkeypatch, tmp_path, "whatif")
    assert "Nothing is different yet" in said(app)
    assert button(app, "Run quickly").disabled


def test_a_world_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    app = opened(monkeypatch, tmp_path, "whatif", policy="reconsider", size="own", users="50000")
    assert "at most 100\u202f000 may be run from here" in said(app)
    assert button(app, "Run quickly").disabled


@pytest.mark.parametrize("name", ["../up", "$(id)", "UP", "a b"])
def test_a_name_that_is_no_slug_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    app = opened(monkeypatch, tmp_path, "whatif", policy="reconsider", name=name)
    assert f"{name} can't be a name" in said(app)
    assert list(tmp_path.iterdir()) == []


def test_a_dashboard_of_one_study_runs_nothing_into_it(monkeypatch: pytest.MonkeyPatch, done: Path) -> None:
    app = opened(monkeypatch, done / "what-if", "whatif", policy="reconsider")
    assert "started for one study" in said(app)
    assert button(app, "Run quickly").disabled


def test_the_answer_is_engagement_and_harm_with_differences(monkeypatch: pytest.MonkeyPatch, done: Path) -> None:
    app = opened(monkeypatch, done, "whatif", run="what-if")
    assert not app.exception
    values = {one.label.replace("\\", ""): (one.value, one.delta) for one in app.metric}
    assert values["misinformation, % of impressions"][0].startswith(("2", "1.9"))
    assert "from" in values["engagement, points per person and day"][1]
    assert "What does each arm pay in harm for its engagement?" in titles(app)
    differences = app.dataframe[-1].value
    assert set(differences["arm"]) == {"what_if"}
    assert "95 % interval" in differences


@pytest.mark.parametrize("run", ["nobody", "../x", "what-if/what_if", "<b>"])
def test_an_answer_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, done: Path, run: str) -> None:
    app = opened(monkeypatch, done, "whatif", run=run)
    assert not app.exception
    assert f"The link asks for run={run}, which is not there" in said(app)


def told(day: float, engagement: float) -> str:
    so_far = {"engagement": engagement, "prevalence_hate": 0.02} if day > 2 else {}
    record = {"day": day, "days": 8, "impressions": 10, "seconds": day, "so_far": so_far, "pid": os.getpid()}
    return json.dumps(record) + "\n"


def at_work(folder: Path) -> Path:
    """A run that goes on, in arm `what_if`."""
    part = folder / "what-if" / "what_if" / f".seed=1.{os.getpid()}.part"
    part.mkdir(parents=True)
    (part / "progress.jsonl").write_text(told(0.5, 0) + told(2.5, 0.2) + told(3.0, 0.25) + '{"day": 3.')
    return part


def test_lines_are_drawn_while_it_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    at_work(tmp_path)
    (tmp_path / "what-if" / starting.FILE).write_text(FILE)
    monkeypatch.setattr(starting, "_started", {tmp_path.resolve() / "what-if": Sleeper([])})
    app = opened(monkeypatch, tmp_path, "whatif", run="what-if")
    assert not app.exception
    assert titles(app) == ["What is engagement so far?", "How much hate is seen so far?"]
    button(app, "Stop").click().run()
    assert not starting.is_running(tmp_path, "what-if")
    assert not app.exception


def test_what_a_run_told_stays_when_it_has_finished(tmp_path: Path) -> None:
    part = at_work(tmp_path)
    run = RunPath("what_if", "", 1, part)
    first = heard({}, [run])
    (part / "progress.jsonl").unlink()
    assert heard(first, [run]) == first
    rows = so_far_rows(first, burn_in_days=2)
    assert rows[rows["what"] == "engagement"][["day", "value"]].to_numpy().tolist() == [[0.5, 20.0], [1.0, 25.0]]
    assert rows[rows["what"] == "hate"]["value"].tolist() == [2.0, 2.0]
