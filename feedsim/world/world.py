"""The World: all the mutable state there is, in columns and plain values.

Shape letters, used in every docstring: U users, E follow edges, P posts, T topics, N narratives, H harms, A actions,
S sessions, C candidate rows, I impressions, F features, G groups.

Truth and belief are separate. Truth (people and measures may read it, the company may not): a post's `harm`, `false`,
`severity`, `proximity`, `novelty`, `quality`, `side`, `stance`, `target_group`; whether a narrative is false; a user's
`interest`, `leaning`, `discernment`, `reactivity`, `harm_aversion`, `actor`, and group attributes that the scenario
does not mark `visible_to_company`. What the company knows of people it has learned, and keeps in `Profiles`.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias, get_args

import numpy as np

from feedsim.world.accounts import Accounts, FactChecks
from feedsim.world.arrays import Bools, Codes, Floats, Ints, Longs, Shorts
from feedsim.world.chains import Chain
from feedsim.world.columns import Columns
from feedsim.world.desk import Desk
from feedsim.world.posts import Posts
from feedsim.world.rng import Streams
from feedsim.world.users import Users

Action: TypeAlias = Literal["click", "like", "angry", "comment", "reshare", "hide", "report"]
ACTIONS: tuple[Action, ...] = get_args(Action)
"""What a person can do with an impression; an action's place is its bit in `actions`, and its head in the ranker."""
CLICK, LIKE, ANGRY, COMMENT, RESHARE, HIDE, REPORT = range(len(ACTIONS))
Source: TypeAlias = Literal["in_network", "profile", "trending", "exploration"]
SOURCES: tuple[Source, ...] = get_args(Source)
IN_NETWORK, PROFILE, TRENDING, EXPLORATION = range(len(SOURCES))


FORGET = np.float32(0.9)
"""Share of what was learned of people that outlives a night (assumption)."""


@dataclass
class Graph:
    """Who follows whom: user u follows `followee[start[u]:start[u + 1]]`, in ascending order, each once."""

    start: Longs
    """(U + 1,)"""
    followee: Ints
    """(E,)"""
    followers: Ints
    """(U,) how many follow each user"""


class Items(Columns):
    """What followers of `user` get: posts (depth 0) and reshares (depth 1 and more), in the order they were made."""

    schema: ClassVar = {"user": np.int32, "post": np.int32, "minute": np.int32, "depth": np.int16}
    user: Ints
    post: Ints
    """absolute row of Posts"""
    minute: Ints
    depth: Shorts


class Visits(Chain):
    """Sessions by viewer: the posts shown stand together, `count` of them from row `first` of Shown."""

    fields = ("first", "count", "previous")


class Shown(Columns):
    """Posts shown, session after session."""

    schema: ClassVar = {"post": np.int32}
    post: Ints


class Seen:
    """Impressions of living posts by viewer: what must not be shown again."""

    def __init__(self, owners: int, room: int = 1024) -> None:
        self.visits, self.shown = Visits(owners, room), Shown(room)
        self.midnights: list[tuple[int, int]] = []
        """numbers that the next visit and shown post had at each midnight of the retention window, oldest first"""

    def drop_before_oldest_midnight(self) -> None:
        """Forget what came before the oldest midnight kept, and that midnight."""
        visit, shown = self.midnights.pop(0)
        self.visits.drop(visit - self.visits.base)
        self.shown.drop(shown - self.shown.base)

    def mark_midnight(self) -> None:
        """Remember where the day that begins begins."""
        self.midnights.append((self.visits.end, self.shown.end))


@dataclass
class Minds:
    """What the feed does to people (truth)."""

    satisfaction: Floats
    """(U,) moving mean of the value, on reflection, of what they saw"""
    interest: Floats
    """(U, T) taste for each topic as it has become, mean 1 over topics"""
    habit: Floats
    """(U,) factor on sessions, in [0.5, 2]"""
    belief: Floats
    """(U, N) belief in each narrative, in [0, 1]"""
    warmth: Floats
    """(U,) towards the out-group, 0 to 100"""


@dataclass
class Profiles:
    """What the company has learned of people, from actions alone. All decay by the day."""

    topic_clicks: Floats
    """(U, T) clicks and other positive actions by topic"""
    seen: Floats
    """(U,) impressions viewed"""
    acted: Floats
    """(U, A) actions taken"""
    author_seen: Floats
    """(U,) impressions of the user's posts"""
    author_value: Floats
    """(U,) engagement value of those impressions"""
    author_posts: Floats
    """(U,) posts"""
    affinity: Floats
    """(E,) actions of the follower on what the followee wrote or reshared"""


@dataclass
class World:
    """The only thing that changes."""

    streams: Streams
    users: Users
    graph: Graph
    posts: Posts
    items: Items
    seen: Seen
    minds: Minds
    profiles: Profiles
    narrative_is_false: Bools
    """(N,) (truth)"""
    harms: tuple[str, ...]
    """name of each class of harm"""
    levels: dict[str, tuple[str, ...]]
    """names of the levels of every group attribute"""
    visible: tuple[str, ...]
    """attributes that the company may read"""
    minute: int = 0
    """when the present tick begins; negative during burn-in"""
    tick: int = 0
    """ticks since the start of burn-in"""
    tick_minutes: int = 15
    desk: Desk = field(init=False)
    """cases of the review desk"""

    accounts: Accounts = field(init=False)
    fact_checks: FactChecks = field(init=False)
    audience: Codes = field(init=False)
    """(U,) which of two audiences each is of, as learned from who follows whom, where a policy asks for it"""

    def __post_init__(self) -> None:
        """Nobody has broken a rule or been judged yet, and nothing has been checked."""
        self.desk = Desk(len(self.users))
        self.accounts = Accounts.of(len(self.users))
        self.fact_checks = FactChecks.of(len(self.narrative_is_false))
        self.audience = np.zeros(len(self.users), np.int8)

    @property
    def in_burn_in(self) -> bool:
        """Whether the present tick comes before what is measured."""
        return self.minute < 0

    @property
    def day(self) -> int:
        """Days since the end of burn-in, negative before."""
        return self.minute // 1440
