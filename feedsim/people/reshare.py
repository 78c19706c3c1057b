"""What happens to a reshare: it reaches the resharer's followers from the next tick, its parent kept."""

import numpy as np

from feedsim.feed.flow import Reshares, Slate
from feedsim.world.world import RESHARE, World


def reshare(world: World, slate: Slate) -> Reshares:
    """Hand every reshared impression on to the resharer's followers; what was reshared by whom."""
    rows = np.flatnonzero(slate.actions & np.uint8(1 << RESHARE))
    posts, items = world.posts, world.items
    post, item = slate.post[rows], slate.item[rows]
    came = np.where(item >= 0, item - items.base, 0)
    inside = (item >= 0) & (len(items) > 0)
    parent = np.where(inside, items.user[came], posts.author[post - posts.base])
    depth = (np.where(inside, items.depth[came], 0) + 1).astype(np.int16)
    user, minute = slate.user[rows], slate.sessions.minute[slate.session[rows]]
    items.append(user=user, post=post, minute=minute, depth=depth)
    return Reshares(posts.key[post - posts.base], user, parent.astype(np.int32), minute, depth)
