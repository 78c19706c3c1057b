"""`python -m dashboard ADDRESS PORT`: serve the app with settings that keep it on this machine."""

import sys
from ipaddress import ip_address
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from streamlit.file_util import get_static_dir
from streamlit.starlette import App

from dashboard.look import theme_settings
from dashboard.warming import load_later, warm

SETTINGS: dict[str, object] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "logger.level": "warning",
    "runner.magicEnabled": False,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": 1,
    "server.runOnSave": False,
    "server.showEmailPrompt": False,
}
"""Nothing is told to anybody, nothing is watched, nobody else's page may talk to it, no trace reaches the browser."""
HERE = Path(__file__).parent
AT_ROOT = '<script>window.__streamlit = {BACKEND_BASE_URL: location.origin + "/"}</script>'
"""Tells Streamlit's code in the browser where the server is: it would look for it below the page's address first."""


def settings(address: str, port: int) -> dict[str, object]:
    """Streamlit's, by name."""
    # A page from elsewhere that has its own name lead here is turned away.
    hosts = {"server.allowedHosts": ["127.0.0.1", "localhost", "::1"]} if is_local(address) else {}
    return {**SETTINGS, **theme_settings(), **hosts, "server.address": address, "server.port": port}


def is_local(address: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def app() -> App:
    """The app; each page of it can be linked to."""
    pages = sorted(path.stem for path in (HERE / "views").glob("*.py"))
    return App(HERE / "app.py", routes=[Route(f"/{page}", _front) for page in pages])


def _front(request: Request) -> HTMLResponse:
    html = Path(get_static_dir(), "index.html").read_text(encoding="utf-8")
    return HTMLResponse(html.replace("<head>", f"<head>{AT_ROOT}", 1), headers={"Cache-Control": "no-cache"})


if __name__ == "__main__":
    warm()
    load_later()
    address, port = sys.argv[1:]
    app().run(config=settings(address, int(port)))
