"""How the dashboard looks, in light and in dark. Colours are the report's: an arm has the same one everywhere."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from dashboard.words import drawn, wrapped
from feedsim.report.charts import COLOURS, DARK, INK

GROUND = {"light": "#FFFFFF", "dark": "#14181D"}
MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#0072B2"/>'
    '<path d="M4 5h8M4 8h8M4 11h5" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/></svg>'
)
"""For the browser's tab. Streamlit would fetch its own icons for it from the network."""
TITLE_WIDTH, AXIS_WIDTH, PANEL_WIDTH = 34, 44, 24
"""Letters a line: what a screen of 390 pixels shows, and what the height of one or of several panels does."""
BESIDE, BELOW = 70, 58
"""Pixels that the numbers of an axis and its name take, in all but a few charts. If they take more, plotly finds out
when it has drawn everything, and draws it once more."""
LINE = 20
"""Pixels of a line of the title."""
THEME = {
    "light": {
        "primaryColor": COLOURS[0],
        "backgroundColor": GROUND["light"],
        "secondaryBackgroundColor": "#F3F2EF",
        # Captions have six tenths of it, which must still stand out from white.
        "textColor": "#101820",
        "linkColor": COLOURS[0],
        "borderColor": "#DDE1E6",
    },
    "dark": {
        # White words stand on it, in the dark as well.
        "primaryColor": COLOURS[0],
        "backgroundColor": GROUND["dark"],
        "secondaryBackgroundColor": "#1B2026",
        "textColor": DARK[INK],
        "linkColor": DARK[COLOURS[0]],
        "borderColor": "#353C46",
    },
}
"""Streamlit's settings, by kind of screen."""
HEADINGS = ("2.5rem", "1.5rem", "1.25rem")
"""Sizes of the title of a page, of its sections, and of what is below those."""
_WORDS = ("name", "legendgroup", "offsetgroup", "x", "y", "text", "hovertext", "customdata")
"""What a trace shows that may be of a file."""


def theme_settings() -> dict[str, object]:
    """Streamlit's settings for the theme."""
    colours = {f"theme.{kind}.{name}": value for kind, said in THEME.items() for name, value in said.items()}
    return {**colours, "theme.headingFontSizes": list(HEADINGS)}


def dressed(figure: go.Figure, is_dark: bool) -> dict[str, Any]:
    """The figure for a screen, as data and layout: its words made safe, its title broken, its key below, its colours
    for the dark."""
    spec = figure.to_plotly_json()
    layout = spec["layout"]
    for trace in spec["data"]:
        _make_safe(trace)
    panels = sum(name.startswith("yaxis") for name in layout)
    for name in [name for name in layout if name.startswith(("xaxis", "yaxis"))]:
        is_low = name.startswith("y") and panels > 1
        _make_axis_safe(layout[name], PANEL_WIDTH if is_low else AXIS_WIDTH)
    for note in layout.get("annotations", []):
        note["text"] = drawn(note.get("text", ""))
    layout.update(_frame(layout, spec["data"], panels, GROUND["dark" if is_dark else "light"]))
    return dict(_darkened(spec)) if is_dark else dict(spec)


def _darkened(value: Any) -> Any:
    """The same with the colours of a dark screen. A band's colour has its opacity behind it."""
    if isinstance(value, str):
        return DARK.get(value[:7], value[:7]) + value[7:] if value.startswith("#") else value
    if isinstance(value, dict):
        return {name: _darkened(inner) for name, inner in value.items()}
    return [_darkened(one) for one in value] if isinstance(value, list | tuple) else value


def _make_safe(trace: dict[str, Any]) -> None:
    for name in _WORDS:
        if name in trace:
            trace[name] = _safe(trace[name])


def _safe(value: Any) -> Any:
    """A text, or all texts in lists and arrays; numbers stay as they are."""
    if isinstance(value, str):
        return drawn(value)
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind in "biuf" else _safe(value.tolist())
    return [_safe(one) for one in value] if isinstance(value, list | tuple) else value


def _make_axis_safe(axis: dict[str, object], width: int) -> None:
    title = axis.get("title")
    if isinstance(title, dict) and "text" in title:
        title["text"] = wrapped(str(title["text"]), width)
    if "ticktext" in axis:
        axis["ticktext"] = [_lines(one) for one in _listed(axis["ticktext"])]
    if "categoryarray" in axis:
        axis["categoryarray"] = _safe(axis["categoryarray"])


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _lines(said: object) -> str:
    """Lines of its own stay lines."""
    return "<br>".join(drawn(line) for line in str(said).split("\n"))


def _frame(layout: dict[str, Any], traces: list[dict[str, Any]], panels: int, ground: str) -> dict[str, object]:
    """Title, key and margins: they add to the height, so that they take nothing from the chart."""
    title = layout.get("title")
    said = title.get("text", "") if isinstance(title, dict) else ""
    keys = [trace for trace in traces if trace.get("showlegend", True) and trace.get("name")]
    has_key = bool(keys and layout.get("showlegend"))
    lines = wrapped(str(said), TITLE_WIDTH)
    more = lines.count("<br>")
    has_heading = any(note.get("yref") == "paper" for note in layout.get("annotations", []))
    top = 18 + LINE * (1 + more) + (24 if panels > 1 or has_heading else 0)
    height = layout.get("height")
    tall = height if isinstance(height, int | float) else 310
    return {
        "title": {
            "text": lines, "x": 0, "xref": "container", "xanchor": "left", "yref": "container", "y": 1,
            # Plotly moves a title up by half a line for each line more than one.
            "yanchor": "top", "pad": {"t": 10 + LINE // 2 * more, "l": 4}, "font": {"size": 15},
        },
        "showlegend": has_key,
        "legend": _key(layout, tall),
        "margin": {"l": BESIDE if layout["yaxis"].get("visible", True) else 8, "r": 12, "t": top, "b": 8},
        "height": tall + top + 8 + 10 * len(keys),
        "paper_bgcolor": ground,
        "plot_bgcolor": ground,
        "hoverlabel": {"namelength": -1},
        "dragmode": False,
    }  # fmt: skip


def _key(layout: dict[str, Any], height: float) -> dict[str, Any]:
    """The key, below the chart. Below numbers its place is known; below words, which may be long and aslant, it goes
    to the bottom of the picture, for which plotly draws everything twice."""
    across = [layout[name] for name in layout if name.startswith("xaxis")]
    has_words = any(axis.get("type") == "category" or "ticktext" in axis for axis in across)
    bottom = {"xref": "container", "yref": "container", "y": 0, "yanchor": "bottom"}
    place = bottom if has_words else {"y": -BELOW / height, "yanchor": "top"}
    return {"orientation": "h", "x": 0, "xanchor": "left", "font": {"size": 12}, **place}
