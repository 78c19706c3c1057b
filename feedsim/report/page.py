"""The page: HTML written by hand, so that it opens anywhere, with no network. Whatever comes from a file is escaped."""

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TypeAlias

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from feedsim.report.charts import COLOURS, DARK
from feedsim.report.style import CSS, SCRIPT

Html: TypeAlias = str
"""Markup that is safe to put in a page. Texts become Html through `text`."""


def text(value: object) -> Html:
    """Any value, escaped."""
    return escape(str(value))


def table(head: Sequence[Html], rows: Iterable[Sequence[Html]], caption: str, kind: str = "") -> Html:
    """A table in a container of its own that scrolls; the first cell of a row names it.

    `kind`: "tall" where there may be many rows, "cards" where each row becomes a card on a narrow screen.
    """
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(f'<tr><th scope="row">{row[0]}</th>{_cells(head[1:], row[1:])}</tr>' for row in rows)
    # Focusable, so that it can be scrolled from the keyboard.
    return (
        f'<p class="caption">{text(caption)}</p>'
        f'<div class="{f"scroll {kind}".strip()}" tabindex="0" role="region" aria-label="{text(caption)}">'
        f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cells(head: Sequence[Html], cells: Sequence[Html]) -> Html:
    """Each with the name of its column, for where there are no columns."""
    return "".join(f'<td data-of="{name}"><div>{cell}</div></td>' for name, cell in zip(head, cells, strict=True))


def figure(chart: go.Figure, numbers: Html) -> Html:
    """A chart with its question above it and its numbers folded below."""
    shown = json.loads(chart.to_json())
    title = shown["layout"].pop("title")["text"]
    # "<" could end the script element early.
    spec = json.dumps({"data": shown["data"], "layout": shown["layout"]}).replace("<", "\\u003c")
    return (
        f'<figure><figcaption><h3>{text(title)}</h3></figcaption><div class="chart" role="img" '
        f'aria-label="Chart: {text(title)} The numbers follow."></div>'
        f'<script type="application/json">{spec}</script>{details("The numbers", numbers)}</figure>'
    )


def details(summary: str, inside: Html) -> Html:
    """Something to unfold."""
    return f"<details><summary>{text(summary)}</summary>{inside}</details>"


def section(name: str, title: str, inside: Html, note: str = "") -> Html:
    """A section with its question; nothing if there is nothing in it."""
    if not inside:
        return ""
    said = f'<p class="note">{text(note)}</p>' if note else ""
    heading = f'<h2 id="{name}-title">{text(title)}</h2>'
    return f'<section id="{name}" aria-labelledby="{name}-title">{heading}{said}{inside}</section>'


def _css() -> str:
    """The style, with the colours of the arms as variables: each is another on a dark screen."""
    paper = "".join(f"--arm{i}:{colour};" for i, colour in enumerate(COLOURS))
    screen = "".join(f"--arm{i}:{DARK[colour]};" for i, colour in enumerate(COLOURS))
    return f"{CSS}:root {{{paper}}} @media screen and (prefers-color-scheme: dark) {{ :root {{{screen}}} }}"


def page(title: str, above: str, meta: str, links: Mapping[str, str], body: Html) -> Html:
    """The whole document. `links`: id of a section -> its name in the list of contents."""
    contents = "".join(f'<li><a href="#{name}">{text(label)}</a></li>' for name, label in links.items())
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>{text(title)}</title><link rel="icon" href="data:,"><style>{_css()}</style></head><body>'
        '<a class="skip" href="#main">Skip to the answer</a>'
        f'<header><p class="above">{text(above)}</p><h1>{text(title)}</h1><p class="meta">{text(meta)}</p>'
        f'<nav aria-label="Contents"><ul>{contents}</ul></nav></header><main id="main">{body}</main>'
        f"<script>{get_plotlyjs()}</script><script>const DARK = {json.dumps(DARK)};{SCRIPT}</script></body></html>\n"
    )
