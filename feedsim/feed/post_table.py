"""What the ranker may know of every living post, kept from tick to tick and renewed where something happened."""

import numpy as np
from numba import prange

from feedsim.feed.features import AUTHOR_PRIOR, AUTHOR_SMOOTHING, POST_FEATURES, PRIOR, SMOOTHING
from feedsim.kernels import parallel
from feedsim.world.arrays import Codes, Doubles, Floats, Ints, Longs, Shorts
from feedsim.world.posts import Posts
from feedsim.world.world import Profiles, World


class PostTable:
    """POST_FEATURES of living posts, but for the age: its column holds the minute of birth, so that it never ages.

    A row is made anew when its post has been shown. What is known of its author is then as of the last `renew`, as in
    a platform that computes its authors' features in a batch.
    """

    def __init__(self) -> None:
        self.room: Floats = np.empty((0, len(POST_FEATURES)), np.float32)
        self.authors: Floats = np.empty((0, 3), np.float32)
        """(U, 3) of every author, as of the last renewal"""
        self.known = 0
        """posts that have a row"""

    @property
    def rows(self) -> Floats:
        """(P, 16) a row for each living post."""
        return self.room[: self.known]

    def renew(self, world: World) -> Floats:
        """Every row anew, for instance where rows of posts have moved."""
        self.authors, self.known = author_columns(world.graph.followers, world.profiles), 0
        return self.catch_up(world, np.zeros(0, np.int32))

    def catch_up(self, world: World, shown: Ints) -> Floats:
        """Rows of the posts `shown` (absolute, each any number of times) anew, and those of new posts."""
        posts, first = world.posts, self.known
        self.known = len(posts)
        if len(self.room) < self.known:
            room = np.empty((self.known + self.known // 2, len(POST_FEATURES)), np.float32)
            room[:first] = self.room[:first]
            self.room = room
        again = np.zeros(self.known, np.bool_)
        again[first:] = True
        again[shown - posts.base] = True
        _fill(
            np.flatnonzero(again), posts.minute, posts.author, posts.impressions,
            tuple(getattr(posts, name) for name in Posts.COUNTERS),
            posts.kind, posts.modality, posts.moral_emotional_words, posts.outgroup_terms, posts.topic,
            self.authors, PRIOR, self.room,
        )  # fmt: skip
        return self.rows


def author_columns(followers: Ints, profiles: Profiles) -> Floats:
    """(U, 3) log of followers + 1, smoothed value of an impression, log of posts + 1."""
    result = np.empty((len(followers), 3), np.float32)
    np.log1p(followers, out=result[:, 0], dtype=np.float32, casting="unsafe")
    np.add(profiles.author_value, np.float32(AUTHOR_SMOOTHING * AUTHOR_PRIOR), out=result[:, 1])
    result[:, 1] /= profiles.author_seen + np.float32(AUTHOR_SMOOTHING)
    np.log1p(profiles.author_posts, out=result[:, 2])
    return result


@parallel
def _fill(
    rows: Longs, minute: Ints, author: Ints, impressions: Ints, counters: tuple[Ints, ...],
    kind: Codes, modality: Codes, words: Shorts, terms: Shorts, topic: Codes,
    of_author: Floats, prior: Doubles, result: Floats,
) -> None:  # fmt: skip
    clicks, likes, angries, comments, reshares, hides, reports = counters
    for r in prange(rows.size):
        p = rows[r]
        a, seen = author[p], impressions[p]
        weight = 1.0 / (seen + SMOOTHING)
        result[p, 0] = minute[p]
        result[p, 1] = np.log1p(float(seen))
        result[p, 2] = (clicks[p] + SMOOTHING * prior[0]) * weight
        result[p, 3] = (likes[p] + SMOOTHING * prior[1]) * weight
        result[p, 4] = (angries[p] + SMOOTHING * prior[2]) * weight
        result[p, 5] = (comments[p] + SMOOTHING * prior[3]) * weight
        result[p, 6] = (reshares[p] + SMOOTHING * prior[4]) * weight
        result[p, 7] = (hides[p] + reports[p] + SMOOTHING * prior[5]) * weight
        result[p, 8], result[p, 9], result[p, 10] = of_author[a, 0], of_author[a, 1], of_author[a, 2]
        result[p, 11] = kind[p]
        result[p, 12] = modality[p]
        result[p, 13] = words[p]
        result[p, 14] = terms[p]
        result[p, 15] = topic[p]
