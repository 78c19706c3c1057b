"""The dashboard without a browser: Streamlit's AppTest on a folder of runs."""

import json
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.frame import FOLDER, LIMIT

APP = Path(__file__).parent.parent / "dashboard" / "app.py"
PAGES = tuple(sorted(path.stem for path in (APP.parent / "views").glob("*.py")))


def opened(monkeypatch: pytest.MonkeyPatch, folder: Path, page: str = "studies", **address: str) -> AppTest:
    """A page of the dashboard on a folder, with an address."""
    monkeypatch.setenv(FOLDER, str(folder))
    monkeypatch.setenv(LIMIT, "100000")
    app = AppTest.from_file(str(APP), default_timeout=120)
    if page == "studies":
        return visited(app, "", **address)
    # Streamlit knows the pages once the app has run.
    return visited(app.run(), page, **address)


def visited(app: AppTest, page: str, **address: str) -> AppTest:
    """The app, on another page and address, every figure of which is one that plotly knows."""
    if page:
        app.switch_page(f"views/{page}.py")
    for name in list(app.query_params):
        del app.query_params[name]
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    for figure in figures(app):
        go.Figure(figure)
    return app


def figures(app: AppTest) -> list[dict[str, Any]]:
    """The charts, as the browser gets them."""
    return [json.loads(one.proto.spec) for one in app.get("plotly_chart")]


def said(app: AppTest) -> str:
    """All that the page says, without what keeps Markdown from reading it."""
    kinds = (app.title, app.header, app.markdown, app.caption, app.info, app.warning, app.error)
    return "\n".join(one.value for kind in kinds for one in kind).replace("\\", "").replace("\u2060", "")


def titles(app: AppTest) -> list[str]:
    """What the charts ask."""
    return [figure["layout"]["title"]["text"].replace("<br>", " ") for figure in figures(app)]


def chosen(name: str) -> str:
    """The key of the widget of a choice."""
    return f"in the address: {name}"
