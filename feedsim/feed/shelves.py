"""Where the feed looks beyond the network: living posts sorted onto shelves, filled anew every so often."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numba import prange

from feedsim.kernels import kernel, parallel
from feedsim.world.arrays import Doubles, Floats, Ints, Longs
from feedsim.world.posts import REMOVED, Posts
from feedsim.world.world import World

TRENDING_ROOM = 400
"""Posts on the trending shelf of a language (assumption)."""
HEAT_GRAVITY = 1.5
"""How fast heat fades with age, in hours + 2: the exponent that news aggregators made customary (assumption)."""
HEAT_OF = np.array([0.2, 1.0, 1.0, 3.0, 3.0, 0.0, 0.0])
"""(A,) what each action adds to heat: clicks little, comments and reshares most (assumption)."""


@dataclass(frozen=True)
class Shelves:
    """Rows of living posts: by topic and trending, hottest first; and anything. L languages, T topics."""

    topic_start: Longs
    """(L * T + 1,) where each language's and topic's shelf begins in `by_topic`"""
    by_topic: Ints
    trending_start: Longs
    """(L + 1,)"""
    trending: Ints
    any_start: Longs
    """(L + 1,)"""
    anything: Ints
    """all posts of a language, oldest first"""


def heat(posts: Posts, minute: int) -> Floats:
    """(P,) engagement for age: (1 + sum of weighted actions) / (hours + 2) ** 1.5."""
    result = np.empty(len(posts), np.float32)
    counts = np.vstack([posts.live(name) for name in Posts.COUNTERS])
    _heat(counts, HEAT_OF, posts.minute, minute, result)
    return result


@parallel
def _heat(counts: Ints, weights: Doubles, born: Ints, minute: int, result: Floats) -> None:
    for p in prange(result.size):
        warmth = 1.0
        for a in range(weights.size):
            warmth += weights[a] * counts[a, p]
        hours = max(0, minute - born[p]) / 60.0 + 2.0
        result[p] = warmth / hours**HEAT_GRAVITY


def fill(world: World, languages: int, topics: int, retention: int) -> Shelves:
    """The shelves as of now, of posts younger than `retention` minutes."""
    posts = world.posts
    hot = heat(posts, world.minute).astype(np.float64)
    # Ties go to an addressed lot of the post's key, so that they fall alike in every arm.
    hot *= 1 + 1e-6 * world.streams.uniform("heat_tie", posts.live("key"))
    # A post of this very tick may be younger than the sessions that look for it: it has to wait.
    born, status = posts.minute[: len(posts)], posts.status[: len(posts)]
    alive = (status != REMOVED) & (born > world.minute - retention) & (born <= world.minute)
    language, topic = posts.live("language").astype(np.int64), posts.live("topic").astype(np.int64)
    topic_start, by_topic = _shelve(np.where(alive, language * topics + topic, -1), languages * topics)
    for a, b in pairwise(topic_start):
        by_topic[a:b] = _hottest(by_topic[a:b], hot, int(b - a))
    any_start, anything = _shelve(np.where(alive, language, -1), languages)
    trending = [_hottest(anything[a:b], hot, TRENDING_ROOM) for a, b in pairwise(any_start)]
    trending_start = np.cumsum([0, *map(len, trending)], dtype=np.int64)
    return Shelves(topic_start, by_topic, trending_start, np.concatenate(trending), any_start, anything)


def _shelve(shelf: Longs, shelves: int) -> tuple[Longs, Ints]:
    """Counting sort of rows onto their shelf (-1 = none), in the order of rows on each."""
    start = np.zeros(shelves + 1, np.int64)
    np.cumsum(np.bincount(shelf[shelf >= 0], minlength=shelves), out=start[1:])
    return start, _place(shelf, start.copy(), int(start[-1]))


def _hottest(rows: Ints, hot: Doubles, most: int) -> Ints:
    """The `most` hottest of the rows, hottest first."""
    some = rows if len(rows) <= most else rows[np.argpartition(-hot[rows], most)[:most]]
    return some[np.argsort(-hot[some])]


@kernel
def _place(shelf: Longs, next_free: Longs, total: int) -> Ints:
    rows = np.empty(total, np.int32)
    for p in range(shelf.size):
        if shelf[p] >= 0:
            rows[next_free[shelf[p]]] = p
            next_free[shelf[p]] += 1
    return rows
