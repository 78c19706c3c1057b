"""The World: all the mutable state there is, in columns and plain values.

Shape letters, used in every docstring: U users, E follow edges, P posts, T topics, N narratives, H harms, A actions,
S sessions, C candidate rows, I impressions, F features, G groups.

Truth and belief are separate. Truth (people and measures may read it, the company may not): a post's `harm`,
`severity`, `proximity`, `novelty`, `quality`, `side`, `stance`, `target_group`; whether a narrative is false; a user's
`interest`, `leaning`, `discernment`, `reactivity`, `harm_aversion`, `actor`, and group attributes that the scenario
does not mark `visible_to_company`. What the company knows of people it has learned, and keeps in `Profiles`.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from feedsim.world.arrays import Bools, Codes, Floats, Ints, Keys, Longs, Shorts
from feedsim.world.columns import Columns
from feedsim.world.rng import Streams

Action: TypeAlias = Literal["click", "like", "angry", "comment", "reshare", "hide", "report"]
ACTIONS: tuple[Action, ...] = get_args(Action)
"""What a person can do with an impression; an action's place is its bit in `actions`, and its head in the ranker."""
CLICK, LIKE, ANGRY, COMMENT, RESHARE, HIDE, REPORT = range(len(ACTIONS))
KINDS = ("personal", "news", "civic", "entertainment")
PERSONAL, NEWS, CIVIC, ENTERTAINMENT = range(len(KINDS))
MODALITIES = ("text", "link", "photo", "video", "meme")
ACTORS = ("ordinary", "supersharer", "bot", "coordinated", "hate_producer", "publisher")
ORDINARY, SUPERSHARER, BOT, COORDINATED, HATE_PRODUCER, PUBLISHER = range(len(ACTORS))
Source: TypeAlias = Literal["in_network", "profile", "trending", "exploration"]
SOURCES: tuple[Source, ...] = get_args(Source)
IN_NETWORK, PROFILE, TRENDING, EXPLORATION = range(len(SOURCES))
STATUSES = ("live", "demoted", "labelled", "removed")
LIVE, DEMOTED, LABELLED, REMOVED = range(len(STATUSES))
NOBODY = -1
NEVER = -(2**31)
"""A minute that has not come."""


@dataclass
class Users:
    """One column a trait; row = user id."""

    sessions_per_day: Floats
    """(U,) mean sessions a day at habit 1"""
    posts_per_day: Floats
    """(U,) mean posts a day"""
    interest: Floats
    """(U, T) taste for each topic they start from, and write by: mean 1 over topics (truth)"""
    leaning: Floats
    """(U,) from -1 (left) to 1 (right) (truth)"""
    actor: Codes
    """(U,) place in ACTORS (truth)"""
    discernment: Floats
    """(U,) how well they tell false from true, standard score (truth)"""
    reactivity: Floats
    """(U,) log-odds added to every action (truth)"""
    harm_aversion: Floats
    """(U,) how much severity repels them, >= 0 (truth)"""
    groups: dict[str, Codes]
    """(U,) place in the attribute's levels, for every group attribute of the scenario"""

    def __len__(self) -> int:
        return len(self.leaning)


@dataclass
class Graph:
    """Who follows whom: user u follows `followee[start[u]:start[u + 1]]`, in ascending order, each once."""

    start: Longs
    """(U + 1,)"""
    followee: Ints
    """(E,)"""
    followers: Ints
    """(U,) how many follow each user"""


