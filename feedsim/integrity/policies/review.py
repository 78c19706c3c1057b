"""Review without suspicion: what people look at because detectors cannot be relied on there."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from feedsim.integrity.policies.base import Policy, Referral
from feedsim.world.posts import MODALITIES, REMOVED
from feedsim.world.world import World


class HumanReview(Policy):
    """Send a share of posts to reviewers, whatever detectors think of them."""

    kind: Literal["human_review"]
    harm: str
    """a class that the scenario names, such as hate: what reviewers look for"""
    share: Annotated[float, Field(gt=0, le=1)] = 0.1
    """of posts, drawn by lot (assumption)"""
    modality: Literal["text", "link", "photo", "video", "meme"] | None = None
    """only posts made in this way; nothing = all (assumption)"""

    needs = frozenset({"desk"})

    def review(self, world: World) -> Referral | None:
        """What is drawn and was never looked at."""
        posts, many, harm = world.posts, len(world.posts), world.harms.index(self.harm)
        unseen = ~posts.cased[:many, harm] & (posts.status[:many] != REMOVED)
        if self.modality is not None:
            unseen &= posts.modality[:many] == MODALITIES.index(self.modality)
        rows = self.of_posts(world, np.flatnonzero(unseen))
        # By the post alone, so that a second policy with a greater share looks at these and at more.
        rows = rows[world.streams.uniform("human review", posts.key[rows]) < self.share]
        return Referral(rows, harm) if len(rows) else None
