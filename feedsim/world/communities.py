"""Communities: people of one language, near one leaning and one topic; everybody joins one."""

from dataclasses import dataclass

import numpy as np
from numba import prange

from feedsim.kernels import parallel
from feedsim.world.arrays import Codes, Doubles, Floats, Ints, Longs
from feedsim.world.rng import Streams, mix, unit
from feedsim.world.users import Users

CHOICES = 8
"""Communities that a person has to choose from (assumption)."""


@dataclass(frozen=True)
class Communities:
    """One row a community; those of one language stand together."""

    first: Longs
    """(languages + 1,) where each language's communities begin"""
    leaning: Doubles
    """(communities,) of its centre, in [-1, 1]"""
    topic: Longs
    """(communities,) what it is about"""


def found_communities(language: Codes, topics: int, mean_users: int, streams: Streams) -> Communities:
    """As many a language as keep their mean size at `mean_users`; centres spread evenly in expectation."""
    sizes = np.maximum(np.rint(np.bincount(language) / mean_users), 1).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(sizes)])
    tongue = np.repeat(np.arange(sizes.size), sizes)
    number = np.arange(first[-1]) - first[tongue]
    topic = streams.choice("community topic", np.full(topics, 1 / topics), tongue, number)
    return Communities(first, 2 * streams.uniform("community leaning", tongue, number) - 1, topic)


def join(users: Users, language: Codes, communities: Communities, homophily: float, streams: Streams) -> Ints:
    """(U,) the community of each user: near in leaning and taste with log-odds of `homophily` per unit of closeness."""
    c = communities
    return _join(
        streams.base("community choice"), streams.base("community appeal"), users.leaning, users.interest, language,
        c.first, c.leaning, c.topic, homophily,
    )  # fmt: skip


@parallel
def _join(
    choices: np.uint64, appeal: np.uint64, leaning: Floats, interest: Floats, language: Codes, first: Longs,
    centre: Doubles, topic: Longs, homophily: float,
) -> Ints:  # fmt: skip
    joined = np.empty(leaning.size, np.int32)
    for user in prange(leaning.size):
        start, end = first[language[user]], first[language[user] + 1]
        who = mix(choices, np.uint64(user))
        best, highest = start, -np.inf
        for choice in range(min(CHOICES, end - start)):
            # With few communities everybody looks at all of them.
            place = choice if end - start <= CHOICES else int(unit(mix(who, np.uint64(choice))) * (end - start))
            taste = interest[user, topic[start + place]]
            # From -1 (the other end of the scale) to 1, and from 0 to 1 as taste grows.
            closeness = 1 - abs(leaning[user] - centre[start + place]) + taste / (1 + taste)
            # Gumbel noise makes the best of them a draw with these log-odds.
            luck = unit(mix(mix(appeal, np.uint64(user)), np.uint64(start + place)))
            score = homophily * closeness - np.log(-np.log(luck))
            if score > highest:
                best, highest = start + place, score
        joined[user] = best
    return joined
