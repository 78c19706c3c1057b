from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import log_loss as sklearn_log_loss
from sklearn.metrics import roc_auc_score

from feedsim.company.log import ImpressionLog
from feedsim.measures.cells import Cell
from feedsim.measures.predictions import METRICS, auc, calibration_error, calibration_ratio, log_loss, quality
from feedsim.measures.ranker import by_level, evaluate
from feedsim.world.arrays import Bools, Doubles, Floats
from feedsim.world.rng import Streams
from feedsim.world.world import ACTIONS, CLICK, LIKE

STREAMS = Streams(3)
EVEN = np.ones(4)


def served(n: int, grid: int = 0) -> tuple[Floats, Bools, Doubles]:
    """Predictions (on a grid of so many values, if any), outcomes drawn from them, and weights from 1 to 3."""
    who = np.arange(n)
    p = STREAMS.uniform("p", who) ** 2
    p = (np.round(p * grid) / grid if grid else p).astype(np.float32)
    return p, STREAMS.uniform("y", who) < p, 1 + 2 * STREAMS.uniform("weight", who)


def log_of(
    p: list[float], clicked: list[bool], version: list[int], user: list[int], author: list[int]
) -> ImpressionLog:
    """Rows of weight 1 in which only clicks are predicted, and made."""
    n, log = len(p), ImpressionLog(1)
    log.append(
        p=np.column_stack([np.float32(p), np.zeros((n, len(ACTIONS) - 1), np.float32)]), weight=np.ones(n, np.float32),
        actions=np.array(clicked, np.uint8) << CLICK, version=np.int16(version), user=np.int32(user),
        author=np.int32(author),
    )  # fmt: skip
    return log


def cells_of(log: ImpressionLog, **groups: list[int]) -> dict[tuple[str, str, str, str, str], tuple[float, int]]:
    """What version 3 was worth: value and n by metric, side, group, level and part."""
    codes = {name: np.array(levels, np.int8) for name, levels in groups.items()}
    found = evaluate(log, 3, codes, dict.fromkeys(codes, ("young", "old")))
    return {(c.metric, c.side, c.group, c.level, c.part): (c.value, c.n) for c in found}


@pytest.mark.parametrize("grid", [0, 7])
def test_auc_is_scikit_learns_with_weights_and_ties(grid: int) -> None:
    p, y, weight = served(2000, grid)
    assert auc(p, y, weight) == pytest.approx(roc_auc_score(y, p, sample_weight=weight), abs=1e-12)


def test_auc_counts_pairs_in_order_and_half_of_the_ties() -> None:
    p, y = np.array([0.1, 0.4, 0.4, 0.8], np.float32), np.array([False, False, True, True])
    assert auc(p, y, EVEN) == (0.5 + 1 + 1 + 1) / 4
    assert auc(p, y, np.array([1, 3, 1, 1.0])) == (1 + 3 / 2 + 4) / 8


@pytest.mark.parametrize("answer", [True, False])
def test_auc_is_undefined_with_one_class(answer: bool) -> None:
    assert np.isnan(auc(np.full(4, 0.5, np.float32), np.full(4, answer), EVEN))


def test_log_loss_is_scikit_learns() -> None:
    p, y, weight = served(2000)
    assert log_loss(p, y, weight) == pytest.approx(sklearn_log_loss(y, np.float64(p), sample_weight=weight), rel=1e-9)


def test_a_certainty_that_fails_costs_much_but_not_everything() -> None:
    assert log_loss(np.ones(1, np.float32), np.zeros(1, np.bool_), np.ones(1)) == pytest.approx(-np.log(1e-15))


def test_twice_the_weight_is_two_rows() -> None:
    p, y, _ = served(300)
    twice = np.arange(300) % 3 == 0
    weight, rows = np.where(twice, 2.0, 1.0), np.repeat(np.arange(300), np.where(twice, 2, 1))
    measures: tuple[Callable[[Floats, Bools, Doubles], float], ...] = (auc, log_loss, calibration_ratio)
    for measure in measures:
        assert measure(p, y, weight) == pytest.approx(measure(p[rows], y[rows], np.ones(len(rows))))


