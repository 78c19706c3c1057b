"""Linking new rows to the same owner's rows before them."""

from itertools import pairwise

import numpy as np

from feedsim.world.chains import append_chain, link
from feedsim.world.rng import Streams
from feedsim.world.world import Visits


def plain_link(head: list[int], owner: list[int], first: int) -> list[int]:
    previous = []
    for row, who in enumerate(owner):
        previous.append(head[who])
        head[who] = first + row
    return previous


def test_each_row_leads_to_the_row_before_it_of_the_same_owner() -> None:
    visits = Visits(owners=3)
    owner = np.array([2, 0, 2, 2], np.int32)
    append_chain(visits, owner, first=np.arange(10, 14, dtype=np.int32))
    assert visits.live("previous").tolist() == [-1, -1, 0, 2]
    assert visits.live("first").tolist() == [10, 11, 12, 13]
    assert visits.head.tolist() == [1, -1, 3]


def test_numbers_go_on_after_old_rows_are_forgotten() -> None:
    visits = Visits(owners=2)
    append_chain(visits, np.array([0, 0, 1], np.int32), first=np.array([7, 8, 9], np.int32))
    visits.drop(2)
    append_chain(visits, np.array([1, 0], np.int32), first=np.array([5, 6], np.int32))
    assert visits.live("previous").tolist() == [-1, 2, 1]  # row 1, user 0's last one, is below `base` and ends a walk
    assert (visits.base, visits.head.tolist()) == (2, [4, 3])


def test_the_kernel_links_as_plain_python_does() -> None:
    owners = Streams(3).hashes("owner", np.arange(500)) % np.uint64(40)
    head, plain_head = np.full(40, -1, np.int32), [-1] * 40
    for first, last in pairwise((0, 1, 200, 500)):
        owner = owners[first:last].astype(np.int32)
        assert link(head, owner, first).tolist() == plain_link(plain_head, owner.tolist(), first)
    assert head.tolist() == plain_head
