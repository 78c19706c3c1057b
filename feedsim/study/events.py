"""What a worker tells while it runs, and what a run comes to."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Started:
    """A worker has begun."""


@dataclass(frozen=True)
class Told:
    """How far a run is."""

    day: float
    """days simulated, burn-in included"""
    days: int
    """in all, burn-in included"""
    impressions: int
    seconds: float
    """since the run began"""
    first: float = 0.0
    """day that it began with, where it goes on from a history"""
    so_far: dict[str, float] = field(default_factory=dict)
    """engagement and prevalence per impression of the measured ticks until now"""


@dataclass(frozen=True)
class Done:
    """The run is finished and in its place."""

    manifest: dict[str, Any]


@dataclass(frozen=True)
class Failed:
    """The run came to nothing."""

    error: str
    """in one line"""
    story: str
    """where it happened, in full"""


Event: TypeAlias = Started | Told | Done | Failed
