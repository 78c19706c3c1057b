"""SimPy owns time: every cadence of the company and of the crowd is a process."""

from collections.abc import Callable, Generator

import simpy

NIGHT, COMPANY, TICK = 0, 1, 2
"""Who goes first when several are due at the same minute: the day is closed, the company acts, the crowd lives."""


class Clock:
    """Minutes from the end of burn-in (negative before). Processes hold nothing that the World does not."""

    def __init__(self, first_minute: int, last_minute: int) -> None:
        self.environment = simpy.Environment(initial_time=first_minute)
        self.last_minute = last_minute

    def every(self, minutes: int, first: int, turn: int, act: Callable[[int], None]) -> None:
        """Call `act(minute)` at `first` and every `minutes` after it, until the last minute; `turn` orders a minute."""

        def process() -> Generator[simpy.Event, None, None]:
            minute = first
            while minute < self.last_minute or (turn == NIGHT and minute == self.last_minute):
                yield self._at(minute, turn)
                act(minute)
                minute += minutes

        self.environment.process(process())

    def _at(self, minute: int, turn: int) -> simpy.Event:
        event = simpy.Event(self.environment)
        event._ok, event._value = True, None
        self.environment.schedule(event, priority=turn + 1, delay=minute - self.environment.now)
        return event

    def run(self) -> None:
        """Until nothing is due any more."""
        self.environment.run()
