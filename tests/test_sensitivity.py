"""Indices of functions whose indices are known: the simulator is replaced."""

import numpy as np
import pandas as pd
import pytest
from SALib.test_functions import Ishigami

from feedsim.study.sensitivity import Design, Doubles, indices, morris, points_of, power_of_2, sobol, weightiest

ABC = ("a", "b", "c")


def ishigami(shares: Doubles) -> Doubles:
    return np.asarray(Ishigami.evaluate((2 * shares - 1) * np.pi))


def alike(values: Doubles) -> Doubles:
    """As if two seeds gave the same."""
    return np.stack([values, values], axis=1)


def test_sobol_indices_of_ishigami_are_those_of_the_book() -> None:
    # Ishigami and Homma 1990, with A = 7, B = 0.1: S1 0.3139, 0.4424, 0; ST 0.5576, 0.4424, 0.2437.
    design = sobol(ABC, 4096, seed=1)
    found = indices(design, alike(ishigami(design.shares)))
    assert found["assumption"].tolist() == list(ABC)
    assert found["effect"].tolist() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    assert found["first_order"].tolist() == pytest.approx([0.3139, 0.4424, 0], abs=0.02)
    assert (found["low"] < found["effect"]).all()
    assert found["chance"].tolist() == [0, 0, 0]


def test_intervals_of_sobol_hold_the_truth() -> None:
    design = sobol(ABC, 256, seed=3)
    found = indices(design, ishigami(design.shares)[:, None])
    assert (found["low"] <= [0.5576, 0.4424, 0.2437]).all()
    assert (found["high"] >= [0.5576, 0.4424, 0.2437]).all()
    assert found["chance"].isna().all()


def test_morris_effects_of_a_line_are_its_slopes() -> None:
    design = morris(ABC, 6, seed=1)
    found = indices(design, alike(design.shares @ [3.0, -2.0, 0.0] + 5))
    assert found["effect"].tolist() == pytest.approx([3, 2, 0])
    assert found["sigma"].tolist() == pytest.approx([0, 0, 0])
    assert found["chance"].tolist() == pytest.approx([0, 0, 0])
    assert found["first_order"].isna().all()


def test_an_effect_that_depends_on_another_assumption_has_a_sigma() -> None:
    design = morris(ABC, 20, seed=1)
    found = indices(design, alike(design.shares[:, 0] * design.shares[:, 1])).set_index("assumption")
    assert (found.loc[["a", "b"], "sigma"] > 0.2).all()
    assert found.loc["c", "sigma"] == 0


def test_chance_is_the_effect_that_seeds_alone_would_make() -> None:
    design = morris(ABC, 400, seed=1)
    noise = np.random.default_rng(1).normal(size=(len(design.shares), 4))  # the test's own, not a run's
    found = indices(design, noise)
    assert found["effect"].tolist() == pytest.approx(found["chance"].tolist(), rel=0.1)
    # By hand: a difference of two means of 4, over a step of 2/3.
    assert found["chance"].tolist() == pytest.approx([np.sqrt(2 / np.pi) * np.sqrt(2 / 4) * 1.5] * 3, rel=0.1)
    assert indices(design, noise[:, :1])["chance"].isna().all()


def test_what_never_changes_has_no_effect_and_no_shares() -> None:
    design = morris(ABC, 4, seed=1)
    assert indices(design, np.ones((16, 2)))["effect"].tolist() == [0, 0, 0]
    assert indices(sobol(ABC, 4, seed=1), np.ones((20, 2)))["effect"].isna().all()
    gap = np.ones((16, 2))
    gap[3, 1] = np.nan
    assert indices(design, gap)["effect"].isna().all()


def test_the_same_seed_gives_the_same_points_and_more_begin_with_them() -> None:
    for make in (morris, sobol):
        few, many = make(ABC, 4, 7), make(ABC, 8, 7)
        assert (many.shares[: len(few.shares)] == few.shares).all()
        assert not np.array_equal(make(ABC, 4, 8).shares, few.shares)
        assert len(few.shares) == points_of(few.method, 3, 4)
        first, second = (indices(few, alike(ishigami(few.shares))) for _ in range(2))
        pd.testing.assert_frame_equal(first, second)
    assert [power_of_2(n) for n in (1, 2, 3, 8, 9)] == [2, 2, 4, 8, 16]


def test_the_weightiest_assumptions_are_those_of_most_effect_over_all_cells() -> None:
    cells = pd.DataFrame({"cell": ["x", "y"], "a": [1, 60], "b": [8, 20], "c": [1, 20]})
    effects = cells.melt("cell", var_name="assumption", value_name="effect")
    assert weightiest(effects, 3) == ["a", "b"]
    assert weightiest(effects, 1) == ["b"]
    assert Design("morris", ("a",), np.zeros((2, 1)), 1).problem["num_vars"] == 1
