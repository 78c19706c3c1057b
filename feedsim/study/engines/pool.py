"""Processes of this machine that take run after run: loading all code anew for each would cost seconds."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from feedsim.study.events import Done, Event, Failed
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
    """Workers, started when there is a run for them. One whose run failed is not used again."""

    def __init__(self, size: int, threads: int) -> None:
        self.size, self.threads = size, threads
        self.busy: list[Worker] = []
        self.idle: list[Worker] = []

    @property
    def full(self) -> bool:
        """Whether as many are at work as may be."""
        return len(self.busy) >= self.size

    @property
    def runs(self) -> list[RunPlan]:
        """What they are at work on."""
        return [worker.run for worker in self.busy if worker.run is not None]

    @property
    def pids(self) -> list[int]:
        """Of all processes, idle ones too."""
        return [worker.process.pid for worker in self.busy + self.idle if worker.process.pid is not None]

    def start(self, run: RunPlan) -> None:
        """Give a run to a worker."""
        worker = self.idle.pop() if self.idle else self._hire()
        worker.run = run
        self.busy.append(worker)
        with suppress(OSError):  # it died while idle: hearing of it says how
            worker.pipe.send(run)

    def heard(self, seconds: float) -> Iterator[tuple[RunPlan, Event]]:
        """What is said within that time."""
        talking = wait([worker.pipe for worker in self.busy], seconds)
        for worker in [worker for worker in self.busy if worker.pipe in talking]:
            assert worker.run is not None
            run, event = worker.run, worker.hear()
            if isinstance(event, Done | Failed):
                self._free(worker, isinstance(event, Done))
            yield run, event

    def _free(self, worker: Worker, healthy: bool) -> None:
        self.busy.remove(worker)
        if healthy:
            worker.run = None
            self.idle.append(worker)
        else:
            worker.end()

    def _hire(self) -> Worker:
        """Always spawned: a process that forks after numba has run its threads would hang."""
        spawn = get_context("spawn")
        mine, theirs = spawn.Pipe()
        process = spawn.Process(target=serve, args=(self.threads, theirs), name="feedsim", daemon=True)
        with _environment(self.threads), _deaf_to_interrupts():
            process.start()
        theirs.close()
        return Worker(process, mine)

    def stop(self) -> None:
        """Ask workers to stop, kill those that don't, and remove what they left."""
        workers = self.busy + self.idle
        with _deaf_to_interrupts():
            for worker in workers:
                worker.process.terminate()
            for worker in workers:
                worker.end()
        self.busy, self.idle = [], []


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
