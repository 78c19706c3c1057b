"""Two audiences, learned from who follows whom, and what each of them likes. Nobody's leaning is known."""

import numpy as np
from scipy.sparse import csr_array

from feedsim.feed.flow import Slate
from feedsim.kernels import kernel
from feedsim.world.arrays import Bytes, Codes, Doubles, Ints
from feedsim.world.world import LIKE, World

_LIKED = np.uint8(1 << LIKE)
STEPS = 40
"""Rounds in which everybody takes over the mean place of those whom he follows (assumption)."""


def learned(world: World) -> Codes:
    """(U,) 0 or 1: two halves that follow within themselves as far as possible.

    Everybody gets a place by lot and takes over, round by round, half of the mean place of those he follows and of
    those who follow him; the mean over people is taken out each time. What is left is the slowest cut of the graph: the
    second eigenvector, by power iteration. Ties and people without ties fall on the side of 1.
    """
    people, graph = len(world.users), world.graph
    ones = np.ones(len(graph.followee))
    follows = csr_array((ones, graph.followee, graph.start), shape=(people, people))
    both = csr_array(follows + follows.T)
    ties = np.maximum(both.sum(axis=1), 1.0)
    place: Doubles = world.streams.uniform("audience", np.arange(people)) - 0.5
    for _ in range(STEPS):
        place = (place + (both @ place) / ties) / 2
        place -= np.average(place, weights=ties)
        place /= max(float(np.abs(place).max()), 1e-12)
    return (place >= np.median(place)).astype(np.int8)


def count(world: World, slate: Slate) -> None:
    """Count what each audience saw and liked of every post, after the last chunk of a tick."""
    post, audience = slate.post - world.posts.base, world.audience[slate.user]
    _count(post, audience, slate.actions, world.posts.seen_by, world.posts.liked_by)


@kernel
def _count(post: Ints, audience: Codes, actions: Bytes, seen: Ints, liked: Ints) -> None:
    for r in range(post.size):
        seen[post[r], audience[r]] += 1
        if actions[r] & _LIKED:
            liked[post[r], audience[r]] += 1
