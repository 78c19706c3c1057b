"""Who opens the feed in a tick, when, and for how long."""

from dataclasses import dataclass

import numpy as np

from feedsim.feed.flow import Sessions
from feedsim.people.minds import MindsBlock
from feedsim.people.rhythm import weight
from feedsim.world.arrays import Ints
from feedsim.world.world import World


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
        odds = np.log(self.minding.look_on / (1 - self.minding.look_on))
        on = 1 / (1 + np.exp(-(odds + self.minding.look_on_effect * world.minds.satisfaction[user].astype(np.float64))))
        u = world.streams.uniform("session_length", world.tick, user)
        return np.asarray(np.minimum(1 + np.log1p(-u) / np.log(on), self.slate), np.int32)
