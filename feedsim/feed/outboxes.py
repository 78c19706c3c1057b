"""What everybody wrote or reshared of late: the newest of each person, which a walk along the followees reads."""

from dataclasses import dataclass

import numpy as np

from feedsim.kernels import kernel
from feedsim.world.arrays import NOBODY, Ints
from feedsim.world.posts import Posts
from feedsim.world.world import Items, World


@dataclass
class Outboxes:
    """The newest N items of each user, in a ring: it grows by what is new and is never sorted.

    Follows from Items alone, as far as they live, so that it can be made anew at any time.
    """

    rows: Ints
    """(U, 1 + N, 4) first how many items there have been, then the ring of post, minute, author of the post, and row of
    Items (absolute); the newest stands at 1 + (many - 1) % N. All of one user's together, so that a walk along many who
    wrote little touches memory once for each."""
    end: int = 0
    """number of the item to take in next"""

    @classmethod
    def of(cls, world: World, newest: int) -> "Outboxes":
        """The `newest` items of everybody."""
        outboxes = cls(np.zeros((len(world.users), 1 + newest, 4), np.int32))
        outboxes.take_in(world.items, world.posts)
        return outboxes

    def take_in(self, items: Items, posts: Posts) -> None:
        """Add what was made since the last time."""
        first = max(self.end, items.base) - items.base
        _take_in(
            items.user, items.post, items.minute, first, len(items), items.base, posts.author, posts.base, self.rows
        )  # fmt: skip
        self.end = items.end


@kernel
def _take_in(
    user: Ints, post: Ints, minute: Ints, first: int, last: int, base: int, author: Ints, post_base: int, rows: Ints
) -> None:
    for i in range(first, last):
        u, p = user[i], post[i] - post_base
        place = 1 + rows[u, 0, 0] % (rows.shape[1] - 1)
        rows[u, place, 0], rows[u, place, 1], rows[u, place, 3] = post[i], minute[i], base + i
        rows[u, place, 2] = author[p] if p >= 0 else NOBODY
        rows[u, 0, 0] += 1
