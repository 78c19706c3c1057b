"""The page One feed, on two runs of a small world: what is told is what the runs kept."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from boards import opened, said, titles
from studies import write_study

from dashboard.charts.feed import order_chart, places_chart
from dashboard.feeds import FATES, candidate_table, contributions, fates, final_points, funnel, places_in_both
from dashboard.sampled import nearest
from feedsim.results import open_run, write_summary
from feedsim.scenario import load_study
from feedsim.study.plan import plan_study
from feedsim.study.work import simulate
from feedsim.trace import Feed, Untraceable, is_sampled, stored_feed, stored_scenario

STUDY = """
name: fed
question: What does demotion do to *one* feed?
days: 1
burn_in_days: 1
population: {users: 200}
detectors: {kind: oracle}
measures: {impression_sample: 0.1}
arms:
  plain: {}
  demoted: {policies: {demotion: {kind: demote, harm: misinformation, strength: 0.9}}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one study: two arms of 200 people, a tenth of them sampled."""
    place = tmp_path_factory.mktemp("runs")
    (place / "fed.yaml").write_text(STUDY)
    for run in plan_study(load_study(place / "fed.yaml"), place).runs:
        simulate(run, 1, lambda event: None)
    write_summary(place / "fed", ["plain", "demoted"])
    return place


@pytest.fixture(scope="module")
def place(folder: Path) -> tuple[int, int]:
    """Somebody who came in both arms at the same tick, and had most posts demoted."""
    rows = open_run(folder / "fed" / "demoted" / "seed=1").table("impressions", ["user", "tick", "factor_demotion"])
    other = open_run(folder / "fed" / "plain" / "seed=1").table("impressions", ["user", "tick"])
    both = rows.merge(other.drop_duplicates(), on=["user", "tick"])
    felt = both[(both["tick"] >= 0) & (both["factor_demotion"] < 1)]
    user, tick = felt.groupby(["user", "tick"]).size().idxmax()
    return int(user), int(tick)


@pytest.fixture(scope="module")
def feed(folder: Path, place: tuple[int, int]) -> Feed:
    found = stored_feed(open_run(folder / "fed" / "demoted" / "seed=1"), *place)
    assert isinstance(found, Feed)
    return found


def outsider(folder: Path) -> int:
    run = open_run(folder / "fed" / "plain" / "seed=1")
    scenario = stored_scenario(run)
    return next(user for user in range(200) if not is_sampled(scenario, 1, user))


# Tables


def test_every_candidate_has_a_row_and_a_fate(feed: Feed) -> None:
    table = candidate_table(feed)
    assert len(table) == len(feed.candidates)
    assert set(table["what became of it"]) <= set(FATES)
    assert list(table["#"].dropna()) == list(range(1, len(feed.shown) + 1))
    assert (table["factor demotion"].dropna() <= 1).all()
    assert (table["final score"] <= table["score"] + 1e-6).loc[table["score"] > 0].all()
    assert funnel(feed)["found"].sum() == len(feed.candidates) == len(fates(feed))


def test_what_heads_add_is_the_score(feed: Feed) -> None:
    sums = contributions(feed).groupby("place")["points"].sum()
    np.testing.assert_allclose(sums.to_numpy(), feed.shown["score"].to_numpy(float), rtol=1e-3)
    assert len(final_points(feed)) == len(feed.shown)


def test_weights_that_a_policy_changed_are_not_passed_off_as_the_rankers(feed: Feed) -> None:
    changed = feed.candidates.assign(score=feed.candidates["score"] * 2)
    assert contributions(Feed(feed.scenario, feed.person, feed.tick, changed)).empty


def test_posts_are_matched_by_their_key(feed: Feed) -> None:
    rows = places_in_both(feed, feed, ("a", "b"))
    assert rows["in_both"].all()
    assert len(rows) == 2 * len(feed.shown)
    figure = places_chart(rows, ["a", "b"], ["a", "b"], "Which?")
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert [list(line.y) for line in lines] == [[place, place] for place in range(1, len(feed.shown) + 1)]


def test_bars_of_a_feed_begin_at_the_top(feed: Feed) -> None:
    figure = order_chart(contributions(feed), final_points(feed), "Why?")
    top, bottom = figure.layout.yaxis.range[1], figure.layout.yaxis.range[0]
    assert (top, bottom) == (0.4, len(feed.shown) + 0.6)
    assert figure.data[-1].name == "after policies"


def test_of_two_sessions_as_near_the_earlier_is_shown() -> None:
    assert nearest([2, 8, 20], 5) == 2
    assert nearest([2, 8, 20], 6) == 8


def test_a_run_tells_its_feed_without_reading_any_other_file(folder: Path, place: tuple[int, int]) -> None:
    run = open_run(folder / "fed" / "plain" / "seed=1")
    assert stored_scenario(run) == load_study(run.folder / "scenario.yaml").scenario
    run.__dict__["scenario_yaml"] = "extends: /etc/passwd\nbogus: 1\n" + run.scenario_yaml
    assert isinstance(stored_feed(run, *place), Feed)
    run.__dict__["scenario_yaml"] = "policies: {x: {kind: mine.Mine}}\n"
    with pytest.raises(Untraceable):
        stored_feed(run, *place)


# The page


def test_a_link_shows_a_feed_in_two_arms(
    monkeypatch: pytest.MonkeyPatch, folder: Path, place: tuple[int, int], feed: Feed
) -> None:
    user, tick = map(str, place)
    app = opened(monkeypatch, folder, "feed", arm="plain", beside="demoted", seed="1", user=user, tick=tick)
    assert not app.exception
    text = said(app)
    assert text.count(f"User {user} opened the feed in tick {tick}") == 2
    assert "What does demotion do to *one* feed?" in text
    assert titles(app)[1:] == [
        "What puts each post in its place in plain?",
        "What puts each post in its place in demoted?",
    ]
    tables = [one.value for one in app.dataframe]
    assert any("factor demotion" in table and len(table) == len(feed.shown) for table in tables)


def test_all_candidates_can_be_seen(
    monkeypatch: pytest.MonkeyPatch, folder: Path, place: tuple[int, int], feed: Feed
) -> None:
    user, tick = map(str, place)
    app = opened(monkeypatch, folder, "feed", arm="demoted", beside="nothing", user=user, tick=tick, rows="all")
    assert any(len(one.value) == len(feed.candidates) for one in app.dataframe)


def test_a_time_without_a_session_says_when_there_is_one(
    monkeypatch: pytest.MonkeyPatch, folder: Path, place: tuple[int, int]
) -> None:
    user = place[0]
    came = open_run(folder / "fed" / "plain" / "seed=1").table("impressions", ["user", "tick"])
    free = next(tick for tick in range(96) if tick not in set(came.loc[came["user"] == user, "tick"]))
    app = opened(monkeypatch, folder, "feed", arm="plain", user=str(user), tick=str(free))
    assert not app.exception
    assert f"User {user} had no session in tick {free}" in said(app)


def test_somebody_who_was_not_sampled_gets_the_command_that_tells(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    user = outsider(folder)
    app = opened(monkeypatch, folder, "feed", arm="plain", user=str(user), tick="3")
    assert not app.exception
    (command,) = (one.value for one in app.code)
    assert command == f"feedsim trace {folder / 'fed' / 'plain' / 'seed=1'} --user {user} --tick 3"
    assert f"person {user} were not kept" in said(app)


@pytest.mark.parametrize(("name", "value"), [("user", "999"), ("user", "<b>"), ("arm", "nobody"), ("seed", "7")])
def test_what_a_link_says_wrongly_is_told(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, value: str) -> None:
    app = opened(monkeypatch, folder, "feed", **{name: value})
    assert not app.exception
    assert f"The link asks for {name}={value}" in said(app)


def test_a_run_that_kept_no_feed_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_study(tmp_path / "made_up", seeds=1)
    app = opened(monkeypatch, tmp_path, "feed")
    assert not app.exception
    assert "No session of a sampled viewer was kept" in said(app)


def test_places_of_nothing_are_an_empty_chart() -> None:
    rows = pd.DataFrame({"key": [], "arm": [], "place": [], "harm": [], "in_both": np.zeros(0, bool)})
    assert len(places_chart(rows, ["a", "b"], ["a", "b"], "Which?").data) == 4
