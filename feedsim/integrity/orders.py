"""Orders: what shall be done now with posts, accounts and stories. One place carries them out."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Protocol

import numpy as np

from feedsim.world.arrays import NEVER, Bools, Bytes, Codes, Ints, Longs, Shorts
from feedsim.world.posts import LABELLED, LIVE, NOBODY_FOUND, REMOVED, WARNING
from feedsim.world.world import World


class Judges(Protocol):
    """The people whom a company asks. They know what they know; the company gets their answers as columns."""

    def fact_check(self, narrative: Longs, accuracy: float) -> Bools:
        """(N',) which of the narratives professional fact-checkers call false; `accuracy` of all verdicts are right."""
        ...

    def corrects(self, post: Longs, accuracy: float) -> Bools:
        """(n,) which posts (rows of the arrays) fact-checkers find to correct the story that they are about."""
        ...

    def agree(self, post: Longs, raters: int, share: float) -> Bools:
        """(n,) for which posts (rows of the arrays) at least `share` of `raters` on either side want a note shown."""
        ...


def _no_ints() -> Ints:
    return np.zeros(0, np.int32)


def _no_codes() -> Codes:
    return np.zeros(0, np.int8)


def _no_bits() -> Bytes:
    return np.zeros(0, np.uint8)


def _no_shorts() -> Shorts:
    return np.zeros(0, np.int16)


def _no_bools() -> Bools:
    return np.zeros(0, np.bool_)


@dataclass(frozen=True)
class Orders:
    """Four lists of orders, each a few columns side by side; what is not named is not touched."""

    post: Ints = field(default_factory=_no_ints)
    """(n,) absolute rows of Posts"""
    status: Codes = field(default_factory=_no_codes)
    """(n,) what each becomes: place in STATUSES; LIVE puts a post back"""
    labels: Bytes = field(default_factory=_no_bits)
    """(n,) bits of LABELS to be put on"""
    found_by: Codes = field(default_factory=_no_codes)
    """(n,) who found it"""
    found_as: Codes = field(default_factory=_no_codes)
    """(n,) class of harm that it was found to be, or -1"""
    author: Ints = field(default_factory=_no_ints)
    """(k,) accounts"""
    strikes: Shorts = field(default_factory=_no_shorts)
    """(k,) how many strikes stand against each from now on"""
    until: Ints = field(default_factory=_no_ints)
    """(k,) the minute until which each is suspended; NEVER = as long as before"""
    pardoned: Bools = field(default_factory=_no_bools)
    """(k,) whether these are fewer strikes than before, since a removal was taken back"""
    freed: Bools = field(default_factory=_no_bools)
    """(k,) whether a suspension ends with that"""
    narrative: Ints = field(default_factory=_no_ints)
    """(m,) stories that have been checked"""
    found_false: Bools = field(default_factory=_no_bools)
    """(m,) the verdict"""
    known_minute: Ints = field(default_factory=_no_ints)
    """(m,) when it is published"""
    about: Ints = field(default_factory=_no_ints)
    """(q,) absolute rows of Posts that are about such a story, and have been read"""
    corrects: Bools = field(default_factory=_no_bools)
    """(q,) whether each corrects it"""

    @classmethod
    def on_posts(cls, post: Ints, status: int, found_by: int, labels: int = 0, found_as: int = -1) -> "Orders":
        """The same order for several posts."""
        many = len(post)
        return cls(
            post=post.astype(np.int32),
            status=np.full(many, status, np.int8),
            labels=np.full(many, labels, np.uint8),
            found_by=np.full(many, found_by, np.int8),
            found_as=np.full(many, found_as, np.int8),
        )

    @classmethod
    def joined(cls, parts: Iterable["Orders"]) -> "Orders":
        """All orders together."""
        several = list(parts) or [cls()]
        return cls(*(np.concatenate([getattr(part, column.name) for part in several]) for column in fields(cls)))


def apply(world: World, orders: Orders) -> None:
    """Carry out a tick's orders. Of several for one post the severest holds, and labels add up; a post that is only
    ordered LIVE is put back, without a warning. Who found a post first stays its finder. Of several policies that count
    strikes the sternest holds: most strikes, the longest suspension."""
    if len(orders.post):
        _on_posts(world, orders)
    if len(orders.author):
        _on_accounts(world, orders)
    if len(orders.narrative):
        world.fact_checks.minute[orders.narrative] = orders.known_minute
        world.fact_checks.found_false[orders.narrative] = orders.found_false
    if len(orders.about):
        world.posts.fact_checked[orders.about - world.posts.base] = np.where(orders.corrects, -1, 1)


def _on_posts(world: World, orders: Orders) -> None:
    posts, row = world.posts, orders.post - world.posts.base
    # In the order of post keys, the severest first, so that it does not matter who gave which order first.
    order = np.lexsort((orders.found_as, orders.found_by, -orders.status, posts.key[row]))
    severest = order[np.r_[True, np.diff(row[order]) != 0]]
    at, status = row[severest], orders.status[severest]
    posts.status[at] = np.where(status == LIVE, LIVE, np.maximum(posts.status[at], status))
    first = posts.found_by[at] == NOBODY_FOUND
    posts.found_by[at[first]] = orders.found_by[severest][first]
    posts.found_as[at[first]] = orders.found_as[severest][first]
    # Put back means without a warning; what raters wrote stays.
    posts.labels[at[status == LIVE]] &= ~WARNING
    # Whoever orders a label and names none, such as a reviewer, means the warning.
    labels = np.where((orders.status == LABELLED) & (orders.labels == 0), WARNING, orders.labels)
    np.bitwise_or.at(posts.labels, row, labels)
    for minutes, done in ((posts.removed_minute, REMOVED), (posts.labelled_minute, LABELLED)):
        rows = row[orders.status == done]
        # A post of this very tick may be younger than the tick: nothing is done to it before it is there.
        _stamp(minutes, rows, np.maximum(posts.minute[rows], world.minute))


def _stamp(minutes: Ints, rows: Ints, now: Ints | int) -> None:
    """When it was done for the first time."""
    minutes[rows] = np.where(minutes[rows] == NEVER, now, minutes[rows])


def _on_accounts(world: World, orders: Orders) -> None:
    accounts, freed = world.accounts, orders.author[orders.freed]
    accounts.strikes[orders.author] = 0
    np.maximum.at(accounts.strikes, orders.author, orders.strikes)
    accounts.last_strike_minute[orders.author[(orders.strikes > 0) & ~orders.pardoned]] = world.minute
    accounts.suspended_until[freed] = NEVER
    held = orders.until > world.minute
    np.maximum.at(accounts.suspended_until, orders.author[held], orders.until[held])
    _stamp(accounts.suspended_minute, orders.author[held], world.minute)
