"""Whether the order of arms survives: a hand-made summary, with the whole answer."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from feedsim.study.compare import CELL
from feedsim.study.robustness import Standing, standings

ARMS = ("time", "learned", "demoted")
VALUES = {"a": (1.0, 3.0, 2.0), "b": (1.0, 2.0, 3.0), "c": (2.0, 5.0, 4.0), "d": (1.0, 9.0, 0.5)}
"""Assumption -> engagement of each arm; hate is a tenth of it."""


def summary(values: dict[str, tuple[float, ...]] = VALUES, seeds: tuple[int, ...] = (1, 2)) -> pd.DataFrame:
    rows = [
        {**dict.fromkeys(CELL, ""), "arm": arm, "assumption": name, "seed": seed, "metric": metric, "harm": harm,
         "value": value * scale + seed - 1.5}
        for name, of in values.items()
        for arm, value in zip(ARMS, of, strict=False)
        for seed in seeds
        for metric, harm, scale in (("engagement_value", "", 1), ("prevalence", "hate", 0.1), ("clicks", "", 1))
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture
def engagement() -> Standing:
    return next(standings(summary()))


def test_a_standing_says_who_is_first_and_whether_the_order_holds(engagement: Standing) -> None:
    assert engagement.assumptions == ("a", "b", "c", "d")
    assert engagement.pooled.tolist() == [1.25, 4.75, 2.375]
    assert engagement.order == ("learned", "demoted", "time")
    assert engagement.firsts == {"time": 0, "learned": 3, "demoted": 1}
    assert engagement.same_order == 2  # a and c
    assert engagement.correlations.tolist() == [1, 0.5, 1, 0.5]
    for name, said in zip(engagement.means, engagement.correlations, strict=True):
        assert said == pytest.approx(spearmanr(name, engagement.pooled).statistic)


def test_differences_are_to_the_first_arm_paired_by_seed(engagement: Standing) -> None:
    assert engagement.changes.tolist() == [[0, 2, 1], [0, 1, 2], [0, 3, 2], [0, 8, -0.5]]
    assert (engagement.same_sign("learned"), engagement.same_sign("demoted")) == (4, 3)


def test_of_harm_less_is_better() -> None:
    hate = list(standings(summary()))[1]
    assert (hate.metric, hate.harm) == ("prevalence", "hate")
    assert hate.order == ("time", "demoted", "learned")
    assert hate.firsts == {"time": 3, "learned": 0, "demoted": 1}


def test_arms_that_tie_are_all_first_and_have_no_correlation() -> None:
    standing = next(standings(summary({"a": (1, 1, 1), "b": (1, 1, 1)})))
    assert standing.firsts == dict.fromkeys(ARMS, 2)
    assert np.isnan(standing.correlations).all()


def test_an_assumption_that_one_arm_has_not_run_under_does_not_count() -> None:
    rows = summary()
    rows = rows[(rows["assumption"] != "b") | (rows["arm"] != "demoted")]
    assert next(standings(rows)).assumptions == ("a", "c", "d")
    nowhere = rows[(rows["assumption"] == "b") | (rows["arm"] == "demoted")]
    assert list(standings(nowhere)) == []


def test_only_what_is_asked_of_every_study_counts() -> None:
    assert [(one.metric, one.harm) for one in standings(summary())] == [
        ("engagement_value", ""),
        ("prevalence", "hate"),
    ]
