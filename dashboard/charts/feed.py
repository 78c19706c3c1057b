"""Charts of one feed: what put each post in its place, and where the same posts stand in two arms."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from feedsim.report.charts import COLOURS, GRID, HATCHES, INK, blank, looks

NEUTRAL = (INK, COLOURS[6])
"""Of actions, which differ by their hatching: other colours are those of arms."""
ROW, LEAST = 22, 200
"""Pixels of a post, and of the smallest chart."""


def order_chart(parts: pd.DataFrame, finals: pd.DataFrame, title: str) -> go.Figure:
    """A bar a post, first place on top, cut by what each predicted action adds; a mark where factors leave it.

    `parts`: place, action, points; `finals`: place, points, or empty.
    """
    figure = blank(title, "points of the score", "place in the feed")
    for i, (action, rows) in enumerate(parts.groupby("action", sort=False)):
        pattern = {"shape": HATCHES[i % len(HATCHES)], "size": 6, "solidity": 0.3}
        colour = NEUTRAL[i % len(NEUTRAL)]
        marker = {"color": colour, "pattern": pattern, "line": {"color": colour, "width": 1}}
        hover = "%{x:.3~g}<extra>%{fullData.name}</extra>"
        bar = go.Bar(x=rows["points"], y=rows["place"], name=action, orientation="h", hovertemplate=hover)
        figure.add_trace(bar.update(marker=marker))
    if len(finals):
        figure.add_trace(_finals(finals))
    figure.update_layout(
        barmode="relative", bargap=0.25, showlegend=True, height=max(LEAST, 70 + ROW * parts["place"].nunique())
    )
    most = int(parts["place"].max()) if len(parts) else 1
    return figure.update_yaxes(range=[most + 0.6, 0.4], dtick=1, showgrid=False)


def _finals(rows: pd.DataFrame) -> go.Scatter:
    marker = {"symbol": "diamond", "size": 11, "color": INK, "line": {"color": GRID, "width": 2}}
    hover = "%{x:.3~g}<extra>%{fullData.name}</extra>"
    return go.Scatter(
        x=rows["points"], y=rows["place"], mode="markers", marker=marker, name="after policies", hovertemplate=hover
    )


def places_chart(rows: pd.DataFrame, arms: Sequence[str], every_arm: Sequence[str], title: str) -> go.Figure:
    """Two columns of places, an arm each, with a line for every post that stands in both. `rows`: key, arm, place,
    harm, in_both. An arm looks as in all charts of its study; what is harmful has a cross."""
    figure = blank(title, "", "place in the feed")
    x_of = {arm: x for x, arm in enumerate(arms)}
    for _, pair in rows[rows["in_both"]].groupby("key", sort=False):
        figure.add_trace(_line(pair, x_of))
    for arm in arms:
        figure.add_traces(_column(rows[rows["arm"] == arm], arm, x_of[arm], looks(every_arm)[arm].colour))
    most = int(rows["place"].max()) if len(rows) else 1
    figure.update_xaxes(tickvals=list(x_of.values()), ticktext=list(arms), range=[-0.4, 1.4], showgrid=False)
    figure.update_yaxes(range=[most + 0.7, 0.3], dtick=1, showgrid=False)
    return figure.update_layout(showlegend=True, height=max(LEAST, 70 + ROW * most))


def _line(pair: pd.DataFrame, x_of: dict[str, int]) -> go.Scatter:
    x = [x_of[arm] for arm in pair["arm"]]
    line = {"color": INK, "width": 1}
    return go.Scatter(x=x, y=pair["place"], mode="lines", line=line, hoverinfo="skip", showlegend=False)


def _column(rows: pd.DataFrame, arm: str, x: int, colour: str) -> list[go.Scatter]:
    """An arm's posts: a dot each, with a cross where it is harmful."""
    found = []
    kinds = (("harmless", rows["harm"] == "", "circle"), ("harmful", rows["harm"] != "", "x"))
    for said, which, symbol in kinds:
        of = rows[which]
        marker = {"symbol": symbol, "size": 11, "color": colour}
        words = [harm or "harmless" for harm in of["harm"]]
        found.append(
            go.Scatter(
                x=[x] * len(of), y=of["place"], mode="markers", marker=marker, name=f"{arm}: {said}", text=words,
                hovertemplate="place %{y}, %{text}<extra></extra>", showlegend=bool(len(of)),
            )
        )  # fmt: skip
    return found
