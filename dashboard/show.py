"""Putting figures, tables and sentences on a page."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.look import dressed
from dashboard.words import csv, file_name, one_line, plain

_BUTTONS = ["zoom2d", "pan2d", "select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "resetScale2d"]
"""Of plotly's, those that nobody needs here."""
_PICTURES = """
export default function({ parentElement, data }) {
  const save = (format) => {
    const charts = [...document.querySelectorAll(`.st-key-${data.chart} .js-plotly-plot`)];
    const chart = charts[charts.length - 1];
    const camera = chart && [...chart.querySelectorAll('.modebar-btn')].find(b => b.dataset.attr === undefined
      && /download/i.test(b.dataset.title || ''));
    if (!camera) return;
    const options = chart._context.toImageButtonOptions;
    const before = options.format;
    options.format = format;
    camera.click();
    options.format = before;
  };
  for (const button of parentElement.querySelectorAll('button'))
    button.onclick = () => save(button.dataset.format);
}
"""
_PICTURES_CSS = """
button { font: inherit; font-size: .875rem; color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: .5rem; padding: .45rem .75rem; margin: 0 .4rem 0 0;
  cursor: pointer; min-height: 2.5rem; }
button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
"""
_PICTURES_HTML = (
    '<button type="button" data-format="png" aria-label="Download the figure as PNG">PNG</button>'
    '<button type="button" data-format="svg" aria-label="Download the figure as SVG">SVG</button>'
)


class _Ready(go.Figure):  # type: ignore[misc]
    """A figure as plain data. Streamlit would check plain data once more, which takes longer than making it."""

    spec: dict[str, Any]

    def __init__(self, spec: dict[str, Any]) -> None:
        object.__setattr__(self, "spec", spec)

    def to_dict(self) -> dict[str, Any]:
        """As it is."""
        return self.spec


def chart(figure: go.Figure, numbers: pd.DataFrame, name: str) -> None:
    """A figure; below it, folded, its numbers and the downloads. `name` is its own on the page, and names the files."""
    key = file_name(name)
    title = str(figure.layout.title.text or name)
    with st.container(key=f"chart-{key}"):
        shown = _Ready(dressed(figure, is_dark()))
        st.plotly_chart(shown, theme=None, key=f"figure-{key}", config=_config(key), alt=one_line(title))
    _below(numbers, key)


@st.fragment
def _below(numbers: pd.DataFrame, key: str) -> None:
    """The numbers of a figure and what can be downloaded of it: made when somebody unfolds them, and they alone."""
    folded = st.expander("Numbers and downloads", key=f"more-{key}", on_change="rerun")
    if not folded.open:
        return
    with folded:
        with st.container(horizontal=True, vertical_alignment="center"):
            _pictures()(key=f"pictures-{key}", data={"chart": f"chart-{key}"}, width="content", height="content")
            _csv_button(numbers, key)
        table(numbers)


def table(rows: pd.DataFrame, **columns: Any) -> None:
    """Rows that can be sorted; what is in the cells is shown as it is."""
    shown = rows.rename(columns=lambda name: one_line(name))
    st.dataframe(shown, hide_index=True, width="stretch", column_config=columns or None)


def file_button(label: str, text: str, name: str, mime: str = "application/yaml") -> None:
    """A button that downloads a text as a file."""
    st.download_button(label, text, name, mime, key=f"file-{file_name(name)}", on_click="ignore")


def _csv_button(numbers: pd.DataFrame, key: str) -> None:
    st.download_button(
        "CSV", lambda: csv(numbers), f"{key}.csv", "text/csv", key=f"csv-{key}", on_click="ignore",
        help="Download the figure's numbers as CSV",
    )  # fmt: skip


def _config(name: str) -> dict[str, Any]:
    picture = {"format": "png", "filename": name, "scale": 2}
    return {
        "displaylogo": False, "displayModeBar": True, "modeBarButtonsToRemove": _BUTTONS, "scrollZoom": False,
        "toImageButtonOptions": picture,
    }  # fmt: skip


def _pictures() -> Any:
    """Two buttons that save the chart above them, in the browser: plotly's own button knows one format."""
    return st.components.v2.component("pictures", html=_PICTURES_HTML, css=_PICTURES_CSS, js=_PICTURES)


def is_dark() -> bool:
    """Whether the reader's screen is dark."""
    return bool(st.context.theme.type == "dark")


def sentence(said: object) -> None:
    """Why there is nothing to see."""
    st.info(plain(said))


def trouble(said: object) -> None:
    """What is wrong with what was read."""
    st.error(plain(said))
