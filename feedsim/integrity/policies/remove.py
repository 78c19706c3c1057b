"""Removal: what leaves the feed for good."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from feedsim.feed.flow import Candidates
from feedsim.integrity.orders import Judges, Orders
from feedsim.integrity.policies.base import Policy, believed, suspected
from feedsim.world.arrays import NEVER, Bools
from feedsim.world.posts import DETECTOR, REMOVED
from feedsim.world.world import World


class Remove(Policy):
    """Take probable harm out of the feed."""

    kind: Literal["remove"]
    harm: str
    """a class that the scenario names, such as misinformation"""
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.9
    """probability from which a post is taken out (assumption)"""

    needs = frozenset({"detectors"})

    def keep(self, world: World, c: Candidates) -> Bools:
        """Those believed below the threshold, and those put back since."""
        posts, at = world.posts, c.post - world.posts.base
        put_back = (posts.removed_minute[at] != NEVER) & (posts.status[at] != REMOVED)
        return np.asarray((believed(world, c, self.harm) < np.float32(self.threshold)) | put_back)

    def orders(self, world: World, judges: Judges) -> Orders | None:
        """The post itself is removed, once, unless the policy is for some viewers or surfaces only."""
        if self.scope is not None and (self.scope.groups or self.scope.surfaces):
            return None
        rows = self.of_posts(world, suspected(world, self.harm, self.threshold))
        rows = rows[world.posts.removed_minute[rows] == NEVER]
        found = world.harms.index(self.harm)
        return Orders.on_posts(world.posts.base + rows, REMOVED, DETECTOR, found_as=found) if len(rows) else None
