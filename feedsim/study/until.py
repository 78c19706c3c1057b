"""Seeds until a difference is known well enough: when to look, and what is seen.

Whoever looks again and again and stops where an interval happens to be narrow covers the truth less often than the
interval says. This rule stops by the spread alone; of normal differences the mean does not depend on the spread, so
that only a spread that is small by chance can mislead (Chow and Robbins 1965; Starr 1966). What that costs can be
computed: with looks at 10 seeds and then at half as many more each time, 95 % intervals would cover 93.6 % at worst.
So a look takes 97.5 % intervals, which cover about 96.5 % at worst; a test repeats it.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from feedsim.faults import Fault, Faults, nearest
from feedsim.goals import named, named_by
from feedsim.measures.names import METRICS
from feedsim.study.compare import ARM, CELL, differences, plain
from feedsim.study.inference import t_half_width
from feedsim.study.precision import Precision, read_precision, seeds_needed

OPTION = "--until-precision"
FIRST, STEP = 10, 1.5
"""Seeds at the first look; and times as many at each further one."""
MOST = 100
"""Seeds at the last, where nobody says."""
OF_GROUPS = ("amplification", "reach_share")
"""Metrics of which there is none for everyone."""
OF_NO_HARM = {metric.name for metric in METRICS if metric.area == "engagement"} - {"posts"}
"""Metrics that classes of harm do not cut."""
_FORM = re.compile(r"[^\[\]:]+(\[[^\[\]]+\])?\s*")
LOOK_LEVEL = 0.975
"""Of the intervals at a look, so that those of a whole sequence of looks come to 95 %."""


@dataclass(frozen=True)
class Goal:
    """A metric that should be known so well: for everyone, in every arm."""

    metric: str
    harm: str | None
    """nothing: every class of harm that the metric has"""
    precision: Precision

    def cells(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Those that it is about."""
        mine = (rows["metric"] == self.metric) & (rows["group"] == "") & (rows["part"] == "")
        return rows[mine if self.harm is None else mine & (rows["harm"] == self.harm)]

    def __str__(self) -> str:
        """As it is written on the command line."""
        of = named(self.metric, self.harm or "")
        return f"{of}={self.precision.amount:g}{'%' * self.precision.is_percent}"


def read_goals(texts: Sequence[str], metrics: Sequence[str], harms: Sequence[str]) -> tuple[Goal, ...]:
    """From `METRIC=0.5%` or `METRIC[HARM]=0.01`. Raises Faults."""
    read = [_read_goal(text, metrics, harms) for text in texts]
    if faults := [one for one in read if isinstance(one, Fault)]:
        raise Faults(faults)
    return tuple(one for one in read if isinstance(one, Goal))


def _read_goal(text: str, metrics: Sequence[str], harms: Sequence[str]) -> Goal | Fault:
    what, _, amount = text.partition("=")
    if not amount or not _FORM.fullmatch(what):
        return Fault(OPTION, None, "", f"'{text}'", "it should be METRIC=0.5%, or METRIC[HARM]=0.5%")
    metric, harm = named_by(what)
    if metric not in metrics:
        return Fault(OPTION, None, "", f"there is no metric '{metric}'", nearest(metric, metrics))
    if metric in OF_GROUPS:
        right = "it should be a metric of everyone's, such as engagement_value"
        return Fault(OPTION, None, "", f"'{metric}' is measured by group only", right)
    if harm and metric in OF_NO_HARM:
        return Fault(OPTION, None, "", f"{metric} is not measured by class of harm", f"it should be {metric}={amount}")
    if harm and harm not in harms:
        return Fault(OPTION, None, "", f"there is no harm '{harm}'", nearest(harm, harms))
    precision = read_precision(amount, OPTION)
    return precision if isinstance(precision, Fault) else Goal(metric, harm or None, precision)


def looks(seeds: int, most: int) -> Iterator[int]:
    """At how many seeds to look, from those that a study has. They depend on nothing that was seen."""
    now = max(min(FIRST, most), seeds)
    yield now
    while now < most:
        now = min(math.ceil(now * STEP), most)
        yield now


def counted_on(seeds: Sequence[int], count: int) -> tuple[int, ...]:
    """So many seeds: these, and after them as many as are missing, counted on from the greatest."""
    first = max(seeds) + 1
    return (*seeds, *range(first, first + count - len(seeds)))


def widths(summary: pd.DataFrame, goals: Sequence[Goal]) -> pd.DataFrame:
    """Every cell that the goals are about, of every arm against the first, or of the only arm.

    Columns arm, assumption, CELL, seeds, sd, base, half_width (of the interval at a look), wanted (NaN: a percentage of
    0), needed (seeds, as it seems), and `goal`, `amount`, `unit`: what was asked for.
    """
    rows = plain(summary)
    arms = list(dict.fromkeys(rows["arm"]))
    rows = rows[rows["metric"].isin([goal.metric for goal in goals])]
    found = differences(rows, arms[0]) if len(arms) > 1 else _alone(rows)
    return pd.concat([_seen(goal, goal.cells(found)) for goal in goals], ignore_index=True)


def _alone(rows: pd.DataFrame) -> pd.DataFrame:
    """The only arm's cells, as precise as their means are."""
    of = rows[np.isfinite(rows["value"])].groupby([*ARM, *CELL], sort=False)["value"]
    found: pd.DataFrame = of.agg(["mean", "std", "count"]).reset_index()
    return found.rename(columns={"mean": "base", "std": "sd", "count": "seeds"})


def _seen(goal: Goal, cells: pd.DataFrame) -> pd.DataFrame:
    half, wanted = t_half_width(cells["sd"], cells["seeds"], LOOK_LEVEL), goal.precision.half_width(cells["base"])
    needed = seeds_needed(cells["sd"], wanted, LOOK_LEVEL)
    kept = cells[[*ARM, *CELL, "seeds", "sd", "base"]]
    asked = {"goal": str(goal), "unit": " %" * goal.precision.is_percent}
    return kept.assign(half_width=half, wanted=wanted, needed=needed, amount=goal.precision.amount, **asked)
