"""What arms cost: engagement and harm against another arm, and the hours and hands that they take."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard import reading
from dashboard.cuts import Cut, harms_of
from dashboard.frame import Shown
from dashboard.operating import reviewer_hours
from dashboard.points import of_cut
from feedsim.report.numbers import number
from feedsim.study.compare import differences

ENGAGEMENT = "engagement"


def changes(shown: Shown, base: str, cut: Cut) -> pd.DataFrame:
    """Engagement and each harm against arm `base`, in %, as far as a cut has them: arm, panel, level, difference with
    `_low` and `_high`."""
    cells = shown.cells(["engagement_value", "prevalence"])
    rows = differences(of_cut(cells, cut), base)
    names = {"percent": "difference", "percent_low": "difference_low", "percent_high": "difference_high"}
    level = rows["harm"].where(rows["harm"] != "", ENGAGEMENT)
    return rows.rename(columns=names).assign(panel=rows["level"], level=level)[
        ["arm", "panel", "level", *names.values()]
    ]


def arm_table(shown: Shown, cells: pd.DataFrame) -> pd.DataFrame:
    """A row an arm: its policies, reviewers' hours a day, what is lowered and taken out, engagement, each harm."""
    scenarios = {place.arm: reading.scenario(shown.study, place) for place, _ in shown.runs()}
    days = max((_number(said.get("days")) for said in scenarios.values()), default=0.0)
    minutes = {arm: _number(_block(said, "review").get("minutes_per_case")) for arm, said in scenarios.items()}
    hours = reviewer_hours(cells, minutes, days).groupby("arm")["value"].mean()
    everyone = cells[(cells["side"] == "") & (cells["part"] == "")]

    def mean(metric: str, harm: str, scale: float) -> "pd.Series[float]":
        rows = everyone[(everyone["metric"] == metric) & (everyone["harm"] == harm)]
        return scale * rows.groupby("arm")["value"].mean()

    columns = {
        "reviewers' hours a day": hours,
        "candidates lowered, %": mean("demotion_rate", "", 100),
        "candidates taken out, %": mean("filtered_share", "", 100),
        "engagement, points per person and day": mean("engagement_value", "", 1),
        **{f"{harm}, % of impressions": mean("prevalence", harm, 100) for harm in harms_of(cells)},
    }
    said = {name: [_said(values.get(arm)) for arm in shown.only] for name, values in columns.items()}
    policies = [", ".join(_block(scenarios.get(arm, {}), "policies")) or "none" for arm in shown.only]
    return pd.DataFrame({"arm": shown.only, "policies": policies, **said})


def _said(value: object) -> str:
    return number(float(value)) if isinstance(value, float) else "\u2013"


def _block(scenario: Mapping[str, Any], name: str) -> dict[str, Any]:
    block = scenario.get(name)
    return block if isinstance(block, dict) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
