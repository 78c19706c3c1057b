"""On this machine: a simulation a core, each in a process of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedsim.study.engines.pool import Pool
from feedsim.study.engines.protocol import Hear
from feedsim.study.engines.queue import Queue
from feedsim.study.events import Done, Failed, Started
from feedsim.study.manifest import cores
from feedsim.study.plan import RunPlan

PATIENCE = 0.25
"""Seconds for which nothing is heard before memory is looked at again."""


@dataclass(frozen=True)
class LocalEngine:
    """Processes on this machine."""

    workers: int | None = None
    """at the same time, at least 1; none: as many as there are cores"""

    def run(self, runs: Sequence[RunPlan], hear: Hear) -> None:
        """Run all, and tell. The cores are shared out among the workers."""
        many = max(1, min(self.workers or cores(), len(runs)))
        queue, pool = Queue(runs), Pool(many, max(1, cores() // many))
        try:
            while queue or pool.busy:
                self._start(queue, pool, hear)
                for run, event in pool.heard(PATIENCE):
                    hear(run, event)
                    if isinstance(event, Done | Failed):
                        for other in queue.ended(run, event):
                            hear(*other)
        finally:
            pool.stop()

    def _start(self, queue: Queue, pool: Pool, hear: Hear) -> None:
        while not pool.full and (run := queue.take()):
            pool.start(run)
            hear(run, Started())
