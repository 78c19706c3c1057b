"""Stage 1, publish: the drafts whose minute has come become posts, and reach those who follow their authors."""

import numpy as np

from feedsim.people.drafts import Drafts
from feedsim.world.arrays import Bools
from feedsim.world.world import World


def publish(world: World, drafts: Drafts, allowed: Bools | None = None) -> int:
    """Append this tick's drafts to the world's posts and items; how many. Where `allowed` (P,) is false, none is."""
    first, last = np.searchsorted(drafts.minute, (world.minute, world.minute + world.tick_minutes))
    rows = np.arange(first, last)
    if allowed is not None:
        rows = rows[allowed[rows]]
    post = np.arange(world.posts.end, world.posts.end + len(rows), dtype=np.int32)
    world.posts.append(**drafts.columns(rows))
    world.items.append(user=drafts.author[rows], post=post, minute=drafts.minute[rows])
    return len(rows)
