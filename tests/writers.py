"""Small worlds of people who write, for the tests of what they write."""

import numpy as np

from feedsim.people.content import ContentBlock, GeneratedContent, Harms, default_harms
from feedsim.people.supply import Supply
from feedsim.world.arrays import Bools, Codes, Doubles, Floats
from feedsim.world.population import Population
from feedsim.world.rng import Streams
from feedsim.world.users import Users

POPULATION = Population()
LEVELS = {name: tuple(group.shares) for name, group in POPULATION.groups.items()}


def users(
    posts_per_day: float | Doubles,
    leaning: Doubles,
    actor: int | Codes = 0,
    dialect: int | Codes | Bools = 0,
    language: int = 0,
) -> Users:
    """People with these traits, one a leaning; each is fond of topic `user % topics` and of no other."""
    n = len(leaning)

    def floats(value: float | Doubles) -> Floats:
        return np.broadcast_to(np.asarray(value, np.float32), n).copy()

    def codes(value: int | Codes | Bools) -> Codes:
        return np.broadcast_to(np.asarray(value, np.int8), n).copy()

    interest = np.zeros((n, POPULATION.topics), np.float32)
    interest[np.arange(n), np.arange(n) % POPULATION.topics] = POPULATION.topics
    groups = {"dialect": codes(dialect), "language": codes(language)}
    none = floats(0)
    return Users(none, floats(posts_per_day), interest, floats(leaning), codes(actor), none, none, none, groups)


def supply(
    people: Users,
    content: ContentBlock | None = None,
    population: Population = POPULATION,
    harms: Harms | None = None,
    seed: int = 1,
) -> Supply:
    block = content or GeneratedContent()
    return Supply.build(population, block, harms or default_harms(), people, LEVELS, Streams(seed))


CROWD = users(5.0, np.linspace(-1, 1, 6000), np.tile(np.arange(6, dtype=np.int8), 1000), np.arange(6000) % 8 == 0)
"""Everybody of every kind: five posts a day each, one in eight of the minority dialect."""
