"""What everybody wrote or reshared of late, author by author."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import add_posts, add_reshare, world_of

from feedsim.feed.outboxes import Outboxes, sort_outboxes
from feedsim.world.world import Items

USERS = 5
Row = tuple[int, int, int, int]
"""post, minute, depth, absolute row of Items"""


def boxes(outboxes: Outboxes) -> list[list[Row]]:
    """What is in the outbox of each user."""
    start = outboxes.start.tolist()
    assert (start[0], start[-1], len(start)) == (0, len(outboxes.rows), USERS + 1)
    rows = [tuple(row) for row in outboxes.rows.tolist()]
    return [rows[a:b] for a, b in pairwise(start)]


@st.composite
def written(draw: st.DrawFn) -> tuple[Items, list[tuple[int, Row]]]:
    """Items in the order they were made, some of them forgotten; and (user, row) of those that are not."""
    made = draw(st.lists(st.tuples(st.integers(0, USERS - 1), st.integers(0, 99), st.integers(0, 4)), max_size=30))
    minutes = sorted(draw(st.lists(st.integers(-50, 50), min_size=len(made), max_size=len(made))))
    items = Items(room=2)
    if made:
        user, post, depth = (np.array(column, np.int32) for column in zip(*made, strict=True))
        items.append(user=user, post=post, depth=depth, minute=np.array(minutes, np.int32))
    gone = draw(st.integers(0, len(made)))
    items.drop(gone)
    rows = [(u, (p, m, d, i)) for i, ((u, p, d), m) in enumerate(zip(made, minutes, strict=True))]
    return items, rows[gone:]


@settings(max_examples=150, deadline=None)
@given(written(), st.integers(-60, 60))
def test_each_holds_what_its_user_made_since_oldest_first(made: tuple[Items, list[tuple[int, Row]]], old: int) -> None:
    items, rows = made
    expected = [[row for user, row in rows if user == u and row[1] > old] for u in range(USERS)]
    assert boxes(sort_outboxes(items, USERS, old)) == expected


def test_posts_and_reshares_stand_together_in_the_order_they_were_made() -> None:
    world = world_of([], users=USERS)
    add_posts(world, [1, 3, 1], [10, 20, 30])
    add_reshare(world, 1, 1, 40, depth=2)
    add_reshare(world, 0, 0, 40)
    mine = [(0, 10, 0, 0), (2, 30, 0, 2), (1, 40, 2, 3)]
    assert boxes(sort_outboxes(world.items, USERS, 0)) == [[(0, 40, 1, 4)], mine, [], [(1, 20, 0, 1)], []]


def test_what_was_made_in_the_oldest_minute_is_too_old() -> None:
    world = world_of([], users=USERS)
    add_posts(world, [1, 1, 1], [10, 11, 12])
    assert boxes(sort_outboxes(world.items, USERS, 11))[1] == [(2, 12, 0, 2)]
    assert len(sort_outboxes(world.items, USERS, 12).rows) == 0


def test_an_outbox_keeps_all_from_the_first_that_is_young_enough() -> None:
    """Items of a tick need not stand in order of minute: none that is young enough may be lost."""
    world = world_of([], users=USERS)
    add_posts(world, [1, 1], [20, 30])
    add_reshare(world, 2, 0, 25)
    assert [len(box) for box in boxes(sort_outboxes(world.items, USERS, 24))] == [0, 1, 1, 0, 0]


def test_nobody_wrote_anything() -> None:
    assert boxes(sort_outboxes(Items(), USERS, 0)) == [[], [], [], [], []]
