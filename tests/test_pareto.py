"""What no point beats and how much it covers: by hand, and against Optuna as an oracle."""

import numpy as np
import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from optuna._hypervolume import compute_hypervolume

from feedsim.study.pareto import growth, hypervolume, non_dominated, oriented, p_non_dominated, representative

POINTS = np.array([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0], [3.0, 3.0], [2.0, 2.0], [np.nan, 0.0]])
ANY = st.integers(1, 4).flatmap(
    lambda m: arrays(np.float64, st.tuples(st.integers(1, 12), st.just(m)), elements=st.integers(0, 6).map(float))
)


def test_what_is_as_good_in_all_and_better_in_one_dominates() -> None:
    """Equal points do not dominate each other; what has no figure is out, and beats nobody."""
    assert non_dominated(POINTS).tolist() == [True, True, True, False, True, False]


def test_the_hypervolume_is_the_area_that_steps_cover() -> None:
    # Up to (4, 4): columns of width 1 and heights 1, 2 and 3.
    assert hypervolume(POINTS, np.array([4.0, 4.0])) == 6
    # What is no better than the reference in every objective counts for nothing.
    assert hypervolume(POINTS, np.array([4.0, 2.0])) == 1
    assert hypervolume(POINTS, np.array([1.0, 1.0])) == 0


def test_the_hypervolume_of_three_objectives_is_that_of_boxes_that_overlap() -> None:
    boxes = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]])
    # Each covers 2 x 1 x 1 up to 2; all share one unit cube.
    assert hypervolume(boxes, np.array([2.0, 2.0, 2.0])) == 3 * 2 - 2


@settings(max_examples=150, deadline=None)
@given(ANY)
def test_front_and_hypervolume_are_those_that_optuna_finds(points: np.ndarray) -> None:
    study = optuna.create_study(directions=["minimize"] * points.shape[1])
    study.add_trials([optuna.trial.create_trial(values=list(map(float, point))) for point in points])
    best = {trial.number for trial in study.best_trials} if points.shape[1] > 1 else None
    ours = set(np.flatnonzero(non_dominated(points)).tolist())
    assert ours == (best if best is not None else set(np.flatnonzero(points[:, 0] == points.min()).tolist()))
    reference = np.full(points.shape[1], 5.0)
    inside = points[(points < reference).all(axis=1)]
    theirs = compute_hypervolume(inside, reference) if len(inside) else 0.0
    assert hypervolume(points, reference) == pytest.approx(theirs)


@settings(max_examples=50, deadline=None)
@given(ANY)
def test_hypervolume_grows_with_every_point_to_that_of_all(points: np.ndarray) -> None:
    feasible, reference = np.arange(len(points)) % 3 != 1, np.full(points.shape[1], 5.0)
    found = growth(points, feasible, reference)
    assert (np.diff(found) >= -1e-12).all()
    by_hand = [hypervolume(points[: i + 1][feasible[: i + 1]], reference) for i in range(len(points))]
    assert found == pytest.approx(by_hand)


def test_few_points_that_cover_most() -> None:
    line = np.array([[0.0, 4.0], [1.0, 1.0], [1.1, 0.9], [4.0, 0.0]])
    assert representative(line, np.array([5.0, 5.0]), 1) == [1]
    # (1.1, 0.9) adds least: it comes last, and only where there is room.
    assert representative(line, np.array([5.0, 5.0]), 3) == [1, 0, 3]
    assert sorted(representative(line, np.array([5.0, 5.0]), 9)) == [0, 1, 2, 3]
    # What is worse than the reference covers nothing.
    assert representative(line, np.array([0.5, 3.0]), 3) == []


def test_the_probability_counts_resamples_in_which_nothing_beats_a_point() -> None:
    losses = np.array([[[1.0, 1.0], [2.0, 2.0]], [[2.0, 2.0], [1.0, 1.0]], [[1.0, 2.0], [2.0, 1.0]]])
    everything = np.ones((3, 2), np.bool_)
    assert p_non_dominated(losses, everything).tolist() == pytest.approx([2 / 3, 2 / 3])
    # What breaks a constraint is out, and beats nobody.
    kept = np.array([[False, True], [True, True], [True, True]])
    assert p_non_dominated(losses, kept).tolist() == pytest.approx([1 / 3, 1.0])


def test_what_should_rise_is_a_loss_when_turned_round() -> None:
    assert oriented(np.array([[3.0, 5.0]]), [True, False]).tolist() == [[-3.0, 5.0]]
