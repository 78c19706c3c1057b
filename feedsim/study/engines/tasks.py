"""Runs as tasks of Ray: handed in, heard of, and brought home."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ray
from ray import exceptions

from feedsim.parcel import packed
from feedsim.study.engines.crew import Heard
from feedsim.study.engines.errand import Brought, Errand
from feedsim.study.engines.memory import MB, needed_mb
from feedsim.study.engines.pool import SECONDS_TO_STOP
from feedsim.study.engines.signals import deaf_to_interrupts
from feedsim.study.events import Done, Event, Failed, Started, Told
from feedsim.study.plan import RunPlan
from feedsim.study.work import in_one_line
from feedsim.writer import RunWriter

TRIES = 4
"""Of a run whose workers die, before it counts as failed."""


class Ear:
    """Hears of runs wherever they are, and keeps it until it is asked."""

    def __init__(self) -> None:
        self.told: list[tuple[int, Event]] = []

    def tell(self, number: int, event: Event) -> None:
        """A run says how far it is."""
        self.told.append((number, event))

    def listen(self) -> list[tuple[int, Event]]:
        """What was told since."""
        told, self.told = self.told, []
        return told


def carried_out(errand: Errand, number: int, ear: Any, *needs: bytes) -> Brought:
    """A run, on a worker."""
    return errand.carried_out(needs, lambda event: ear.tell.remote(number, event))


EAR = ray.remote(num_cpus=0, max_restarts=-1)(Ear)
TASK = ray.remote(num_cpus=1, max_retries=TRIES - 1, num_returns=2)(carried_out)


@dataclass
class Task:
    """A run that was handed in."""

    run: RunPlan
    number: int
    event: Any
    """a reference to what comes of it, and to its folder in one piece"""
    parcel: Any
    writer: RunWriter | None = None
    """once it is known to have begun: whoever looks at the disk here sees how far it is"""


class Tasks:
    """A crew of workers of a cluster."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.ear = EAR.remote()
        self.at_work: dict[int, Task] = {}
        self._parcels: dict[Path, Any] = {}
        """of what several runs need: it is sent once"""
        self._unsaid: list[Heard] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self.at_work) + len(self._unsaid)

    def has_room(self, run: RunPlan) -> bool:
        """Whether one more may be handed in."""
        return len(self.at_work) < self.limit

    def start(self, run: RunPlan) -> None:
        """Hand it in; one that lacks something, or for which no machine has the memory, fails."""
        needed = needed_mb(run.scenario)
        if run.lacking:
            self._unsaid.append((run, Failed(f"it needs {run.lacking}, which is not there", "")))
        elif needed > (most := most_memory_mb()):
            self._unsaid.append((run, Failed(refusal(needed, most), "")))
        else:
            self._count += 1
            parcels = [self._sent(need) for need in run.needs]
            handed = TASK.options(memory=int(needed * MB), name=run.name)
            refs = handed.remote(Errand.of(run), self._count, self.ear, *parcels)
            self.at_work[self._count] = Task(run, self._count, *refs)

    def _sent(self, folder: Path) -> Any:
        if folder not in self._parcels:
            self._parcels[folder] = ray.put(packed(folder))
        return self._parcels[folder]

    def heard(self, seconds: float) -> Iterator[Heard]:
        """What is said within that time."""
        while self._unsaid:
            yield self._unsaid.pop(0)
        if not self.at_work:
            return
        refs = {each.event: each for each in self.at_work.values()}
        over, _ = ray.wait(list(refs), timeout=seconds)
        yield from self._told()
        for ref in over:
            done = refs[ref]
            yield done.run, received(done)
            del self.at_work[done.number]

    def _told(self) -> Iterator[Heard]:
        told: list[tuple[int, Event]] = []
        with suppress(exceptions.RayError):  # its machine is gone: it is told again by another
            told = ray.get(self.ear.listen.remote(), timeout=1.0)
        for number, event in told:
            if (running := self.at_work.get(number)) is not None:
                yield from noted(running, event)

    def stop(self) -> None:
        """Ask the workers to stop, kill those that don't."""
        with deaf_to_interrupts():
            refs = [each.event for each in self.at_work.values()]
            for ref in refs:
                ray.cancel(ref)
            _, stubborn = ray.wait(refs, num_returns=len(refs), timeout=SECONDS_TO_STOP) if refs else ([], [])
            for ref in stubborn:
                ray.cancel(ref, force=True)
            for each in self.at_work.values():
                if each.writer is not None:
                    each.writer.abandon()


def noted(running: Task, event: Event) -> Iterator[Heard]:
    """What a worker told, also for those who look at the disk; before the first word, that it has begun."""
    with suppress(OSError):  # a disk that is full will be told when the run is put in its place
        if running.writer is None:
            running.writer = RunWriter(running.run.folder)
            yield running.run, Started()
        if isinstance(event, Told):
            running.writer.progress({**vars(event), "pid": os.getpid()})
    yield running.run, event


def received(done: Task) -> Event:
    """What came of a run; a finished one is put in its place here."""
    try:
        with done.writer or RunWriter(done.run.folder) as writer:
            event: Event = ray.get(done.event)
            if isinstance(event, Done):
                writer.receive(ray.get(done.parcel))
            return event
    except exceptions.RayError as error:
        return Failed(why(error), str(error))
    except OSError as error:
        return Failed(in_one_line(error), "")


def why(error: exceptions.RayError) -> str:
    """What went wrong between machines, for a person who reads one line."""
    if isinstance(error, exceptions.OutOfMemoryError):
        return "the machine it ran on had too little memory for it; use fewer users or fewer workers"
    if isinstance(error, exceptions.WorkerCrashedError | exceptions.NodeDiedError):
        return f"its worker died {TRIES} times; the machines may have run out of memory"
    if "No module named 'feedsim'" in str(error):
        return "a worker has no feedsim; it should be installed on every machine of the cluster, in the same version"
    return in_one_line(error)


def most_memory_mb() -> float:
    """That a machine of the cluster has for tasks."""
    return max((node["Resources"].get("memory", 0.0) / MB for node in ray.nodes() if node["Alive"]), default=0.0)


def refusal(needed: float, most: float) -> str:
    """Why a run can run nowhere."""
    return (
        f"it needs about {needed / 1024:.1f} GB of memory, and no machine has more than {most / 1024:.1f}; "
        "use fewer users"
    )