def test_calibration_error_is_the_mean_gap_over_ten_bins_of_equal_weight() -> None:
    p = np.arange(20, dtype=np.float32)[::-1] / 20
    y = np.zeros(20, np.bool_)
    y[0] = True  # the row with p = 0.95: in its bin 0.925 predicted, 0.5 observed
    expected = (0.925 - 0.5 + sum((2 * i + 0.5) / 20 for i in range(9))) / 10
    assert calibration_error(p, y, np.ones(20)) == pytest.approx(expected)


def test_gaps_of_opposite_sign_in_two_bins_do_not_cancel() -> None:
    p, y = np.repeat(np.float32([0.2, 0.8]), 10), np.arange(20) % 2 == 0
    assert calibration_error(p, y, np.ones(20)) == pytest.approx(0.3)
    assert calibration_ratio(p, y, np.ones(20)) == pytest.approx(1)


def test_a_prediction_drawn_from_is_calibrated() -> None:
    p, y, weight = served(100_000)
    assert calibration_error(p, y, weight) < 0.01
    assert calibration_ratio(p, y, weight) == pytest.approx(1, abs=0.02)
    assert calibration_ratio(2 * p, y, weight) == pytest.approx(2, abs=0.04)


def test_what_is_not_defined_is_left_out() -> None:
    half, nobody = np.full(4, 0.5, np.float32), np.zeros(4, np.bool_)
    assert quality(half, nobody, EVEN) == {"ranker_logloss": pytest.approx(np.log(2)), "calibration_error": 0.5}
    assert quality(half[:0], nobody[:0], EVEN[:0]) == {}


@pytest.mark.parametrize("grid", [0, 7])
def test_one_pass_over_all_levels_is_each_metric_of_each_level(grid: int) -> None:
    p, y, weight = served(3000, grid)
    order = np.argsort(p)
    p, y, weight = p[order], y[order], weight[order]
    code = (STREAMS.uniform("code", np.arange(3000)) * 4).astype(np.int8)
    y[code == 2], code[code == 3] = False, 4
    found = by_level(p, y, weight, code, 5)
    for level in range(5):
        mine = code == level
        expected = quality(p[mine], y[mine], weight[mine])
        got = {name: value for name, value in zip(METRICS, found[level], strict=True) if np.isfinite(value)}
        assert got == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_only_rows_that_the_version_served_are_measured() -> None:
    log = log_of([0.9, 0.1, 0.6, 0.2], [False, True, True, False], [2, 2, 3, 3], [0] * 4, [0] * 4)
    cells = cells_of(log)
    assert cells["ranker_auc", "", "", "", "action=click,version=3"] == (1.0, 2)
    assert cells["calibration_ratio", "", "", "", "action=click,version=3"] == (pytest.approx(0.8), 2)
    assert ("ranker_auc", "", "", "", "action=like,version=3") not in cells
    assert cells["calibration_error", "", "", "", "action=like,version=3"] == (0.0, 2)


def test_groups_cut_by_who_looked_and_by_who_wrote() -> None:
    log = log_of([0.6, 0.2, 0.3, 0.7], [True, False, True, False], [3] * 4, [0, 0, 1, 1], [1, 1, 1, 0])
    cells = cells_of(log, age=[0, 1])
    found = {key[1:4]: value for key, value in cells.items() if key[0] == "ranker_auc" and "click" in key[4]}
    assert found == {
        ("", "", ""): (0.5, 4),
        ("viewer", "age", "young"): (1.0, 2),
        ("viewer", "age", "old"): (0.0, 2),
        ("author", "age", "old"): (1.0, 3),
    }
    assert cells["calibration_error", "author", "age", "young", "action=click,version=3"] == (pytest.approx(0.7), 1)


def test_a_version_that_served_nothing_has_no_cells() -> None:
    assert list(evaluate(log_of([0.5], [True], [1], [0], [0]), 3, {}, {})) == []


def test_each_action_is_measured_by_its_own_bit_and_prediction() -> None:
    log = log_of([0.5, 0.5], [False, False], [3, 3], [0, 0], [0, 0])
    log.actions[0], log.p[:2, LIKE] = 1 << LIKE, [0.9, 0.1]
    found = [c for c in evaluate(log, 3, {}, {}) if c.metric == "ranker_auc"]
    assert found == [Cell("ranker_auc", 1.0, 2, part="action=like,version=3")]
