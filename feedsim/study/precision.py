"""How precise a difference should be, and how many more seeds that takes. Pure functions."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedsim.faults import Fault
from feedsim.study.inference import LEVEL, Doubles, t_half_width

MOST = 2**40
"""Seeds, beyond all reason."""


@dataclass(frozen=True)
class Precision:
    """Half of an interval."""

    amount: float
    is_percent: bool
    """of the mean of the arm that is compared with"""

    def half_width(self, base: npt.ArrayLike) -> Doubles:
        """What it comes to, of the metric; NaN where it is a percentage of 0."""
        of = np.abs(np.asarray(base, float))
        return np.where(of > 0, self.amount / 100 * of, np.nan) if self.is_percent else np.full(of.shape, self.amount)

    def said(self, of: str) -> str:
        """`0.5 % of old's mean`."""
        return f"{self.amount:g} % of {of}'s mean" if self.is_percent else f"{self.amount:g}"


def read_precision(text: str, option: str) -> Precision | Fault:
    """`0.5%` or `0.01`."""
    number = text.strip().removesuffix("%")
    try:
        amount = float(number)
    except ValueError:
        amount = math.nan
    if not (0 < amount < math.inf):
        return Fault(option, None, "", f"'{text}'", "it should be a number above 0, such as 0.5% (of a mean) or 0.01")
    return Precision(amount, number != text.strip())


def seeds_needed(sd: npt.ArrayLike, half_width: npt.ArrayLike, level: float = LEVEL) -> Doubles:
    """With how many seeds Student's interval would be as narrow, if the spread stays what it is; at least 2.

    NaN where spread or half-width is unknown, infinite where no number would do.
    """
    spread, wanted = np.broadcast_arrays(np.asarray(sd, float), np.asarray(half_width, float))
    low, high = np.full(spread.shape, 1), np.full(spread.shape, MOST)
    while (high - low > 1).any():
        middle = (low + high) // 2
        enough = t_half_width(spread, middle, level) <= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    needed = np.where(high < MOST, high, np.inf)
    return np.where(np.isnan(spread) | np.isnan(wanted), np.nan, needed)


def more_seeds(rows: pd.DataFrame, precision: Precision) -> "pd.Series[float]":
    """How many seeds each row of `compare.differences` lacks, as it seems from those it has.

    NaN with one seed, and for a percentage of what there is none of: a base of 0, or ratios.
    """
    wanted = precision.half_width(rows["base"].where(rows["percent"].notna() | (not precision.is_percent), np.nan))
    needed = seeds_needed(rows["sd"], wanted)
    return pd.Series(np.maximum(needed - rows["seeds"], 0), rows.index)
