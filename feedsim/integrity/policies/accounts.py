"""What is done about accounts rather than posts."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from feedsim.block import Positive, Share
from feedsim.feed.flow import Candidates
from feedsim.feed.friction import Gate, Submitted
from feedsim.integrity.orders import Judges, Orders
from feedsim.integrity.policies.base import Policy
from feedsim.world.arrays import FOREVER, NEVER, Bools, Floats, Ints, Shorts
from feedsim.world.world import World

DAY = 1440
"""Minutes."""


class Counting(Policy):
    """What policies about repeated offences have in common: a removed post is a strike against its author."""

    window_days: Positive = 90.0
    """without a new strike after which the old ones are forgotten (I16)"""
    labels_count: bool = False
    """whether a post that was labelled is an offence too (assumption)"""

    def offenders(self, world: World) -> tuple[Ints, Shorts]:
        """(k,) authors of what was found out in the last tick, and how many strikes now stand against each."""
        posts, accounts, many = world.posts, world.accounts, len(world.posts)
        removed, labelled = posts.removed_minute[:many], posts.labelled_minute[:many]
        found = _just_now(world, removed)
        if self.labels_count:
            found |= _just_now(world, labelled) & (removed == NEVER)
        rows = self.of_posts(world, np.flatnonzero(found))
        author, offences = np.unique(posts.author[rows], return_counts=True)
        # In whole minutes since then, wide enough for NEVER.
        since = world.minute - accounts.last_strike_minute[author].astype(np.int64)
        stand = np.where(since <= DAY * self.window_days, accounts.strikes[author], 0)
        return author.astype(np.int32), (stand + offences).astype(np.int16)

    def struck(self, author: Ints, strikes: Shorts, until: Ints) -> Orders | None:
        """The order for the authors (k,): strikes, and the minute until which each is suspended."""
        return Orders(author=author, strikes=strikes, until=until) if len(author) else None


def _just_now(world: World, minute: Ints) -> Bools:
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
        author, strikes = self.offenders(world)
        end = world.minute + round(DAY * self.suspension_days)
        return self.struck(author, strikes, np.where(strikes >= self.limit, end, NEVER).astype(np.int32))


class AccountBan(Counting):
    """Ban accounts after so many strikes, for ever; what they have posted leaves the feed."""

    kind: Literal["account_ban"]
    limit: Annotated[int, Field(ge=1)] = 3
    """strikes that end an account (I16)"""

    def orders(self, world: World, judges: Judges) -> Orders | None:
        """Strikes for what was removed in the last tick, and the end for too many of them."""
        author, strikes = self.offenders(world)
        return self.struck(author, strikes, np.where(strikes >= self.limit, FOREVER, NEVER).astype(np.int32))

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
        author, strikes = self.offenders(world)
        return self.struck(author, strikes, np.full(len(author), NEVER, np.int32))

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
