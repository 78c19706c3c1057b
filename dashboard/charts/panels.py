"""Charts in panels, one below another on the same scale: what a cut gives. An arm looks the same in all."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from feedsim.report.charts import (
    AXIS,
    GRID,
    INK,
    SIDE_BY_SIDE,
    Look,
    Trace,
    columns,
    course,
    ground,
    looks,
    over_seeds,
    point,
)

TALL, LOW = 310, 170
"""Pixels: height of a single panel, and of one of several."""
MOST_BURN_IN = 1 / 6
"""Of the measured days: how much of the burn-in is drawn."""
Draw = Callable[[pd.DataFrame, str, Look], Iterable[Trace]]


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day."""

    day: float
    what: str


def panels(rows: pd.DataFrame, arms: Sequence[str], title: str, x: str, y: str, draw: Draw) -> go.Figure:
    """A panel for each name in the column `panel`, in which `draw` draws each arm's rows."""
    shown, named = names_of(rows), rows.assign(panel=rows["panel"].astype(str), arm=rows["arm"].astype(str))
    groups, nothing = dict(list(named.groupby(["panel", "arm"], sort=False))), named.head(0)
    traces: list[Trace] = []
    in_key: set[str] = set()
    for place, name in enumerate(shown):
        for rank, (arm, look) in enumerate(looks(arms).items()):
            for trace in draw(groups.get((name, arm), nothing), arm, look):
                is_first = trace.get("showlegend", True) and arm not in in_key
                in_key |= {arm} if is_first else set()
                right, left = axes(place)
                traces.append({**trace, "showlegend": is_first, "legendrank": rank + 1, "xaxis": right, "yaxis": left})
    # Checking every property takes plotly longer than all the rest; tests check every figure of every page.
    return go.Figure(traces, _grid(shown, title, x, y), _validate=False)


def names_of(rows: pd.DataFrame) -> list[str]:
    """The panels, in order."""
    return sorted(set(rows["panel"].astype(str)))


def axes(place: int) -> tuple[str, str]:
    """The axes of a panel, as traces and shapes name them."""
    number = "" if place == 0 else str(place + 1)
    return f"x{number}", f"y{number}"


def _grid(names: Sequence[str], title: str, x: str, y: str) -> dict[str, Any]:
    """The layout of panels one below another, with the unit at the one in the middle and the name of x below the last.

    Written by hand: plotly's own takes a third of a second for a few panels.
    """
    many = max(len(names), 1)
    layout = ground(title, x, y) | {"showlegend": True}
    if many == 1:
        return layout | {"height": TALL, "annotations": [_heading(name, 1.0) for name in names if name]}
    across, up = layout.pop("xaxis"), layout.pop("yaxis")
    height = LOW * many + 60
    gap = 44 / height
    share = (1 - gap * (many - 1)) / many
    for place in range(many):
        right, left = axes(place)
        top = 1 - place * (share + gap)
        is_last, is_middle = place == many - 1, place == (many - 1) // 2
        layout[f"xaxis{right[1:]}"] = (across if is_last else AXIS | {"showticklabels": False}) | {
            "anchor": left, **({"matches": "x"} if place else {}),
        }  # fmt: skip
        layout[f"yaxis{left[1:]}"] = (up if is_middle else AXIS) | {
            "anchor": right, "domain": [max(top - share, 0), top], **({"matches": "y"} if place else {}),
        }  # fmt: skip
    tops = [1 - place * (share + gap) for place in range(many)]
    return layout | {"height": height, "annotations": [_heading(*one) for one in zip(names, tops, strict=True)]}


def _heading(name: str, top: float) -> dict[str, Any]:
    """The name of a panel, above it."""
    return {
        "text": name, "x": 0, "xref": "paper", "xanchor": "left", "y": top, "yref": "paper", "yanchor": "bottom",
        "showarrow": False, "font": {"size": 13, "color": INK},
    }  # fmt: skip


def across_panels(figure: go.Figure, shape: dict[str, Any]) -> go.Figure:
    """A shape in every panel, at the same place of it; `x`s and `y`s of the axes, unless it says that they are of the
    panel ("domain")."""
    many = sum(name.startswith("yaxis") for name in figure.layout.to_plotly_json())
    for place in range(many):
        right, left = axes(place)
        refs = {"xref": f"{right} {shape.get('xref', '')}".strip(), "yref": f"{left} {shape.get('yref', '')}".strip()}
        figure.add_shape({**shape, **refs})
    return figure


