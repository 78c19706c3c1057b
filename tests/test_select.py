"""What is shown, in what order; and what is cut before."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import add_posts, candidates_of, retyped, sessions_of, world_of

from feedsim.feed.flow import Candidates
from feedsim.feed.ranking import LightPass
from feedsim.feed.select import attenuated, select
from feedsim.world.rng import Streams, hashed
from feedsim.world.world import World

SCORES = st.lists(st.sampled_from([-2.5, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0]), min_size=1, max_size=12)
KEYS = (7, 3, 9, 1, 8, 2, 6, 4, 5, 0, 11, 10)
"""Of posts by row: another order than the rows'."""


def feed(scores: Sequence[Sequence[float]], length: int = 20) -> tuple[World, Candidates]:
    """Sessions of persons 0, 1, ... who could all be shown the same posts."""
    world = world_of([], users=max(3, len(scores)))
    add_posts(world, [0] * 12, [0] * 12, {"key": np.array(KEYS)})
    flat = [score for row in scores for score in row]
    c = candidates_of(sessions_of(range(len(scores)), length=length), [range(len(row)) for row in scores], score=flat)
    return world, c


def shown(world: World, c: Candidates, explore: float = 0.0) -> list[list[int]]:
    """Posts of each session, in the order of the screen."""
    choice = select(world, c, explore)
    posts = c.post[choice.candidate].tolist()
    return [posts[a:b] for a, b in zip(choice.start[:-1], choice.start[1:], strict=True)]


@settings(max_examples=80, deadline=None)
@given(st.lists(SCORES, min_size=1, max_size=4), st.integers(1, 13))
def test_the_best_are_shown_in_order_and_ties_go_to_the_smaller_key(scores: list[list[float]], length: int) -> None:
    world, c = feed(scores, length)
    plain = [sorted(range(len(row)), key=lambda r: (-row[r], KEYS[r]))[:length] for row in scores]
    assert shown(world, c) == plain
    choice = select(world, c)
    assert choice.rank.tolist() == [rank for row in plain for rank in range(len(row))]


@settings(max_examples=80, deadline=None)
@given(st.lists(SCORES, min_size=1, max_size=4), st.integers(1, 13))
def test_the_light_cut_keeps_the_best_and_ties_go_to_the_smaller_key(scores: list[list[float]], keep: int) -> None:
    world, c = feed([[0.0] * len(row) for row in scores])
    best = LightPass(np.zeros(12, np.float32), np.zeros(5))
    flat = np.array([score for row in scores for score in row], np.float32)
    # One viewer a pass, so that each may have scores of his own.
    for s, row in enumerate(scores):
        one = candidates_of(sessions_of([s]), [range(len(row))])
        light = replace(best, posts=np.r_[np.array(row, np.float32), np.zeros(12 - len(row), np.float32)])
        kept = light.cut(world, one, keep)
        assert kept.post.tolist() == sorted(sorted(range(len(row)), key=lambda r: (-row[r], KEYS[r]))[:keep])
        np.testing.assert_array_equal(kept.light, flat[c.start[s] : c.start[s + 1]][kept.post])


@settings(max_examples=150, deadline=None)
@given(SCORES, st.data(), st.floats(0, 1, width=32))
def test_demoting_one_post_alone_never_improves_its_own_rank(
    scores: list[float], data: st.DataObject, factor: float
) -> None:
    world, c = feed([scores])
    row = data.draw(st.integers(0, len(scores) - 1))
    others = np.array([data.draw(st.sampled_from([1.0, 0.5, 0.0])) for _ in scores], np.float32)
    alone = np.ones(len(scores), np.float32)
    alone[row] = factor
    before = shown(world, replace(c, factors={"others": others}))[0]
    after = shown(world, replace(c, factors={"others": others, "it": alone}))[0]
    assert after.index(row) >= before.index(row)
    assert [r for r in after if r != row] == [r for r in before if r != row]


@settings(max_examples=150, deadline=None)
@given(SCORES, st.lists(st.floats(0, 1, width=32), max_size=3))
def test_factors_never_raise_a_score_above_or_below_zero(scores: list[float], factors: list[float]) -> None:
    _, c = feed([scores])
    rows = {str(i): np.full(len(scores), f, np.float32) for i, f in enumerate(factors)}
    assert c.score is not None
    assert (attenuated(replace(c, factors=rows)) <= c.score).all()


def test_factors_multiply_and_a_negative_score_is_divided() -> None:
    _, c = feed([[4.0, -4.0, 0.0, 2.0]])
    halves = np.full(4, 0.5, np.float32)
    assert attenuated(replace(c, factors={"a": halves, "b": halves})).tolist() == [1.0, -16.0, 0.0, 0.5]
    assert attenuated(replace(c, factors={"a": np.zeros(4, np.float32)})).tolist() == [0.0, -4e6, 0.0, 0.0]
    assert attenuated(replace(c, factors={"a": np.ones(4, np.float32)})).tolist() == [4.0, -4.0, 0.0, 2.0]
    assert attenuated(c).tolist() == [4.0, -4.0, 0.0, 2.0]


def test_a_person_is_shown_as_many_as_he_looks_at_and_there_are() -> None:
    world, c = feed([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], []])
    lengths = replace(c, sessions=replace(c.sessions, length=np.array([2, 9, 4], np.int32)))
    assert shown(world, lengths) == [[2, 1], [2, 1, 0], []]


def test_exploring_gives_slots_by_lot_to_strangers_posts_in_an_order_by_lot() -> None:
    """Against plain Python: the slot's lot says which kind, a ticket which stranger; score says which friend."""
    world, c = feed([[float(r) for r in range(12)]] * 40, length=6)
    c = retyped(c, [0, 0, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3] * 40)
    strangers = 0
    for user, posts in enumerate(shown(world, c, 0.3)):
        base = hashed(world.streams.base("explore"), [world.tick, user])
        lots = (hashed(base, [np.arange(6)]) >> np.uint64(11)) * 2.0**-53
        friends = [5, 4, 3, 2, 1, 0]
        others = sorted(range(6, 12), key=lambda r: int(hashed(base, [KEYS[r]])))
        assert posts == [others.pop(0) if lot < 0.3 else friends.pop(0) for lot in lots]
        strangers += sum(post >= 6 for post in posts)
    assert strangers == pytest.approx(0.3 * 240, abs=25)


def test_exploring_ends_where_there_are_no_strangers_posts_and_shows_none_beyond_its_lots() -> None:
    world, c = feed([[1.0, 2.0, 3.0, 4.0]], length=4)
    assert shown(world, c, 0.9) == [[3, 2, 1, 0]]
    few = shown(world, retyped(c, [0, 1, 1, 1]), 1e-9)
    assert few == [[0]]
    one = [len(row) for row in shown(world, retyped(c, [0, 0, 0, 1]), 1.0)]
    assert one == [4]


def test_without_exploring_strangers_posts_compete_by_score() -> None:
    world, c = feed([[1.0, 2.0, 3.0, 4.0]])
    assert shown(world, retyped(c, [0, 1, 2, 3])) == [[3, 2, 1, 0]]


def test_who_else_is_served_changes_nothing() -> None:
    world, c = feed([[1.0, 1.0, 1.0]] * 3)
    c = retyped(c, [0, 1, 0] * 3)
    alone = replace(candidates_of(sessions_of([2]), [[0, 1, 2]], score=[1.0] * 3), source=c.source[6:])
    assert shown(world, c, 0.5)[2] == shown(world, alone, 0.5)[0]
    assert shown(replace(world, streams=Streams(2)), c)[2] == shown(world, c)[2]
