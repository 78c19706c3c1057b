"""The dashboard without a browser: Streamlit's AppTest on a folder of runs."""

from pathlib import Path

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
    """The app, on another page and address."""
    if page:
        app.switch_page(f"views/{page}.py")
    for name in list(app.query_params):
        del app.query_params[name]
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def said(app: AppTest) -> str:
    """All that the page says, without what keeps Markdown from reading it."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.info, app.warning, app.error)
    return "\n".join(one.value for kind in kinds for one in kind).replace("\\", "").replace("\u2060", "")


def titles(app: AppTest) -> list[str]:
    """What the charts ask."""
    import json

    charts = [json.loads(one.proto.spec) for one in app.get("plotly_chart")]
    return [chart["layout"]["title"]["text"].replace("<br>", " ") for chart in charts]


def chosen(name: str) -> str:
    """The key of the widget of a choice."""
    return f"in the address: {name}"
