"""SimPy owns time: every cadence of the company and of the crowd is a process."""

from collections.abc import Callable, Generator

import simpy

NIGHT, COMPANY, DETECTION, TICK = range(4)
"""Who goes first when several are due at the same minute: the day is closed, the company acts, its detectors after its
rankers, the crowd lives. What shares a turn must not mind who is first: a clock that goes on from a snapshot is new."""


class Clock:
    """Minutes from the end of burn-in (negative before). Processes hold nothing that the World does not."""

    def __init__(self, first_minute: int, last_minute: int) -> None:
        self.environment = simpy.Environment(initial_time=first_minute)
        self.last_minute = last_minute

    def every(self, minutes: int, first: int, turn: int, act: Callable[[int], None]) -> None:
        """Call `act(minute)` at `first` and every `minutes` after it, until the last minute; `turn` orders a minute.

        What would have been due before the clock's first minute has been done already.
        """
        past = max(0, self.environment.now - first)

        def process() -> Generator[simpy.Event, None, None]:
            minute = first + -(-past // minutes) * minutes
            while True:
                yield self._at(minute, turn)
                if minute > self.last_minute or (minute == self.last_minute and turn != NIGHT):
                    return
                act(minute)
                minute += minutes

        self.environment.process(process())

    def _at(self, minute: int, turn: int) -> simpy.Event:
        event = simpy.Event(self.environment)
        event._ok, event._value = True, None
        self.environment.schedule(event, priority=turn + 1, delay=minute - self.environment.now)
        return event

    def run(self, until: int | None = None) -> None:
        """Until nothing is due any more, or up to minute `until`: what is due then waits."""
        if until is None or until > self.environment.now:
            self.environment.run(until)
