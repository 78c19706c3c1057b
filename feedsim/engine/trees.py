"""The part of the books that keeps reshares, for cascades that may go on for as long as their root lives."""

from typing import Any

import numpy as np

from feedsim.feed.flow import Reshares
from feedsim.measures.cascades import Roots, cascades
from feedsim.world.arrays import NEVER
from feedsim.world.posts import Posts
from feedsim.world.world import World
from feedsim.writer import RunWriter, labels

RESHARE_COLUMNS = ("key", "user", "parent_user", "minute", "depth")
ROOT_COLUMNS = ("key", "author", "minute", "harm", "viewers_1500_minute")


class Trees:
    """Reshares so far, and the roots whose end has come."""

    def __init__(self) -> None:
        self.today: list[Reshares] = []
        self.reshares: list[Reshares] = []
        self.roots: list[dict[str, Any]] = []

    def flush(self, writer: RunWriter) -> None:
        """Hand the gathered reshares to the writer."""
        if self.today:
            shared = _joined(self.today)
            writer.add("reshares", vars(shared))
            self.reshares.append(shared)
            self.today = []

    def write_off(self, posts: Posts, rows: int) -> None:
        """Keep what cascades need of the oldest posts, whose end this is."""
        again = posts.reshares[:rows] > 0
        self.roots.append({name: getattr(posts, name)[:rows][again].copy() for name in ROOT_COLUMNS})

    def write(self, writer: RunWriter, world: World) -> None:
        """Write cascades.parquet."""
        if not self.roots:
            return
        root = {name: np.concatenate([part[name] for part in self.roots]) for name in ROOT_COLUMNS}
        crowd = np.where(root["viewers_1500_minute"] == NEVER, np.nan, root["viewers_1500_minute"] - root["minute"])
        roots = Roots(
            root["key"], root["author"], root["minute"], root["harm"], world.graph.followers[root["author"]], crowd
        )
        columns = cascades(roots, _joined(self.reshares))
        columns["harm"] = labels(columns["harm"], world.harms)
        writer.add("cascades", columns)


def _joined(parts: list[Reshares]) -> Reshares:
    return Reshares(*(np.concatenate([getattr(part, name) for part in parts]) for name in RESHARE_COLUMNS))
