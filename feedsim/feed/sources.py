"""Stage 3, source: where candidates come from."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from feedsim.block import Block, Share

Source: TypeAlias = Literal["in_network", "profile", "trending", "exploration"]


class Feed(Block):
    """How many posts pass through a feed, and where they come from."""

    sources: dict[Source, Share] = {"in_network": 0.5, "profile": 0.25, "trending": 0.2, "exploration": 0.05}
    """of the candidates; about half in-network (Twitter 2023, C07)"""
    candidates: Annotated[int, Field(ge=4, le=2000)] = 192
    """a session"""
    keep: Annotated[int, Field(ge=1, le=1000)] = 64
    """that the light model leaves for the heads: at least three slates, so that a demotion can act"""
    slate: Annotated[int, Field(ge=1, le=200)] = 20
    """that are shown at most in a session"""
    refresh_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    """how often the out-of-network shelves are filled anew"""
    burn_in_explore_share: Share = 0.1
    """of the slots in burn-in, those given at random to other sources"""
