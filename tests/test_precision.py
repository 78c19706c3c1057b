"""How many more seeds it takes, by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_compare import cells

from feedsim.faults import Fault
from feedsim.study.compare import differences, prevalence_ratios
from feedsim.study.precision import Precision, more_seeds, read_precision, seeds_needed


@pytest.mark.parametrize(
    ("text", "amount", "is_percent"),
    [("0.5%", 0.5, True), (" 5 % ", 5, True), ("0.01", 0.01, False), ("1e-3", 1e-3, False)],
)
def test_a_percentage_or_a_number(text: str, amount: float, is_percent: bool) -> None:
    assert read_precision(text, "--precision") == Precision(amount, is_percent)


@pytest.mark.parametrize("text", ["0%", "-1", "", "%", "five", "nan", "inf%", "0,5%", "1%%"])
def test_what_is_no_precision_is_a_fault(text: str) -> None:
    fault = read_precision(text, "--precision")
    assert isinstance(fault, Fault)
    assert str(fault) == f"--precision: '{text}'; it should be a number above 0, such as 0.5% (of a mean) or 0.01"


def test_the_fewest_seeds_whose_interval_is_as_narrow() -> None:
    def half(sd: float, n: int) -> float:
        return float(stats.t.ppf(0.975, n - 1) * sd / math.sqrt(n))

    for sd, wanted in ((1.0, 0.5), (1.0, 3.0), (0.2, 0.01), (5.0, 0.4)):
        by_hand = next(n for n in range(2, 10**5) if half(sd, n) <= wanted)
        assert seeds_needed(sd, wanted) == by_hand


def test_no_spread_needs_two_seeds_and_no_number_is_enough_for_nothing() -> None:
    assert seeds_needed([0.0, 1.0, math.nan, 1.0], [0.1, 1e-9, 1.0, math.nan]).tolist() == pytest.approx(
        [2, math.inf, math.nan, math.nan], nan_ok=True
    )


def test_a_percentage_is_of_the_first_arm_s_mean() -> None:
    rows = differences(cells({"a": [100.0, 101.0, 99.0], "b": [101.0, 104.0, 97.0]}), "a")
    # Differences 1, 3 and -2 have a standard deviation of 2.5166; 2 % of 100 is 2, and nine seeds have 1.934.
    assert more_seeds(rows, Precision(2, True)).tolist() == [9 - 3]
    assert more_seeds(rows, Precision(2, False)).tolist() == [9 - 3]
    assert more_seeds(rows, Precision(50, True)).tolist() == [0]


def test_one_seed_and_a_percentage_of_nothing_tell_nothing() -> None:
    one = differences(cells({"a": [1.0], "b": [2.0]}), "a")
    none = differences(cells({"a": [0.0, 0.0], "b": [1.0, 2.0]}), "a")
    for rows in (one, none):
        assert np.isnan(more_seeds(rows, Precision(1, True))).all()
    assert isinstance(more_seeds(none, Precision(1, False)), pd.Series)


def test_a_ratio_of_two_arms_has_no_percentage_to_be_known_to() -> None:
    rows = prevalence_ratios(cells({"a": [1.0, 1.0], "b": [2.0, 3.0]}), "a").assign(percent=math.nan)
    assert np.isnan(more_seeds(rows, Precision(1, True))).all()
    assert more_seeds(rows, Precision(1, False)).tolist() == [3 - 2]
