"""What detectors believed against what was true: errors, calibration and AUC, overall and by group.

Rows are counted in bins of p, so that a long run takes no more room than a short one. A bin is an eighth of a unit of
log-odds wide, and rows of one bin count as ties in the AUC.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from feedsim.measures.cells import Cell, Where, ratio
from feedsim.measures.predictions import auc, calibration_error, calibration_ratio
from feedsim.measures.strata import Strata
from feedsim.world.arrays import Codes, Doubles, Floats, Ints, Longs

BINS = 160
"""From log-odds of -10 to 10; what is surer stands in the outermost."""
WIDTH = 0.125
HARMLESS, OTHER, OF_CLASS = range(3)
"""What a row is, seen from one class of harm: of none, of another, of this one."""


@dataclass
class Beliefs:
    """Counts of rows (posts, or impressions) by stratum, class of harm, truth (HARMLESS, OTHER, OF_CLASS)."""

    rows: Longs
    """(K, H, 3, BINS)"""
    p: Doubles
    """(K, H, 3, BINS) sum of what was believed"""
    held: Longs
    """(K, H, 3) rows believed at or above the line"""

    @classmethod
    def empty(cls, strata: int, harms: int) -> "Beliefs":
        """Of nothing yet."""
        shape = (strata, harms, 3)
        return cls(np.zeros((*shape, BINS), np.int64), np.zeros((*shape, BINS)), np.zeros(shape, np.int64))

    def add(self, other: "Beliefs") -> None:
        """Add another span's counts."""
        for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True):
            mine += theirs

    def clear(self) -> None:
        """Begin a new span, in the same arrays."""
        for column in vars(self).values():
            column[:] = 0

    def count(self, stratum: Ints, p_harm: Floats, harm: Codes, line: float) -> None:
        """Add rows (R,): whose they are, what was believed of them (R, H), and their class or -1; in one order."""
        harms = p_harm.shape[1]
        for h in range(harms):
            p, truth = p_harm[:, h], np.where(harm == h, OF_CLASS, np.where(harm < 0, HARMLESS, OTHER))
            kind = stratum.astype(np.int64) * 3 + truth
            place, shape = kind * BINS + binned(p), self.rows[:, h].shape
            self.rows[:, h] += np.bincount(place, minlength=shape[0] * 3 * BINS).reshape(shape)
            self.p[:, h] += np.bincount(place, p, shape[0] * 3 * BINS).reshape(shape)
            self.held[:, h] += np.bincount(kind[p >= np.float32(line)], minlength=shape[0] * 3).reshape(shape[:2])


def binned(p: Floats) -> Longs:
    """(R,) the bin of each probability."""
    with np.errstate(divide="ignore"):
        odds = np.log(p) - np.log1p(-p)
    place: Longs = np.clip(np.floor(odds / np.float32(WIDTH)) + BINS // 2, 0, BINS - 1).astype(np.int64)
    return place


def belief_cells(beliefs: Beliefs, strata: Strata, harms: tuple[str, ...], side: str) -> Iterator[Cell]:
    """Of each class, by level: of authors (rows are posts, and everyone's come first) or viewers (impressions).

    `false_positive_rate`: rows of no class that are held to be of this one (p at or above the line) over rows of no
    class. `false_negative_rate`: rows of the class that are not held to be over rows of the class. Over all rows:
    `calibration_error` (mean over 10 bins of equal weight of |mean p - share of the class|), `calibration_ratio` (mean
    p over share of the class), `auc` (chance that a row of the class has the higher p than one that is not of it).
    """
    for where, mine in strata.with_everyone(side) if side == "author" else strata.cuts(side):
        rows, p, held = (column[mine].sum(axis=0) for column in (beliefs.rows, beliefs.p, beliefs.held))
        for h, harm in enumerate(harms):
            n = rows[h].sum(axis=1)
            missed = n[OF_CLASS] - held[h, OF_CLASS]
            yield from ratio("false_positive_rate", held[h, HARMLESS], n[HARMLESS], where, harm)
            yield from ratio("false_negative_rate", missed, n[OF_CLASS], where, harm)
            yield from _quality(rows[h], p[h].sum(axis=0), where, harm)


def _quality(rows: Longs, p: Doubles, where: Where, harm: str) -> Iterator[Cell]:
    """Calibration and AUC of one class from its counts (3, BINS) and sums of p (BINS,)."""
    there = rows.sum(axis=0) > 0
    if not there.any():
        return
    yes, no = rows[OF_CLASS, there], rows[:OF_CLASS, there].sum(axis=0)
    weight = (yes + no).astype(np.float64)
    mean, share = p[there] / weight, yes / weight
    place = np.tile(np.flatnonzero(there), 2)
    truth = np.repeat([True, False], len(yes))
    values = {
        "calibration_error": calibration_error(mean, share, weight),
        "calibration_ratio": calibration_ratio(mean, share, weight),
        "auc": auc(place, truth, np.r_[yes, no].astype(np.float64)),
    }
    for metric, value in values.items():
        if np.isfinite(value):
            yield Cell(metric, value, int(weight.sum()), harm, where.side, where.group, where.level)
