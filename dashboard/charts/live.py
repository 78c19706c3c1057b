"""Charts of runs that still go on: what has come of each until now."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from feedsim.report.charts import blank, looks


def so_far(rows: pd.DataFrame, arms: Sequence[str], title: str, y: str) -> go.Figure:
    """A line a run, in the look of its arm. `rows`: arm, seed, day, value."""
    figure = blank(title, "day", y)
    for arm, look in looks(arms).items():
        for i, (seed, of) in enumerate(rows[rows["arm"] == arm].groupby("seed")):
            line, marker = {"color": look.colour, "dash": look.dash, "width": 2}, {"symbol": look.marker, "size": 7}
            figure.add_trace(
                go.Scatter(
                    x=of["day"], y=of["value"], name=arm, legendgroup=arm, mode="lines+markers", line=line,
                    marker=marker, showlegend=i == 0, hovertemplate=f"%{{y:.3~g}}<extra>seed {seed}</extra>",
                )
            )  # fmt: skip
    return figure.update_layout(showlegend=True, height=240).update_yaxes(rangemode="tozero")