def over_time(
    rows: pd.DataFrame, arms: Sequence[str], title: str, y: str, marks: Sequence[Mark] = (), burn_in: float = 0
) -> go.Figure:
    """A line an arm, the mean over seeds, in a band from the least seed to the greatest. `rows`: arm, panel, day,
    value. `burn_in`: days before day 0, drawn as a shade."""
    found = over_seeds(rows, ["panel", "arm", "day"])
    figure = panels(found, arms, title, "day", y, lambda of, arm, look: course(of, arm, look, "day"))
    days = rows["day"].nunique()
    figure.update_xaxes(tickformat="d", dtick=1 if days <= 12 else None)
    if burn_in > 0 and days:
        _shade(figure, min(burn_in, max(days * MOST_BURN_IN, 0.5)))
    if days == 1:
        # A single day has no width by itself, and the shade would take all of the chart.
        figure.update_xaxes(range=[-0.5, 0.9])
    for mark in marks:
        _mark(figure, mark)
    return figure


def by_version(rows: pd.DataFrame, arms: Sequence[str], title: str, y: str) -> go.Figure:
    """As over time, by version of a model. `rows`: arm, panel, version, value."""
    found = over_seeds(rows, ["panel", "arm", "version"])
    figure = panels(found, arms, title, "version", y, lambda of, arm, look: course(of, arm, look, "version"))
    return figure.update_xaxes(tickformat="d", dtick=1 if rows["version"].nunique() <= 12 else None)


def _shade(figure: go.Figure, length: float) -> None:
    """The end of the burn-in, which is not measured."""
    fill = {"fillcolor": GRID, "opacity": 0.6, "line": {"width": 0}, "layer": "below"}
    across_panels(figure, {"type": "rect", "x0": -length, "x1": -0.02, "y0": 0, "y1": 1, "yref": "domain", **fill})
    figure.add_annotation(
        x=-length / 2, y=0.5, yref="y domain", text="burn-in", textangle=-90, showarrow=False,
        font={"size": 11, "color": INK},
    )  # fmt: skip


def _mark(figure: go.Figure, mark: Mark) -> None:
    line = {"color": INK, "width": 1, "dash": "dot"}
    ends = {"x0": mark.day, "x1": mark.day, "y0": 0, "y1": 1, "yref": "domain"}
    across_panels(figure, {"type": "line", **ends, "line": line})
    figure.add_annotation(
        x=mark.day, y=1, yref="y domain", text=mark.what, showarrow=False, xanchor="left", yanchor="top",
        font={"size": 11, "color": INK},
    )  # fmt: skip


def planes(points: pd.DataFrame, arms: Sequence[str], title: str, x: str, y: str) -> go.Figure:
    """Points, one an arm, with bars over seeds, and the line through those that no other arm beats.

    `points`: arm, panel, x (less is better), x_low, x_high, y (more is better), y_low, y_high.
    """
    figure = panels(points, arms, title, x, y, point)
    for place, name in enumerate(names_of(points)):
        best = frontier(points[points["panel"].astype(str) == name])
        if len(best) > 1:
            right, left = axes(place)
            line: Trace = {
                "type": "scatter", "x": best["x"].tolist(), "y": best["y"].tolist(), "mode": "lines",
                "name": "frontier", "legendgroup": "frontier", "hoverinfo": "skip", "showlegend": place == 0,
                "line": {"color": INK, "width": 1, "dash": "dot"}, "xaxis": right, "yaxis": left,
            }  # fmt: skip
            figure.add_trace(line)
    return figure


def frontier(points: pd.DataFrame) -> pd.DataFrame:
    """Those that no other beats: none has as little x with as much y, and less or more of one. Sorted by x."""
    x, y = points["x"].to_numpy(dtype=float), points["y"].to_numpy(dtype=float)
    # (n, n): whether the one in a column is as good as the one in a row, and better in something.
    as_good = (x[None] <= x[:, None]) & (y[None] >= y[:, None])
    better = as_good & ((x[None] < x[:, None]) | (y[None] > y[:, None]))
    return points.iloc[np.flatnonzero(~better.any(axis=1))].sort_values("x")


def bars(rows: pd.DataFrame, arms: Sequence[str], title: str, x: str, y: str) -> go.Figure:
    """Columns side by side, an arm each, with bars over seeds. `rows`: arm, panel, level, y, y_low, y_high."""
    figure = panels(rows, arms, title, x, y, columns).update_layout(SIDE_BY_SIDE)
    return figure.update_xaxes(type="category", showgrid=False).update_yaxes(rangemode="tozero")


def told_apart(auc: "pd.Series[float]") -> list[float]:
    """The range of an axis of AUC: from guessing, or from what is worse, to perfect, with room for marks."""
    return [min(0.5, float(auc.min())) - 0.02, 1.02]
