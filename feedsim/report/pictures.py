"""The report's charts with their numbers, picked from the evidence."""

import pandas as pd

from feedsim.report.charts import group_bars, over_time, plane
from feedsim.report.evidence import ENGAGEMENT, PREVALENCE, QUALITY, Evidence
from feedsim.report.legend import legend
from feedsim.report.numbers import number, percent
from feedsim.report.page import Html, figure, table, text

VALUE, SHARE = "points per person and day", "% of impressions"
SMALL = 190
"""Pixels: height of a chart among many."""
LIMITS = ["mean", "least", "greatest"]


def grid(figures: list[Html], keys: Html, kind: str = "") -> Html:
    """Charts side by side where there is room, below their legend; of kind "many", more of them."""
    return f'{keys}<div class="{f"charts {kind}".strip()}">{"".join(figures)}</div>' if figures else ""


def over_days(evidence: Evidence) -> Html:
    """Engagement, and each harm, day by day."""
    made = [_days(evidence, ENGAGEMENT, "", "How does engagement develop?", VALUE)]
    for harm in evidence.harms:
        made.append(_days(evidence, PREVALENCE, harm, f"How much of what people see is {harm}?", SHARE))
    return grid([one for one in made if one], legend(evidence.arms, evidence.arms, "line"))


def trade_off(evidence: Evidence) -> Html:
    """Each harm against engagement, a point an arm."""
    made = [one for one in (_plane(evidence, harm) for harm in evidence.harms) if one]
    return grid(made, legend(evidence.arms, evidence.arms, "point"))


def by_group(evidence: Evidence) -> Html:
    """Each harm as each group of viewers sees it."""
    made = [_levels(evidence, harm, group) for group in evidence.groups for harm in evidence.harms]
    return grid(made, legend(evidence.arms, evidence.arms, "bar"))


def ranker(evidence: Evidence) -> Html:
    """How well each version of the ranker predicts each action."""
    rows = evidence.daily[(evidence.daily["metric"] == QUALITY) & (evidence.daily["side"] == "")]
    if rows.empty:
        return ""
    parts = rows["part"].str.extract(r"action=(?P<action>[^,]*),version=(?P<version>\d+)")
    rows = rows.assign(action=parts["action"], version=parts["version"].astype(float)).dropna(subset=["version"])
    made = []
    for action, mine in rows.groupby("action", sort=False):
        title = f"How well is \u201c{action}\u201d predicted?"
        chart = over_time(mine, evidence.arms, title, "version", "AUC")
        chart.update_yaxes(range=[min(0.5, mine["value"].min()), 1], dtick=0.1).update_layout(height=SMALL)
        made.append(figure(chart, _pivot(mine, "version", number, title)))
    shown = [arm for arm in evidence.arms if (rows["arm"] == arm).any()]
    return grid(made, legend(evidence.arms, shown, "line"), "many")


def _days(evidence: Evidence, metric: str, harm: str, title: str, y: str) -> Html:
    rows = evidence.daily[(evidence.daily["metric"] == metric) & (evidence.daily["harm"] == harm)]
    rows = rows[(rows["side"] == "") & (rows["part"] == "")]
    if rows.empty:
        return ""
    drawn = rows.assign(value=100 * rows["value"]) if metric == PREVALENCE else rows
    chart = over_time(drawn, evidence.arms, title, "day", y)
    if metric == PREVALENCE:
        # A share of harm is read against none at all.
        chart.update_yaxes(rangemode="tozero")
    return figure(chart, _pivot(rows, "day", percent if metric == PREVALENCE else number, title))


def _pivot(rows: pd.DataFrame, x: str, form: object, title: str) -> Html:
    """Means over seeds: a row a day or version, a column an arm."""
    assert callable(form)
    wide = rows.pivot_table(index=x, columns="arm", values="value", aggfunc="mean", sort=False).sort_index()
    body = [
        [f"{int(at)}", *(form(value) for value in row)] for at, row in zip(wide.index, wide.to_numpy(), strict=True)
    ]
    return table([x, *map(text, wide.columns)], body, f"{title} Mean over seeds.", kind="tall")


def _plane(evidence: Evidence, harm: str) -> Html:
    rows = evidence.means[(evidence.means["side"] == "") & (evidence.means["part"] == "")]
    x = rows[(rows["metric"] == PREVALENCE) & (rows["harm"] == harm)].set_index("arm")[LIMITS] * 100
    y = rows[rows["metric"] == ENGAGEMENT].set_index("arm")[LIMITS]
    both = x.set_axis(["x", "x_low", "x_high"], axis=1).join(y.set_axis(["y", "y_low", "y_high"], axis=1), how="inner")
    if both.empty:
        return ""
    title = f"What does each arm pay in {harm} for its engagement?"
    chart = plane(both.reset_index(), evidence.arms, title, f"{harm}, {SHARE}", f"engagement, {VALUE}")
    body = [[text(arm), percent(row["x"] / 100), number(row["y"])] for arm, row in both.iterrows()]
    return figure(chart, table(["arm", text(harm), "engagement"], body, title))


def _levels(evidence: Evidence, harm: str, group: str) -> Html:
    rows = evidence.means[(evidence.means["metric"] == PREVALENCE) & (evidence.means["harm"] == harm)]
    rows = rows[(rows["side"] == "viewer") & (rows["group"] == group)]
    drawn = rows.assign(y=100 * rows["mean"], y_low=100 * rows["least"], y_high=100 * rows["greatest"])
    title = f"Who sees {harm}, by {group}?"
    wide = rows.pivot_table(index="level", columns="arm", values="mean", sort=False)
    body = [[text(level), *map(percent, row)] for level, row in zip(wide.index, wide.to_numpy(), strict=True)]
    numbers = table([text(group), *map(text, wide.columns)], body, title)
    return figure(group_bars(drawn, evidence.arms, title, group, SHARE), numbers)
