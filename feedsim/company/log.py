"""What the company logs of its own feed: a sample of impressions with the features as they were served."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from feedsim.feed.flow import Slate
from feedsim.world.arrays import Bytes, Floats, Ints, Keys, Longs
from feedsim.world.columns import Columns
from feedsim.world.world import ACTIONS, ANGRY, COMMENT, HIDE, REPORT, RESHARE, World

RARE = np.uint8(sum(1 << a for a in (ANGRY, COMMENT, RESHARE, HIDE, REPORT)))


class ImpressionLog(Columns):
    """Sampled impressions, in the order they were made. Rows of a rare outcome are kept more often, and weigh less."""

    schema: ClassVar = {
        "features": "f4",  # (F,) as served
        "p": "f4",  # (A,) as predicted when served; zero where no heads were in force
        "actions": "u1",  # bit a of ACTIONS
        "weight": "f4",  # 1 / probability that this row was kept
        "user": "i4",
        "author": "i4",
        "key": "u8",  # of the post
        "minute": "i4",
        "version": "i2",  # of the ranker that served it; 0 = none (burn-in)
    }
    features: Floats
    p: Floats
    actions: Bytes
    weight: Floats
    user: Ints
    author: Ints
    key: Keys
    minute: Ints
    version: Any

    def __init__(self, features: int, room: int = 4096) -> None:
        self.feature_count = features
        super().__init__(room)

    def width(self, name: str) -> tuple[int, ...]:
        """Of features and of predictions a row holds many."""
        return {"features": (self.feature_count,), "p": (len(ACTIONS),)}.get(name, ())


@dataclass(frozen=True)
class Sampling:
    """The probability that an impression is logged, by what came of it: nothing, a click or like, something rarer."""

    nothing: float
    common: float
    rare: float

    @classmethod
    def of(cls, rows_per_day: float, impressions_per_day: float) -> "Sampling":
        """About `rows_per_day` of nothing, and as many again of the rest, which is kept 5 and 40 times as often."""
        share = rows_per_day / max(impressions_per_day, 1.0)
        return cls(min(1.0, share), min(1.0, 5 * share), min(1.0, 40 * share))

    def rows(self, world: World, slate: Slate) -> tuple[Longs, Floats]:
        """Rows of the slate to log, by addressed lot, and 1 / probability of each."""
        p = np.where(slate.actions == 0, self.nothing, np.where(slate.actions & RARE, self.rare, self.common))
        key = world.posts.key[slate.post - world.posts.base]
        rows = np.flatnonzero(world.streams.uniform("log", world.tick, slate.user, key) < p)
        return rows, (1 / p[rows]).astype(np.float32)
