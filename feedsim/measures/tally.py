"""Counting what happened, person by person and day by day: whole numbers, so that no order matters."""

from dataclasses import dataclass

import numpy as np

from feedsim.feed.flow import Slate
from feedsim.kernels import kernel
from feedsim.world.arrays import Bytes, Codes, Doubles, Floats, Ints, Longs, Shorts
from feedsim.world.posts import CIVIC
from feedsim.world.world import ACTIONS, RESHARE, SOURCES, World

VIEWER = (
    "sessions",
    "impressions",
    "seconds",
    "in_network",
    "from_reshare",
    "age_minutes",
    "civic",
    "civic_terms",
    "inventory",
    *ACTIONS,
)
"""Counted for every viewer; then impressions of each harm, then reshares of each harm."""
SESSIONS, IMPRESSIONS, SECONDS, IN_FEED, FROM_RESHARE, AGE_MINUTES, CIVICS, CIVIC_TERMS, INVENTORY, FIRST_ACTION = (
    range(10)
)
FIRST_HARM = len(VIEWER)


@dataclass
class Tally:
    """Sums over some span of time. All whole numbers but `value`, which only its viewer's sessions add to, in order."""

    viewer: Ints
    """(U, K) columns VIEWER, seen_<harm>..., reshared_<harm>..."""
    value: Doubles
    """(U,) sum of what the viewer's impressions were worth on reflection"""
    author: Ints
    """(U, 1 + H) impressions of the author's posts, and of those of each harm"""
    source: Longs
    """(sources, 1 + A + H) impressions, actions, impressions of each harm"""
    posts: Ints
    """(U, 1 + H) posts written, and of each harm"""

    @classmethod
    def empty(cls, users: int, harms: int) -> "Tally":
        """Of a span in which nothing has happened yet."""
        return cls(
            np.zeros((users, len(VIEWER) + 2 * harms), np.int32),
            np.zeros(users),
            np.zeros((users, 1 + harms), np.int32),
            np.zeros((len(SOURCES), 1 + len(ACTIONS) + harms), np.int64),
            np.zeros((users, 1 + harms), np.int32),
        )

    def add(self, other: "Tally") -> None:
        """Add another span's sums."""
        for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True):
            mine += theirs

    def clear(self) -> None:
        """Begin a new span, in the same arrays."""
        for column in vars(self).values():
            column[:] = 0

    def count(self, world: World, slate: Slate, inventory: Ints) -> Doubles:
        """Add a tick's impressions; (K,) the tick's own sums, in the columns of `viewer`."""
        posts, items, s = world.posts, world.items, slate.sessions
        harms = self.author.shape[1] - 1
        tick = np.zeros((len(s), self.viewer.shape[1]), np.int32)
        tick[:, SESSIONS] = 1
        tick[:, INVENTORY] = inventory
        _count(
            slate.start, s.user, s.minute, slate.post - posts.base, slate.source, slate.item, slate.actions,
            slate.seconds, slate.value, items.base, items.depth, posts.author, posts.minute, posts.kind,
            posts.outgroup_terms, posts.harm, tick, self.value, self.author, self.source, harms,
        )  # fmt: skip
        self.viewer[s.user] += tick
        return np.asarray(tick.sum(axis=0, dtype=np.float64))

    def count_posts(self, author: Ints, harm: Codes) -> None:
        """Add a tick's new posts."""
        np.add.at(self.posts[:, 0], author, 1)
        bad = harm >= 0
        np.add.at(self.posts, (author[bad], 1 + harm[bad]), 1)


@kernel
def _count(
    start: Longs, user: Ints, now: Ints,
    post: Ints, source: Codes, item: Ints, actions: Bytes, seconds: Ints, value: Floats,
    item_base: int, item_depth: Shorts, author: Ints, born: Ints, kind: Codes, terms: Shorts, harm: Codes,
    tick: Ints, value_sums: Doubles, author_sums: Ints, source_sums: Longs, harms: int,
) -> None:  # fmt: skip
    for s in range(user.size):
        u = user[s]
        for r in range(start[s], start[s + 1]):
            p, h, did = post[r], harm[post[r]], actions[r]
            tick[s, IMPRESSIONS] += 1
            tick[s, SECONDS] += seconds[r]
            tick[s, AGE_MINUTES] += max(0, now[s] - born[p])
            if item[r] >= 0:
                tick[s, IN_FEED] += 1
                if item_depth[item[r] - item_base] > 0:
                    tick[s, FROM_RESHARE] += 1
            if kind[p] == CIVIC:
                tick[s, CIVICS] += 1
                tick[s, CIVIC_TERMS] += terms[p]
            for a in range(len(ACTIONS)):
                if did & (1 << a):
                    tick[s, FIRST_ACTION + a] += 1
                    source_sums[source[r], 1 + a] += 1
            value_sums[u] += value[r]
            author_sums[author[p], 0] += 1
            source_sums[source[r], 0] += 1
            if h >= 0:
                tick[s, FIRST_HARM + h] += 1
                if did & (1 << RESHARE):
                    tick[s, FIRST_HARM + harms + h] += 1
                author_sums[author[p], 1 + h] += 1
                source_sums[source[r], 1 + len(ACTIONS) + h] += 1
