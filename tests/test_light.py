"""The light pass, and the rankers' scores: what orders the candidates."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pasts import lived, offered
from worlds import add_posts, add_reshare, candidates_of, retyped, sessions_of, world_of

from feedsim.feed.features import PAIR_FEATURES, POST_FEATURES, VIEWER_FEATURES, FeatureSpace, features
from feedsim.feed.flow import Candidates, chronological_score
from feedsim.feed.post_table import PostTable
from feedsim.feed.ranking import (
    PRESETS,
    LightModel,
    LightPass,
    Preset,
    dropped_terms,
    engagement_score,
    head_weights,
    popular_score,
    random_score,
)
from feedsim.world.rng import Streams
from feedsim.world.world import ACTIONS, World

SEEDS = st.integers(0, 10**6)
F32 = np.float32
VIEWERS = slice(len(POST_FEATURES), len(POST_FEATURES) + len(VIEWER_FEATURES))


def model(seed: int, features: int) -> LightModel:
    """Any coefficients of what varies within a session; none of the viewer's own features."""
    coefficients = Streams(seed).normal("coefficient", np.arange(features)).astype(F32)
    coefficients[VIEWERS] = 0
    coefficients[len(POST_FEATURES) + len(VIEWER_FEATURES) + len(PAIR_FEATURES) :] = 0
    return LightModel(coefficients, float(Streams(seed).normal("intercept")))


def flat(c: Candidates, scores: list[list[float]], posts: int) -> LightPass:
    """A pass in which a post scores what is said, and pairs add nothing."""
    by_post = np.zeros(posts, F32)
    by_post[c.post] = [score for row in scores for score in row]
    return LightPass(by_post, np.zeros(len(PAIR_FEATURES)))


# The light pass


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_the_light_score_is_the_linear_model_but_for_a_constant_within_a_session(seed: int) -> None:
    world = lived(seed)
    c, space, table = offered(world, seed), FeatureSpace.of(world), PostTable().renew(world)
    light = model(seed, len(space))
    whole = features(world, space, table, c).astype(float) @ light.coefficients + light.intercept
    rest = light.over(table, world.minute).scores(world, c) - whole
    for a, b in zip(c.start[:-1], c.start[1:], strict=True):
        np.testing.assert_allclose(rest[a:b], rest[a], atol=2e-4)


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(0, 24))
def test_every_feature_that_is_read_counts_by_its_coefficient(seed: int, feature: int) -> None:
    world = lived(seed)
    c, space, table = offered(world, seed), FeatureSpace.of(world), PostTable().renew(world)
    one = np.zeros(len(space), F32)
    one[feature] = 2
    expected = 2 * features(world, space, table, c)[:, feature]
    if feature in range(VIEWERS.start, VIEWERS.stop):
        expected = 0 * expected
    np.testing.assert_allclose(
        LightModel(one, 0.5).over(table, world.minute).scores(world, c), 0.5 + expected, rtol=1e-5, atol=1e-6
    )


@st.composite
def offers(draw: st.DrawFn) -> tuple[World, Candidates, LightPass, int]:
    """Sessions of up to twelve posts each, keys in any order, few different scores, and how many may stay."""
    counts = draw(st.lists(st.integers(0, 12), min_size=1, max_size=4))
    many = sum(counts)
    world = world_of([], users=max(3, len(counts)))
    keys = draw(st.permutations(range(many)))
    add_posts(world, [0] * many, [0] * many, {"key": np.array(keys, np.uint64) if many else 0})
    rows = np.split(np.arange(many), np.cumsum(counts)[:-1])
    c = candidates_of(sessions_of(range(len(counts))), [row.tolist() for row in rows])
    values = st.sampled_from([-1e30, -2.5, -1.0, -0.0, 0.0, 0.5, 3.0])
    scores = [draw(st.lists(values, min_size=n, max_size=n)) for n in counts]
    return world, c, flat(c, scores, many), draw(st.integers(1, 13))


@settings(max_examples=150, deadline=None)
@given(offers())
def test_the_cut_keeps_exactly_the_best_and_ties_go_to_the_smaller_key(
    offer: tuple[World, Candidates, LightPass, int],
) -> None:
    world, c, light, keep = offer
    expected: list[int] = []
    for a, b in zip(c.start[:-1], c.start[1:], strict=True):
        best = sorted(range(a, b), key=lambda r: (-light.posts[c.post[r]], world.posts.key[c.post[r]]))
        expected += sorted(best[:keep])
    kept = light.cut(world, c, keep)
    assert kept.row.tolist() == expected
    assert kept.light is not None
    assert kept.light.tolist() == light.posts[c.post[expected]].tolist()
    assert np.diff(kept.start).tolist() == np.minimum(np.diff(c.start), keep).tolist()


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.integers(1, 8))
def test_the_cut_of_a_world_with_a_past_is_that_of_its_scores(seed: int, keep: int) -> None:
    world = lived(seed)
    c = offered(world, seed)
    light = model(seed, len(FeatureSpace.of(world))).over(PostTable().renew(world), world.minute)
    score = light.scores(world, c)
    worst = [np.sort(score[a:b])[-keep] for a, b in zip(c.start[:-1], c.start[1:], strict=True)]
    kept = light.cut(world, c, keep)
    assert (kept.light >= np.array(worst)[kept.session]).all()
    assert set(np.flatnonzero(score > np.array(worst)[c.session])) <= set(kept.row.tolist())
    assert np.bincount(kept.session).tolist() == [keep] * len(c.sessions)


