"""Small review desks: judges who are told what to find, and cases by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import simpy
from worlds import world_of

from feedsim.integrity.desk import Review
from feedsim.integrity.review import Reviewers, Shift
from feedsim.world.desk import Cases
from feedsim.world.world import World

DAY = 1440


class Sharp:
    """Judges who always find the truth."""

    def truth(self, world: World, rows: np.ndarray, harm: np.ndarray) -> np.ndarray:
        return world.posts.harm[rows] == harm

    def opinions(self, world: World, rows: np.ndarray, harm: np.ndarray, hearing: int) -> np.ndarray:
        return self.truth(world, rows, harm)


class Fickle(Sharp):
    """Judges who find harm in everything at first, and in nothing on appeal."""

    def opinions(self, world: World, rows: np.ndarray, harm: np.ndarray, hearing: int) -> np.ndarray:
        return np.full(len(rows), hearing == 0)


def review(**said: Any) -> Review:
    return Review.model_validate({"kind": "desk", "audit_share": 0.0, "appeal_share": 0.0} | said)


def add_cases(cases: Cases, many: int, of: Mapping[str, Any] | None = None) -> None:
    """Cases of posts 0, 1, ..., each of which takes two minutes, the most urgent last unless `of` says otherwise."""
    rows = np.arange(len(cases), len(cases) + many)
    columns: dict[str, Any] = {"key": 100 + rows, "post": rows, "priority": rows, "minutes": 2} | dict(of or {})
    cases.append(**{name: np.broadcast_to(np.asarray(value), many) for name, value in columns.items()})


def at_work(
    cases: int, shifts: Sequence[Shift], of: Mapping[str, Any] | None = None, world: World | None = None,
    **said: Any,
) -> Cases:  # fmt: skip
    """The cases after these people have worked on them from midnight on."""
    world = world or world_of([], room=cases)
    add_cases(world.desk.cases, cases, of)
    environment = simpy.Environment()
    reviewers = Reviewers(review(**said), world, environment, list(shifts))
    reviewers.begin_day()
    environment.run(until=DAY)
    return world.desk.cases


def shift(reviewer: int = 0, start: float = 60, minutes: float = 480, over: float = 0, language: int = 0) -> Shift:
    return Shift(reviewer, language, start, start + minutes, start + minutes + over)


def decisions(cases: Cases) -> list[tuple[int, float, float]]:
    """(case, started, decided) of all that were decided, in that order."""
    done = np.flatnonzero(cases.live("verdict") >= 0)
    rows = [(int(row), float(cases.started_minute[row]), float(cases.decided_minute[row])) for row in done]
    return sorted(rows, key=lambda row: row[1:])
