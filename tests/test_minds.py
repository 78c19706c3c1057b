"""What the feed does to people: the kernel against plain Python, and each rule by hand."""

from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import add_posts, bits, candidates_of, sessions_of, slate_of, world_of

from feedsim.feed.flow import Slate
from feedsim.people.minds import CALM, MindsBlock, change, sleep
from feedsim.world.posts import CIVIC, NEWS
from feedsim.world.world import ANGRY, CLICK, HIDE, LIKE, REPORT, RESHARE, World

BLOCK = MindsBlock(
    satisfaction_rate=0.5, habit_from_engagement=0.1, habit_from_satisfaction=0.2,
    belief_rate=0.25, correction_rate=0.5, interest_drift=0.25, warmth_per_term=2.0,
    habit_reversion=0.5, warmth_reversion=0.25,
)  # fmt: skip
"""Rates large enough to see, and exact in binary where it helps."""


def world_with_stories() -> World:
    """Posts 0 to 5: a true story, a false one, its correction, a civic quarrel, another topic, nothing."""
    world = world_of([])
    add_posts(world, [2] * 6, [0] * 6, {
        "narrative": [1, 0, 0, -1, -1, -1], "stance": [1, 1, -1, 0, 0, 0], "kind": [NEWS, NEWS, NEWS, CIVIC, 0, 0],
        "outgroup_terms": [1, 0, 0, 3, 5, 0], "topic": [0, 0, 0, 0, 1, 0],
    })  # fmt: skip
    return world


def sees(world: World, posts: list[int], actions: list[int] | None = None, value: list[float] | None = None) -> None:
    """Person 0 sees these posts."""
    slate = slate_of(candidates_of(sessions_of([0]), [posts]), actions or [0] * len(posts), value)
    change(world, slate, BLOCK)


def test_stories_are_believed_by_exposure_and_false_ones_faster_by_the_undiscerning() -> None:
    world = world_with_stories()
    sees(world, [0, 1])
    assert world.minds.belief[0] == pytest.approx([0.1 + 0.25 * 0.9, 0.1 + 0.25 * 0.9, 0.1])
    world.users.discernment[0] = 1
    sees(world, [0, 1])
    assert world.minds.belief[0] == pytest.approx([0.325 + 0.25 * exp(-1) * 0.675, 0.325 + 0.25 * 0.675, 0.1])
    world.users.discernment[0] = -9
    sees(world, [1])
    assert world.minds.belief[0, 0] == 1.0


def test_a_correction_halves_belief_in_its_story() -> None:
    world = world_with_stories()
    sees(world, [2])
    assert world.minds.belief[0] == pytest.approx([0.05, 0.1, 0.1])


def test_warmth_falls_by_outgroup_terms_in_civic_posts_only_and_not_below_zero() -> None:
    world = world_with_stories()
    sees(world, [0, 4, 5])
    assert world.minds.warmth[0] == 50
    sees(world, [3])
    assert world.minds.warmth[0] == 44
    world.minds.warmth[0] = 3
    sees(world, [3])
    assert world.minds.warmth[0] == 0


def test_satisfaction_is_a_moving_mean_of_the_sessions_mean_worth() -> None:
    world = world_with_stories()
    sees(world, [4, 5], value=[1.0, 0.5])
    assert world.minds.satisfaction[0] == pytest.approx(0.375)
    sees(world, [4], value=[-1.0])
    assert world.minds.satisfaction[0] == pytest.approx(-0.3125)


@pytest.mark.parametrize(
    ("action", "gain"), [(CLICK, 0.1), (LIKE, 0.1), (ANGRY, 0.1), (RESHARE, 0.1), (HIDE, 0), (REPORT, 0)]
)
def test_habit_grows_with_sessions_that_engage_once_each_and_not_with_hiding(action: int, gain: float) -> None:
    world = world_with_stories()
    sees(world, [4, 5], [bits(action), bits(action)])
    assert world.minds.habit[0] == pytest.approx(exp(gain))


def test_habit_follows_satisfaction_and_stays_between_a_half_and_two() -> None:
    world = world_with_stories()
    sees(world, [5], value=[2.0])
    assert world.minds.habit[0] == pytest.approx(exp(0.2))
    sees(world, [5], value=[-99.0])
    assert world.minds.habit[0] == 0.5
    sees(world, [5], value=[999.0])
    assert world.minds.habit[0] == 2


