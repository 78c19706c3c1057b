"""Orders: what shall be done now with posts. One place carries them out."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

import numpy as np

from feedsim.world.arrays import NEVER, Codes, Ints
from feedsim.world.posts import LABELLED, LIVE, REMOVED
from feedsim.world.world import World


@dataclass(frozen=True)
class Orders:
    """A list of orders: a few columns side by side; what is not named is not touched."""

    post: Ints = field(default_factory=lambda: np.zeros(0, np.int32))
    """(n,) absolute rows of Posts"""
    status: Codes = field(default_factory=lambda: np.zeros(0, np.int8))
    """(n,) what each becomes: place in STATUSES; LIVE puts a post back"""
    found_by: Codes = field(default_factory=lambda: np.zeros(0, np.int8))
    """(n,) who found it"""
    found_as: Codes = field(default_factory=lambda: np.zeros(0, np.int8))
    """(n,) class of harm that it was found to be, or -1"""

    @classmethod
    def on_posts(cls, post: Ints, status: int, found_by: int, found_as: Codes | int = -1) -> "Orders":
        """The same order for several posts."""
        columns = (np.full(len(post), of, np.int8) for of in (status, found_by, found_as))
        return cls(post.astype(np.int32), *columns)

    @classmethod
    def joined(cls, parts: Iterable["Orders"]) -> "Orders":
        """All orders together."""
        several = list(parts) or [cls()]
        return cls(*(np.concatenate([getattr(part, column.name) for part in several]) for column in fields(cls)))


def apply(world: World, orders: Orders) -> None:
    """Carry out a tick's orders. Of several for one post the severest holds; a post that is only ordered LIVE is put
    back. Who found a post first stays its finder."""
    posts, row = world.posts, orders.post - world.posts.base
    # In the order of post keys, the severest first, so that it does not matter who gave which order first.
    order = np.lexsort((orders.found_as, orders.found_by, -orders.status, posts.key[row]))
    severest = order[np.r_[True, np.diff(row[order]) != 0][: len(order)]]
    at, status, found_by = row[severest], orders.status[severest], orders.found_by[severest]
    is_new = posts.found_by[at] == 0
    posts.found_as[at[is_new]] = orders.found_as[severest[is_new]]
    posts.status[at] = np.where(status == LIVE, LIVE, np.maximum(posts.status[at], status))
    posts.found_by[at] = np.where(posts.found_by[at] == 0, found_by, posts.found_by[at])
    _stamp(posts.removed_minute, row[orders.status == REMOVED], world.minute)
    _stamp(posts.labelled_minute, row[orders.status == LABELLED], world.minute)


def _stamp(minutes: Ints, rows: Ints, now: int) -> None:
    """When it was done for the first time."""
    minutes[rows] = np.where(minutes[rows] == NEVER, now, minutes[rows])
