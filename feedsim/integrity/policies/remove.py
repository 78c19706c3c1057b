"""Removal: what leaves the feed for good."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from feedsim.feed.flow import Candidates
from feedsim.integrity.orders import Judges, Orders
from feedsim.integrity.policies.base import Policy, Referral, believed, suspected
from feedsim.world.arrays import NEVER, Bools, Longs
from feedsim.world.desk import APPEAL, HARMFUL
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


class RemoveOnReview(Policy):
    """Send probable harm to reviewers, and remove what they find to be harm.

    Whatever else reviewers find of this class is removed too, even where the desk by itself would do less.
    """

    kind: Literal["remove_on_review"]
    harm: str
    """a class that the scenario names, such as misinformation"""
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.5
    """probability from which a post is reviewed (assumption)"""

    needs = frozenset({"detectors", "desk"})

    def review(self, world: World) -> Referral | None:
        """What is suspected and was never looked at."""
        harm = world.harms.index(self.harm)
        rows = self.of_posts(world, suspected(world, self.harm, self.threshold))
        rows = rows[~world.posts.cased[rows, harm]]
        return Referral(rows, harm) if len(rows) else None

    def orders(self, world: World, judges: Judges) -> Orders | None:
        """Removal of what reviewers have found since the last tick."""
        cases, many, harm = world.desk.cases, len(world.desk.cases), world.harms.index(self.harm)
        decided = cases.decided_minute[:many]
        new = (decided > world.minute - world.tick_minutes) & (decided <= world.minute)
        found = new & (cases.verdict[:many] == HARMFUL) & (cases.harm[:many] == harm)
        about = np.flatnonzero(found & (cases.source[:many] != APPEAL) & (cases.post[:many] >= world.posts.base))
        by_source = ((source, about[cases.source[about] == source]) for source in range(APPEAL))
        return Orders.joined(self._removal(world, mine, source, harm) for source, mine in by_source if len(mine))

    def _removal(self, world: World, cases: Longs, source: int, harm: int) -> Orders:
        """Of the posts of the cases, which came from this source."""
        rows = self.of_posts(world, world.desk.cases.post[cases].astype(np.int64) - world.posts.base)
        return Orders.on_posts((world.posts.base + rows).astype(np.int32), REMOVED, source + 1, found_as=harm)