def test_tastes_move_to_topics_acted_on_and_keep_their_mean() -> None:
    world = world_with_stories()
    sees(world, [4], [bits(LIKE, CLICK)])
    assert world.minds.interest[0] == pytest.approx([0.75, 1.25])
    sees(world, [0, 4], [bits(HIDE), 0])
    assert world.minds.interest[0] == pytest.approx([0.75, 1.25])
    assert world.users.interest[0].tolist() == [1, 1]


def test_who_sees_nothing_and_who_does_not_come_stay_as_they_are() -> None:
    world = world_with_stories()
    world.minds.habit[:] = 1.5
    change(world, slate_of(candidates_of(sessions_of([0, 1]), [[], [1]]), [0]), BLOCK)
    assert world.minds.belief[:, 0] == pytest.approx([0.1, 0.325, 0.1])
    assert world.minds.habit.tolist() == [1.5, 1.5, 1.5]


def test_a_night_brings_habit_and_warmth_some_of_the_way_back() -> None:
    world = world_of([])
    world.minds.habit[:] = (0.5, 1, 2)
    world.minds.warmth[:] = (10, 50, 90)
    sleep(world, BLOCK)
    assert world.minds.habit == pytest.approx([0.5**0.5, 1, 2**0.5])
    assert world.minds.warmth == pytest.approx([20, CALM, 80])


# The twin


def changed(world: World, slate: Slate) -> dict[str, np.ndarray]:
    """What `change` would do, one person and one impression at a time."""
    m, p = world.minds, world.posts
    satisfaction, habit, warmth = (column.astype(float).tolist() for column in (m.satisfaction, m.habit, m.warmth))
    interest, belief = m.interest.astype(float), m.belief.astype(float)
    for s, u in enumerate(slate.sessions.user):
        rows = range(slate.start[s], slate.start[s + 1])
        if not rows:
            continue
        engaged = False
        for r in rows:
            at, story = slate.post[r], int(p.narrative[slate.post[r]])
            if slate.actions[r] & bits(CLICK, LIKE, ANGRY, 3, RESHARE):
                engaged = True
                interest[u] *= 1 - BLOCK.interest_drift
                interest[u, p.topic[at]] += BLOCK.interest_drift * interest.shape[1]
            if p.stance[at] == 1:
                rate = BLOCK.belief_rate * (exp(-world.users.discernment[u]) if world.narrative_is_false[story] else 1)
                belief[u, story] += min(rate, 1) * (1 - belief[u, story])
            elif p.stance[at] == -1:
                belief[u, story] *= 1 - BLOCK.correction_rate
            if p.kind[at] == CIVIC:
                warmth[u] = max(0, warmth[u] - BLOCK.warmth_per_term * int(p.outgroup_terms[at]))
        mean = float(slate.value[list(rows)].astype(float).mean())
        satisfaction[u] += BLOCK.satisfaction_rate * (mean - satisfaction[u])
        gain = BLOCK.habit_from_satisfaction * satisfaction[u] + BLOCK.habit_from_engagement * engaged
        habit[u] = min(2, max(0.5, habit[u] * exp(gain)))
    return {"satisfaction": satisfaction, "habit": habit, "warmth": warmth, "interest": interest, "belief": belief}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 5), max_size=5), min_size=3, max_size=3),
    st.lists(st.integers(0, 127), min_size=15, max_size=15),
    st.lists(st.floats(-3, 3, width=16), min_size=15, max_size=15),
    st.lists(st.floats(-2, 2, width=16), min_size=3, max_size=3),
)
def test_minds_change_as_the_plain_twin_says(
    posts: list[list[int]], actions: list[int], value: list[float], discernment: list[float]
) -> None:
    world = world_with_stories()
    world.users.discernment[:] = discernment
    many = sum(map(len, posts))
    slate = slate_of(candidates_of(sessions_of([0, 1, 2]), posts), actions[:many], value[:many])
    expected = changed(world, slate)
    change(world, slate, BLOCK)
    for name, column in expected.items():
        np.testing.assert_allclose(getattr(world.minds, name), column, rtol=1e-5, atol=1e-5, err_msg=name)
