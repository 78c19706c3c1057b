"""The page What if: a form from a link, what it refuses, what it starts, and what came out."""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import studies
import yaml
from boards import opened, said, titles
from streamlit.testing.v1 import AppTest
from test_whatif_made import asked
from test_whatif_starting import Sleeper

from dashboard.whatif import starting
from dashboard.whatif.form import IDEAS
from dashboard.whatif.records import heard, so_far_rows
from dashboard.whatif.study import checked
from feedsim.results import RunPath

ARMS = ("as_it_is", "what_if")
FILE = "name: what-if\ndays: 6\nburn_in_days: 2\narms: {as_it_is: {}, what_if: {}}\nseeds: 3\n"


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
    return next(one for one in app.button if one.label.replace("\\", "") == label)


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


def choose(app: AppTest, label: str, option: str) -> None:
    next(one for one in app.selectbox if one.label == label).select(option).run()


def arms_of(file: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file)["arms"]["what_if"]
    return found


def test_several_policies_of_a_kind_have_settings_and_names_of_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str]
) -> None:
    app = opened(monkeypatch, tmp_path, "whatif", policy="demote", **{"demote.strength": "0.8"})
    choose(app, "Add a policy", "demote")
    assert app.query_params["policy"] == ["demote", "demote-2"]
    harm = [one for one in app.selectbox if one.label == "Harm"]
    harm[1].select("hate").run()
    button(app, "Run quickly").click().run()
    assert arms_of(started[0])["policies"] == {
        "demote_misinformation": {"kind": "demote", "harm": "misinformation", "strength": 0.8},
        "demote_hate": {"kind": "demote", "harm": "hate"},
    }
    next(one for one in app.text_input if one.placeholder == "demote_hate").set_value("firm").run()
    button(app, "Run quickly").click().run()
    assert list(arms_of(started[1])["policies"]) == ["demote_misinformation", "firm"]


def test_a_policy_that_is_removed_takes_its_settings_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str]
) -> None:
    address = {"demote.strength": "0.8", "demote-2.harm": "hate", "demote-2.strength": "0.6"}
    app = opened(monkeypatch, tmp_path, "whatif", policy=["demote", "demote-2"], **address)  # type: ignore[arg-type]
    next(one for one in app.button if one.key == "remove demote").click().run()
    assert {name: app.query_params[name] for name in app.query_params} == {
        "policy": "demote-2", "demote-2.harm": "hate", "demote-2.strength": "0.6",
    }  # fmt: skip
    button(app, "Run quickly").click().run()
    assert arms_of(started[0])["policies"] == {"demote": {"kind": "demote", "harm": "hate", "strength": 0.6}}
    choose(app, "Add a policy", "demote")
    button(app, "Run quickly").click().run()
    assert arms_of(started[1])["policies"]["demote_misinformation"] == {"kind": "demote", "harm": "misinformation"}


def test_two_policies_of_one_name_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str]
) -> None:
    address = {"remove.called": "gone", "remove-2.called": "gone", "remove-3.called": "a.b"}
    cards = ["remove", "remove-2", "remove-3"]
    app = opened(monkeypatch, tmp_path, "whatif", policy=cards, **address)  # type: ignore[arg-type]
    assert "There is a policy gone already. This one is gone_2." in said(app)
    assert "a.b can't be a name" in said(app)
    button(app, "Run quickly").click().run()
    assert list(arms_of(started[0])["policies"]) == ["gone", "gone_2", "remove_misinformation"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("policy", "nonsense"), ("demote.strength", "7"), ("demote.strength", "nan"), ("demote.curve", "wild"),
     ("world.detectors", "psychic"), ("set", "graph.path"), ("size", "huge"), ("demote.for.languages", "latin")],
)  # fmt: skip
def test_a_link_that_asks_for_what_is_not_there_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str], name: str, value: str
) -> None:
    app = opened(monkeypatch, tmp_path, "whatif", **{"policy": "demote", name: value})
    assert not app.exception
    assert f"The link asks for {name}={value}, which is not there" in said(app)


