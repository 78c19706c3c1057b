"""Drawing near a place, and from Beta distributions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from feedsim.people.spread import Nearby, at_quantile, beta_table, mean_table

U = (np.arange(2000) + 0.5) / 2000
PLACE = st.floats(-1, 1).map(lambda x: round(x, 3))


@given(st.lists(PLACE, min_size=1, max_size=12), PLACE, st.sampled_from([0.5, 2.0, 10.0]))
def test_places_come_in_proportion_to_exp_of_minus_pull_times_distance(
    places: list[float], where: float, pull: float
) -> None:
    drawn = Nearby.to(np.array(places), pull).draw(U, np.full(len(U), where))
    expected = np.exp(-pull * np.abs(np.array(places) - where))
    # Even steps of u give each place its share, but for one step at either end.
    np.testing.assert_allclose(np.bincount(drawn, minlength=len(places)) / 2000, expected / expected.sum(), atol=0.0011)


def test_each_draw_has_a_whereabouts_of_its_own() -> None:
    near = Nearby.to(np.array([1.0, -1.0]), 10)
    assert near.draw(np.array([0.5, 0.5, 0.25, 0.75]), np.array([-1.0, 1.0, 0.0, 0.0])).tolist() == [1, 0, 1, 0]


def test_a_table_inverts_the_beta_distribution() -> None:
    tables = np.array([beta_table(1, 8), beta_table(1.5, 3)])
    row = np.arange(len(U)) % 2
    np.testing.assert_allclose(
        at_quantile(tables, row, U), beta(np.where(row, 1.5, 1), np.where(row, 3, 8)).ppf(U), atol=2e-3
    )


def test_a_table_by_its_mean_has_that_mean() -> None:
    draws = at_quantile(mean_table(0.55, 5)[None], np.zeros(len(U), np.int64), U)
    assert draws.mean() == pytest.approx(0.55, abs=1e-3)
