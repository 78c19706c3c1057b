"""What each post is about, before it is told: its kind, whether it is to be false, and how it is made."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from feedsim.people.drafts import Births
from feedsim.world.arrays import Bools, Codes, Doubles, Keys
from feedsim.world.population import Kind, Population
from feedsim.world.posts import CIVIC, KINDS, NEWS
from feedsim.world.rng import Streams
from feedsim.world.users import ACTORS

_MODALITIES: dict[str, tuple[float, ...]] = {
    # Assumption. Shares of text, link, photo, video, meme, for each of KINDS.
    "personal": (0.45, 0.05, 0.35, 0.12, 0.03),
    "news": (0.15, 0.65, 0.05, 0.14, 0.01),
    "civic": (0.40, 0.30, 0.08, 0.10, 0.12),
    "entertainment": (0.15, 0.20, 0.20, 0.30, 0.15),
}
_MODALITY_EDGES = np.cumsum([_MODALITIES[kind] for kind in KINDS], axis=1)


@dataclass(frozen=True)
class Matter:
    """What the posts (P,) are about."""

    kind: Codes
    """(P,) place in KINDS"""
    tells: Bools
    """(P,) whether it tells a narrative"""
    false: Bools
    """(P,) whether that is to be a false one"""
    modality: Codes
    """(P,) place in MODALITIES"""
    side: Doubles | None
    """(P,) leaning it speaks for, where the source of posts knows"""


@dataclass(frozen=True)
class Mixes:
    """What each kind of account writes: one row for each of ACTORS."""

    kinds: Doubles
    """(ACTORS, KINDS) share of posts, added up along KINDS"""
    false_share: Doubles
    """(ACTORS,) of posts that tell a narrative, those that tell a false one"""
    hostile_share: Doubles
    """(ACTORS,) of posts, those aimed at a group"""

    @staticmethod
    def of(population: Population) -> "Mixes":
        """The mixes of a population; a kind of account that it does not name writes like everybody else."""
        ordinary = (population.ordinary_kinds, population.ordinary_false_share, population.ordinary_hostile_share)
        rows = [ordinary] * len(ACTORS)
        for name, actor in population.actors.items():
            rows[ACTORS.index(name)] = (actor.kinds, actor.false_share, actor.hostile_share)
        kinds = np.array([by_kind(mix) for mix, _, _ in rows])
        return Mixes(np.cumsum(kinds, axis=1), np.array([f for _, f, _ in rows]), np.array([h for _, _, h in rows]))

    def matter(self, births: Births, actor: Codes, streams: Streams) -> Matter:
        """What generated posts are about, given each author's `actor` (P,)."""
        kind = pick(self.kinds, actor, streams.uniform("kind", births.key))
        tells = (kind == NEWS) | (kind == CIVIC)
        false = tells & (streams.uniform("false", births.key) < self.false_share[actor])
        return Matter(kind, tells, false, modality_of(kind, births.key, streams), None)


def modality_of(kind: Codes, key: Keys, streams: Streams) -> Codes:
    """(P,) how posts of each `kind` are made."""
    return pick(_MODALITY_EDGES, kind, streams.uniform("modality", key))


def by_kind(values: dict[Kind, float]) -> Doubles:
    """(KINDS,) the values in the order of KINDS; a kind that is not named has 0."""
    named = {str(kind): value for kind, value in values.items()}
    return np.array([named.get(kind, 0.0) for kind in KINDS])


def pick(edges: Doubles, row: npt.NDArray[np.integer], u: Doubles) -> Codes:
    """(P,) a choice by the shares that add up along each `row` (P,) of `edges` (rows, choices)."""
    passed = (u * edges[row, -1])[:, None] >= edges[row, :-1]
    return np.asarray(passed.sum(axis=1, dtype=np.int8))
