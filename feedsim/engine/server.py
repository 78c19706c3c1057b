"""Serving feeds: stages 3 to 7, for a chunk of sessions, reading the world as it stood when the tick began."""

from dataclasses import replace

import numpy as np

from feedsim.company.team import RankingTeam
from feedsim.engine.stopwatch import Stopwatch, guard
from feedsim.feed.audiences import learned
from feedsim.feed.features import FeatureSpace, features
from feedsim.feed.flow import Candidates, Choice, Sessions, chronological_score
from feedsim.feed.outboxes import Outboxes
from feedsim.feed.post_table import PostTable
from feedsim.feed.ranking import (
    EngagementRanker,
    LightPass,
    engagement_score,
    popular_score,
    random_score,
)
from feedsim.feed.select import select
from feedsim.feed.shelves import Shelves, fill, heat
from feedsim.feed.sources import Quota, source
from feedsim.integrity.rules import Rules
from feedsim.scenario import Scenario
from feedsim.world.arrays import Codes, Floats, Ints
from feedsim.world.world import Source, World

LOOKED_AT = 0.7
"""Share of a slate that people look at, about: what the rate of logging starts from."""
BURN_IN_SOURCES: dict[Source, float] = {"in_network": 0.85, "profile": 0.05, "trending": 0.05, "exploration": 0.05}
"""Of the candidates in burn-in: enough out of network for the slots given by lot."""


class Server:
    """What feeds are made from: the ranker, the policies, and what is got ready for every tick."""

    def __init__(self, scenario: Scenario, world: World, watch: Stopwatch) -> None:
        self.scenario, self.world, self.watch = scenario, world, watch
        ranker, feed = scenario.ranker, scenario.feed
        self.rules = Rules(scenario.policies)
        if self.rules.need("audiences"):
            world.audience = learned(world)
        self.space = FeatureSpace.of(world)
        self.language: Codes = world.users.groups.get("language", np.zeros(len(world.users), np.int8))
        self.languages = len(world.levels.get("language", ("",)))
        self.retention = scenario.content.retention_hours * 60
        self.burn_in_quota = Quota.of(feed, BURN_IN_SOURCES)
        self.quota = Quota.of(feed, {"in_network": 1.0} if ranker.kind == "chronological" else feed.sources)
        self.team: RankingTeam | None = None
        if isinstance(ranker, EngagementRanker):
            people = scenario.population
            expected = people.users * people.sessions_per_day * feed.slate * LOOKED_AT
            self.team = RankingTeam(ranker, self.space, expected, self.rules.heads)
        self.outboxes = Outboxes.of(world, feed.per_followee)
        self.posts = PostTable()
        self.shown: Ints = np.zeros(0, np.int32)
        """absolute rows of the posts shown in the last tick"""
        self.shelves: Shelves | None = None
        """none after midnight, when rows of posts have moved"""
        self.light: LightPass | None = None
        self.heat: Floats | None = None

    def steer(self, scenario: Scenario) -> None:
        """Go on with other weights of the ranker and other settings of the policies; all else is as it was."""
        self.scenario, self.rules = scenario, Rules(scenario.policies)
        if self.team is not None and isinstance(scenario.ranker, EngagementRanker):
            self.team.weigh(scenario.ranker, self.rules.heads)

    @property
    def ranked_by_heads(self) -> bool:
        """Whether feeds are ranked by learned heads now."""
        return self.team is not None and self.team.model is not None and not self.world.in_burn_in

    @property
    def gathering(self) -> bool:
        """Whether feeds are chronological with a share of lots, to gather a first log."""
        return self.world.in_burn_in or (self.team is not None and self.team.model is None)

    def get_ready(self) -> None:
        """What all chunks of the tick read."""
        world = self.world
        refresh = self.shelves is None or world.minute % self.scenario.feed.refresh_minutes == 0
        if refresh:
            self.shelves = fill(world, self.languages, self.scenario.population.topics, self.retention)
        self.outboxes.take_in(world.items, world.posts)
        if self.team is not None:
            table = self.posts.renew(world) if refresh else self.posts.catch_up(world, self.shown)
            self.light = self.team.light.over(table, world.minute) if self.ranked_by_heads else None
        if self.scenario.ranker.kind == "popular":
            self.heat = heat(world.posts, world.minute)

    def found(self, sessions: Sessions) -> tuple[Candidates, Ints]:
        """Stage 3: candidates, and (S,) how many unseen posts each network held."""
        assert self.shelves is not None
        quota = self.burn_in_quota if self.gathering else self.quota
        with self.watch.time("source"):
            c, inventory = source(
                self.world, sessions, quota, self.outboxes, self.shelves, self.language, self.retention
            )
        self.watch.count("source", len(c))
        return c, inventory

    def filtered(self, c: Candidates) -> tuple[Candidates, dict[str, Ints]]:
        """Stage 4: what every policy in force lets stay; and the rows each took out."""
        with self.watch.time("filter"):
            return self.rules.kept(self.world, c)

    def scored(self, c: Candidates) -> Candidates:
        """Stage 5: the ranker's score of every candidate it keeps."""
        with self.watch.time("score"):
            c = self._scored(c)
            assert c.score is not None
            c = replace(c, score=self.rules.order(self.world, c, c.score))
            assert c.score is not None
            guard("score", self.world.minute, c.score)
        self.watch.count("score", len(c))
        return c

    def _scored(self, c: Candidates) -> Candidates:
        world, ranker = self.world, self.scenario.ranker
        if self.gathering or ranker.kind == "chronological":
            return replace(c, score=chronological_score(world, c))
        if ranker.kind == "popular":
            assert self.heat is not None
            return replace(c, score=popular_score(c, self.heat, world.posts.base))
        if ranker.kind == "random":
            return replace(c, score=random_score(world, c))
        assert self.team is not None
        assert self.light is not None
        c = self.light.cut(world, c, self.scenario.feed.keep, self.light_scores(c))
        x = features(world, self.space, self.posts.rows, c)
        with self.watch.time("forests"):
            p = self.team.predict(x)
        weights = self.rules.weights(world, replace(c, p=p), self.team.weights)
        score = engagement_score(c, p, weights, ranker.out_of_network_factor)
        return replace(c, features=x, p=p, score=score)

    def light_scores(self, c: Candidates) -> Floats:
        """(C,) what the first pass orders by."""
        assert self.light is not None
        return self.rules.order(self.world, c, self.light.scores(self.world, c))

    def attenuated(self, c: Candidates) -> Candidates:
        """Stage 6: the factor of every policy in force."""
        with self.watch.time("attenuate"):
            factors = self.rules.factors(self.world, c)
        return replace(c, factors=factors) if factors else c

    def chosen(self, c: Candidates) -> Choice:
        """Stage 7: what is shown, in order."""
        with self.watch.time("select"):
            return select(self.world, c, self.scenario.feed.burn_in_explore_share if self.gathering else 0.0)
