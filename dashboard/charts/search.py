"""What a search tried and what nothing beats; and what moves the answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from feedsim.report.charts import COLOURS, GRID, INK, blank


@dataclass(frozen=True)
class Kind:
    """How a trial is drawn."""

    name: str
    marker: str
    size: int
    colour: str


DOMINATED = Kind("dominated", "circle-open", 6, COLOURS[6])
CROSSING = Kind("breaks a constraint", "x-thin-open", 7, COLOURS[6])
ON = Kind("not dominated", "diamond-open", 9, COLOURS[0])
POINT = Kind("point, with a scenario file", "diamond", 11, COLOURS[0])
START = Kind("base", "star", 14, COLOURS[1])
KINDS = (DOMINATED, CROSSING, ON, POINT, START)
BAR = 26
"""Pixels of an assumption."""


def kinds(trials: pd.DataFrame) -> "pd.Series[str]":
    """What each trial is. `trials`: trial, point, non_dominated, feasible."""
    said = pd.Series(DOMINATED.name, trials.index)
    said = said.mask(~trials["feasible"].fillna(False).astype(bool), CROSSING.name)
    said = said.mask(trials["non_dominated"].fillna(False).astype(bool), ON.name)
    said = said.mask(trials["point"] != "", POINT.name)
    return said.mask(trials["trial"] == 0, START.name)


def cloud(points: pd.DataFrame, title: str, x: str, y: str) -> go.Figure:
    """Trials by what they are. `points`: kind, label (drawn beside it), name, x, y."""
    figure = blank(title, x, y)
    for kind in KINDS:
        mine = points[points["kind"] == kind.name]
        if len(mine):
            figure.add_scatter(
                x=mine["x"], y=mine["y"], text=mine["label"], customdata=mine["name"], name=kind.name,
                mode="markers+text", textposition="top right",
                marker={"symbol": kind.marker, "size": kind.size, "color": kind.colour},
                hovertemplate="%{customdata}: %{x:.3~g}, %{y:.3~g}<extra></extra>",
            )  # fmt: skip
    return figure.update_layout(showlegend=True, height=380)


def steps(values: pd.DataFrame, title: str, x: str, y: str) -> go.Figure:
    """A line that rises in steps. `values`: x, y."""
    line = {"color": COLOURS[0], "width": 2, "shape": "hv"}
    hover = "%{x}: %{y:.3~f}<extra></extra>"
    figure = blank(title, x, y).add_scatter(x=values["x"], y=values["y"], mode="lines", line=line, hovertemplate=hover)
    return figure.update_yaxes(rangemode="tozero")


def effects(rows: pd.DataFrame, title: str, x: str) -> go.Figure:
    """How much each assumption moves an answer, the one that moves most on top; a bar marks what seeds alone make.

    `rows`: assumption, effect, low, high, chance (NaN = not known).
    """
    sorted_rows = rows.sort_values("effect").reset_index(drop=True)
    figure = blank(title, x, "")
    above, below = sorted_rows["high"] - sorted_rows["effect"], sorted_rows["effect"] - sorted_rows["low"]
    bars = {"type": "data", "array": above, "arrayminus": below, "color": COLOURS[0], "thickness": 1.4, "width": 4}
    figure.add_scatter(
        x=sorted_rows["effect"], y=sorted_rows.index, mode="markers", error_x=bars, name="effect, 95 % interval",
        marker={"color": COLOURS[0], "symbol": "circle", "size": 10}, customdata=sorted_rows["assumption"],
        hovertemplate="%{customdata}: %{x:.3~g}<extra></extra>",
    )  # fmt: skip
    if sorted_rows["chance"].notna().any():
        figure.add_scatter(
            x=sorted_rows["chance"], y=sorted_rows.index, mode="markers", name="what seeds alone would make",
            marker={"color": INK, "symbol": "line-ns-open", "size": 14, "line": {"width": 2}},
            hovertemplate="seeds alone: %{x:.3~g}<extra></extra>",
        )  # fmt: skip
    names = [_broken(name) for name in sorted_rows["assumption"]]
    figure.update_yaxes(tickvals=list(sorted_rows.index), ticktext=names, tickfont={"size": 11}, gridcolor=GRID)
    height = 110 + BAR * sum(1 + name.count("\n") for name in names)
    return figure.update_xaxes(rangemode="tozero").update_layout(showlegend=True, height=height)


def _broken(path: str, width: int = 18) -> str:
    """A dotted path in lines of about `width` letters, broken after dots."""
    lines: Sequence[str] = [""]
    for step in path.replace(".", ".\0").split("\0"):
        if lines[-1] and len(lines[-1]) + len(step) > width:
            lines = [*lines, ""]
        lines = [*lines[:-1], lines[-1] + step]
    return "\n".join(lines)
