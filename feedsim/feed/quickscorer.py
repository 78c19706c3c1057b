"""The kernel that scores forests, block of rows by block of rows: QuickScorer (Lucchese et al. 2015).

A tree's leaves are bits, from left to right; a test that fails (x > threshold) clears the leaves on its left; the
lowest bit that stays is the exit leaf. Tests are made in any order, without a branch. Two refinements keep the inner
loops on single bytes: a feature is replaced once a block by its code (how many of the heads' thresholds lie below
it), and a tree's leaves stand in planes of eight, so that a test touches only the planes of its left side.
"""

import numpy as np
import numpy.typing as npt

from feedsim.kernels import kernel
from feedsim.world.arrays import Bytes, Doubles, Floats, Ints, Longs

TOGETHER = 4
"""Thresholds, tests and trees of one pass over a block: they share what a pass reads and writes."""
WHOLE = np.uint8(0xFF)
"""A plane of which every leaf stays."""

Places = npt.NDArray[np.unsignedinteger]
"""Bytes where no feature has more than 255 thresholds; else two bytes."""


# Constants of one byte: with wider ones the loops below would not stay on bytes.
_0, _1, _2, _3, _4 = (np.uint8(i) for i in range(5))
_PAIRS, _QUADS, _HALF = np.uint8(0x55), np.uint8(0x33), np.uint8(0x0F)


@kernel
def encode(x: Floats, cut: Floats, cuts: Longs, column: Floats, count: Ints, codes: Places) -> None:
    """codes (F, block): how many of its feature's thresholds each value exceeds. LightGBM takes NaN for zero."""
    for f in range(x.shape[1]):
        for r in range(x.shape[0]):
            column[r] = np.float32(0) if np.isnan(x[r, f]) else x[r, f]
        # Counted as wide as the values are: into bytes, every comparison would have to be narrowed.
        count[:] = 0
        for k in range(cuts[f], cuts[f + 1], 4):
            k0, k1, k2, k3 = cut[k], cut[k + 1], cut[k + 2], cut[k + 3]
            for r in range(column.size):
                value = column[r]
                count[r] += np.int32(value > k0) + np.int32(value > k1) + np.int32(value > k2) + np.int32(value > k3)
        code = codes[f]
        for r in range(column.size):
            code[r] = count[r]


@kernel
def find_exits(
    codes: Places, feature: Ints, limit: Places, mask: Bytes, tests: Longs, tree: int, planes: int,
    stay: Bytes, exits: Bytes,
) -> None:  # fmt: skip
    """exits (block,): the leaf by which each row leaves the tree, in the first plane that has a leaf left."""
    for plane in range(planes - 1, -1, -1):
        stay[:] = WHOLE
        for k in range(tests[tree * planes + plane], tests[tree * planes + plane + 1], 4):
            c0, c1, c2, c3 = codes[feature[k]], codes[feature[k + 1]], codes[feature[k + 2]], codes[feature[k + 3]]
            l0, l1, l2, l3 = limit[k], limit[k + 1], limit[k + 2], limit[k + 3]
            m0, m1, m2, m3 = mask[k], mask[k + 1], mask[k + 2], mask[k + 3]
            for r in range(stay.size):
                s0, s1 = m0 if c0[r] > l0 else WHOLE, m1 if c1[r] > l1 else WHOLE
                s2, s3 = m2 if c2[r] > l2 else WHOLE, m3 if c3[r] > l3 else WHOLE
                stay[r] &= (s0 & s1) & (s2 & s3)
        for r in range(stay.size):
            # The place of the lowest bit is how many bits lie below it, counted in pairs, quads and halves; 8 if there
            # is none, and then the later planes' exit counts. A machine's own instruction works on no vector of bytes.
            below = np.uint8((stay[r] & (_0 - stay[r])) - _1)
            below = np.uint8(below - ((below >> _1) & _PAIRS))
            below = np.uint8((below & _QUADS) + ((below >> _2) & _QUADS))
            below = np.uint8((below + (below >> _4)) & _HALF)
            exits[r] = below + (exits[r] & (_0 - (below >> _3)))


@kernel
def add_leaves(leaf: Doubles, tree: int, exits: Bytes, total: Doubles) -> None:
    """Add the leaf values of four trees to total (block,), one after the other, as LightGBM does."""
    v0, v1, v2, v3 = leaf[tree], leaf[tree + 1], leaf[tree + 2], leaf[tree + 3]
    e0, e1, e2, e3 = exits[0], exits[1], exits[2], exits[3]
    for r in range(total.size):
        total[r] = (((total[r] + v0[e0[r]]) + v1[e1[r]]) + v2[e2[r]]) + v3[e3[r]]


@kernel
def score(
    x: Floats, cut: Floats, cuts: Longs, feature: Ints, limit: Places, mask: Bytes, tests: Longs, leaf: Doubles,
    groups: Longs, which: Longs, block: int, probability: bool, result: npt.NDArray[np.floating],
) -> None:  # fmt: skip
    """result (n, A): raw scores, or their sigmoid, in the columns of the heads `which`; the others stay as they are."""
    # `block` is a run-time value: LLVM unrolls a constant into scalars.
    n, width = x.shape
    planes = leaf.shape[1] // 8
    for b in range((n + block - 1) // block):
        rows = x[b * block : min(n, (b + 1) * block)]
        codes = np.empty((width, block), limit.dtype)
        column, count = np.zeros(block, np.float32), np.empty(block, np.int32)
        encode(rows, cut, cuts, column, count, codes)
        stay, exits = np.empty(block, np.uint8), np.zeros((TOGETHER, block), np.uint8)
        for head in which:
            total = np.zeros(block)
            for tree in range(TOGETHER * groups[head], TOGETHER * groups[head + 1], TOGETHER):
                for t in range(TOGETHER):
                    find_exits(codes, feature, limit, mask, tests, tree + t, planes, stay, exits[t])
                add_leaves(leaf, tree, exits, total)
            for r in range(rows.shape[0]):
                s = total[r]
                result[b * block + r, head] = 1 / (1 + np.exp(-s)) if probability else s
