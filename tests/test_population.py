"""The crowd: shares are exact, rates have their means, tails are heavy, and everything hangs on the user id alone."""

import numpy as np
import pytest
from scipy.special import gammaincinv, ndtr

from feedsim.world.crowd import SLANT_PULL, build_users, cast_actors, levels_of, tastes, topic_slant
from feedsim.world.edges import graph_of
from feedsim.world.latents import correlation_matrix, draw_latents, followee_mean, smooth
from feedsim.world.normal import cut, lognormal, normal_scores, ranks
from feedsim.world.population import Actor, Group, Population, Trait
from feedsim.world.rng import Streams
from feedsim.world.users import ACTORS, BOT, ORDINARY, PUBLISHER, SUPERSHARER, Users

STREAMS = Streams(3)


def people(population: Population) -> Users:
    return build_users(population, STREAMS, draw_latents(population, STREAMS))


@pytest.fixture(scope="module")
def default() -> Users:
    return people(Population(users=40_000))


def test_ranks_give_ties_to_the_smaller_id() -> None:
    assert ranks([5.0, 1.0, 5.0, 0.0]).tolist() == [2, 1, 3, 0]


def test_normal_scores_of_two_are_the_quartiles() -> None:
    np.testing.assert_allclose(normal_scores([7.0, -1.0]), [0.6744898, -0.6744898], rtol=1e-6)


def test_levels_are_cut_from_the_lowest_up_in_exact_shares() -> None:
    assert cut([0.3, -2.0, 1.5, 0.1, 9.0], [0.4, 0.2, 0.4]).tolist() == [1, 0, 2, 0, 2]


def test_one_level_with_everybody_leaves_nobody_over() -> None:
    assert cut([3.0, 1.0, 2.0], [0.0, 1.0, 0.0]).tolist() == [1, 1, 1]


@pytest.mark.parametrize(("mean", "spread", "low", "high"), [(0.8, 2.1, 0, 100), (55, 1.3, 1, 200), (3, 0, 0, 9)])
def test_a_lognormal_held_in_limits_keeps_its_mean(mean: float, spread: float, low: float, high: float) -> None:
    z = normal_scores(np.arange(1_000_001))
    x = lognormal(z, mean, spread, low, high)
    assert x.mean() == pytest.approx(mean, rel=2e-3)
    assert low <= x.min()
    assert x.max() <= high


def test_a_mean_out_of_the_limits_comes_as_near_as_they_let_it() -> None:
    z = np.array([-1.0, 0.0, 1.0])
    assert lognormal(z, 500.0, 0.5, 0.0, 100.0).tolist() == [100.0] * 3
    assert lognormal(z, 0.2, 0.5, 1.0, 100.0).tolist() == [1.0] * 3
    assert lognormal(z, 0.0, 0.5, 0.0, 100.0).tolist() == [0.0] * 3


def test_a_lognormal_without_limits_has_the_textbook_median() -> None:
    assert lognormal(np.zeros(1), 2.0, 1.0, 0.0, 1e12)[0] == pytest.approx(2 * np.exp(-0.5))


def test_group_shares_are_exact(default: Users) -> None:
    assert {name: np.bincount(codes).tolist() for name, codes in default.groups.items()} == {
        "leaning": [14_000, 12_000, 14_000],
        "age": [8_800, 10_400, 13_600, 7_200],
        "dialect": [34_800, 5_200],
        "language": [32_000, 8_000],
    }


def test_levels_are_named_in_the_order_of_their_codes() -> None:
    assert levels_of(Population())["leaning"] == ("left", "centre", "right")


def test_leaning_is_uniform_and_its_levels_are_cut_from_it(default: Users) -> None:
    np.testing.assert_allclose(np.sort(default.leaning), np.linspace(-1, 1, 40_001)[:-1] + 1 / 40_000, atol=1e-6)
    left, centre, right = (default.leaning[default.groups["leaning"] == code] for code in range(3))
    assert left.max() < centre.min() < centre.max() < right.min()


def test_leaning_is_drawn_where_no_attribute_has_its_name() -> None:
    groups = {"age": Group(shares={"young": 0.5, "old": 0.5})}
    users = people(Population(users=10, groups=groups))
    np.testing.assert_allclose(np.sort(users.leaning), np.arange(-0.9, 1, 0.2), atol=1e-6)
    assert list(users.groups) == ["age"]


def test_correlations_hold_between_the_scores_whichever_side_gives_them() -> None:
    pair = {"a": Group(shares={"x": 0.5, "y": 0.5}), "b": Group(shares={"x": 0.5, "y": 0.5}, correlations={"a": 0.6})}
    population = Population(users=40_000, groups=pair)
    assert correlation_matrix(population).tolist() == [[1, 0.6, 0], [0.6, 1, 0], [0, 0, 1]]
    scores = draw_latents(population, STREAMS).groups
    assert np.corrcoef([scores["a"], scores["b"], scores["leaning"]])[0] == pytest.approx([1, 0.6, 0], abs=0.02)


