"""How well reviewers tell harm from what is none, by signal detection theory: sensitivity and leaning.

Per pool of reviewers and group of authors, as Fairness Flow looks at its labels (fact J07). A difference between groups
is a question to ask, not a verdict.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import ndtri

from feedsim.measures.cells import Cell, Where
from feedsim.measures.strata import Strata
from feedsim.world.arrays import Bools, Codes, Doubles, Ints, Longs

POOL = "pool={}"
HARMFUL = 1
"""In `verdict`; 0 is harmless, below 0 none yet."""


class Cases(Protocol):
    """Columns of the review desk, with room to spare."""

    harm: Codes
    harmful: Bools
    verdict: Codes
    language: Codes
    author: Ints
    decided_minute: Doubles

    def __len__(self) -> int: ...


@dataclass(frozen=True)
class Verdicts:
    """Decided cases, a row each, in any order."""

    truth: Bools
    """(R,) the post is of the class that it was suspected of"""
    verdict: Bools
    """(R,) the reviewer held it to be"""
    pool: Codes
    """(R,) place of the reviewer's pool, such as a language"""
    author: Ints
    """(R,) user who published the post"""

    @classmethod
    def of(cls, cases: Cases, harm: int, first: int, last: int) -> "Verdicts":
        """Those given on suspicions of one class from minute `first` up to `last`; a pool is a language."""
        n = len(cases)
        decided = (first <= cases.decided_minute[:n]) & (cases.decided_minute[:n] < last) & (cases.verdict[:n] >= 0)
        rows = np.flatnonzero(decided & (cases.harm[:n] == harm))
        return cls(cases.harmful[rows], cases.verdict[rows] == HARMFUL, cases.language[rows], cases.author[rows])


def sensitivity(hits: int, signals: int, false_alarms: int, noises: int) -> tuple[float, float]:
    """(d', criterion). d' = z(hit rate) - z(false alarm rate), 0 = guessing; criterion = minus half of their sum, above
    0 = reluctant to call harm.

    z is the inverse normal distribution. A half is added to both counts of a rate and one to both totals, so that
    rates of 0 and 1 have a z too: the log-linear correction (Hautus 1995).
    """
    hit, alarm = ndtri((hits + 0.5) / (signals + 1)), ndtri((false_alarms + 0.5) / (noises + 1))
    return float(hit - alarm), float(-(hit + alarm) / 2)


def judging_cells(verdicts: Verdicts, pools: tuple[str, ...], strata: Strata, harm: str = "") -> Iterator[Cell]:
    """`d_prime` and `criterion` of all reviewers and of each pool (part pool=<name>), of everyone's posts and by level
    of authors; n counts cases. No cell where no case was harm, or none was harmless."""
    counts = np.zeros((len(pools), strata.many, 2, 2), np.int64)
    place = (
        verdicts.pool,
        strata.of[verdicts.author],
        verdicts.truth.astype(np.int8),
        verdicts.verdict.astype(np.int8),
    )
    np.add.at(counts, place, 1)
    for where, mine in strata.with_everyone("author"):
        yield from _cells(counts[:, mine].sum(axis=(0, 1)), where, harm, "")
        for pool, of in zip(pools, counts[:, mine].sum(axis=1), strict=True):
            yield from _cells(of, where, harm, POOL.format(pool))


def _cells(counts: Longs, where: Where, harm: str, part: str) -> Iterator[Cell]:
    """Cells of counts (2, 2) by truth and verdict."""
    (quiet, alarms), (misses, hits) = counts.tolist()
    if hits + misses and alarms + quiet:
        values = sensitivity(hits, hits + misses, alarms, alarms + quiet)
        for metric, value in zip(("d_prime", "criterion"), values, strict=True):
            yield Cell(metric, value, int(counts.sum()), harm, where.side, where.group, where.level, part)
