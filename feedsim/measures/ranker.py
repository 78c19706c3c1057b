"""How good predicted probabilities were: AUC, log loss and calibration, overall and by group of viewers and authors."""

from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np

from feedsim.measures.cells import Cell
from feedsim.world.arrays import Bools, Bytes, Codes, Doubles, Floats, Ints, Longs
from feedsim.world.world import ACTIONS

BINS = 10
"""Of equal weight, for the calibration error."""


class Served(Protocol):
    """A log of impressions with the probabilities as they were served."""

    p: Floats
    actions: Bytes
    weight: Floats
    user: Ints
    author: Ints
    version: Longs

    def __len__(self) -> int: ...


def auc(p: Floats, y: Bools, weight: Doubles) -> float:
    """Weighted probability that a positive row scores above a negative one, ties counted half; NaN without both.

    (sum over positives of the weight of negatives below + half of those equal) / (weight of positives x of negatives).
    """
    _, group = np.unique(p, return_inverse=True)
    positive, negative = np.bincount(group, weight * y), np.bincount(group, weight * ~y)
    below = np.cumsum(negative) - negative
    pairs = positive.sum() * negative.sum()
    return float((positive * (below + negative / 2)).sum() / pairs) if pairs > 0 else float("nan")


def log_loss(p: Floats, y: Bools, weight: Doubles) -> float:
    """Weighted mean of -ln(probability given to what happened), over rows."""
    q = np.clip(np.where(y, p, 1 - p.astype(np.float64)), 1e-15, 1)
    return float(-np.average(np.log(q), weights=weight))


def calibration_error(p: Floats, y: Bools, weight: Doubles) -> float:
    """Expected calibration error: over 10 bins of equal weight by p, the mean of |mean p - share of positives|."""
    order = np.argsort(p, kind="stable")
    w = weight[order]
    total = w.sum()
    place = np.minimum((np.cumsum(w) - w / 2) / total * BINS, BINS - 1).astype(np.int64)
    mass = np.bincount(place, w, BINS)
    gap = np.abs(np.bincount(place, w * p[order], BINS) - np.bincount(place, w * y[order], BINS))
    return float(gap[mass > 0].sum() / total)


def calibration_ratio(p: Floats, y: Bools, weight: Doubles) -> float:
    """Mean predicted over mean observed; NaN where nothing was observed."""
    seen = np.average(y, weights=weight)
    return float(np.average(p, weights=weight) / seen) if seen > 0 else float("nan")


METRICS = {
    "ranker_auc": auc,
    "ranker_logloss": log_loss,
    "calibration_error": calibration_error,
    "calibration_ratio": calibration_ratio,
}


def quality(p: Floats, y: Bools, weight: Doubles) -> dict[str, float]:
    """Every metric of one head on some rows; those that are not defined are left out."""
    if len(p) == 0:
        return {}
    values = {name: measure(p, y, weight) for name, measure in METRICS.items()}
    return {name: value for name, value in values.items() if np.isfinite(value)}


def evaluate(
    log: Served, version: int, groups: Mapping[str, Codes], levels: Mapping[str, tuple[str, ...]]
) -> Iterator[Cell]:
    """Cells of each head on the rows that `version` served: everyone, each level of viewers, each level of authors.

    `n` counts logged impressions; rows weigh as much as the impressions they stand for.
    """
    rows = np.flatnonzero(log.version[: len(log)] == version)
    user, author, weight = log.user[rows], log.author[rows], log.weight[rows].astype(np.float64)
    cuts = [("", "", "", np.ones(len(rows), np.bool_))]
    for group, codes in groups.items():
        for i, level in enumerate(levels[group]):
            cuts.append(("viewer", group, level, codes[user] == i))
            cuts.append(("author", group, level, codes[author] == i))
    for a, action in enumerate(ACTIONS):
        y = (log.actions[rows] >> np.uint8(a) & np.uint8(1)).astype(np.bool_)
        for side, group, level, mine in cuts:
            for metric, value in quality(log.p[rows[mine], a], y[mine], weight[mine]).items():
                n = int(np.count_nonzero(mine))
                yield Cell(metric, value, n, "", side, group, level, f"action={action},version={version}")
