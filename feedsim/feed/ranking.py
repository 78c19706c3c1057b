"""Stage 5, score: four rankers, chosen by `kind`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias

import numpy as np
from numba import prange
from pydantic import Field

from feedsim.block import Block, Weight
from feedsim.feed.features import LOG_OF_AGE, PAIR_FEATURES, POST_FEATURES, TASTE_PRIOR, VIEWER_FEATURES
from feedsim.feed.flow import Candidates
from feedsim.feed.presets import PRESETS, Preset
from feedsim.kernels import kernel, parallel
from feedsim.world.arrays import Bools, Codes, Doubles, Floats, Ints, Keys, Longs, Shorts
from feedsim.world.world import ACTIONS, Action, World


class EngagementRanker(Block):
    """Learns what engages: one boosted forest an action, score = weights . p."""

    kind: Literal["engagement"] = "engagement"
    weights: Preset | dict[Action, Weight] = "facebook_2018"
    trees: Annotated[int, Field(ge=1, le=1000)] = 50
    leaves: Annotated[int, Field(ge=2, le=64)] = 16
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.1
    training_rows: Annotated[int, Field(ge=100)] = 30_000
    """at most, a head"""
    window_days: Annotated[int, Field(ge=1, le=30)] = 3
    """of logged impressions to learn from"""
    retrain_days: Annotated[int, Field(ge=1)] = 1
    out_of_network_factor: Annotated[float, Field(ge=0, le=1)] = 1.0
    """on the score of what no followee brought; Twitter used 0.75 (C07)"""


class ChronologicalRanker(Block):
    """Followees' posts and reshares, newest first."""

    kind: Literal["chronological"]


class PopularRanker(Block):
    """What gathered most engagement for its age, for everybody alike."""

    kind: Literal["popular"]


class RandomRanker(Block):
    """Any candidate, by lot."""

    kind: Literal["random"]


RankerBlock: TypeAlias = Annotated[
    EngagementRanker | ChronologicalRanker | PopularRanker | RandomRanker, Field(discriminator="kind")
]


def named_weights(weights: Preset | Mapping[Action, float]) -> dict[str, float]:
    """Every term of a preset, or of the weights as given, with or without a head."""
    return PRESETS[weights] if isinstance(weights, str) else dict(weights.items())


def head_weights(weights: Preset | Mapping[Action, float]) -> Doubles:
    """(A,) what each head's probability counts for; published terms without a head are dropped."""
    named = named_weights(weights)
    return np.array([named.get(action, 0.0) for action in ACTIONS])


def dropped_terms(weights: Preset | Mapping[Action, float]) -> dict[str, float]:
    """Terms of a preset that have no head here."""
    return {name: value for name, value in named_weights(weights).items() if name not in ACTIONS}


@dataclass(frozen=True)
class LightModel:
    """The first pass: a linear score that imitates the heads at a hundredth of their cost."""

    coefficients: Floats
    """(F,) zero where the feature is not read"""
    intercept: float

    def over(self, table: Floats, minute: int) -> "LightPass":
        """The model, ready for the tick of `minute`, whose posts have these rows of PostTable (P, 16)."""
        width = len(POST_FEATURES)
        posts = np.empty(len(table), np.float32)
        _dot(table, self.coefficients[:width], self.intercept, LOG_OF_AGE, minute, posts)
        pair = self.coefficients[width + len(VIEWER_FEATURES) :][: len(PAIR_FEATURES)]
        return LightPass(posts, pair.astype(np.float64))


@dataclass(frozen=True)
class LightPass:
    """The light model in one tick."""

    posts: Floats
    """(P,) what each living post's own features add up to"""
    pair: Doubles
    """coefficients of PAIR_FEATURES"""

    def scores(self, world: World, c: Candidates) -> Floats:
        """(C,) the score of every candidate; what is equal within a session is left out."""
        result = np.empty(len(c), np.float32)
        profiles, items = world.profiles, world.items
        _light(
            c.start, c.sessions.user, c.sessions.minute, c.post, c.item, c.edge, world.posts.base, self.posts,
            world.posts.topic, self.pair, profiles.topic_clicks, profiles.affinity,
            items.base, items.minute, items.depth, LOG_OF_AGE, result,
        )  # fmt: skip
        return result

    def cut(self, world: World, c: Candidates, keep: int, light: Floats | None = None) -> Candidates:
        """The `keep` best candidates of each session, by their own scores or `light` (C,); ties go to the smaller post
        key."""
        light = self.scores(world, c) if light is None else light
        kept = np.zeros(len(c), np.bool_)
        _top(c.start, light, world.posts.key, c.post, world.posts.base, np.full(len(c.sessions), keep), kept)
        return replace(c, light=light).take(np.flatnonzero(kept))


