"""Arms against each other, computed by hand."""

import math
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from feedsim.study import inference
from feedsim.study.compare import CELL, amplification, differences, means, prevalence_ratios
from feedsim.study.comparing import compare

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


# From few seeds to many


def many(seeds: int, arms: int = 3) -> dict[str, list[float]]:
    """Arms that differ by 1 and 2 from the first, with some noise of each seed and of each run."""
    rng = np.random.default_rng(seeds)
    common = rng.normal(10, 2, seeds)
    return {name: (common + i + rng.normal(0, 0.5, seeds)).tolist() for i, name in enumerate("abcde"[:arms])}


@pytest.mark.parametrize(
    ("seeds", "how", "has_p"), [(2, "t", False), (5, "t", False), (6, "t", True), (9, "t", True), (10, "bca", True)]
)
def test_what_is_told_is_what_the_seeds_allow(seeds: int, how: str, has_p: bool) -> None:
    values = many(seeds)
    got = differences(cells(values), "a").set_index("arm").loc["b"]
    d = np.array(values["b"]) - np.array(values["a"])
    low, high = inference.limits(d[None])
    assert (got["method"], got["seeds"], not math.isnan(got["p"])) == (how, seeds, has_p)
    assert (got["mean"], got["sd"]) == (pytest.approx(d.mean()), pytest.approx(d.std(ddof=1)))
    assert (got["low"], got["high"]) == (pytest.approx(low[0]), pytest.approx(high[0]))
    if how == "t":
        test = stats.ttest_rel(values["b"], values["a"])
        assert tuple(test.confidence_interval()) == pytest.approx((got["low"], got["high"]))
        assert not has_p or got["p"] == pytest.approx(test.pvalue)
    if seeds > 2:
        assert got["correlation"] == pytest.approx(np.corrcoef(values["b"], values["a"])[0, 1])
        assert got["variance_kept"] < 0.2


def test_p_is_corrected_for_the_other_arms_of_the_cell_and_for_no_other_cell() -> None:
    both = pd.concat([cells(many(8, 4)), cells(many(7, 3), metric="clicks")])
    got = differences(both, "a")
    for metric, arms in (("prevalence", 3), ("clicks", 2)):
        of = got[got["metric"] == metric].sort_values("p")
        by_hand = np.maximum.accumulate(of["p"].to_numpy() * np.arange(arms, 0, -1)).clip(max=1)
        assert of["p_holm"].to_numpy() == pytest.approx(by_hand)


def test_an_assumption_is_a_family_of_its_own() -> None:
    rows = cells(many(6))
    got = differences(pd.concat([rows, rows.assign(assumption="other")]), "a")
    assert got.groupby("assumption")["p_holm"].apply(list).tolist() == [got["p_holm"].tolist()[:2]] * 2


def test_seeds_that_an_arm_lacks_are_left_out_of_it_alone() -> None:
    values = many(12)
    values["b"] = values["b"][:4]
    got = differences(cells(values), "a").set_index("arm")
    assert got["seeds"].to_dict() == {"b": 4, "c": 12}
    assert got["method"].to_dict() == {"b": "t", "c": "bca"}
    assert got["base"].to_dict() == {
        "b": pytest.approx(np.mean(values["a"][:4])),
        "c": pytest.approx(np.mean(values["a"])),
    }
    # The family of a cell is the arms that have a p.
    assert math.isnan(got["p"]["b"])
    assert got["p_holm"]["c"] == got["p"]["c"]


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_takes_its_pair_out(wrong: float) -> None:
    (got,) = differences(cells({"a": [1.0, 2.0, wrong, 4.0], "b": [2.0, 4.0, 9.0, 6.0]}), "a").to_dict("records")
    assert (got["seeds"], got["base"], got["mean"]) == (3, pytest.approx(7 / 3), pytest.approx(5 / 3))
    assert len(differences(cells({"a": [wrong], "b": [2.0]}), "a")) == 0


