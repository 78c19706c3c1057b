"""Following: each person picks people from pools until they follow as many as they set out to."""

import numpy as np
from numba import prange

from feedsim.kernels import inlined, kernel, parallel
from feedsim.world.arrays import Ints, Longs
from feedsim.world.pools import Pools, pick
from feedsim.world.rng import mix, unit

SAME_LANGUAGE = 0.9
"""Of follows outside the own community, those that stay within the language (assumption)."""
CREW = 200
"""Coordinated accounts that each of them follows (assumption)."""
TRIES = 24
"""Draws before a follow that meets the already followed is given up; the last third is among everybody."""


@parallel
def follow(
    base: np.uint64, wanted: Longs, start: Longs, crew: Ints, everybody: Pools, language: Pools, community: Pools,
    within: float, followee: Ints,
) -> Longs:  # fmt: skip
    """(U,) how many each user follows in the end; whom, in ascending order, from `start` on in `followee`."""
    found = np.empty(wanted.size, np.int64)
    for user in prange(wanted.size):
        row = followee[start[user] : start[user + 1]]
        who = mix(base, np.uint64(user))
        count = _follow_people(who, user, wanted[user], everybody, language, community, within, row)
        if row.size > wanted[user]:
            count = _follow_crew(user, crew, row, count)
        found[user] = count
    return found


@kernel
def _follow_people(
    who: np.uint64, user: int, wanted: int, everybody: Pools, language: Pools, community: Pools, within: float,
    row: Ints,
) -> int:  # fmt: skip
    home, tongue = community.of[user], language.of[user]
    # Beyond half the community, follows go outside: picking the last of its members would take too many draws.
    room = (community.first[home + 1] - community.first[home]) // 2
    count, inside = 0, 0
    for n in range(wanted):
        address = mix(who, np.uint64(n))
        where = unit(address)
        at_home = where < within and inside < room
        in_language = unit(mix(address, np.uint64(TRIES))) < SAME_LANGUAGE
        for attempt in range(TRIES):
            u = unit(mix(address, np.uint64(attempt)))
            if 3 * attempt >= 2 * TRIES or not (at_home or in_language):
                other = pick(everybody, 0, u)
            elif at_home:
                other = pick(community, home, u)
            else:
                other = pick(language, tongue, u)
            if other != user and insert(row, count, other):
                count += 1
                inside += at_home
                break
    return count


@kernel
def _follow_crew(user: int, crew: Ints, row: Ints, count: int) -> int:
    """A coordinated account follows the next of its kind, round the circle of ids."""
    seat = np.searchsorted(crew, user)
    for step in range(1, min(CREW, crew.size - 1) + 1):
        if insert(row, count, crew[(seat + step) % crew.size]):
            count += 1
    return count


@inlined
def insert(row: Ints, count: int, other: int) -> bool:
    """Put `other` in its place among the first `count`, which ascend; False if it is there already."""
    place = np.searchsorted(row[:count], other)
    if place < count and row[place] == other:
        return False
    for i in range(count, place, -1):
        row[i] = row[i - 1]
    row[place] = other
    return True


@kernel
def close_gaps(start: Longs, found: Longs, followee: Ints) -> int:
    """Move the rows together, in place; `start` becomes that of the closed rows. How many edges there are."""
    end = 0
    for user in range(found.size):
        begin, start[user] = start[user], end
        for i in range(found[user]):
            followee[end + i] = followee[begin + i]
        end += found[user]
    start[found.size] = end
    return end
