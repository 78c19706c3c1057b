"""Random numbers with an address: what they are made of, and that nothing but the address matters."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from feedsim.world.rng import Ids, Streams, bell, hashed, mix, unit
from feedsim.world.world import ACTIONS

WHOLE = 2**64
KEYS = st.integers(0, WHOLE - 1)
IDS = st.integers(-(2**31), 2**31 - 1)
STREAMS = Streams(7)
MANY = np.arange(100_000)
TOP = 1 - 2.0**-53
"""The greatest uniform number."""


@dataclass(frozen=True)
class Loaded(Streams):
    """Streams whose every uniform number is one that was chosen."""

    u: float = 0.0

    def uniform(self, decision: str, *ids: Ids) -> np.ndarray:
        return np.broadcast_to(np.float64(self.u), np.broadcast_shapes(*map(np.shape, ids))).copy()


def mixed(h: int, i: int) -> int:
    """The twin, in whole numbers of Python: splitmix64's finaliser of h + golden ratio x (i + 1)."""
    z = (h + 0x9E3779B97F4A7C15 * (i + 1)) % WHOLE
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % WHOLE
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WHOLE
    return z ^ (z >> 31)


# The hash


def test_the_first_numbers_of_splitmix64_are_those_of_its_authors() -> None:
    """From seed 1234567, as printed beside the reference implementation in many languages."""
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    assert hashed(np.uint64(1234567), [np.arange(4)]).tolist() == published


@settings(max_examples=200, deadline=None)
@given(KEYS, st.lists(KEYS, max_size=4))
def test_kernels_and_columns_reach_the_same_address_as_plain_whole_numbers(base: int, ids: list[int]) -> None:
    in_kernels, plain = base, base
    for i in ids:
        in_kernels, plain = int(mix(np.uint64(in_kernels), np.uint64(i))), mixed(plain, i)
    assert in_kernels == plain
    assert int(hashed(np.uint64(base), [np.uint64(i) for i in ids])) == plain
    assert unit(np.uint64(plain)) == (plain >> 11) / 2**53


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**63 - 1), st.sampled_from(ACTIONS), IDS, KEYS)
def test_a_kernel_that_starts_from_the_base_draws_what_the_column_draws(
    seed: int, decision: str, tick: int, key: int
) -> None:
    streams = Streams(seed)
    address = np.uint64(mix(np.uint64(mix(streams.base(decision), np.uint64(tick % WHOLE))), np.uint64(key)))
    assert int(streams.hashes(decision, tick, np.uint64(key))) == address
    assert float(streams.uniform(decision, tick, np.uint64(key))) == unit(address)


@settings(max_examples=100, deadline=None)
@given(KEYS)
def test_a_bell_is_the_sum_of_four_parts_brought_to_mean_0_and_variance_1(h: int) -> None:
    total = sum((h >> shift) & 65535 for shift in (0, 16, 32, 48))
    assert bell(np.uint64(h)) == pytest.approx((total / 65536 - 2) * np.sqrt(3), rel=1e-12, abs=1e-12)


def test_bells_ring_like_a_normal_distribution() -> None:
    drawn = np.array([bell(h) for h in STREAMS.hashes("bell", MANY[:50_000])])
    assert drawn.mean() == pytest.approx(0, abs=0.02)
    assert drawn.std() == pytest.approx(1, abs=0.02)
    assert stats.kstest(drawn, "norm").statistic < 0.015


# Addresses


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(IDS, KEYS), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_who_else_is_asked_never_matter(rows: list[tuple[int, int]], shuffle: Random) -> None:
    def draws(asked: Sequence[tuple[int, int]]) -> list[float]:
        user, key = zip(*asked, strict=True)
        return STREAMS.uniform("click", 3, np.array(user), np.array(key, np.uint64)).tolist()

    order = list(range(len(rows)))
    shuffle.shuffle(order)
    assert draws([rows[i] for i in order]) == [draws(rows)[i] for i in order]
    assert draws(rows[:1]) == draws(rows)[:1]


@settings(max_examples=100, deadline=None)
@given(IDS, IDS, KEYS)
def test_another_decision_seed_id_or_order_of_ids_is_another_number(tick: int, user: int, key: int) -> None:
    key, next_key = np.uint64(key), np.uint64((key + 1) % WHOLE)
    asked = [
        STREAMS.uniform("click", tick, user, key),
        STREAMS.uniform("like", tick, user, key),
        Streams(8).uniform("click", tick, user, key),
        STREAMS.uniform("click", tick + 1, user, key),
        STREAMS.uniform("click", tick, user, next_key),
        STREAMS.uniform("click", tick, user),
        STREAMS.uniform("click"),
    ]
    if tick != user:
        asked.append(STREAMS.uniform("click", user, tick, key))
    assert len({float(u) for u in asked}) == len(asked)


def test_the_type_of_an_id_does_not_matter_even_below_zero() -> None:
    for dtype in (np.int8, np.int32, np.int64):
        ids = np.array([-5, 0, 5], dtype)
        assert STREAMS.hashes("x", ids).tolist() == [int(STREAMS.hashes("x", i)) for i in (-5, 0, 5)]


