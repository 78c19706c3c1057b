"""The rhythm of a day: when people write and read.

Assumption: one smooth curve for everybody, the sum of a daily and a half-daily wave. It has its low at 4:00 (0.15 of
the mean) and its two peaks shortly before noon and shortly after 20:00 (about 1.4 times the mean), with a shallow dip
at 16:00 between them.
"""

import numpy as np
import numpy.typing as npt

from feedsim.world.arrays import Doubles, Longs

MINUTES = 1440
_DAILY, _DAILY_PEAK = 0.55, 16 * 60
_HALF_DAILY, _HALF_DAILY_PEAK = 0.30, 10 * 60


def weight(minute_of_day: npt.ArrayLike) -> Doubles:
    """How busy that minute is, with mean 1 over a day. Whole days more or less change nothing."""
    turn = 2 * np.pi * np.asarray(minute_of_day, np.float64) / MINUTES
    daily = _DAILY * np.cos(turn - 2 * np.pi * _DAILY_PEAK / MINUTES)
    half_daily = _HALF_DAILY * np.cos(2 * (turn - 2 * np.pi * _HALF_DAILY_PEAK / MINUTES))
    return np.asarray(1 + daily + half_daily)


_EDGES = np.cumsum(weight(np.arange(MINUTES))) / MINUTES


def minute_at(u: Doubles) -> Longs:
    """The minute of the day, 0 to 1439, that share `u` (in [0, 1)) of the day's activity lies before."""
    return np.minimum(np.searchsorted(_EDGES, u, side="right"), MINUTES - 1)