class Posts(Columns):
    """Everything published, oldest first, while it is alive (the scenario's retention window)."""

    schema: ClassVar = {
        "key": np.uint64,  # identity, equal in every arm
        "author": np.int32,
        "minute": np.int32,  # of publication; minutes count from the end of burn-in
        "kind": np.int8,  # place in KINDS
        "modality": np.int8,  # place in MODALITIES
        "manipulated": np.bool_,  # made with manipulated media: a way of making, found in satire too
        "language": np.int8,  # the author's level of the language attribute (0 where there is none)
        "topic": np.int8,
        "narrative": np.int16,  # -1 where it tells none
        "stance": np.int8,  # 1 tells its narrative, -1 corrects it, 0 has none (truth)
        "side": np.float32,  # leaning that it speaks for (truth)
        "target_group": np.int8,  # level of the attribute it is aimed at, or -1 (truth)
        "moral_emotional_words": np.int16,
        "outgroup_terms": np.int16,
        "novelty": np.float32,  # [0, 1] (truth)
        "quality": np.float32,  # [0, 1] (truth)
        "severity": np.float32,  # [0, 1] (truth)
        "proximity": np.float32,  # severity over the policy line, at most 1 (truth)
        "false": np.bool_,  # tells a false story (truth); in a placebo, what people take for one
        "harm": np.int8,  # class of harm, or -1 (truth)
        "signals": np.float32,  # (P, H) what a content model could see: noisy, drawn at publication
        "p_harm": np.float32,  # (P, H) what detectors believe
        "status": np.int8,  # place in STATUSES
        "found_by": np.int8,  # 0 nobody; integrity says what else
        "removed_minute": np.int32,
        "labelled_minute": np.int32,
        "viewers_1500_minute": np.int32,  # when impressions reached 1,500; NEVER until then
        "impressions": np.int32,
        "clicks": np.int32,
        "likes": np.int32,
        "angries": np.int32,
        "comments": np.int32,
        "reshares": np.int32,
        "hides": np.int32,
        "reports": np.int32,
    }
    blank: ClassVar[dict[str, int]] = {"removed_minute": NEVER, "labelled_minute": NEVER, "viewers_1500_minute": NEVER}
    COUNTERS = ("clicks", "likes", "angries", "comments", "reshares", "hides", "reports")
    """The counter of each of ACTIONS."""

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
    p_harm: Floats
    status: Codes
    found_by: Codes
    removed_minute: Ints
    labelled_minute: Ints
    viewers_1500_minute: Ints
    impressions: Ints
    clicks: Ints
    likes: Ints
    angries: Ints
    comments: Ints
    reshares: Ints
    hides: Ints
    reports: Ints

    def __init__(self, harms: int, room: int = 1024) -> None:
        self.harms = harms
        super().__init__(room)

    def width(self, name: str) -> tuple[int, ...]:
        """(H,) for what there is one of a class of harm, a plain column otherwise."""
        return (self.harms,) if name in ("signals", "p_harm") else ()


class Chain(Columns):
    """Rows that belong to somebody, each linked to the same owner's row before it.

    `head[owner]` is the number of the owner's newest row and `previous` leads on to older ones; a number below `base`
    has been forgotten and ends the walk. All fields of a row stand side by side, so that a step of a walk touches
    memory once.
    """

    schema: ClassVar = {"record": np.int32}
    fields: ClassVar[tuple[str, ...]]
    """in the order of `record`; the last is `previous`"""
    record: Ints
    """(rows, fields)"""

    def __init__(self, owners: int, room: int = 1024) -> None:
        super().__init__(room)
        self.head: Ints = np.full(owners, NOBODY, np.int32)

    def width(self, name: str) -> tuple[int, ...]:
        """All fields of a row, side by side."""
        return (len(self.fields),)

    def field(self, name: str) -> Ints:
        """One field of every row, a view."""
        return self.record[:, self.fields.index(name)]

    def live(self, name: str) -> Ints:
        """One field, living rows only."""
        return self.field(name)[: len(self)]

    def append(self, **values: npt.NDArray[np.generic]) -> slice:
        """Add rows by field; those that are not named are zero. `feedsim.world.chains` links them."""
        stand = self.grow(len(next(iter(values.values()))))
        for name, value in values.items():
            self.field(name)[stand] = value
        return stand


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

    @property
    def in_burn_in(self) -> bool:
        """Whether the present tick comes before what is measured."""
        return self.minute < 0

    @property
    def day(self) -> int:
        """Days since the end of burn-in, negative before."""
        return self.minute // 1440
