"""Who opens the feed, when, and for how long."""

import numpy as np
import pytest
from worlds import world_of

from feedsim.people.minds import MindsBlock
from feedsim.people.rhythm import weight
from feedsim.people.sessions import Opening
from feedsim.world.world import World

BLOCK = MindsBlock(look_on=0.9, look_on_effect=0.8)
CROWD = 4000


def crowd(sessions_per_day: float = 2.0, satisfaction: float = 0.0, habit: float = 1.0, seed: int = 1) -> World:
    world = world_of([], users=CROWD, seed=seed)
    world.users.sessions_per_day[:] = sessions_per_day
    world.minds.satisfaction[:] = satisfaction
    world.minds.habit[:] = habit
    return world


def day_of(world: World, opening: Opening) -> list[tuple[int, int]]:
    """(user, minute) of a day's sessions."""
    result = []
    for tick in range(96):
        world.minute, world.tick = 15 * tick, tick
        sessions = opening.open(world)
        assert (np.diff(sessions.user) > 0).all()
        assert ((sessions.minute >= world.minute) & (sessions.minute < world.minute + 15)).all()
        result += list(zip(sessions.user.tolist(), sessions.minute.tolist(), strict=True))
    return result


def test_people_come_as_often_as_they_do_by_the_rhythm_of_the_day() -> None:
    day = day_of(crowd(2.0), Opening(BLOCK, 20))
    assert len(day) == pytest.approx(2 * CROWD, rel=0.03)
    by_hour = np.bincount([minute // 60 for _, minute in day], minlength=24)
    expected = 2 * CROWD / 24 * weight(np.arange(1440)).reshape(24, 60).mean(axis=1)
    assert (np.abs(by_hour - expected) < 4.5 * np.sqrt(expected)).all()
    quarter = np.bincount([minute % 15 for _, minute in day], minlength=15)
    assert quarter.min() > 0.8 * len(day) / 15


def test_a_stronger_habit_adds_sessions_and_takes_none_away() -> None:
    weak, strong = (set(day_of(crowd(2.0, habit=h), Opening(BLOCK, 20))) for h in (1.0, 1.5))
    assert weak < strong
    assert len(strong) == pytest.approx(1.5 * len(weak), rel=0.05)


def test_a_session_is_the_same_whoever_else_there_is() -> None:
    few, many = world_of([], users=50), crowd()
    few.minute = many.minute = 720
    a, b = Opening(BLOCK, 20).open(few), Opening(BLOCK, 20).open(many)
    inside = b.user < 50
    assert len(a) > 0
    for name in ("user", "minute", "length"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name)[inside])


@pytest.mark.parametrize("satisfaction", [-1.0, 0.0, 1.0])
def test_people_look_on_with_the_probability_that_their_satisfaction_gives(satisfaction: float) -> None:
    """logit(0.9) + 0.8 x satisfaction; P(length > k) = on ** k, cut at the slate."""
    on = 1 / (1 + np.exp(-(np.log(9) + 0.8 * satisfaction)))
    length = Opening(BLOCK, 30).length(crowd(satisfaction=satisfaction), np.arange(CROWD, dtype=np.int32))
    assert length.min() >= 1
    assert length.max() <= 30
    for k in (1, 2, 5, 15):
        assert (length > k).mean() == pytest.approx(on**k, abs=0.03)


def test_content_people_never_look_less() -> None:
    people = np.arange(CROWD, dtype=np.int32)
    sad, glad = (Opening(BLOCK, 200).length(crowd(satisfaction=s), people) for s in (-0.5, 0.5))
    assert (glad >= sad).all()
    assert glad.mean() > 1.5 * sad.mean()


def test_extreme_satisfaction_still_gives_a_length() -> None:
    people = np.arange(CROWD, dtype=np.int32)
    with np.errstate(all="raise", under="ignore"):
        for satisfaction, posts in ((1e2, 20), (1e4, 20), (1e30, 20), (-1e2, 1), (-1e4, 1), (-1e30, 1)):
            assert set(Opening(BLOCK, 20).length(crowd(satisfaction=satisfaction), people).tolist()) == {posts}


def test_who_never_comes_never_comes() -> None:
    assert day_of(crowd(0.0), Opening(BLOCK, 20)) == []
