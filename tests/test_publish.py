"""Stage 1: drafts become posts when their minute has come."""

from dataclasses import fields

import numpy as np
import pytest
from writers import LEVELS, supply, users

from feedsim.people.drafts import Drafts
from feedsim.people.publish import publish
from feedsim.world.posts import Posts
from feedsim.world.rng import Streams
from feedsim.world.world import Graph, Items, Minds, Profiles, Seen, World

PEOPLE = users(0.0, np.zeros(3))


def world(harms: tuple[str, ...] = ("misinformation", "hate"), minute: int = 0) -> World:
    none = np.zeros(0, np.float32)
    return World(
        streams=Streams(1),
        users=PEOPLE,
        graph=Graph(np.zeros(4, np.int64), np.zeros(0, np.int32), np.zeros(3, np.int32)),
        posts=Posts(len(harms), room=1),
        items=Items(room=1),
        seen=Seen(3),
        minds=Minds(*[none] * len(fields(Minds))),
        profiles=Profiles(*[none] * len(fields(Profiles))),
        narrative_is_false=np.zeros(0, np.bool_),
        harms=harms,
        levels=LEVELS,
        visible=(),
        minute=minute,
    )


def drafts(author: list[int], minute: list[int]) -> Drafts:
    """Posts with these authors and minutes, and any contents at all."""
    some = supply(users(20.0, np.zeros(3))).draft(0).columns(np.arange(len(author)))
    assert len(some["key"]) == len(author)
    named = {"author": np.array(author, np.int32), "minute": np.array(minute, np.int32)}
    return Drafts(**{**some, **named})  # type: ignore[arg-type]


def test_each_tick_releases_the_drafts_of_its_minutes() -> None:
    w, day = world(), drafts([2, 0, 2, 1], [0, 14, 15, 30])
    released = []
    for w.minute in (0, 15, 30, 45):
        released.append(publish(w, day))
    assert released == [2, 1, 1, 0]
    for column in fields(Drafts):
        assert np.array_equal(w.posts.live(column.name), getattr(day, column.name)), column.name
    untouched = set(Posts.schema) - {column.name for column in fields(Drafts)}
    assert all((w.posts.live(name) == Posts.blank.get(name, 0)).all() for name in untouched)


def test_a_post_becomes_an_item_of_its_author() -> None:
    w, day = world(), drafts([2, 0, 2, 1], [0, 14, 15, 30])
    w.items.append(user=np.array([2], np.int32))
    for w.minute in (0, 15, 30):
        publish(w, day)
    assert w.items.live("user").tolist() == [2, 2, 0, 2, 1]
    assert w.items.live("post").tolist() == [0, 0, 1, 2, 3]
    assert w.items.live("minute").tolist() == [0, 0, 14, 15, 30]
    assert w.items.live("depth").tolist() == [0, 0, 0, 0, 0]


def test_a_draft_that_is_not_allowed_is_never_published() -> None:
    w, day = world(), drafts([2, 0, 2], [0, 3, 4])
    assert publish(w, day, allowed=np.array([True, False, True])) == 2
    assert w.posts.live("key").tolist() == day.key[[0, 2]].tolist()
    assert w.items.live("user").tolist() == [2, 2]


def test_posts_keep_absolute_numbers_after_old_ones_are_forgotten() -> None:
    w, day = world(), drafts([1, 1, 0], [0, 1, 20])
    publish(w, day)
    w.posts.drop(2)
    w.minute = 15
    publish(w, day)
    assert w.items.live("post").tolist() == [0, 1, 2]
    assert (w.posts.base, w.posts.end) == (2, 3)


@pytest.mark.parametrize("tick_minutes", [15, 60, 1440])
def test_a_day_of_ticks_releases_every_draft_once(tick_minutes: int) -> None:
    day = supply(users(5.0, np.zeros(3))).draft(-2)
    w = world(minute=-2 * 1440)
    w.tick_minutes = tick_minutes
    total = 0
    for w.minute in range(-2880, -1440, tick_minutes):
        total += publish(w, day)
    assert total == len(day) > 0
    assert w.posts.live("key").tolist() == day.key.tolist()
