"""Who follows whom: grown with communities, homophily and heavy tails, or read from an edge list."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from feedsim.block import Block, NotNegative, Positive, Share


class GeneratedGraph(Block):
    """A follow graph grown from the people: communities by language, leaning and interest; power-law followers."""

    kind: Literal["generated"] = "generated"
    mean_followees: Positive = 55.0
    followees_spread: NotNegative = 1.3
    """standard deviation of the logarithm: 1.3 puts the median at 43 % of the mean"""
    follower_exponent: Annotated[float, Field(gt=1.5, le=5)] = 2.276
    """of the followers' density over its lower range (Kwak et al. 2010, C01), which begins near 0.3 times the mean"""
    community_users: Annotated[int, Field(ge=5)] = 400
    """mean size of a community"""
    within_share: Share = 0.6
    """of follows, those inside the own community, until a person follows half of it"""
    homophily: NotNegative = 3.0
    """pull of a community with the own leaning and interest, over one without: log-odds per unit"""


class EdgeListGraph(Block):
    """A follow graph from a file: columns `source` and `target`, user ids from 0 to users - 1."""

    kind: Literal["edges"]
    path: str
    """CSV or Parquet; ${FEEDSIM_DATA} is expanded"""
    directed: bool = True
    """source follows target; where false, each edge is followed both ways"""
    homophily: Annotated[float, Field(ge=0, lt=1)] = 0.6
    """how far the drawn leanings, groups and interests follow the friends': 0 not at all"""


GraphBlock: TypeAlias = Annotated[GeneratedGraph | EdgeListGraph, Field(discriminator="kind")]
