"""The rhythm of a day."""

import numpy as np
import pytest

from feedsim.people.rhythm import minute_at, weight

DAY = weight(np.arange(1440))


def test_the_mean_over_a_day_is_one_and_no_minute_is_dead() -> None:
    assert DAY.mean() == pytest.approx(1, abs=1e-12)
    assert DAY.min() == pytest.approx(0.15)


def test_the_night_is_low_and_the_day_has_two_peaks() -> None:
    peaks = np.flatnonzero((np.roll(DAY, 1) < DAY) & (np.roll(DAY, -1) < DAY))
    assert DAY.argmin() == 4 * 60
    assert [round(int(minute) / 60) for minute in peaks] == [12, 20]


def test_whole_days_more_or_less_change_nothing() -> None:
    np.testing.assert_allclose(weight(np.arange(1440) - 3 * 1440), DAY)


def test_minutes_come_as_often_as_their_weight() -> None:
    n = 1_440_000
    drawn = np.bincount(minute_at((np.arange(n) + 0.5) / n), minlength=1440)
    np.testing.assert_allclose(drawn / 1000, DAY, atol=0.002)


def test_the_last_uniform_number_is_still_today() -> None:
    assert minute_at(np.array([0.0, 1 - 2**-53])).tolist() == [0, 1439]
