"""Who follows whom: the shape of the graph, the kernels against plain loops, and graphs from files."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from feedsim.world.arrays import Codes, Ints, Keys, Longs
from feedsim.world.communities import CHOICES, Communities, found_communities, join
from feedsim.world.crowd import build_users
from feedsim.world.edges import count_followers, graph_of, read_edges
from feedsim.world.following import SAME_LANGUAGE, TRIES, close_gaps, follow
from feedsim.world.graph import EdgeListGraph, GeneratedGraph
from feedsim.world.growth import followees_wanted, grow_graph, pools_of
from feedsim.world.latents import draw_latents
from feedsim.world.pools import Pools, bend_of, divide, first_share, flattened, pick
from feedsim.world.population import Actor, Group, Population, Trait
from feedsim.world.rng import Streams, hashed
from feedsim.world.society import build_people
from feedsim.world.users import COORDINATED, PUBLISHER, Users
from feedsim.world.world import Graph

STREAMS = Streams(5)
TO_UNIT = 2.0**-53


def society(users: int, block: GeneratedGraph, threads: int = 1) -> tuple[Users, Graph]:
    return build_people(Population(users=users), block, STREAMS, threads)[:2]


def sources(graph: Graph) -> Longs:
    return np.repeat(np.arange(graph.start.size - 1), np.diff(graph.start))


def same_side(users: Users, graph: Graph) -> float:
    """Share of follows between people on one side of the middle; by chance a half."""
    return float((np.sign(users.leaning[sources(graph)]) == np.sign(users.leaning[graph.followee])).mean())


def unit(h: Keys) -> float:
    """The uniform number of a hash, as in rng.py."""
    return float((int(h) >> 11) * TO_UNIT)


@pytest.fixture(scope="module")
def default() -> tuple[Users, Graph]:
    return society(20_000, GeneratedGraph())


def test_followees_ascend_once_each_and_never_oneself(default: tuple[Users, Graph]) -> None:
    _, graph = default
    inside = sources(graph)[1:] == sources(graph)[:-1]
    assert np.all(np.diff(graph.followee)[inside] > 0)
    assert not np.any(sources(graph) == graph.followee)
    assert graph.start[0] == 0
    assert graph.start[-1] == graph.followee.size
    np.testing.assert_array_equal(graph.followers, np.bincount(graph.followee, minlength=20_000))


def test_types_are_those_of_the_world(default: tuple[Users, Graph]) -> None:
    _, graph = default
    assert [str(c.dtype) for c in (graph.start, graph.followee, graph.followers)] == ["int64", "int32", "int32"]


def test_everybody_follows_somebody_and_the_mean_is_as_told(default: tuple[Users, Graph]) -> None:
    follows = np.diff(default[1].start)
    assert follows.min() >= 1
    assert follows.mean() == pytest.approx(55, rel=0.03)
    assert np.median(follows) < 0.5 * follows.mean()


def exponent(followers: Ints, low: int, high: int) -> float:
    """Of a discrete power law held in [low, high], by maximum likelihood (Clauset, Shalizi and Newman 2009)."""
    x, k = followers[(followers >= low) & (followers <= high)], np.arange(low, high + 1.0)
    tried = np.linspace(1.05, 6, 1_000)
    loss = [a * np.log(x).mean() + np.log((k**-a).sum()) for a in tried]
    return float(tried[np.argmin(loss)])


@pytest.mark.parametrize(("mean", "low"), [(35.0, 10), (55.0, 16)])
def test_followers_fall_by_a_power_law_over_the_lower_range(mean: float, low: int) -> None:
    # C01: 2.276 on a graph with 35 follows a person, from 10 followers on; with more follows the range begins higher.
    _, graph = society(20_000, GeneratedGraph(mean_followees=mean))
    assert 2.0 < exponent(graph.followers, low, 400) < 2.6


def test_a_larger_exponent_gives_lighter_tails() -> None:
    tails = [
        np.quantile(society(5_000, GeneratedGraph(follower_exponent=a, within_share=1.0))[1].followers, 0.99)
        for a in (1.8, 2.3, 4.0)
    ]
    assert tails[0] > tails[1] > tails[2]


def test_nobody_is_followed_by_much_more_than_a_fifth_of_all(default: tuple[Users, Graph]) -> None:
    assert default[1].followers.max() < 0.2 * 20_000


def test_those_who_post_much_follow_more_and_are_followed_more(default: tuple[Users, Graph]) -> None:
    users, graph = default
    top = users.posts_per_day > np.quantile(users.posts_per_day, 0.9)
    follows = np.diff(graph.start)
    assert np.median(follows[top]) > 2 * np.median(follows[~top])  # sign of A02
    assert np.median(graph.followers[top]) > 1.5 * np.median(graph.followers[~top])


def test_publishers_are_followed_many_times_as_often(default: tuple[Users, Graph]) -> None:
    users, graph = default
    assert graph.followers[users.actor == PUBLISHER].mean() > 10 * graph.followers.mean()


def test_homophily_joins_people_of_one_side_and_without_it_chance_does() -> None:
    shares = [same_side(*society(10_000, GeneratedGraph(homophily=h))) for h in (0.0, 3.0, 8.0)]
    assert shares[0] == pytest.approx(0.5, abs=0.03)
    assert shares[1] > 0.57
    assert shares[2] > shares[1]


def test_follows_across_languages_are_rare(default: tuple[Users, Graph]) -> None:
    users, graph = default
    language = users.groups["language"]
    # By chance 0.8 * 0.8 + 0.2 * 0.2 = 0.68.
    assert (language[sources(graph)] == language[graph.followee]).mean() > 0.95


def test_within_share_is_the_share_of_follows_inside_the_community(default: tuple[Users, Graph]) -> None:
    users, _ = default
    block = GeneratedGraph(mean_followees=10.0, followees_spread=0.3)
    graph = grow_graph(block, Population(users=20_000), users, STREAMS)
    home = pools_of(block, users, np.arange(20_000, dtype=np.int32), STREAMS)[2].of
    # The far follows meet one's own community by chance, hence a little more.
    assert (home[sources(graph)] == home[graph.followee]).mean() == pytest.approx(0.61, abs=0.015)


def test_threads_change_nothing() -> None:
    one, two = society(3_000, GeneratedGraph(), 1)[1], society(3_000, GeneratedGraph(), 2)[1]
    np.testing.assert_array_equal(one.start, two.start)
    np.testing.assert_array_equal(one.followee, two.followee)


def test_the_smallest_world_has_a_graph() -> None:
    _, graph = society(10, GeneratedGraph())
    # A quarter of ten, rounded down, is all that one may follow.
    assert np.diff(graph.start).tolist() == [2] * 10


def test_coordinated_accounts_follow_each_other() -> None:
    population = Population(users=400, actors={"coordinated": Actor(share=0.05, kinds={"civic": 1.0})})
    users, graph, _ = build_people(population, GeneratedGraph(mean_followees=5.0), STREAMS)
    crew = np.flatnonzero(users.actor == COORDINATED)
    assert crew.size == 20
    for user in crew:
        follows = graph.followee[graph.start[user] : graph.start[user + 1]]
        assert set(crew) - {user} <= set(follows)
        assert np.all(np.diff(follows) > 0)


def test_modifiers_change_how_many_follow_and_are_followed() -> None:
    modifiers: dict[str, dict[Trait, float]] = {"loud": {"followees": 2.0, "followers": 2.0}}
    group = Group(shares={"quiet": 0.5, "loud": 0.5}, modifiers=modifiers)
    users, graph, _ = build_people(Population(users=10_000, groups={"voice": group}), GeneratedGraph(), STREAMS)
    loud = users.groups["voice"] == 1
    follows = np.diff(graph.start)
    assert follows[loud].mean() / follows[~loud].mean() == pytest.approx(2, rel=0.15)
    assert graph.followers[loud].mean() / graph.followers[~loud].mean() == pytest.approx(2, rel=0.4)


def test_followees_wanted_keep_the_mean_without_spread() -> None:
    population = Population(users=1_000)
    users = build_users(population, STREAMS, draw_latents(population, STREAMS))
    wanted = followees_wanted(GeneratedGraph(mean_followees=7.5, followees_spread=0.0), population, users, STREAMS)
    assert set(wanted) == {7, 8}
    assert wanted.mean() == pytest.approx(7.5, abs=0.06)


def test_a_pool_lists_its_members_by_popularity() -> None:
    pools = divide(np.array([1, 0, 1, 0, 1], np.int32), np.array([4, 3, 0, 1, 2], np.int32), -0.5, 1.0, 0.2)
    assert pools.members.tolist() == [3, 1, 4, 0, 2]
    assert pools.first.tolist() == [0, 2, 5]


@pytest.mark.parametrize("exponent_of_followers", [1.6, 2.0, 2.276, 4.0])
def test_picks_follow_the_power_of_rank(exponent_of_followers: float) -> None:
    n, bend = 50, bend_of(exponent_of_followers)
    pools = divide(np.zeros(n, np.int32), np.arange(n, dtype=np.int32), bend, 1.0, 0.2)
    picked = np.bincount([pick(pools, 0, u) for u in (np.arange(40_000) + 0.5) / 40_000], minlength=n) / 40_000
    edges = np.arange(n + 1) + pools.head[0]
    # The integral of (rank + head) ** -(1 / (exponent - 1)) over each rank, by the trapezoid rule.
    fine = np.array([np.trapezoid(np.linspace(a, a + 1, 200) ** (bend - 1), dx=1 / 199) for a in edges[:-1]])
    np.testing.assert_allclose(picked, fine / fine.sum(), atol=1e-4)


def test_heads_are_flattened_until_the_first_keeps_below_the_ceiling() -> None:
    sizes = np.array([1_000, 100_000])
    head = flattened(sizes, 0.2, 40.0, 0.2)
    assert np.all(40 * first_share(head, sizes, 0.2) <= 0.2)
    assert np.all(40 * first_share(head / 1.1, sizes, 0.2) > 0.2)


def follow_in_python(
    base: np.uint64,
    user: int,
    wanted: int,
    crew: Ints,
    everybody: Pools,
    language: Pools,
    community: Pools,
    within: float,
) -> list[int]:
    """What `follow` does for one user, with a set and Python numbers."""
    followed: set[int] = set()
    inside = 0
    home, tongue = int(community.of[user]), int(language.of[user])
    room = (community.first[home + 1] - community.first[home]) // 2
    for n in range(wanted):
        at_home = unit(hashed(base, [user, n])) < within and inside < room
        in_language = unit(hashed(base, [user, n, TRIES])) < SAME_LANGUAGE
        for attempt in range(TRIES):
            pools, pool = (community, home) if at_home else (language, tongue) if in_language else (everybody, 0)
            if attempt >= TRIES * 2 / 3:
                pools, pool = everybody, 0
            u = unit(hashed(base, [user, n, attempt]))
            first, end = pools.first[pool], pools.first[pool + 1]
            rank = (pools.low[pool] + u * pools.span[pool]) ** (1 / pools.bend) - pools.head[pool]
            other = int(pools.members[first + min(max(int(rank), 0), end - first - 1)])
            if other != user and other not in followed:
                followed.add(other)
                inside += at_home
                break
    if user in crew:
        seat = list(crew).index(user)
        followed |= {int(crew[(seat + step) % len(crew)]) for step in range(1, len(crew))}
    return sorted(followed)


def three_pools(n: int) -> tuple[Pools, Pools, Pools]:
    order = np.argsort(STREAMS.uniform("order", np.arange(n))).astype(np.int32)
    of = [np.arange(n, dtype=np.int32) % pools for pools in (1, 2, 6)]
    return (
        divide(of[0], order, -0.5, 3.0, 0.2),
        divide(of[1], order, -0.5, 3.0, 0.2),
        divide(of[2], order, 0.2, 3.0, 0.8),
    )


def test_following_is_that_of_a_plain_loop() -> None:
    n = 48
    pools = three_pools(n)
    wanted = 1 + np.arange(n) % 12
    crew = np.array([3, 7, 20, 41], np.int32)
    start = np.concatenate([[0], np.cumsum(wanted + np.where(np.isin(np.arange(n), crew), 3, 0))])
    followee = np.full(start[-1], -1, np.int32)
    base = STREAMS.base("follow")
    found = follow(base, wanted, start, crew, *pools, 0.6, followee)
    twin = [follow_in_python(base, user, wanted[user], crew, *pools, 0.6) for user in range(n)]
    assert [followee[start[user] : start[user] + found[user]].tolist() for user in range(n)] == twin


def test_gaps_are_closed_in_place() -> None:
    start, found = np.array([0, 3, 4, 7]), np.array([2, 0, 3])
    followee = np.array([5, 6, -1, -1, 7, 8, 9], np.int32)
    assert close_gaps(start, found, followee) == 5
    assert start.tolist() == [0, 2, 2, 5]
    assert followee[:5].tolist() == [5, 6, 7, 8, 9]


def test_communities_are_founded_by_language_in_proportion() -> None:
    language = np.repeat(np.array([0, 1], np.int8), [900, 200])
    communities = found_communities(language, 4, 100, STREAMS)
    assert communities.first.tolist() == [0, 9, 11]
    assert np.all(np.abs(communities.leaning) <= 1)
    assert set(communities.topic) <= {0, 1, 2, 3}


def join_in_python(users: Users, language: Codes, c: Communities, homophily: float) -> list[int]:
    """What `join` does, row by row."""
    joined = []
    for user in range(len(users)):
        start, end = (int(c.first[language[user] + shift]) for shift in (0, 1))
        draws = [int(unit(STREAMS.hashes("community choice", user, j)) * (end - start)) for j in range(CHOICES)]
        offered = [start + place for place in (draws if end - start > CHOICES else range(end - start))]
        scores = []
        for community in offered:
            taste = float(users.interest[user, c.topic[community]])
            closeness = 1 - abs(float(users.leaning[user]) - c.leaning[community]) + taste / (1 + taste)
            luck = STREAMS.uniform("community appeal", user, community)
            scores.append(homophily * closeness - np.log(-np.log(luck)))
        joined.append(offered[int(np.argmax(scores))])
    return joined


def test_joining_is_that_of_a_plain_loop() -> None:
    population = Population(users=300)
    users = build_users(population, STREAMS, draw_latents(population, STREAMS))
    language = users.groups["language"]
    communities = found_communities(language, 16, 20, STREAMS)
    assert communities.first.tolist() == [0, 12, 15]
    joined = join(users, language, communities, 3.0, STREAMS)
    assert joined.tolist() == join_in_python(users, language, communities, 3.0)


def test_a_graph_without_languages_is_grown_too() -> None:
    population = Population(users=500, groups={})
    users = build_users(population, STREAMS, draw_latents(population, STREAMS))
    graph = grow_graph(GeneratedGraph(mean_followees=8.0), population, users, STREAMS)
    assert np.diff(graph.start).mean() == pytest.approx(8, rel=0.15)


def test_an_edge_list_loses_duplicates_and_self_loops() -> None:
    graph = graph_of(np.array([2, 0, 0, 1, 2]), np.array([0, 2, 2, 1, 1]), 4, directed=True)
    assert graph.start.tolist() == [0, 1, 1, 3, 3]
    assert graph.followee.tolist() == [2, 0, 1]
    assert graph.followers.tolist() == [1, 1, 1, 0]


def test_an_undirected_edge_is_followed_both_ways() -> None:
    graph = graph_of(np.array([0, 1]), np.array([1, 2]), 3, directed=False)
    assert graph.start.tolist() == [0, 1, 3, 4]
    assert graph.followee.tolist() == [1, 0, 2, 1]


@pytest.mark.parametrize(("source", "target", "says"), [(0, 3, "target has user 3"), (-1, 0, "source has user -1")])
def test_ids_that_are_no_users_are_refused(source: int, target: int, says: str) -> None:
    with pytest.raises(ValueError, match=rf"{says}; ids should be from 0 to 2"):
        graph_of(np.array([source]), np.array([target]), 3, directed=True)


def test_csv_and_parquet_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "edges.csv").write_text("weight,target,source\n0.5,1,0\n0.1,2,1\n")
    parquet.write_table(pa.table({"source": [0, 1], "target": [1, 2]}), tmp_path / "edges.parquet")
    for name in ("edges.csv", "edges.parquet"):
        source, target = read_edges(str(tmp_path / name))
        assert (source.tolist(), target.tolist()) == ([0, 1], [1, 2])


def test_followers_are_counted() -> None:
    assert count_followers(np.array([2, 0, 2], np.int32), 4).tolist() == [1, 0, 2, 0]


def test_people_of_an_edge_list_have_exact_shares_and_publishers_the_most_followers(tmp_path: Path) -> None:
    hub = "\n".join(f"{user},0" for user in range(1, 20))
    (tmp_path / "edges.csv").write_text(f"source,target\n{hub}\n")
    population = Population(users=20, actors={"publisher": Actor(share=0.05, kinds={"news": 1.0})})
    block = EdgeListGraph(kind="edges", path=str(tmp_path / "edges.csv"))
    users, graph, levels = build_people(population, block, STREAMS)
    assert np.flatnonzero(users.actor == PUBLISHER).tolist() == [0]
    assert graph.followers.tolist() == [19] + [0] * 19
    assert np.bincount(users.groups["leaning"]).tolist() == [7, 6, 7]
    assert levels["dialect"] == ("majority", "minority")


@pytest.mark.realdata
def test_facebook_friends_have_the_published_degrees_and_homophily_makes_them_alike() -> None:
    if "FEEDSIM_DATA" not in os.environ:
        pytest.skip("FEEDSIM_DATA names no folder of real data")
    alike = []
    for homophily in (0.0, 0.3, 0.6, 0.9):
        path = "${FEEDSIM_DATA}/facebook_friends_edges.csv"
        block = EdgeListGraph(kind="edges", path=path, directed=False, homophily=homophily)
        users, graph, _ = build_people(Population(users=4_039), block, STREAMS, threads=2)
        alike.append(np.corrcoef(users.leaning[sources(graph)], users.leaning[graph.followee])[0, 1])
    degree = np.diff(graph.start)
    # C06: ego-Facebook, 4,039 people and 88,234 friendships.
    assert (graph.followee.size, np.median(degree), degree.max()) == (2 * 88_234, 25, 1_045)
    assert degree.mean() == pytest.approx(43.7, abs=0.05)
    assert alike[0] == pytest.approx(0, abs=0.05)
    assert np.all(np.diff(alike) > 0.05)
