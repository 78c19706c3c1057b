"""What was believed against the truth: by hand, and against Fairlearn's and scikit-learn's answers."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_negative_rate, false_positive_rate
from sklearn.metrics import roc_auc_score
from worlds import HARMS

from feedsim.measures.beliefs import BINS, WIDTH, Beliefs, belief_cells, bin_of
from feedsim.measures.cells import Cell
from feedsim.measures.strata import Strata
from feedsim.world.rng import Streams

GROUPS = {"age": ("young", "old"), "dialect": ("majority", "minority", "third")}
MISINFORMATION, HATE = range(2)


def strata_of(**groups: list[int]) -> Strata:
    """One row a person."""
    codes = {name: np.array(levels, np.int8) for name, levels in groups.items()}
    return Strata.sorted_from(codes, GROUPS, len(next(iter(codes.values()))))


def believed(strata: Strata, p: np.ndarray, harm: np.ndarray, line: float = 0.5) -> Beliefs:
    """A row of each person."""
    beliefs = Beliefs.empty(strata.many, len(HARMS))
    beliefs.count(strata.of, np.asarray(p, np.float32), np.asarray(harm, np.int8), line)
    return beliefs


def told(cells: Iterable[Cell], harm: str) -> dict[tuple[str, str], tuple[float, int]]:
    """(metric, level) -> value, n, of one class."""
    return {(c.metric, c.level): (c.value, c.n) for c in cells if c.harm == harm}


def test_errors_are_of_the_harmless_and_of_the_class_at_and_above_the_line() -> None:
    """Six posts: two harmless, one false, three hateful."""
    strata = strata_of(age=[0, 0, 1, 0, 1, 1])
    hate = [0.4, 0.5, 0.9, 0.49, 0.5, 1.0]
    beliefs = believed(strata, np.column_stack([np.zeros(6), hate]), np.array([-1, -1, 0, 1, 1, 1]))
    found = told(belief_cells(beliefs, strata, HARMS, "author"), "hate")
    assert {key: of for key, of in found.items() if key[0].startswith("false")} == {
        ("false_positive_rate", ""): (1 / 2, 2),
        ("false_negative_rate", ""): (1 / 3, 3),
        ("false_positive_rate", "young"): (1 / 2, 2),
        ("false_negative_rate", "young"): (1.0, 1),
        ("false_negative_rate", "old"): (0.0, 2),
    }
    # 0.4, 0.5 and 0.9 are not of it, 0.49, 0.5 and 1 are: 1 + 1.5 + 3 of 9 pairs are in order.
    assert found["auc", ""] == (pytest.approx(5.5 / 9), 6)
    assert found["calibration_ratio", ""] == (pytest.approx(sum(hate) / 3), 6)


def test_another_class_counts_for_calibration_and_auc_but_is_no_false_positive() -> None:
    strata = strata_of(age=[0, 0])
    beliefs = believed(strata, np.array([[0.1, 0.9], [0.9, 0.1]]), np.array([MISINFORMATION, HATE]))
    found = told(belief_cells(beliefs, strata, HARMS, "author"), "misinformation")
    assert "false_positive_rate" not in {metric for metric, _ in found}
    assert found["auc", ""] == (0.0, 2)
    assert found["calibration_error", ""] == (pytest.approx(0.9), 2)


def drawn(n: int) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Beliefs in the middle of bins, so that no two that differ share one; classes; groups."""
    lots, who = Streams(5), np.arange(n)
    place = BINS // 2 - 40 + (lots.hashes("place", who[:, None], np.arange(2)) % np.uint64(60)).astype(int)
    p = 1 / (1 + np.exp(-(place - BINS // 2 + 0.5) * WIDTH))
    harm = lots.choice("harm", [0.5, 0.2, 0.3], who) - 1
    p[harm >= 0, harm[harm >= 0]] = np.sqrt(p[harm >= 0, harm[harm >= 0]])
    groups = {"age": lots.choice("age", [0.7, 0.3], who), "dialect": lots.choice("dialect", [0.5, 0.3, 0.2], who)}
    return p, harm, groups


@pytest.mark.parametrize("line", [0.3, 0.5])
@pytest.mark.parametrize("h", [MISINFORMATION, HATE])
def test_rates_by_group_are_those_of_fairlearns_metric_frame(h: int, line: float) -> None:
    p, harm, groups = drawn(3000)
    strata = strata_of(**{name: of.tolist() for name, of in groups.items()})
    found = told(belief_cells(believed(strata, p, harm, line), strata, HARMS, "author"), HARMS[h])
    rows = (harm == h) | (harm < 0)
    measures = {"false_positive_rate": false_positive_rate, "false_negative_rate": false_negative_rate}
    for group, of in groups.items():
        frame = MetricFrame(
            metrics=measures,
            y_true=harm[rows] == h,
            y_pred=p[rows, h] >= line,
            sensitive_features=named(group, of[rows]),
        )
        for metric in measures:
            assert found[metric, ""][0] == pytest.approx(frame.overall[metric])
            for level in GROUPS[group]:
                assert found[metric, level][0] == pytest.approx(frame.by_group[metric][level])


@pytest.mark.parametrize("h", [MISINFORMATION, HATE])
def test_auc_by_group_is_scikit_learns_but_for_what_shares_a_bin(h: int) -> None:
    p, harm, groups = drawn(3000)
    strata = strata_of(**{name: of.tolist() for name, of in groups.items()})
    found = told(belief_cells(believed(strata, p, harm), strata, HARMS, "viewer"), HARMS[h])
    for group, of in groups.items():
        frame = MetricFrame(
            metrics=roc_auc_score, y_true=harm == h, y_pred=p[:, h], sensitive_features=named(group, of)
        )
        for level in GROUPS[group]:
            assert found["auc", level] == (
                pytest.approx(frame.by_group[level], abs=2e-3),
                np.sum(named(group, of) == level),
            )


def named(group: str, codes: np.ndarray) -> pd.Series:
    return pd.Series(np.array(GROUPS[group])[codes], name=group)


def test_a_detector_that_always_says_the_share_is_calibrated_and_guesses() -> None:
    strata = strata_of(age=[0] * 100)
    beliefs = believed(strata, np.full((100, 2), 0.02), np.where(np.arange(100) < 2, HATE, -1))
    found = told(belief_cells(beliefs, strata, HARMS, "author"), "hate")
    assert found["auc", ""] == (0.5, 100)
    assert found["calibration_error", ""] == (pytest.approx(0, abs=1e-7), 100)
    assert found["calibration_ratio", ""] == (pytest.approx(1), 100)


def test_certainty_has_a_bin_too() -> None:
    p = [0, 1e-30, 0.499, 0.5, 1 - 1e-7, 1]
    assert [bin_of(of) for of in p] == [0, 0, BINS // 2 - 1, BINS // 2, BINS - 1, BINS - 1]


def test_rows_are_counted_as_in_the_plain_twin() -> None:
    p, harm, groups = drawn(500)
    strata = strata_of(**{name: of.tolist() for name, of in groups.items()})
    beliefs, p = believed(strata, p, harm, 0.3), p.astype(np.float32)
    rows, sums, held = (np.zeros_like(of) for of in (beliefs.rows, beliefs.p, beliefs.held))
    for r, k in enumerate(strata.of.tolist()):
        for h in range(len(HARMS)):
            truth = 2 if harm[r] == h else 0 if harm[r] < 0 else 1
            odds = np.log(np.float64(p[r, h]) / (1 - np.float64(p[r, h])))
            place = int(np.clip(np.floor(odds / WIDTH) + BINS // 2, 0, BINS - 1))
            rows[k, h, truth, place] += 1
            sums[k, h, truth, place] += p[r, h]
            held[k, h, truth] += p[r, h] >= np.float32(0.3)
    for ours, twins in zip(vars(beliefs).values(), (rows, sums, held), strict=True):
        assert (ours == twins).all()


def test_everyone_is_told_of_posts_and_not_again_of_what_viewers_saw() -> None:
    strata = strata_of(age=[0, 1])
    beliefs = believed(strata, np.array([[0.2, 0.2], [0.7, 0.7]]), np.array([-1, HATE]))
    sides = {
        side: {(c.side, c.level) for c in belief_cells(beliefs, strata, HARMS, side)} for side in ("author", "viewer")
    }
    assert sides["author"] == {("", ""), ("author", "young"), ("author", "old")}
    assert sides["viewer"] == {("viewer", "young"), ("viewer", "old")}


def test_spans_add_up_and_a_cleared_one_is_empty() -> None:
    p, harm, groups = drawn(200)
    strata = strata_of(**{name: of.tolist() for name, of in groups.items()})
    first, second, both = (Beliefs.empty(strata.many, 2) for _ in range(3))
    for beliefs, rows in ((first, slice(0, 90)), (second, slice(90, 200)), (both, slice(0, 200))):
        beliefs.count(strata.of[rows], p[rows].astype(np.float32), harm[rows].astype(np.int8), 0.5)
    first.add(second)
    assert (first.rows == both.rows).all()
    assert (first.held == both.held).all()
    np.testing.assert_allclose(first.p, both.p)
    first.clear()
    assert list(belief_cells(first, strata, HARMS, "author")) == []
