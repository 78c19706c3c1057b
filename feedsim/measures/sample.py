"""The sampled viewers, whose every candidate is kept: what `feedsim trace` tells a feed from."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from feedsim.feed.flow import Candidates, Slate
from feedsim.feed.friction import Friction
from feedsim.world.arrays import Bools, Floats, Ints, Keys, Longs
from feedsim.world.world import ACTIONS, World

NULL = -1
LIGHT_CUT = -2
"""In `removed_by`: the light model left it out."""


@dataclass
class Sample:
    """Rows of impressions.parquet, gathered until they are written."""

    chosen: Bools
    """(U,) whose candidates are kept"""
    policies: tuple[str, ...]
    """names, in the scenario's order"""
    resisting: tuple[str, ...] = ()
    """names of those that may put something between people and what they are shown"""
    parts: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        world: World,
        share: float,
        watch: Collection[int],
        policies: Collection[str],
        resisting: Collection[str] = (),
    ) -> "Sample":
        """A share of all viewers by address, and those that are watched."""
        chosen = world.streams.uniform("impression_sample", np.arange(len(world.users))) < share
        chosen[list(watch)] = True
        return cls(chosen, tuple(policies), tuple(resisting))

    def rows(
        self,
        world: World,
        found: Candidates,
        removed: Mapping[str, Ints],
        scored: Candidates,
        frictions: Mapping[str, Friction],
        slate: Slate,
        light: Callable[[Candidates], Floats] | None,
    ) -> dict[str, Any]:
        """Columns of every candidate of the chunk's sampled viewers, shown or not, in the order it was found.

        `light` gives the light model's scores, where there is such a model.
        """
        here = self.chosen[found.sessions.user]
        mine = found.take(np.flatnonzero(np.repeat(here, np.diff(found.start))))
        count, tick = len(mine), world.minute // world.tick_minutes
        post, item = mine.post - world.posts.base, np.where(mine.item >= 0, mine.item - world.items.base, 0)
        is_reshare = (mine.item >= 0) & (world.items.depth[item] > 0)
        kept, at = _places(mine.row, scored.row)
        shown = np.flatnonzero(here[slate.session])
        slot = np.searchsorted(mine.row, scored.row[slate.candidate[shown]])
        rank, did, seconds = np.full(count, NULL), np.zeros(count, np.uint8), np.zeros(count, np.int32)
        rank[slot], did[slot], seconds[slot] = slate.rank[shown], slate.actions[shown], slate.seconds[shown]
        by = np.full(count, LIGHT_CUT)
        by[at] = NULL
        for name, rows in removed.items():
            by[_places(mine.row, rows)[1]] = self.policies.index(name)
        columns: dict[str, Any] = {
            "tick": np.full(count, tick, np.int32),
            "user": mine.user,
            "key": world.posts.key[post],
            "source": mine.source,
            "sharer": np.where(is_reshare, world.items.user[item], NULL),
            "light_rank": _light_rank(mine, world.posts.key[post], None if light is None else light(mine)),
            "removed_by": by,
            "score": _spread(count, at, kept, scored.score),
            "rank": rank,
            "did": did,
            "seconds": seconds,
            "p": _spread(count, at, kept, scored.p, len(ACTIONS)),
        }
        for name in self.policies:
            columns[f"factor_{name}"] = _spread(count, at, kept, scored.factors.get(name))
        for name in self.resisting:
            met = np.isin(shown, frictions[name].rows) if name in frictions else False
            columns[f"friction_{name}"] = np.zeros(count, np.bool_)
            columns[f"friction_{name}"][slot] = met
        return columns

    def take(self) -> dict[str, Any] | None:
        """Columns of impressions.parquet for all rows gathered since the last call; none if there are none."""
        if not self.parts:
            return None
        rows = {name: np.concatenate([part[name] for part in self.parts]) for name in self.parts[0]}
        self.parts = []
        p, did = rows.pop("p"), rows.pop("did")
        for a, action in enumerate(ACTIONS):
            rows[f"p_{action}"] = p[:, a]
            rows[action] = (did >> np.uint8(a) & np.uint8(1)).astype(np.bool_)
        return rows


def _places(mine: Ints, rows: Ints) -> tuple[Longs, Longs]:
    """Which of `rows` (ascending) are among `mine` (ascending), and where they stand there."""
    if len(rows) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    at = np.minimum(np.searchsorted(rows, mine), len(rows) - 1)
    where = np.flatnonzero(rows[at] == mine)
    return at[where], where


def _spread(count: int, at: Longs, kept: Longs, values: Floats | None, width: int = 0) -> Floats:
    """Values of the kept candidates, at their place among all; NaN elsewhere."""
    result = np.full((count, width) if width else count, np.nan, np.float32)
    if values is not None:
        result[at] = values[kept]
    return result


def _light_rank(c: Candidates, key: Keys, light: Floats | None) -> Longs:
    """(C,) place by the light model within the session, ties by the smaller post key; NULL without one."""
    rank = np.full(len(c), NULL, np.int64)
    if light is not None:
        order = np.lexsort((key, -light, c.session))
        rank[order] = np.arange(len(c)) - c.start[c.session[order]]
    return rank
