"""What is measured beyond the fixed metrics."""

from feedsim.block import Block, Share


class Measures(Block):
    """What a run keeps for a close look."""

    impression_sample: Share = 0.01
    """of viewers whose every candidate is kept in impressions.parquet, by address"""
