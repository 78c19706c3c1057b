"""The reviewers at work: who takes which case, when."""

import numpy as np
import pytest
import simpy
from desks import DAY, add_cases, at_work, decisions, review, shift
from worlds import world_of

from feedsim.integrity.review import Reviewers, Shift, roster
from feedsim.world.desk import LAPSE


def test_one_reviewer_takes_the_most_urgent_first_one_after_another() -> None:
    cases = at_work(4, [shift(7)], {"priority": [1, 5, 5, 3], "opened_minute": [0, -2, -5, 0], "opinion": [0, 1, 0, 1]})
    assert decisions(cases) == [(2, 60, 62), (1, 62, 64), (3, 64, 66), (0, 66, 68)]
    assert cases.live("reviewer").tolist() == [7, 7, 7, 7]
    assert cases.live("verdict").tolist() == [0, 1, 0, 1]


def test_two_reviewers_share_the_queue() -> None:
    cases = at_work(3, [shift(0), shift(1, start=61)])
    assert decisions(cases) == [(2, 60, 62), (1, 61, 63), (0, 62, 64)]
    assert cases.live("reviewer").tolist() == [0, 1, 0]


def test_without_reviewers_everything_waits() -> None:
    cases = at_work(3, [])
    assert decisions(cases) == []
    assert cases.waiting.tolist() == [True, True, True]


def test_reviewers_read_their_own_language_alone() -> None:
    world = world_of([], room=4)
    world.levels["language"] = ("english", "spanish")
    cases = at_work(4, [shift(0, language=1)], {"language": [0, 1, 0, 1]}, world=world)
    assert [case for case, *_ in decisions(cases)] == [3, 1]


def test_a_flood_is_worked_off_as_far_as_shifts_reach_and_the_rest_waits() -> None:
    cases = at_work(2400, [shift(0, minutes=240), shift(1, minutes=240)])
    assert len(decisions(cases)) == 240
    assert np.count_nonzero(cases.waiting) == 2400 - 240
    assert min(case for case, *_ in decisions(cases)) == 2400 - 240


def test_what_was_begun_in_time_is_finished_and_nothing_is_begun_after_the_shift() -> None:
    cases = at_work(3, [shift(start=0, minutes=3)])
    assert decisions(cases) == [(2, 0, 2), (1, 2, 4)]


def test_overtime_lasts_while_cases_wait_and_no_longer_than_it_may() -> None:
    assert len(decisions(at_work(9, [shift(start=0, minutes=4, over=6)]))) == 5
    assert len(decisions(at_work(4, [shift(start=0, minutes=4, over=6)]))) == 4


def test_a_shift_whose_end_is_rounded_down_ends_all_the_same() -> None:
    """The third of eighteen on the second day: its minutes add up to a little less than its end, and no case comes."""
    start = 2.5 / 18 * (DAY - 480)
    assert (DAY + start) + ((start + 480) - start) < DAY + (start + 480)
    environment = simpy.Environment(DAY)
    Reviewers(review(), world_of([], room=1), environment, [shift(0, start=start)]).begin_day()
    steps = 0
    while environment.peek() < 2 * DAY and steps < 100:
        environment.step()
        steps += 1
    assert steps < 100


def test_who_has_seen_enough_harm_goes_home() -> None:
    cases = at_work(6, [shift()], {"opinion": [1, 1, 0, 1, 0, 1]}, harmful_per_day=2)
    assert [case for case, *_ in decisions(cases)] == [5, 4, 3]


def test_nobody_begins_what_would_last_beyond_midnight() -> None:
    cases = at_work(2, [shift(start=DAY - 60, minutes=60)], {"minutes": [50, 30]})
    assert decisions(cases) == [(1, DAY - 60, DAY - 30)]


def test_nobody_decides_a_case_that_is_barred_to_him() -> None:
    barred = {"not_by": [-1, -1, 0]}
    alone = at_work(3, [shift(0)], barred)
    assert [case for case, *_ in decisions(alone)] == [1, 0]
    assert alone.waiting.tolist() == [False, False, True]
    together = at_work(3, [shift(0), shift(1)], barred)
    assert together.live("reviewer").tolist() == [0, 0, 1]


def test_who_waits_is_woken_when_a_case_comes_in() -> None:
    world, environment = world_of([], room=4), simpy.Environment()
    reviewers = Reviewers(review(), world, environment, [shift(0, start=0), shift(1, start=0)])
    reviewers.begin_day()
    environment.run(until=100)
    add_cases(world.desk.cases, 3)
    reviewers.receive(np.arange(3))
    environment.run(until=DAY)
    assert decisions(world.desk.cases) == [(1, 100, 102), (2, 100, 102), (0, 102, 104)]


def test_a_new_day_is_built_from_the_columns_alone() -> None:
    """Another desk that takes over at midnight does what the first would have done."""
    world, environment = world_of([], room=8), simpy.Environment()
    add_cases(world.desk.cases, 8)
    shifts = [shift(0, minutes=6)]
    Reviewers(review(), world, environment, shifts).begin_day()
    environment.run(until=DAY)
    assert len(decisions(world.desk.cases)) == 3
    world.desk.cases.outcome[4] = LAPSE
    Reviewers(review(), world, environment, shifts).begin_day()
    environment.run(until=2 * DAY)
    second = [(3, DAY + 60, DAY + 62), (2, DAY + 62, DAY + 64), (1, DAY + 64, DAY + 66)]
    assert decisions(world.desk.cases)[3:] == second


def test_shifts_are_spread_over_the_day_and_end_before_midnight() -> None:
    said = review(reviewers={"english": 2}, reviewers_per_10000=10, shift_hours=8, overtime_hours=2)
    shifts = roster(said, np.array([50_000, 1001, 0]), ("english", "spanish", "french"))
    assert shifts == [
        Shift(0, 0, 210, 690, 810), Shift(1, 0, 630, 1110, 1230),
        Shift(2, 1, 210, 690, 810), Shift(3, 1, 630, 1110, 1230),
    ]  # fmt: skip


@pytest.mark.parametrize("minutes", [0.5, 7.0])
def test_capacity_is_what_the_minutes_of_a_case_leave_of_a_shift(minutes: float) -> None:
    cases = at_work(1000, [shift(minutes=210)], {"minutes": minutes})
    assert len(decisions(cases)) == 210 / minutes


def test_a_shift_ends_though_its_last_minute_is_rounded() -> None:
    """Three days before the end of burn-in the second of seven reviewers goes home a hair before the shift is over."""
    midnight, (_, second, *_) = -3 * DAY, roster(review(reviewers={"english": 7}), np.array([0]), ("english",))
    assert (midnight + second.start) + (second.end - second.start) < midnight + second.end
    world, environment = world_of([]), simpy.Environment(initial_time=midnight)
    Reviewers(review(), world, environment, [second]).begin_day()
    steps = 0
    while environment.peek() < midnight + DAY and steps < 100:
        environment.step()
        steps += 1
    assert steps < 100
