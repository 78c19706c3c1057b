"""A world with a past, by lot: posts read and reshared, profiles learned, rows forgotten, and candidates for all."""

import numpy as np
from worlds import add_posts, add_reshare, candidates_of, sessions_of, world_of

from feedsim.feed.flow import Candidates
from feedsim.world.posts import Posts
from feedsim.world.rng import Streams
from feedsim.world.world import World

USERS, TOPICS, POSTS, NOW = 6, 3, 14, 5000
FORGOTTEN = 4
"""Rows of Posts and of Items that are no more."""
FOLLOWS = [(0, 1), (0, 2), (0, 5), (1, 0), (2, 1), (2, 3), (3, 4), (4, 0), (4, 5), (5, 2)]


def whole_numbers(lots: Streams, name: str, many: int, below: int) -> np.ndarray:
    """(many,) from 0 to below - 1."""
    return (lots.uniform(name, np.arange(many)) * below).astype(np.int64)


def lived(seed: int) -> World:
    """Six people, ten living posts and as many reshares of them, some younger than the tick; all that is learned."""
    lots = Streams(seed)
    world = world_of(FOLLOWS, USERS, TOPICS, minute=NOW, seed=seed)
    minutes = np.sort(NOW + 10 - whole_numbers(lots, "minute", POSTS, 2000))
    rows = add_posts(
        world, whole_numbers(lots, "author", POSTS, USERS), minutes,
        {name: whole_numbers(lots, name, POSTS, below) for name, below in
         (("kind", 4), ("modality", 5), ("topic", TOPICS), ("moral_emotional_words", 7), ("outgroup_terms", 4),
          ("impressions", 300), *((name, 40) for name in Posts.COUNTERS))}
        | {"key": lots.hashes("key", np.arange(POSTS))},
    )  # fmt: skip
    for i, post in enumerate(whole_numbers(lots, "reshared", 10, POSTS)):
        add_reshare(world, i % USERS, int(rows[post]), NOW - 20 + 2 * i, depth=1 + i % 3)
    world.posts.drop(FORGOTTEN)
    world.items.drop(FORGOTTEN)
    for name, column in vars(world.profiles).items():
        shape = np.indices(column.shape)
        column[:] = np.maximum(0, 30 * lots.uniform(name, *shape) - 5)
    world.users.groups["age"][:] = whole_numbers(lots, "age", USERS, 2)
    world.users.groups["dialect"][:] = whole_numbers(lots, "dialect", USERS, 2)
    return world


def offered(world: World, seed: int, each: int = 8) -> Candidates:
    """For every person some living posts by lot, each once, about half of them brought by a followee."""
    lots, posts, items = Streams(seed), world.posts, world.items
    lot = lots.uniform("offered", np.arange(USERS)[:, None], np.arange(len(posts)))
    chosen = posts.base + np.argsort(lot, axis=1)[:, :each]
    inside = lots.uniform("inside", np.arange(USERS * each)) < 0.5
    item = items.base + whole_numbers(lots, "item", USERS * each, len(items))
    starts, followees = world.graph.start[:-1].repeat(each), np.diff(world.graph.start).repeat(each)
    edge = starts + whole_numbers(lots, "edge", USERS * each, 10**6) % followees
    sessions = sessions_of(range(USERS), NOW + 7)
    return candidates_of(sessions, chosen.tolist(), item=np.where(inside, item, -1), edge=np.where(inside, edge, -1))
