"""What people say when a company asks them: they know the truth, more or less, and it gets their answers only."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from feedsim.world.arrays import Bools, Doubles, Longs
from feedsim.world.world import World

# Assumptions, in log-odds of finding a note helpful: for a post that is not false and one that is, and how much less a
# rater does so whose own side it speaks for.
HELPFUL_IF_TRUE, HELPFUL_IF_FALSE, OWN_SIDE = -2.0, 1.0, 2.0


@dataclass(frozen=True)
class Panel:
    """Fact-checkers and raters of notes, in one tick."""

    world: World

    def fact_check(self, narrative: Longs, accuracy: float) -> Bools:
        """(m,) which narratives fact-checkers call false: `accuracy` of all verdicts are right."""
        right = self.world.streams.uniform("fact check", narrative) < accuracy
        return np.asarray(self.world.narrative_is_false[narrative] == right)

    def corrects(self, post: Longs, accuracy: float) -> Bools:
        """(n,) which posts (rows of the arrays) fact-checkers find to correct their story: `accuracy` are right."""
        posts = self.world.posts
        right = self.world.streams.uniform("fact check of a post", posts.key[post]) < accuracy
        return np.asarray((posts.stance[post] == -1) == right)

    def agree(self, post: Longs, raters: int, share: float) -> Bools:
        """(n,) for which posts (rows of the arrays) at least `share` of `raters` on either side find a note helpful."""
        sides = [self._helpful(post, raters, side) >= share for side in (-1.0, 1.0)]
        return np.asarray(sides[0] & sides[1])

    def _helpful(self, post: Longs, raters: int, side: float) -> Doubles:
        """(n,) share of the raters of one side who find a note on the post helpful."""
        posts, nth = self.world.posts, np.arange(raters)
        odds = np.where(posts.false[post], HELPFUL_IF_FALSE, HELPFUL_IF_TRUE) - OWN_SIDE * side * posts.side[post]
        key = posts.key[post]
        lot = self.world.streams.uniform("note helpful", key[:, None], nth, int(side > 0))
        return np.asarray((lot < expit(odds)[:, None]).mean(axis=1))
