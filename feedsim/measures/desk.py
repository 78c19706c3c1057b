"""What is measured of the review desk: how long posts wait, and how often verdicts fall on appeal."""

from collections.abc import Iterator

import numpy as np

from feedsim.measures.cells import Cell, ratio
from feedsim.world.arrays import NEVER, Bools
from feedsim.world.desk import APPEAL, CASE_SOURCES, LAPSE, RESTORE, Cases

DAY = 1440
"""Minutes."""


def desk_cells(cases: Cases, first: int, last: int, languages: tuple[str, ...]) -> Iterator[Cell]:
    """Cells of the minutes from `first` up to `last`, which is now: of all cases, by source and by language.

    `queue_length`: cases that wait now. `cases_opened`: cases opened in the span. `review_hours`: mean hours from
    opening to decision, over cases decided in it. `decided_within_24h`: of the cases opened at least 24 hours ago and
    in the span or on the day before it, but not in burn-in, those decided within 24 hours of it (compare G11).
    `overturned_share`: appeals decided in it that put a post back / appeals decided in it.
    """
    for part, rows in _parts(cases, languages):
        yield from _cells(cases, rows, first, last, part)


def _parts(cases: Cases, languages: tuple[str, ...]) -> Iterator[tuple[str, Bools]]:
    n = len(cases)
    yield "", np.ones(n, np.bool_)
    for code, source in enumerate(CASE_SOURCES):
        yield f"source={source}", cases.source[:n] == code
    for code, language in enumerate(languages if len(languages) > 1 else ()):
        yield f"pool={language}", cases.language[:n] == code


def _cells(cases: Cases, rows: Bools, first: int, last: int, part: str) -> Iterator[Cell]:
    n = len(cases)
    opened, decided = cases.opened_minute[:n], cases.decided_minute[:n]
    begun = rows & (decided != NEVER)
    now = begun & (decided >= first)
    waited = decided - opened
    yield Cell("queue_length", float(np.count_nonzero(rows & ~begun & (cases.outcome[:n] != LAPSE))), 1, part=part)
    yield Cell("cases_opened", float(np.count_nonzero(rows & (opened >= first))), 1, part=part)
    yield from ratio("review_hours", waited[now].sum() / 60, np.count_nonzero(now), part=part)
    due = rows & (opened >= max(0, first - DAY)) & (opened < last - DAY)
    in_time = due & begun & (waited <= DAY)
    yield from ratio("decided_within_24h", np.count_nonzero(in_time), np.count_nonzero(due), part=part)
    heard = now & (cases.source[:n] == APPEAL)
    overturned = heard & (cases.outcome[:n] == RESTORE)
    if part == "":
        yield from ratio("overturned_share", np.count_nonzero(overturned), np.count_nonzero(heard))
