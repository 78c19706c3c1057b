"""How an engine that runs several runs at a time works through them."""

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeAlias

from feedsim.study.engines.protocol import Hear
from feedsim.study.engines.queue import Queue
from feedsim.study.events import Done, Event, Failed
from feedsim.study.plan import RunPlan

PATIENCE = 0.25
"""Seconds for which nothing is heard before it is seen anew what fits."""

Heard: TypeAlias = tuple[RunPlan, Event]


class Crew(Protocol):
    """Those who do the work, wherever they are."""

    def __len__(self) -> int:
        """Runs that were given to it and have not ended."""
        ...

    def has_room(self, run: RunPlan) -> bool:
        """Whether it can take this run now. Whoever has nothing to do takes any."""
        ...

    def start(self, run: RunPlan) -> None:
        """Take it on."""
        ...

    def heard(self, seconds: float) -> Iterator[Heard]:
        """What is said within that time."""
        ...

    def stop(self) -> None:
        """Stop all that is running; nothing of it stays."""
        ...


def drive(crew: Crew, runs: Sequence[RunPlan], hear: Hear) -> None:
    """Have all runs run, each after what it needs, as `Engine.run` promises it."""
    queue = Queue(runs)
    try:
        while queue or len(crew):
            while run := queue.take(crew.has_room):
                crew.start(run)
            for run, event in crew.heard(PATIENCE):
                hear(run, event)
                if isinstance(event, Done | Failed):
                    for other in queue.ended(run, event):
                        hear(*other)
    finally:
        crew.stop()
