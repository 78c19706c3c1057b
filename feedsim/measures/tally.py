"""Counting what happened, person by person and day by day: whole numbers, so that no order matters."""

from dataclasses import dataclass

import numpy as np

from feedsim.feed.flow import Slate
from feedsim.kernels import kernel
from feedsim.world.arrays import Bytes, Codes, Doubles, Floats, Ints, Longs
from feedsim.world.world import ACTIONS, SOURCES, World

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


@dataclass
class Tally:
    """Sums over some span of time. All whole numbers but `value`, which only its viewer's sessions add to, in order."""

    viewer: Longs
    """(U, K) columns VIEWER, seen_<harm>..., reshared_<harm>..."""
    value: Doubles
    """(U,) sum of what the viewer's impressions were worth on reflection"""
    author: Longs
    """(U, 1 + H) impressions of the author's posts, and of those of each harm"""
    source: Longs
    """(sources, 1 + A + H) impressions, actions, impressions of each harm"""
    posts: Longs
    """(U, 1 + H) posts written, and of each harm"""

    @classmethod
    def empty(cls, users: int, harms: int) -> "Tally":
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
        for column in vars(self).values():
            column[:] = 0

    def count(self, world: World, slate: Slate, inventory: Ints) -> None:
        """Add a tick's impressions."""
        posts, items = world.posts, world.items
        s = slate.sessions
        self.viewer[s.user, 0] += 1
        self.viewer[s.user, VIEWER.index("inventory")] += inventory
        _count(
            slate.start, s.user, s.minute, slate.post - posts.base, slate.source, slate.item, slate.actions,
            slate.seconds, slate.value, items.base, items.depth, posts.author, posts.minute, posts.kind,
            posts.outgroup_terms, posts.harm, self.viewer, self.value, self.author, self.source, self.author.shape[1] - 1,
        )  # fmt: skip

    def count_posts(self, author: Ints, harm: Codes) -> None:
        """Add a tick's new posts."""
        np.add.at(self.posts[:, 0], author, 1)
        bad = harm >= 0
        np.add.at(self.posts, (author[bad], 1 + harm[bad]), 1)


@kernel
def _count(
    start: Longs, user: Ints, now: Ints, post: Ints, source: Codes, item: Ints, actions: Bytes, seconds: Ints, value: Floats,
    item_base: int, item_depth: Ints, author: Ints, born: Ints, kind: Codes, terms: Ints, harm: Codes,
    viewer_sums: Longs, value_sums: Doubles, author_sums: Longs, source_sums: Longs, harms: int,
) -> None:  # fmt: skip
    for s in range(user.size):
        u = user[s]
        for r in range(start[s], start[s + 1]):
            p, h = post[r], harm[post[r]]
            viewer_sums[u, 1] += 1
            viewer_sums[u, 2] += seconds[r]
            if item[r] >= 0:
                viewer_sums[u, 3] += 1
                if item_depth[item[r] - item_base] > 0:
                    viewer_sums[u, 4] += 1
            viewer_sums[u, 5] += max(0, now[s] - born[p])
            if kind[p] == 2:
                viewer_sums[u, 6] += 1
                viewer_sums[u, 7] += terms[p]
            did = actions[r]
            for a in range(7):
                if did & (1 << a):
                    viewer_sums[u, 9 + a] += 1
                    source_sums[source[r], 1 + a] += 1
            value_sums[u] += value[r]
            author_sums[author[p], 0] += 1
            source_sums[source[r], 0] += 1
            if h >= 0:
                viewer_sums[u, 16 + h] += 1
                if did & 16:
                    viewer_sums[u, 16 + harms + h] += 1
                author_sums[author[p], 1 + h] += 1
                source_sums[source[r], 8 + h] += 1
