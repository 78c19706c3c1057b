"""What is measured beyond the fixed metrics."""

from typing import Annotated

from pydantic import Field

from feedsim.block import Block, Share


class Measures(Block):
    """What a run keeps for a close look."""

    impression_sample: Share = 0.01
    """of viewers whose every candidate is kept in impressions.parquet, by address"""
    line_of_belief: Annotated[float, Field(gt=0, le=1)] | None = 0.5
    """probability from which a post counts as held to be harmful, in rates of false positives and negatives
    (assumption); nothing = the threshold from which the desk reviews it, its author's group's where it has one"""
