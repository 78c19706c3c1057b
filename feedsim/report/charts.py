"""The report's charts: pure functions, DataFrame in, Figure out. The title asks the question that the chart answers.

An arm has one colour, one marker, one dash and one hatching in every chart, so that nothing relies on colour alone.
Colours are those for paper; `DARK` says what each becomes on a dark screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd
import plotly.graph_objects as go

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B87A00", "#3A9BD0", "#5C5C5C")
"""Okabe and Ito 2008, without yellow and with a darker orange, sky blue and black: these are lines on white."""
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "triangle-down")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
HATCHES = ("", "/", "x", ".", "-", "\\", "+", "|")
INK, GRID = "#1F2933", "#DDE1E6"
DARK = {
    INK: "#E6E9ED",
    GRID: "#353C46",
    **dict(zip(COLOURS, ("#56A8E8", "#FF8B4D", "#2CC79A", "#E7A0C8", "#F0B429", "#9AD8F7", "#B8BEC6"), strict=True)),
}
"""What a colour becomes on a dark screen."""
AXIS = {"gridcolor": GRID, "linecolor": GRID, "zeroline": False, "automargin": True}
Trace: TypeAlias = dict[str, Any]
"""What plotly draws, before it is checked: a figure checks it."""
SIDE_BY_SIDE = {"barmode": "group", "bargap": 0.25, "bargroupgap": 0.08}
MOST_MARKERS = 9
"""Of a line with many points, those that carry the arm's marker."""
BAND = "2E"
"""Opacity of a spread over seeds, as the last two digits of a colour."""


@dataclass(frozen=True)
class Look:
    """How an arm is drawn, everywhere."""

    colour: str
    marker: str
    dash: str
    hatch: str


@dataclass(frozen=True)
class Kind:
    """How trials of a search are drawn."""

    marker: str
    size: int
    colour: str


DOMINATED, CROSSING, ON, POINT, START = "dominated", "breaks a constraint", "not dominated", "point", "base"
KINDS = {
    DOMINATED: Kind("circle-open", 6, COLOURS[6]),
    CROSSING: Kind("x-thin-open", 7, COLOURS[6]),
    ON: Kind("diamond-open", 9, COLOURS[0]),
    POINT: Kind("diamond", 11, COLOURS[0]),
    START: Kind("star", 14, COLOURS[1]),
}
"""What a trial is -> its look."""


def looks(arms: Sequence[str]) -> dict[str, Look]:
    """The look of every arm, by its place in the study."""

    def nth(options: tuple[str, ...], i: int) -> str:
        return options[i % len(options)]

    return {a: Look(nth(COLOURS, i), nth(MARKERS, i), nth(DASHES, i), nth(HATCHES, i)) for i, a in enumerate(arms)}


def over_time(daily: pd.DataFrame, arms: Sequence[str], title: str, x: str, y: str) -> go.Figure:
    """A line an arm, the mean over seeds, in a band from the least seed to the greatest. `daily`: arm, x, value."""
    figure, found = blank(title, x.capitalize(), y), over_seeds(daily, ["arm", x])
    for arm, look in looks(arms).items():
        figure.add_traces(course(found[found["arm"] == arm], arm, look, x))
    return figure.update_xaxes(tickformat="d", dtick=1 if daily[x].nunique() <= 12 else None)


