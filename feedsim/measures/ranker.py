"""How good the ranker's heads were: AUC, log loss and calibration, overall and by group of viewers and authors."""

from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np

from feedsim.kernels import kernel
from feedsim.measures.cells import Cell
from feedsim.measures.predictions import BINS, LEAST, METRICS
from feedsim.world.arrays import Bools, Bytes, Codes, Doubles, Floats, Ints, Longs
from feedsim.world.world import ACTIONS


class Served(Protocol):
    """A log of impressions with the probabilities as they were served."""

    p: Floats
    actions: Bytes
    weight: Floats
    user: Ints
    author: Ints
    version: Longs

    def __len__(self) -> int: ...


def evaluate(
    log: Served, version: int, groups: Mapping[str, Codes], levels: Mapping[str, tuple[str, ...]]
) -> Iterator[Cell]:
    """Cells of each head on the rows that `version` served: everyone, each level of viewers, each level of authors.

    `n` counts logged impressions; rows weigh as much as the impressions they stand for.
    """
    served = np.flatnonzero(log.version[: len(log)] == version)
    for a, action in enumerate(ACTIONS):
        # In order of p, so that what is cut from it has little left to sort.
        rows = served[np.argsort(log.p[served, a], kind="stable")]
        p, weight = log.p[rows, a], log.weight[rows].astype(np.float64)
        y = (log.actions[rows] >> np.uint8(a) & np.uint8(1)).astype(np.bool_)
        part = f"action={action},version={version}"
        for side, group, names, code in _cuts(log.user[rows], log.author[rows], groups, levels):
            n = np.bincount(code, minlength=len(names))
            for level, many, values in zip(names, n, by_level(p, y, weight, code, len(names)), strict=True):
                for metric, value in zip(METRICS, values, strict=True):
                    if np.isfinite(value):
                        yield Cell(metric, float(value), int(many), "", side, group, level, part)


def _cuts(
    user: Ints, author: Ints, groups: Mapping[str, Codes], levels: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str, tuple[str, ...], Codes]]:
    """(side, group, levels, level of each row) for everyone, then for each attribute of viewers and of authors."""
    yield "", "", ("",), np.zeros(len(user), np.int8)
    for group, codes in groups.items():
        yield "viewer", group, levels[group], codes[user]
        yield "author", group, levels[group], codes[author]


@kernel
def by_level(p: Floats, y: Bools, weight: Doubles, code: Codes, levels: int) -> Doubles:
    """(levels, METRICS) of the rows of each level, which come in ascending order of p; NaN where not defined.

    One pass in place of METRICS of each level's own rows, to which it is equal but for rounding.
    """
    result = np.full((levels, 4), np.nan)
    total, so_far = np.zeros(levels), np.zeros(levels)
    for r in range(p.size):
        total[code[r]] += weight[r]
    # Of each level: the last p seen, positives and negatives that share it, negatives below it, pairs in order.
    last, tied = np.full(levels, -1.0), np.zeros((levels, 2))
    below, pairs = np.zeros(levels), np.zeros(levels)
    loss, predicted, observed = np.zeros(levels), np.zeros(levels), np.zeros(levels)
    gaps = np.zeros((levels, BINS))
    for r in range(p.size):
        k, w = code[r], weight[r]
        if p[r] != last[k]:
            pairs[k] += tied[k, 1] * (below[k] + tied[k, 0] / 2)
            below[k] += tied[k, 0]
            last[k], tied[k, 0], tied[k, 1] = p[r], 0.0, 0.0
        tied[k, np.int64(y[r])] += w
        mine = np.float64(p[r])
        q = mine if y[r] else 1.0 - mine
        loss[k] -= w * np.log(min(max(q, LEAST), 1.0))
        predicted[k] += w * mine
        observed[k] += w * y[r]
        so_far[k] += w
        gaps[k, min(BINS - 1, int((so_far[k] - w / 2) / total[k] * BINS))] += w * (mine - y[r])
    for k in range(levels):
        if total[k] == 0:
            continue
        pairs[k] += tied[k, 1] * (below[k] + tied[k, 0] / 2)
        if 0 < observed[k] < total[k]:
            result[k, 0] = pairs[k] / (observed[k] * (total[k] - observed[k]))
        result[k, 1], result[k, 2] = loss[k] / total[k], np.abs(gaps[k]).sum() / total[k]
        if observed[k] > 0:
            result[k, 3] = predicted[k] / observed[k]
    return result
