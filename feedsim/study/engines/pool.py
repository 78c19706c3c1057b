"""Processes of this machine that take run after run: loading all code anew for each would cost seconds."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from feedsim.study.engines.crew import Heard
from feedsim.study.engines.memory import Room
from feedsim.study.engines.signals import deaf_to_interrupts
from feedsim.study.events import Done, Event, Failed, Started
from feedsim.study.plan import RunPlan
from feedsim.study.work import serve
from feedsim.writer import clear_leftovers

SECONDS_TO_STOP = 5.0
"""That a worker has to tidy up before it is killed."""


@dataclass(eq=False)
class Worker:
    """A process that is at work on a run, or has nothing to do."""

    process: BaseProcess
    pipe: Connection
    run: RunPlan | None = None

    def hear(self) -> Event:
        """What it says next; if it fell silent, why."""
        try:
            event: Event = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            return Failed(*_how_it_died(self.process.exitcode or 0))
        return event

    def end(self) -> None:
        """Let go of it, and of what it left behind if it did not come to an end itself."""
        self.pipe.close()  # whoever waits for a run at the other end goes home
        self.process.join(SECONDS_TO_STOP)
        self.process.kill()
        self.process.join()
        if self.run is not None:
            clear_leftovers(self.run.folder)


def _how_it_died(code: int) -> tuple[str, str]:
    """In one line, and in full, from an exit code (negative: a signal)."""
    if code >= 0:
        return f"its process ended without a word (exit status {code})", ""
    name = signal.Signals(-code).name
    perhaps = "; the machine may have run out of memory" if name == "SIGKILL" else ""
    return f"its process was killed ({name}){perhaps}", ""


class Pool:
    """A crew of processes, started when there is a run for them. One whose run failed is not used again."""

    def __init__(self, size: int, threads: int, room: Room) -> None:
        self.size, self.threads, self.room = size, threads, room
        self.busy: list[Worker] = []
        self.idle: list[Worker] = []
        self._unsaid: list[Heard] = []

    def __len__(self) -> int:
        return len(self.busy) + len(self._unsaid)

    def has_room(self, run: RunPlan) -> bool:
        """Whether a process is free and the memory suffices beside the runs at work; always, if there are none."""
        return not self.busy or (len(self.busy) < self.size and self.room.fits(run, self._runs(), self._pids()))

    def start(self, run: RunPlan) -> None:
        """Give a run to a worker; one that does not fit into the memory, though nothing else runs, fails."""
        if not self.busy and not self.room.fits(run, (), self._pids()):
            self._unsaid.append((run, Failed(self.room.refusal(run, self._pids()), "")))
            return
        worker = self._idler() or self._hire()
        worker.run = run
        self.busy.append(worker)
        self._unsaid.append((run, Started()))
        with suppress(OSError):  # it has just died: hearing of it says how
            worker.pipe.send(run)

    def heard(self, seconds: float) -> Iterator[Heard]:
        """What is said within that time."""
        while self._unsaid:
            yield self._unsaid.pop(0)
        talking = wait([worker.pipe for worker in self.busy], seconds)
        for worker in [worker for worker in self.busy if worker.pipe in talking]:
            assert worker.run is not None
            run, event = worker.run, worker.hear()
            if isinstance(event, Done | Failed):
                self._free(worker, isinstance(event, Done))
            yield run, event

    def stop(self) -> None:
        """Ask workers to stop, kill those that don't, and remove what they left."""
        workers = self.busy + self.idle
        with deaf_to_interrupts():
            for worker in workers:
                worker.process.terminate()
            for worker in workers:
                worker.end()
        self.busy, self.idle = [], []

    def _runs(self) -> list[RunPlan]:
        return [worker.run for worker in self.busy if worker.run is not None]

    def _pids(self) -> list[int]:
        return [worker.process.pid for worker in self.busy + self.idle if worker.process.pid is not None]

    def _free(self, worker: Worker, healthy: bool) -> None:
        self.busy.remove(worker)
        if healthy:
            worker.run = None
            self.idle.append(worker)
        else:
            worker.end()

    def _idler(self) -> Worker | None:
        """A worker that has nothing to do; those that died meanwhile, the system being short of memory, are let go."""
        while self.idle:
            worker = self.idle.pop()
            if worker.process.is_alive():
                return worker
            worker.end()
        return None

    def _hire(self) -> Worker:
        """Always spawned: a process that forks after numba has run its threads would hang."""
        spawn = get_context("spawn")
        mine, theirs = spawn.Pipe()
        process = spawn.Process(target=serve, args=(self.threads, theirs), name="feedsim", daemon=True)
        # What starts with the first process, and lets interrupts through again when it has started.
        resource_tracker.ensure_running()
        with _environment(threads_of(self.threads)), deaf_to_interrupts():
            process.start()
        theirs.close()
        return Worker(process, mine)


def threads_of(many: int) -> dict[str, str]:
    """What a worker must find in its environment before it loads numpy and numba."""
    return {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_NUM_THREADS": str(many)}


@contextmanager
def _environment(wanted: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