def test_a_world_without_harm_leaves_a_policy_about_harm_nothing_to_choose(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str]
) -> None:
    monkeypatch.setattr("dashboard.whatif.widgets.harms", lambda world: ())
    app = opened(monkeypatch, tmp_path, "whatif", policy="demote")
    assert not app.exception
    assert "there is none in this world" in said(app)


def test_an_idea_fills_in_a_form_that_said_something_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str]
) -> None:
    address = {"policy": "demote", "demote.strength": "0.3", "world.detectors": "learned", "world.review": "desk"}
    app = opened(monkeypatch, tmp_path, "whatif", size="tiny", **address)
    button(app, "Demote probable misinformation").click().run()
    button(app, "Run quickly").click().run()
    file = yaml.safe_load(started[0])
    assert file["arms"]["what_if"]["policies"] == {
        "demote": {"kind": "demote", "harm": "misinformation", "strength": 0.8}
    }
    assert (file["detectors"], file["population"]) == ({"kind": "oracle"}, {"users": 400})
    assert "review" not in file


@pytest.mark.parametrize("label", list(IDEAS))
def test_every_idea_can_be_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str], label: str) -> None:
    app = opened(monkeypatch, tmp_path, "whatif")
    button(app, label).click().run()
    assert [one.value for one in (*app.error, *app.warning)] == []
    button(app, "Run quickly").click().run()
    assert arms_of(started[0])


def test_the_desk_has_a_number_for_each_language_a_verdict_for_each_harm_and_a_threshold_for_each_group(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str]
) -> None:
    address = {
        "world.review": "desk", "world.review.reviewers.spanish": "4", "review": "desk",
        "review.reviewers.spanish": "", "review.outcomes.hate": "label", "review.group_thresholds.age.65+": "0.7",
    }  # fmt: skip
    app = opened(monkeypatch, tmp_path, "whatif", **address)
    assert not app.exception
    assert "a language not named has reviewers_per_10000 of those who write it" in said(app).replace("`", "")
    assert {"Reviewers: english", "Outcomes: hate", "Group thresholds: age 18-29"} <= labels(app)
    button(app, "Run quickly").click().run()
    file = yaml.safe_load(started[0])
    assert file["review"] == {"kind": "desk", "reviewers": {"spanish": 4}}
    assert arms_of(started[0]) == {
        "review": {
            "kind": "desk", "reviewers": {"spanish": None}, "outcomes": {"hate": "label"},
            "group_thresholds": {"age": {"65+": 0.7}},
        }
    }  # fmt: skip
    assert checked(started[0])[1] == []


def test_weights_of_ones_own_and_mixes_can_be_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str]
) -> None:
    address = {"ranker": "engagement", "ranker.weights": "own numbers", "ranker.weights.of.like": "1",
               "ranker.weights.of.comment": "30", "set": "feed.sources"}  # fmt: skip
    app = opened(monkeypatch, tmp_path, "whatif", **address)
    assert not app.exception
    for name, share in (("in_network", 0.25), ("exploration", 0.3)):
        next(one for one in app.number_input if one.label == f"Sources: {name}").set_value(share).run()
    button(app, "Run quickly").click().run()
    assert arms_of(started[0]) == {
        "ranker": {"kind": "engagement", "weights": {"like": 1, "comment": 30}},
        "feed": {"sources": {"in_network": 0.25, "profile": 0.25, "trending": 0.2, "exploration": 0.3}},
    }
    next(one for one in app.number_input if one.label == "Sources: exploration").set_value(0.5).run()
    assert "they should add up to 1" in said(app)


def test_any_other_setting_can_be_changed_in_what_if_or_in_the_world(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str]
) -> None:
    address = {"set": "feed.slate", "feed.slate": "10", "world.set": "content.narratives", "ranker": "chronological"}
    app = opened(monkeypatch, tmp_path, "whatif", **address)
    assert not app.exception
    button(app, "Run quickly").click().run()
    file = yaml.safe_load(started[0])
    assert file["arms"]["what_if"] == {"ranker": {"kind": "chronological"}, "feed": {"slate": 10}}
    assert "content" not in file
    next(one for one in app.number_input if one.label == "Narratives").set_value(12).run()
    button(app, "Run quickly").click().run()
    assert yaml.safe_load(started[1])["content"] == {"narratives": 12}


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


