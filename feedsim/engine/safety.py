"""Finding harm, once a tick: detectors look, cases are opened and settled, and orders are given to the feed."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from feedsim.company.detection import DetectionTeam, Detector
from feedsim.engine.clock import Clock
from feedsim.integrity.cases import Docket, objections, open_cases, suspects
from feedsim.integrity.desk import Review, appeals, decided, forget_dead, settle
from feedsim.integrity.detectors import LearnedDetectors, detect
from feedsim.integrity.orders import Orders
from feedsim.integrity.policies.base import Referral
from feedsim.integrity.review import Reviewers, roster
from feedsim.people.content import enabled
from feedsim.people.judge import Bench
from feedsim.scenario import Scenario
from feedsim.world.arrays import Longs
from feedsim.world.desk import APPEAL
from feedsim.world.world import World


class Safety:
    """Detectors and the review desk of a run. Without a desk nothing is asked, and nothing costs time."""

    def __init__(self, scenario: Scenario, world: World) -> None:
        self.scenario, self.world = scenario, world
        self.languages = world.levels.get("language", ("",))
        self.review = scenario.review if isinstance(scenario.review, Review) else None
        self.team: DetectionTeam | None = None
        if isinstance(scenario.detectors, LearnedDetectors):
            self.team = DetectionTeam(scenario.detectors, world, self.review.audit_share if self.review else 0.0)
        attribute = scenario.content.target_attribute
        shares = scenario.population.groups[attribute].shares
        smallest = world.levels[attribute].index(min(world.levels[attribute], key=lambda level: shares[level]))
        minority = world.users.groups[attribute] == smallest
        self.bench = Bench.of(scenario.people.judges, enabled(scenario.harms), minority, self.languages)
        self.reviewers: Reviewers | None = None
        self.renewed = False
        """whether detectors have just been trained, so that they look at every post"""
        self.looked_at: Longs = np.zeros(0, np.int64)
        """posts that detectors looked at in this tick"""

    def attend(self, clock: Clock) -> None:
        """Hire the reviewers, on this clock."""
        if self.review is not None:
            users = self.world.users
            language = users.groups.get("language", np.zeros(len(users), np.int8))
            writers = np.bincount(language, minlength=len(self.languages))
            shifts = roster(self.review, writers, self.languages)
            self.reviewers = Reviewers(self.review, self.world, clock.environment, shifts)

    def begin_day(self) -> None:
        """After old posts have been forgotten: lapse what waits for them, and let the reviewers come."""
        if self.reviewers is not None:
            forget_dead(self.world)
            self.reviewers.begin_day()

    def detect(self, new: int) -> None:
        """Stage 2: beliefs about the newest `new` posts and those that people react to; a new panel looks at all."""
        many = len(self.world.posts) if self.renewed else new
        self.looked_at = detect(self.world, self.scenario.detectors, many, self.team.panel if self.team else None)
        self.renewed = False

    def open(self, new: int, referrals: Sequence[Referral]) -> None:
        """Open cases of what is suspected, reported, drawn by lot or sent by a policy, and of removals by a policy."""
        if self.review is None or self.reviewers is None:
            return
        active = self.scenario.detectors.active_share if isinstance(self.scenario.detectors, LearnedDetectors) else 0.0
        self._receive(suspects(self.world, self.review, self.looked_at, new, active, referrals))
        self._receive(objections(self.world, self.review))

    def settle(self) -> Orders:
        """What follows from the cases decided since last time: labels, appeals, and orders."""
        if self.review is None or self.reviewers is None:
            return Orders()
        rows = decided(self.world)
        if not len(rows):
            return Orders()
        if self.team is not None:
            self.team.labels.keep(self.world, rows)
        orders = settle(self.world, self.review, rows)
        self._hear(appeals(self.world, self.review, rows))
        return orders

    def _hear(self, rows: Longs) -> None:
        """Open a case for each of those appealed against, to be decided by somebody else."""
        cases = self.world.desk.cases
        row = cases.post[rows].astype(np.int64) - self.world.posts.base
        self._receive(replace(Docket.of(row, cases.harm[rows], APPEAL), not_by=cases.reviewer[rows]))

    def _receive(self, docket: Docket) -> None:
        """Open the cases, and lay them before the reviewers."""
        assert self.review is not None
        assert self.reviewers is not None
        if len(docket):
            self.reviewers.receive(open_cases(self.world, self.review, self.bench, docket))

    def retrain(self) -> list[Detector]:
        """Train the next version of every detector."""
        assert self.team is not None
        self.renewed = True
        return self.team.retrain(self.world)
