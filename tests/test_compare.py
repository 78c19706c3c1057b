"""Arms against each other, computed by hand."""

import math

import pandas as pd
import pytest

from feedsim.study.compare import CELL, amplification, differences, means, prevalence_ratios

T_2 = 4.302652729911275
"""97.5 % point of Student's t with 2 degrees of freedom."""


def cells(values: dict[str, list[float]], metric: str = "prevalence", side: str = "", level: str = "") -> pd.DataFrame:
    """A cell in every arm, a value a seed."""
    named = {**dict.fromkeys(CELL, ""), "metric": metric, "side": side, "group": "age" if level else "", "level": level}
    rows = [
        {"arm": arm, "assumption": "", "seed": seed, **named, "value": value, "n": 10}
        for arm, of in values.items()
        for seed, value in enumerate(of)
    ]
    return pd.DataFrame(rows)


def test_means_have_t_intervals_over_seeds() -> None:
    (got,) = means(cells({"a": [1.0, 2.0, 3.0]})).to_dict("records")
    half = T_2 * 1 / math.sqrt(3)
    assert (got["mean"], got["seeds"]) == (2.0, 3)
    assert [got["low"], got["high"]] == pytest.approx([2 - half, 2 + half])
    assert (got["least"], got["greatest"]) == (1.0, 3.0)


def test_one_seed_has_no_interval() -> None:
    (got,) = differences(cells({"a": [2.0], "b": [3.0]}), "a").to_dict("records")
    assert (got["mean"], got["base"], got["percent"], got["seeds"]) == (1.0, 2.0, 50.0, 1)
    assert all(math.isnan(got[name]) for name in ("low", "high", "percent_low", "percent_high"))


def test_differences_are_paired_by_seed() -> None:
    # Seeds differ by hundreds, the arms by 1, 2 and 3 within a seed: only pairing sees it. Seed 3 has no partner.
    (got,) = differences(cells({"a": [100.0, 300.0, 200.0], "b": [101.0, 302.0, 203.0, 7.0]}), "a").to_dict("records")
    half = T_2 * 1 / math.sqrt(3)
    assert (got["arm"], got["mean"], got["base"], got["seeds"]) == ("b", 2.0, 200.0, 3)
    assert [got["low"], got["high"]] == pytest.approx([2 - half, 2 + half])
    assert [got["percent"], got["percent_low"]] == pytest.approx([1.0, (2 - half) / 2])


def test_a_difference_to_nothing_has_no_percentage() -> None:
    (got,) = differences(cells({"a": [0.0, 0.0], "b": [1.0, 1.0]}), "a").to_dict("records")
    assert (got["mean"], got["low"]) == (1.0, 1.0)
    assert math.isnan(got["percent"])


def test_amplification_is_impressions_over_those_of_the_chronological_arm_minus_one() -> None:
    # 20 x 30 % = 6 impressions instead of 10 x 40 % = 4.
    everyone = cells({"chronological": [10.0], "b": [20.0]}, "impressions")
    shares = cells({"chronological": [0.4], "b": [0.3]}, "reach_share", "author", "old")
    (got,) = amplification(pd.concat([everyone, shares]), "chronological").to_dict("records")
    assert (got["metric"], got["arm"], got["level"], got["mean"]) == ("amplification", "b", "old", pytest.approx(0.5))


def test_ratios_of_prevalence_leave_out_what_is_nowhere() -> None:
    (got,) = prevalence_ratios(cells({"a": [0.1, 0.0], "b": [0.2, 0.3]}), "a").to_dict("records")
    assert (got["mean"], got["seeds"]) == (pytest.approx(math.log(2)), 1)
