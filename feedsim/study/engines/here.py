"""In this process, one run after another: for a debugger and for a notebook, where starting processes is a burden."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from feedsim.study.engines.protocol import Hear
from feedsim.study.engines.queue import Queue
from feedsim.study.events import Started
from feedsim.study.manifest import cores
from feedsim.study.plan import RunPlan
from feedsim.study.work import outcome


@dataclass(frozen=True)
class HereEngine:
    """This process. A breakpoint in the model holds it."""

    def run(self, runs: Sequence[RunPlan], hear: Hear) -> None:
        """Run all, and tell."""
        queue = Queue(runs)
        while run := queue.take():
            hear(run, Started())
            event = outcome(run, cores(), partial(hear, run))
            hear(run, event)
            for other in queue.ended(run, event):
                hear(*other)
