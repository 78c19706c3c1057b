"""Stage 2, detect: what the company believes of a new post."""

from typing import Literal

import numpy as np

from feedsim.block import Block
from feedsim.world.world import World


class Detectors(Block):
    """How `p_harm` is filled."""

    kind: Literal["none", "oracle"] = "none"
    """none: nothing is suspected; oracle: the truth, for studies of what a perfect detector would change"""


def detect(world: World, detectors: Detectors, new: int) -> None:
    """Fill `p_harm` of the newest `new` posts. The oracle is the one company-side reader of the truth."""
    if detectors.kind == "oracle" and new:
        rows = slice(len(world.posts) - new, len(world.posts))
        world.posts.p_harm[rows] = world.posts.harm[rows, None] == np.arange(len(world.harms))
