"""Pools: groups of people from whom a follower picks, the popular first."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from feedsim.kernels import inlined
from feedsim.world.arrays import Doubles, Ints, Longs


class Pools(NamedTuple):
    """A division of all users into pools; within one, the chance to be picked falls with the rank of popularity.

    The n-th most popular is picked with a chance near (n + head) ** (bend - 1): a power law with a flattened top.
    """

    of: Ints
    """(U,) the pool of each user"""
    members: Ints
    """(U,) pool after pool, the most popular first"""
    first: Longs
    """(pools + 1,) where each pool's members begin"""
    head: Doubles
    """(pools,) ranks over which the top is flattened"""
    low: Doubles
    """(pools,) head ** bend"""
    span: Doubles
    """(pools,) (size + head) ** bend - low"""
    bend: float
    """1 minus the exponent by which the chance falls with rank"""


def bend_of(follower_exponent: float) -> float:
    """The bend of the ranks whose weights have a density with this exponent."""
    bend = 1 - 1 / (follower_exponent - 1)
    # At 0 the power turns into a logarithm; so near to it nobody can tell.
    return bend if abs(bend) > 1e-4 else 1e-4


def divide(of: Ints, order: Ints, bend: float, follows: float, ceiling: float) -> Pools:
    """Pools of users, from the order of popularity (U,), most popular first.

    Heads are flattened until the most popular is followed by no more than `ceiling` of the pool, where each member
    makes `follows` picks (or until it is twice as likely to be followed as the mean member).
    """
    sizes = np.bincount(of)
    members = order[np.argsort(of[order], kind="stable")]
    head = flattened(sizes, bend, follows, ceiling)
    low = head**bend
    first = np.concatenate([[0], np.cumsum(sizes)])
    return Pools(of, members, first, head, low, (sizes + head) ** bend - low, bend)


def flattened(sizes: Longs, bend: float, follows: float, ceiling: float) -> Doubles:
    """(pools,) the smallest head, by steps of a tenth, that keeps the most popular below the ceiling."""
    most = np.maximum(ceiling, 2 * follows / np.maximum(sizes, 1))
    head = np.ones(sizes.size)
    for _ in range(200):
        top = follows * (first_share(head, sizes, bend))
        if np.all(top <= most):
            break
        head = np.where(top > most, head * 1.1, head)
    return head


def first_share(head: Doubles, sizes: npt.ArrayLike, bend: float) -> Doubles:
    """(pools,) share of picks that go to the most popular member."""
    whole = (np.asarray(sizes) + head) ** bend - head**bend
    with np.errstate(divide="ignore", invalid="ignore"):  # an empty pool has no first
        return np.nan_to_num(((1 + head) ** bend - head**bend) / whole)


@inlined
def pick(pools: Pools, pool: int, u: float) -> int:
    """The member at a uniform number `u`: the closed-form inverse of the distribution over ranks."""
    rank = int((pools.low[pool] + u * pools.span[pool]) ** (1 / pools.bend) - pools.head[pool])
    size = pools.first[pool + 1] - pools.first[pool]
    return int(pools.members[pools.first[pool] + min(max(rank, 0), size - 1)])
