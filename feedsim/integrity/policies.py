"""Policies: what holds harm back. A policy never mutates; it answers questions about the rows it is shown."""

from typing import Annotated, Literal, TypeAlias

import numpy as np
from pydantic import Field

from feedsim.block import Block, Share
from feedsim.feed.flow import Candidates
from feedsim.world.arrays import Bools, Floats
from feedsim.world.world import World


class Policy(Block):
    """The answers of a policy that does nothing (None = no answer); each policy overrides one, rarely two."""

    start_day: int = 0
    """first day it acts; day 0 begins when burn-in ends"""
    end_day: int | None = None
    """first day it no longer acts; nothing = to the end"""

    def acts(self, world: World) -> bool:
        """Whether today is one of its days."""
        return self.start_day <= world.day and (self.end_day is None or world.day < self.end_day)

    def keep(self, world: World, c: Candidates) -> Bools | None:
        """(C,) which candidates may stay."""
        return None

    def factor(self, world: World, c: Candidates) -> Floats | None:
        """(C,) score multiplier, in [0, 1]."""
        return None


def believed(world: World, c: Candidates, harm: str) -> Floats:
    """(C,) probability that the detectors give each candidate's post of being `harm`."""
    return np.asarray(world.posts.p_harm[c.post - world.posts.base, world.harms.index(harm)])


class Demote(Policy):
    """Lower the score of probable harm."""

    kind: Literal["demote"]
    harm: str
    """a class that the scenario names, such as misinformation"""
    strength: Share = 0.5
    """share of the score taken away when harm is certain"""
    threshold: Share = 0.0
    """probability below which nothing is taken away"""

    def factor(self, world: World, c: Candidates) -> Floats:
        """1 - strength x p_harm."""
        p = believed(world, c, self.harm)
        return np.where(p >= self.threshold, 1 - np.float32(self.strength) * p, np.float32(1))


class Remove(Policy):
    """Take probable harm out of the feed."""

    kind: Literal["remove"]
    harm: str
    """a class that the scenario names, such as misinformation"""
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.9
    """probability from which a post is taken out"""

    def keep(self, world: World, c: Candidates) -> Bools:
        """Those believed below the threshold."""
        return believed(world, c, self.harm) < np.float32(self.threshold)


PolicyBlock: TypeAlias = Annotated[Demote | Remove, Field(discriminator="kind")]
