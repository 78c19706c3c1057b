"""What somebody who waits sees: a line a running simulation, or a line a finished one."""

from collections.abc import Iterable
from time import perf_counter
from types import TracebackType
from typing import Protocol, TypeAlias

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

from feedsim.study.events import Done, Event, Failed, Started, Told
from feedsim.study.plan import RunPlan

Kind: TypeAlias = type[BaseException] | None
Error: TypeAlias = BaseException | None
SOON = 5.0
"""Seconds in which a run is usually under way."""


class Watcher(Protocol):
    """Hears of every run."""

    def __enter__(self) -> object: ...

    def __exit__(self, kind: Kind, error: Error, at: TracebackType | None) -> None: ...

    def hear(self, run: RunPlan, event: Event) -> None:
        """Something happened to a run."""


class Silent:
    """Says nothing."""

    def __enter__(self) -> "Silent":
        return self

    def __exit__(self, kind: Kind, error: Error, at: TracebackType | None) -> None:
        """Nothing to tidy up."""

    def hear(self, run: RunPlan, event: Event) -> None:
        """Nothing to say."""


class OnlyErrors(Silent):
    """Says what failed."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def hear(self, run: RunPlan, event: Event) -> None:
        """A line for a failure."""
        if isinstance(event, Failed):
            say(self.console, failure_line(run, event))


class PlainLines(OnlyErrors):
    """One line a run that ended: for files, pipes and logs."""

    def hear(self, run: RunPlan, event: Event) -> None:
        """A line for a finished or failed run."""
        super().hear(run, event)
        if isinstance(event, Done):
            say(self.console, done_line(run, event))


class LiveLines(PlainLines):
    """One line a running simulation, redrawn in place, below the lines of those that ended."""

    def __init__(self, console: Console, runs: int) -> None:
        super().__init__(console)
        self.board = Board(runs)
        self.live = Live(self.board, console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> "LiveLines":
        self.live.start()
        return self

    def __exit__(self, kind: Kind, error: Error, at: TracebackType | None) -> None:
        self.live.stop()

    def hear(self, run: RunPlan, event: Event) -> None:
        """Redraw the board; lines of ended runs go above it."""
        self.board.note(run, event)
        super().hear(run, event)


class Board:
    """The runs at work, and how many have ended."""

    def __init__(self, runs: int) -> None:
        self.runs, self.ended = runs, 0
        self.working: dict[str, tuple[RunPlan, Told | None, float]] = {}
        """run's folder -> run, what it told last, when"""

    def note(self, run: RunPlan, event: Event) -> None:
        """Take in what a run told."""
        if isinstance(event, Done | Failed):
            self.working.pop(str(run.folder), None)
            self.ended += run.until_day is None
        else:
            told = None if isinstance(event, Started) else event
            self.working[str(run.folder)] = run, told, perf_counter()

    def lines(self, width: int) -> Iterable[str]:
        """A line a simulation, then one for all."""
        for run, told, when in self.working.values():
            yield running_line(run, told, perf_counter() - when, width)
        if self.runs > 1:
            yield f"{self.ended} of {self.runs} runs ended"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines(options.max_width):
            yield Text(line, no_wrap=True, overflow="ellipsis")


def running_line(run: RunPlan, told: Told | None, since: float, width: int) -> str:
    """`baseline seed=1  day 3.2 of 13  12,400 impressions/s  1:05 left`; days count from the start of burn-in.

    On a narrow screen the pace is shortened, then goes, then the day: the time left is what somebody waits for.
    """
    if told is None or told.day <= told.first:
        slow = " (a first run compiles)" if since > SOON else ""
        return f"{run.name}  getting ready{slow}"
    seconds = told.seconds + since
    day, pace = f"day {told.day:.1f} of {told.days}", f"{told.impressions / seconds:,.0f}"
    end = f"{duration(seconds * (told.days - told.day) / (told.day - told.first))} left"
    middles: tuple[list[str], ...] = ([day, f"{pace} impressions/s"], [day, f"{pace} impr./s"], [day], [])
    forms = ["  ".join([run.name, *middle, end]) for middle in middles]
    return next((form for form in forms if len(form) <= width), forms[0])


def done_line(run: RunPlan, event: Done) -> str:
    """`done  demote  baseline seed=1  0:42  12,400 impressions/s`."""
    pace = f"{event.manifest['impressions_per_second']:,.0f} impressions/s"
    return f"done    {run.study}  {run.name}  {duration(event.manifest['seconds'])}  {pace}"


def failure_line(run: RunPlan, event: Failed) -> str:
    """`failed  demote  baseline seed=1: why (more in <file>)`."""
    return f"failed  {run.study}  {run.name}: {event.error} (more in {run.error_file})"


def duration(seconds: float) -> str:
    """`0:42`, `1:05:00`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def say(console: Console, line: str) -> None:
    """A line, as it is."""
    # Between words for eyes; in a file, a line stays one.
    console.print(line, markup=False, highlight=False, soft_wrap=not console.is_terminal)
