"""Contrasts: points with intervals, against a line that means no difference."""

import math
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.panels import across_panels, panels
from feedsim.report.charts import INK, Look, Trace, error_bars


def ratios(rows: pd.DataFrame, arms: Sequence[str], title: str, x: str, reference: str) -> go.Figure:
    """Ratios of levels to a reference, on a logarithmic axis, a panel a measure; 1 is no difference.

    `rows`: arm, panel, level, ratio, ratio_low, ratio_high.
    """
    shown = rows.dropna(subset=["ratio"])
    figure = _points(shown, arms, title, x, f"times {reference}", "ratio", 1.0)
    # The ends of very wide intervals are cut off: they would leave no room for what can be told.
    ends = [math.log10(end) for end in (min(0.5, shown["ratio"].min() / 1.5), max(2.0, shown["ratio"].max() * 1.5))]
    return figure.update_yaxes(type="log", tickvals=[0.1, 0.2, 0.5, 1, 2, 5, 10], tickformat="~g", range=ends)


def differences(rows: pd.DataFrame, arms: Sequence[str], title: str, x: str, y: str) -> go.Figure:
    """Differences, a panel each; 0 is none. `rows`: arm, panel, level, difference and its interval."""
    return _points(rows, arms, title, x, y, "difference", 0.0)


def _points(rows: pd.DataFrame, arms: Sequence[str], title: str, x: str, y: str, name: str, none: float) -> go.Figure:
    def draw(of: pd.DataFrame, arm: str, look: Look) -> list[Trace]:
        return [_point(of, arm, look, name)] if len(of) else []

    figure = panels(rows, arms, title, x, y, draw)
    # Arms stand beside one another at each level.
    figure.update_layout(scattermode="group", scattergap=0.5).update_xaxes(type="category", showgrid=False)
    ends = {"x0": 0, "x1": 1, "xref": "domain", "y0": none, "y1": none}
    return across_panels(figure, {"type": "line", **ends, "line": {"color": INK, "width": 1, "dash": "dot"}})


def _point(rows: pd.DataFrame, arm: str, look: Look, name: str) -> Trace:
    marker = {"symbol": look.marker, "size": 10, "color": look.colour}
    hover = "%{x}: %{y:.3~g}<extra>%{fullData.name}</extra>"
    named = {"name": arm, "legendgroup": arm, "offsetgroup": arm, "hovertemplate": hover}
    at = {"x": rows["level"].tolist(), "y": rows[name].tolist(), "error_y": error_bars(rows, name, look.colour)}
    return {"type": "scatter", "mode": "markers", **at, "marker": marker, **named}
