"""The books of integrity: what was believed, found and held back. Kept where there is anything to hold harm back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from feedsim.feed.flow import Candidates, Slate
from feedsim.integrity.cases import thresholds
from feedsim.integrity.desk import Review
from feedsim.integrity.policies import Policy
from feedsim.measures.answers import Answers, answer_cells, looked_at
from feedsim.measures.beliefs import Beliefs, belief_cells
from feedsim.measures.cells import Cell
from feedsim.measures.outcomes import Offenders, Outcomes, offender_cells, outcome_cells
from feedsim.measures.strata import Strata
from feedsim.scenario import Scenario
from feedsim.world.arrays import Floats, Ints, Longs
from feedsim.world.posts import LIVE
from feedsim.world.world import World


@dataclass
class Shown:
    """What policies answered, and what was believed of what was seen, over some span."""

    answers: Answers
    beliefs: Beliefs
    """of impressions, as they were when they were made"""

    def add(self, other: "Shown") -> None:
        """Add another span."""
        self.answers.add(other.answers)
        self.beliefs.add(other.beliefs)

    def clear(self) -> None:
        """Begin a new span."""
        self.answers.clear()
        self.beliefs.clear()


@dataclass
class Ledger:
    """Sums of the day and of the run, where it is in force.

    A post counts when it has left the retention window, or when the run ends; posts and feeds of burn-in do not count.
    """

    in_force: bool
    """whether anything finds harm or holds it back; else there is nothing to count"""
    has_detectors: bool
    """whether anything is believed of posts"""
    policies: Mapping[str, Policy]
    line: float | Review
    """of belief, or the desk whose thresholds are it"""
    harms: tuple[str, ...]
    strata: Strata
    day: Shown
    whole: Shown
    beliefs: Beliefs
    """of posts, as they were at their end"""
    outcomes: Outcomes
    offenders: Offenders

    @classmethod
    def of(cls, world: World, scenario: Scenario) -> "Ledger":
        """An empty one."""
        has_detectors, policies, harms = scenario.detectors.kind != "none", scenario.policies, len(world.harms)
        strata = Strata.sorted_from(world.users.groups, world.levels, len(world.users))
        viewers = looked_at(world.streams, len(world.users))

        def beliefs() -> Beliefs:
            return Beliefs.empty(strata.many, harms)

        def shown() -> Shown:
            return Shown(Answers.empty(tuple(policies), viewers, strata.many, harms), beliefs())

        return cls(
            in_force=has_detectors or bool(policies) or scenario.review.kind == "desk",
            has_detectors=has_detectors,
            policies=policies,
            line=line_of_belief(scenario),
            harms=world.harms,
            strata=strata,
            day=shown(),
            whole=shown(),
            beliefs=beliefs(),
            outcomes=Outcomes.empty(strata.many, harms),
            offenders=Offenders.empty(len(world.users), harms),
        )

    def answered(
        self, world: World, found: Candidates, removed: Mapping[str, Ints], scored: Candidates
    ) -> Answers | None:
        """What policies answered of a chunk, where any is in force; writes nothing."""
        acting = [name for name, policy in self.policies.items() if policy.acts(world)]
        if not acting or world.in_burn_in:
            return None
        answers = self.day.answers.of_nothing()
        answers.count_kept(world, self.strata, acting, found, removed)
        answers.count_lowered(world, self.strata, acting, scored)
        return answers

    def lines(self, world: World, rows: Ints | Longs) -> float | Floats:
        """The probability from which the posts at `rows` (n,) are held to be harmful: one, or (n,)."""
        return self.line if isinstance(self.line, float) else thresholds(world, self.line, rows)

    def seen(self, world: World, slate: Slate) -> None:
        """Count what was believed of a tick's impressions."""
        if self.has_detectors:
            post, viewer = slate.post - world.posts.base, self.strata.of[slate.user]
            self.day.beliefs.count(viewer, world.posts.p_harm[post], world.posts.harm[post], self.lines(world, post))

    def end_day(self) -> Iterator[Cell]:
        """Cells of the day's feeds; then they join the run's."""
        if self.in_force:
            yield from self._shown_cells(self.day)
            self.whole.add(self.day)
            self.day.clear()

    def write_off(self, world: World, rows: int) -> None:
        """Count the oldest posts, whose end this is."""
        if not self.in_force:
            return
        posts, mine = world.posts, np.flatnonzero(world.posts.minute[:rows] >= 0)
        author, harm = posts.author[mine], posts.harm[mine]
        self.outcomes.count(posts, mine, self.strata, world.graph.followers)
        self.offenders.count(author, harm, posts.status[mine] != LIVE)
        if self.has_detectors:
            self.beliefs.count(self.strata.of[author], posts.p_harm[mine], harm, self.lines(world, mine))

    def whole_run(self) -> Iterator[Cell]:
        """Cells of the run, when it has ended."""
        # A policy that does nothing shall leave the same rows as none.
        if self.has_detectors or self.outcomes.any_found:
            yield from belief_cells(self.beliefs, self.strata, self.harms, "author")
            yield from outcome_cells(self.outcomes, self.strata, self.harms)
            yield from offender_cells(self.offenders, self.harms)
        if self.in_force:
            yield from self._shown_cells(self.whole)

    def _shown_cells(self, of: Shown) -> Iterator[Cell]:
        if self.has_detectors:
            yield from belief_cells(of.beliefs, self.strata, self.harms, "viewer")
        yield from answer_cells(of.answers, self.strata, self.harms)


def line_of_belief(scenario: Scenario) -> float | Review:
    """What the scenario says of it. Without a desk (which the checks don't let pass) nothing is believed."""
    line, review = scenario.measures.line_of_belief, scenario.review
    return line if line is not None else review if isinstance(review, Review) else 1.0
