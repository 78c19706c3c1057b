"""The loop: one world, one company, one seed, from burn-in to the last day."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial

import numba
import numpy as np

from feedsim.company.registry import card_json
from feedsim.company.team import RankingTeam
from feedsim.engine.books import Books
from feedsim.engine.clock import COMPANY, NIGHT, TICK, Clock
from feedsim.engine.founding import found
from feedsim.engine.stopwatch import Stopwatch, guard
from feedsim.feed.features import FeatureSpace, features, post_table
from feedsim.feed.flow import Candidates, Sessions, Slate
from feedsim.feed.learn import forget, greet, remember
from feedsim.feed.outboxes import sort_outboxes
from feedsim.feed.ranking import (
    EngagementRanker,
    LightPass,
    chronological_score,
    engagement_score,
    popular_score,
    random_score,
)
from feedsim.feed.select import select
from feedsim.feed.shelves import Shelves, fill, heat
from feedsim.feed.sources import Quota, source
from feedsim.integrity.detectors import detect
from feedsim.measures.sample import Sample
from feedsim.people.drafts import Drafts
from feedsim.people.minds import change, sleep
from feedsim.people.publish import publish
from feedsim.people.reshare import reshare
from feedsim.people.sessions import Opening
from feedsim.scenario import Scenario
from feedsim.world.arrays import Codes, Floats, Ints
from feedsim.world.rng import Streams
from feedsim.world.world import ACTIONS, Source
from feedsim.writer import RunWriter

DAY = 1440
"""Minutes."""
CHUNK = 512
"""Sessions that pass through the stages together: their columns fit the cache."""
LOOKED_AT = 0.7
"""Share of a slate that people look at, about: what the rate of logging starts from."""
BURN_IN_SOURCES: dict[Source, float] = {"in_network": 0.85, "profile": 0.05, "trending": 0.05, "exploration": 0.05}
"""Of the candidates in burn-in: enough out of network for the slots given by lot."""


@dataclass(frozen=True)
class Progress:
    """How far a run is: what the live line shows."""

    day: float
    """days simulated, burn-in included"""
    days: int
    """in all, burn-in included"""
    impressions: int


class Simulation:
    """One run. `watch`: viewers whose every candidate is kept, besides the sampled ones. Threads and chunk size
    change the speed and nothing else."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        *,
        threads: int = 1,
        chunk: int = CHUNK,
        watch: Collection[int] = (),
        tell: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        self.scenario, self.threads, self.chunk, self.tell = scenario, threads, chunk, tell
        self.watch_stages = Stopwatch()
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
        with self.watch_stages.time("found the world"):
            self.world, self.supply, self.responder = found(scenario, Streams(seed), threads)
        world, ranker = self.world, scenario.ranker
        self.space = FeatureSpace.of(world)
        self.language: Codes = world.users.groups.get("language", np.zeros(len(world.users), np.int8))
        self.languages = len(world.levels.get("language", ("",)))
        self.opening = Opening(scenario.people.minds, scenario.feed.slate)
        self.retention = scenario.content.retention_hours * 60
        self.burn_in_quota = Quota.of(scenario.feed, BURN_IN_SOURCES)
        self.quota = Quota.of(
            scenario.feed, {"in_network": 1.0} if ranker.kind == "chronological" else scenario.feed.sources
        )
        self.team: RankingTeam | None = None
        if isinstance(ranker, EngagementRanker):
            people = scenario.population
            expected = people.users * people.sessions_per_day * scenario.feed.slate * LOOKED_AT
            self.team = RankingTeam(ranker, self.space, expected)
        self.sample = Sample.of(world, scenario.measures.impression_sample, watch, scenario.policies)
        self.books = Books(world, scenario, self.sample)
        self.drafts: Drafts | None = None
        self.shelves: Shelves | None = None
        self.light: LightPass | None = None

    @property
    def ranked_by_heads(self) -> bool:
        """Whether feeds are ranked by learned heads now."""
        return self.team is not None and self.team.model is not None and not self.world.in_burn_in

    @property
    def gathering(self) -> bool:
        """Whether feeds are chronological with a share of lots, to gather a first log."""
        return self.world.in_burn_in or (self.team is not None and self.team.model is None)

    def run(self, writer: RunWriter, until_tick: int | None = None) -> None:
        """Live through burn-in and the measured days and write all tables; stop after `until_tick` of measured time."""
        s = self.scenario
        last = s.days * DAY if until_tick is None else (until_tick + 1) * s.tick_minutes
        first = -s.burn_in_days * DAY
        clock = Clock(first, min(last, s.days * DAY))
        clock.every(DAY, first, NIGHT, lambda minute: self.midnight(writer, minute, first))
        if isinstance(s.ranker, EngagementRanker):
            start = 0 if s.burn_in_days else s.ranker.retrain_days * DAY
            clock.every(s.ranker.retrain_days * DAY, start, COMPANY, lambda minute: self.retrain(writer, minute))
        clock.every(s.tick_minutes, first, TICK, lambda minute: self.tick(minute, first))
        clock.run()
        with self.watch_stages.time("write"):
            self.books.close(writer, self.world)

    def midnight(self, writer: RunWriter, minute: int, first: int) -> None:
        """Close the day that ends; forget what is old; draft the posts of the day that begins."""
        world = self.world
        world.minute = minute
        with self.watch_stages.time("observe"):
            if minute > 0:
                self.books.end_day(world, minute // DAY - 1)
            self.books.flush(writer)
        if minute == self.scenario.days * DAY:
            return
        with self.watch_stages.time("midnight"):
            if minute > first:
                forget(world)
                sleep(world, self.scenario.people.minds)
            self.books.spill(writer, world, minute - self.retention)
            self.drafts = self.supply.draft(minute // DAY)
            self.shelves = None

    def retrain(self, writer: RunWriter, minute: int) -> None:
        """Measure the heads in force on what was served since, then train the next version."""
        assert self.team is not None
        self.world.minute = minute
        with self.watch_stages.time("train"):
            if self.team.model is not None:
                cells = self.team.examine(self.world.users.groups, self.world.levels)
                self.books.ranker_quality(minute // DAY - 1, cells)
                writer.model_file(f"v{self.team.model.version:03d}.json", card_json(self.team.model, cells))
            model = self.team.retrain(self.world, self.threads)
            for action, text in zip(ACTIONS, model.texts, strict=True):
                writer.model_file(f"v{model.version:03d}_{action}.txt", text)

    def tick(self, minute: int, first: int) -> None:
        """Stages 1 to 10, once."""
        world, watch = self.world, self.watch_stages
        world.minute, world.tick = minute, (minute - first) // world.tick_minutes
        with watch.time("publish"):
            assert self.drafts is not None
            new = publish(world, self.drafts)
            fresh = slice(len(world.posts) - new, len(world.posts))
            greet(world, world.posts.author[fresh])
            guard(
                "publish", minute, world.posts.severity[fresh], world.posts.quality[fresh], world.posts.signals[fresh]
            )
        with watch.time("detect"):
            detect(world, self.scenario.detectors, new)
        with watch.time("source"):
            if self.shelves is None or minute % self.scenario.feed.refresh_minutes == 0:
                topics = self.scenario.population.topics
                self.shelves = fill(world, self.languages, topics, self.retention)
            self.outboxes = sort_outboxes(world.items, len(world.users), minute - self.retention)
            sessions = self.opening.open(world)
            self.table = post_table(world) if self.team is not None else np.empty((0, 0), np.float32)
            if self.team is not None and self.ranked_by_heads:
                self.light = self.team.light.over(self.table)
            if self.scenario.ranker.kind == "popular":
                self.heat = heat(world.posts, minute)
        slates, inventories = [], []
        for first_session in range(0, len(sessions), self.chunk):
            slate, inventory = self.serve(sessions.part(first_session, first_session + self.chunk))
            slates.append(slate)
            inventories.append(inventory)
        if not slates:
            self.books.quiet_tick(world, new)
            return
        slate = Slate.joined(sessions, slates)
        self.settle(slate, np.concatenate(inventories), new)

    def serve(self, sessions: Sessions) -> tuple[Slate, Ints]:
        """Stages 3 to 8 for a chunk of sessions, reading the world as it stood when the tick began."""
        world, watch = self.world, self.watch_stages
        assert self.shelves is not None
        quota = self.burn_in_quota if self.gathering else self.quota
        with watch.time("source"):
            found, inventory = source(
                world, sessions, quota, self.outboxes, self.shelves, self.language, self.retention
            )
            watch.rows["source"] += len(found)
        with watch.time("filter"):
            kept, removed_by = self.filtered(found)
        with watch.time("score"):
            scored = self.scored(kept)
            watch.rows["score"] += len(scored)
            assert scored.score is not None
            guard("score", world.minute, scored.score)
        with watch.time("attenuate"):
            scored = self.attenuated(scored)
        with watch.time("select"):
            explore = self.scenario.feed.burn_in_explore_share if self.gathering else 0.0
            choice = select(world, scored, explore)
        with watch.time("respond"):
            slate = self.responder.respond(world, scored, choice)
            watch.rows["respond"] += len(slate)
            guard("respond", world.minute, slate.value)
        if self.team is not None:
            with watch.time("log"):
                self.team.keep(world, self.table, scored, slate)
        if self.sample.chosen[sessions.user].any():
            with watch.time("observe"):
                light = partial(self.light.scores, world) if self.light and self.ranked_by_heads else None
                self.sample.keep(world, found, removed_by, self.with_all_heads(scored), slate, light)
        return slate, inventory

    def filtered(self, c: Candidates) -> tuple[Candidates, dict[str, Ints]]:
        """Stage 4: what every policy in force lets stay; and the rows each took out."""
        removed: dict[str, Ints] = {}
        for name, policy in self.scenario.policies.items():
            keep = policy.keep(self.world, c) if policy.acts(self.world) else None
            if keep is not None and not keep.all():
                removed[name] = c.row[~keep]
                c = c.take(np.flatnonzero(keep))
        return c, removed

    def scored(self, c: Candidates) -> Candidates:
        """Stage 5: the ranker's score of every candidate it keeps."""
        world, ranker = self.world, self.scenario.ranker
        if self.gathering or ranker.kind == "chronological":
            return replace(c, score=chronological_score(world, c))
        if ranker.kind == "popular":
            return replace(c, score=popular_score(c, self.heat, world.posts.base))
        if ranker.kind == "random":
            return replace(c, score=random_score(world, c))
        assert self.team is not None
        assert self.team.model is not None
        assert self.light is not None
        c = self.light.cut(world, c, self.scenario.feed.keep)
        x = features(world, self.space, self.table, c)
        with self.watch_stages.time("forests"):
            p = self.team.predict(x)
        score = engagement_score(c, p, self.team.weights, ranker.out_of_network_factor)
        return replace(c, features=x, p=p, score=score)

    def with_all_heads(self, c: Candidates) -> Candidates:
        """The candidates with what every head says of those of sampled viewers."""
        if self.team is None or c.p is None or c.features is None:
            return c
        rows, p = self.sample.chosen[c.user], c.p.copy()
        p[rows] = self.team.completed(c.features[rows], p[rows])
        return replace(c, p=p)

    def attenuated(self, c: Candidates) -> Candidates:
        """Stage 6: the factor of every policy in force."""
        factors: dict[str, Floats] = {}
        for name, policy in self.scenario.policies.items():
            factor = policy.factor(self.world, c) if policy.acts(self.world) else None
            if factor is not None:
                factors[name] = factor.astype(np.float32)
        return replace(c, factors=factors) if factors else c

    def settle(self, slate: Slate, inventory: Ints, new: int) -> None:
        """After the last chunk: counters, seen posts, feeds, minds and measures."""
        world, watch = self.world, self.watch_stages
        with watch.time("respond"):
            shared = reshare(world, slate)
        with watch.time("observe"):
            self.books.tick(world, slate, inventory, shared, new)
        with watch.time("remember"):
            remember(world, slate)
        with watch.time("minds"):
            change(world, slate, self.scenario.people.minds)
            seen = slate.sessions.user
            guard(
                "minds", world.minute, world.minds.satisfaction[seen], world.minds.habit[seen], world.minds.belief[seen]
            )
        if world.tick % max(1, 60 // world.tick_minutes) == 0:
            burn_in = self.scenario.burn_in_days
            self.tell(Progress(world.minute / DAY + burn_in, self.scenario.days + burn_in, watch.rows["respond"]))
