"""What the company keeps of what it saw: the kernel against plain Python, and each rule by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pasts import USERS, lived, offered, whole_numbers
from worlds import add_posts, bits, candidates_of, see, sessions_of, slate_of, world_of

from feedsim.feed.flow import Slate
from feedsim.feed.learn import FORGET, forget, greet, remember
from feedsim.feed.shelves import HEAT_OF
from feedsim.world.arrays import NEVER, NOBODY
from feedsim.world.posts import Posts
from feedsim.world.rng import Streams
from feedsim.world.world import ACTIONS, ANGRY, CLICK, COMMENT, HIDE, LIKE, REPORT, RESHARE, World

POSITIVE = (CLICK, LIKE, ANGRY, COMMENT, RESHARE)


def shown(world: World, seed: int) -> Slate:
    """Everything that is offered, with actions by lot; every third impression passes without any."""
    c = offered(world, seed)
    did = whole_numbers(Streams(seed), "did", len(c), 128)
    return slate_of(c, np.where(np.arange(len(c)) % 3 == 0, 0, did).tolist())


def learn_plainly(world: World, slate: Slate) -> None:
    """The twin of `remember`, but for what was seen."""
    posts, profiles = world.posts, world.profiles
    for user, post, edge, did in zip(slate.user, slate.post - posts.base, slate.edge, slate.actions, strict=True):
        author = posts.author[post]
        posts.impressions[post] += 1
        profiles.seen[user] += 1
        profiles.author_seen[author] += 1
        taken = [a for a in range(len(ACTIONS)) if did >> a & 1]
        for a in taken:
            getattr(posts, Posts.COUNTERS[a])[post] += 1
            profiles.acted[user, a] += 1
            profiles.author_value[author] += HEAT_OF[a]
        if set(taken) & set(POSITIVE):
            profiles.topic_clicks[user, posts.topic[post]] += 1
            if edge != NOBODY:
                profiles.affinity[edge] += 1


def seen_of(world: World, user: int) -> list[list[int]]:
    """The posts of each session of a person that is remembered, newest session first."""
    visits, rows, result = world.seen.visits, world.seen.shown, []
    i = int(world.seen.visits.head[user])
    while i >= visits.base:
        first, count, i = visits.record[i - visits.base].tolist()
        result.append(rows.post[first - rows.base : first - rows.base + count].tolist())
    return result


# Remember


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6))
def test_what_is_learned_of_a_tick_is_what_the_plain_twin_learns(seed: int) -> None:
    world, twin = lived(seed), lived(seed)
    slate = shown(world, seed)
    remember(world, slate)
    learn_plainly(twin, slate)
    for name, column in vars(twin.profiles).items():
        np.testing.assert_allclose(getattr(world.profiles, name), column, rtol=1e-6, err_msg=name)
    for name in ("impressions", *Posts.COUNTERS):
        np.testing.assert_array_equal(world.posts.live(name), twin.posts.live(name), err_msg=name)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_every_session_is_remembered_with_what_it_showed(seed: int) -> None:
    world = lived(seed)
    see(world, 2, [5, 6])
    see(world, 0, [7])
    world.seen.visits.drop(1)
    world.seen.shown.drop(2)
    slate = shown(world, seed)
    remember(world, slate)
    each = [slate.post[a:b].tolist() for a, b in zip(slate.start[:-1], slate.start[1:], strict=True)]
    assert [seen_of(world, user) for user in range(USERS)] == [[each[0], [7]], *([row] for row in each[1:])]


def test_counters_of_truth_stay_as_they_are() -> None:
    world, before = lived(4), lived(4)
    remember(world, shown(world, 4))
    learned = ("impressions", *Posts.COUNTERS, "viewers_1500_minute")
    for name in set(Posts.schema) - set(learned):
        np.testing.assert_array_equal(world.posts.live(name), before.posts.live(name), err_msg=name)
    for name, column in vars(before.minds).items():
        np.testing.assert_array_equal(getattr(world.minds, name), column, err_msg=name)


@pytest.mark.parametrize("action", range(len(ACTIONS)))
def test_one_action_by_hand(action: int) -> None:
    """Person 0 sees a post of 1, whom he follows, on topic 1. Hiding and reporting are no sign of taste."""
    world = world_of([(0, 1)])
    add_posts(world, [1], [0], {"topic": 1})
    remember(world, slate_of(candidates_of(sessions_of([0]), [[0]], item=[0], edge=[0]), [bits(action)]))
    liked = float(action in POSITIVE)
    profiles = world.profiles
    assert [int(getattr(world.posts, name)[0]) for name in Posts.COUNTERS] == [int(a == action) for a in range(7)]
    assert world.posts.impressions[0] == 1
    assert profiles.topic_clicks.tolist() == [[0, liked], [0, 0], [0, 0]]
    assert profiles.affinity.tolist() == [liked]
    assert profiles.seen.tolist() == [1, 0, 0]
    assert profiles.acted[0].tolist() == [float(a == action) for a in range(7)]
    assert profiles.author_seen.tolist() == [0, 1, 0]
    assert profiles.author_value.tolist() == pytest.approx([0, HEAT_OF[action], 0])


def test_who_only_looks_is_counted_and_teaches_nothing_of_taste() -> None:
    world = world_of([(0, 1)])
    add_posts(world, [1], [0])
    remember(world, slate_of(candidates_of(sessions_of([0]), [[0]], item=[0], edge=[0]), [0]))
    profiles = world.profiles
    assert (world.posts.impressions[0], profiles.seen[0], profiles.author_seen[1]) == (1, 1, 1)
    assert not any(column.any() for column in (profiles.topic_clicks, profiles.acted, profiles.affinity))
    assert not profiles.author_value.any()


def test_the_minute_of_the_1500th_impression_is_kept_once_and_for_all() -> None:
    world = world_of([], users=5)
    add_posts(world, [0, 0, 0], [0, 0, 0], {"impressions": [1499, 1497, 1500]})
    c = candidates_of(sessions_of([1, 2]), [[0, 1, 2], [0, 1, 2]])
    minutes = []
    for world.minute in (15, 30, 45):
        remember(world, slate_of(c, [0] * 6))
        minutes.append(world.posts.live("viewers_1500_minute").tolist())
    assert minutes == [[15, NEVER, NEVER], [15, 30, NEVER], [15, 30, NEVER]]


def test_a_session_that_was_shown_nothing_leaves_only_its_visit() -> None:
    world = world_of([])
    remember(world, slate_of(candidates_of(sessions_of([1]), [[]]), []))
    assert [seen_of(world, user) for user in range(3)] == [[], [[]], []]
    assert not world.profiles.seen.any()


def test_two_ticks_teach_what_their_impressions_teach_in_turn() -> None:
    world, twin = lived(9), lived(9)
    for seed in (1, 2):
        slate = shown(world, seed)
        remember(world, slate)
        learn_plainly(twin, slate)
    np.testing.assert_array_equal(world.profiles.topic_clicks, twin.profiles.topic_clicks)
    assert [len(seen_of(world, user)) for user in range(USERS)] == [2] * USERS


# Forget and greet


def test_a_night_takes_a_tenth_of_all_that_was_learned_and_nothing_else() -> None:
    world, before = lived(6), lived(6)
    forget(world)
    for name, column in vars(before.profiles).items():
        np.testing.assert_array_equal(getattr(world.profiles, name), column * np.float32(0.9), err_msg=name)
        assert column.any()
    assert np.float32(0.9) == FORGET
    np.testing.assert_array_equal(world.posts.live("clicks"), before.posts.live("clicks"))


def test_new_posts_are_counted_for_their_authors_however_many_each_has() -> None:
    world = world_of([])
    greet(world, np.array([2, 0, 2, 2], np.int32))
    greet(world, np.array([], np.int32))
    assert world.profiles.author_posts.tolist() == [1, 0, 3]


def test_all_actions_are_named_by_a_counter() -> None:
    assert dict(zip(ACTIONS, Posts.COUNTERS, strict=True))["reshare"] == "reshares"
    assert [Posts.COUNTERS[a] for a in (HIDE, REPORT)] == ["hides", "reports"]