def over_seeds(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Mean of `value` over the seeds of each cell, least, greatest, number: columns `by`, mean, min, max, count."""
    found: pd.DataFrame = rows.groupby(list(by), observed=True)["value"].agg(["mean", "min", "max", "count"])
    return found.reset_index()


def course(days: pd.DataFrame, arm: str, look: Look, x: str) -> list[Trace]:
    """An arm's line and, where there are seeds to tell apart, its band; nothing without rows. `days`: x, and what
    `over_seeds` gives."""
    if days.empty:
        return []
    at, mean, low, high = (days[name].tolist() for name in (x, "mean", "min", "max"))
    band = [_band(at, low, high, arm, look)] if (days["count"] > 1).any() else []
    return [*band, _line(at, mean, arm, look)]


def _line(x: list[float], y: list[float], arm: str, look: Look) -> Trace:
    line = {"color": look.colour, "dash": look.dash, "width": 2}
    marker = {"symbol": look.marker, "size": 7, "maxdisplayed": MOST_MARKERS}
    hover = "%{x}: %{y:.3~g}<extra>%{fullData.name}</extra>"
    drawn = {"mode": "lines+markers", "line": line, "marker": marker, "hovertemplate": hover}
    return {"type": "scatter", "x": x, "y": y, "name": arm, "legendgroup": arm, **drawn}


def _band(x: list[float], low: list[float], high: list[float], arm: str, look: Look) -> Trace:
    return {
        "type": "scatter",
        "x": [*x, *reversed(x)],
        "y": [*high, *reversed(low)],
        "fill": "toself",
        "fillcolor": look.colour + BAND,
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
        "showlegend": False,
        "legendgroup": arm,
    }


def plane(points: pd.DataFrame, arms: Sequence[str], title: str, x: str, y: str) -> go.Figure:
    """A point an arm, with bars over seeds. `points`: arm, x, x_low, x_high, y, y_low, y_high."""
    figure = blank(title, x, y)
    for arm, look in looks(arms).items():
        figure.add_traces(point(points[points["arm"] == arm], arm, look))
    return figure


def point(rows: pd.DataFrame, arm: str, look: Look) -> list[Trace]:
    """An arm's point in a plane; nothing without rows."""
    if rows.empty:
        return []
    bars = {f"error_{axis}": error_bars(rows, axis, look.colour) for axis in ("x", "y")}
    marker = {"symbol": look.marker, "size": 13, "color": look.colour}
    hover = "%{x:.3~g}, %{y:.3~g}<extra>%{fullData.name}</extra>"
    named = {"name": arm, "legendgroup": arm, "hovertemplate": hover}
    at = {"x": rows["x"].tolist(), "y": rows["y"].tolist(), "mode": "markers"}
    return [{"type": "scatter", **at, "marker": marker, **named, **bars}]


def group_bars(levels: pd.DataFrame, arms: Sequence[str], title: str, x: str, y: str) -> go.Figure:
    """Columns side by side, an arm each, with bars over seeds. `levels`: arm, level, y, y_low, y_high."""
    figure = blank(title, x, y)
    for arm, look in looks(arms).items():
        figure.add_traces(columns(levels[levels["arm"] == arm], arm, look))
    return figure.update_layout(SIDE_BY_SIDE).update_xaxes(type="category", showgrid=False)


def columns(rows: pd.DataFrame, arm: str, look: Look) -> list[Trace]:
    """An arm's columns; nothing without rows."""
    if rows.empty:
        return []
    # Hatching in the arm's own colour on the page's ground: bars differ without their colours.
    pattern = {"shape": look.hatch, "size": 7, "solidity": 0.35, "fillmode": "replace", "fgcolor": look.colour}
    marker = {"color": look.colour, "pattern": pattern, "line": {"color": look.colour, "width": 1.5}}
    hover = "%{x}: %{y:.3~g}<extra>%{fullData.name}</extra>"
    named = {"name": arm, "legendgroup": arm, "hovertemplate": hover}
    at = {"x": rows["level"].tolist(), "y": rows["y"].tolist(), "error_y": error_bars(rows, "y", INK)}
    return [{"type": "bar", **at, "marker": marker, **named}]


def cloud(points: pd.DataFrame, title: str, x: str, y: str) -> go.Figure:
    """Points by what they are, in the order of `KINDS`. `points`: kind, label, name, x, y."""
    figure = blank(title, x, y)
    for kind, look in KINDS.items():
        mine = points[points["kind"] == kind]
        if mine.empty:
            continue
        hover = "%{hovertext}: %{x:.3~g}, %{y:.3~g}<extra></extra>"
        figure.add_scatter(
            x=mine["x"], y=mine["y"], text=mine["label"], hovertext=mine["name"], name=kind, mode="markers+text",
            textposition="top right", marker={"symbol": look.marker, "size": look.size, "color": look.colour},
            hovertemplate=hover,
        )  # fmt: skip
    return figure


def steps(values: pd.DataFrame, title: str, x: str, y: str) -> go.Figure:
    """A line that rises in steps. `values`: x, y."""
    line = {"color": COLOURS[0], "width": 2, "shape": "hv"}
    hover = "%{x}: %{y:.3~f}<extra></extra>"
    trace = go.Scatter(x=values["x"], y=values["y"], mode="lines", line=line, hovertemplate=hover)
    return blank(title, x, y).add_trace(trace).update_yaxes(rangemode="tozero")


def error_bars(rows: pd.DataFrame, axis: str, colour: str) -> dict[str, object]:
    """Error bars from the columns `<axis>_low` and `<axis>_high`."""
    middle, low, high = (rows[name].to_numpy(float) for name in (axis, f"{axis}_low", f"{axis}_high"))
    ends = {"array": (high - middle).tolist(), "arrayminus": (middle - low).tolist()}
    return {"type": "data", **ends, "color": colour, "thickness": 1.4, "width": 4}


def blank(title: str, x: str, y: str) -> go.Figure:
    """A figure with nothing in it yet."""
    return go.Figure(layout=ground(title, x, y))


def ground(title: str, x: str, y: str) -> dict[str, Any]:
    """The layout that all figures begin with."""
    return {
        "title": {"text": title},
        "template": {},
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "height": 310,
        "showlegend": False,
        "xaxis": {**AXIS, "title": {"text": x, "standoff": 10, "font": {"size": 12}}},
        "yaxis": {**AXIS, "title": {"text": y, "standoff": 10, "font": {"size": 12}}},
    }
