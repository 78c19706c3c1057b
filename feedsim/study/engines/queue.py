"""The runs that wait for their turn: the longest first, and none before what it needs."""

from collections.abc import Callable, Iterator, Sequence
from graphlib import TopologicalSorter
from pathlib import Path

from feedsim.study.events import Done, Event, Failed
from feedsim.study.plan import RunPlan


class Queue:
    """Hands out runs; whoever takes one says when it `ended`. Raises ValueError where runs need one another."""

    def __init__(self, runs: Sequence[RunPlan]) -> None:
        self._runs = {run.folder: run for run in runs}
        self._needs = {run.folder: {need for need in run.needs if need in self._runs} for run in runs}
        self._order = TopologicalSorter(self._needs)
        self._order.prepare()
        self._urgency = self._urgencies()
        self._ready: list[RunPlan] = []
        self._get_ready()

    def __len__(self) -> int:
        """Runs that were neither handed out nor given up."""
        return len(self._runs)

    def take(self, fits: Callable[[RunPlan], bool] = lambda run: True) -> RunPlan | None:
        """The most urgent run that lacks nothing and fits; none if there is none now."""
        run = next(filter(fits, self._ready), None)
        if run is not None:
            self._ready.remove(run)
            del self._runs[run.folder]
        return run

    def ended(self, run: RunPlan, event: Event) -> Iterator[tuple[RunPlan, Failed]]:
        """Take note; the runs that can't do without one that failed are handed out, as failed too."""
        if isinstance(event, Done):
            self._order.done(run.folder)
            self._get_ready()
            return
        for other in [other for folder, other in self._runs.items() if run.folder in self._needs[folder]]:
            # It may have been given up in the meantime, with another that it needs.
            if self._runs.pop(other.folder, None):
                failed = Failed(f"it needs {run.name}, which failed", "")
                yield other, failed
                yield from self.ended(other, failed)

    def _get_ready(self) -> None:
        self._ready += (self._runs[folder] for folder in self._order.get_ready())
        self._ready.sort(key=lambda run: self._urgency[run.folder], reverse=True)

    def _urgencies(self) -> dict[Path, float]:
        """By folder: the cost of a run and of the costliest chain of runs that wait for it."""
        urgency = {folder: run.cost for folder, run in self._runs.items()}
        for folder in reversed(tuple(TopologicalSorter(self._needs).static_order())):
            for need in self._needs[folder]:
                urgency[need] = max(urgency[need], self._runs[need].cost + urgency[folder])
        return urgency