@pytest.mark.parametrize(
    ("correlations", "says"),
    [
        ({"a": {"d": 0.5}}, "population.groups.a.correlations.d: should name another attribute: b, c, leaning"),
        ({"a": {"b": 0.5}, "b": {"a": 0.4}}, "population.groups.b.correlations.a: is 0.4, but the other side"),
        ({"a": {"b": 0.9, "c": 0.9}, "b": {"c": -0.9}}, "cannot all hold at once"),
    ],
)
def test_correlations_that_make_no_sense_are_refused(correlations: dict[str, dict[str, float]], says: str) -> None:
    halves = {"x": 0.5, "y": 0.5}
    groups = {name: Group(shares=halves, correlations=correlations.get(name, {})) for name in "abc"}
    with pytest.raises(ValueError, match=says):
        correlation_matrix(Population(groups=groups))


def test_actors_have_their_shares_and_everybody_else_is_ordinary() -> None:
    """Shares that all differ, so that no kind passes for another."""
    shares = {"supersharer": 0.1, "bot": 0.05, "coordinated": 0.02, "hate_producer": 0.2, "publisher": 0.03}
    actors = {name: Actor(share=share, kinds={"news": 1.0}) for name, share in shares.items()}
    cast = people(Population(users=1_000, actors=actors)).actor
    assert {name: int((cast == code).sum()) for code, name in enumerate(ACTORS)} == {
        "ordinary": 600, "supersharer": 100, "bot": 50, "coordinated": 20, "hate_producer": 200, "publisher": 30,
    }  # fmt: skip


def test_more_bots_leave_the_other_actors_nearly_as_they_were() -> None:
    population = Population(users=40_000)
    more = {**population.actors, "bot": population.actors["bot"].model_copy(update={"share": 0.02})}
    few, many = cast_actors(population, STREAMS), cast_actors(population.model_copy(update={"actors": more}), STREAMS)
    assert np.all(many[few == BOT] == BOT)
    others = (few != BOT) & (few != ORDINARY)
    # Of 560 others, those of a later lot lose 1 % of their places to the new bots.
    assert (many[others] == few[others]).mean() > 0.97


def test_publishers_sit_on_the_best_followed() -> None:
    population = Population(users=10, actors={"publisher": Actor(share=0.2, kinds={"news": 1.0})})
    followers = np.array([0, 9, 1, 2, 8, 0, 3, 4, 5, 6], np.int32)
    assert np.flatnonzero(cast_actors(population, STREAMS, followers) == PUBLISHER).tolist() == [1, 4]


def test_the_top_tenth_write_four_fifths_of_posts(default: Users) -> None:
    posts = np.sort(default.posts_per_day)[::-1]
    assert posts[:4_000].sum() / posts.sum() == pytest.approx(0.8, abs=0.04)  # A01


def test_the_top_three_in_a_hundred_make_half_of_interactions(default: Users) -> None:
    pace = np.sort(default.sessions_per_day * np.exp(default.reactivity))[::-1]
    assert pace[:1_200].sum() / pace.sum() == pytest.approx(0.52, abs=0.06)  # A08


def test_rates_have_the_means_they_are_given(default: Users) -> None:
    said = Population()
    by_actor = {name: default.posts_per_day[default.actor == code].mean() for code, name in enumerate(ACTORS)}
    means = {name: actor.posts_per_day for name, actor in said.actors.items()}
    assert by_actor == pytest.approx({"ordinary": said.posts_per_day, **means}, rel=0.15)
    assert default.sessions_per_day.mean() == pytest.approx(said.sessions_per_day, rel=0.02)
    assert default.posts_per_day.max() <= 100
    assert default.sessions_per_day.max() <= 24


def test_who_posts_more_comes_more_often(default: Users) -> None:
    ordinary = default.actor == ORDINARY
    posts, sessions = np.log(default.posts_per_day[ordinary]), np.log(default.sessions_per_day[ordinary])
    assert np.corrcoef(posts, sessions)[0, 1] == pytest.approx(0.3, abs=0.03)


def test_actors_without_a_mean_of_their_own_are_like_everybody_else() -> None:
    plain = Population(users=1_000, actors={})
    bots = Population(users=1_000, actors={"bot": Actor(share=0.5, kinds={"news": 1.0})})
    np.testing.assert_array_equal(people(plain).posts_per_day, people(bots).posts_per_day)


