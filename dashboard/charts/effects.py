"""What moves the answer. (What a search tried is drawn as in the report.)"""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from feedsim.report.charts import COLOURS, GRID, INK, blank

BAR = 26
"""Pixels of an assumption."""


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
