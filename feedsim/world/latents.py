"""Latents: the normal scores behind what people are, before anything is cut from them."""

from dataclasses import dataclass

import numpy as np
from numba import prange

from feedsim.kernels import parallel
from feedsim.world.arrays import Doubles, Floats, Ints, Longs
from feedsim.world.normal import normal_scores
from feedsim.world.population import Population
from feedsim.world.rng import Streams
from feedsim.world.world import Graph

BLOCK = 1 << 16
"""Users handled at once, so that intermediate columns stay small."""
ROUNDS = 10
"""Of smoothing: what a friend of a friend adds after ten steps is below 1 % at the default homophily."""


@dataclass(frozen=True)
class Latents:
    """Standard normal scores; row = user id."""

    groups: dict[str, Doubles]
    """(U,) one an attribute, correlated as the scenario says; `leaning` is always among them"""
    interest: Floats
    """(U, T)"""


def draw_latents(population: Population, streams: Streams) -> Latents:
    """Everybody's scores, each person's own: what friends have in common comes later, with `smooth`."""
    who = np.arange(population.users)
    names = attributes(population)
    own = [streams.normal(f"group {name}", who) for name in names]
    mixing = np.linalg.cholesky(correlation_matrix(population))
    # Row by row instead of a matrix product, whose order of summation may change with threads.
    groups = {
        name: np.asarray(sum(mixing[row, column] * own[column] for column in range(row + 1)))
        for row, name in enumerate(names)
    }
    interest = np.empty((population.users, population.topics), np.float32)
    for first in range(0, population.users, BLOCK):
        block = who[first : first + BLOCK, None]
        interest[first : first + BLOCK] = streams.normal("interest", block, np.arange(population.topics))
    return Latents(groups, interest)


def attributes(population: Population) -> list[str]:
    """Names of the group attributes; `leaning` is added where the scenario has no such attribute."""
    return list(population.groups) + ([] if "leaning" in population.groups else ["leaning"])


def correlation_matrix(population: Population) -> Doubles:
    """(attributes, attributes) of the normal scores; a correlation may be given on either side, or on both alike."""
    names = attributes(population)
    matrix = np.eye(len(names))
    told: dict[frozenset[str], float] = {}
    for name, group in population.groups.items():
        for other, r in group.correlations.items():
            where = f"population.groups.{name}.correlations.{other}"
            if other not in names or other == name:
                raise ValueError(f"{where}: should name another attribute: {', '.join(n for n in names if n != name)}")
            if told.setdefault(frozenset((name, other)), r) != r:
                raise ValueError(f"{where}: is {r}, but the other side says otherwise; give it on one side only")
            row, column = names.index(name), names.index(other)
            matrix[row, column] = matrix[column, row] = r
    if np.linalg.eigvalsh(matrix)[0] <= 1e-9:
        raise ValueError("population.groups: these correlations cannot all hold at once; make them smaller")
    return matrix


def smooth(latents: Latents, graph: Graph, homophily: float) -> Latents:
    """Scores that follow the friends': the same marginal distributions, alike along the edges of the graph."""
    if homophily == 0:
        return latents
    topics = latents.interest.shape[1]
    interest = np.empty_like(latents.interest)
    for topic in range(topics):
        interest[:, topic] = _smoothed(latents.interest[:, topic].astype(np.float64), graph, homophily)
    return Latents({name: _smoothed(z, graph, homophily) for name, z in latents.groups.items()}, interest)


def _smoothed(own: Doubles, graph: Graph, homophily: float) -> Doubles:
    """(U,) one score: homophily times the friends' mean, plus the person's own, round after round."""
    follows = np.diff(graph.start) > 0
    z = own
    for _ in range(ROUNDS):
        friends = followee_mean(graph.start, graph.followee, z)
        told = friends[follows]
        spread = told.std() if told.size else 0.0
        if spread == 0:
            return own
        mixed = homophily * (friends - told.mean()) / spread + np.sqrt(1 - homophily**2) * own
        z = np.where(follows, mixed, own)
    # By rank, since what is smoothed need not be normal.
    return normal_scores(z)


@parallel
def followee_mean(start: Longs, followee: Ints, z: Doubles) -> Doubles:
    """(U,) mean of `z` over those whom each user follows; 0 where nobody."""
    mean = np.zeros(start.size - 1)
    for user in prange(start.size - 1):
        total = 0.0
        for edge in range(start[user], start[user + 1]):
            total += z[followee[edge]]
        mean[user] = total / max(start[user + 1] - start[user], 1)
    return mean
