"""What is slow the first time, done before anybody waits: plotly loads what a figure needs when the first is made."""

from importlib import import_module
from threading import Thread

import pandas as pd
import plotly.io as pio

from dashboard.charts.panels import Mark, bars, over_time, planes
from dashboard.look import dressed
from feedsim.study.compare import differences

LATER = ("dashboard.feeds", "dashboard.sampled", "feedsim.listing", "feedsim.schema")
"""What One feed and What if load: the whole of a scenario, which takes a second that the list of studies can do
without."""


def warm() -> None:
    """Make a figure of each common kind, and a comparison, of nothing much."""
    days = pd.DataFrame({"arm": ["a", "a", "b"], "panel": ["", "x", ""], "day": [0, 1, 0], "value": [1.0, 2.0, 3.0]})
    ends = {f"{axis}{end}": [1.0, 2.0, 3.0] for axis in "xy" for end in ("", "_low", "_high")}
    points = days.assign(level="", **ends)
    figures = (
        over_time(days, ["a", "b"], "?", "", [Mark(0, "")], 1),
        planes(points, ["a", "b"], "?", "", ""),
        bars(points, ["a", "b"], "?", "", ""),
    )
    for figure in figures:
        pio.to_json(dressed(figure, is_dark=True))
    cell = dict.fromkeys(("assumption", "metric", "harm", "side", "group", "level", "part"), "")
    differences(days.drop(columns="panel").assign(seed=[1, 2, 1], **cell), "a")


def load_later() -> Thread:
    """Load the rest beside the server that starts meanwhile; a page that is asked for it sooner waits for it."""
    thread = Thread(target=lambda: [import_module(name) for name in LATER], daemon=True)
    thread.start()
    return thread
