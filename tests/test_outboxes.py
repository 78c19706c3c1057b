"""What everybody wrote or reshared of late: the newest of each."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import add_posts, add_reshare, world_of

from feedsim.feed.outboxes import Outboxes
from feedsim.world.world import World

USERS = 4
Row = tuple[int, int, int, int]
"""post, minute, author, absolute row of Items"""


def newest_first(outboxes: Outboxes, user: int) -> list[Row]:
    """What is in one outbox."""
    many, made = outboxes.rows.shape[1] - 1, int(outboxes.rows[user, 0, 0])
    places = [1 + (made - 1 - back) % many for back in range(min(made, many))]
    return [tuple(outboxes.rows[user, place].tolist()) for place in places]


def add(world: World, user: int, post: int) -> None:
    """A post, or a reshare of one that there is, a minute after the item before it."""
    minute = world.items.end
    if post >= world.posts.end:
        add_posts(world, [user], [minute])
    else:
        add_reshare(world, user, max(post, world.posts.base), minute)


MADE = st.lists(st.tuples(st.integers(0, USERS - 1), st.integers(0, 30)), min_size=1, max_size=40)


@settings(max_examples=100, deadline=None)
@given(MADE, st.integers(1, 5), st.sets(st.integers(0, 40)))
def test_each_holds_the_newest_of_its_user_however_often_it_takes_in(
    made: list[tuple[int, int]], newest: int, stops: set[int]
) -> None:
    world = world_of([], USERS)
    outboxes = Outboxes.of(world, newest)
    for n, (user, post) in enumerate(made):
        add(world, user, post)
        if n in stops:
            outboxes.take_in(world.items, world.posts)
    outboxes.take_in(world.items, world.posts)
    items, author = world.items, world.posts.author
    for user in range(USERS):
        mine = np.flatnonzero(items.user[: len(items)] == user)[: -newest - 1 : -1].tolist()
        expected = [(int(items.post[i]), int(items.minute[i]), int(author[items.post[i]]), i) for i in mine]
        assert newest_first(outboxes, user) == expected


def test_what_is_forgotten_is_not_taken_in_and_made_anew_it_holds_what_lives() -> None:
    world = world_of([], USERS)
    add_posts(world, [1, 2, 1], [10, 20, 30])
    add_reshare(world, 3, 0, 40)
    world.posts.drop(1)
    world.items.drop(1)
    outboxes = Outboxes.of(world, 3)
    assert newest_first(outboxes, 1) == [(2, 30, 1, 2)]
    assert newest_first(outboxes, 2) == [(1, 20, 2, 1)]
    # The author of a post that is no more is nobody; the walk leaves the post out by its row.
    assert newest_first(outboxes, 3) == [(0, 40, -1, 3)]


def test_nobody_wrote_anything() -> None:
    assert not Outboxes.of(world_of([], USERS), 2).rows[:, 0, 0].any()