def test_ids_broadcast_against_one_another() -> None:
    user, key = np.arange(3), np.array([4, 5, 6, 7], np.uint64)
    square = STREAMS.uniform("like", 9, user[:, None], key)
    assert square.shape == (3, 4)
    assert square.tolist() == [[float(STREAMS.uniform("like", 9, u, k)) for k in key] for u in user]
    assert STREAMS.uniform("like").shape == ()


def test_equal_streams_draw_equal_numbers() -> None:
    assert Streams(3).hashes("x", [1, 2]).tolist() == Streams(3).hashes("x", [1, 2]).tolist()


# Distributions


def test_uniform_numbers_are_uniform_and_do_not_follow_one_another() -> None:
    u = STREAMS.uniform("moments", MANY)
    assert 0 <= u.min() <= u.max() < 1
    assert u.mean() == pytest.approx(1 / 2, abs=0.004)
    assert u.var() == pytest.approx(1 / 12, abs=0.002)
    assert stats.kstest(u, "uniform").statistic < 0.006
    for other in (u[1:], Streams(8).uniform("moments", MANY), STREAMS.uniform("other", MANY)):
        assert abs(np.corrcoef(u[: len(other)], other[: len(u)])[0, 1]) < 0.015


def test_the_first_and_the_last_address_are_still_within_0_and_1() -> None:
    assert unit(np.uint64(0)) == 0
    assert unit(np.uint64(WHOLE - 1)) == TOP < 1


def test_normal_numbers_are_normal() -> None:
    z = STREAMS.normal("normal", MANY)
    assert z.mean() == pytest.approx(0, abs=0.015)
    assert z.std() == pytest.approx(1, abs=0.015)
    assert stats.kstest(z, "norm").statistic < 0.006
    assert np.argsort(z).tolist() == np.argsort(STREAMS.uniform("normal", MANY)).tolist()


def test_the_smallest_uniform_number_gives_a_finite_normal_one() -> None:
    assert Loaded(1, 0.0).normal("x", 1) == pytest.approx(-8.29, abs=0.01)


def test_the_greatest_uniform_number_gives_a_finite_normal_one() -> None:
    assert Loaded(1, TOP).normal("x", 1) == pytest.approx(8.2, abs=0.15)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 500), st.integers(0, 10**6))
def test_a_poisson_count_is_the_inverse_of_the_distribution_function(mean: float, first: int) -> None:
    who = np.arange(first, first + 50)
    count, u = STREAMS.poisson("posts", mean, who), STREAMS.uniform("posts", who)
    assert (stats.poisson.cdf(count - 1, mean) <= u + 1e-9).all()
    assert (u <= stats.poisson.cdf(count, mean) + 1e-9).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 500), min_size=2, max_size=20), st.integers(0, 10**6))
def test_a_higher_mean_never_gives_a_lower_count(means: list[float], who: int) -> None:
    counts = STREAMS.poisson("posts", np.sort(means), who)
    assert (np.diff(counts) >= 0).all()


def test_the_greatest_uniform_number_gives_a_count_that_could_be() -> None:
    means = np.array([0.1, 1.0, 5.0, 30.0, 100.0, 500.0])
    counts = Loaded(1, TOP).poisson("posts", means, np.arange(6))
    assert (counts <= means + 9 * np.sqrt(means) + 20).all()


@pytest.mark.parametrize("mean", [0.0, 0.3, 4.0, 90.0, 500.0])
def test_poisson_counts_have_the_mean_and_variance_told(mean: float) -> None:
    counts = STREAMS.poisson("count", mean, MANY[:40_000])
    assert counts.mean() == pytest.approx(mean, abs=5 * np.sqrt(mean / 40_000))
    assert counts.var() == pytest.approx(mean, rel=0.05)
    assert counts.dtype == np.int64


def test_every_row_has_its_own_mean() -> None:
    means = np.array([[0.0, 200.0], [3.0, 0.0]])
    counts = STREAMS.poisson("own", means, [[0], [1]], [0, 1])
    assert counts.shape == (2, 2)
    assert (counts == 0).tolist() == [[True, False], [False, True]]
    assert counts[1, 0] == STREAMS.poisson("own", 3.0, 1, 0)


# Choices


@pytest.mark.parametrize("shares", [[0.2, 0.5, 0.3], [0.0, 0.9, 0.0, 0.1, 0.0], [1.0]])
def test_choices_fall_as_often_as_their_shares(shares: list[float]) -> None:
    counts = np.bincount(STREAMS.choice("pick", shares, MANY), minlength=len(shares))
    np.testing.assert_allclose(counts / len(MANY), shares, atol=0.006)
    assert len(counts) == len(shares)
    assert all((count > 0) == (share > 0) for count, share in zip(counts, shares, strict=True))


SHARES = st.lists(st.sampled_from([0.0, 0.1, 0.3, 1 / 3, 1e-12]), min_size=1, max_size=8).filter(any)


@settings(max_examples=200, deadline=None)
@given(SHARES, st.sampled_from([0.0, 2.0**-53, 0.25, 0.5, 1 - 2.0**-52, TOP]))
def test_what_has_no_share_is_never_chosen_whatever_the_shares_add_up_to(shares: list[float], u: float) -> None:
    chosen = int(Loaded(1, u).choice("pick", shares, 1))
    assert 0 <= chosen < len(shares)
    assert shares[chosen] > 0
    assert sum(shares[:chosen]) <= u * sum(shares) + 1e-9
    assert u * sum(shares) <= sum(shares[: chosen + 1]) + 1e-9
