"""Which arm is which: keys drawn by hand, above the charts of a section. A click hides an arm in all of them."""

from collections.abc import Sequence

from feedsim.report.charts import COLOURS, Look, looks
from feedsim.report.page import Html, text

SHAPES = {
    "circle": "\u25cf", "square": "\u25a0", "diamond": "\u25c6", "triangle-up": "\u25b2", "cross": "\u271a",
    "x": "\u2716", "star": "\u2605", "triangle-down": "\u25bc",
}  # fmt: skip
DASHES = {"solid": "", "dash": "6 4", "dot": "2 3", "dashdot": "6 3 2 3", "longdash": "9 4"}
HATCHES = {
    "/": "M0 7L7 0M0 14L14 0M7 14L14 7", "\\": "M0 7L7 14M0 0L14 14M7 0L14 7", "x": "M0 0L14 14M0 14L14 0",
    ".": "M4 4h.1M10 4h.1M4 10h.1M10 10h.1", "-": "M0 4.5H14M0 9.5H14", "+": "M0 7H14M7 0V14",
    "|": "M4.5 0V14M9.5 0V14",
}  # fmt: skip
"""Strokes in a square of 14."""


def legend(arms: Sequence[str], shown: Sequence[str], kind: str) -> Html:
    """A button an arm, with its look in charts of this kind: "line", "point" or "bar". Nothing for one arm alone."""
    if len(arms) < 2:
        return ""
    look = looks(arms)
    keys = {"line": _line, "point": mark, "bar": _bar}
    buttons = "".join(
        f'<li><button type="button" aria-pressed="true" data-arm="{text(arm)}" title="Show or hide in all charts">'
        f"{keys[kind](look[arm])}{text(arm)}</button></li>"
        for arm in shown
    )
    return f'<ul class="legend" aria-label="Arms">{buttons}</ul>'


def mark(look: Look) -> Html:
    """An arm's marker."""
    return f'<span class="key" style="{_colour(look)}" aria-hidden="true">{SHAPES[look.marker]}</span>'


def _line(look: Look) -> Html:
    stroke = f'<path d="M0 7H34" stroke="currentColor" stroke-width="2" stroke-dasharray="{DASHES[look.dash]}"/>'
    middle = 'x="17" y="7" text-anchor="middle" dominant-baseline="central" font-size="13" fill="currentColor"'
    return _svg(look, 34, f"{stroke}<text {middle}>{SHAPES[look.marker]}</text>")


def _bar(look: Look) -> Html:
    fill = "none" if look.hatch else "currentColor"
    edge = f'<rect x="1" y="1" width="12" height="12" stroke="currentColor" stroke-width="1.5" fill="{fill}"/>'
    strokes = f'<path d="{HATCHES[look.hatch]}" stroke="currentColor" stroke-width="1.5"/>' if look.hatch else ""
    return _svg(look, 14, edge + strokes)


def _svg(look: Look, width: int, inside: Html) -> Html:
    box = f'width="{width}" height="14" viewBox="0 0 {width} 14"'
    return f'<svg class="key" {box} style="{_colour(look)}" aria-hidden="true">{inside}</svg>'


def _colour(look: Look) -> str:
    return f"color:var(--arm{COLOURS.index(look.colour)})"
