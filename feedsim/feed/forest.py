"""The ranker's heads: forests read from LightGBM's text and scored together, an action each.

Raw scores are equal to `Booster.predict(raw_score=True)` to the bit, whatever the blocks and threads: features are
compared in single precision with thresholds rounded down to it, and leaf values are added in double precision in the
order of the trees.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numba
import numpy as np

from feedsim.feed.quickscorer import TOGETHER, Places, score
from feedsim.world.arrays import Bytes, Doubles, Floats, Ints, Longs
from feedsim.world.rng import Streams

BLOCK = 512
"""Rows scored together: enough for whole vectors of bytes, few enough for the nearest cache (12 kB of codes)."""
MOST_LEAVES = 64

Scorer: TypeAlias = Callable[[Floats], Doubles]
"""(n, F) features in, (n,) raw scores out."""


class UnsupportedForest(ValueError):
    """A forest of which this module would not score every row as LightGBM does."""


@dataclass(frozen=True)
class Forest:
    """T trees as flat arrays: N tests (x <= threshold goes left), leaves numbered from left to right in each tree."""

    width: int
    """F, features of a row"""
    feature: Ints
    """(N,)"""
    threshold: Floats
    """(N,)"""
    left: Ints
    """(N,) the first leaf under the test"""
    right: Ints
    """(N,) the first leaf of its right side: where it fails, leaves `left` to `right` are out of reach"""
    start: Longs
    """(T + 1,) where each tree's tests begin; it has one leaf more than tests"""
    leaf: Doubles
    """(N + T,) values, tree by tree"""

    @property
    def trees(self) -> int:
        """T."""
        return len(self.start) - 1

    @property
    def most_leaves(self) -> int:
        """Leaves of the largest tree."""
        return int(np.diff(self.start).max(initial=0)) + 1

    @classmethod
    def read(cls, text: str) -> "Forest":
        """A forest from what LightGBM's `model_to_string` wrote."""
        head, *blocks = text.split("\nend of trees")[0].split("\nTree=")
        model = _fields(head)
        _refuse(model.get("num_tree_per_iteration", "1") != "1", "it has several classes")
        _refuse("average_output" in head.split("\n"), "its trees are averaged, not added up")
        _refuse(model.get("objective", "binary sigmoid:1") != "binary sigmoid:1", f"its objective is {model.get('objective')}")
        trees = [_tree(_fields(block)) for block in blocks]
        return cls.of(int(model["max_feature_idx"]) + 1, trees)

    @classmethod
    def of(cls, width: int, trees: "Sequence[Forest]") -> "Forest":
        """One forest of others' trees, in their order; none make the forest whose raw score is zero."""
        counts = [count for tree in trees for count in np.diff(tree.start)]
        return cls(
            width=width,
            feature=np.concatenate([np.zeros(0, np.int32), *(tree.feature for tree in trees)]),
            threshold=np.concatenate([np.zeros(0, np.float32), *(tree.threshold for tree in trees)]),
            left=np.concatenate([np.zeros(0, np.int32), *(tree.left for tree in trees)]),
            right=np.concatenate([np.zeros(0, np.int32), *(tree.right for tree in trees)]),
            start=np.cumsum([0, *counts], dtype=np.int64),
            leaf=np.concatenate([np.zeros(0), *(tree.leaf for tree in trees)]),
        )


def _refuse(wrong: bool, why: str) -> None:
    if wrong:
        raise UnsupportedForest(f"this forest can't be scored here: {why}")


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.split("\n") if "=" in line)


