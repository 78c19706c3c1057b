"""How long posts wait for a reviewer, and how often verdicts fall."""

import numpy as np
import pytest

from feedsim.measures.desk import desk_cells
from feedsim.world.arrays import NEVER
from feedsim.world.desk import APPEAL, AUDIT, DETECTOR, LAPSE, RESTORE, Cases

DAY = 1440


HARMS = ("misinformation", "hate")


def cells(first: int, last: int, languages: tuple[str, ...] = ("",)) -> dict[tuple[str, str], tuple[float, int]]:
    """(metric, harm or part) -> (value, n) of seven cases: one of burn-in, two of the first day, four of the second."""
    cases = Cases()
    cases.append(
        opened_minute=np.array([-10, 0, 60, DAY, DAY, DAY + 60, DAY + 60], np.int32),
        decided_minute=np.array([50, 120, DAY + 90, DAY + 30, NEVER, NEVER, DAY + 120.5]),
        source=np.array([AUDIT, AUDIT, DETECTOR, DETECTOR, DETECTOR, AUDIT, APPEAL], np.int8),
        outcome=np.array([-1, -1, -1, -1, -1, LAPSE, RESTORE], np.int8),
        harm=np.array([1, 1, 1, 1, 0, 0, 1], np.int8),
        language=np.array([0, 0, 1, 1, 0, 0, 0], np.int8),
    )
    told = list(desk_cells(cases, first, last, HARMS, languages))
    assert not any(cell.harm and cell.part for cell in told)
    return {(cell.metric, cell.harm or cell.part): (cell.value, cell.n) for cell in told}


def test_a_day_counts_what_was_opened_and_decided_in_it_and_the_day_before_for_promptness() -> None:
    of = cells(DAY, 2 * DAY)
    everything = {metric: value for (metric, part), value in of.items() if part == ""}
    assert everything == {
        "queue_length": (1.0, 1),
        "cases_opened": (4.0, 1),
        "review_hours": (pytest.approx((1470 + 30 + 60.5) / 60 / 3), 3),
        "decided_within_24h": (0.5, 2),
        "overturned_share": (1.0, 1),
    }


def test_a_run_counts_all_that_is_old_enough_to_be_late() -> None:
    of = cells(0, 2 * DAY)
    assert of["cases_opened", ""] == (6.0, 1)
    assert of["decided_within_24h", ""] == (0.5, 2)
    assert of["review_hours", ""][1] == 5
    assert ("decided_within_24h", "") not in cells(0, DAY)


def test_waiting_is_cut_by_class_by_source_and_by_language() -> None:
    of = cells(0, 2 * DAY, ("english", "spanish"))
    waiting = {part: value for (metric, part), (value, _) in of.items() if metric == "queue_length"}
    assert waiting == {
        "": 1, "misinformation": 1, "hate": 0,
        "source=detector": 1, "source=report": 0, "source=audit": 0, "source=appeal": 0,
        "pool=english": 1, "pool=spanish": 0,
    }  # fmt: skip
    assert of["decided_within_24h", "hate"] == (0.5, 2)
    assert ("decided_within_24h", "misinformation") not in of
    assert of["review_hours", "source=detector"] == (pytest.approx((1470 + 30) / 120), 2)
    assert of["review_hours", "pool=spanish"] == (pytest.approx((1470 + 30) / 120), 2)
