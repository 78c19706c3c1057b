"""What the company logs of its own feed: a sample of impressions with the features as they were served."""

from typing import Any

from feedsim.world.arrays import Bytes, Floats, Ints, Keys
from feedsim.world.columns import Columns
from feedsim.world.world import ACTIONS


class ImpressionLog(Columns):
    """Sampled impressions, in the order they were made. Rows of a rare outcome are kept more often, and weigh less."""

    schema = {
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
        return {"features": (self.feature_count,), "p": (len(ACTIONS),)}.get(name, ())
