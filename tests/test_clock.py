"""The clock: who acts when, and who first."""

from collections.abc import Callable

import pytest

from feedsim.engine.clock import COMPANY, DETECTION, NIGHT, TICK, Clock

Log = list[tuple[int, str]]


def noted(log: Log, name: str) -> Callable[[int], None]:
    return lambda minute: log.append((minute, name))


def lived(first: int, last: int, *processes: tuple[str, int, int, int]) -> Log:
    """(minute, name) of everything that happens; processes are (name, every, first, turn), added in this order."""
    clock, log = Clock(first, last), Log()
    for name, minutes, begin, turn in processes:
        clock.every(minutes, begin, turn, noted(log, name))
    clock.run()
    return log


@pytest.mark.parametrize("backwards", [False, True])
def test_within_a_minute_the_night_comes_first_then_the_company_then_the_tick(backwards: bool) -> None:
    """Whatever the order in which they were told of it."""
    processes = [("night", 40, 0, NIGHT), ("company", 40, 0, COMPANY), ("tick", 20, 0, TICK)]
    log = lived(0, 80, *(processes[::-1] if backwards else processes))
    assert log == [
        (0, "night"),
        (0, "company"),
        (0, "tick"),
        (20, "tick"),
        (40, "night"),
        (40, "company"),
        (40, "tick"),
        (60, "tick"),
        (80, "night"),
    ]


def test_of_equal_turns_the_one_told_first_acts_first_all_the_way() -> None:
    log = lived(0, 3, ("a", 1, 0, COMPANY), ("b", 1, 0, COMPANY))
    assert log == [(minute, name) for minute in range(3) for name in "ab"]


def test_two_cadences_that_meet_keep_the_order_of_turns() -> None:
    """The company's own acts every 2 and every 3 minutes; whoever comes from further back does not go first."""
    log = lived(0, 7, ("slow", 3, 0, COMPANY), ("tick", 1, 0, TICK), ("quick", 2, 0, COMPANY))
    assert [by_minute(log)[minute] for minute in range(7)] == [
        ["slow", "quick", "tick"],
        ["tick"],
        ["quick", "tick"],
        ["slow", "tick"],
        ["quick", "tick"],
        ["tick"],
        ["slow", "quick", "tick"],
    ]


def by_minute(log: Log) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for minute, name in log:
        found.setdefault(minute, []).append(name)
    return found


def test_the_first_minute_is_lived_and_the_last_is_only_closed() -> None:
    """A day that ends is closed by a night; nobody ticks, trains or publishes in a minute that is no more."""
    for turn, expected in ((NIGHT, [-2, -1, 0, 1, 2]), (COMPANY, [-2, -1, 0, 1]), (TICK, [-2, -1, 0, 1])):
        assert lived(-2, 2, ("it", 1, -2, turn)) == [(minute, "it") for minute in expected]


def test_burn_in_has_negative_minutes_and_a_process_may_begin_after_it() -> None:
    log = lived(-20, 20, ("tick", 10, -20, TICK), ("train", 10, 0, COMPANY))
    assert log == [(-20, "tick"), (-10, "tick"), (0, "train"), (0, "tick"), (10, "train"), (10, "tick")]


def test_a_process_that_would_begin_at_the_end_or_later_never_acts() -> None:
    assert lived(0, 10, ("train", 1, 10, COMPANY), ("later", 5, 15, TICK), ("night", 10, 20, NIGHT)) == []


def test_a_cadence_that_does_not_divide_the_time_stops_before_the_end() -> None:
    assert lived(0, 10, ("it", 4, 0, TICK), ("night", 4, 0, NIGHT)) == [
        (0, "night"), (0, "it"), (4, "night"), (4, "it"), (8, "night"), (8, "it"),
    ]  # fmt: skip


def test_the_time_of_simpy_is_the_minute_that_is_told() -> None:
    clock = Clock(-3, 2)
    times = []
    clock.every(2, -3, TICK, lambda minute: times.append((minute, clock.environment.now)))
    clock.run()
    assert times == [(-3, -3), (-1, -1), (1, 1)]


def test_without_anything_to_do_the_clock_stands_still() -> None:
    clock = Clock(5, 50)
    clock.run()
    assert clock.environment.now == 5


def test_what_goes_wrong_in_an_act_is_not_swallowed() -> None:
    clock = Clock(0, 5)
    clock.every(1, 0, TICK, lambda minute: 1 // (minute - 3) and None)
    with pytest.raises(ZeroDivisionError):
        clock.run()
    assert clock.environment.now == 3


def test_a_clock_that_stops_and_goes_on_lives_the_same_as_one_that_does_not() -> None:
    """What is due in the minute in which it stops waits, the night too; a stop where it stands already is none."""
    processes = (("night", 4, 0, NIGHT), ("company", 3, 2, COMPANY), ("tick", 1, 0, TICK))
    clock, log = Clock(0, 8), Log()
    for name, minutes, begin, turn in processes:
        clock.every(minutes, begin, turn, noted(log, name))
    clock.run(4)
    assert (4, "night") not in log
    assert clock.environment.now == 4
    clock.run(4)
    clock.run(6)
    clock.run()
    assert log == lived(0, 8, *processes)


@pytest.mark.parametrize("at", range(9))
def test_a_new_clock_goes_on_where_another_stopped(at: int) -> None:
    processes = (("night", 4, 0, NIGHT), ("slow", 5, 0, COMPANY), ("train", 3, 2, DETECTION), ("tick", 1, 0, TICK))
    whole = lived(0, 8, *processes)
    assert lived(at, 8, *processes) == [(minute, name) for minute, name in whole if minute >= at]


def test_a_run_may_end_sooner_than_it_was_meant_to() -> None:
    clock, log = Clock(0, 8), Log()
    for name, turn in (("night", NIGHT), ("tick", TICK)):
        clock.every(2, 0, turn, noted(log, name))
    clock.run(4)
    clock.last_minute = 4
    clock.run()
    assert log == [(0, "night"), (0, "tick"), (2, "night"), (2, "tick"), (4, "night")]