def test_more_sessions_count_against_the_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    address = {"set": "population.sessions_per_day", "population.sessions_per_day": "16"}
    app = opened(monkeypatch, tmp_path, "whatif", **address)
    assert "88\u202f000 people x ordinary days" in said(app)
    assert not button(app, "Run quickly").disabled
    next(one for one in app.number_input if one.label == "Sessions per day").set_value(32.0).run()
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


ARM = """
days: 9
population: {users: 7000, sessions_per_day: 2.0}
harms: {hate: null, extremism: {enabled: true}}
detectors: {kind: oracle}
review: {kind: desk, reports: 7}
policies:
  soft: {kind: demote, harm: extremism, strength: 0.3, for: {languages: [spanish]}}
  firm: {kind: remove, harm: misinformation}
"""


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A folder with a study whose arm `tried` has policies, and whose arm `broken` can't be read."""
    folder = studies.write_study(tmp_path / "before", ("engagement", "demote"), seeds=1)
    for arm, name, text in (("engagement", "tried", ARM), ("demote", "broken", "days: [")):
        (folder / arm).rename(folder / name)
        (folder / name / "seed=0" / "scenario.yaml").write_text(text)
    return tmp_path


def test_a_what_if_begins_with_a_stored_arm(monkeypatch: pytest.MonkeyPatch, stored: Path, started: list[str]) -> None:
    address = {"from": "before", "from.arm": "tried", "policies.soft.strength": "0.6", "policies.firm": "0",
               "policy": "remove", "size": "tiny"}  # fmt: skip
    app = opened(monkeypatch, stored, "whatif", **address)
    assert not app.exception
    assert [one.value for one in (*app.error, *app.warning)] == []
    assert "soft (demote, in both arms)" in said(app)
    assert "Carried along as it is, without a field here: harms.hate." in said(app)
    (harm,) = (one for one in app.selectbox if one.key == "remove.harm")
    assert harm.options == ["misinformation", "extremism"]
    button(app, "Run quickly").click().run()
    file = yaml.safe_load(started[0])
    assert arms_of(started[0])["policies"] == {
        "soft": {"strength": 0.6}, "firm": None, "remove": {"kind": "remove", "harm": "misinformation"},
    }  # fmt: skip
    assert file["population"] == {"users": 400, "sessions_per_day": 2.0}
    assert file["review"] == {"kind": "desk", "reports": 7}
    assert file["policies"]["soft"] == {
        "kind": "demote", "harm": "extremism", "strength": 0.3, "for": {"languages": ["spanish"]},
    }  # fmt: skip
    assert checked(started[0])[1] == []


def test_whom_a_stored_policy_is_for_can_be_changed(
    monkeypatch: pytest.MonkeyPatch, stored: Path, started: list[str]
) -> None:
    app = opened(monkeypatch, stored, "whatif", **{"from": "before", "from.arm": "tried"})
    assert button(app, "Run quickly").disabled
    (languages,) = (one for one in app.multiselect if one.key == "policies.soft.for.languages")
    assert languages.value == ["spanish"]
    next(one for one in app.multiselect if one.key == "policies.soft.for.surfaces").set_value(["trending"]).run()
    button(app, "Run quickly").click().run()
    file = yaml.safe_load(started[0])
    (scope,) = (of["for"] for of in file["arms"]["what_if"]["policies"].values())
    assert {name: value for name, value in scope.items() if value} == {
        "languages": ["spanish"], "surfaces": ["trending"],
    }  # fmt: skip
    assert checked(started[0])[1] == []


def test_another_beginning_begins_the_form_anew(
    monkeypatch: pytest.MonkeyPatch, stored: Path, started: list[str]
) -> None:
    address = {
        "from": "before",
        "from.arm": "tried",
        "world.detectors": "none",
        "set": "feed.slate",
        "feed.slate": "10",
    }
    app = opened(monkeypatch, stored, "whatif", name="mine", **address)
    choose(app, "Begin with", "")
    assert {name: app.query_params[name] for name in app.query_params} == {"name": "mine"}
    assert next(one for one in app.selectbox if one.label == "Detectors").value == "oracle"


