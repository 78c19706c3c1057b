"""Where candidates come from: the kernel against a twin in plain Python, and each rule by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import add_posts, add_reshare, quota, see, sessions_of, world_of

from feedsim.feed.flow import Candidates, Sessions
from feedsim.feed.outboxes import Outboxes
from feedsim.feed.shelves import HEAT_OF, TRENDING_ROOM, Shelves, fill, heat
from feedsim.feed.sources import Feed, Quota, source
from feedsim.world.arrays import Codes, Ints
from feedsim.world.posts import REMOVED, Posts
from feedsim.world.rng import hashed
from feedsim.world.world import ACTIONS, COMMENT, LIKE, PROFILE, SOURCES, TRENDING, World

RETENTION = 2880
PER_FOLLOWEE = 4
Row = tuple[int, int, int, int]
"""post, item, edge, source"""


def found(
    world: World,
    sessions: Sessions,
    most: Quota,
    language: Codes | None = None,
    languages: int = 1,
    topics: int = 2,
    newest: int = PER_FOLLOWEE,
) -> tuple[Candidates, Ints]:
    spoken = np.zeros(len(world.users), np.int8) if language is None else language
    outboxes = Outboxes.of(world, newest)
    return source(world, sessions, most, outboxes, fill(world, languages, topics, RETENTION), spoken, RETENTION)


def rows_of(c: Candidates, s: int = 0) -> list[Row]:
    a, b = c.start[s], c.start[s + 1]
    return list(zip(*(column[a:b].tolist() for column in (c.post, c.item, c.edge, c.source)), strict=True))


# The twin


def seen_by(world: World, user: int) -> set[int]:
    """Posts that a person was shown, by the chain of visits."""
    visits, shown, result = world.seen.visits, world.seen.shown, set()
    i = int(visits.head[user])
    while i >= visits.base:
        first, count, before = visits.record[i - visits.base].tolist()
        result |= set(shown.post[first - shown.base : first - shown.base + count].tolist())
        i = before
    return result


def walked(world: World, user: int, now: int) -> dict[int, tuple[int, int, int, int]]:
    """post -> (minute, user who brought it, item, edge), in order of discovery."""
    posts, items, graph = world.posts, world.items, world.graph
    result: dict[int, tuple[int, int, int, int]] = {}
    gone = seen_by(world, user)
    for edge in range(graph.start[user], graph.start[user + 1]):
        followee = int(graph.followee[edge])
        for k in np.flatnonzero(items.user[: len(items)] == followee)[: -PER_FOLLOWEE - 1 : -1].tolist():
            post, minute = int(items.post[k]), int(items.minute[k])
            p = post - posts.base
            if p < 0 or post in gone or posts.status[p] == REMOVED or posts.author[p] == user:
                continue
            if not now - RETENTION < minute <= now or posts.minute[p] <= now - RETENTION:
                continue
            best = result.get(post)
            if best is None or (minute, followee) < best[:2]:
                result[post] = (minute, followee, k + items.base, edge)
    return result


def drawn(world: World, kind: int, user: int, most: int, taken: set[int], shelves: Shelves, language: int) -> list[int]:
    """Posts from one kind of shelf, by addressed draws."""
    posts, draws = world.posts, hashed(world.streams.base(SOURCES[kind]), [world.tick, user])
    taste = np.cumsum(world.profiles.topic_clicks[user].astype(float) + 0.25)
    result: list[int] = []
    for attempt in range(3 * most):
        if len(result) == most:
            break
        x, y = ((hashed(draws, [2 * attempt + i]) >> np.uint64(11)) * 2.0**-53 for i in (0, 1))
        if kind == PROFILE:
            place = language * len(taste) + int(np.searchsorted(taste, x * taste[-1]))
            shelf = shelves.by_topic[shelves.topic_start[place] : shelves.topic_start[place + 1]]
        elif kind == TRENDING:
            shelf = shelves.trending[shelves.trending_start[language] : shelves.trending_start[language + 1]]
        else:
            shelf = shelves.anything[shelves.any_start[language] : shelves.any_start[language + 1]]
        if not len(shelf):
            continue
        p = int(shelf[int((y * y if kind in (PROFILE, TRENDING) else y) * len(shelf))])
        if posts.author[p] != user and posts.status[p] != REMOVED and p + posts.base not in taken:
            taken.add(p + posts.base)
            result.append(p + posts.base)
    return result


def twin(world: World, user: int, now: int, most: Quota, shelves: Shelves, language: int) -> tuple[list[Row], int]:
    inside = walked(world, user, now)
    newest = sorted(inside, key=lambda post: -inside[post][0])[: most.in_network]
    rows = [(post, item, edge, 0) for post, (_, _, item, edge) in inside.items() if post in newest]
    taken = seen_by(world, user) | set(inside)
    for kind, many in ((1, most.profile), (2, most.trending), (3, most.exploration)):
        rows += [(post, -1, -1, kind) for post in drawn(world, kind, user, many, taken, shelves, language)]
    return rows, len(inside)


@st.composite
def busy_worlds(draw: st.DrawFn) -> World:
    """Six people, up to thirty posts of the last day, reshares, things seen, things removed; some rows forgotten."""
    pairs = st.tuples(st.integers(0, 5), st.integers(0, 5))
    world = world_of(draw(st.lists(pairs, max_size=20)), users=6, minute=1440, seed=draw(st.integers(0, 9)))
    many = draw(st.integers(1, 30))
    minutes = sorted(draw(st.lists(st.integers(1200, 1445), min_size=many, max_size=many)))
    codes = st.lists(st.integers(0, 1), min_size=many, max_size=many)
    status = [REMOVED if i else 0 for i in draw(codes)] if draw(st.booleans()) else 0
    authors = draw(st.lists(st.integers(0, 5), min_size=many, max_size=many))
    add_posts(
        world, authors, minutes, {"topic": draw(codes), "language": draw(codes), "status": status, "likes": draw(codes)}
    )
    for user, post in draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, many - 1)), max_size=20)):
        add_reshare(world, user, post, max(1435, minutes[post]))
    for user, posts in draw(
        st.lists(st.tuples(st.integers(0, 5), st.lists(st.integers(0, many - 1), max_size=6)), max_size=8)
    ):
        see(world, user, posts)
    world.profiles.topic_clicks[:] = np.arange(12).reshape(6, 2) % 5
    if draw(st.booleans()):
        world.posts.drop(many // 3)
        world.items.drop(many // 3)
    return world


@settings(max_examples=60, deadline=None)
@given(busy_worlds(), st.integers(0, 6), st.integers(0, 4))
def test_candidates_are_those_of_the_plain_twin(world: World, inside: int, outside: int) -> None:
    most = quota(inside, outside, outside, outside)
    language = (np.arange(6) % 2).astype(np.int8)
    sessions = sessions_of(range(6), minute=1440)
    c, inventory = found(world, sessions, most, language, languages=2)
    shelves = fill(world, 2, 2, RETENTION)
    for user in range(6):
        rows, unseen = twin(world, user, 1440, most, shelves, int(language[user]))
        assert rows_of(c, user) == rows
        assert inventory[user] == unseen
    np.testing.assert_array_equal(c.row, np.arange(len(c)))
    np.testing.assert_array_equal(c.user, np.repeat(np.arange(6), np.diff(c.start)))


# Each rule by hand


def test_a_post_comes_once_from_its_earliest_sharer_then_the_smaller_id() -> None:
    world = world_of([(0, 2), (0, 3), (0, 4)], users=6, minute=60)
    add_posts(world, [5, 5, 4], [10, 11, 12])
    late, early = add_reshare(world, 2, 0, 40), add_reshare(world, 3, 0, 30)
    tied, _ = add_reshare(world, 3, 1, 35), add_reshare(world, 4, 1, 35)
    c, inventory = found(world, sessions_of([0], 60), quota(10))
    assert late < early
    assert sorted(rows_of(c)) == [(0, early, 1, 0), (1, tied, 1, 0), (2, 2, 2, 0)]
    assert inventory.tolist() == [3]


def test_the_author_is_the_source_of_a_post_that_a_friend_reshares_later() -> None:
    world = world_of([(0, 1), (0, 2)], minute=60)
    add_posts(world, [2], [10])
    add_reshare(world, 1, 0, 20)
    assert rows_of(found(world, sessions_of([0], 60), quota(10))[0]) == [(0, 0, 1, 0)]


@pytest.mark.parametrize("most", [quota(10), quota(0, 5), quota(0, 0, 5), quota(0, 0, 0, 5)])
def test_what_was_seen_what_is_ones_own_and_what_was_removed_never_come(most: Quota) -> None:
    world = world_of([(0, 1)] if most.in_network else [], minute=60)
    add_posts(world, [1, 1, 0, 1, 2], [1, 2, 3, 4, 5], {"status": [0, REMOVED, 0, 0, 0]})
    add_reshare(world, 1, 2, 30)
    see(world, 0, [0])
    see(world, 0, [4])
    assert [row[0] for row in rows_of(found(world, sessions_of([0], 60), most)[0])] == [3]


def test_what_others_have_seen_still_comes() -> None:
    world = world_of([(0, 1)], minute=60)
    add_posts(world, [1], [1])
    see(world, 2, [0])
    assert [row[0] for row in rows_of(found(world, sessions_of([0], 60), quota(4))[0])] == [0]


def test_the_newest_of_the_network_fill_its_quota() -> None:
    world = world_of([(0, 1), (0, 2)], minute=100)
    add_posts(world, [1, 2, 1, 2, 1], [10, 20, 30, 40, 50])
    c, inventory = found(world, sessions_of([0], 100), quota(3))
    assert sorted(row[0] for row in rows_of(c)) == [2, 3, 4]
    assert inventory.tolist() == [5]


def test_what_a_followee_makes_after_the_session_began_is_not_there_yet() -> None:
    world = world_of([(0, 1)], minute=60)
    add_posts(world, [1, 1], [60, 62])
    sessions = replace(sessions_of([0], 60), minute=np.array([61], np.int32))
    assert [row[0] for row in rows_of(found(world, sessions, quota(4))[0])] == [0]


def test_shelves_hold_nothing_that_is_published_later_in_the_tick() -> None:
    world = world_of([], minute=60)
    add_posts(world, [1, 1], [60, 61])
    assert [row[0] for row in rows_of(found(world, sessions_of([0], 60), quota(0, 0, 0, 4))[0])] == [0]


def test_what_is_older_than_the_retention_never_comes_even_if_it_is_reshared_now() -> None:
    world = world_of([(0, 1)], users=3, minute=RETENTION + 10)
    add_posts(world, [2, 1, 1], [5, 9, 11])
    add_reshare(world, 1, 0, RETENTION)
    c, _ = found(world, sessions_of([0], RETENTION + 10), quota(4, 4, 4, 4))
    assert {row[0] for row in rows_of(c)} == {2}


@pytest.mark.parametrize("most", [quota(0, 20), quota(0, 0, 20), quota(0, 0, 0, 20)])
def test_strangers_posts_are_in_the_viewers_language(most: Quota) -> None:
    world = world_of([], users=3, minute=60)
    add_posts(world, [2] * 12, range(12), {"language": np.arange(12) % 2})
    c, _ = found(world, sessions_of([0, 1], 60), most, np.array([0, 1, 0], np.int8), languages=2)
    assert {row[0] % 2 for row in rows_of(c, 0)} == {0}
    assert {row[0] % 2 for row in rows_of(c, 1)} == {1}


def test_the_profile_source_follows_the_learned_profile() -> None:
    world = world_of([], users=3, minute=60)
    add_posts(world, [2] * 200, [1] * 200, {"topic": np.arange(200) % 2})
    world.profiles.topic_clicks[0] = (0, 50)
    topics = [row[0] % 2 for row in rows_of(found(world, sessions_of([0], 60), quota(0, 30))[0])]
    assert sum(topics) >= 28


def test_of_a_followee_only_the_newest_come() -> None:
    world = world_of([(0, 1), (0, 2)], minute=100)
    add_posts(world, [1, 1, 1, 2], [10, 20, 30, 40])
    add_reshare(world, 1, 3, 50)
    c, inventory = found(world, sessions_of([0], 100), quota(10), newest=2)
    # The reshare is one of the two; the post that it brought keeps its author, who made it earlier, as its source.
    assert sorted(c.post.tolist()) == [2, 3]
    assert c.item[c.post == 3].tolist() == [3]
    assert inventory.tolist() == [2]


def test_thousands_of_posts_outgrow_the_scratch_and_are_all_counted() -> None:
    """4,096 places, half of them free at least: 5,000 seen and 5,000 unseen need two doublings."""
    world = world_of([(0, 1), (2, 1)], minute=1000)
    add_posts(world, [1] * 10_000, np.sort(np.arange(10_000) % 1000))
    see(world, 0, range(0, 10_000, 2))
    c, inventory = found(world, sessions_of([0, 2], 1000), quota(100), newest=10_000)
    assert inventory.tolist() == [5000, 10_000]
    # Among those of one minute the first to be found are taken: the walk goes from the newest.
    assert [row[0] for row in rows_of(c, 0)] == list(range(9999, 9799, -2))
    assert [row[0] for row in rows_of(c, 1)] == list(range(9999, 9899, -1))


def test_ages_wider_than_the_bins_still_give_the_newest_but_for_a_bin() -> None:
    world = world_of([(0, 1)], minute=2800)
    add_posts(world, [1] * 2800, range(2800))
    c, _ = found(world, sessions_of([0], 2800), quota(64), newest=2800)
    assert len(c) == 64
    assert min(row[0] for row in rows_of(c)) >= 2800 - 64 - 8  # bins of 8 minutes


def test_nobody_and_nothing_give_no_candidates() -> None:
    world = world_of([(0, 1)], minute=60)
    c, inventory = found(world, sessions_of([0, 2], 60), quota(4, 4, 4, 4))
    assert (len(c), c.start.tolist(), inventory.tolist()) == (0, [0, 0, 0], [0, 0])
    add_posts(world, [1], [1])
    c, inventory = found(world, sessions_of([], 60), quota(4, 4, 4, 4))
    assert (len(c), c.start.tolist(), inventory.tolist()) == (0, [0], [])


# Quotas and shelves


def test_a_quota_is_cut_by_the_shares_and_what_is_left_over_goes_to_the_network() -> None:
    assert Quota.of(Feed(candidates=10), {"profile": 0.25, "trending": 0.3, "in_network": 0.45}) == quota(5, 2, 3, 0)
    assert Quota.of(Feed(), {"in_network": 1.0}) == quota(192)
    assert Quota.of(Feed(), Feed().sources) == quota(97, 48, 38, 9)
    assert Quota.of(Feed(), Feed().sources).total == Feed().candidates


def test_heat_is_weighted_actions_over_age() -> None:
    world = world_of([], minute=180)
    add_posts(world, [1, 1, 1], [180, 60, 170], {"likes": [0, 3, 0], "comments": [0, 2, 0], "hides": [0, 9, 0]})
    expected = [1 / 2**1.5, (1 + 3 * HEAT_OF[LIKE] + 2 * HEAT_OF[COMMENT]) / 4**1.5, 1 / (2 + 1 / 6) ** 1.5]
    np.testing.assert_allclose(heat(world.posts, 180), expected, rtol=1e-6)
    assert len(HEAT_OF) == len(ACTIONS) == len(Posts.COUNTERS)


def test_shelves_hold_living_posts_hottest_first_by_language_and_topic() -> None:
    world = world_of([], minute=3000)
    of = {"topic": [0, 1, 0, 0, 1, 0], "language": [0, 0, 1, 0, 0, 0], "likes": [1, 0, 0, 8, 5, 99],
          "status": [0, 0, 0, 0, 0, REMOVED]}  # fmt: skip
    add_posts(world, [1] * 6, [2999] * 6, of)
    shelves = fill(world, 2, 2, RETENTION)
    assert shelves.topic_start.tolist() == [0, 2, 4, 5, 5]
    assert shelves.by_topic.tolist() == [3, 0, 4, 1, 2]
    assert shelves.any_start.tolist() == shelves.trending_start.tolist() == [0, 4, 5]
    assert shelves.trending.tolist() == [3, 4, 0, 1, 2]
    assert shelves.anything.tolist() == [0, 1, 3, 4, 2]


def test_the_trending_shelf_has_room_for_the_hottest_only() -> None:
    world = world_of([], minute=60)
    many = TRENDING_ROOM + 50
    add_posts(world, [1] * many, [1] * many, {"likes": np.arange(many)})
    shelves = fill(world, 1, 2, RETENTION)
    assert shelves.trending.tolist() == list(range(many - 1, 49, -1))
    assert shelves.trending_start.tolist() == [0, TRENDING_ROOM]


def test_ties_on_a_shelf_fall_by_key_whatever_the_rows() -> None:
    orders = []
    for key in (np.arange(20), np.arange(20)[::-1]):
        world = world_of([], minute=60)
        add_posts(world, [1] * 20, [1] * 20, {"key": key})
        orders.append(world.posts.key[fill(world, 1, 2, RETENTION).trending].tolist())
    assert orders[0] == orders[1]
    assert orders[0] != sorted(orders[0])
