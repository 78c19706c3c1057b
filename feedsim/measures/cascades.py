"""Cascades: the tree of reshares that grew from each root post."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from feedsim.feed.flow import Reshares
from feedsim.kernels import inlined, kernel
from feedsim.world.arrays import Doubles, Ints, Keys, Longs


@dataclass(frozen=True)
class Roots:
    """Posts that may have been reshared; one row a post, in any order."""

    key: Keys
    """(P,)"""
    author: Ints
    """(P,)"""
    minute: Ints
    """(P,) of publication"""
    harm: Any
    """(P,) class of harm, handed on as it is"""
    followers: Ints
    """(P,) of the author"""
    minutes_to_1500_viewers: Doubles
    """(P,) NaN = never"""

    def __len__(self) -> int:
        return len(self.key)


def cascades(roots: Roots, reshares: Reshares) -> dict[str, Any]:
    """Columns of cascades.parquet, a row for each root with a reshare, by key; NaN = never.

    Raises ValueError where a reshare's root is not among `roots`, or nobody of that tree is its parent.
    """
    rows, start, order = _by_root(roots.key, reshares)
    user, parent = reshares.user[order], reshares.parent_user[order]
    people = 1 + max((int(column.max()) for column in (roots.author, user) if len(column)), default=0)
    above = _parents(start, roots.author[rows], user, parent, people)
    if (above < -1).any():
        key = reshares.key[order][np.flatnonzero(above < -1)[0]]
        raise ValueError(f"a reshare of post {key} names a parent who is not in its tree")
    depth, breadth, distance = _shapes(start, above)
    to_10, to_100 = _minutes_to(start, reshares.minute[order], roots.minute[rows])
    return {
        "key": roots.key[rows],
        "harm": roots.harm[rows],
        "size": np.diff(start) + 1,
        "depth": depth,
        "max_breadth": breadth,
        "structural_virality": distance,
        "root_followers": roots.followers[rows],
        "minutes_to_10": to_10,
        "minutes_to_100": to_100,
        "minutes_to_1500_viewers": roots.minutes_to_1500_viewers[rows],
    }


def _by_root(key: Keys, reshares: Reshares) -> tuple[Longs, Longs, Longs]:
    """Trees by the root's key: (N,) rows of the roots; (N + 1,) where each tree's reshares begin; (R,) their order.

    Within a tree by depth, so that parents come first.
    """
    by_key = np.argsort(key)
    place = np.searchsorted(key, reshares.key, sorter=by_key)
    found = place < len(key)
    found[found] = key[by_key[place[found]]] == reshares.key[found]
    if not found.all():
        raise ValueError(f"reshares of posts that are not among the roots: {np.unique(reshares.key[~found])[:5]}")
    order = np.argsort(place * 2**16 + reshares.depth)
    trees, first = np.unique(place[order], return_index=True)
    return by_key[trees], np.append(first, len(place)), order


@kernel
def _parents(start: Longs, author: Ints, user: Ints, parent: Ints, people: int) -> Ints:
    """(R,) place of each reshare's parent in the order of rows, -1 = the root, -2 = nobody of the tree."""
    tree = np.full(people, -1, np.int32)  # in which each person was met last, and where
    place = np.zeros(people, np.int32)
    above = np.full(len(user), -2, np.int32)
    for t in range(len(author)):
        for row in range(start[t], start[t + 1]):
            if parent[row] == author[t]:
                above[row] = -1
            elif 0 <= parent[row] < people and tree[parent[row]] == t:
                above[row] = place[parent[row]]
            tree[user[row]], place[user[row]] = t, row
    return above


@kernel
def _shapes(start: Longs, above: Ints) -> tuple[Ints, Ints, Doubles]:
    """(N,) depth, (N,) most people at one depth, (N,) mean distance between two people of the tree."""
    trees = len(start) - 1
    depth, breadth, distance = np.zeros(trees, np.int32), np.ones(trees, np.int32), np.zeros(trees)
    level, below = np.zeros(len(above), np.int32), np.ones(len(above), np.int64)
    for t in range(trees):
        at_level = 0
        for row in range(start[t], start[t + 1]):
            level[row] = 1 if above[row] < 0 else level[above[row]] + 1
            # Rows come level by level, so a level ends where the next begins.
            at_level = at_level + 1 if level[row] == depth[t] else 1
            depth[t] = level[row]
            breadth[t] = max(breadth[t], at_level)
        distance[t] = _mean_distance(start[t], start[t + 1], above, below)
    return depth, breadth, distance


@inlined
def _mean_distance(first: int, last: int, above: Ints, below: Longs) -> float:
    """2 W / (n (n - 1)), where W is the Wiener index: an edge with s people below it lies on s (n - s) paths."""
    n, wiener = last - first + 1, 0
    for row in range(last - 1, first - 1, -1):
        wiener += below[row] * (n - below[row])
        if above[row] >= 0:
            below[above[row]] += below[row]
    return 2.0 * wiener / (n * (n - 1.0))


@kernel
def _minutes_to(start: Longs, minute: Ints, published: Ints) -> tuple[Doubles, Doubles]:
    """(N,) minutes from publication to the 10th, and (N,) to the 100th reshare; NaN = never."""
    to_10, to_100 = np.full(len(published), np.nan), np.full(len(published), np.nan)
    for t in range(len(published)):
        reshares = start[t + 1] - start[t]
        if reshares >= 10:
            when = np.sort(minute[start[t] : start[t + 1]])
            to_10[t] = when[9] - published[t]
            if reshares >= 100:
                to_100[t] = when[99] - published[t]
    return to_10, to_100
