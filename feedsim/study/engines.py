"""Where runs are run: here, each in a process of its own."""

import os
import signal
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TypeAlias

from feedsim.study.events import Done, Event, Failed, Started
from feedsim.study.manifest import cores
from feedsim.study.plan import RunPlan
from feedsim.study.work import work
from feedsim.writer import clear_leftovers

SECONDS_TO_STOP = 5.0
"""That a worker has to tidy up before it is killed."""

Heard: TypeAlias = tuple[RunPlan, Event]


@dataclass(frozen=True)
class Worker:
    """A process at work on a run."""

    run: RunPlan
    process: BaseProcess
    pipe: Connection

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
        self.process.join()
        self.pipe.close()
        clear_leftovers(self.run.folder)


def _how_it_died(code: int) -> tuple[str, str]:
    """In one line, and in full, from an exit code (negative: a signal)."""
    if code >= 0:
        return f"its process ended without a word (exit status {code})", ""
    name = signal.Signals(-code).name
    perhaps = "; the machine may have run out of memory" if name == "SIGKILL" else ""
    return f"its process was killed ({name}){perhaps}", ""


@dataclass(frozen=True)
class LocalEngine:
    """Processes on this machine."""

    workers: int
    """at the same time, at least 1"""
    threads: int
    """a worker"""

    @classmethod
    def of(cls, runs: int, workers: int | None = None) -> "LocalEngine":
        """As many workers as there are cores and runs, unless fewer are asked for; the cores are shared out."""
        many = max(1, min(workers or cores(), runs))
        return cls(many, max(1, cores() // many))

    def run(self, runs: Sequence[RunPlan]) -> Generator[Heard | None, None, None]:
        """Run all, longest first, and yield what is heard of them, None where nothing was for a moment.

        Left early, by `close` or an exception, it stops the workers: their runs leave nothing behind.
        """
        waiting = sorted(runs, key=lambda run: run.cost)
        busy: dict[Connection, Worker] = {}
        try:
            while waiting or busy:
                while waiting and len(busy) < self.workers:
                    worker = self._start(waiting.pop())
                    busy[worker.pipe] = worker
                    yield worker.run, Started()
                ready = wait(list(busy), timeout=0.25)
                for pipe in ready:
                    assert isinstance(pipe, Connection)
                    worker = busy[pipe]
                    event = worker.hear()
                    if isinstance(event, Done | Failed):
                        busy.pop(pipe).end()
                    yield worker.run, event
                if not ready:
                    yield None
        finally:
            stop(list(busy.values()))

    def _start(self, run: RunPlan) -> Worker:
        """Always spawned: a process that forks after numba has run its threads would hang."""
        spawn = get_context("spawn")
        mine, theirs = spawn.Pipe(duplex=False)
        process = spawn.Process(target=work, args=(run, self.threads, theirs), name=run.name, daemon=True)
        with _environment(self.threads), _deaf_to_interrupts():
            process.start()
        theirs.close()
        return Worker(run, process, mine)


def stop(workers: Sequence[Worker]) -> None:
    """Ask workers to stop, kill those that don't, and remove what they left."""
    with _deaf_to_interrupts():
        for worker in workers:
            worker.process.terminate()
        for worker in workers:
            worker.process.join(SECONDS_TO_STOP)
            worker.process.kill()
            worker.end()


@contextmanager
def _environment(threads: int) -> Iterator[None]:
    """What a worker must find in its environment before it loads numpy and numba."""
    wanted = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_NUM_THREADS": str(threads)}
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


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Ctrl-C waits; processes started here never hear it: it is ours to stop them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
