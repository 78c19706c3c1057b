"""What a worker process does: one run after another, each from the plan to the folder."""

import ctypes
import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from time import perf_counter, process_time
from typing import TYPE_CHECKING, NoReturn

from feedsim.results import RunWriter
from feedsim.scenario import dump
from feedsim.study.beginning import DAY, begin, live
from feedsim.study.events import Done, Event, Failed, Told
from feedsim.study.manifest import manifest, reset_peak_memory
from feedsim.study.plan import RunPlan

if TYPE_CHECKING:
    from feedsim.engine.simulation import Progress

SECONDS_BETWEEN_RECORDS = 1.0
SECONDS_BETWEEN_TELLS = 0.2


def serve(threads: int, pipe: Connection) -> None:
    """Run what comes through the pipe and tell how it goes. Ends by itself when nobody listens any more."""
    signal.signal(signal.SIGTERM, _stop)
    with suppress(EOFError):
        while True:
            try:
                pipe.send(_next_outcome(threads, pipe))
            except BrokenPipeError:
                sys.exit(1)


def _stop(number: int, frame: object) -> NoReturn:
    # An exception rather than a death: the writer removes what it has written so far.
    sys.exit(128 + number)


def _next_outcome(threads: int, pipe: Connection) -> Event:
    try:
        run: RunPlan = pipe.recv()
    except EOFError:
        raise
    except Exception as error:  # a plan may name code that does not load here
        return failure(error)
    try:
        return outcome(run, threads, pipe.send)
    finally:
        give_back()


def outcome(run: RunPlan, threads: int, tell: Callable[[Event], None]) -> Event:
    """Run it in this process: what came of it. Raises BrokenPipeError where nobody listens any more."""
    if run.lacking:
        return Failed(f"it needs {run.lacking}, which is not there", "")
    try:
        return Done(simulate(run, threads, tell))
    except BrokenPipeError:
        raise
    except Exception as error:
        return failure(error)


def failure(error: Exception) -> Failed:
    """An exception, in one line and in full."""
    return Failed(in_one_line(error), "".join(traceback.format_exception(error)))


def give_back() -> None:
    """Let the system have the memory of a run that is over: the next may be small, and others wait for it."""
    import pyarrow as pa

    gc.collect()
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, musl has not
        if trim is not None:
            trim(0)


def in_one_line(error: BaseException) -> str:
    """What went wrong, for a person who reads one line."""
    if isinstance(error, MemoryError):
        return "the machine has too little memory for it; use fewer users or fewer workers"
    if isinstance(error, OSError) and error.errno:
        told = os.strerror(error.errno)  # Arrow's own words are longer, and say where in its code
        return f"{told}: {error.filename}" if error.filename else told
    lines = str(error).splitlines() or [""]
    # Our own exceptions are sentences; others need their name to mean anything.
    ours = type(error).__module__.startswith("feedsim.")
    return lines[0] if ours and lines[0] else f"{type(error).__name__}: {lines[0]}"


def simulate(run: RunPlan, threads: int, tell: Callable[[Event], None]) -> dict[str, object]:
    """Run it in this process; what its manifest says."""
    # Here and not above: whoever only starts workers should not wait for LightGBM to load.
    from feedsim.engine.simulation import Simulation
    from feedsim.engine.snapshot import save

    reset_peak_memory()
    begun, cpu_begun = perf_counter(), process_time()
    with RunWriter(run.folder) as writer:
        teller = Teller(writer, tell, begun, run)
        teller.say(Told(0.0, teller.days, 0, 0.0))
        simulation = Simulation(run.scenario, run.seed, threads=threads, tell=teller)
        past = begin(run, simulation, writer)
        teller.first = run.scenario.burn_in_days + simulation.minute / DAY
        if run.until_day is None:
            live(run, simulation, writer)
        else:
            simulation.advance(writer, run.until_day * DAY)
            save(simulation, run.folder, run.content_hash)
        spent = perf_counter() - begun, process_time() - cpu_begun
        whole = manifest(run, threads, *spent, simulation.watch_stages.seconds, simulation.watch_stages.rows, past)
        if run.until_day is None:
            writer.finish(whole, dump(run.scenario, run.study, run.question))
    return whole


class Teller:
    """Passes progress on: to the run's progress.jsonl, and to whoever started it; to neither too often."""

    def __init__(self, writer: RunWriter, tell: Callable[[Event], None], begun: float, run: RunPlan) -> None:
        self.writer, self.tell, self.begun = writer, tell, begun
        self.days = run.scenario.burn_in_days + (run.scenario.days if run.until_day is None else run.until_day)
        self.first = 0.0
        """day that it begins with, burn-in included"""
        self.recorded = self.told = -1e9

    def __call__(self, progress: "Progress") -> None:
        """What the simulation calls."""
        seconds = perf_counter() - self.begun
        self.say(Told(progress.day, self.days, progress.impressions, seconds, self.first, progress.so_far))

    def say(self, told: Told) -> None:
        """Tell, unless it was done a moment ago."""
        now = perf_counter()
        if now - self.recorded >= SECONDS_BETWEEN_RECORDS:
            self.recorded = now
            self.writer.progress({**vars(told), "pid": os.getpid()})
        if now - self.told >= SECONDS_BETWEEN_TELLS:
            self.told = now
            self.tell(told)
