"""The block `optimize` of a study file: which settings may be moved, what for, and how long to search."""

import math
import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator

from feedsim.block import Block
from feedsim.faults import Where
from feedsim.goals import FORM, LINE, Constraint, Direction, Goal
from feedsim.merging import Data, assigned, walk
from feedsim.validation import number, shown

Values: TypeAlias = dict[str, Any]
"""Dotted path of a setting -> what it is set to."""


class Lever(Block):
    """Values that a setting may take: a range, or choices."""

    low: float | None = None
    high: float | None = None
    scale: Literal["linear", "log"] = "linear"
    """log: each factor is as likely as another, for what may differ by orders of magnitude"""
    choices: tuple[Any, ...] = ()
    """instead of a range"""

    @model_validator(mode="after")
    def _makes_sense(self) -> "Lever":
        if self.choices and (self.low is not None or self.high is not None):
            raise ValueError("choices: stand beside a range; there should be either choices or low and high")
        if self.choices and len(self.choices) < 2:
            raise ValueError("choices: one is no choice; there should be two or more")
        if any(one in self.choices[:at] for at, one in enumerate(self.choices)):
            raise ValueError("choices: one is named twice; they should differ")
        if not self.choices:
            self._check_range()
        return self

    def _check_range(self) -> None:
        if self.low is None or self.high is None:
            raise ValueError("has no range; it should have low and high, or choices")
        if self.low >= self.high:
            raise ValueError(f"low: {number(self.low)} is not below high; it should be less than {number(self.high)}")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"low: {number(self.low)} has no logarithm; it should be greater than 0")

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest value of what has no choices."""
        assert self.low is not None
        assert self.high is not None
        return self.low, self.high

    @property
    def extremes(self) -> dict[str, tuple[Any, ...]]:
        """Where it is said in the file -> values that the setting must be able to take."""
        if self.choices:
            return {"choices": self.choices}
        return {"low": (self.low,), "high": (self.high,)}


class Optimize(Block):
    """A search for the settings between which there is only a trade-off."""

    levers: Annotated[dict[str, Lever], Field(min_length=1)]
    """dotted path of a setting -> the values that it may take; the base says what it is without the search"""
    objectives: Annotated[dict[str, Direction], Field(min_length=1, max_length=5)]
    """metric, or metric[harm], -> up or down; widest_gap is the gap between groups of viewers in harm seen"""
    constraints: tuple[Annotated[str, Field(json_schema_extra={"pattern": LINE})], ...] = ()
    """such as stated_value >= 0, or engagement_value >= 95 % of base"""
    trials: Annotated[int, Field(ge=1, le=10_000)] = 40
    """combinations of levers that are tried, each with all seeds"""
    at_once: Annotated[int, Field(ge=1, le=1_000)] = 4
    """trials that are chosen before any of them is known, so that all cores have work"""
    points: Annotated[int, Field(ge=1, le=100)] = 8
    """at most so many of the frontier become a scenario file: those that cover most of it"""
    sampler: Literal["tpe", "nsga2"] = "tpe"
    """tree of Parzen estimators, good within a hundred trials; or the genetic NSGA-II, for many hundreds"""

    @model_validator(mode="after")
    def _is_worded(self) -> "Optimize":
        for text in self.objectives:
            if not re.fullmatch(FORM, text):
                raise ValueError(f"objectives: {shown(text)}; it should be metric or metric[harm]")
        for text in self.constraints:
            if not re.fullmatch(LINE, text):
                right = "it should be metric >= number or metric <= number, or a percentage, or a percentage of base"
                raise ValueError(f"constraints: {shown(text)}; {right}")
            if not math.isfinite(Constraint.said(text).value):
                raise ValueError(f"constraints: {shown(text)}; its number should be finite")
        return self

    @property
    def goals(self) -> dict[Goal, Direction]:
        """What is wanted."""
        return {Goal.said(text): way for text, way in self.objectives.items()}

    @property
    def limits(self) -> tuple[Constraint, ...]:
        """What must hold."""
        return tuple(map(Constraint.said, self.constraints))


def steps(path: str) -> Where:
    """A dotted path, a key a step."""
    return tuple(path.split("."))


def moved(tree: Data, values: Values, model: type[Block]) -> Data:
    """The settings with some of them set anew."""
    for path, value in values.items():
        tree = assigned(tree, steps(path), value, model)
    return tree


def whole(path: str, tree: Data, model: type[Block]) -> bool:
    """Does the setting take whole numbers only?"""
    *_, last = walk(steps(path), tree, model)
    return last.is_whole
