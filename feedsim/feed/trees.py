"""Boosted forests as flat arrays, read from LightGBM's text: without LightGBM."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from feedsim.world.arrays import Doubles, Floats, Ints, Longs
from feedsim.world.rng import Streams

MOST_LEAVES = 64
"""Of a tree: what the scenario allows, and eight planes of eight."""
BINARY = "binary sigmoid:1"
"""LightGBM's name of the objective whose raw scores are log-odds."""


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
        objective = model.get("objective", BINARY)
        _refuse(objective != BINARY, f"its objective is {objective}")
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
    return Forest(
        width=0,
        feature=column("split_feature", np.int32),
        threshold=float32_below(column("threshold", np.float64)),
        left=left,
        right=right,
        start=np.array([0, len(decision)], np.int64),
        leaf=column("leaf_value", np.float64)[order],
    )


def float32_below(limit: Doubles) -> Floats:
    """The largest float32 not above `limit`, so that x <= limit decides alike for every float32 x."""
    with np.errstate(over="ignore"):
        near = limit.astype(np.float32)
    return np.where(near > limit, np.nextafter(near, np.float32(-np.inf)), near)


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
