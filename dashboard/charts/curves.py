"""Curves, one an arm: distributions, concentration, what has arrived by when; and one cascade as a tree."""

import math
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.panels import axes, names_of, panels
from feedsim.report.charts import INK, MOST_MARKERS, Look, Trace, blank, looks

ROW, LEAST, MOST = 6, 260, 1100
"""Pixels: of a person at the end of a chain, and of the lowest and the highest tree."""


def curves(rows: pd.DataFrame, arms: Sequence[str], title: str, x: str, y: str, logs: str = "") -> go.Figure:
    """A curve an arm through its points in the order they come. `rows`: arm, panel, x, y. `logs`: axes that are
    logarithmic, such as "xy"."""
    figure = panels(rows, arms, title, x, y, _curve)
    if "x" in logs:
        figure.update_xaxes(type="log", tickvals=_ticks(rows["x"]), tickformat="~g")
    if "y" in logs:
        figure.update_yaxes(type="log", tickvals=_ticks(rows["y"]), tickformat="~g")
    return figure


def _ticks(values: pd.Series) -> list[float]:
    """Powers of ten, and between them 2 and 5 where there are few."""
    least, most = float(values[values > 0].min()), float(values.max())
    powers = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    steps = (1, 2, 5) if len(powers) <= 3 else (1,)
    return [step * 10.0**power for power in powers for step in steps]


def _curve(rows: pd.DataFrame, arm: str, look: Look) -> list[Trace]:
    if rows.empty:
        return []
    hover = "%{x:.3~g}: %{y:.3~g}<extra>%{fullData.name}</extra>"
    line = {"color": look.colour, "dash": look.dash, "width": 2}
    marker = {"symbol": look.marker, "size": 7, "maxdisplayed": MOST_MARKERS, "color": look.colour}
    named = {"name": arm, "legendgroup": arm, "hovertemplate": hover}
    at = {"x": rows["x"].tolist(), "y": rows["y"].tolist(), "mode": "lines+markers"}
    return [{"type": "scatter", **at, "line": line, "marker": marker, **named}]


def with_diagonal(figure: go.Figure, rows: pd.DataFrame) -> go.Figure:
    """A straight line from corner to corner in each panel: what a curve is read against."""
    for place, _ in enumerate(names_of(rows)):
        end = float(max(rows["x"].max(), rows["y"].max()))
        line = go.Scatter(
            x=[0, end], y=[0, end], mode="lines", showlegend=False, hoverinfo="skip",
            line={"color": INK, "width": 1, "dash": "dot"}, xaxis=axes(place)[0], yaxis=axes(place)[1],
        )  # fmt: skip
        figure.add_trace(line)
    return figure


def tree(nodes: pd.DataFrame, arms: Sequence[str], arm: str, title: str) -> go.Figure:
    """A cascade: who reshared from whom, and when. `nodes`: user, who, hours, y, depth, parent (its place; -1 = root).

    A line goes up or down from whose post was seen, then along time to who reshared it: so lines never cross.
    """
    look, many = looks(arms)[arm], len(nodes)
    xs: list[float | None] = []
    ys: list[float | None] = []
    hours, heights = nodes["hours"].tolist(), nodes["y"].tolist()
    for child, parent in enumerate(nodes["parent"]):
        if parent >= 0:
            xs += [hours[parent], hours[parent], hours[child], None]
            ys += [heights[parent], heights[child], heights[child], None]
    size = 7 if many < 100 else 5 if many < 300 else 4
    sizes = [16 if parent < 0 else size for parent in nodes["parent"]]
    parents = [
        "the author" if parent < 0 else f"from person {nodes['user'].iloc[parent]}" for parent in nodes["parent"]
    ]
    said = nodes.assign(parent=parents)[["user", "who", "depth", "parent"]].to_numpy().tolist()
    hover = "person %{customdata[0]}, %{customdata[3]}<br>%{customdata[1]}<br>step %{customdata[2]}, after %{x:.3~g} h"
    figure = blank(title, "hours since publication", "").add_scatter(
        x=xs, y=ys, mode="lines", line={"color": INK, "width": 1}, opacity=0.35, hoverinfo="skip", showlegend=False
    )
    figure.add_scatter(
        x=hours, y=heights, mode="markers", name=arm, showlegend=False, customdata=said, cliponaxis=False,
        marker={"color": look.colour, "symbol": look.marker, "size": sizes, "opacity": 1},
        hovertemplate=f"{hover}<extra></extra>",
    )  # fmt: skip
    height = min(max(LEAST, ROW * (1 + max(heights))), MOST)
    figure.update_xaxes(range=[0, 1.02 * max(*hours, 1 / 60)])
    return figure.update_yaxes(visible=False, range=[-1, max(heights) + 1]).update_layout(height=height)
