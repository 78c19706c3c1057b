"""Orders are carried out once a tick, in one place."""

import numpy as np
import pytest
from worlds import add_posts, world_of

from feedsim.integrity.orders import Orders, apply
from feedsim.world.arrays import FOREVER, NEVER
from feedsim.world.posts import (
    AUDIT,
    DEMOTED,
    DETECTOR,
    LABELLED,
    LIVE,
    NOBODY_FOUND,
    NOTE,
    REMOVED,
    REPORT,
    SCREEN,
    WARNING,
)
from feedsim.world.world import World


def five() -> World:
    """Five posts, of which the first has been forgotten, at minute 600."""
    world = world_of([], minute=600)
    add_posts(world, [0] * 5, [0] * 5)
    world.posts.drop(1)
    return world


def rows(*row: int) -> np.ndarray:
    return np.array(row, np.int32)


def test_no_orders_do_nothing() -> None:
    world = five()
    apply(world, Orders.joined([]))
    assert world.posts.live("status").tolist() == [LIVE] * 4
    assert (world.accounts.strikes == 0).all()


def test_posts_become_what_is_ordered_and_know_since_when_and_by_whom() -> None:
    world = five()
    apply(
        world,
        Orders.joined(
            [
                Orders.on_posts(rows(1), REMOVED, DETECTOR),
                Orders.on_posts(rows(2), LABELLED, REPORT, int(WARNING)),
                Orders.on_posts(rows(3), DEMOTED, AUDIT),
            ]
        ),
    )
    posts = world.posts
    assert posts.live("status").tolist() == [REMOVED, LABELLED, DEMOTED, LIVE]
    assert posts.live("found_by").tolist() == [DETECTOR, REPORT, AUDIT, NOBODY_FOUND]
    assert posts.live("removed_minute").tolist() == [600, NEVER, NEVER, NEVER]
    assert posts.live("labelled_minute").tolist() == [NEVER, 600, NEVER, NEVER]
    assert posts.live("labels").tolist() == [0, WARNING, 0, 0]


def test_nothing_is_done_to_a_post_before_it_is_there() -> None:
    world = world_of([], minute=600)
    add_posts(world, [0, 0], [599, 607])
    apply(world, Orders.on_posts(rows(0, 1), REMOVED, DETECTOR))
    assert world.posts.live("removed_minute").tolist() == [600, 607]


@pytest.mark.parametrize("first", [0, 1])
def test_of_several_orders_for_a_post_the_severest_holds_and_labels_add_up(first: int) -> None:
    world = five()
    several = [
        Orders.on_posts(rows(3, 2), LABELLED, REPORT, int(NOTE)),
        Orders.on_posts(rows(2, 3), REMOVED, DETECTOR, int(SCREEN)),
    ]
    apply(world, Orders.joined([several[first], several[1 - first], Orders.on_posts(rows(3), LIVE, AUDIT)]))
    posts = world.posts
    assert posts.live("status").tolist() == [LIVE, REMOVED, REMOVED, LIVE]
    assert posts.live("found_by").tolist() == [NOBODY_FOUND, DETECTOR, DETECTOR, NOBODY_FOUND]
    assert posts.live("labels").tolist() == [0, NOTE | SCREEN, NOTE | SCREEN, 0]
    assert posts.live("labelled_minute").tolist() == [NEVER, 600, 600, NEVER]


def test_what_was_done_stays_until_something_severer_comes_or_it_is_put_back() -> None:
    world = five()
    apply(world, Orders.on_posts(rows(1, 2), LABELLED, DETECTOR))
    world.minute = 900
    apply(world, Orders.joined([Orders.on_posts(rows(1), DEMOTED, AUDIT), Orders.on_posts(rows(2), REMOVED, REPORT)]))
    assert world.posts.live("status").tolist() == [LABELLED, REMOVED, LIVE, LIVE]
    world.minute = 1200
    apply(world, Orders.on_posts(rows(2), LIVE, REPORT))
    assert world.posts.live("status").tolist() == [LABELLED, LIVE, LIVE, LIVE]
    assert world.posts.live("found_by").tolist() == [DETECTOR, DETECTOR, NOBODY_FOUND, NOBODY_FOUND]
    assert world.posts.live("removed_minute").tolist() == [NEVER, 900, NEVER, NEVER]
    assert world.posts.live("labelled_minute").tolist() == [600, 600, NEVER, NEVER]
    assert world.posts.live("labels").tolist() == [WARNING, 0, 0, 0]


def accounts_after(*orders: tuple[list[int], list[int], list[int]]) -> World:
    """A world in which each of the orders (authors, strikes, until) was given, an hour apart from minute 600 on."""
    world = world_of([], minute=540)
    for author, strikes, until in orders:
        world.minute += 60
        apply(
            world,
            Orders(
                author=rows(*author),
                strikes=np.array(strikes, np.int16),
                until=np.array(until, np.int32),
                pardoned=np.zeros(len(author), np.bool_),
                freed=np.zeros(len(author), np.bool_),
            ),
        )
    return world


def test_strikes_are_set_and_suspensions_last_until_the_later_end() -> None:
    world = accounts_after(([0, 1], [1, 2], [NEVER, 5000]), ([1, 2], [3, 0], [4000, FOREVER]))
    assert world.accounts.strikes.tolist() == [1, 3, 0]
    assert world.accounts.last_strike_minute.tolist() == [600, 660, NEVER]
    assert world.accounts.suspended_until.tolist() == [NEVER, 5000, FOREVER]
    assert world.accounts.suspended_minute.tolist() == [NEVER, 600, 660]
    assert world.accounts.suspended(4999).tolist() == [False, True, True]
    assert world.accounts.suspended(5000).tolist() == [False, False, True]


def test_two_policies_that_count_the_same_strike_count_it_once() -> None:
    world = accounts_after(([0, 0], [2, 2], [NEVER, 900]))
    assert world.accounts.strikes.tolist() == [2, 0, 0]
    assert world.accounts.suspended_until.tolist() == [900, NEVER, NEVER]


def test_a_verdict_on_a_story_is_known_from_its_minute_on() -> None:
    world = world_of([], minute=600)
    known = Orders(narrative=rows(2, 0), found_false=np.array([True, False]), known_minute=rows(900, 700))
    apply(world, known)
    assert world.fact_checks.minute.tolist() == [700, NEVER, 900]
    assert world.fact_checks.false_by(899).tolist() == [False, False, False]
    assert world.fact_checks.false_by(900).tolist() == [False, False, True]