def _tree(fields: dict[str, str]) -> Forest:
    """One tree, whose tests LightGBM numbers in the order of their making and leaves by ~child."""

    def column(name: str, dtype: type) -> Any:
        return np.array(fields.get(name, "").split(), dtype)

    decision = column("decision_type", np.int32)
    _refuse(int(fields["num_leaves"]) > MOST_LEAVES, f"a tree has more than {MOST_LEAVES} leaves")
    _refuse(bool((decision & 1).any()), "it splits on categories")
    _refuse(bool((decision >> 2).any()), "it treats missing values apart (train with use_missing=false)")
    _refuse(fields.get("is_linear", "0") != "0", "its leaves are linear models")
    children = (column("left_child", np.int32), column("right_child", np.int32))
    left, right = np.zeros(len(decision), np.int32), np.zeros(len(decision), np.int32)
    order: list[int] = []

    def walk(node: int) -> None:
        if node < 0:
            order.append(~node)
            return
        left[node] = len(order)
        walk(children[0][node])
        right[node] = len(order)
        walk(children[1][node])

    walk(0 if len(decision) else ~0)
    threshold = float32_below(column("threshold", np.float64))
    start = np.array([0, len(decision)], np.int64)
    return Forest(0, column("split_feature", np.int32), threshold, left, right, start, column("leaf_value", np.float64)[order])


def float32_below(limit: Doubles) -> Floats:
    """The largest float32 not above `limit`, so that x <= limit decides alike for every float32 x."""
    with np.errstate(over="ignore"):
        near = limit.astype(np.float32)
    return np.where(near > limit, np.nextafter(near, np.float32(-np.inf)), near)


class Layout(NamedTuple):
    """Forests as the kernel reads them. K thresholds, N tests, T trees, L planes of eight leaves."""

    cut: Floats
    """(K,) the thresholds of each feature, ascending, each once"""
    cuts: Longs
    """(F + 1,) where each feature's thresholds begin"""
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
        return cls(
            np.concatenate([np.zeros(0, np.float32), *cut]), np.cumsum([0, *map(len, cut)], dtype=np.int64),
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
        score(self._checked(x), *self.layout, BLOCK, False, result)
        for head, scorer in self.others.items():
            result[:, head] = scorer(x)
        return result

    def predict(self, x: Floats) -> Floats:
        """(n, A) probability of each action, from x (n, F)."""
        result = np.empty((len(x), len(self)), np.float32)
        score(self._checked(x), *self.layout, BLOCK, True, result)
        for head, scorer in self.others.items():
            result[:, head] = 1 / (1 + np.exp(-scorer(x)))
        return result

    def _checked(self, x: Floats) -> Floats:
        if x.ndim != 2 or x.shape[1] < self.width:
            raise ValueError(f"the heads read {self.width} features a row; these rows have shape {x.shape}")
        return np.ascontiguousarray(x[:, : self.width], np.float32)


def random_forest(trees: int, leaves: int, width: int, streams: Streams) -> Forest:
    """A forest grown by lot, for measuring: balanced trees, thresholds that are normal scores on a grid of 62."""
    tests = leaves - 1
    tree, test = np.divmod(np.arange(trees * tests), tests)
    bounds = np.array(_halves(0, leaves), np.int32)
    return Forest(
        width=width,
        feature=(streams.uniform("bench_feature", tree, test) * width).astype(np.int32),
        threshold=(np.floor(streams.uniform("bench_threshold", tree, test) * 62) / 15.5 - 2).astype(np.float32),
        left=bounds[test, 0],
        right=bounds[test, 1],
        start=np.arange(0, trees * tests + 1, tests, dtype=np.int64),
        leaf=streams.normal("bench_leaf", np.arange(trees * leaves)) / 10,
    )


def _halves(first: int, last: int) -> list[tuple[int, int]]:
    """(first leaf, first leaf of the right side) of every test of a balanced tree over leaves first to last."""
    if last - first < 2:
        return []
    middle = (first + last) // 2
    return [(first, middle), *_halves(first, middle), *_halves(middle, last)]


def bare_rate(seconds: float = 1.0) -> float:
    """Rows a second that one head of 50 trees x 16 leaves scores on one core: the best call within `seconds`."""
    streams = Streams(0)
    heads = Heads.of([random_forest(50, 16, 25, streams)])
    x = streams.normal("bench_row", np.arange(16_384)[:, None], np.arange(25)).astype(np.float32)
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        heads.predict(x)
        best, end = np.inf, time.perf_counter() + seconds
        while time.perf_counter() < end:
            begin = time.perf_counter()
            heads.predict(x)
            best = min(best, time.perf_counter() - begin)
    finally:
        numba.set_num_threads(threads)
    return len(x) / float(best)
