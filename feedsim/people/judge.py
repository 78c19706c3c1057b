"""What reviewers find in a post: people who err, and misread a dialect that is not theirs. They see the truth dimly."""

from dataclasses import dataclass
from math import log
from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from feedsim.block import Block, NotNegative, Share
from feedsim.people.content import Harm, Harms
from feedsim.world.arrays import Bools, Codes, Doubles, Longs
from feedsim.world.posts import Posts
from feedsim.world.world import World

OTHERS_STAND_AT = 0.75
"""Proximity of J03's posts that are neither hate nor offensive (assumption)."""
TINY = 1e-9
"""Stands for a rate of 0 in a logarithm."""


class Judges(Block):
    """How often reviewers are wrong.

    Rates for classes that rest on severity are the shares of coders' votes in J03: 27.4 % of the votes on posts that
    most coders called hate, 5.5 % on offensive ones and 2.0 % on others were wrong about hate. (A latent-class model
    of the same votes would have coders miss more, about half; those rates are the cautious choice.) Those posts were
    found by a lexicon of hate, so that even the others stand near the line: at three quarters of it (assumption). What
    is far from the line is hardly ever taken for a violation.
    """

    missed: Share = 0.274
    """of posts that violate by severity, those passed as harmless (J03)"""
    false_alarm_at_line: Share = 0.055
    """of harmless posts next to the policy line, those taken for violations (J03, offensive posts)"""
    false_alarm: Share = 0.020
    """of harmless posts at three quarters of the line (J03, other posts); a power of proximity goes through both"""
    missed_falsity: Share = 0.3
    """of false stories, those passed as true (assumption)"""
    false_alarm_falsity: Share = 0.05
    """of posts that tell a true story, those taken for a false one (assumption); a post without a story never is"""
    dialect_ratio: Annotated[float, Field(ge=1, le=10)] = 2.0
    """harmless posts in the dialect of the smallest group are taken for violations so many times as often (J01)"""
    error_factors: dict[str, NotNegative] = Field({})
    """language -> factor on all the error rates of its reviewers, 1 where it is not named; rates stay within 1"""

    @model_validator(mode="after")
    def _alarms_grow_towards_the_line(self) -> Self:
        if self.false_alarm > self.false_alarm_at_line:
            raise ValueError(
                f"false_alarm: {self.false_alarm} is more than false_alarm_at_line, {self.false_alarm_at_line}; "
                "it should be at most as much: nearer to the line more is taken for a violation"
            )
        return self

    @property
    def power(self) -> float:
        """Of proximity, in the share of false alarms."""
        return log(max(self.false_alarm_at_line, TINY) / max(self.false_alarm, TINY)) / log(1 / OTHERS_STAND_AT)


@dataclass(frozen=True)
class Bench:
    """The judges of a run, and what they judge by."""

    judges: Judges
    harms: Harms
    """the enabled ones"""
    minority: Bools
    """(U,) who writes the dialect that is misread: the smallest level of the attribute that hostile posts aim at"""
    factor: Doubles
    """(languages,) on error rates"""

    @classmethod
    def of(cls, judges: Judges, harms: Harms, smallest: Bools, languages: tuple[str, ...]) -> "Bench":
        """Judges for a world in which people in the `smallest` group (U,) write `languages`."""
        return cls(judges, harms, smallest, np.array([judges.error_factors.get(name, 1.0) for name in languages]))

    def truth(self, world: World, rows: Longs, harm: Codes) -> Bools:
        """(n,) whether the posts that stand at `rows` are of the class `harm` (n,)."""
        return np.asarray(world.posts.harm[rows] == harm)

    def opinions(self, world: World, rows: Longs, harm: Codes, hearing: int) -> Bools:
        """(n,) whether a reviewer finds that the posts at `rows` are of the class `harm` (n,); each `hearing` is asked
        afresh (0 = the first, 1 = the appeal)."""
        result = np.zeros(len(rows), np.bool_)
        for place, (name, kind) in enumerate(self.harms.items()):
            asked = np.flatnonzero(harm == place)
            at = rows[asked]
            lot = world.streams.uniform(f"verdict on {name}", world.posts.key[at], hearing)
            result[asked] = lot < self._p_found(world.posts, at, place, kind)
        return result

    def _p_found(self, posts: Posts, rows: Longs, place: int, kind: Harm) -> Doubles:
        """(n,) the probability that a post is taken for one of the class."""
        factor = self.factor[posts.language[rows]]
        missed = self.judges.missed_falsity if kind.rests_on == "falsity" else self.judges.missed
        alarm = np.minimum(self._alarm(posts, rows, kind) * factor, 1)
        return np.where(posts.harm[rows] == place, 1 - np.minimum(missed * factor, 1), alarm)

    def _alarm(self, posts: Posts, rows: Longs, kind: Harm) -> Doubles:
        """(n,) the probability that a harmless post is taken for harmful."""
        judges = self.judges
        if kind.rests_on == "falsity":
            return np.where(posts.narrative[rows] >= 0, judges.false_alarm_falsity, 0.0)
        alarm = judges.false_alarm_at_line * posts.proximity[rows].astype(np.float64) ** judges.power
        misread = kind.aimed_at_group is not False
        return np.asarray(alarm * np.where(self.minority[posts.author[rows]] & misread, judges.dialect_ratio, 1.0))
