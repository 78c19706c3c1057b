"""What a detector may know of a post: its signals and words, its author's record, the first reactions. No truth."""

import numpy as np

from feedsim.world.arrays import Doubles, Floats, Ints, Longs
from feedsim.world.posts import Posts
from feedsim.world.world import World

OF_POSTS = (
    "words", "terms", "kind", "modality", "hours", "impressions", "reports", "report_rate", "hide_rate", "angry_rate",
    "comment_rate", "reshare_rate", "like_rate",
)  # fmt: skip
"""Counts, codes, hours of age; logarithm of impressions + 1 and of reports + 1; smoothed rates."""
OF_AUTHORS = (
    "author_followers",
    "author_posts",
    "author_reports",
    "author_hides",
    "author_confirmed",
    "author_cleared",
)
"""Logarithm of followers + 1 and of posts + 1; reports and hides per impression of their living posts, smoothed;
logarithm of earlier verdicts + 1, of harm and of none."""
RATES = ("reports", "hides", "angries", "comments", "reshares", "likes")
SMOOTHING = 20.0
"""Impressions without a reaction that every rate starts from (assumption)."""
STRONG = ("angries", "comments", "reshares", "hides", "reports")
"""Counters of reactions that are worth another look at a post."""


def names(harms: tuple[str, ...]) -> tuple[str, ...]:
    """Of the columns of `clues`."""
    return (*OF_POSTS, *OF_AUTHORS, "cue_of_words", "cue_of_picture", *(f"signal_{harm}" for harm in harms))


def clues(world: World, rows: Longs) -> Floats:
    """(n, F) what detectors read of the posts that stand at `rows` (n,) of the arrays."""
    posts = world.posts
    seen = (_of_posts(posts, rows, world.minute), _of_authors(world, rows), posts.cues[rows], posts.signals[rows])
    return np.column_stack(seen)


def reactions(posts: Posts, rows: Longs | slice) -> Ints:
    """(n,) strong reactions so far."""
    return np.asarray(sum(getattr(posts, name)[rows] for name in STRONG), np.int32)


def _of_posts(posts: Posts, rows: Longs, now: int) -> Floats:
    seen = posts.impressions[rows]
    rates = [getattr(posts, name)[rows] / (seen + SMOOTHING) for name in RATES]
    columns = [
        posts.moral_emotional_words[rows], posts.outgroup_terms[rows], posts.kind[rows], posts.modality[rows],
        np.maximum(now - posts.minute[rows], 0) / 60, np.log1p(seen), np.log1p(posts.reports[rows]), *rates,
    ]  # fmt: skip
    return np.column_stack(columns).astype(np.float32)


def _of_authors(world: World, rows: Longs) -> Floats:
    author, desk = world.posts.author[rows], world.desk
    columns = [
        np.log1p(world.graph.followers[author]), np.log1p(world.profiles.author_posts[author]),
        *(rate[author] for rate in _records(world.posts, len(world.graph.followers))),
        np.log1p(desk.confirmed[author]), np.log1p(desk.cleared[author]),
    ]  # fmt: skip
    return np.column_stack(columns).astype(np.float32)


def _records(posts: Posts, users: int) -> tuple[Doubles, Doubles]:
    """(U,) reports, and hides, per impression of each author's living posts."""
    alive, author = slice(len(posts)), posts.author[: len(posts)]
    seen, reports, hides = (
        np.bincount(author, weights=getattr(posts, name)[alive], minlength=users)
        for name in ("impressions", "reports", "hides")
    )
    return reports / (seen + SMOOTHING), hides / (seen + SMOOTHING)
