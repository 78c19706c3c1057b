"""What all engines have in common."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from feedsim.study.events import Event
from feedsim.study.plan import RunPlan

Hear: TypeAlias = Callable[[RunPlan, Event], None]
"""What is called with all that is heard of a run: perhaps that it has begun and how far it is, and at last, once,
that it is done or has failed."""


class Engine(Protocol):
    """Runs runs, somewhere."""

    def run(self, runs: Sequence[RunPlan], hear: Hear) -> None:
        """Run all of them, each after what it needs, and tell of each how it ended: a run that fails is told and
        ends nothing else. Returns when the last has ended.

        Left by an exception (an interruption, or what `hear` raises), it stops what is running: that leaves nothing
        behind, and whatever was told to be done stays in its place.
        """
