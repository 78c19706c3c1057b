"""Policies: what holds harm back. A policy never mutates; it answers questions about the rows it is shown."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from feedsim.block import Block, Share


class Policy(Block):
    """The answers of a policy that does nothing; each policy overrides one, rarely two."""

    start_day: int = 0
    """first day it acts; day 0 begins when burn-in ends"""
    end_day: int | None = None
    """first day it no longer acts; nothing = to the end"""


class Demote(Policy):
    """Lower the score of probable harm."""

    kind: Literal["demote"]
    harm: str
    strength: Share = 0.5
    """share of the score taken away when harm is certain"""
    threshold: Share = 0.0
    """probability below which nothing is taken away"""


class Remove(Policy):
    """Take probable harm out of the feed."""

    kind: Literal["remove"]
    harm: str
    threshold: Share = 0.9
    """probability from which a post is taken out"""


PolicyBlock: TypeAlias = Annotated[Demote | Remove, Field(discriminator="kind")]
