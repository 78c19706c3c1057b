"""How harm spreads, by hand, and against the laws of what is drawn."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import reading
from dashboard.spread import (
    arrived,
    at_least,
    cascade_counts,
    cascade_tree,
    delay_counts,
    delays,
    gini,
    lorenz,
    reach_per_post,
)
from dashboard.stories import posts_of_stories, story_days, story_table
from dashboard.told import most_seen
from feedsim.results import Run


def test_the_share_of_cascades_of_at_least_a_size() -> None:
    cascades = pd.DataFrame({"harm": ["", "", "", "hate"], "level": "", "size": [2, 2, 5, 3], "depth": [1, 1, 2, 1]})
    counts = cascade_counts(cascades)
    found = at_least(counts.assign(arm="a"), ["arm", "harm", "what"])
    of = found[(found["harm"] == "") & (found["what"] == "size")]
    assert dict(zip(of["x"], of["y"], strict=True)) == {2: 1.0, 5: pytest.approx(1 / 3)}


def test_a_long_tail_is_drawn_in_few_points_with_both_ends() -> None:
    counts = pd.DataFrame({"arm": "a", "value": np.arange(1, 5001), "count": 1})
    found = at_least(counts, ["arm"])
    assert len(found) <= 60
    assert (found["x"].iloc[0], found["x"].iloc[-1]) == (1, 5000)
    assert found["y"].is_monotonic_decreasing
    assert found["y"].iloc[-1] == pytest.approx(1 / 5000)


def test_nothing_is_drawn_of_no_cascades() -> None:
    counts = cascade_counts(pd.DataFrame({"harm": [], "level": [], "size": [], "depth": []}))
    assert at_least(counts.assign(arm="a"), ["arm", "what"]).empty


def test_when_all_see_as_much_the_curve_is_the_diagonal() -> None:
    same = pd.Series([3] * 10)
    curve = lorenz(same)
    assert curve["y"].to_numpy() == pytest.approx(curve["x"].to_numpy())
    assert gini(same) == pytest.approx(0.0)


def test_when_one_sees_all_the_curve_hugs_the_corner() -> None:
    one = pd.Series([0] * 99 + [7])
    assert float(np.interp(90, lorenz(one)["x"], lorenz(one)["y"])) == 0.0
    assert gini(one) == pytest.approx(0.99)


def test_of_nothing_there_is_no_curve() -> None:
    assert lorenz(pd.Series([0, 0])).empty
    assert np.isnan(gini(pd.Series([0, 0])))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60).filter(any))
def test_a_lorenz_curve_rises_from_0_to_100_below_the_diagonal(seen: list[int]) -> None:
    curve = lorenz(pd.Series(seen))
    assert (curve["x"].iloc[0], curve["y"].iloc[0]) == (0, 0)
    assert curve.iloc[-1].tolist() == pytest.approx([100, 100])
    assert (np.diff(curve["y"]) >= -1e-9).all()
    assert (curve["y"] <= curve["x"] + 1e-9).all()


def test_groups_of_leaning_are_levels_and_not_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    users = pd.DataFrame(
        {"user": [0, 1], "leaning": [-0.2, 0.7], "leaning_group": ["left", "right"], "age": ["a", "b"]}
    )
    monkeypatch.setattr(reading, "read", lambda run, name, columns: users[columns])
    run = Run(Path("x"), {})
    assert reading.levels_of(run, "leaning").tolist() == ["left", "right"]
    assert reading.levels_of(run, "age").tolist() == ["a", "b"]


def test_delays_are_hours_from_publication_and_of_the_measured_days_alone() -> None:
    posts = pd.DataFrame(
        {"key": np.array([1, 2, 3, 4], np.uint64), "minute": [0, 60, -5, 10], "harm": ["hate", "hate", "hate", ""],
         "level": ["old", "young", "old", "old"], "removed_minute": [120.0, 90.0, 7.0, 11.0],
         "status": ["removed", "live", "removed", "removed"]}
    )  # fmt: skip
    reviews = pd.DataFrame(
        {"key": np.array([1, 1, 2, 2], np.uint64), "harm": ["hate", "hate", "lies", "hate"],
         "started_minute": [30, 20, 61, 90], "decided_minute": [100.0, 80.0, 62.0, 95.0],
         "verdict": ["harmful", "harmless", "harmful", "harmless"]}
    )  # fmt: skip
    found = delays(posts, reviews)
    hours = {what: of["hours"].tolist() for what, of in found.groupby("what")}
    assert hours["first looked at"] == pytest.approx([20 / 60, 30 / 60])
    assert hours["held to be harmful"] == pytest.approx([100 / 60, np.nan], nan_ok=True)
    assert hours["removed"] == pytest.approx([2.0, np.nan], nan_ok=True)
    assert found["level"].tolist() == ["old", "young"] * 3
    assert set(delays(posts, None)["what"]) == {"removed"}


def test_the_share_that_has_arrived_counts_what_never_does() -> None:
    rows = pd.DataFrame({"harm": "hate", "level": "", "what": "removed", "hours": [1.0, 10.0, np.nan, np.nan]})
    counts = delay_counts(rows)
    assert counts["count"].sum() == 4
    found = arrived(counts.assign(arm="a"), ["arm", "harm", "what"])
    assert found["y"].tolist() == [25.0, 50.0]
    assert found["x"].tolist() == pytest.approx([1.0, 10.0])


def test_a_tree_has_the_root_first_and_parents_before_children() -> None:
    reshares = pd.DataFrame(
        {"user": [5, 6, 7, 8], "parent_user": [1, 5, 1, 99], "minute": [60, 120, 90, 180], "depth": [1, 2, 1, 3]}
    )
    nodes = cascade_tree(reshares, author=1, minute=0)
    assert nodes["user"].tolist() == [1, 5, 7, 6, 8]
    assert nodes["hours"].tolist() == [0.0, 1.0, 1.5, 2.0, 3.0]
    assert nodes["parent"].tolist() == [-1, 0, 0, 1, 0]
    # Leaves 6, 7, 8 stand apart by 1; 5 is at its only child, the root amid its three children.
    assert nodes["y"].tolist() == pytest.approx([(0 + 1 + 2) / 3, 0, 1, 0, 2])


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 500)), max_size=80))
def test_whatever_the_table_says_a_tree_is_one(rows: list[tuple[int, int, int]]) -> None:
    reshares = pd.DataFrame(rows, columns=["user", "parent_user", "minute"]).assign(depth=1)
    nodes = cascade_tree(reshares, author=1000, minute=0)
    assert (nodes["parent"].to_numpy()[1:] < np.arange(1, len(nodes))).all()
    assert nodes["y"].notna().all()


def test_people_a_post_reaches_are_of_harmful_posts_of_the_measured_days() -> None:
    posts = pd.DataFrame(
        {"minute": [0, 5, 7, -1, 3], "harm": ["hate"] * 4 + [""],
         "level": ["old", "old", "young", "old", "old"], "impressions": [10, 20, 7, 99, 50]}
    )  # fmt: skip
    assert reach_per_post(posts).to_numpy().tolist() == [["hate", "old", 15.0, 2], ["hate", "young", 7.0, 1]]


# Stories

STORIES = pd.DataFrame(
    {"key": np.array([1, 2, 3, 4, 5], np.uint64), "minute": [-10, 1500, 20, 30, 40], "narrative": [1, 1, 2, 2, -1],
     "stance": [1, -1, 1, 1, 0], "impressions": [10, 99, 3, 4, 50], "reshares": [2, 0, 1, 0, 0],
     "harm": ["misinformation", "", "", "hate", ""], "status": ["removed", "live", "live", "removed", "live"],
     "labelled_minute": [np.nan] * 5}
)  # fmt: skip


def test_a_story_is_false_where_posts_that_tell_it_are_misinformation() -> None:
    found = story_table(posts_of_stories(STORIES))
    names = ["story", "truth", "what", "posts", "views", "reshares", "removed", "labelled", "since"]
    assert found[names].to_numpy().tolist() == [
        [1, "false", "corrected", 1, 99, 0, 0, 0, 1], [1, "false", "told", 1, 10, 2, 1, 0, -1],
        [2, "true", "told", 2, 7, 1, 1, 0, 0],
    ]  # fmt: skip


def test_a_story_has_views_on_the_day_of_the_post_and_reshares_on_their_own() -> None:
    reshares = pd.DataFrame({"key": np.array([1, 1, 3, 5], np.uint64), "minute": [-5, 100, 1441, 50]})
    found = story_days(posts_of_stories(STORIES), reshares)
    assert found.to_numpy().tolist() == [
        [1, "corrected", 1, 99, 0], [1, "told", -1, 10, 1], [1, "told", 0, 0, 1], [2, "told", 0, 7, 0],
        [2, "told", 1, 0, 1],
    ]  # fmt: skip
    assert found["reshares"].sum() == 3


def test_where_nobody_tells_a_story_there_is_none() -> None:
    none = posts_of_stories(STORIES.assign(narrative=-1))
    assert story_table(none).empty
    assert story_days(none, pd.DataFrame({"key": np.array([], np.uint64), "minute": []})).empty


def test_the_stories_seen_most_come_first_over_all_arms() -> None:
    rows = pd.DataFrame(
        {
            "story": [1, 2, 1, 2, 3],
            "what": ["told"] * 4 + ["corrected"],
            "views": [5, 9, 7, 1, 99],
            "arm": list("aabba"),
        }
    )
    assert most_seen(rows) == [1, 2]
