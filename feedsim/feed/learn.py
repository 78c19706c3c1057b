"""What the company keeps of what it saw: counters, seen posts, profiles, affinities. From actions alone."""

import numpy as np

from feedsim.feed.flow import Slate
from feedsim.feed.shelves import HEAT_OF
from feedsim.kernels import kernel
from feedsim.world.arrays import Bytes, Codes, Doubles, Floats, Ints
from feedsim.world.chains import append_chain
from feedsim.world.world import FORGET, World


def remember(world: World, slate: Slate) -> None:
    """Count every impression and action of a tick where they belong, in the order of viewers."""
    posts, profiles = world.posts, world.profiles
    user, post = slate.user, slate.post - posts.base
    shown, many = world.seen.shown, np.diff(slate.start).astype(np.int32)
    first = (shown.end + slate.start[:-1]).astype(np.int32)
    append_chain(world.seen.visits, slate.sessions.user, first=first, count=many)
    shown.append(post=slate.post)
    _remember(
        user, post, slate.edge, slate.actions, world.minute,
        posts.impressions, posts.clicks, posts.likes, posts.angries, posts.comments, posts.reshares, posts.hides,
        posts.reports, posts.viewers_1500_minute, posts.author, posts.topic,
        profiles.topic_clicks, profiles.seen, profiles.acted, profiles.author_seen, profiles.author_value,
        profiles.affinity, HEAT_OF,
    )  # fmt: skip


def forget(world: World) -> None:
    """At midnight old actions count less."""
    p = world.profiles
    for learned in (p.topic_clicks, p.seen, p.acted, p.author_seen, p.author_value, p.author_posts, p.affinity):
        learned *= FORGET


@kernel
def _remember(
    user: Ints, post: Ints, edge: Ints, actions: Bytes, now: int,
    impressions: Ints,
    clicks: Ints, likes: Ints, angries: Ints, comments: Ints, reshares: Ints, hides: Ints, reports: Ints,
    viewers_1500: Ints, author: Ints, topic: Codes,
    topic_clicks: Floats, seen: Floats, acted: Floats, author_seen: Floats, author_value: Floats,
    affinity: Floats, worth: Doubles,
) -> None:  # fmt: skip
    counters = (clicks, likes, angries, comments, reshares, hides, reports)
    for r in range(user.size):
        u, p, did = user[r], post[r], actions[r]
        impressions[p] += 1
        if impressions[p] == 1500:
            viewers_1500[p] = now
        seen[u] += 1
        a = author[p]
        author_seen[a] += 1
        if did == 0:
            continue
        for i in range(7):
            if did & (1 << i):
                counters[i][p] += 1
                acted[u, i] += 1
                author_value[a] += worth[i]
        # Hiding and reporting are no sign of taste.
        if did & 0b0011111:
            topic_clicks[u, topic[p]] += 1
            if edge[r] >= 0:
                affinity[edge[r]] += 1


def greet(world: World, authors: Ints) -> None:
    """Count new posts for their authors."""
    np.add.at(world.profiles.author_posts, authors, np.float32(1))
