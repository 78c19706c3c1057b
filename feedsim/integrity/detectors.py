"""Stage 2, detect: what the company believes of a new post."""

from typing import Literal

from feedsim.block import Block


class Detectors(Block):
    """How `p_harm` is filled."""

    kind: Literal["none", "oracle"] = "none"
    """none: nothing is suspected; oracle: the truth, for studies of what a perfect detector would change"""