# Scores


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.sampled_from([0.0, 0.5, 0.75, 1.0]))
def test_the_engagement_score_weighs_the_probabilities(seed: int, factor: float) -> None:
    world, lots = lived(seed), Streams(seed)
    c = offered(world, seed)
    c = retyped(c, (np.arange(len(c)) % 4).tolist())
    p = lots.uniform("p", np.arange(len(c))[:, None], np.arange(len(ACTIONS))).astype(F32)
    weights = np.array([1.0, 0.5, 2.0, 15.0, 5.0, -40.0, -9.0])
    total = p.astype(float) @ weights
    expected = np.where((c.source > 0) & (total > 0), factor * total, total)
    score = engagement_score(c, p, weights, factor)
    np.testing.assert_allclose(score, expected, rtol=1e-5, atol=1e-5)
    assert (score <= total + 1e-4).all()


def test_a_score_below_zero_is_not_raised_by_being_from_out_of_network() -> None:
    c = retyped(candidates_of(sessions_of([0]), [[0, 1, 2, 3]]), [0, 1, 0, 3])
    p = np.zeros((4, len(ACTIONS)), F32)
    p[:2, 1], p[2:, 5] = 0.5, 0.25
    score = engagement_score(c, p, head_weights({"like": 2.0, "hide": -4.0}), 0.75)
    assert score.tolist() == [1.0, 0.75, -1.0, -1.0]


def test_the_chronological_score_falls_with_the_hours_since_it_entered_the_feed() -> None:
    world = world_of([(0, 1)])
    add_posts(world, [1, 2, 1], [0, 30, 110])
    reshare = add_reshare(world, 1, 1, 60)
    c = candidates_of(sessions_of([0], 120), [[0, 1, 2, 1]], item=[0, reshare, 2, -1])
    assert chronological_score(world, c).tolist() == pytest.approx([1 / 3, 1 / 2, 6 / 7, 0])
    world.items.drop(1)
    later = candidates_of(sessions_of([0], 120), [[1, 2]], item=[reshare, 2])
    assert chronological_score(world, later).tolist() == pytest.approx([1 / 2, 6 / 7])


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_chronology_puts_what_entered_later_above_and_strangers_last(seed: int) -> None:
    world = lived(seed)
    c = offered(world, seed)
    score, inside = chronological_score(world, c), c.item >= 0
    entered = world.items.minute[c.item[inside] - world.items.base]
    order = np.argsort(-score[inside], kind="stable")
    assert (np.diff(entered[order]) <= 0).all()
    assert (score[~inside] == 0).all()
    assert (score[inside] > 0).all()


def test_the_popular_score_is_the_heat_of_the_post_for_everybody() -> None:
    c = candidates_of(sessions_of([0, 1]), [[12, 10], [11, 12]])
    assert popular_score(c, np.array([3.0, 1.0, 2.0], F32), base=10).tolist() == [2.0, 3.0, 1.0, 2.0]


def test_the_random_score_is_a_lot_by_tick_viewer_and_key_whatever_the_row() -> None:
    world = world_of([])
    add_posts(world, [0] * 3, [0] * 3, {"key": [7, 8, 9]})
    c = candidates_of(sessions_of([0, 1]), [[0, 1, 2], [2, 1, 0]])
    score = random_score(world, c)
    expected = [world.streams.uniform("random_rank", 0, user, key) for user, key in
                ((0, 7), (0, 8), (0, 9), (1, 9), (1, 8), (1, 7))]  # fmt: skip
    assert score.tolist() == np.array(expected, F32).tolist()
    assert len(set(score.tolist())) == 6
    assert set(random_score(replace(world, tick=1), c).tolist()).isdisjoint(score.tolist())


# Published weights


PUBLISHED = {
    "facebook_2017": ([0, 1, 5, 15, 5, 0, 0], {"love": 5}),
    "facebook_2018": ([0, 1, 4, 15, 5, 0, 0], {"love": 4, "significant_comment": 30, "significant_reshare": 30}),
    "facebook_2020": (
        [0, 1, 0, 15, 5, 0, 0], {"love": 2, "sad": 2, "significant_comment": 30, "significant_reshare": 30}),
    "twitter_2023_03": (
        [11, 0.5, 0, 27, 1, -74, -369], {"author_reply": 75, "profile_click": 12, "video_half": 0.005}),
    "twitter_2023_04": (
        [11, 0.5, 0, 13.5, 1, -74, -369],
        {"click_2": 10, "author_reply": 75, "profile_click": 12, "video_half": 0.005}),
}  # fmt: skip
"""Weight of each head, and the terms for which there is none (facts H25 and H27)."""


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_has_its_published_numbers_and_drops_exactly_what_has_no_head(preset: str) -> None:
    weights, dropped = PUBLISHED[preset]
    assert head_weights(preset).tolist() == weights
    assert dropped_terms(preset) == dropped
    kept = {action: PRESETS[preset].get(action, 0) for action in ACTIONS}
    assert dict(zip(ACTIONS, head_weights(preset).tolist(), strict=True)) == kept


def test_every_preset_may_be_named_in_a_scenario_and_no_other() -> None:
    assert set(get_args(Preset)) == set(PRESETS) == set(PUBLISHED)


def test_own_weights_stand_as_they_are_said_and_drop_nothing() -> None:
    assert head_weights({"report": -2.0, "click": 1.0}).tolist() == [1, 0, 0, 0, 0, 0, -2]
    assert dropped_terms({"report": -2.0}) == {}
