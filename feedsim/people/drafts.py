"""The posts of a day, before they are published: who writes when, and all that publication fills in."""

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from feedsim.people.rhythm import MINUTES, minute_at
from feedsim.world.arrays import Bools, Codes, Floats, Ints, Keys, Longs, Shorts
from feedsim.world.rng import Streams, hashed

_KEYS = np.uint64(0x706F7374206B6579)
"""Where the keys of posts begin. No seed: a post is the same post in every run of a scenario's people."""


@dataclass(frozen=True)
class Births:
    """Who writes when, in order of (minute, key)."""

    key: Keys
    """(P,) identity: a hash of the author, the day and the n-th post of that day; never 0"""
    author: Ints
    """(P,)"""
    minute: Ints
    """(P,) on the run's clock"""


def born(posts_per_day: Floats, day: int, streams: Streams) -> Births:
    """The births of `day`, counted from the end of burn-in, given each user's mean `posts_per_day` (U,)."""
    count = streams.poisson("posts", posts_per_day, day, np.arange(len(posts_per_day)))
    author = np.repeat(np.arange(len(count)), count)
    key = post_key(author, day, np.arange(len(author)) - np.repeat(np.cumsum(count) - count, count))
    minute = day * MINUTES + minute_at(streams.uniform("minute of post", key))
    order = np.lexsort((key, minute))
    return Births(key[order], author[order].astype(np.int32), minute[order].astype(np.int32))


def post_key(author: npt.ArrayLike, day: int, nth: npt.ArrayLike) -> Keys:
    """The identity of each author's `nth` post of the day."""
    return np.maximum(hashed(_KEYS, [author, day, nth]), np.uint64(1))


@dataclass(frozen=True)
class Drafts:
    """The posts of one day, in order of (minute, key): a column for each of Posts that publication fills."""

    key: Keys
    author: Ints
    minute: Ints
    kind: Codes
    modality: Codes
    manipulated: Bools
    language: Codes
    topic: Codes
    narrative: Shorts
    stance: Codes
    side: Floats
    target_group: Codes
    moral_emotional_words: Shorts
    outgroup_terms: Shorts
    novelty: Floats
    quality: Floats
    severity: Floats
    proximity: Floats
    false: Bools
    harm: Codes
    signals: Floats
    """(P, H)"""
    cues: Floats
    """(P, 2)"""

    def __len__(self) -> int:
        return len(self.key)

    def columns(self, rows: slice | Bools | Longs) -> dict[str, npt.NDArray[np.generic]]:
        """Some of the rows, by name of column."""
        return {column.name: getattr(self, column.name)[rows] for column in fields(self)}


def permuted(drafts: Drafts, actor: Codes, streams: Streams) -> Drafts:
    """The same posts; what people respond to is dealt anew among those of each kind of author, `actor` (P,).

    Words, terms, novelty, quality, severity, proximity and falsity stay together as one post's block. What a post is
    (harm, narrative, signals) stays its own.
    """
    to = np.lexsort((drafts.key, actor))
    origin = np.lexsort((streams.hashes("placebo", drafts.key), actor))
    source = np.empty(len(drafts), np.int64)
    source[to] = origin
    return replace(
        drafts,
        moral_emotional_words=drafts.moral_emotional_words[source],
        outgroup_terms=drafts.outgroup_terms[source],
        novelty=drafts.novelty[source],
        quality=drafts.quality[source],
        false=drafts.false[source],
        severity=drafts.severity[source],
        proximity=drafts.proximity[source],
    )
