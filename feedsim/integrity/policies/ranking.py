"""What the ranker is asked to look for."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from feedsim.block import Share, Weight
from feedsim.feed.flow import Candidates, chronological_score
from feedsim.integrity.policies.base import Policy, out_of_network
from feedsim.kernels import kernel
from feedsim.world.arrays import Bools, Doubles, Floats, Ints
from feedsim.world.posts import CIVIC
from feedsim.world.world import ACTIONS, COMMENT, RESHARE, Action, World


class ReactionWeights(Policy):
    """Give some of the ranker's heads another weight."""

    kind: Literal["reaction_weights"]
    reactions: dict[Action, Weight] = Field({"angry": 0.0})
    """what each counts for, with a like at 1: the angry face counted for 4, then for nothing (H25)"""

    needs = frozenset({"heads"})

    def heads(self) -> tuple[Action, ...]:
        """Those that it gives a weight to."""
        return tuple(action for action, weight in self.reactions.items() if weight)

    def weights(self, world: World, c: Candidates, weights: Doubles) -> Doubles:
        """The same weights but for those it names."""
        result = weights.copy()
        for action, weight in self.reactions.items():
            result[:, ACTIONS.index(action)] = weight
        return result


class CivicWeights(Policy):
    """Let predicted comments and reshares count for less where a post is about public affairs."""

    kind: Literal["civic_weights"]
    keep_share: Share = 0.0
    """of the weight of comments and reshares, what is left for civic posts (assumption)"""

    needs = frozenset({"heads"})

    def weights(self, world: World, c: Candidates, weights: Doubles) -> Doubles:
        """The same weights but for comments and reshares of civic posts."""
        civic = world.posts.kind[c.post - world.posts.base] == CIVIC
        result = weights.copy()
        for action in (COMMENT, RESHARE):
            result[civic, action] *= self.keep_share
        return result


class StatedPreference(Policy):
    """Rank by what people would say they want rather than by what they do.

    There is no survey: hides and reports, which say that a post was not wanted, and likes, which say that it was,
    stand in for its answers.
    """

    kind: Literal["stated_preference"]
    stated: dict[Action, Weight] = Field({"like": 1.0, "hide": -20.0, "report": -100.0})
    """what each head says of a survey's answer (assumption)"""
    blend: Share = 1.0
    """0: the ranker's own weights; 1: those of the survey alone (assumption)"""

    needs = frozenset({"heads"})

    def heads(self) -> tuple[Action, ...]:
        """Those that a survey's answer is told from."""
        return tuple(action for action, weight in self.stated.items() if weight) if self.blend else ()

    def weights(self, world: World, c: Candidates, weights: Doubles) -> Doubles:
        """A mixture of both."""
        stated = np.zeros(len(ACTIONS))
        for action, weight in self.stated.items():
            stated[ACTIONS.index(action)] = weight
        return np.asarray(weights * (1 - self.blend) + stated * self.blend)


class ChronologicalShare(Policy):
    """Give some people, always the same ones, a feed of what they follow, newest first."""

    kind: Literal["chronological_share"]
    share: Share = 0.5
    """of people (assumption)"""

    def keep(self, world: World, c: Candidates) -> Bools:
        """They see nothing from out of their network."""
        return ~(self._theirs(world, c) & out_of_network(c))

    def order(self, world: World, c: Candidates, score: Floats) -> Floats:
        """Newest first, for them."""
        return np.where(self._theirs(world, c), chronological_score(world, c), score)

    def _theirs(self, world: World, c: Candidates) -> Bools:
        """(C,) which candidates are for one of these people."""
        chosen = world.streams.uniform("chronological feed", c.sessions.user) < self.share
        return np.asarray(chosen[c.session])


class Bridging(Policy):
    """Raise what both audiences like: a post counts for as much as the audience that likes it less would have it.

    The two audiences are learned from who follows whom: nobody's leaning is known.
    """

    kind: Literal["bridging"]
    strength: Share = 0.8
    """how much of the score hangs on the approval of both (assumption)"""
    prior_views: Annotated[float, Field(gt=0)] = 20.0
    """impressions of each audience that the mean like rate weighs (assumption)"""
    most: Annotated[float, Field(ge=1)] = 3.0
    """times the mean like rate that count at most (assumption)"""

    needs = frozenset({"audiences"})

    def order(self, world: World, c: Candidates, score: Floats) -> Floats:
        """score x (1 - strength + strength x approval); a negative score is divided, so that it is never raised by
        being liked less."""
        factor = 1 - np.float32(self.strength) * (1 - self._approval(world, c))
        return np.where(score >= 0, score * factor, score / np.maximum(factor, np.float32(1e-6)))

    def _approval(self, world: World, c: Candidates) -> Floats:
        """(C,) like rate of the audience that likes a post less, over the mean of all living posts: smoothed."""
        posts, rows = world.posts, c.post - world.posts.base
        likes, views = posts.live("likes").sum(), posts.live("impressions").sum()
        mean = (likes + 1) / (views + 1 / LIKE_PRIOR)
        result = np.empty(len(c), np.float32)
        _lesser(rows, posts.liked_by, posts.seen_by, float(mean), self.prior_views, self.most, result)
        return result


@kernel
def _lesser(rows: Ints, liked: Ints, seen: Ints, mean: float, prior_views: float, most: float, result: Floats) -> None:
    """(n,) the smaller of both audiences' smoothed like rates, over the mean."""
    prior = mean * prior_views
    for r in range(rows.size):
        p = rows[r]
        one = (liked[p, 0] + prior) / (seen[p, 0] + prior_views)
        other = (liked[p, 1] + prior) / (seen[p, 1] + prior_views)
        result[r] = min(min(one, other) / mean, most)


LIKE_PRIOR = 0.03
"""Likes an impression before there are any (assumption)."""