@parallel
def _dot(
    table: Floats, coefficients: Floats, intercept: float, log_of_age: Doubles, minute: int, result: Floats
) -> None:
    for p in prange(table.shape[0]):
        total = intercept + coefficients[0] * log_of_age[max(0, minute - int(table[p, 0]))]
        for f in range(1, coefficients.size):
            total += table[p, f] * coefficients[f]
        result[p] = total


@kernel
def _light(
    start: Longs, user: Ints, now: Ints, post: Ints, item: Ints, edge: Ints, base: int, posts: Floats, topic: Codes,
    pair: Doubles, topic_clicks: Floats, affinity: Floats,
    item_base: int, item_minute: Ints, item_depth: Shorts, log_of_age: Doubles, result: Floats,
) -> None:  # fmt: skip
    for s in range(user.size):
        u = user[s]
        mine = 0.0
        for t in range(topic_clicks.shape[1]):
            mine += topic_clicks[u, t]
        per_click = pair[4] / (mine + TASTE_PRIOR * topic_clicks.shape[1])
        for r in range(start[s], start[s + 1]):
            p, i = post[r] - base, item[r] - item_base
            score = posts[p] + per_click * (topic_clicks[u, topic[p]] + TASTE_PRIOR)
            if item[r] >= 0:
                score += pair[0] + pair[2] * log_of_age[max(0, now[s] - item_minute[i])]
                score += pair[1] if item_depth[i] > 0 else 0.0
                score += pair[3] * np.log1p(affinity[edge[r]]) if affinity[edge[r]] > 0 else 0.0
            result[r] = score


@kernel
def _top(start: Longs, score: Floats, key: Keys, post: Ints, base: int, wanted: Longs, kept: Bools) -> None:
    """Mark the `wanted[s]` best rows of every session."""
    order = np.empty(np.max(np.diff(start)) if start.size > 1 else 0, np.int32)
    for s in range(start.size - 1):
        a, b = start[s], start[s + 1]
        n = wanted[s]
        if b - a <= n:
            kept[a:b] = True
            continue
        edge = _edge(score[a:b], n, order)
        ties, spare = 0, n
        for r in range(a, b):
            kept[r] = score[r] > edge
            spare -= 1 if score[r] > edge else 0
            ties += 1 if score[r] == edge else 0
        for r in range(a, b):
            if score[r] == edge:
                smaller = 0
                if ties > spare:
                    for other in range(a, b):
                        if score[other] == edge and key[post[other] - base] < key[post[r] - base]:
                            smaller += 1
                kept[r] = smaller < spare


@kernel
def _edge(score: Floats, n: int, order: Ints) -> float:
    """The n-th greatest of the scores: found bit by bit, a count over all of them each, which is faster than to part
    them, since it takes no branch. `order` is room for as many."""
    bits = score.view(np.int32)
    for r in range(bits.size):
        # Below zero floats are the greater as integers the smaller they are: turned round, integers are in their order.
        order[r] = bits[r] ^ ((bits[r] >> 31) & 0x7FFFFFFF)
    least = np.int64(-(1 << 31))
    for bit in range(31, -1, -1):
        tried = np.int32(least + (1 << bit))
        reach = np.int32(0)
        for r in range(bits.size):
            reach += np.int32(order[r] >= tried)
        if reach >= n:
            least = np.int64(tried)
    edge = np.array([least], np.int32)
    edge[0] ^= (edge[0] >> 31) & 0x7FFFFFFF
    return float(edge.view(np.float32)[0])


def engagement_score(c: Candidates, p: Floats, weights: Doubles, out_of_network_factor: float) -> Floats:
    """(C,) weights . p, out-of-network rows scaled; a negative score is never raised by the scale.

    `weights` are the same for all rows (A,), or each row's own (C, A).
    """
    result = np.empty(len(c), np.float32)
    _weigh(p, np.atleast_2d(weights), c.source, out_of_network_factor, result)
    return result


@kernel
def _weigh(p: Floats, weights: Doubles, source: Codes, factor: float, result: Floats) -> None:
    for r in range(result.size):
        total, of = 0.0, np.int64(r if weights.shape[0] > 1 else 0)
        for a in range(weights.shape[1]):
            # What counts for nothing was not asked for, and is no number.
            if weights[of, a] != 0:
                total += weights[of, a] * p[r, a]
        result[r] = total * factor if source[r] != 0 and total > 0 else total


def popular_score(c: Candidates, heat: Floats, base: int) -> Floats:
    """(C,) the heat of the post, alike for everybody."""
    return heat[c.post - base]


def random_score(world: World, c: Candidates) -> Floats:
    """(C,) a lot in [0, 1), drawn by viewer and post."""
    return world.streams.uniform("random_rank", world.tick, c.user, world.posts.key[c.post - world.posts.base]).astype(
        np.float32
    )
