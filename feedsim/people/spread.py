"""Two ways to draw from one uniform number: near a place, and from a Beta distribution."""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from feedsim.world.arrays import Doubles, Longs

_KNOTS = 4096


@dataclass(frozen=True)
class Nearby:
    """Places (N,) on a line, of which one is drawn with probability proportional to exp(-pull x distance)."""

    order: Longs
    """(N,) the place that stands n-th from the left"""
    place: Doubles
    """(N,) in ascending order"""
    pull: float
    rising: Doubles
    """(N + 1,) sum of exp(pull x place) over those before"""
    falling: Doubles
    """(N + 1,) sum of exp(-pull x place) over those before"""

    @staticmethod
    def to(places: Doubles, pull: float) -> "Nearby":
        """Get ready to draw among `places` (N,), which lie in [-1, 1]; `pull` is at most 10."""
        order = np.argsort(places, kind="stable")
        place = np.asarray(places, np.float64)[order]

        def sums(weight: Doubles) -> Doubles:
            return np.concatenate(([0.0], np.cumsum(weight)))

        return Nearby(order, place, pull, sums(np.exp(pull * place)), sums(np.exp(-pull * place)))

    def draw(self, u: Doubles, where: Doubles) -> Longs:
        """(P,) one of the places for each of `where` (P,), by the uniform numbers `u` (P,)."""
        cut = np.searchsorted(self.place, where)
        # The weight splits at `where`: exp(pull (place - where)) on the left, exp(pull (where - place)) on the right.
        scale = np.exp(self.pull * where)
        left = self.rising[cut] / scale
        target = u * (left + (self.falling[-1] - self.falling[cut]) * scale)
        below = np.searchsorted(self.rising, target * scale, side="right") - 1
        above = np.searchsorted(self.falling, self.falling[cut] + (target - left) / scale, side="right") - 1
        # Rounding must not carry a draw over to the other side, or off the end.
        below = np.clip(below, 0, np.maximum(cut - 1, 0))
        above = np.clip(above, np.minimum(cut, len(self.place) - 1), len(self.place) - 1)
        return np.asarray(self.order[np.where(target < left, below, above)])


def beta_table(a: float, b: float) -> Doubles:
    """(K,) quantiles of Beta(a, b) at even steps from 0 to 1: inverting it anew for every post would be slow."""
    return np.asarray(betaincinv(a, b, np.linspace(0, 1, _KNOTS + 1)))


def mean_table(mean: float, concentration: float) -> Doubles:
    """(K,) quantiles of the Beta distribution with that mean and a + b = `concentration`."""
    return beta_table(mean * concentration, (1 - mean) * concentration)


def at_quantile(tables: Doubles, row: Longs, u: Doubles) -> Doubles:
    """(P,) the quantile `u` (P,) of the distribution in each `row` (P,) of `tables` (rows, K)."""
    knot = (u * _KNOTS).astype(np.int64)
    low, high = tables[row, knot], tables[row, knot + 1]
    return np.asarray(low + (u * _KNOTS - knot) * (high - low))
