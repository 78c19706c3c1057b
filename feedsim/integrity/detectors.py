"""Stage 2, detect: what the company believes of posts, when they are new and as reactions come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

import numpy as np
from pydantic import Field

from feedsim.block import Block, Share
from feedsim.feed.forest import Forest, Heads
from feedsim.integrity.clues import clues, names, reactions
from feedsim.world.arrays import Longs
from feedsim.world.world import World


class NoDetectors(Block):
    """Nothing is suspected."""

    kind: Literal["none"] = "none"


class Oracle(Block):
    """The truth, for studies of what a perfect detector would change."""

    kind: Literal["oracle"]


class LearnedDetectors(Block):
    """Boosted forests, one per harm and language, that learn from reviewers' verdicts alone."""

    kind: Literal["learned"]
    languages: list[str] | None = None
    """those that have detectors, nothing = all; posts in others keep the prior, the share of harm in the audit"""
    retrain_days: Annotated[int, Field(ge=1, le=365)] = 7
    """first at the end of burn-in (or after so many days, where there is none)"""
    rescore_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    """how often posts with new comments, reshares, angry reactions, hides or reports are looked at again"""
    active_share: Share = 0.02
    """of the posts that a detector is most unsure of (p = 0.5), those it asks a reviewer about; of others 4 p (1 - p)
    times as many"""
    min_positives: Annotated[int, Field(ge=20)] = 200
    """verdicts of harm; a harm and language with fewer keeps the prior (a cold start)"""
    training_rows: Annotated[int, Field(ge=100)] = 50_000
    """newest verdicts that a forest learns from, at most"""
    trees: Annotated[int, Field(ge=1, le=1000)] = 60
    leaves: Annotated[int, Field(ge=2, le=64)] = 8
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.1


DetectorsBlock: TypeAlias = Annotated[NoDetectors | Oracle | LearnedDetectors, Field(discriminator="kind")]


@dataclass(frozen=True)
class Panel:
    """The detectors in force."""

    version: int
    by_language: tuple[Heads, ...]
    """for each language, a forest for each harm"""

    @classmethod
    def of(cls, version: int, texts: Sequence[Sequence[str | float]], harms: tuple[str, ...]) -> "Panel":
        """From LightGBM's text of each language and harm, or the prior where there is no forest."""
        width = len(names(harms))
        forests = [
            [Forest.read(said) if isinstance(said, str) else constant(said, width) for said in row] for row in texts
        ]
        return cls(version, tuple(Heads.of(row) for row in forests))

    def believe(self, world: World, rows: Longs) -> None:
        """Fill `p_harm` of the posts that stand at `rows` (n,)."""
        posts, x = world.posts, clues(world, rows)
        language = posts.language[rows]
        for code, heads in enumerate(self.by_language):
            mine = np.flatnonzero(language == code)
            if mine.size:
                posts.p_harm[rows[mine]] = heads.predict(x[mine])
        posts.reactions_weighed[rows] = reactions(posts, rows)


def constant(p: float, width: int) -> Forest:
    """The forest that gives every row the probability `p`, within (0, 1)."""
    none = np.zeros(0, np.int32)
    leaf = np.array([np.log(p / (1 - p))])
    return Forest(width, none, np.zeros(0, np.float32), none, none, np.zeros(2, np.int64), leaf)


def detect(world: World, detectors: DetectorsBlock, new: int, panel: Panel | None = None) -> Longs:
    """Form a belief of the newest `new` posts, and of those with fresh reactions; (n,) where those looked at stand.

    The oracle is the one company-side reader of the truth. What learns has no belief before its first `panel`.
    """
    fresh = np.arange(len(world.posts) - new, len(world.posts))
    if isinstance(detectors, Oracle):
        world.posts.p_harm[fresh] = world.posts.harm[fresh, None] == np.arange(len(world.harms))
    elif isinstance(detectors, LearnedDetectors) and panel is not None:
        fresh = np.concatenate([_stirred(world, detectors, new), fresh])
        panel.believe(world, fresh)
    return fresh


def _stirred(world: World, detectors: LearnedDetectors, new: int) -> Longs:
    """(n,) older posts that people have reacted to since they were last looked at, where it is time to look."""
    if world.minute % detectors.rescore_minutes >= world.tick_minutes:
        return np.zeros(0, np.int64)
    older = slice(len(world.posts) - new)
    return np.flatnonzero(reactions(world.posts, older) != world.posts.reactions_weighed[older])
