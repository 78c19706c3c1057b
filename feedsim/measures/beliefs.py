"""What detectors believed against what was true: errors, calibration and AUC, overall and by group.

Rows are counted in bins of p, so that a long run takes no more room than a short one. A bin is an eighth of a unit of
log-odds wide, and rows of one bin count as ties in the AUC.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from feedsim.kernels import inlined, kernel
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

    def count(self, stratum: Ints, p_harm: Floats, harm: Codes, line: float | Floats) -> None:
        """Add rows (R,): whose they are, what was believed of them (R, H), and their class or -1; in one order. `line`
        is one for all, or (R,)."""
        lines = np.full(len(harm), line, np.float32)
        _count(stratum, p_harm, harm, lines, self.rows, self.p, self.held)


@kernel
def _count(stratum: Ints, p_harm: Floats, harm: Codes, line: Floats, rows: Longs, p_sums: Doubles, held: Longs) -> None:
    for r in range(harm.size):
        k = stratum[r]
        for h in range(p_harm.shape[1]):
            p = p_harm[r, h]
            truth = OF_CLASS if harm[r] == h else HARMLESS if harm[r] < 0 else OTHER
            place = bin_of(np.float64(p))
            rows[k, h, truth, place] += 1
            p_sums[k, h, truth, place] += p
            held[k, h, truth] += p >= line[r]


@inlined
def bin_of(p: float) -> int:
    """The bin of a probability."""
    if p <= 0.0:
        return 0
    if p >= 1.0:
        return BINS - 1
    place = int(np.floor(np.log(p / (1.0 - p)) / WIDTH)) + BINS // 2
    return min(max(place, 0), BINS - 1)


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
