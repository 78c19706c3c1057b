"""On this machine: a simulation a core, in processes that do one after another."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedsim.study.engines.crew import drive
from feedsim.study.engines.memory import Room
from feedsim.study.engines.pool import Pool
from feedsim.study.engines.protocol import Hear
from feedsim.study.manifest import cores
from feedsim.study.plan import RunPlan


@dataclass(frozen=True)
class LocalEngine:
    """Processes on this machine."""

    workers: int | None = None
    """at the same time, at least 1; none: as many as there are cores"""
    memory_gb: float | None = None
    """that they may have together; none: most of what is free"""

    def run(self, runs: Sequence[RunPlan], hear: Hear) -> None:
        """Run all, and tell. The cores are shared out among the workers; no run starts that the memory can't hold."""
        many = max(1, min(self.workers or cores(), len(runs)))
        threads = max(1, cores() // many)
        drive(Pool(many, threads, Room(self.memory_gb, threads)), runs, hear)
