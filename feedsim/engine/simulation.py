"""The loop: one world, one company, one seed, from burn-in to the last day."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import numba

from feedsim.company.registry import card_json
from feedsim.engine.books import Books
from feedsim.engine.chunks import CHUNK, Chunks
from feedsim.engine.clock import COMPANY, DETECTION, NIGHT, TICK, Clock
from feedsim.engine.founding import found
from feedsim.engine.safety import Safety
from feedsim.engine.server import Server
from feedsim.engine.stopwatch import Stopwatch, guard
from feedsim.feed.audiences import count
from feedsim.feed.flow import Slate
from feedsim.feed.learn import forget, greet, remember
from feedsim.feed.ranking import EngagementRanker
from feedsim.integrity.detectors import LearnedDetectors
from feedsim.integrity.orders import Orders, apply
from feedsim.measures.sample import Sample
from feedsim.people.content import enabled
from feedsim.people.drafts import Drafts
from feedsim.people.gate import due, passed, submitted
from feedsim.people.minds import change, sleep
from feedsim.people.panel import Panel
from feedsim.people.publish import publish
from feedsim.people.reshare import reshare
from feedsim.people.sessions import Opening
from feedsim.scenario import Scenario
from feedsim.world.arrays import Ints
from feedsim.world.rng import Streams
from feedsim.world.world import ACTIONS
from feedsim.writer import RunWriter

DAY = 1440
"""Minutes."""


@dataclass(frozen=True)
class Progress:
    """How far a run is: what the live line shows."""

    day: float
    """days simulated, burn-in included"""
    days: int
    """in all, burn-in included"""
    impressions: int
    so_far: dict[str, float]
    """what was measured until now, as in `measures.cells.so_far`"""


class Simulation:
    """One run. `watch`: viewers whose every candidate is kept, besides the sampled ones. Threads and chunk size
    change the speed and nothing else.

    `run` lives it all; `advance` lives up to a minute, as often as wanted, and `finish` then closes the books.
    """

    writer: RunWriter
    """where rows go, from the first `advance` on"""

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
        self.scenario, self.threads, self.tell = scenario, threads, tell
        self.watch_stages = Stopwatch()
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
        with self.watch_stages.time("found the world"):
            self.world, self.supply, self.responder = found(scenario, Streams(seed), threads)
        self.opening = Opening(scenario.people.minds, scenario.feed.slate)
        self.server = Server(scenario, self.world, self.watch_stages)
        self.safety = Safety(scenario, self.world)
        self.sample = Sample.of(
            self.world, scenario.measures.impression_sample, watch, scenario.policies, self.server.rules.resisting
        )
        self.books = Books(self.world, scenario, self.sample)
        self.drafts: Drafts | None = None
        self.chunks = Chunks(
            self.world, self.server, self.responder, self.sample, self.books.ledger, self.watch_stages, threads, chunk
        )
        self.first, self.last = -scenario.burn_in_days * DAY, scenario.days * DAY
        """minutes in which it begins, and by which it has ended"""
        self.minute = self.first
        """up to which it has been lived: what is due in this minute has not been done"""
        self.clock: Clock | None = None

    def run(self, writer: RunWriter, until_tick: int | None = None) -> None:
        """Live through burn-in and the measured days and write all tables; stop after `until_tick` of measured time."""
        self.advance(writer, self.last if until_tick is None else (until_tick + 1) * self.scenario.tick_minutes)
        self.finish(writer)

    def advance(self, writer: RunWriter, minute: int) -> None:
        """Live up to `minute` of the run, and stop before anything of that minute is done.

        At a midnight nothing is under way but what `feedsim.engine.snapshot` can store: the day's sums are still open,
        and every reviewer has gone home.
        """
        self.writer = writer
        if self.clock is None:
            self.clock = self.started()
        self.minute = max(self.minute, min(minute, self.last))
        with self.chunks.side_by_side():
            self.clock.run(self.minute)

    def started(self) -> Clock:
        """A clock that stands at this minute, with all that is due from then on."""
        s, first, clock = self.scenario, self.first, Clock(self.minute, self.last)
        self.safety.attend(clock)
        clock.every(DAY, first, NIGHT, self.midnight)
        if isinstance(s.ranker, EngagementRanker):
            start = 0 if s.burn_in_days else s.ranker.retrain_days * DAY
            clock.every(s.ranker.retrain_days * DAY, start, COMPANY, self.retrain)
        if isinstance(s.detectors, LearnedDetectors):
            cadence = s.detectors.retrain_days * DAY
            clock.every(cadence, 0 if s.burn_in_days else cadence, DETECTION, self.retrain_detectors)
        clock.every(s.tick_minutes, first, TICK, self.tick)
        return clock

    def finish(self, writer: RunWriter) -> None:
        """Close the last day, if it is over, and write what is left; nothing can be lived after that."""
        self.advance(writer, self.minute)
        assert self.clock is not None
        self.clock.last_minute = self.minute
        self.clock.run()
        with self.watch_stages.time("write"):
            if self.safety.team is not None:
                self.books.cold_starts(self.safety.team.cold_starts())
            self.books.close(writer, self.world)

    def midnight(self, minute: int) -> None:
        """Close the day that ends; forget what is old; draft the posts of the day that begins."""
        world = self.world
        world.minute = minute
        with self.watch_stages.time("review"):
            apply(world, self.safety.settle())
        with self.watch_stages.time("observe"):
            if minute > 0:
                self.books.end_day(world, minute // DAY - 1)
            self.books.flush(self.writer)
        if minute == self.last:
            return
        with self.watch_stages.time("midnight"):
            if minute > self.first:
                forget(world)
                sleep(world, self.scenario.people.minds)
            self.books.spill(self.writer, world, minute - self.server.retention)
            self.safety.begin_day()
            self.drafts = self.supply.draft(minute // DAY)
            self.server.shelves = None

    def retrain(self, minute: int) -> None:
        """Measure the heads in force on what was served since, then train the next version."""
        team = self.server.team
        assert team is not None
        self.world.minute = minute
        with self.watch_stages.time("train"):
            if team.model is not None:
                cells = team.examine(self.world.users.groups, self.world.levels)
                self.books.ranker_quality(minute // DAY - 1, cells)
                self.writer.model_file(f"v{team.model.version:03d}.json", card_json(team.model, cells))
            model = team.retrain(self.world, self.threads)
            for action, text in zip(ACTIONS, model.texts, strict=True):
                self.writer.model_file(f"v{model.version:03d}_{action}.txt", text)

    def retrain_detectors(self, minute: int) -> None:
        """Train the next version of every detector, on all that reviewers have said so far."""
        self.world.minute = minute
        with self.watch_stages.time("train"):
            for detector in self.safety.retrain():
                for name, text in detector.files():
                    self.writer.model_file(name, text)

    def tick(self, minute: int) -> None:
        """Stages 1 to 10, once."""
        world, watch = self.world, self.watch_stages
        world.minute, world.tick = minute, (minute - self.first) // world.tick_minutes
        new = self.publish()
        with watch.time("detect"):
            self.safety.detect(new)
        with watch.time("review"):
            apply(world, self.safety.settle())
            self.safety.open(new, self.server.rules.referrals(world))
        with watch.time("orders"):
            self.give_orders()
        with watch.time("get ready"):
            self.server.get_ready()
            sessions = self.opening.open(world)
        if len(sessions):
            self.settle(*self.chunks.served(sessions), new)
        else:
            self.books.quiet_tick(world, new)

    def publish(self) -> int:
        """Stage 1: how many posts there are more."""
        world, posts = self.world, self.world.posts
        with self.watch_stages.time("publish"):
            new = publish(world, self.admitted())
            fresh = slice(len(posts) - new, len(posts))
            greet(world, posts.author[fresh])
            guard("publish", world.minute, posts.severity[fresh], posts.quality[fresh], posts.signals[fresh])
        return new

    def admitted(self) -> Drafts:
        """The drafts that may be published: the day's, or this tick's where there is anything to ask about them."""
        world, rules = self.world, self.server.rules
        assert self.drafts is not None
        if not world.accounts.suspended(world.minute).any() and not any(rules.asked("publish", world)):
            return self.drafts
        mine = due(world, self.drafts)
        return passed(world, mine, rules.gates(world, partial(submitted, mine)), enabled(self.scenario.harms))

    def give_orders(self) -> None:
        """What policies want done now with posts, accounts and stories is done."""
        if orders := self.server.rules.orders(self.world, Panel(self.world)):
            apply(self.world, Orders.joined(orders))

    def settle(self, slate: Slate, inventory: Ints, new: int) -> None:
        """After the last chunk: counters, seen posts, feeds, minds and measures."""
        world, watch, minds = self.world, self.watch_stages, self.world.minds
        with watch.time("respond"):
            shared = reshare(world, slate)
        with watch.time("observe"):
            self.books.tick(world, slate, inventory, shared, new)
        with watch.time("remember"):
            remember(world, slate)
            if self.server.rules.need("audiences"):
                count(world, slate)
            self.server.shown = slate.post
        with watch.time("minds"):
            change(world, slate, self.scenario.people.minds)
            seen = slate.sessions.user
            guard("minds", world.minute, minds.satisfaction[seen], minds.habit[seen], minds.belief[seen])
        if world.tick % max(1, 60 // world.tick_minutes) == 0:
            burn_in = self.scenario.burn_in_days
            day, days = world.minute / DAY + burn_in, self.scenario.days + burn_in
            self.tell(Progress(day, days, watch.rows["respond"], self.books.so_far(world)))
