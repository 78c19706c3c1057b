"""The sampled viewers, whose every candidate is kept: what `feedsim trace` tells a feed from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from feedsim.feed.flow import Candidates, Slate
from feedsim.world.arrays import Bools, Floats, Ints, Longs
from feedsim.world.world import ACTIONS, SOURCES, World

NULL = -1


@dataclass
class Sample:
    """Rows of impressions.parquet, gathered until they are written."""

    chosen: Bools
    """(U,) whose candidates are kept"""
    rows: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, world: World, share: float, watch: Collection[int]) -> "Sample":
        """A share of all viewers by address, and those that are watched."""
        chosen = world.streams.uniform("impression_sample", np.arange(len(world.users))) < share
        chosen[list(watch)] = True
        return cls(chosen)

    def keep(
        self,
        world: World,
        found: Candidates,
        removed: Mapping[str, Ints],
        scored: Candidates,
        slate: Slate,
        light: Floats | None,
    ) -> None:
        """Add every candidate of the chunk's sampled viewers, shown or not, in the order it was found."""
        mine = np.flatnonzero(self.chosen[found.user])
        post = found.post[mine] - world.posts.base
        count = len(found)
        by = np.full(count, "", object)
        if len(scored) < count - sum(map(len, removed.values())):
            by[:] = "light_cut"
            by[scored.row] = ""
        for name, rows in removed.items():
            by[rows] = name
        item = np.where(found.item[mine] >= 0, found.item[mine] - world.items.base, 0)
        is_reshare = (found.item[mine] >= 0) & (world.items.depth[item] > 0)
        columns: dict[str, Any] = {
            "tick": np.full(len(mine), world.minute // world.tick_minutes, np.int32),
            "user": found.user[mine],
            "key": world.posts.key[post],
            "source": np.array(SOURCES, object)[found.source[mine]],
            "sharer": np.where(is_reshare, world.items.user[item], NULL),
            "light_rank": _light_rank(found, light)[mine],
            "removed_by": by[mine],
        }
        p = _spread(
            count, scored.row, scored.p if scored.p is not None else np.full((len(scored), len(ACTIONS)), np.nan)
        )
        for a, action in enumerate(ACTIONS):
            columns[f"p_{action}"] = p[mine, a]
        assert scored.score is not None
        columns["score"] = _spread(count, scored.row, scored.score)[mine]
        for name, factor in scored.factors.items():
            columns[f"factor_{name}"] = _spread(count, scored.row, factor)[mine]
        shown = scored.row[slate.candidate]
        rank, did, seconds = np.full(count, NULL), np.zeros(count, np.uint8), np.zeros(count, np.int32)
        rank[shown], did[shown], seconds[shown] = slate.rank, slate.actions, slate.seconds
        columns["rank"] = rank[mine]
        for a, action in enumerate(ACTIONS):
            columns[action] = (did[mine] >> np.uint8(a) & np.uint8(1)).astype(np.bool_)
        columns["seconds"] = seconds[mine]
        self.rows.append(columns)

    def take(self, factors: Collection[str]) -> dict[str, Any] | None:
        """All rows gathered so far, with a column for each policy in `factors`; none if there are none."""
        if not self.rows:
            return None
        for rows in self.rows:
            for name in factors:
                rows.setdefault(f"factor_{name}", np.full(len(rows["user"]), np.nan, np.float32))
        names = [name for name in self.rows[0] if not name.startswith("factor_")] + [
            f"factor_{name}" for name in factors
        ]
        result = {name: np.concatenate([rows[name] for rows in self.rows]) for name in names}
        self.rows = []
        return result


def _spread(count: int, rows: Longs | Ints, values: Floats) -> Floats:
    """Values of some candidates, at their place among all; NaN elsewhere."""
    result = np.full((count, *values.shape[1:]), np.nan, np.float32)
    result[rows] = values
    return result


def _light_rank(c: Candidates, light: Floats | None) -> Longs:
    """(C,) place by the light model within the session; NULL without one."""
    if light is None:
        return np.full(len(c), NULL, np.int64)
    order = np.lexsort((c.row, -light, c.session))
    rank = np.empty(len(c), np.int64)
    rank[order] = np.arange(len(c)) - c.start[c.session[order]]
    return rank
