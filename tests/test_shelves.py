"""The shelves of what is beyond the network: which posts stand on which, and in what order."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import add_posts, world_of

from feedsim.feed.shelves import HEAT_GRAVITY, HEAT_OF, TRENDING_ROOM, Shelves, fill, heat
from feedsim.world.arrays import Ints, Longs
from feedsim.world.posts import DEMOTED, LABELLED, LIVE, REMOVED, Posts
from feedsim.world.rng import Streams
from feedsim.world.world import World

NOW, RETENTION, LANGUAGES, TOPICS = 3000, 2880, 2, 3


def split(start: Longs, rows: Ints) -> list[list[int]]:
    """The rows of each shelf."""
    assert (start[0], start[-1]) == (0, len(rows))
    return [rows[a:b].tolist() for a, b in pairwise(start)]


def all_of(shelves: Shelves) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
    """By language and topic; trending by language; anything by language."""
    return (
        split(shelves.topic_start, shelves.by_topic),
        split(shelves.trending_start, shelves.trending),
        split(shelves.any_start, shelves.anything),
    )


def hours(posts: Posts, minute: int) -> np.ndarray:
    return np.maximum(0, minute - posts.live("minute").astype(int)) / 60


def warmth(posts: Posts) -> np.ndarray:
    return 1 + sum(HEAT_OF[a] * posts.live(name) for a, name in enumerate(Posts.COUNTERS))


def twin(world: World) -> tuple[list[list[int]], list[list[int]], list[list[int]]]:
    """The shelves by sorting: hottest first, ties (and what is within a millionth) by the post's lot."""
    posts, streams = world.posts, world.streams
    hot = (warmth(posts) / (hours(posts, world.minute) + 2) ** HEAT_GRAVITY).astype(np.float32).astype(float)
    hot *= 1 + 1e-6 * streams.uniform("heat_tie", posts.live("key"))
    order = sorted(range(len(posts)), key=lambda p: -hot[p])
    alive = [
        p for p in order if posts.status[p] != REMOVED and world.minute - RETENTION < posts.minute[p] <= world.minute
    ]
    anything = [[p for p in alive if posts.language[p] == language] for language in range(LANGUAGES)]
    topics = [[p for p in shelf if posts.topic[p] == topic] for shelf in anything for topic in range(TOPICS)]
    return topics, [shelf[:TRENDING_ROOM] for shelf in anything], [sorted(shelf) for shelf in anything]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to forty posts of any age, language, topic, status and success; the oldest rows forgotten."""
    many, seed = draw(st.integers(0, 40)), draw(st.integers(0, 10**6))
    lots, who = Streams(seed), np.arange(many)

    def codes(name: str, values: int) -> np.ndarray:
        return (lots.uniform(name, who) * values).astype(np.int64)

    world = world_of([], minute=NOW, seed=seed)
    of = {"language": codes("l", LANGUAGES), "topic": codes("t", TOPICS), "status": codes("s", 4)}
    of |= {name: codes(name, 4) for name in Posts.COUNTERS} | {"key": lots.hashes("key", who)}
    # Many of one minute, so that there are ties.
    minutes = np.sort(NOW + 15 - draw(st.sampled_from([1, 15, 300])) * codes("minute", 11))
    add_posts(world, codes("author", 3), minutes, of)
    world.posts.drop(draw(st.integers(0, many // 4)))
    return world


@settings(max_examples=80, deadline=None)
@given(worlds())
def test_shelves_are_those_that_sorting_gives(world: World) -> None:
    assert all_of(fill(world, LANGUAGES, TOPICS, RETENTION)) == twin(world)


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_heat_is_that_of_the_plain_formula(world: World) -> None:
    expected = warmth(world.posts) / (hours(world.posts, NOW) + 2) ** 1.5
    np.testing.assert_allclose(heat(world.posts, NOW), expected, rtol=1e-6)


@pytest.mark.parametrize("status", [LIVE, DEMOTED, LABELLED, REMOVED])
def test_only_what_is_removed_stands_nowhere(status: int) -> None:
    world = world_of([], minute=NOW)
    add_posts(world, [0], [NOW], {"status": status, "topic": 1})
    here = [] if status == REMOVED else [0]
    expected = ([[], here, [], [], [], []], [here, []], [here, []])
    assert all_of(fill(world, LANGUAGES, TOPICS, RETENTION)) == expected


@pytest.mark.parametrize(
    ("minute", "stands"), [(NOW, True), (NOW + 1, False), (NOW - RETENTION + 1, True), (NOW - RETENTION, False)]
)
def test_a_post_stands_from_its_minute_until_it_is_too_old(minute: int, stands: bool) -> None:
    world = world_of([], minute=NOW)
    add_posts(world, [0], [minute])
    assert fill(world, LANGUAGES, TOPICS, RETENTION).anything.tolist() == [0] * stands


def test_rows_are_those_of_the_arrays_after_older_posts_are_forgotten() -> None:
    world = world_of([], minute=NOW)
    add_posts(world, [0] * 4, [NOW - 3, NOW - 2, NOW - 1, NOW], {"likes": [9, 0, 5, 0]})
    world.posts.drop(1)
    assert fill(world, 1, 1, RETENTION).trending.tolist() == [1, 2, 0]


def test_a_shelf_grows_cold_with_age_and_warm_with_actions() -> None:
    world = world_of([], minute=NOW)
    add_posts(world, [0] * 5, [NOW - 600, NOW - 600, NOW - 60, NOW, NOW], {"comments": [0, 9, 0, 0, 1]})
    assert fill(world, 1, 1, RETENTION).trending.tolist() == [4, 1, 3, 2, 0]


def test_hides_and_reports_and_impressions_warm_nothing() -> None:
    world = world_of([], minute=NOW)
    add_posts(world, [0, 0], [NOW, NOW], {"hides": [50, 0], "reports": [50, 0], "impressions": [999, 0]})
    assert np.ptp(heat(world.posts, NOW)) == 0


def test_filling_shelves_changes_nothing_and_a_second_time_gives_the_same() -> None:
    world = world_of([], minute=NOW)
    add_posts(world, [0] * 50, [NOW] * 50, {"likes": np.arange(50) % 7, "topic": np.arange(50) % 3})
    for name in Posts.schema:
        getattr(world.posts, name).setflags(write=False)
    first, second = (all_of(fill(world, LANGUAGES, TOPICS, RETENTION)) for _ in range(2))
    assert first == second


def test_without_posts_every_shelf_is_there_and_empty() -> None:
    empty = fill(world_of([], minute=NOW), LANGUAGES, TOPICS, RETENTION)
    assert all_of(empty) == ([[]] * 6, [[]] * 2, [[]] * 2)
