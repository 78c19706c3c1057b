"""Engagement against harm: the plane, and what it is cut by. Pure functions of cells."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.panels import planes
from dashboard.cuts import ANY, EVERYONE, HARM, SOURCE, Cut, cut_rows, value_by_source
from dashboard.measures import MEASURES, unit_of
from dashboard.points import plane_points


def plane(
    cells: pd.DataFrame, arms: Sequence[str], measure: str, harm: str, cut: Cut
) -> tuple[go.Figure, pd.DataFrame]:
    """What each arm pays in harm for its engagement, and the points of it: none where a cut has no engagement."""
    x, y = cut_rows(cells, "prevalence", harm, cut), engagement(cells, measure, cut)
    points = plane_points(x.assign(value=100 * x["value"]), y)
    title = f"What does each arm pay in {called(harm)} for its engagement?"
    return planes(points, arms, title, f"{called(harm)}, % of impressions", axis(measure)), points


def engagement(rows: pd.DataFrame, measure: str, cut: Cut) -> pd.DataFrame:
    """Of a measure, by a cut as far as there is one: engagement has no class of harm."""
    if cut.by == SOURCE and measure == "engagement_value":
        return value_by_source(rows)
    return cut_rows(rows, measure, "", Cut(EVERYONE) if cut.by == HARM else cut)


def called(harm: str) -> str:
    """A class of harm, or all of them."""
    return "harm" if harm == ANY else harm


def axis(measure: str) -> str:
    """A measure of engagement with its unit."""
    return f"{MEASURES[measure]}, {unit_of(measure)}"
