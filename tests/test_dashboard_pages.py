"""Every page of the dashboard, without a browser: on a real study, on made-up ones, on folders of nothing good."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from boards import PAGES, chosen, opened, said, titles, visited
from sheets import study as read_study
from streamlit.testing.v1 import AppTest
from studies import write_run, write_study

from dashboard.spread import reach_per_post
from feedsim.origin import with_origin
from feedsim.results import RunWriter
from feedsim.study.plan import plan_study
from feedsim.study.running import conclude
from feedsim.study.work import simulate

REAL = """
name: tiny
question: What does a desk change, and *whom* does it [hit](http://x.y)?
days: 2
burn_in_days: 1
population:
  users: 400
  groups: {dialect: {shares: {majority: 0.7, minority: 0.3}}}
arms:
  plain: {}
  desk:
    detectors: {kind: learned, retrain_days: 1}
    review: {kind: desk, audit_share: 0.2, reports: 1, reviewers_per_10000: 100}
    policies: {calm: {kind: demote, harm: hate, strength: 0.8, start_day: 1}}
seeds: 2
"""
PARTS = {
    "spread": ("reach", "cascades", "tree", "stories", "who", "when"),
    "bias": ("reach", "fair", "calibration", "contrasts"),
    "operations": ("desk", "detectors", "ranker", "prevented", "costs"),
    "frontier": ("depends", "assumed", "frontier", "sure"),
}
"""Page -> its parts, as the address names them."""
VIEWS = [(page, part) for page, parts in PARTS.items() for part in parts]
ABOUT_STUDIES = [page for page in PAGES if page not in ("studies", "whatif")]


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study, simulated once."""
    folder = tmp_path_factory.mktemp("real")
    plan = plan_study(read_study(folder, REAL), folder / "runs")
    for run in plan.runs:
        simulate(run, 1, lambda event: None)
    conclude(plan)
    return folder / "runs"


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made_up")
    write_study(folder / "demote")
    return folder


def assert_fine(app: AppTest) -> AppTest:
    assert [one.value for one in app.exception] == []
    assert [one.value for one in app.error] == []
    return app


# On a real study


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_a_real_study(real: Path, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = assert_fine(opened(monkeypatch, real, page))
    assert app.title[0].value
    assert not app.warning


@pytest.mark.parametrize(("page", "part"), VIEWS)
def test_every_part_of_a_page_is_a_link(real: Path, page: str, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = assert_fine(opened(monkeypatch, real, page, part=part, arm="desk", group="author:dialect"))
    assert titles(app) or app.info or app.dataframe
    assert all(title.rstrip().endswith(("?", "step", "steps")) for title in titles(app))


@pytest.mark.parametrize(("page", "part"), [view for view in VIEWS if view[0] in ("spread", "operations")])
def test_every_cut_that_is_offered_has_something_to_show(
    real: Path, page: str, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(monkeypatch, real, page, part=part)
    for cut in cuts(app)[1:]:
        (box,) = (one for one in app.selectbox if one.label == "Cut by")
        box.select(cut).run()
        assert_fine(app)
        assert titles(app), cut
        assert not app.warning


def cuts(app: AppTest) -> list[str]:
    return [cut for one in app.selectbox if one.label == "Cut by" for cut in one.options]


def test_parts_of_a_page_can_be_cut_by_what_their_tables_tell(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {part: cuts(opened(monkeypatch, real, "spread", part=part)) for part in ("cascades", "when", "who")}
    of_posts = ["nothing", "dialect of authors", "kind of post", "form of the post"]
    assert said == {"cascades": of_posts, "when": of_posts, "who": ["nothing", "dialect of viewers"]}
    said = {part: cuts(opened(monkeypatch, real, "operations", part=part)) for part in ("desk", "detectors", "costs")}
    assert said["desk"] == ["nothing", "class of harm", "source of the case"]
    assert said["detectors"] == ["nothing", "dialect of authors", "form of the post"]
    assert said["costs"] == ["nothing", "dialect of viewers", "dialect of authors"]


@pytest.mark.parametrize("part", PARTS["spread"])
def test_what_one_part_left_in_the_address_refuses_nothing_in_another(
    real: Path, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = {"harm": "any", "cut": "source", "post": "kind", "people": "viewer:dialect", "deed": "posted", "seed": "2"}
    app = assert_fine(opened(monkeypatch, real, "spread", part=part, **left))
    assert not app.warning


@pytest.mark.parametrize("choices", [{"class": "no class", "by": "depth"}, {"class": "misinformation", "rank": "2"}])
def test_a_cascade_is_drawn_with_who_its_people_are(
    real: Path, choices: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = assert_fine(opened(monkeypatch, real, "spread", part="tree", arm="plain", **choices))
    (chart,) = charts(app)
    assert {said[1] for said in chart["data"][1]["customdata"]} <= {"majority", "minority"}


def test_a_story_is_chosen_by_the_address(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, real, "spread", part="stories", stories="all", seed="2")
    stories = next(one for one in app.selectbox if one.label == "One story").options
    second = stories[1].partition(":")[0].removeprefix("#")
    app = assert_fine(visited(app, "spread", part="stories", stories="all", seed="2", story=second))
    assert titles(app)[-2:] == [f"How much is story #{second} seen?", f"How often is story #{second} passed on?"]
    assert set(app.dataframe[-1].value["arm"]) == {"plain", "desk"}
    # Another seed tells other stories, as many: nothing is refused.
    app.selectbox(key=chosen("seed")).select("1").run()
    assert not assert_fine(app).warning
    assert f"How much is story #{second} seen?" in titles(app)


@pytest.mark.parametrize(
    ("side", "asked"),
    [("viewer", "Whose feeds lose posts to demotion"), ("author", "Whose harmless posts are demoted")],
)
def test_impact_stands_beside_accuracy_on_either_side(
    real: Path, side: str, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = assert_fine(opened(monkeypatch, real, "bias", part="fair", group=f"{side}:dialect", harm="hate"))
    assert any(title.startswith(asked) for title in titles(app))
    assert any("held to be hate" in title for title in titles(app))


@pytest.mark.parametrize("arm", ["plain", "desk"])
def test_people_a_post_reaches_are_those_of_the_measure(real: Path, arm: str) -> None:
    """What the page works out from posts is, over all authors, what the run measured as `harm_reach`."""
    run = real / "tiny" / arm / "seed=1"
    found = reach_per_post(pd.read_parquet(run / "posts.parquet").assign(level="")).set_index("harm")
    metrics = pd.read_parquet(run / "metrics.parquet").astype({"metric": str, "harm": str})
    measured = metrics[metrics["metric"] == "harm_reach"].set_index("harm")
    assert found["value"].to_dict() == pytest.approx(measured["value"].to_dict())
    assert found["n"].to_dict() == measured["n"].to_dict()


def test_a_question_from_a_file_is_text(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for page in ("studies", "tradeoff"):
        app = opened(monkeypatch, real, page)
        assert "and *whom* does it [hit](http://x.y)?" in said(app)
        raw = "".join(one.value for kind in (app.markdown, app.caption) for one in kind)
        assert "[hit]" not in raw
        assert "*whom*" not in raw


def test_the_list_tells_arms_seeds_and_what_has_become_of_a_study(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = said(opened(monkeypatch, real))
    assert "done" in text
    assert "2 arms: plain, desk" in text
    assert "2 seeds" in text
    assert "400 people, 2 days, 1 day of burn-in" in text
    assert "4 runs finished" in text


@pytest.mark.parametrize("cut", ["everyone", "harm", "viewer:dialect", "author:dialect", "source"])
@pytest.mark.parametrize("harm", ["any", "hate"])
def test_engagement_and_harm_can_be_cut(real: Path, cut: str, harm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = assert_fine(opened(monkeypatch, real, "tradeoff", cut=cut, harm=harm))
    (last,) = [spec for spec in charts(app) if spec["layout"]["title"]["text"].startswith("How much of what")]
    levels = {"harm": {"hate", "misinformation"}, "viewer:dialect": {"majority", "minority"}}
    levels |= {"author:dialect": levels["viewer:dialect"]}
    names = {note["text"] for note in last["layout"].get("annotations", [])}
    assert levels.get(cut, set()) <= names
    assert len(app.dataframe) == 1 or cut == "author:dialect"


def charts(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(one.proto.spec) for one in app.get("plotly_chart")]


def test_a_policy_s_first_day_is_marked(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = json.dumps(charts(opened(monkeypatch, real, "tradeoff")))
    assert "calm begins" in spec
    assert "burn-in" in spec


def test_what_is_chosen_on_one_page_goes_along_to_another(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, real, "tradeoff")
    app.selectbox(key=chosen("harm")).select("hate").run()
    visited(app, "spread")
    assert app.selectbox(key=chosen("harm")).value == "hate"
    assert app.query_params["harm"] == "hate"


def test_numbers_are_those_of_the_summary(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = pd.read_parquet(real / "tiny" / "summary.parquet").astype({"part": str, "side": str, "metric": str})
    everyone = summary[(summary["part"] == "") & (summary["side"] == "")]
    of = everyone[(everyone["metric"] == "engagement_value") & (everyone["arm"] == "desk")]
    plane = charts(opened(monkeypatch, real, "tradeoff"))[0]
    (point,) = [trace for trace in plane["data"] if trace["name"] == "desk"]
    assert decoded(point["y"]) == pytest.approx([of["value"].mean()])


def decoded(values: object) -> list[float]:
    """Numbers of a figure: plotly packs arrays."""
    import base64

    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()  # type: ignore[no-any-return]
    return list(values)  # type: ignore[call-overload, no-any-return]


def test_arms_that_are_left_out_are_left_out_of_every_chart_and_keep_their_looks(
    made_up: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened(monkeypatch, made_up, "tradeoff")
    before = {trace["name"]: trace["marker"]["color"] for trace in drawn(app) if trace["name"] in looks_of(app)}
    app.multiselect(key=chosen("arms")).set_value(["demote", "engagement"]).run()
    after = {trace["name"]: trace["marker"]["color"] for trace in drawn(app) if trace["name"] in looks_of(app)}
    assert after == {name: before[name] for name in ("demote", "engagement")}
    assert "chronological" not in app.dataframe[0].value["arm"].tolist()
    assert visited(app, "spread").query_params["arms"] == ["engagement", "demote"]


def drawn(app: AppTest) -> list[dict[str, Any]]:
    return [trace for chart in charts(app)[:1] for trace in chart["data"]]


def looks_of(app: AppTest) -> list[str]:
    return list(app.multiselect(key=chosen("arms")).options)


# On folders that hold nothing good


def empty(folder: Path) -> None:
    """Nothing at all."""


def missing(folder: Path) -> None:
    folder.rmdir()


def not_a_study(folder: Path) -> None:
    (folder / "notes").mkdir()
    (folder / "notes" / "a.txt").write_text("x")


def only_failed(folder: Path) -> None:
    (folder / "one" / "a").mkdir(parents=True)
    (folder / "one" / "a" / "seed=1.error.txt").write_text("out of *luck*\n\nTraceback")


def being_written(folder: Path) -> None:
    # The writer is this very process, which lives.
    writer = RunWriter(folder / "one" / "a" / "seed=1")
    writer.progress({"day": 1.0, "days": 4, "impressions": 5, "seconds": 1.0})


def cut_short(folder: Path) -> None:
    study = write_study(folder / "one")
    for table in ("metrics", "users", "posts"):
        for path in study.glob(f"*/*/{table}.parquet"):
            path.write_bytes(path.read_bytes()[:40])


def damaged_but_as_long(folder: Path) -> None:
    study = write_study(folder / "one")
    for path in study.glob("*/*/*.parquet"):
        path.write_bytes(bytes(len(path.read_bytes())))


def no_summary(folder: Path) -> None:
    (write_study(folder / "one") / "summary.parquet").unlink()


def strange_summary(folder: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), write_study(folder / "one") / "summary.parquet")


def garbled_summary(folder: Path) -> None:
    (write_study(folder / "one") / "summary.parquet").write_bytes(b"no parquet")


def older_summary(folder: Path) -> None:
    path = write_study(folder / "one") / "summary.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["n", "part"]), path)


def summary_without_rows(folder: Path) -> None:
    path = write_study(folder / "one") / "summary.parquet"
    pq.write_table(pq.read_table(path).slice(0, 0), path)


def older(folder: Path) -> None:
    for path in write_study(folder / "one").glob("*/*/manifest.json"):
        path.write_text(json.dumps({**json.loads(path.read_text()), "format": 0}))


def strange_manifest(folder: Path) -> None:
    texts = ["", "[]", "{", '{"format": 1}', '{"format": 1, "bytes": 3}', "null"]
    for path, text in zip(write_study(folder / "one").glob("*/*/manifest.json"), texts * 9, strict=False):
        path.write_text(text)


def strange_scenario(folder: Path) -> None:
    texts = ["", "a: [", "- 1", "policies: 3", "policies: {a: 1, b: {start_day: x}}", "days: many"]
    for path, text in zip(write_study(folder / "one").glob("*/*/scenario.yaml"), texts * 9, strict=False):
        path.write_text(text)


def without_runs(folder: Path) -> None:
    for path in write_study(folder / "one").glob("*/seed=*"):
        shutil.rmtree(path)


def one_arm_of_one_seed(folder: Path) -> None:
    write_study(folder / "one", ("engagement",), 1)


def strange_names(folder: Path) -> None:
    for arm in ("<b>a</b>", "$x$ :red[y]", "=1+1"):
        for seed in (1, 2):
            of = write_run(folder / "x" / "seed=0", "engagement", seed)
            manifest = json.loads((of / "manifest.json").read_text()) | {"question": "# <img src=x> ![a](http://x.y)"}
            (of / "manifest.json").write_text(json.dumps(manifest))
            shutil.move(of, folder / "[one](x)" / arm / f"seed={seed}")
    shutil.rmtree(folder / "x")
    from feedsim.results import write_summary

    write_summary(folder / "[one](x)", ["<b>a</b>", "$x$ :red[y]", "=1+1"])


def strange_beside(folder: Path) -> None:
    study = write_study(folder / "one")
    (study / "sensitivity.parquet").write_bytes(b"no parquet")
    pq.write_table(pa.table({"trial": [1]}), study / "frontier.parquet")
    (study / "comparison.parquet").symlink_to("/etc/hostname")


BAD = [
    empty, missing, not_a_study, only_failed, being_written, cut_short, damaged_but_as_long, no_summary,
    strange_summary, garbled_summary, older_summary, summary_without_rows, older, strange_manifest,
    strange_scenario, without_runs, one_arm_of_one_seed, strange_names, strange_beside,
]  # fmt: skip


@pytest.fixture
def bad(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    folder.mkdir()
    request.param(folder)
    return folder


@pytest.mark.parametrize("bad", BAD, indirect=True, ids=lambda make: make.__name__)
def test_no_page_raises_and_each_says_something(bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(monkeypatch, bad)
    for page in PAGES:
        visited(app, page)
        assert [one.value for one in app.exception] == [], page
        assert said(app).strip(), page
        assert "Traceback" not in said(app), page
        # Parts of a page are there where the page has something to show.
        for part in PARTS.get(page, ()) if app.radio else ():
            visited(app, page, part=part)
            assert [one.value for one in app.exception] == [], (page, part)
            assert titles(app) or app.info or app.error or app.dataframe, (page, part)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (empty, "There is no study in"),
        (missing, "There is no folder"),
        (only_failed, "no run has finished; the page Studies tells what failed"),
        (being_written, "no run has finished yet; 1 running"),
        (cut_short, "metrics.parquet is missing or cut short; run the study again"),
        (no_summary, "has no summary.parquet"),
        (older_summary, "its summary has no n, part; run the study again"),
        (older, "written by another version of feedsim; run the study again"),
        (without_runs, "no run has finished"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(
    make: Callable[[Path], None], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs").mkdir()
    make(tmp_path / "runs")
    assert words in said(opened(monkeypatch, tmp_path / "runs", "tradeoff"))


def test_the_list_tells_what_failed_and_how_far_the_rest_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only_failed(tmp_path)
    with RunWriter(tmp_path / "one" / "a" / "seed=2") as writer:
        writer.progress({"day": 1.0, "days": 4, "impressions": 5, "seconds": 1.0})
        app = opened(monkeypatch, tmp_path)
        assert "a / seed=1 failed: out of *luck*" in said(app)
        assert "running" in said(app)
        (bar,) = app.get("progress")
        assert bar.proto.value == 25
        assert "day 1\\.0 of 4" in bar.proto.text


def test_a_link_to_what_is_not_there_gets_a_sentence_and_the_default(
    made_up: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = assert_fine(opened(monkeypatch, made_up, "tradeoff", study="../../etc", harm="x", cut="viewer:shoe_size"))
    assert said(app).count("Shown is the default") == 3
    assert titles(app)[0] == "What does each arm pay in harm for its engagement?"


# What lies beside the arms


def write_beside(study: Path) -> None:
    texts = ["method", "arm", "against", "metric", "harm", "side", "group", "level", "part", "assumption"]
    rows = [
        dict(zip(texts, (method, "demote", against, "prevalence", "hate", "", "", "", "", path), strict=True))
        | {"effect": effect, "low": effect / 2, "high": 2 * effect, "chance": 0.1, "first_order": None, "sigma": 0.1,
           "runs": 40}
        for method in ("morris", "sobol") for against in ("", "engagement")
        for path, effect in (("graph.homophily", 0.2), ("people.minds.satisfaction_rate", 0.01))
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), study / "sensitivity.parquet")
    trials = pa.table(
        {
            "trial": [0, 1, 2], "arm": ["base", "t1", "t2"], "error": ["", "", "out of memory"],
            "feasible": [True, True, False], "non_dominated": [False, True, False],
            "p_non_dominated": [0.2, 0.9, None], "point": ["", "point-01", ""], "hypervolume": [1.0, 1.4, 1.4],
            "lever:policies.calm.strength": [0.0, 0.8123, 0.5], "objective:engagement_value:mean": [16.0, 15.5, None],
            "objective:prevalence hate:mean": [0.02, 0.01, None],
        }
    )  # fmt: skip
    fields = []
    for field in trials.schema:
        unit = (
            {"engagement_value": "points", "prevalence hate": "share"}.get(field.name.split(":")[1])
            if (field.name.startswith("objective:"))
            else None
        )
        fields.append(field.with_metadata({"direction": "up", "reference": "0", "unit": unit}) if unit else field)
    pq.write_table(trials.cast(pa.schema(fields)), study / "frontier.parquet")
    (study / "frontier").mkdir()
    (study / "frontier" / "point-01.yaml").write_text("name: point\n")


def test_sensitivity_and_frontier_are_shown_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_beside(write_study(tmp_path / "one"))
    app = assert_fine(opened(monkeypatch, tmp_path, "frontier", method="sobol"))
    assert titles(app) == ["What does harm seen hate of demote minus engagement depend on?"]
    app = assert_fine(opened(monkeypatch, tmp_path, "frontier", part="frontier"))
    assert titles(app) == ["What does prevalence hate cost in engagement_value?", "Would a longer search find more?"]
    assert [button.proto.label for button in app.get("download_button")] == ["Download the scenario"]
    points = app.dataframe[0].value
    assert points["prevalence hate, %"].tolist() == ["1.00"]
    assert points["policies.calm.strength"].tolist() == ["0.8123"]


def test_a_search_of_other_settings_than_the_runs_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = write_study(tmp_path / "one")
    write_beside(study)
    for name, origin in (("summary", "now"), ("frontier", "before"), ("sensitivity", "now")):
        path = study / f"{name}.parquet"
        pq.write_table(with_origin(pq.read_table(path), {"base": origin}), path)
    assert titles(assert_fine(opened(monkeypatch, tmp_path, "frontier", part="frontier"))) == []
    assert len(titles(assert_fine(opened(monkeypatch, tmp_path, "frontier")))) == 1


def test_what_is_assumed_can_be_cut_by_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("narrow", "wide"):
        write_study(tmp_path / "one", ("engagement", "demote"), 2, assumption=name)
    app = assert_fine(opened(monkeypatch, tmp_path, "frontier", part="assumed", measure="prevalence of hate"))
    assert cuts(app) == ["nothing", "age of viewers", "dialect of viewers"]
    (box,) = (one for one in app.selectbox if one.label == "Cut by")
    box.select("dialect of viewers").run()
    (chart,) = charts(app)
    assert [note["text"] for note in chart["layout"]["annotations"]] == ["majority", "minority"]
    assert titles(app) == ["Does the difference to engagement survive what is assumed?"]


def test_a_search_whose_runs_are_gone_can_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = write_study(tmp_path / "one")
    write_beside(study)
    without_runs_of(study)
    app = assert_fine(opened(monkeypatch, tmp_path, "frontier", part="frontier"))
    assert len(titles(app)) == 2


def without_runs_of(study: Path) -> None:
    for path in study.glob("*/seed=*"):
        shutil.rmtree(path)
