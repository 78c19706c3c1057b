"""Normal scores, and what is cut from them: levels with exact shares, and counts with heavy tails and exact means."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from feedsim.world.arrays import Codes, Doubles, Longs


def ranks(values: npt.ArrayLike) -> Longs:
    """(U,) place in ascending order, from 0; ties go to the smaller user id."""
    order = np.argsort(np.asarray(values), kind="stable")
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    return place


def normal_scores(values: npt.ArrayLike) -> Doubles:
    """(U,) the standard normal number that stands where each value stands among all."""
    place = ranks(values)
    return np.asarray(ndtri((place + 0.5) / place.size))


def cut(values: npt.ArrayLike, shares: npt.ArrayLike) -> Codes:
    """(U,) level of each user, lowest values first: each level holds its share of people, to rounding."""
    place = ranks(values)
    ends = np.rint(np.cumsum(np.asarray(shares, np.float64)) * place.size)[:-1]
    return np.searchsorted(ends, place, side="right").astype(np.int8)


def together(correlation: float, z: Doubles, own: Doubles) -> Doubles:
    """(U,) normal scores that correlate with `z` as told, the rest their own."""
    return np.asarray(correlation * z + np.sqrt(1 - correlation**2) * own)


def lognormal(z: Doubles, mean: float, spread: float, low: float, high: float) -> Doubles:
    """(U,) lognormal numbers held in [low, high], from normal scores; their mean is `mean`, limits included.

    `spread` is the standard deviation of the logarithm.
    """
    if mean <= 0:
        return np.full(z.shape, low)
    return np.clip(np.exp(_centre(mean, spread, low, high) + spread * z), low, high)


def _centre(mean: float, spread: float, low: float, high: float) -> float:
    """Mean of the logarithm that gives `mean` once the numbers are held in [low, high]."""
    if spread == 0:
        return float(np.log(mean))
    down, up = np.log(mean) - spread**2 - 20 * spread, np.log(high) + 10 * spread
    # A mean that the limits do not allow: as near as they let it be.
    if _held_mean(down, spread, low, high) >= mean:
        return float(down)
    if _held_mean(up, spread, low, high) <= mean:
        return float(up)
    return float(brentq(lambda centre: _held_mean(centre, spread, low, high) - mean, down, up, xtol=1e-12))


def _held_mean(centre: float, spread: float, low: float, high: float) -> float:
    """Mean of exp(centre + spread * Z), held in [low, high]."""
    a = (np.log(low) - centre) / spread if low > 0 else -np.inf
    b = (np.log(high) - centre) / spread
    between = np.exp(centre + spread**2 / 2) * (ndtr(b - spread) - ndtr(a - spread))
    return float(low * ndtr(a) + between + high * ndtr(-b))
