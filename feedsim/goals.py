"""What a search wants: metrics to raise or lower, and lines that must not be crossed, as a study file words them."""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from feedsim.faults import nearest
from feedsim.measures.names import BY_NAME

GAP = "widest_gap"
"""Of what groups of viewers are shown, the share that is harm: where it is largest minus where it is smallest."""
Direction: TypeAlias = Literal["up", "down"]
OF_A_HARM = ("prevalence", "exposed_users", "harm_reshares", "harm_reach")
"""Metrics that there are for each class of harm, and none for all."""
FORM = r"[a-z0-9_]+(\[[^\[\]]+\])?"
"""Of a metric, with a class of harm where it is about one: `engagement_value`, `prevalence[hate]`."""
NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?"
LINE = rf"^ *{FORM} *(>=|<=) *{NUMBER} *(%( +of +base)?)? *$"
"""Of a constraint: `stated_value >= 0`, `prevalence[hate] <= 0.5 %`, `engagement_value >= 95 % of base`."""
_LINE = re.compile(rf" *(?P<metric>{FORM}) *(?P<sign>>=|<=) *(?P<value>{NUMBER}) *(?P<share>%)?(?P<base>.*)")


def named(metric: str, harm: str) -> str:
    """How a metric, of a class of harm or (empty) of none in particular, is written wherever one is named."""
    return f"{metric}[{harm}]" if harm else metric


def named_by(text: str) -> tuple[str, str]:
    """Metric and class of harm (empty where there is none in it)."""
    metric, _, harm = text.strip().removesuffix("]").partition("[")
    return metric, harm


@dataclass(frozen=True)
class Goal:
    """A metric for everyone, over the whole run."""

    metric: str
    harm: str = ""

    @classmethod
    def said(cls, text: str) -> "Goal":
        """From `metric` or `metric[harm]`."""
        return cls(*named_by(text))

    def __str__(self) -> str:
        return named(self.metric, self.harm)

    @property
    def unit(self) -> str:
        """Of its figures."""
        return "share" if self.metric == GAP else BY_NAME[self.metric].unit


@dataclass(frozen=True)
class Constraint:
    """A line that a metric must not cross."""

    goal: Goal
    is_floor: bool
    value: float
    """in the metric's unit, or a share of the base's figure"""
    of_base: bool

    @classmethod
    def said(cls, text: str) -> "Constraint":
        """From a text of the form `LINE`."""
        found = _LINE.fullmatch(text)
        assert found is not None, text
        value = float(found["value"]) / (100 if found["share"] else 1)
        return cls(Goal.said(found["metric"]), found["sign"] == ">=", value, bool(found["base"].strip()))

    def __str__(self) -> str:
        value = f"{100 * self.value:.6g} % of base" if self.of_base else f"{self.value:.6g}"
        return f"{self.goal} {'>=' if self.is_floor else '<='} {value}"


def wrong_goal(goal: Goal, harms: tuple[str, ...]) -> tuple[str, str] | None:
    """What is wrong with a metric and what would be right, where `harms` are looked for."""
    if goal.metric not in BY_NAME and goal.metric != GAP:
        return f"there is no metric '{goal.metric}'", nearest(goal.metric, [*BY_NAME, GAP])
    if goal.harm and goal.harm not in harms:
        return f"'{goal.harm}' is no class of harm here", nearest(goal.harm, harms)
    if goal.metric in OF_A_HARM and not goal.harm:
        return "there is none for all classes of harm together", f"it should be {goal.metric}[{(*harms, 'harm')[0]}]"
    return None
