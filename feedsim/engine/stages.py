"""A tick, stage by stage, as data: what the manifest's timings are named after and `feedsim stages` prints."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One step of a tick."""

    name: str
    room: str
    reads: str
    adds: str
    per_chunk: bool = False
    """whether a chunk of sessions passes through it before the next chunk begins"""


STAGES = (
    Stage("publish", "people", "the day's drafts", "rows of Posts, items for followers"),
    Stage("detect", "integrity", "new posts and fresh reactions", "p_harm"),
    Stage("source", "feed", "graph, living posts, learned profiles", "Candidates", per_chunk=True),
    Stage("filter", "integrity", "candidates", "who was removed by which policy", per_chunk=True),
    Stage("score", "feed", "kept candidates", "light score, features, p of each head, score", per_chunk=True),
    Stage("attenuate", "integrity", "scored candidates", "a factor for each policy", per_chunk=True),
    Stage("select", "feed", "scores and factors", "what is shown, in order", per_chunk=True),
    Stage("respond", "people", "the slate", "actions, dwell, worth; reshares for the next tick", per_chunk=True),
    Stage("minds", "people", "what was seen and done", "satisfaction, habit, beliefs, warmth, tastes"),
    Stage("observe", "measures", "the tick, the World read-only", "rows"),
)
"""In this order. Stages per chunk read the World as it stood when the tick began; counters, seen posts and feeds are
written after the last chunk (`remember`). Between ticks: `midnight`, `train`, `log`, `write`."""

BESIDE = (
    "found the world", "midnight", "train", "review", "orders", "get ready", "forests", "log", "remember", "write",
)  # fmt: skip
"""What else is timed: `review` settles and opens cases after `detect`, `orders` are what policies want done, once a
tick, `get ready` is what all chunks of a tick read,
`forests` is a part of `score`."""
