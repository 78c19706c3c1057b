"""Who and what there was, as the tables say it: a row a post, and a row a person."""

from typing import Any

import numpy as np

from feedsim.measures.tally import VIEWER, Tally
from feedsim.world.arrays import NEVER
from feedsim.world.posts import FINDERS, KINDS, MODALITIES, STATUSES, Posts
from feedsim.world.users import ACTORS
from feedsim.world.world import ACTIONS, World
from feedsim.writer import known, labels

AS_THEY_ARE = (
    "key", "author", "minute", "manipulated", "topic", "narrative", "stance", "side", "severity", "proximity",
    "moral_emotional_words", "outgroup_terms", "novelty", "quality", "impressions", *Posts.COUNTERS,
)  # fmt: skip
"""Columns of Posts that go into the table without a word."""


def of_posts(world: World, rows: int, attribute: str) -> dict[str, Any]:
    """The columns of `posts.parquet` of the oldest `rows` posts; hostile ones are aimed at levels of `attribute`."""
    of: dict[str, Any] = {name: getattr(world.posts, name)[:rows] for name in world.posts.schema}
    columns = {name: of[name] for name in AS_THEY_ARE} | {
        "kind": labels(of["kind"], KINDS),
        "modality": labels(of["modality"], MODALITIES),
        "language": labels(of["language"], world.levels.get("language", ("",))),
        "target_group": labels(of["target_group"], world.levels[attribute]),
        "civic": of["kind"] == KINDS.index("civic"),
        "harm": labels(of["harm"], world.harms),
        "status": labels(of["status"], STATUSES),
        "found_by": labels(of["found_by"] - 1, FINDERS),
        "found_as": labels(of["found_as"], world.harms),
        "removed_minute": known(of["removed_minute"], of["removed_minute"] != NEVER),
        "labelled_minute": known(of["labelled_minute"], of["labelled_minute"] != NEVER),
    }
    return columns | {f"p_{harm}": of["p_harm"][:, h] for h, harm in enumerate(world.harms)}


def of_users(world: World, whole: Tally) -> dict[str, Any]:
    """The columns of `users.parquet`, with what `whole` has counted of everybody in the run."""
    users, minds, suspended = world.users, world.minds, world.accounts.suspended_minute
    viewer = {name: whole.viewer[:, k].astype(np.int32) for k, name in enumerate(VIEWER)}
    columns: dict[str, Any] = {"user": np.arange(len(users), dtype=np.int32)}
    for group, levels in world.levels.items():
        columns["leaning_group" if group == "leaning" else group] = labels(users.groups[group], levels)
    columns |= {
        "actor": labels(users.actor, ACTORS),
        "leaning": users.leaning,
        "followers": world.graph.followers,
        "followees": np.diff(world.graph.start).astype(np.int32),
        "sessions": viewer["sessions"],
        "impressions": viewer["impressions"],
        "minutes": (viewer["seconds"] / 60).astype(np.float32),
        "posts": whole.posts[:, 0].astype(np.int32),
        "satisfaction": minds.satisfaction,
        "habit": minds.habit,
        "discernment": users.discernment,
        "outgroup_warmth": minds.warmth,
        "suspended_minute": known(suspended, suspended != NEVER),
    }
    columns |= {many: viewer[one] for one, many in zip(ACTIONS, Posts.COUNTERS, strict=True)}
    return columns | _of_harms(world, whole)


def _of_harms(world: World, whole: Tally) -> dict[str, Any]:
    """What everybody saw, posted and reshared of each class."""
    first, columns = len(VIEWER), {}
    for h, harm in enumerate(world.harms):
        columns[f"seen_{harm}"] = whole.viewer[:, first + h].astype(np.int32)
        columns[f"posted_{harm}"] = whole.posts[:, 1 + h].astype(np.int32)
        columns[f"reshared_{harm}"] = whole.viewer[:, first + len(world.harms) + h].astype(np.int32)
    return columns
