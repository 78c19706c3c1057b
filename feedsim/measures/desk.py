"""What is measured of the review desk: how long posts wait, and how often verdicts fall on appeal."""

from collections.abc import Iterator

import numpy as np

from feedsim.measures.cells import Cell, ratio
from feedsim.world.arrays import NEVER, Bools
from feedsim.world.desk import APPEAL, CASE_SOURCES, LAPSE, RESTORE, Cases

DAY = 1440
"""Minutes."""


def desk_cells(
    cases: Cases, first: int, last: int, harms: tuple[str, ...], languages: tuple[str, ...]
) -> Iterator[Cell]:
    """Cells of the minutes from `first` up to `last`, which is now: of all cases, by class, by source and by language.

    `queue_length`: cases that wait now. `cases_opened`: cases opened in the span. `review_hours`: mean hours from
    opening to decision, over cases decided in it. `decided_within_24h`: of the cases opened at least 24 hours ago and
    in the span or on the day before it, but not in burn-in, those decided within 24 hours of it (compare G11).
    `overturned_share`: appeals decided in it that put a post back / appeals decided in it.
    """
    for harm, part, rows in _parts(cases, harms, languages):
        yield from _cells(cases, rows, first, last, harm, part)


def _parts(cases: Cases, harms: tuple[str, ...], languages: tuple[str, ...]) -> Iterator[tuple[str, str, Bools]]:
    """(harm, part, (cases,) which ones) of everything that is measured apart."""
    n = len(cases)
    yield "", "", np.ones(n, np.bool_)
    for code, harm in enumerate(harms):
        yield harm, "", cases.harm[:n] == code
    for code, source in enumerate(CASE_SOURCES):
        yield "", f"source={source}", cases.source[:n] == code
    for code, language in enumerate(languages if len(languages) > 1 else ()):
        yield "", f"pool={language}", cases.language[:n] == code


def _cells(cases: Cases, rows: Bools, first: int, last: int, harm: str, part: str) -> Iterator[Cell]:
    n = len(cases)
    opened, decided = cases.opened_minute[:n], cases.decided_minute[:n]
    begun = rows & (decided != NEVER)
    now = begun & (decided >= first)
    waited = decided - opened
    waiting = rows & ~begun & (cases.outcome[:n] != LAPSE)
    yield Cell("queue_length", float(np.count_nonzero(waiting)), 1, harm, part=part)
    yield Cell("cases_opened", float(np.count_nonzero(rows & (opened >= first))), 1, harm, part=part)
    yield from ratio("review_hours", waited[now].sum() / 60, np.count_nonzero(now), harm=harm, part=part)
    due = rows & (opened >= max(0, first - DAY)) & (opened < last - DAY)
    in_time = due & begun & (waited <= DAY)
    yield from ratio("decided_within_24h", np.count_nonzero(in_time), np.count_nonzero(due), harm=harm, part=part)
    heard = now & (cases.source[:n] == APPEAL)
    overturned = heard & (cases.outcome[:n] == RESTORE)
    if part == "":
        yield from ratio("overturned_share", np.count_nonzero(overturned), np.count_nonzero(heard), harm=harm)