def test_a_damaged_beginning_is_a_sentence(monkeypatch: pytest.MonkeyPatch, stored: Path) -> None:
    app = opened(monkeypatch, stored, "whatif", **{"from": "before", "from.arm": "broken"})
    assert not app.exception
    assert "broken: nothing can begin with its scenario.yaml: can't be read as YAML" in said(app)
    assert not [one for one in app.button if one.label.startswith("Run")]
    app = opened(monkeypatch, stored, "whatif", **{"from": "../x"})
    assert "The link asks for from=../x, which is not there" in said(app)


def test_what_was_made_here_is_listed_and_one_is_deleted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("first", "second"):
        asked(tmp_path, name)
    app = opened(monkeypatch, tmp_path, "whatif", run="second")
    assert "2 in this folder" not in said(app)
    app.session_state["made"] = True
    app.run()
    assert "2 in this folder, which take" in said(app)
    button(app, "Delete second for good").click().run()
    assert not app.exception
    assert [path.name for path in tmp_path.iterdir()] == ["first"]
    assert "run" not in app.query_params


def test_what_runs_is_not_deleted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = asked(tmp_path, "what-if")
    app = opened(monkeypatch, tmp_path, "whatif")
    app.session_state["made"] = True
    app.run()
    monkeypatch.setattr(starting, "_started", {folder.resolve(): Sleeper([])})
    button(app, "Delete what-if for good").click().run()
    assert "what-if is running; stop it first" in said(app)
    assert folder.is_dir()
    app.session_state["made"] = True
    app.run()
    assert button(app, "Delete").disabled


def test_two_arms_that_are_the_same_are_told(monkeypatch: pytest.MonkeyPatch, done: Path) -> None:
    app = opened(monkeypatch, done, "whatif", run="what-if")
    assert "Both arms are the same" not in said(app)
    table = pq.read_table(done / "what-if" / "summary.parquet")
    rows = table.to_pandas()
    same = rows[rows["arm"] == "as_it_is"]
    both = pa.Table.from_pandas(pd.concat([same, same.assign(arm="what_if")]), table.schema, preserve_index=False)
    pq.write_table(both, done / "what-if" / "summary.parquet")
    app = opened(monkeypatch, done, "whatif", run="what-if")
    assert "Both arms are the same to the last figure" in said(app)


def test_what_has_stopped_goes_on_with_the_same_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, started: list[str]
) -> None:
    folder = asked(tmp_path, "what-if")
    app = opened(monkeypatch, tmp_path, "whatif", run="what-if", policy="reconsider")
    assert "No run of what-if has finished" in said(app)
    button(app, "Go on").click().run()
    assert started == [(folder / starting.FILE).read_text()]
    (folder / starting.FILE).write_text(started[0].replace("users: 400", "users: 4000000"))
    assert button(opened(monkeypatch, tmp_path, "whatif", run="what-if"), "Go on").disabled


def test_why_a_run_came_to_nothing_is_told_by_the_next_dashboard_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = asked(tmp_path, "what-if")
    (folder / starting.SAID).write_text("what-if.yaml:3: days: 0; it should be at least 1\n")
    app = opened(monkeypatch, tmp_path, "whatif", run="what-if")
    assert not app.exception
    assert "days: 0; it should be at least 1" in said(app)


def test_what_has_finished_does_not_go_on(monkeypatch: pytest.MonkeyPatch, done: Path) -> None:
    file = done / "what-if" / starting.FILE
    for seeds, goes_on in ((2, False), (3, True)):
        file.write_text(FILE.replace("seeds: 3", f"seeds: {seeds}"))
        app = opened(monkeypatch, done, "whatif", run="what-if")
        assert ("Go on" in [one.label for one in app.button]) == goes_on


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
    assert "0 of 6 runs finished, 0 s so far." in said(app)
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
