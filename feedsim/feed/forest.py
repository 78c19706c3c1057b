"""The ranker's heads: an action's forest each, laid out for the kernel and scored together.

Raw scores are equal to `Booster.predict(raw_score=True)` to the bit, whatever the blocks and threads: features are
compared in single precision with thresholds rounded down to it, and leaf values are added in double precision in the
order of the trees.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np

from feedsim.feed.quickscorer import TOGETHER, Places, score
from feedsim.feed.trees import Forest, UnsupportedForest, random_forest
from feedsim.world.arrays import Bytes, Doubles, Floats, Ints, Longs
from feedsim.world.rng import Streams

__all__ = ["Forest", "Heads", "Layout", "UnsupportedForest", "bare_rate"]

BLOCK = 512
"""Rows scored together: enough for whole vectors of bytes, few enough for the nearest cache (12 kB of codes)."""

Scorer: TypeAlias = Callable[[Floats], Doubles]
"""(n, F) features in, (n,) raw scores out."""


class Layout(NamedTuple):
    """Forests as the kernel reads them. K thresholds, N tests, T trees, L planes of eight leaves."""

    cut: Floats
    """(K,) the thresholds of each feature, ascending, each once, filled up with infinity to whole passes"""
    cuts: Longs
    """(F + 1,) where each feature's thresholds begin: a multiple of TOGETHER"""
    feature: Ints
    """(N,)"""
    limit: Places
    """(N,) place of the threshold among its feature's: the test fails where the code is above it"""
    mask: Bytes
    """(N,) the plane's leaves that stay when the test fails"""
    tests: Longs
    """(T * L + 1,) where the tests of each tree's planes begin: a multiple of TOGETHER"""
    leaf: Doubles
    """(T, 8 * L) values"""
    groups: Longs
    """(A + 1,) where each head's trees begin, in groups of TOGETHER"""

    @classmethod
    def of(cls, forests: Sequence[Forest], width: int) -> "Layout":
        """Thresholds become places, trees become planes, and whole groups are filled up with what changes nothing."""
        feature = np.concatenate([forest.feature for forest in forests])
        threshold = np.concatenate([forest.threshold for forest in forests])
        cut = [np.unique(threshold[feature == f]) for f in range(width)]
        planes = max(-(-forest.most_leaves // 8) for forest in forests)
        rows: list[tuple[int, int, int]] = []
        tests, leaf, groups = [0], [np.zeros((0, 8 * planes))], [0]
        for forest in forests:
            trees = forest.trees + -forest.trees % TOGETHER
            for tree in range(trees):
                for plane in range(planes):
                    rows += _plane(forest, tree, plane, cut)
                    tests.append(len(rows))
            leaf.append(_leaf_table(forest, trees, 8 * planes))
            groups.append(groups[-1] + trees // TOGETHER)
        table = np.array(rows, np.int64).reshape(-1, 3)
        place = np.uint8 if max(map(len, cut), default=0) <= 255 else np.uint16
        whole = [np.append(one, np.full(-len(one) % TOGETHER, np.float32(np.inf))) for one in cut]
        return cls(
            np.concatenate([np.zeros(0, np.float32), *whole]), np.cumsum([0, *map(len, whole)], dtype=np.int64),
            table[:, 0].astype(np.int32), table[:, 1].astype(place), table[:, 2].astype(np.uint8),
            np.array(tests, np.int64), np.concatenate(leaf), np.array(groups, np.int64),
        )  # fmt: skip


def _plane(forest: Forest, tree: int, plane: int, cut: list[Floats]) -> list[tuple[int, int, int]]:
    """(feature, limit, mask) of a tree's tests that can clear leaves of one plane, filled up to whole passes."""
    rows = []
    for k in range(*forest.start[tree : tree + 2].tolist()) if tree < forest.trees else ():
        cleared = ((1 << int(forest.right[k])) - (1 << int(forest.left[k]))) >> (8 * plane) & 0xFF
        if cleared:
            f = int(forest.feature[k])
            rows.append((f, int(np.searchsorted(cut[f], forest.threshold[k])), 0xFF ^ cleared))
    return rows + [(0, 0, 0xFF)] * (-len(rows) % TOGETHER)


def _leaf_table(forest: Forest, trees: int, leaves: int) -> Doubles:
    """(trees, leaves) values, zero where there is no such leaf."""
    table = np.zeros((trees, leaves))
    begin = forest.start + np.arange(forest.trees + 1)
    for tree in range(forest.trees):
        values = forest.leaf[begin[tree] : begin[tree + 1]]
        table[tree, : len(values)] = values
    return table


@dataclass(frozen=True)
class Heads:
    """One forest an action, over the same features."""

    width: int
    """F, features of a row"""
    layout: Layout
    others: dict[int, Scorer]
    """what scores a head whose forest is not supported"""

    @classmethod
    def of(cls, forests: Sequence[Forest], others: dict[int, Scorer] | None = None) -> "Heads":
        """Heads of forests."""
        width = max(forest.width for forest in forests)
        return cls(width, Layout.of(forests, width), others or {})

    @classmethod
    def read(cls, texts: Sequence[str], fallback: Sequence[Scorer] | None = None) -> "Heads":
        """Heads from LightGBM's texts; where one is not supported its `fallback` gives the raw score."""
        forests, others = [], {}
        for head, text in enumerate(texts):
            try:
                forests.append(Forest.read(text))
            except UnsupportedForest:
                if fallback is None:
                    raise
                forests.append(Forest.of(0, ()))
                others[head] = fallback[head]
        return cls.of(forests, others)

    def __len__(self) -> int:
        return len(self.layout.groups) - 1

    def raw(self, x: Floats) -> Doubles:
        """(n, A) log-odds of x (n, F)."""
        result = np.empty((len(x), len(self)))
        score(self._checked(x), *self.layout, np.arange(len(self)), BLOCK, False, result)
        for head, scorer in self.others.items():
            result[:, head] = scorer(x)
        return result

    def predict(self, x: Floats, which: Sequence[int] | None = None) -> Floats:
        """(n, A) probability of each action, from x (n, F); where only some heads are asked, NaN of the others."""
        asked = np.arange(len(self)) if which is None else np.asarray(which, np.int64)
        result = np.full((len(x), len(self)), np.nan, np.float32)
        score(self._checked(x), *self.layout, asked, BLOCK, True, result)
        for head in self.others.keys() & set(asked.tolist()):
            result[:, head] = 1 / (1 + np.exp(-self.others[head](x)))
        return result

    def _checked(self, x: Floats) -> Floats:
        if x.ndim != 2 or x.shape[1] < self.width:
            raise ValueError(f"the heads read {self.width} features a row; these rows have shape {x.shape}")
        return np.ascontiguousarray(x[:, : self.width], np.float32)


def bare_rate(seconds: float = 1.0) -> float:
    """Rows a second that one head of 50 trees x 16 leaves scores on one core: the best call within `seconds`."""
    streams = Streams(0)
    heads = Heads.of([random_forest(50, 16, 25, streams)])
    x = streams.normal("bench_row", np.arange(16_384)[:, None], np.arange(25)).astype(np.float32)
    heads.predict(x)
    best, end = np.inf, time.perf_counter() + seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        heads.predict(x)
        best = min(best, time.perf_counter() - begin)
    return len(x) / float(best)
