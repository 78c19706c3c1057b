"""Limits to how a post travels, whatever it says."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from feedsim.block import Positive, Share
from feedsim.feed.flow import Candidates, Choice
from feedsim.feed.friction import Friction
from feedsim.integrity.policies.base import Policy, Referral, Rows, depth, resharer
from feedsim.world.arrays import Bools, Doubles, Floats
from feedsim.world.world import World

Depth = Annotated[int, Field(ge=1)]


class ReshareDepthLimit(Policy):
    """Show nothing that comes from a reshare of a reshare of a reshare."""

    kind: Literal["reshare_depth_limit"]
    depth: Depth = 2
    """reshares in a row that may bring a post (assumption)"""

    def keep(self, world: World, c: Candidates) -> Bools:
        """What fewer reshares brought."""
        return depth(world, c) <= self.depth


class ForwardLimit(Policy):
    """Let a reshare reach so many followers and no more, chosen by lot."""

    kind: Literal["forward_limit"]
    followers: Annotated[int, Field(ge=0)] = 5
    """who may get it, on average (assumption)"""

    def keep(self, world: World, c: Candidates) -> Bools:
        """What is no reshare, and reshares that reach this very follower."""
        result, by = np.ones(len(c), np.bool_), resharer(world, c)
        rows = np.flatnonzero((by >= 0) & (world.graph.followers[by] > self.followers))
        key = world.posts.key[c.post[rows] - world.posts.base]
        lot = world.streams.uniform("forward limit", by[rows], key, c.user[rows])
        result[rows] = lot * world.graph.followers[by[rows]] < self.followers
        return result


class ShareButtonRemoval(Policy):
    """Take the share button off posts that several reshares in a row have brought: they must be posted anew."""

    kind: Literal["share_button_removal"]
    depth: Depth = 2
    """reshares in a row after which there is no button (assumption)"""

    def friction(self, world: World, c: Candidates, choice: Choice) -> Friction:
        """Nothing is reshared from there."""
        return Friction(np.flatnonzero(depth(world, c, choice.candidate) >= self.depth), {"reshare": 0.0})


class CircuitBreaker(Policy):
    """Slow down whatever spreads too fast: lower in the feed, with no share button.

    It lasts until the post no longer spreads so fast, or reviewers, where there are any, find it harmless.
    """

    kind: Literal["circuit_breaker"]
    reshares_per_hour: Positive = 10.0
    """since publication, from which it trips (assumption)"""
    hours: Positive = 24.0
    """age up to which posts are watched (assumption)"""
    strength: Share = 0.8
    """share of the score taken away while it is tripped (assumption)"""
    sharing_cut: Share = 1.0
    """share of reshares prevented while it is tripped (assumption)"""

    def factor(self, world: World, c: Candidates) -> Floats:
        """1 - strength for tripped posts."""
        tripped = self._tripped(world, c.post - world.posts.base)
        return np.where(tripped, np.float32(1 - self.strength), np.float32(1))

    def friction(self, world: World, c: Candidates, choice: Choice) -> Friction:
        """Fewer reshares of tripped posts."""
        tripped = self._tripped(world, c.post[choice.candidate] - world.posts.base)
        return Friction(np.flatnonzero(tripped), {"reshare": 1 - self.sharing_cut})

    def review(self, world: World) -> Referral | None:
        """Tripped posts are looked at by reviewers, where there are any, for every class of harm."""
        rows, harms = np.arange(len(world.posts)), np.arange(len(world.harms))
        rows = self.of_posts(world, rows[self._tripped(world, rows)])
        return Referral(np.repeat(rows, len(harms)), np.tile(harms, len(rows))) if len(rows) else None

    def _tripped(self, world: World, rows: Rows) -> Bools:
        young = world.minute - world.posts.minute[rows] <= 60 * self.hours
        fast = np.flatnonzero(young & (self._speed(world, rows) >= self.reshares_per_hour))
        result = np.zeros(len(rows), np.bool_)
        result[fast] = ~world.posts.cleared[rows[fast]].all(axis=1)
        return result

    def _speed(self, world: World, rows: Rows) -> Doubles:
        """(n,) reshares an hour; the first hour counts as a whole one."""
        minutes = np.maximum(world.minute - world.posts.minute[rows], 60)
        return np.asarray(world.posts.reshares[rows] * (60 / minutes))
