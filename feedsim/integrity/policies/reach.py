"""Who is helped to reach strangers, and how much of one voice a feed holds."""

from typing import Literal

import numpy as np

from feedsim.block import Positive, Share
from feedsim.feed.flow import Candidates
from feedsim.integrity.policies.base import Policy, believed, out_of_network
from feedsim.kernels import kernel
from feedsim.world.arrays import Bools, Floats, Ints, Longs
from feedsim.world.world import FORGET, RESHARE, World

DAY = 1440
"""Minutes."""


class BorderlineOutOfNetwork(Policy):
    """Recommend nothing borderline: what may be harm is shown to those who follow its author, and to nobody else."""

    kind: Literal["borderline_out_of_network"]
    harm: str
    """a class that the scenario names, such as misinformation"""
    threshold: Share = 0.3
    """probability from which a post is borderline (assumption)"""

    needs = frozenset({"detectors"})

    def keep(self, world: World, c: Candidates) -> Bools:
        """What a followee brought, and what is believed below the threshold."""
        return ~out_of_network(c) | (believed(world, c, self.harm) < np.float32(self.threshold))


class HyperactiveDiscount(Policy):
    """Let what somebody hands on all day long count for less."""

    kind: Literal["hyperactive_discount"]
    reshares_per_day: Positive = 5.0
    """of a person, over which each counts for less (assumption)"""
    strength: Share = 1.0
    """1: all that a person hands on counts for as much as `reshares_per_day` would; 0: nothing changes (assumption)"""

    def factor(self, world: World, c: Candidates) -> Floats:
        """1 - strength x the share of the bringer's reshares over the limit."""
        brought, result = c.edge >= 0, np.ones(len(c), np.float32)
        by = world.graph.followee[c.edge[brought]]
        rate = world.profiles.acted[by, RESHARE] / _days_remembered(world)
        over = np.maximum(1 - np.float32(self.reshares_per_day) / np.maximum(rate, np.float32(1e-6)), 0)
        result[brought] = 1 - np.float32(self.strength) * over
        return result


def _days_remembered(world: World) -> np.float32:
    """How many days' worth of actions a profile holds: since the start of burn-in, each night forgetting its share."""
    days = max(world.tick * world.tick_minutes, 1) / DAY
    return np.float32((1 - FORGET ** max(days, 1.0)) / (1 - FORGET))


class SourceDiversity(Policy):
    """Mix voices: each further post of an author in a feed counts for less than the one before it."""

    kind: Literal["source_diversity"]
    decay: Share = 0.5
    """factor on the score for each better post of the same author (assumption)"""

    def factor(self, world: World, c: Candidates) -> Floats:
        """decay ** (posts of the same author in this feed with a better score; ties go to the earlier row)."""
        before = np.zeros(len(c), np.int32)
        if c.score is not None:
            _better(c.start, world.posts.author[c.post - world.posts.base], c.score, before)
        return (np.float32(self.decay) ** before).astype(np.float32)


@kernel
def _better(start: Longs, author: Ints, score: Floats, before: Ints) -> None:
    """Count, for every row, the same author's rows of the session that stand before it."""
    for s in range(start.size - 1):
        for r in range(start[s], start[s + 1]):
            for other in range(start[s], r):
                if author[other] == author[r]:
                    if score[other] >= score[r]:
                        before[r] += 1
                    else:
                        before[other] += 1
