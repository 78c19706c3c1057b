"""What everybody wrote or reshared of late, author by author: what a walk along the followees reads."""

from dataclasses import dataclass

import numpy as np

from feedsim.kernels import kernel
from feedsim.world.arrays import Ints, Longs, Shorts
from feedsim.world.world import Items


@dataclass(frozen=True)
class Outboxes:
    """Items of the retention window, sorted by user; those of one user stand together, oldest first."""

    start: Longs
    """(U + 1,)"""
    rows: Ints
    """(items, 4) post, minute, depth, absolute row of Items: side by side, so that a step reads memory once"""


def sort_outboxes(items: Items, users: int, oldest: int) -> Outboxes:
    """The outboxes of all users, from the first item made after minute `oldest` on: a counting sort, anew each tick."""
    first = int(np.argmax(np.r_[items.minute[: len(items)] > oldest, True]))
    return Outboxes(*_sort(items.user, items.post, items.minute, items.depth, first, len(items), items.base, users))


@kernel
def _sort(
    user: Ints, post: Ints, minute: Ints, depth: Shorts, first: int, last: int, base: int, users: int
) -> tuple[Longs, Ints]:
    start = np.zeros(users + 1, np.int64)
    for i in range(first, last):
        start[user[i] + 1] += 1
    for u in range(users):
        start[u + 1] += start[u]
    place = start.copy()
    rows = np.empty((last - first, 4), np.int32)
    for i in range(first, last):
        k = place[user[i]]
        place[user[i]] += 1
        rows[k, 0], rows[k, 1], rows[k, 2], rows[k, 3] = post[i], minute[i], depth[i], base + i
    return start, rows
