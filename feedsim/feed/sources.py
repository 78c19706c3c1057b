"""Stage 3, source: where candidates come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from feedsim.block import Block, Share
from feedsim.feed.flow import Candidates, Sessions
from feedsim.feed.gathering import gather, pack
from feedsim.feed.outboxes import Outboxes
from feedsim.feed.shelves import Shelves
from feedsim.world.arrays import Codes, Ints
from feedsim.world.rng import hashed
from feedsim.world.world import SOURCES, Source, World


class Feed(Block):
    """How many posts pass through a feed, and where they come from."""

    sources: dict[Source, Share] = Field({"in_network": 0.5, "profile": 0.25, "trending": 0.2, "exploration": 0.05})
    """of the candidates; about half in-network (Twitter 2023, C07)"""
    candidates: Annotated[int, Field(ge=4, le=2000)] = 192
    """a session"""
    keep: Annotated[int, Field(ge=1, le=1000)] = 64
    """that the light model leaves for the heads: at least three slates, so that a demotion can act"""
    slate: Annotated[int, Field(ge=1, le=200)] = 20
    """that are shown at most in a session"""
    per_followee: Annotated[int, Field(ge=1, le=500)] = 11
    """newest posts and reshares of each followee that a feed looks at, so that a few who post all day do not fill it"""
    refresh_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    """how often the out-of-network shelves are filled anew"""
    burn_in_explore_share: Share = 0.1
    """of the slots in burn-in, those given at random to other sources"""


@dataclass(frozen=True)
class Quota:
    """How many candidates of a session each source may bring."""

    in_network: int
    profile: int
    trending: int
    exploration: int

    @property
    def total(self) -> int:
        """Of all sources together: the width of the stage's rows."""
        return self.in_network + self.profile + self.trending + self.exploration

    @classmethod
    def of(cls, feed: Feed, shares: Mapping[Source, float]) -> "Quota":
        """Cut `feed.candidates` by the shares; what rounding leaves over goes to the first source."""
        n = {name: int(feed.candidates * shares.get(name, 0.0)) for name in SOURCES}
        n["in_network"] += feed.candidates - sum(n.values())
        return cls(**n)


def source(
    world: World,
    sessions: Sessions,
    quota: Quota,
    outboxes: Outboxes,
    shelves: Shelves,
    language: Codes,
    retention: int,
) -> tuple[Candidates, Ints]:
    """Candidates of every session, and (S,) how many unseen posts its network held in all.

    In-network: the newest unseen of what stands in the followees' outboxes. Out of network, each by addressed draws:
    from the shelves of topics by the learned profile, from what is trending, and from anything, all in the viewer's
    language. A post comes once; its parent is the earliest sharer, then the smaller id. Own posts and removed ones
    never come.
    """
    s, width = len(sessions), quota.total
    rows = np.empty((s, width, 4), np.int32)
    count, inventory = np.zeros(s, np.int64), np.zeros(s, np.int32)
    posts, seen, graph = world.posts, world.seen, world.graph
    draws = np.array([hashed(world.streams.base(name), [world.tick]) for name in SOURCES], np.uint64)
    gather(
        sessions.user, sessions.minute, draws,
        np.array([quota.in_network, quota.profile, quota.trending, quota.exploration]),
        graph.start, graph.followee,
        outboxes.rows,
        posts.author, posts.status, posts.minute, posts.base, len(posts), retention,
        seen.visits.head, seen.visits.record, seen.visits.base, seen.shown.post, seen.shown.base,
        language, world.profiles.topic_clicks,
        shelves.topic_start, shelves.by_topic, shelves.trending_start, shelves.trending,
        shelves.any_start, shelves.anything,
        rows, count, inventory,
    )  # fmt: skip
    start = np.r_[0, np.cumsum(count)]
    post, item, edge, kind, session = pack(rows, start)
    row = np.arange(start[-1], dtype=np.int32)
    return Candidates(sessions, start, session, post, kind, item, edge, row), inventory
