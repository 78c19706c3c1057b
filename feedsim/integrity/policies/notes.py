"""Checking facts: by professionals, story by story, and by the crowd, post by post."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from feedsim.block import Positive, Share
from feedsim.feed.flow import Candidates, Choice
from feedsim.feed.friction import Friction
from feedsim.integrity.orders import Judges, Orders
from feedsim.integrity.policies.base import Policy
from feedsim.integrity.policies.labels import labelled
from feedsim.world.arrays import NEVER, Bools, Doubles, Floats, Ints, Longs
from feedsim.world.posts import LABELLED, NOTE, REMOVED, REPORT
from feedsim.world.world import World

DAY = 1440
"""Minutes."""


class FactCheck(Policy):
    """Have the most suspicious stories checked every day, and demote whatever tells one that was found false.

    Fact-checkers read what is about such a story: what they find to correct it is left where it is.
    """

    kind: Literal["fact_check"]
    harm: str = "misinformation"
    """the class that makes a story suspicious (assumption)"""
    checks_per_day: Annotated[int, Field(ge=1)] = 1
    """stories that fact-checkers take on (assumption)"""
    delay_hours: Annotated[float, Field(ge=0, le=87_600)] = 24.0
    """from taking a story on to the verdict (assumption)"""
    accuracy: Share = 0.95
    """share of verdicts that are right, on stories and on what corrects them (assumption)"""
    strength: Share = 0.8
    """share of the score taken away (assumption)"""

    needs = frozenset({"detectors"})

    def orders(self, world: World, judges: Judges) -> Orders | None:
        """At midnight, fact-checkers get the stories of most suspicion; at any time, posts about false ones."""
        said = [self._stories(world, judges)] if world.minute % DAY < world.tick_minutes else []
        rows = self._unread(world)
        if len(rows):
            said.append(
                Orders(about=(world.posts.base + rows).astype(np.int32), corrects=judges.corrects(rows, self.accuracy))
            )
        return Orders.joined(said) if said else None

    def _stories(self, world: World, judges: Judges) -> Orders:
        """Those of most suspicion, to be checked."""
        suspicion = self._suspicion(world)
        waiting = np.flatnonzero((world.fact_checks.minute == NEVER) & (suspicion > 0))
        chosen = waiting[np.argsort(-suspicion[waiting], kind="stable")][: self.checks_per_day]
        return Orders(
            narrative=chosen.astype(np.int32),
            found_false=judges.fact_check(chosen, self.accuracy),
            known_minute=np.full(len(chosen), world.minute + round(60 * self.delay_hours), np.int32),
        )

    def _unread(self, world: World) -> Longs:
        """Rows of posts about stories that are known to be false which fact-checkers have not read."""
        posts = world.posts
        unread = _of_a_false_story(world, np.arange(len(posts))) & (posts.live("fact_checked") == 0)
        return self.of_posts(world, np.flatnonzero(unread))

    def _suspicion(self, world: World) -> Doubles:
        """(N,) impressions of each story's living posts, each times the probability that it is of the harm."""
        posts = world.posts
        told = self.of_posts(world, np.flatnonzero(posts.narrative[: len(posts)] >= 0))
        weight = posts.impressions[told] * posts.p_harm[told, world.harms.index(self.harm)].astype(np.float64)
        return np.asarray(np.bincount(posts.narrative[told], weight, len(world.fact_checks.minute)), np.float64)

    def factor(self, world: World, c: Candidates) -> Floats:
        """1 - strength where the story is known to be false, and not corrected."""
        rows = c.post - world.posts.base
        tells = _of_a_false_story(world, rows) & (world.posts.fact_checked[rows] != -1)
        return np.where(tells, np.float32(1 - self.strength), np.float32(1))


def _of_a_false_story(world: World, rows: Longs | Ints) -> Bools:
    """(n,) which posts are about a story that is known to be false."""
    # The last place is that of posts which tell no story, -1.
    return np.asarray(np.r_[world.fact_checks.false_by(world.minute), False][world.posts.narrative[rows]])


class CrowdNotes(Policy):
    """Let people write notes on posts, shown where raters of both leanings find them helpful; it takes its time.

    The share of proposed notes that is ever shown is an outcome; 7.1 % were (I11).
    """

    kind: Literal["crowd_notes"]
    views: Annotated[int, Field(ge=0)] = 20
    """impressions from which somebody proposes a note (assumption)"""
    proposed_share: Share = 0.5
    """of posts seen so often, those for which somebody does (assumption)"""
    delay_hours: Positive = 12.0
    """from publication to the note; near 48 hours it does almost nothing (I11)"""
    raters: Annotated[int, Field(ge=1, le=100)] = 5
    """asked on either side (assumption)"""
    agreement: Share = 0.6
    """share of raters on either side who must find it helpful (assumption)"""
    reshare_cut: Share = 0.46
    """share of reshares that a note prevents (I07)"""
    like_cut: Share = 0.44
    """share of likes that a note prevents (I07)"""
    comment_cut: Share = 0.22
    """share of comments that a note prevents (I07)"""

    def orders(self, world: World, judges: Judges) -> Orders | None:
        """Notes on the posts that come of age in this tick, where both sides agree."""
        rows = self._of_age(world)
        rows = self.of_posts(world, rows[world.posts.impressions[rows] >= self.views])
        rows = rows[world.posts.status[rows] != REMOVED]
        rows = rows[world.streams.uniform("note proposed", world.posts.key[rows]) < self.proposed_share]
        if not len(rows):
            return None
        rows = rows[judges.agree(rows, self.raters, self.agreement)]
        return Orders.on_posts(world.posts.base + rows, LABELLED, REPORT, int(NOTE))

    def _of_age(self, world: World) -> Longs:
        """Rows of posts that become `delay_hours` old in this tick: each post is asked about once."""
        last = world.minute - round(60 * self.delay_hours)
        born = world.posts.live("minute")
        return np.arange(*np.searchsorted(born, (last - world.tick_minutes, last), side="right"))

    def friction(self, world: World, c: Candidates, choice: Choice) -> Friction:
        """Fewer reshares, likes and comments."""
        cuts = {"reshare": 1 - self.reshare_cut, "like": 1 - self.like_cut, "comment": 1 - self.comment_cut}
        return Friction(
            labelled(world, c, choice, int(NOTE)),
            {"reshare": cuts["reshare"], "like": cuts["like"], "comment": cuts["comment"]},
        )
