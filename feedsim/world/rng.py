"""Random numbers with an address: the decision, then who, then what.

`Streams(seed).uniform("reshare", tick, user, key)` is a pure function of its arguments, so two arms that face the
same decision draw the same number, whatever else happened in between, and in whatever order rows are handled.

The hash is splitmix64's finaliser (Steele, Lea and Flood 2014), applied once per id:
h = mix(h + GOLDEN * (id + 1)), from h = mix(seed, decision).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from feedsim.kernels import inlined, kernel
from feedsim.world.arrays import Doubles, Keys, Longs

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11, _S16 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11), np.uint64(16)
_ONE, _LOW16 = np.uint64(1), np.uint64(65535)
_TO_UNIT = 2.0**-53

Ids = npt.ArrayLike
"""One integer, or an array of them; arrays broadcast against one another."""


@inlined
def mix(h: np.uint64, i: np.uint64) -> np.uint64:
    """The address `h` carried one id further. In kernels: `mix(base, np.uint64(tick))`."""
    z = h + GOLDEN * (i + _ONE)
    z = (z ^ (z >> _S30)) * _FIRST
    z = (z ^ (z >> _S27)) * _SECOND
    return np.uint64(z ^ (z >> _S31))


@inlined
def unit(h: np.uint64) -> float:
    """The uniform number in [0, 1) at the address `h`."""
    return float(h >> _S11) * _TO_UNIT


@inlined
def bell(h: np.uint64) -> float:
    """A number of mean 0 and variance 1 at the address `h`, nearly normal: the sum of its four 16-bit parts."""
    total = np.uint64(0)
    for _ in range(4):
        total += h & _LOW16
        h = h >> _S16
    return (float(total) / 65536.0 - 2.0) * 1.7320508075688772


def hashed(base: np.uint64, ids: Sequence[Ids]) -> Keys:
    """The address of every row: `base` mixed with each of `ids` in turn, vectorised."""
    h: Keys = np.asarray(base, np.uint64)
    with np.errstate(over="ignore"):
        for i in ids:
            z = h + GOLDEN * (np.asarray(i).astype(np.uint64) + _ONE)
            z = (z ^ (z >> _S30)) * _FIRST
            z = (z ^ (z >> _S27)) * _SECOND
            h = z ^ (z >> _S31)
    return h


@cache
def _begin(seed: int, decision: str) -> np.uint64:
    """Where the addresses of a seed's decision begin. Asked many times a tick; of decisions there are a hundred."""
    name = np.uint64(int.from_bytes(blake2b(decision.encode(), digest_size=8).digest(), "little"))
    return np.uint64(hashed(name, [seed]))


@dataclass(frozen=True)
class Streams:
    """All the random numbers of one run."""

    seed: int

    def base(self, decision: str) -> np.uint64:
        """Where a decision's addresses begin: what kernels start from, with `mix` and `unit`."""
        return _begin(self.seed, decision)

    def hashes(self, decision: str, *ids: Ids) -> Keys:
        """Uniform 64-bit integers."""
        return hashed(self.base(decision), ids)

    def uniform(self, decision: str, *ids: Ids) -> Doubles:
        """Uniform numbers in [0, 1)."""
        return np.asarray((self.hashes(decision, *ids) >> _S11) * _TO_UNIT)

    def normal(self, decision: str, *ids: Ids) -> Doubles:
        """Standard normal numbers, by the inverse distribution function: one draw each."""
        # Half a step away from 0 and a whole one from 1, whose normal numbers would be infinite.
        return np.asarray(ndtri(np.minimum(self.uniform(decision, *ids) + _TO_UNIT / 2, 1 - _TO_UNIT)))

    def poisson(self, decision: str, rate: npt.ArrayLike, *ids: Ids) -> Longs:
        """Poisson counts with the given mean (at most 500), by inversion: a higher mean never gives a lower count."""
        u, mean = np.broadcast_arrays(self.uniform(decision, *ids), np.asarray(rate, np.float64))
        return _poisson_inverse(np.ascontiguousarray(u.ravel()), np.ascontiguousarray(mean.ravel())).reshape(u.shape)

    def choice(self, decision: str, shares: npt.ArrayLike, *ids: Ids) -> Longs:
        """Indices drawn with probability `shares` (which add up to 1), one row of shares for all."""
        edges = np.cumsum(np.asarray(shares, np.float64))
        place = np.searchsorted(edges, self.uniform(decision, *ids) * edges[-1], side="right")
        return np.asarray(np.minimum(place, edges.size - 1))


@kernel
def _poisson_inverse(u: Doubles, mean: Doubles) -> Longs:
    count = np.empty(u.size, np.int64)
    for i in range(u.size):
        p = np.exp(-mean[i])
        total, k = p, 0
        # Rounding may leave the sum of all probabilities below u: past the mean, what changes nothing ends it.
        while u[i] >= total and (k < mean[i] or total + p > total):
            k += 1
            p *= mean[i] / k
            total += p
        count[i] = k
    return count
