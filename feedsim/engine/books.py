"""The books of a run: stage 10, observe. Reads the World, writes rows, changes nothing."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from feedsim.engine import census
from feedsim.engine.ledger import Ledger
from feedsim.engine.reviews import review_cells, write_reviews
from feedsim.engine.trees import Trees
from feedsim.feed.flow import Reshares, Slate
from feedsim.measures.cells import (
    EVERYONE,
    Cell,
    Where,
    author_cells,
    harm_reach_cells,
    l6of7,
    mind_cells,
    reach_cells,
    so_far,
    source_cells,
    supply_cells,
    viewer_cells,
)
from feedsim.measures.sample import LIGHT_CUT, Sample
from feedsim.measures.tally import Tally
from feedsim.scenario import Scenario
from feedsim.world.arrays import Doubles, Ints, Longs
from feedsim.world.world import SOURCES, World
from feedsim.writer import RunWriter, known, labels

WHOLE_RUN = -1
WEEK = 7
"""Days, before which nothing is known of the last seven."""


def removers(sample: Sample) -> tuple[str, ...]:
    """What may take a candidate out."""
    return (*sample.policies, "light_cut")


class Books:
    """Tallies of the tick, the day and the run, and what becomes of them."""

    def __init__(self, world: World, scenario: Scenario, sample: Sample) -> None:
        users, harms = len(world.users), len(world.harms)
        self.scenario, self.sample = scenario, sample
        self.day, self.whole = Tally.empty(users, harms), Tally.empty(users, harms)
        self.sums: Doubles = np.zeros(self.day.viewer.shape[1])
        """(K,) of all measured ticks so far, in the columns of Tally.viewer"""
        self.active_days: Longs = np.zeros(users, np.int64)
        """(U,) days with a session"""
        self.history = np.zeros(users, np.uint8)
        """(U,) a bit for each of the last days with a session"""
        self.days_closed = 0
        self.reached: Longs = np.zeros((2, harms), np.int64)
        """impressions of the measured days' posts of each class, and how many those posts are"""
        self.ledger = Ledger.of(world, scenario)
        self.cells: list[tuple[int, int, Cell]] = []
        self.trees = Trees()

    def tick(self, world: World, slate: Slate, inventory: Ints, shared: Reshares, new: int) -> None:
        """Count a tick. Burn-in is not measured; its reshares are kept, for they belong to cascades that go on."""
        self.trees.today.append(shared)
        if world.in_burn_in:
            return
        self._new_posts(world, new)
        self.ledger.seen(world, slate)
        sums = self.day.count(world, slate, inventory)
        self.sums += sums
        self._tick_cells(world, sums, float(slate.value.sum(dtype=np.float64)))

    def quiet_tick(self, world: World, new: int) -> None:
        """Count a tick in which nobody came."""
        if not world.in_burn_in:
            self._new_posts(world, new)
            self._tick_cells(world, np.zeros(self.day.viewer.shape[1]), 0.0)

    def so_far(self, world: World) -> dict[str, float]:
        """What a live chart shows: engagement and prevalence of the measured ticks so far."""
        return so_far(self.sums, world.harms)

    def _new_posts(self, world: World, new: int) -> None:
        fresh = slice(len(world.posts) - new, len(world.posts))
        self.day.count_posts(world.posts.author[fresh], world.posts.harm[fresh])

    def _tick_cells(self, world: World, sums: Doubles, value: float) -> None:
        cells = viewer_cells(sums, value, len(world.users), 1, world.harms, EVERYONE)
        self._write(cells, world.minute // world.tick_minutes, world.day)

    def end_day(self, world: World, day: int) -> None:
        """Cells of the day that ends, overall and by group; then its sums join the run's."""
        active = self.day.viewer[:, 0] > 0
        self.active_days += active
        self.days_closed += 1
        self.history = (self.history << np.uint8(1)) | active.astype(np.uint8)
        self._write(self._all_cells(world, self.day, 1, active.astype(np.int64)), WHOLE_RUN, day)
        self._write(self.ledger.end_day(), WHOLE_RUN, day)
        self._write(self._desk_cells(world, day * 1440), WHOLE_RUN, day)
        self.whole.add(self.day)
        self.day.clear()

    def today(self, world: World) -> list[Cell]:
        """Cells of the day so far: those that `end_day` will write, but for what is kept of integrity."""
        return list(self._all_cells(world, self.day, 1, (self.day.viewer[:, 0] > 0).astype(np.int64)))

    def _all_cells(self, world: World, tally: Tally, days: int, active_days: Longs) -> Iterator[Cell]:
        """Everyone, every group of viewers and of authors, every source."""
        minds, everybody = world.minds, np.ones(len(world.users), np.bool_)
        misbelief = minds.belief[:, world.narrative_is_false].mean(axis=1)
        for where, rows in self._viewers(world, everybody):
            people = int(np.count_nonzero(rows))
            if not people:
                continue
            sums, value = tally.viewer[rows].sum(axis=0, dtype=np.float64), float(tally.value[rows].sum())
            yield from viewer_cells(sums, value, people, days, world.harms, where)
            yield from reach_cells(tally.viewer[rows], int(active_days[rows].sum()), world.harms, where)
            yield from mind_cells(
                minds.satisfaction[rows], minds.warmth[rows], misbelief[rows], minds.habit[rows], where
            )
            if self.days_closed >= WEEK:
                yield from l6of7(self.history[rows], where)
        for group, levels in world.levels.items():
            yield from author_cells(tally, world.users.groups[group], days, group, levels, world.harms)
        yield from source_cells(tally, world.harms)
        yield from supply_cells(tally, len(world.users), days, world.harms)

    def _desk_cells(self, world: World, first: int) -> Iterator[Cell]:
        """Of the review desk since minute `first`, where there is one."""
        if self.scenario.review.kind == "desk":
            yield from review_cells(world, first, self.ledger.strata)

    def _viewers(self, world: World, everybody: Any) -> Iterator[tuple[Where, Any]]:
        yield EVERYONE, everybody
        for group, levels in world.levels.items():
            for i, level in enumerate(levels):
                yield Where("viewer", group, level), world.users.groups[group] == i

    def ranker_quality(self, day: int, cells: Iterable[Cell]) -> None:
        """Keep what was measured of the heads on the day before they were replaced."""
        self._write(cells, WHOLE_RUN, day)

    def cold_starts(self, cells: Iterable[Cell]) -> None:
        """Keep which detectors give nothing but their prior, at the end of the run."""
        self._write(cells, WHOLE_RUN, WHOLE_RUN)

    def _write(self, cells: Iterable[Cell], tick: int, day: int) -> None:
        self.cells.extend((tick, day, cell) for cell in cells)

    def flush(self, writer: RunWriter) -> None:
        """Hand the gathered rows to the writer."""
        if self.cells:
            columns: dict[str, Any] = {"tick": [t for t, _, _ in self.cells], "day": [d for _, d, _ in self.cells]}
            for name in ("metric", "harm", "side", "group", "level", "part", "value", "n"):
                columns[name] = [getattr(cell, name) for _, _, cell in self.cells]
            writer.add("metrics", columns)
            self.cells = []
        if rows := self.sample.take():
            for name in ("sharer", "light_rank", "rank"):
                rows[name] = known(rows[name], rows[name] >= 0)
            rows["source"] = labels(rows["source"], SOURCES)
            by = np.where(rows["removed_by"] == LIGHT_CUT, len(self.sample.policies), rows["removed_by"])
            rows["removed_by"] = labels(by, removers(self.sample))
            writer.add("impressions", rows)
        self.trees.flush(writer)

    def spill(self, writer: RunWriter, world: World, oldest: int) -> None:
        """Write the posts made before minute `oldest` and forget them, with their items and what was seen of them."""
        posts, items, seen = world.posts, world.items, world.seen
        old = int(np.searchsorted(posts.minute[: len(posts)] // world.tick_minutes, oldest // world.tick_minutes))
        self._write_posts(writer, world, old)
        posts.drop(old)
        items.drop(int(np.argmax(np.r_[items.minute[: len(items)] >= oldest, True])))
        seen.mark_midnight()
        # What was seen before the oldest living post came out is of posts that are dead: whole days, rounded up.
        while len(seen.midnights) > -((oldest - world.minute) // 1440) + 1:
            seen.drop_before_oldest_midnight()

    def _write_posts(self, writer: RunWriter, world: World, rows: int) -> None:
        posts = world.posts
        if rows == 0:
            return
        of = {name: getattr(posts, name)[:rows] for name in ("harm", "minute", "impressions")}
        writer.add("posts", census.of_posts(world, rows, self.scenario.content.target_attribute))
        self.ledger.write_off(world, rows)
        for h in range(len(world.harms)):
            mine = (of["harm"] == h) & (of["minute"] >= 0)
            self.reached[:, h] += of["impressions"][mine].sum(), np.count_nonzero(mine)
        self.trees.write_off(posts, rows)

    def close(self, writer: RunWriter, world: World) -> None:
        """Write what is left: cells of the whole run, living posts, people and cascades."""
        self._write_posts(writer, world, len(world.posts))
        if self.scenario.days and world.minute >= 1440:
            self._write(self._all_cells(world, self.whole, self.scenario.days, self.active_days), WHOLE_RUN, WHOLE_RUN)
            self._write(harm_reach_cells(self.reached[0], self.reached[1], world.harms), WHOLE_RUN, WHOLE_RUN)
            self._write(self.ledger.whole_run(), WHOLE_RUN, WHOLE_RUN)
            self._write(self._desk_cells(world, 0), WHOLE_RUN, WHOLE_RUN)
        self.flush(writer)
        writer.add("users", census.of_users(world, self.whole))
        self.trees.write(writer, world)
        if self.scenario.review.kind == "desk":
            write_reviews(writer, world)
