"""The part of the books that is about the review desk: its cases, and how well and how soon they were decided."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from feedsim.measures.cells import Cell
from feedsim.measures.desk import desk_cells
from feedsim.measures.judging import Verdicts, judging_cells
from feedsim.measures.strata import Strata
from feedsim.world.arrays import NEVER
from feedsim.world.desk import CASE_SOURCES, OUTCOMES, VERDICTS
from feedsim.world.world import World
from feedsim.writer import RunWriter, known, labels


def review_cells(world: World, first: int, strata: Strata) -> Iterator[Cell]:
    """Of the desk since minute `first`: its work, and what its verdicts are worth."""
    cases, languages = world.desk.cases, world.levels.get("language", ("",))
    yield from desk_cells(cases, first, world.minute, world.harms, languages)
    for h, harm in enumerate(world.harms):
        yield from judging_cells(Verdicts.of(cases, h, first, world.minute), languages, strata, harm)


def write_reviews(writer: RunWriter, world: World) -> None:
    """Write reviews.parquet."""
    cases, n = world.desk.cases, len(world.desk.cases)
    begun, done = cases.started_minute[:n] != NEVER, cases.decided_minute[:n] != NEVER
    columns: dict[str, Any] = {name: cases.live(name) for name in ("key", "author", "opened_minute", "priority")}
    columns |= {
        "harm": labels(cases.harm[:n], world.harms),
        "language": labels(cases.language[:n], world.levels.get("language", ("",))),
        "source": labels(cases.source[:n], CASE_SOURCES),
        "reviewer": known(cases.reviewer[:n], begun),
        "started_minute": known(np.floor(cases.started_minute[:n]).astype(np.int32), begun),
        "decided_minute": known(np.floor(cases.decided_minute[:n]).astype(np.int32), done),
        "verdict": labels(cases.verdict[:n], VERDICTS),
        "outcome": labels(cases.outcome[:n], OUTCOMES),
        "harmful": cases.live("harmful"),
    }
    writer.add("reviews", columns)
