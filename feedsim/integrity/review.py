"""The reviewers at work: shifts as SimPy processes, and a queue for each language. Columns hold all that lasts.

A shift is of one day and ends before midnight, so that no process outlives it: each midnight the queues are built from
the columns of the cases and the shifts begin anew, and what the columns hold then is all there is to continue from.
"""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import ceil
from typing import TypeAlias

import numpy as np
import simpy

from feedsim.integrity.desk import Review
from feedsim.world.arrays import Longs
from feedsim.world.desk import HARMFUL
from feedsim.world.world import World

DAY = 1440
"""Minutes."""
Waiting: TypeAlias = tuple[float, int, int, int, int]
"""Minus the priority, minute of opening, key of the post, harm, number of the case: the least is the most urgent."""


class Queue:
    """Cases that wait for the reviewers of one language."""

    def __init__(self, environment: simpy.Environment, waiting: Iterable[Waiting]) -> None:
        self.environment, self.heap = environment, list(waiting)
        heapify(self.heap)
        self.arrival = environment.event()
        """rings when cases come in"""

    def put(self, waiting: Iterable[Waiting]) -> None:
        """Add cases, and wake whoever has nothing to do."""
        for case in waiting:
            heappush(self.heap, case)
        self.arrival.succeed()
        self.arrival = self.environment.event()

    def take(self, refused: Callable[[int], bool]) -> int | None:
        """The most urgent case that is not `refused`; none where there is none."""
        aside: list[Waiting] = []
        try:
            while self.heap:
                waiting = heappop(self.heap)
                if not refused(waiting[-1]):
                    return waiting[-1]
                aside.append(waiting)
            return None
        finally:
            for waiting in aside:
                heappush(self.heap, waiting)


@dataclass(frozen=True)
class Shift:
    """A reviewer's working day, in minutes after midnight."""

    reviewer: int
    language: int
    start: float
    end: float
    latest: float
    """the end of overtime"""


def roster(review: Review, writers: Longs, languages: tuple[str, ...]) -> list[Shift]:
    """Everybody's shift, given how many people write each language (L,)."""
    shifts: list[Shift] = []
    for code, language in enumerate(languages):
        by_people = ceil(review.reviewers_per_10000 * int(writers[code]) / 10_000)
        many = review.reviewers.get(language, by_people)
        length, over = 60 * review.shift_hours, 60 * review.overtime_hours
        for i in range(many):
            start = (i + 0.5) / many * (DAY - length - over)
            shifts.append(Shift(len(shifts), code, start, start + length, start + length + over))
    return shifts


class Reviewers:
    """Those who work at the desk, on the clock of `environment`."""

    def __init__(self, review: Review, world: World, environment: simpy.Environment, shifts: list[Shift]) -> None:
        self.review, self.world, self.environment, self.shifts = review, world, environment, shifts
        self.languages = len(world.levels.get("language", ("",)))
        self.queues = [Queue(environment, ()) for _ in range(self.languages)]
        """nobody stands at them before the first midnight"""

    def begin_day(self) -> None:
        """At midnight: build the queues from the columns, and let everybody come to work."""
        waiting = np.flatnonzero(self.world.desk.cases.waiting)
        self.queues = [Queue(self.environment, part) for part in self._by_language(waiting)]
        for shift in self.shifts:
            self.environment.process(self._work(shift, self.queues[shift.language]))

    def receive(self, cases: Longs) -> None:
        """New cases come in."""
        for queue, part in zip(self.queues, self._by_language(cases), strict=True):
            if part:
                queue.put(part)

    def _by_language(self, rows: Longs) -> list[list[Waiting]]:
        cases = self.world.desk.cases
        columns = (-cases.priority[rows], cases.opened_minute[rows], cases.key[rows], cases.harm[rows], rows)
        waiting = list(zip(*(column.tolist() for column in columns), strict=True))
        language = cases.language[rows].tolist()
        parts: list[list[Waiting]] = [[] for _ in range(self.languages)]
        for code, case in zip(language, waiting, strict=True):
            parts[code].append(case)
        return parts

    def _work(self, shift: Shift, queue: Queue) -> Generator[simpy.Event, None, None]:
        """Come, take the most urgent case again and again, and go: at the end, or when enough harm has been seen."""
        clock, midnight, seen = self.environment, self.environment.now, 0
        yield clock.timeout(shift.start)
        close = clock.timeout(shift.end - shift.start)
        while seen < self.review.harmful_per_day and clock.now < midnight + shift.latest:
            case = queue.take(lambda case: bool(self.world.desk.cases.not_by[case] == shift.reviewer))
            # The bell tells, not the clock: rounded, it may ring a hair before the end.
            if case is None and close.processed:
                return
            if case is None:
                yield queue.arrival | close
                continue
            minutes = float(self.world.desk.cases.minutes[case])
            if clock.now + minutes >= midnight + DAY:
                return
            yield from self._decide(case, shift.reviewer, minutes)
            seen += int(self.world.desk.cases.verdict[case] == HARMFUL)

    def _decide(self, case: int, reviewer: int, minutes: float) -> Generator[simpy.Event, None, None]:
        # Arrays are asked for anew: they move as cases come in.
        cases = self.world.desk.cases
        cases.reviewer[case], cases.started_minute[case] = reviewer, self.environment.now
        yield self.environment.timeout(minutes)
        cases.decided_minute[case], cases.verdict[case] = self.environment.now, cases.opinion[case]
