"""Statistics of paired seeds, by hand and against SciPy."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from feedsim.study import inference
from feedsim.study.inference import (
    DRAWS,
    all_signs,
    bca_limits,
    correlation,
    holm,
    limits,
    method,
    p_values,
    sign_flip_p,
    t_limits,
    t_p,
)

RNG = np.random.default_rng(7)
SKEWED = RNG.lognormal(0, 0.8, (12, 13)) - 1
TIES = RNG.integers(-2, 4, (12, 13)).astype(float)
OUTLIER = np.eye(13)[:1]
ALL = np.concatenate([SKEWED, TIES, OUTLIER])


def test_the_t_interval_and_its_p_are_those_of_a_paired_t_test() -> None:
    low, high = t_limits(SKEWED)
    test = stats.ttest_1samp(SKEWED, 0, axis=1)
    both = test.confidence_interval()
    assert low == pytest.approx(both.low)
    assert high == pytest.approx(both.high)
    assert t_p(SKEWED) == pytest.approx(test.pvalue)


@pytest.mark.parametrize("d", [SKEWED, OUTLIER, -3 * SKEWED + 2])
def test_the_bootstrap_of_the_same_draws_is_scipy_s_to_the_last_figures(d: np.ndarray) -> None:
    draws = np.random.default_rng(9).integers(0, 13, (DRAWS, 13))
    low, high = bca_limits(d, draws)
    seeded = np.random.default_rng(9)
    wanted = stats.bootstrap((d,), np.mean, axis=-1, n_resamples=DRAWS, method="BCa", rng=seeded).confidence_interval
    assert low == pytest.approx(wanted.low, rel=1e-12)
    assert high == pytest.approx(wanted.high, rel=1e-12)


def test_the_bootstrap_of_its_own_draws_is_near_scipy_s() -> None:
    low, high = bca_limits(ALL)
    found = stats.bootstrap((ALL,), np.mean, axis=-1, n_resamples=30_000, method="BCa", rng=1, batch=100)
    wanted = found.confidence_interval
    # A mean of 13 whole numbers is a 13th: a quantile may fall on the next.
    rounding = np.where(np.isin(ALL, np.round(ALL)).all(axis=1), 1 / 13, 0) + 0.02 * (high - low)
    assert (np.abs(low - wanted.low) <= rounding).all()
    assert (np.abs(high - wanted.high) <= rounding).all()


@pytest.mark.parametrize("value", [0.0, 2.5, -0.1, 1e-100, 1e100])
@pytest.mark.parametrize("seeds", [2, 6, 9, 10, 20])
def test_seeds_that_are_all_equal_have_a_point_for_an_interval(value: float, seeds: int) -> None:
    d = np.full((3, seeds), value)
    low, high = limits(d)
    assert low.tolist() == high.tolist() == pytest.approx([value] * 3)
    if seeds >= 6:
        # No t can be had of no spread: all signs agree, which chance does in 2 of 2^n cases.
        p = 1.0 if value == 0 else 2.0 ** (1 - seeds)
        assert p_values(d) == pytest.approx([p] * 3, rel=0.1 if seeds <= 14 else None, abs=1e-3)


def test_each_cell_is_on_its_own() -> None:
    for function in (bca_limits, t_limits):
        alone = np.array([function(row[None]) for row in ALL])[:, :, 0].T
        assert alone == pytest.approx(np.array(function(ALL)), rel=1e-12)
    assert [sign_flip_p(row[None])[0] for row in ALL] == sign_flip_p(ALL).tolist()


def test_scale_and_sign_carry_over() -> None:
    low, high = bca_limits(SKEWED)
    less, more = bca_limits(-1000 * SKEWED)
    assert more == pytest.approx(-1000 * low, rel=0.1)
    assert less == pytest.approx(-1000 * high, rel=0.1)
    assert sign_flip_p(-1000 * ALL).tolist() == sign_flip_p(ALL).tolist()


def test_the_permutation_is_exact_where_it_can_be() -> None:
    # All ten agree: the signs as they are and their mirror image, of 1,024.
    assert sign_flip_p(np.arange(1.0, 11)[None]).tolist() == [2 / 1024]
    # One of ten equal ones is of the other sign: 1 + 10 ways to be as far from 0, on either side.
    assert sign_flip_p(np.array([[1.0] * 9 + [-1.0]])).tolist() == [22 / 1024]
    # Zeros have no sign to flip.
    assert sign_flip_p(np.array([[0.0] * 8 + [1.0, 1.0]])).tolist() == [0.5]
    assert len(np.unique(all_signs(10), axis=0)) == 512


def test_the_permutation_is_scipy_s() -> None:
    d = np.concatenate([SKEWED, TIES])[:, :10]
    wanted = stats.permutation_test(
        (d,), lambda x, axis: x.mean(axis=axis), permutation_type="samples", axis=1, n_resamples=2000, vectorized=True
    )
    assert sign_flip_p(d) == pytest.approx(wanted.pvalue, abs=1e-12)


def test_the_permutation_of_many_seeds_is_drawn_and_never_nought() -> None:
    d = RNG.standard_normal((50, 30)) + 0.2
    assert np.abs(sign_flip_p(d) - t_p(d)).max() < 0.03
    assert sign_flip_p(np.ones((1, 40))).tolist() == [1 / (DRAWS + 1)]
    assert sign_flip_p(d).tolist() == sign_flip_p(d).tolist()


def test_p_values_of_no_difference_are_even() -> None:
    for seeds in (6, 10, 20):
        p = p_values(np.random.default_rng(seeds).standard_normal((4000, seeds)))
        assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.012)


def test_what_is_told_depends_on_how_many_seeds_there_are() -> None:
    for seeds in range(1, 13):
        d = SKEWED[:, :seeds]
        low, _ = limits(d)
        assert np.isnan(low).all() == (seeds == 1)
        assert np.isnan(p_values(d)).all() == (seeds < 6)
        assert method(seeds) == ("" if seeds == 1 else "t" if seeds < 10 else "bca")
        if 1 < seeds < 10:
            assert low.tolist() == t_limits(d)[0].tolist()
    assert p_values(SKEWED[:, :9]) == pytest.approx(stats.ttest_1samp(SKEWED[:, :9], 0, axis=1).pvalue)


@pytest.mark.parametrize(("seeds", "t", "bca"), [(10, 0.95, 0.90), (20, 0.95, 0.925)])
def test_intervals_cover_as_much_as_is_said_of_them(seeds: int, t: float, bca: float) -> None:
    d = np.random.default_rng(seeds).standard_normal((3000, seeds))
    for function, wanted in ((t_limits, t), (bca_limits, bca)):
        low, high = function(d)
        assert ((low <= 0) & (high >= 0)).mean() == pytest.approx(wanted, abs=0.012)


def test_holm_multiplies_the_smallest_by_how_many_there_are() -> None:
    # Of one family 0.01 x 3, 0.03 x 2, then 0.04, which may not be less; of the other 0.5 x 2, at most 1.
    p = pd.Series([0.01, 0.04, 0.03, 0.5, 0.7, math.nan])
    got = holm(p, pd.Series([0, 0, 0, 1, 1, 1]))
    assert got.tolist()[:5] == pytest.approx([0.03, 0.06, 0.06, 1.0, 1.0])
    assert math.isnan(got[5])


def test_holm_of_one_is_the_same() -> None:
    assert holm(pd.Series([1e-30, 0.2]), pd.Series([0, 1])).tolist() == [1e-30, 0.2]


def test_correlation_and_what_pairing_leaves_of_the_variance() -> None:
    base = RNG.standard_normal((5, 8))
    value = 0.8 * base + 0.3 * RNG.standard_normal((5, 8))
    r, kept = correlation(value, base)
    assert r == pytest.approx([np.corrcoef(one, other)[0, 1] for one, other in zip(value, base, strict=True)])
    independent = value.var(axis=1, ddof=1) + base.var(axis=1, ddof=1)
    assert kept == pytest.approx((value - base).var(axis=1, ddof=1) / independent)


def test_what_never_varies_correlates_with_nothing() -> None:
    still, moving = np.ones((1, 4)), np.arange(4.0)[None]
    assert [float(x[0]) for x in correlation(moving, still)] == [pytest.approx(math.nan, nan_ok=True), 1.0]
    assert all(np.isnan(x).all() for x in correlation(still, still))
    assert all(np.isnan(x).all() for x in correlation(moving[:, :2], 2 * moving[:, :2]))


def test_draws_are_even() -> None:
    counts = np.bincount(inference.bootstrap_draws(12).ravel(), minlength=12)
    assert counts.sum() == 12 * DRAWS
    assert stats.chisquare(counts).pvalue > 0.001
    assert inference.drawn_signs(20).mean() == pytest.approx(0, abs=0.01)
