"""What people may choose for themselves."""

from typing import Literal

import numpy as np

from feedsim.block import Share
from feedsim.feed.flow import Candidates
from feedsim.integrity.policies.base import Policy, believed
from feedsim.world.arrays import Bools
from feedsim.world.world import World


class UserControl(Policy):
    """Offer people a filter against probable harm; some, always the same ones, switch it on."""

    kind: Literal["user_control"]
    harm: str
    """a class that the scenario names, such as misinformation"""
    share: Share = 0.2
    """of people who switch it on (assumption)"""
    threshold: Share = 0.3
    """probability from which they are shown no such post (assumption)"""

    needs = frozenset({"detectors"})

    def keep(self, world: World, c: Candidates) -> Bools:
        """What is below the threshold, and all of it for those who left it off."""
        on = world.streams.uniform(f"filter against {self.harm}", c.sessions.user) < self.share
        return ~on[c.session] | (believed(world, c, self.harm) < np.float32(self.threshold))
