"""Scenario and Study: YAML in, checked objects out."""

from typing import Annotated

from pydantic import Field

from feedsim.block import Block
from feedsim.feed.ranking import EngagementRanker, RankerBlock
from feedsim.feed.sources import Feed
from feedsim.integrity.detectors import Detectors
from feedsim.integrity.policies import PolicyBlock
from feedsim.measures.block import Measures
from feedsim.people.content import ContentBlock, GeneratedContent, Harm, default_harms
from feedsim.people.minds import MindsBlock
from feedsim.people.reflect import Reflection
from feedsim.people.respond import Responses
from feedsim.world.graph import GeneratedGraph, GraphBlock
from feedsim.world.population import Population


class People(Block):
    """How people act, and how they change."""

    responses: Responses = Responses()
    reflection: Reflection = Reflection()
    minds: MindsBlock = MindsBlock()


class Scenario(Block):
    """One world and one company: all that a run needs, with its seed."""

    days: Annotated[int, Field(ge=1, le=3650)] = 10
    """measured days"""
    burn_in_days: Annotated[int, Field(ge=0, le=365)] = 3
    """chronological days before them, not measured"""
    tick_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    """a divisor of a day"""
    harms: dict[str, Harm] = Field(default_factory=default_harms)
    population: Population = Population()
    graph: GraphBlock = GeneratedGraph()
    content: ContentBlock = GeneratedContent()
    people: People = People()
    feed: Feed = Feed()
    ranker: RankerBlock = EngagementRanker()
    detectors: Detectors = Detectors()
    policies: dict[str, PolicyBlock] = {}
    measures: Measures = Measures()
