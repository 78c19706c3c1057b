"""How well reviewers tell harm from what is none."""

from dataclasses import dataclass

import numpy as np
import pytest
from worlds import world_of

from feedsim.measures.judging import Verdicts, judging_cells, sensitivity
from feedsim.measures.strata import Strata

Counts = tuple[int, int, int, int]
"""Hits, misses, false alarms, and harmless posts that were let be."""


def strata() -> Strata:
    """Persons 0 and 1 are young, person 2 is old."""
    world = world_of([])
    world.users.groups["age"][:] = [0, 0, 1]
    return Strata.sorted_from({"age": world.users.groups["age"]}, world.levels, 3)


def verdicts(of: dict[tuple[int, int], Counts]) -> Verdicts:
    """(pool, author) -> so many cases of each kind."""
    rows = [
        (truth, verdict, pool, author)
        for (pool, author), counts in of.items()
        for (truth, verdict), many in zip(((1, 1), (1, 0), (0, 1), (0, 0)), counts, strict=True)
        for _ in range(many)
    ]
    truth, verdict, pool, author = np.array(rows, np.int32).reshape(-1, 4).T
    return Verdicts(truth > 0, verdict > 0, pool.astype(np.int8), author)


def test_sensitivity_by_hand() -> None:
    """16 of 19 and 3 of 19, corrected: 16.5 / 20 and 3.5 / 20, whose z are 0.9346 and -0.9346."""
    assert sensitivity(16, 19, 3, 19) == pytest.approx((1.8692, 0.0), abs=1e-4)
    assert sensitivity(0, 9, 0, 9) == pytest.approx((0.0, 1.6449), abs=1e-4)


def test_perfection_has_a_finite_sensitivity_that_grows_with_cases() -> None:
    few, many = sensitivity(5, 5, 0, 5)[0], sensitivity(500, 500, 0, 500)[0]
    assert 0 < few < many < np.inf


def test_who_calls_more_harm_is_less_reluctant_and_not_more_sensitive() -> None:
    quick, slow = sensitivity(90, 100, 40, 100), sensitivity(60, 100, 10, 100)
    assert quick[0] == pytest.approx(slow[0], abs=1e-9)
    assert (quick[1], slow[1]) == (pytest.approx(-slow[1]), pytest.approx(0.5, abs=0.02))


def test_cells_are_of_all_cases_of_each_pool_and_of_each_level_of_authors() -> None:
    of: dict[tuple[int, int], Counts] = {(0, 0): (16, 3, 1, 9), (0, 2): (0, 0, 4, 5), (1, 1): (4, 1, 2, 8)}
    cells = list(judging_cells(verdicts(of), ("english", "spanish"), strata(), "hate"))
    found = {(c.metric, c.level, c.part): (c.value, c.n) for c in cells}
    whole = {
        ("", ""): (20, 24, 7, 29),
        ("", "pool=english"): (16, 19, 5, 19),
        ("", "pool=spanish"): (4, 5, 2, 10),
        ("young", ""): (20, 24, 3, 20),
        ("young", "pool=english"): (16, 19, 1, 10),
        ("young", "pool=spanish"): (4, 5, 2, 10),
    }  # of the old nothing was harm
    assert found.keys() == {(metric, *key) for metric in ("d_prime", "criterion") for key in whole}
    for key, (hits, signals, alarms, noises) in whole.items():
        values = sensitivity(hits, signals, alarms, noises)
        for metric, value in zip(("d_prime", "criterion"), values, strict=True):
            assert found[metric, *key] == (pytest.approx(value), signals + noises)
    assert {(c.harm, c.group) for c in cells} == {("hate", ""), ("hate", "age")}


def test_without_cases_there_is_nothing_to_tell() -> None:
    assert list(judging_cells(verdicts({}), ("english",), strata())) == []


@dataclass
class Columns:
    """Cases as a desk keeps them, with room for one more."""

    harm: np.ndarray
    harmful: np.ndarray
    verdict: np.ndarray
    language: np.ndarray
    author: np.ndarray
    decided_minute: np.ndarray

    def __len__(self) -> int:
        return len(self.harm) - 1


def test_verdicts_are_of_one_class_and_one_span() -> None:
    """Hate: one before the span, two in it, one after, one undecided; one of misinformation; one that is no case."""
    cases = Columns(
        harm=np.array([1, 1, 1, 1, 1, 0, 1], np.int8),
        harmful=np.array([0, 1, 0, 1, 1, 1, 1], np.bool_),
        verdict=np.array([1, 1, 0, 1, -1, 1, 1], np.int8),
        language=np.array([0, 1, 0, 1, 0, 1, 0], np.int8),
        author=np.array([0, 1, 2, 0, 1, 2, 0], np.int32),
        decided_minute=np.array([99.5, 100, 199.5, 200, -(2**31), 150, 150]),
    )
    found = Verdicts.of(cases, 1, 100, 200)
    assert {name: column.tolist() for name, column in vars(found).items()} == {
        "truth": [True, False],
        "verdict": [True, False],
        "pool": [1, 0],
        "author": [1, 2],
    }