def test_the_order_of_rows_changes_nothing_but_the_order_of_cells() -> None:
    rows = pd.concat([cells(many(11)), cells(many(9), metric="clicks")])
    names = ["metric", "arm"]
    first = differences(rows, "a").sort_values(names).reset_index(drop=True)
    again = differences(rows.sample(frac=1, random_state=1), "a").sort_values(names).reset_index(drop=True)
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert differences(rows, "a")["metric"].tolist() == ["prevalence", "prevalence", "clicks", "clicks"]


def test_an_arm_that_is_the_same_has_no_difference_and_is_sure_of_it() -> None:
    for seeds in (6, 12):
        values = many(seeds, 1)["a"]
        (got,) = differences(cells({"a": values, "b": values}), "a").to_dict("records")
        assert [got[name] for name in ("mean", "low", "high", "sd")] == [0] * 4
        assert (got["p"], got["p_holm"], got["variance_kept"]) == (1, 1, 0)
        assert got["correlation"] == pytest.approx(1)


def test_ratios_and_amplification_are_told_as_differences_are() -> None:
    everyone = cells({"a": [10.0] * 12, "b": [20.0] * 12}, "impressions")
    shares = cells({"a": [0.4] * 12, "b": (0.3 + 0.01 * np.arange(12)).tolist()}, "reach_share", "author", "old")
    summary = pd.concat([everyone, shares, cells({"a": [0.1] * 12, "b": (0.1 + 0.01 * np.arange(12)).tolist()})])
    ratios = 20 * (0.3 + 0.01 * np.arange(12)) / 4 - 1
    logs = np.log(1 + 0.1 * np.arange(12))
    for found, wanted in ((amplification(summary, "a"), ratios), (prevalence_ratios(summary, "a"), logs)):
        (got,) = found.to_dict("records")
        low, high = inference.bca_limits(wanted[None])
        assert (got["method"], got["mean"]) == ("bca", pytest.approx(wanted.mean()))
        assert (got["low"], got["high"]) == (pytest.approx(low[0]), pytest.approx(high[0]))
        assert got["p"] == pytest.approx(inference.sign_flip_p(wanted[None])[0])


def test_metrics_of_two_arms_come_when_they_are_named(tmp_path: Path) -> None:
    everyone = cells({"a": [10.0, 10.0], "b": [20.0, 30.0]}, "impressions")
    shares = cells({"a": [0.4, 0.4], "b": [0.3, 0.3]}, "reach_share", "author", "old")
    pd.concat([everyone, shares]).to_parquet(tmp_path / "summary.parquet")
    assert set(compare(tmp_path)["metric"]) == {"impressions", "reach_share"}
    got = compare(tmp_path, metrics=["amplification", "impressions"])
    assert got["metric"].tolist() == ["impressions", "amplification"]
    assert got["mean"].tolist() == pytest.approx([15, 0.875])
    assert compare(tmp_path, metrics="impressions")["metric"].tolist() == ["impressions"]


def test_nothing_to_compare_is_no_row() -> None:
    for got in (differences(cells({"a": [1.0]}), "a"), prevalence_ratios(cells({"a": [1.0], "b": [0.0]}), "a")):
        assert len(got) == 0
        assert {"mean", "low", "p_holm", "correlation"} <= set(got.columns)


def test_thousands_of_cells_take_seconds() -> None:
    rng = np.random.default_rng(1)
    named = pd.DataFrame({"part": [f"source={i}" for i in range(300)]})
    runs = pd.DataFrame([(arm, seed) for arm in "abcdefghij" for seed in range(12)], columns=["arm", "seed"])
    rows = runs.merge(named, how="cross").assign(assumption="", metric="clicks", harm="", side="", group="", level="")
    rows["value"] = rng.lognormal(0, 1, len(rows))
    began = time.process_time()
    assert len(differences(rows, "a")) == 2700
    assert time.process_time() - began < 15
