"""Who opens the feed in a tick, when, and for how long."""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_expit, logit

from feedsim.feed.flow import Sessions
from feedsim.people.minds import MindsBlock
from feedsim.people.rhythm import weight
from feedsim.world.arrays import Ints
from feedsim.world.world import World

NEVER_STOPPING = -1e-300
"""Logarithm of the probability to look at one more, for who looks at everything: no quotient by it overflows."""


@dataclass(frozen=True)
class Opening:
    """The chance that each person opens the feed: rate x habit x rhythm of the day, at most once a tick."""

    minding: MindsBlock
    slate: int
    """posts that a session can hold"""

    def open(self, world: World) -> Sessions:
        """The tick's sessions: who opens the feed, in which minute, and how many posts each looks at."""
        middle = (world.minute + world.tick_minutes / 2) % 1440
        rate = (
            world.users.sessions_per_day
            * world.minds.habit
            * np.float32(float(weight(middle)) * world.tick_minutes / 1440)
        )
        # Who is suspended does not come; the draws of the others stay as they are.
        rate = np.where(world.accounts.suspended(world.minute), np.float32(0), rate)
        everybody = np.arange(len(world.users))
        user = np.flatnonzero(world.streams.uniform("session", world.tick, everybody) < rate).astype(np.int32)
        minute = world.minute + (world.streams.uniform("session_minute", world.tick, user) * world.tick_minutes).astype(
            np.int32
        )
        return Sessions(user, minute.astype(np.int32), self.length(world, user))

    def length(self, world: World, user: Ints) -> Ints:
        """(S,) posts looked at, at least one and at most a slate: by inversion, so that content people never look less.

        Length is geometric: at satisfaction s a person looks on with log-odds logit(look_on) + look_on_effect x s.
        """
        odds = logit(self.minding.look_on) + self.minding.look_on_effect * world.minds.satisfaction[user].astype(float)
        # Below 0 even for those who would never stop, so that they too look at a whole slate and no more.
        log_on = np.minimum(log_expit(odds), NEVER_STOPPING)
        u = world.streams.uniform("session_length", world.tick, user)
        return np.asarray(np.minimum(1 + np.log1p(-u) / log_on, self.slate), np.int32)
