"""Charts in panels, one below another on the same scale: what a cut gives. An arm looks the same in all."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from feedsim.report.charts import AXIS, GRID, INK, SIDE_BY_SIDE, Look, blank, columns, course, looks, point

TALL, LOW = 310, 170
"""Pixels: height of a single panel, and of one of several."""
MOST_BURN_IN = 1 / 6
"""Of the measured days: how much of the burn-in is drawn."""
Draw = Callable[[pd.DataFrame, str, Look], Iterable[go.Scatter | go.Bar]]


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day."""

    day: float
    what: str


def panels(rows: pd.DataFrame, arms: Sequence[str], title: str, x: str, y: str, draw: Draw) -> go.Figure:
    """A panel for each name in the column `panel`, in which `draw` draws each arm's rows."""
    shown = names_of(rows)
    figure = _grid(shown, title, x, y)
    for place, name in enumerate(shown, start=1):
        of = rows[rows["panel"].astype(str) == name]
        for rank, (arm, look) in enumerate(looks(arms).items()):
            for trace in draw(of[of["arm"] == arm], arm, look):
                trace.legendrank = rank + 1
                seen = any(other.name == arm and other.showlegend is not False for other in figure.data)
                trace.showlegend = trace.showlegend is not False and not seen
                figure.add_trace(trace, row=place, col=1)
    return figure.update_layout(showlegend=True)


def names_of(rows: pd.DataFrame) -> list[str]:
    """The panels, in order."""
    return sorted(set(rows["panel"].astype(str)))


def _grid(names: Sequence[str], title: str, x: str, y: str) -> go.Figure:
    """Empty panels, with the unit at the one in the middle and the name of x below the last."""
    many = max(len(names), 1)
    if many == 1 and not "".join(names):
        return _on_grid(blank(title, x, y))
    gap = 44 / (LOW * many + 60)
    figure = make_subplots(many, 1, shared_xaxes=True, vertical_spacing=gap, subplot_titles=list(names))
    figure.update_layout(blank(title, x, y).layout)
    figure.update_xaxes(AXIS).update_yaxes(AXIS, matches="y")
    figure.update_xaxes(title_text=None).update_yaxes(title_text=None)
    figure.update_xaxes(title={"text": x, "standoff": 10, "font": {"size": 12}}, row=many)
    figure.update_yaxes(title={"text": y, "standoff": 10, "font": {"size": 12}}, row=(many + 1) // 2)
    for note in figure.layout.annotations:
        note.update(x=0, xanchor="left", font={"size": 13, "color": INK})
    return figure.update_layout(height=LOW * many + 60)


def _on_grid(figure: go.Figure) -> go.Figure:
    """A single panel that takes traces by row and column, as several do."""
    layout = figure.layout
    return make_subplots(1, 1, figure=go.Figure()).update_layout(layout).update_layout(height=TALL)


def over_time(
    rows: pd.DataFrame, arms: Sequence[str], title: str, y: str, marks: Sequence[Mark] = (), burn_in: float = 0
) -> go.Figure:
    """A line an arm, the mean over seeds, in a band from the least seed to the greatest. `rows`: arm, panel, day,
    value. `burn_in`: days before day 0, drawn as a shade."""
    figure = panels(rows, arms, title, "day", y, lambda of, arm, look: course(of, arm, look, "day"))
    days = rows["day"].nunique()
    figure.update_xaxes(tickformat="d", dtick=1 if days <= 12 else None)
    if burn_in > 0 and days:
        _shade(figure, min(burn_in, max(days * MOST_BURN_IN, 0.5)))
    for mark in marks:
        _mark(figure, mark)
    return figure


def by_version(rows: pd.DataFrame, arms: Sequence[str], title: str, y: str) -> go.Figure:
    """As over time, by version of a model. `rows`: arm, panel, version, value."""
    figure = panels(rows, arms, title, "version", y, lambda of, arm, look: course(of, arm, look, "version"))
    return figure.update_xaxes(tickformat="d", dtick=1 if rows["version"].nunique() <= 12 else None)


def _shade(figure: go.Figure, length: float) -> None:
    """The end of the burn-in, which is not measured."""
    figure.add_vrect(-length, -0.02, fillcolor=GRID, opacity=0.6, line_width=0, layer="below")
    figure.add_annotation(
        x=-length / 2, y=0.5, yref="y domain", text="burn-in", textangle=-90, showarrow=False,
        font={"size": 11, "color": INK},
    )  # fmt: skip


def _mark(figure: go.Figure, mark: Mark) -> None:
    figure.add_vline(mark.day, line={"color": INK, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=mark.day, y=1, yref="y domain", text=mark.what, showarrow=False, xanchor="left", yanchor="top",
        font={"size": 11, "color": INK},
    )  # fmt: skip


def planes(points: pd.DataFrame, arms: Sequence[str], title: str, x: str, y: str) -> go.Figure:
    """Points, one an arm, with bars over seeds, and the line through those that no other arm beats.

    `points`: arm, panel, x (less is better), x_low, x_high, y (more is better), y_low, y_high.
    """
    figure = panels(points, arms, title, x, y, point)
    for place, name in enumerate(names_of(points), start=1):
        best = frontier(points[points["panel"].astype(str) == name])
        if len(best) > 1:
            line = go.Scatter(
                x=best["x"], y=best["y"], mode="lines", name="frontier", legendgroup="frontier", hoverinfo="skip",
                line={"color": INK, "width": 1, "dash": "dot"}, showlegend=place == 1,
            )  # fmt: skip
            figure.add_trace(line, row=place, col=1)
    return figure


def frontier(points: pd.DataFrame) -> pd.DataFrame:
    """Those that no other beats: none has as little x with as much y, and less or more of one. Sorted by x."""
    kept = [row for _, row in points.iterrows() if not _beaten(points, row["x"], row["y"])]
    return pd.DataFrame(kept, columns=points.columns).sort_values("x")


def _beaten(points: pd.DataFrame, x: float, y: float) -> bool:
    as_good = (points["x"] <= x) & (points["y"] >= y)
    return bool((as_good & ((points["x"] < x) | (points["y"] > y))).any())


def bars(rows: pd.DataFrame, arms: Sequence[str], title: str, x: str, y: str) -> go.Figure:
    """Columns side by side, an arm each, with bars over seeds. `rows`: arm, panel, level, y, y_low, y_high."""
    figure = panels(rows, arms, title, x, y, columns).update_layout(SIDE_BY_SIDE)
    return figure.update_xaxes(type="category", showgrid=False).update_yaxes(rangemode="tozero")
