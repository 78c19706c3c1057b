"""What is done about accounts rather than posts."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from feedsim.block import Positive, Share
from feedsim.feed.flow import Candidates
from feedsim.feed.friction import Gate, Submitted
from feedsim.integrity.orders import Judges, Orders
from feedsim.integrity.policies.base import Policy
from feedsim.world.arrays import FOREVER, NEVER, NOBODY, Bools, Doubles, Floats, Ints, Longs, Shorts
from feedsim.world.desk import RESTORE
from feedsim.world.posts import LIVE
from feedsim.world.world import World

DAY = 1440
"""Minutes."""


@dataclass(frozen=True)
class Record:
    """Accounts whose strikes are others than a tick ago (k of them)."""

    author: Ints
    """(k,)"""
    strikes: Shorts
    """(k,) that now stand against each"""
    pardoned: Bools
    """(k,) of whom more removals were taken back than made"""


class Counting(Policy):
    """What policies about repeated offences have in common: a removed post is a strike against its author, until the
    removal is taken back."""

    window_days: Positive = 90.0
    """without a new strike after which the old ones are forgotten (I16)"""
    labels_count: bool = False
    """whether a post that was labelled is an offence too (assumption)"""

    def record(self, world: World) -> Record:
        """Who was found out in the last tick, or found to be right after all."""
        posts, accounts, many = world.posts, world.accounts, len(world.posts)
        removed, labelled = posts.removed_minute[:many], posts.labelled_minute[:many]
        found = _just_now(world, removed)
        if self.labels_count:
            found |= _just_now(world, labelled) & (removed == NEVER)
        offences, restored = np.flatnonzero(found), self._restored(world)
        rows = self.of_posts(world, np.concatenate([offences, restored]))
        author, whose = np.unique(posts.author[rows], return_inverse=True)
        change = np.bincount(whose, np.where(np.isin(rows, restored), -1, 1), len(author)).astype(int)
        # In whole minutes since then, wide enough for NEVER.
        since = world.minute - accounts.last_strike_minute[author].astype(np.int64)
        stand = np.where(since <= DAY * self.window_days, accounts.strikes[author], 0)
        return Record(author.astype(np.int32), np.maximum(stand + change, 0).astype(np.int16), change < 0)

    def _restored(self, world: World) -> Longs:
        """Rows of posts that were an offence and that an appeal has just put back."""
        posts, cases, n = world.posts, world.desk.cases, len(world.desk.cases)
        won = (cases.outcome[:n] == RESTORE) & _just_now(world, cases.decided_minute[:n]) & (cases.post[:n] != NOBODY)
        rows = np.unique(cases.post[:n][won]).astype(np.int64) - posts.base
        offence = posts.removed_minute[rows] != NEVER
        if self.labels_count:
            offence |= posts.labelled_minute[rows] != NEVER
        return np.asarray(rows[offence & (posts.status[rows] == LIVE)])

    def struck(self, record: Record, limit: int, end: int) -> Orders | None:
        """The order: strikes; a suspension until `end` from `limit` strikes on, and the end of one below them."""
        if not len(record.author):
            return None
        guilty = (record.strikes >= limit) & ~record.pardoned
        return Orders(
            author=record.author,
            strikes=record.strikes,
            until=np.where(guilty, end, NEVER).astype(np.int32),
            pardoned=record.pardoned,
            freed=record.pardoned & (record.strikes < limit),
        )


def _just_now(world: World, minute: Ints | Doubles) -> Bools:
    """(n,) which minutes were in the last tick."""
    return np.asarray((minute >= world.minute - world.tick_minutes) & (minute < world.minute))


class Strikes(Counting):
    """Count strikes, and suspend whoever has too many: a suspended account neither posts nor comes."""

    kind: Literal["strikes"]
    limit: Annotated[int, Field(ge=1)] = 3
    """strikes from which each one suspends: as many as end a channel elsewhere (I16)"""
    suspension_days: Annotated[float, Field(gt=0, le=36_500)] = 7.0
    """how long (assumption)"""

    def orders(self, world: World, judges: Judges) -> Orders | None:
        """Strikes for what was removed in the last tick, and suspensions for too many of them."""
        return self.struck(self.record(world), self.limit, world.minute + round(DAY * self.suspension_days))


class AccountBan(Counting):
    """Ban accounts after so many strikes, for ever; what they have posted leaves the feed."""

    kind: Literal["account_ban"]
    limit: Annotated[int, Field(ge=1)] = 3
    """strikes that end an account (I16)"""

    def orders(self, world: World, judges: Judges) -> Orders | None:
        """Strikes for what was removed in the last tick, and the end for too many of them."""
        return self.struck(self.record(world), self.limit, FOREVER)

    def keep(self, world: World, c: Candidates) -> Bools:
        """Nothing by those who are banned."""
        author = world.posts.author[c.post - world.posts.base]
        return np.asarray(world.accounts.suspended_until[author] != FOREVER)


class RepeatOffenders(Counting):
    """Lower the score of all that repeat offenders post, while strikes stand against them."""

    kind: Literal["repeat_offender_demotion"]
    limit: Annotated[int, Field(ge=1)] = 2
    """strikes from which an author is one (assumption)"""
    strength: Share = 0.5
    """share of the score taken away (assumption)"""

    def orders(self, world: World, judges: Judges) -> Orders | None:
        """Strikes for what was removed in the last tick."""
        return self.struck(self.record(world), self.limit, NEVER)

    def factor(self, world: World, c: Candidates) -> Floats:
        """1 - strength for posts of repeat offenders."""
        author, accounts = world.posts.author[c.post - world.posts.base], world.accounts
        since = world.minute - accounts.last_strike_minute[author].astype(np.int64)
        guilty = (accounts.strikes[author] >= self.limit) & (since <= DAY * self.window_days)
        return np.where(guilty, np.float32(1 - self.strength), np.float32(1))


class BotThrottle(Policy):
    """Publish no more of an account than a person could write; whether it is a bot, nobody asks."""

    kind: Literal["bot_throttle"]
    posts_per_day: Annotated[int, Field(ge=1)] = 24
    """in the last 24 hours, after which the next has to wait for ever (assumption)"""

    def publish(self, world: World, drafts: Submitted) -> Gate:
        """Those whose authors have published as much already are withheld."""
        posts = world.posts
        day = np.searchsorted(posts.live("minute"), world.minute - DAY, side="right")
        recent = np.bincount(posts.author[day : len(posts)], minlength=len(world.users))
        withheld = recent[drafts.author] >= self.posts_per_day
        return Gate(withheld, np.zeros(len(drafts), np.bool_))
