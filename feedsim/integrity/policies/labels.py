"""Labels and screens: a post stays, and people are told something about it."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from feedsim.block import Share
from feedsim.feed.flow import Candidates, Choice
from feedsim.feed.friction import Friction
from feedsim.integrity.orders import Judges, Orders
from feedsim.integrity.policies.base import Need, Policy, suspected
from feedsim.world.arrays import Longs
from feedsim.world.posts import DETECTOR, LABELLED, SCREEN, WARNING
from feedsim.world.world import World

Certain = Annotated[float, Field(gt=0, le=1)]


class Label(Policy):
    """What labels and screens have in common: they are put on probable harm."""

    harm: str
    """a class that the scenario names, such as misinformation"""

    needs = frozenset({"detectors"})

    def put_on(self, world: World, label: int, threshold: float) -> Orders | None:
        """The order to put it on those that should have it and have not."""
        rows = self.of_posts(world, suspected(world, self.harm, threshold))
        rows = rows[(world.posts.labels[rows] & label) == 0]
        found = world.harms.index(self.harm)
        return Orders.on_posts(world.posts.base + rows, LABELLED, DETECTOR, label, found) if len(rows) else None


def labelled(world: World, c: Candidates, choice: Choice, label: int) -> Longs:
    """Rows of the choice whose post bears the label."""
    return np.flatnonzero(world.posts.labels[c.post[choice.candidate] - world.posts.base] & label)


class WarningLabel(Label):
    """Put a warning on probable harm: people share and believe less of it, those who trust fact-checkers least less so.

    Whatever else was labelled, by reviewers say, bears the same warning.
    """

    kind: Literal["warning_label"]
    threshold: Certain | None = 0.9
    """probability from which a post gets it; nothing = only what reviewers label bears it (assumption)"""
    sharing_cut: Share = 0.247
    """share of reshares that a warning prevents, over all people (I06)"""
    low_trust_sharing_cut: Share = 0.167
    """the same in those who trust fact-checkers least (I06)"""
    belief_cut: Share = 0.276
    """share of the growth of belief that a warning prevents, over all people (I06)"""
    low_trust_belief_cut: Share = 0.129
    """the same in those who trust fact-checkers least (I06)"""

    def requires(self) -> frozenset[Need]:
        """Reviewers, where detectors are not asked."""
        return self.needs if self.threshold is not None else frozenset({"desk"})

    def orders(self, world: World, judges: Judges) -> Orders | None:
        """Warnings for what is suspected."""
        return None if self.threshold is None else self.put_on(world, int(WARNING), self.threshold)

    def friction(self, world: World, c: Candidates, choice: Choice) -> Friction:
        """Fewer reshares, and less belief."""
        return Friction(
            labelled(world, c, choice, int(WARNING)),
            {"reshare": 1 - self.sharing_cut},
            {"reshare": 1 - self.low_trust_sharing_cut},
            belief=1 - self.belief_cut,
            low_trust_belief=1 - self.low_trust_belief_cut,
        )


class Interstitial(Label):
    """Put a screen before probable harm, behind which few people look."""

    kind: Literal["interstitial"]
    threshold: Certain = 0.9
    """probability from which a post gets it (assumption)"""
    open_share: Share = 0.05
    """share of times that somebody looks at what is behind (G13)"""

    def orders(self, world: World, judges: Judges) -> Orders | None:
        """Screens for what is suspected."""
        return self.put_on(world, int(SCREEN), self.threshold)

    def friction(self, world: World, c: Candidates, choice: Choice) -> Friction:
        """Nothing is done, felt or believed of what nobody looks at."""
        return Friction(labelled(world, c, choice, int(SCREEN)), opened=self.open_share)