def test_modifiers_multiply_rates_and_add_to_scores() -> None:
    def build(modifiers: dict[str, dict[Trait, float]]) -> Users:
        group = Group(shares={"f": 0.5, "m": 0.5}, modifiers=modifiers)
        return people(Population(users=200, actors={}, groups={"sex": group}))

    changes: dict[Trait, float] = {
        "posts_per_day": 0.5,
        "sessions_per_day": 0.25,
        "reactivity": 1.5,
        "discernment": -2,
        "harm_aversion": -50,
    }
    plain, changed = build({}), build({"m": changes})
    m, f = plain.groups["sex"] == 1, plain.groups["sex"] == 0
    np.testing.assert_allclose(changed.posts_per_day[m], plain.posts_per_day[m] / 2, rtol=1e-6)
    np.testing.assert_allclose(changed.sessions_per_day[m], plain.sessions_per_day[m] / 4, rtol=1e-6)
    np.testing.assert_allclose(changed.reactivity[m], plain.reactivity[m] + 1.5, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(changed.discernment[m], plain.discernment[m] - 2, rtol=1e-5, atol=1e-6)
    assert np.all(changed.harm_aversion[m] == 0)
    for name in ("posts_per_day", "sessions_per_day", "reactivity", "discernment", "harm_aversion"):
        np.testing.assert_array_equal(getattr(changed, name)[f], getattr(plain, name)[f])


def test_scores_have_the_spreads_they_are_given() -> None:
    users = people(Population(users=40_000, groups={}, reactivity_spread=1.2, discernment_spread=0.4))
    spreads = [users.reactivity.std(), users.discernment.std(), np.log(users.harm_aversion).std()]
    assert spreads == pytest.approx([1.2, 0.4, 0.5], rel=0.02)
    assert [users.reactivity.mean(), users.discernment.mean()] == pytest.approx([0, 0], abs=0.02)
    assert users.harm_aversion.mean() == pytest.approx(1, rel=0.02)


def test_tastes_are_gamma_numbers_over_their_mean_tilted_by_slant() -> None:
    z = np.array([[-1.5, 0.0, 2.0], [0.3, -0.2, -6.0]], np.float32)
    leaning = np.array([0.5, -1.0], np.float32)
    taste = gammaincinv(0.3, ndtr(z.astype(float))) * np.exp(SLANT_PULL * leaning[:, None] * [-1.0, 0.0, 1.0])
    twin = taste / taste.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(tastes(Population(topics=3), z, leaning), twin, rtol=1e-4)


def test_tastes_have_the_spread_of_a_dirichlet(default: Users) -> None:
    topics, a = 16, 0.3
    np.testing.assert_allclose(default.interest.mean(axis=1), 1, rtol=1e-5)
    # Of shares of attention: (1/T)(1 - 1/T)/(T a + 1); of interest, T squared of that. The slant adds a little.
    assert default.interest.var() == pytest.approx((topics - 1) / (topics * a + 1), rel=0.05)


def test_hardly_concentrated_tastes_stay_finite() -> None:
    users = people(Population(users=500, interest_concentration=0.005))
    assert np.isfinite(users.interest).all()


def test_topics_slant_evenly_and_draw_their_side(default: Users) -> None:
    slant = topic_slant(16)
    assert slant[[0, 15]].tolist() == [-1, 1]
    pull = [np.corrcoef(default.leaning, default.interest[:, topic])[0, 1] for topic in range(16)]
    assert np.corrcoef(slant, pull)[0, 1] > 0.95


def test_a_bigger_world_gives_the_same_people_the_same_scores() -> None:
    small, big = draw_latents(Population(users=20), STREAMS), draw_latents(Population(users=30), STREAMS)
    np.testing.assert_array_equal(big.interest[:20], small.interest)
    for name, scores in small.groups.items():
        np.testing.assert_array_equal(big.groups[name][:20], scores)


def test_people_differ_by_seed_alone() -> None:
    population = Population(users=50)
    one, same, other = (build_users(population, s, draw_latents(population, s)) for s in map(Streams, (1, 1, 2)))
    for name in ("sessions_per_day", "posts_per_day", "interest", "leaning", "discernment", "reactivity"):
        np.testing.assert_array_equal(getattr(one, name), getattr(same, name))
        assert not np.array_equal(getattr(one, name), getattr(other, name))


def test_the_mean_of_followees_is_that_of_a_loop() -> None:
    graph = graph_of(np.array([0, 0, 2]), np.array([1, 2, 1]), 4, directed=True)
    z = np.array([1.0, 2.0, 5.0, 7.0])
    assert followee_mean(graph.start, graph.followee, z).tolist() == [3.5, 0, 2, 0]


def test_smoothing_makes_neighbours_alike_and_leaves_the_marginals_alone() -> None:
    ring = np.arange(2_000)
    graph = graph_of(ring, (ring + 1) % 2_000, 2_000, directed=False)
    own = draw_latents(Population(users=2_000, topics=2), STREAMS)
    alike = []
    for homophily in (0.0, 0.4, 0.8):
        z = smooth(own, graph, homophily).groups["leaning"]
        alike.append(np.corrcoef(z, np.roll(z, 1))[0, 1])
        assert [z.mean(), z.std()] == pytest.approx([0, 1], abs=0.05)
    assert alike[0] == pytest.approx(0, abs=0.06)
    assert alike[1] > 0.3
    assert alike[2] > alike[1] + 0.2


def test_smoothing_leaves_people_without_friends_in_their_place() -> None:
    graph = graph_of(np.array([], np.int64), np.array([], np.int64), 20, directed=True)
    own = draw_latents(Population(users=20), STREAMS)
    np.testing.assert_array_equal(smooth(own, graph, 0.6).groups["leaning"], own.groups["leaning"])


def test_supersharers_are_a_kind_of_actor_that_posts_much(default: Users) -> None:
    assert np.median(default.posts_per_day[default.actor == SUPERSHARER]) > 100 * np.median(default.posts_per_day)
