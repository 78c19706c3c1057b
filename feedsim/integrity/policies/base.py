"""What every policy is. A policy never mutates; it answers questions about the rows it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from pydantic import Field

from feedsim.block import Block
from feedsim.feed.flow import Candidates, Choice
from feedsim.feed.friction import Friction, Gate, Submitted
from feedsim.integrity.orders import Judges, Orders
from feedsim.world.arrays import Bools, Codes, Doubles, Floats, Ints, Longs
from feedsim.world.posts import REMOVED
from feedsim.world.world import SOURCES, Action, Source, World

Question: TypeAlias = Literal["publish", "keep", "weights", "order", "factor", "friction", "review", "orders"]
Need: TypeAlias = Literal["detectors", "heads", "desk", "audiences"]
Rows: TypeAlias = Longs | Ints
OF_ROWS: tuple[Question, ...] = ("keep", "weights", "order", "factor", "friction")
"""Questions about what one viewer is shown; the others are about posts and accounts."""


class Scope(Block):
    """Whom a policy is for: rows that fit every line that is given."""

    groups: dict[str, list[str]] = Field({})
    """attribute of the viewer, which the company must see -> levels"""
    languages: list[str] = Field([])
    """of the post"""
    surfaces: list[Source] = Field([])
    """where a post comes from: in_network, profile, trending, exploration"""

    def rows(self, world: World, c: Candidates) -> Bools:
        """(C,) which candidates it is for."""
        viewers = np.ones(len(c.sessions), np.bool_)
        for name, levels in self.groups.items():
            viewers &= among(world.users.groups[name][c.sessions.user], world.levels[name], levels)
        rows = viewers[c.session]
        if self.languages:
            rows &= self.posts(world, c.post - world.posts.base)
        return rows & among(c.source, SOURCES, self.surfaces) if self.surfaces else rows

    def posts(self, world: World, rows: Rows) -> Bools:
        """(n,) which posts it is for; `rows` are those of the arrays."""
        if not self.languages:
            return np.ones(len(rows), np.bool_)
        return among(world.posts.language[rows], world.levels.get("language", ("",)), self.languages)


def among(codes: Codes, names: tuple[str, ...], wanted: Sequence[str]) -> Bools:
    """(n,) which codes (places in `names`) are those of a wanted name."""
    return np.array([name in wanted for name in names])[codes]


class Policy(Block):
    """The answers of a policy that does nothing (None = no answer); each policy overrides one, rarely two."""

    start_day: int = 0
    """first day it acts; day 0 begins when burn-in ends"""
    end_day: int | None = None
    """first day it no longer acts; nothing = to the end"""
    scope: Scope | None = Field(None, alias="for")
    """whom it is for: groups of viewers, languages of posts, surfaces that bring them; nothing = everybody"""

    needs: ClassVar[frozenset[Need]] = frozenset()
    """what there must be for it to do anything"""

    def requires(self) -> frozenset[Need]:
        """What there must be for it to do anything with these settings."""
        return self.needs

    def acts(self, world: World) -> bool:
        """Whether today is one of its days."""
        return self.start_day <= world.day and (self.end_day is None or world.day < self.end_day)

    @classmethod
    def answers(cls, question: Question) -> bool:
        """Whether it says anything when it is asked this."""
        return getattr(cls, question) is not getattr(Policy, question)

    def heads(self) -> tuple[Action, ...]:
        """The ranker's heads that it reads or gives a weight to, whatever they weigh without it."""
        return ()

    def publish(self, world: World, drafts: Submitted) -> Gate | None:
        """May these be published?"""
        return None

    def keep(self, world: World, c: Candidates) -> Bools | None:
        """(C,) which candidates may stay."""
        return None

    def weights(self, world: World, c: Candidates, weights: Doubles) -> Doubles | None:
        """(C, A) what each head counts for, given what it counts for without this policy."""
        return None

    def order(self, world: World, c: Candidates, score: Floats) -> Floats | None:
        """(C,) what to order by instead of `score`. Asked of the first pass (when `c.p` is None) and of the heads."""
        return None

    def factor(self, world: World, c: Candidates) -> Floats | None:
        """(C,) score multiplier, in [0, 1]."""
        return None

    def friction(self, world: World, c: Candidates, choice: Choice) -> Friction | None:
        """What stands between people and what they are shown."""
        return None

    def review(self, world: World) -> "Referral | None":
        """Which posts should be looked at by reviewers now."""
        return None

    def orders(self, world: World, judges: Judges) -> Orders | None:
        """What shall be done now with posts, accounts and stories; asked once a tick, before feeds are made."""
        return None

    def of_posts(self, world: World, rows: Longs) -> Longs:
        """Those of the posts (rows of the arrays) that it is for."""
        return rows if self.scope is None else rows[self.scope.posts(world, rows)]


@dataclass(frozen=True)
class Referral:
    """Posts that a policy sends to the review desk, which looks at them in its own order."""

    post: Longs
    """(n,) rows of the arrays of Posts"""
    harm: int | Longs
    """place in the world's harms, of all or (n,) of each"""


def believed(world: World, c: Candidates, harm: str) -> Floats:
    """(C,) probability that the detectors give each candidate's post of being `harm`."""
    return np.asarray(world.posts.p_harm[c.post - world.posts.base, world.harms.index(harm)])


def suspected(world: World, harm: str, threshold: float) -> Longs:
    """Rows of living posts, not removed, that the detectors believe to be `harm` from the threshold on."""
    p = world.posts.live("p_harm")[:, world.harms.index(harm)]
    return np.flatnonzero((p >= np.float32(threshold)) & (world.posts.live("status") != REMOVED))


def out_of_network(c: Candidates) -> Bools:
    """(C,) which candidates no followee brought."""
    return c.item < 0


def depth(world: World, c: Candidates, rows: Longs | slice = slice(None)) -> Longs:
    """(n,) how many reshares brought each candidate; 0 = the post itself, or out of network."""
    item = c.item[rows]
    if not len(world.items):
        return np.zeros(len(item), np.int64)
    return np.where(item >= 0, world.items.depth[np.maximum(item - world.items.base, 0)], 0).astype(np.int64)


def resharer(world: World, c: Candidates) -> Longs:
    """(C,) whose reshare brought each candidate, or -1: brought by its author, or out of network."""
    if not len(world.items):
        return np.full(len(c), -1, np.int64)
    at = np.maximum(c.item - world.items.base, 0)
    handed_on = (c.item >= 0) & (world.items.depth[at] > 0)
    return np.where(handed_on, world.items.user[at], -1).astype(np.int64)
