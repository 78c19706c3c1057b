"""Growth of a follow graph: who is popular, how many each person follows, and from which pools."""

import numpy as np

from feedsim.world.arrays import Ints, Longs
from feedsim.world.communities import found_communities, join
from feedsim.world.crowd import factor
from feedsim.world.edges import count_followers
from feedsim.world.following import CREW, close_gaps, follow
from feedsim.world.graph import GeneratedGraph
from feedsim.world.normal import lognormal, normal_scores, ranks, together
from feedsim.world.pools import Pools, bend_of, divide
from feedsim.world.population import Population
from feedsim.world.rng import Streams
from feedsim.world.users import ACTORS, COORDINATED, Users
from feedsim.world.world import Graph

MOST_FOLLOWEES = 5000
"""Nobody follows more (the cap on Kuaishou, C05), nor more than a quarter of all users (assumption)."""
FOLLOWEES_WITH_POSTS = 0.4
"""Correlation of normal scores: who posts more follows more (sign: Wojcik and Hughes 2019, A02; size: assumption)."""
FOLLOWERS_WITH_POSTS = 0.5
"""Correlation of normal scores: who posts more is followed more (sign: A02; size: assumption)."""
FAR_EXPONENT = 1.6
"""Of the weights of those followed from outside the community: a heavier top than a power law through the lower range
would have, as Kwak et al. 2010 (C01) found on Twitter; the number is an assumption."""
CEILING, COMMUNITY_CEILING = 0.2, 0.8
"""Most of all users, and of a community, that follow one person, so that the top is flattened (assumption)."""


def grow_graph(block: GeneratedGraph, population: Population, users: Users, streams: Streams) -> Graph:
    """The follow graph; the same for any number of threads."""
    order = by_popularity(block, population, users, streams)
    pools = pools_of(block, users, order, streams)
    wanted = followees_wanted(block, population, users, streams)
    crew = np.flatnonzero(users.actor == COORDINATED).astype(np.int32)
    room = wanted + np.where(users.actor == COORDINATED, min(CREW, max(crew.size - 1, 0)), 0)
    start = np.concatenate([[0], np.cumsum(room)])
    followee = np.empty(start[-1], np.int32)
    found = follow(streams.base("follow"), wanted, start, crew, *pools, block.within_share, followee)
    edges = close_gaps(start, found, followee)
    return Graph(start, followee[:edges], count_followers(followee[:edges], len(users)))


def by_popularity(block: GeneratedGraph, population: Population, users: Users, streams: Streams) -> Ints:
    """(U,) users in order of popularity, the most popular first."""
    own = streams.normal("popularity", np.arange(len(users)))
    score = together(FOLLOWERS_WITH_POSTS, normal_scores(users.posts_per_day), own)
    weight = (len(users) - ranks(score)) ** (bend_of(block.follower_exponent) - 1)
    weight = weight * factor(population, users.groups, "followers")
    for name, actor in population.actors.items():
        weight[users.actor == ACTORS.index(name)] *= actor.popularity
    return np.argsort(-weight, kind="stable").astype(np.int32)


def pools_of(block: GeneratedGraph, users: Users, order: Ints, streams: Streams) -> tuple[Pools, Pools, Pools]:
    """Whom one may follow: everybody, those of one's language, those of one's community."""
    nobody_differs = np.zeros(len(users), np.int8)
    language = users.groups.get("language", nobody_differs)
    communities = found_communities(language, users.interest.shape[1], block.community_users, streams)
    community = join(users, language, communities, block.homophily, streams)
    near, far = block.mean_followees * block.within_share, block.mean_followees * (1 - block.within_share)
    bend, far_bend = bend_of(block.follower_exponent), bend_of(FAR_EXPONENT)
    return (
        divide(nobody_differs.astype(np.int32), order, far_bend, far, CEILING),
        divide(language.astype(np.int32), order, far_bend, far, CEILING),
        divide(community, order, bend, near, COMMUNITY_CEILING),
    )


def followees_wanted(block: GeneratedGraph, population: Population, users: Users, streams: Streams) -> Longs:
    """(U,) how many each user sets out to follow, at least one; their mean is the block's, but for group modifiers."""
    who = np.arange(len(users))
    most = float(min(MOST_FOLLOWEES, max(len(users) // 4, 1)))
    z = together(FOLLOWEES_WITH_POSTS, normal_scores(users.posts_per_day), streams.normal("followees", who))
    count = lognormal(z, block.mean_followees, block.followees_spread, 1.0, most)
    count = np.clip(count * factor(population, users.groups, "followees"), 1, most)
    # Up or down by chance, so that rounding leaves the mean alone.
    return np.minimum(np.floor(count + streams.uniform("followees rounding", who)), most).astype(np.int64)
