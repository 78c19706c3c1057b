"""What the ranker may know of a candidate: counters, learned profiles, visible content. Never the truth."""

from dataclasses import dataclass

import numpy as np

from feedsim.feed.flow import Candidates
from feedsim.kernels import kernel
from feedsim.world.arrays import Doubles, Floats, Ints, Longs, Shorts
from feedsim.world.world import World

POST_FEATURES = (
    "age", "impressions", "click_rate", "like_rate", "angry_rate", "comment_rate", "reshare_rate", "negative_rate",
    "author_followers", "author_value", "author_posts", "kind", "modality", "words", "terms", "topic",
)  # fmt: skip
"""Of the post alone: logarithm of hours + 1, log of counts + 1, smoothed rates, codes, counts."""
VIEWER_FEATURES = ("viewer_clicks", "viewer_likes", "viewer_reshares", "viewer_seen")
"""Of the viewer alone: smoothed rates of actions; log of impressions seen + 1."""
PAIR_FEATURES = ("in_network", "reshared", "entered", "affinity", "taste")
"""Of the two: brought by a followee, as a reshare, hours since then; actions between the two; share of the topic."""
SMOOTHING = 20.0
"""Impressions that the prior rate weighs, of a post and of a viewer (assumption)."""
PRIOR = np.array([0.06, 0.03, 0.004, 0.005, 0.012, 0.0035])
"""Rates that a new post starts from, and a new viewer: click, like, angry, comment, reshare, hide and report."""
AUTHOR_SMOOTHING, AUTHOR_PRIOR = 50.0, 0.2
"""Impressions that the prior weighs, and the engagement value per impression that a new author starts from."""
LOG_OF_AGE = np.log1p(np.arange(16 * 1440) / 60)
"""log(hours + 1) by age in minutes, up to what the longest retention and the night after it allow."""
TASTE_PRIOR = 0.25
"""Actions on every topic that a new viewer starts from (assumption)."""


@dataclass(frozen=True)
class FeatureSpace:
    """The columns of a feature row, and what of the viewer goes into them once a tick."""

    names: tuple[str, ...]
    visible: Floats
    """(U, V) levels of the attributes that the company may read"""

    @classmethod
    def of(cls, world: World) -> "FeatureSpace":
        """Post, viewer and pair features, then one code for each visible attribute of the viewer."""
        codes = [world.users.groups[name].astype(np.float32) for name in world.visible]
        table = np.column_stack(codes) if codes else np.zeros((len(world.users), 0), np.float32)
        names = (*POST_FEATURES, *VIEWER_FEATURES, *PAIR_FEATURES, *(f"viewer_{name}" for name in world.visible))
        return cls(names, np.ascontiguousarray(table))

    def __len__(self) -> int:
        return len(self.names)

    @property
    def light(self) -> tuple[int, ...]:
        """Places of what the light model reads: what varies within a session."""
        return tuple(i for i, name in enumerate(self.names) if name in (*LIGHT_POST, *PAIR_FEATURES))


LIGHT_POST = tuple(name for name in POST_FEATURES if name not in ("kind", "modality", "topic"))
"""Codes have no order, so a linear model does without them."""


def features(world: World, space: FeatureSpace, table: Floats, c: Candidates, rows: Longs | None = None) -> Floats:
    """(C, F) feature rows of the candidates, or of some of them, by rows of PostTable; ages are as of the tick."""
    session, post, item, edge = c.session, c.post, c.item, c.edge
    if rows is not None:
        session, post, item, edge = session[rows], post[rows], item[rows], edge[rows]
    result = np.empty((len(post), len(space)), np.float32)
    profiles, items, user = world.profiles, world.items, c.sessions.user
    _features(
        user, c.sessions.minute, viewers(user, profiles.seen, profiles.acted, profiles.topic_clicks),
        session, post, item, edge, world.posts.base, table, profiles.topic_clicks, profiles.affinity,
        items.base, items.minute, items.depth, LOG_OF_AGE, world.minute, space.visible, result,
    )  # fmt: skip
    return result


@kernel
def viewers(user: Ints, seen: Floats, acted: Floats, topic_clicks: Floats) -> Doubles:
    """(S, 5) of each session's viewer: the four VIEWER_FEATURES, then what a taste is divided by."""
    result = np.empty((user.size, 5))
    for s in range(user.size):
        u = user[s]
        result[s, 0] = (acted[u, 0] + SMOOTHING * PRIOR[0]) / (seen[u] + SMOOTHING)
        result[s, 1] = (acted[u, 1] + SMOOTHING * PRIOR[1]) / (seen[u] + SMOOTHING)
        result[s, 2] = (acted[u, 4] + SMOOTHING * PRIOR[4]) / (seen[u] + SMOOTHING)
        result[s, 3] = np.log1p(seen[u])
        result[s, 4] = TASTE_PRIOR * topic_clicks.shape[1]
        for t in range(topic_clicks.shape[1]):
            result[s, 4] += topic_clicks[u, t]
    return result


@kernel
def _features(
    user: Ints, now: Ints, viewer: Doubles, session: Ints, post: Ints, item: Ints, edge: Ints, base: int,
    table: Floats, topic_clicks: Floats, affinity: Floats,
    item_base: int, item_minute: Ints, item_depth: Shorts, log_of_age: Doubles, begun: int,
    visible: Floats, result: Floats,
) -> None:  # fmt: skip
    width = table.shape[1]
    for r in range(post.size):
        s, p, i = session[r], post[r] - base, item[r] - item_base
        u, inside = user[s], item[r] >= 0
        for f in range(width):
            result[r, f] = table[p, f]
        result[r, 0] = log_of_age[max(0, begun - int(table[p, 0]))]
        for f in range(4):
            result[r, width + f] = viewer[s, f]
        f = width + 4
        result[r, f] = 1.0 if inside else 0.0
        result[r, f + 1] = 1.0 if inside and item_depth[i] > 0 else 0.0
        result[r, f + 2] = log_of_age[max(0, now[s] - item_minute[i])] if inside else 0.0
        result[r, f + 3] = np.log1p(affinity[edge[r]]) if edge[r] >= 0 and affinity[edge[r]] > 0 else 0.0
        result[r, f + 4] = (topic_clicks[u, np.int64(table[p, 15])] + TASTE_PRIOR) / viewer[s, 4]
        for v in range(visible.shape[1]):
            result[r, f + 5 + v] = visible[u, v]
