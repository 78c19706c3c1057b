"""The sessions of a tick, in chunks that pass through stages 3 to 8 side by side, a thread each."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from feedsim.engine.ledger import Ledger
from feedsim.engine.server import Server
from feedsim.engine.stopwatch import Stopwatch, guard
from feedsim.feed.flow import Candidates, Sessions, Slate
from feedsim.measures.answers import Answers
from feedsim.measures.sample import Sample
from feedsim.people.respond import Responder
from feedsim.world.arrays import Ints
from feedsim.world.world import World

CHUNK = 512
"""Sessions that pass through the stages together, at most: their columns fit the cache."""


@dataclass(frozen=True)
class Served:
    """What a chunk of sessions was shown and did, and what is kept of it."""

    slate: Slate
    inventory: Ints
    """(S,) unseen posts that each network held"""
    logged: dict[str, Any] | None = None
    """rows for the ranking team's log"""
    sampled: dict[str, Any] | None = None
    """rows of impressions.parquet"""
    answered: Answers | None = None
    """what policies answered"""


@dataclass
class Chunks:
    """What chunks pass through: each reads the world as it stood when the tick began, so that neither their size nor
    the threads change anything but the speed."""

    world: World
    server: Server
    responder: Responder
    sample: Sample
    ledger: Ledger
    watch: Stopwatch
    threads: int
    size: int = CHUNK
    """sessions of a chunk, at most"""
    map: Callable[..., Iterable[Served]] = field(default=map)
    """serves chunks, and gives what came of them in their order"""

    @contextmanager
    def side_by_side(self) -> Iterator[None]:
        """While threads wait for chunks."""
        with ThreadPoolExecutor(self.threads) as pool:
            self.map = pool.map if self.threads > 1 else map
            yield

    def served(self, sessions: Sessions) -> tuple[Slate, Ints]:
        """Stages 3 to 8 for all sessions of a tick: what was shown and done, and (S,) what each network held."""
        slates, inventories = [], []
        with self.watch.side_by_side(self.threads):
            for part in self.map(self.serve, self.cut(sessions)):
                self.keep(part)
                slates.append(part.slate)
                inventories.append(part.inventory)
        return Slate.joined(sessions, slates), np.concatenate(inventories)

    def cut(self, sessions: Sessions) -> list[Sessions]:
        """The sessions, cut so that every thread gets as many chunks and none waits for the others at the end."""
        many = -(-len(sessions) // (self.size * self.threads)) * self.threads
        size = -(-len(sessions) // many)
        return [sessions.part(at, at + size) for at in range(0, len(sessions), size)]

    def serve(self, sessions: Sessions) -> Served:
        """Stages 3 to 8 for a chunk of sessions, reading the world as it stood when the tick began; writes nothing."""
        world, watch, server = self.world, self.watch, self.server
        found, inventory = server.found(sessions)
        kept, removed_by = server.filtered(found)
        scored = server.attenuated(server.scored(kept))
        with watch.time("observe"):
            answered = self.ledger.answered(world, found, removed_by, scored)
        choice = server.chosen(scored)
        with watch.time("respond"):
            frictions = server.rules.frictions(world, scored, choice)
            slate = self.responder.respond(world, scored, choice, tuple(frictions.values()))
            guard("respond", world.minute, slate.value)
        watch.count("respond", len(slate))
        logged = sampled = None
        if server.team is not None:
            with watch.time("log"):
                logged = server.team.logged(world, server.posts.rows, scored, slate)
        if self.sample.chosen[sessions.user].any():
            with watch.time("observe"):
                light = server.light_scores if server.light is not None else None
                sampled = self.sample.rows(
                    world, found, removed_by, self.with_all_heads(scored), frictions, slate, light
                )
        return Served(slate, inventory, logged, sampled, answered)

    def keep(self, served: Served) -> None:
        """Put down what is kept of a chunk, in the order of chunks."""
        if served.logged is not None and self.server.team is not None:
            with self.watch.time("log"):
                self.server.team.log.append(**served.logged)
        if served.sampled is not None:
            self.sample.parts.append(served.sampled)
        if served.answered is not None:
            self.ledger.day.answers.add(served.answered)

    def with_all_heads(self, c: Candidates) -> Candidates:
        """The candidates with what every head says of those of sampled viewers."""
        if self.server.team is None or c.p is None or c.features is None:
            return c
        here = self.sample.chosen[c.sessions.user]
        rows, p = np.flatnonzero(np.repeat(here, np.diff(c.start))), c.p.copy()
        p[rows] = self.server.team.completed(c.features[rows], p[rows])
        return replace(c, p=p)
