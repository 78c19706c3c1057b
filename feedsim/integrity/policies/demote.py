"""Demotion: probable harm sinks in the feed."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from feedsim.block import Share
from feedsim.feed.flow import Candidates
from feedsim.integrity.policies.base import Policy, believed
from feedsim.world.arrays import Floats
from feedsim.world.posts import DEMOTED
from feedsim.world.world import World


class Demote(Policy):
    """Lower the score of probable harm."""

    kind: Literal["demote"]
    harm: str
    """a class that the scenario names, such as misinformation"""
    strength: Share = 0.5
    """share of the score taken away when harm is certain (assumption)"""
    threshold: Share = 0.0
    """probability below which nothing is taken away (assumption)"""
    curve: Literal["linear", "step", "steep"] = "linear"
    """linear: as much of it as harm is probable; step: all of it from the threshold on; steep: little until harm is
    nearly certain (assumption)"""
    steepness: Annotated[float, Field(ge=1, le=20)] = 4.0
    """power of the probability that the steep curve follows (assumption)"""

    needs = frozenset({"detectors"})

    def factor(self, world: World, c: Candidates) -> Floats:
        """1 - strength x p_harm, or x 1, or x p_harm ** steepness."""
        p = believed(world, c, self.harm)
        return np.where(p >= np.float32(self.threshold), 1 - np.float32(self.strength) * self._bent(p), np.float32(1))

    def _bent(self, p: Floats) -> Floats:
        if self.curve == "step":
            # Where nothing is suspected, a threshold of 0 takes nothing away either.
            return (p > 0).astype(np.float32)
        return p ** np.float32(self.steepness) if self.curve == "steep" else p


class DemoteOnReview(Policy):
    """Lower the score of what reviewers decided to demote."""

    kind: Literal["demote_on_review"]
    strength: Share = 0.5
    """share of the score taken away (assumption)"""

    needs = frozenset({"desk"})

    def factor(self, world: World, c: Candidates) -> Floats:
        """1 - strength where the post has been demoted by decision."""
        demoted = world.posts.status[c.post - world.posts.base] == DEMOTED
        return np.where(demoted, np.float32(1 - self.strength), np.float32(1))
