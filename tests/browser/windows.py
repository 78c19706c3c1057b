"""Windows of a browser on a dashboard, and commands as somebody would type them."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlparse

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

ROOT = Path(__file__).parent.parent.parent
SECONDS = 180
"""That anything may take: the machine may be busy, and numba may compile."""
QUESTION = (
    "Is <b>demotion</b> worth $E=mc^2$ of **engagement**? <img src=x onerror=alert(1)> [here](http://example.com) "
    ":red[no] :fire: `code`"
)


expect.set_options(timeout=1000 * SECONDS)


def environment() -> dict[str, str]:
    """In which this very feedsim is found."""
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, "PYTHONPATH": paths}


def feedsim(*words: str, folder: Path) -> str:
    """Run a command as somebody would, in a folder; what it prints."""
    result = subprocess.run(
        [sys.executable, "-m", "feedsim", *words], cwd=folder, capture_output=True, text=True, timeout=4 * SECONDS,
        env=environment(), check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result.stdout


@dataclass
class Visit:
    """A page, what it complained of, and what it asked of whom."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def hear(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.errors.append(f"{said.text} ({said.location['url']})")

    def ask(self, url: str) -> None:
        """Keep whom it asks for something; data in an address of its own asks nobody."""
        if urlparse(url).scheme in ("http", "https", "ws", "wss", "ftp"):
            self.hosts.add(str(urlparse(url).hostname))

    def go(self, link: str) -> None:
        """Open a link, and wait until the page is whole."""
        self.page.goto(f"{self.address}/{link}")
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is being worked out."""
        self.page.locator("h1").first.wait_for()
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        self.page.wait_for_function("!document.querySelector('[data-stale=true], [data-testid=stSkeleton]')")
        assert self.page.locator("[data-testid=stException]").count() == 0


def visit(context: BrowserContext, address: str) -> Visit:
    """A new window, of a browser that has been here before: it need not load Streamlit again."""
    found = Visit(context.new_page(), address)
    found.page.set_default_timeout(1000 * SECONDS)
    found.page.on("console", found.hear)
    found.page.on("pageerror", lambda error: found.errors.append(str(error)))
    found.page.on("request", lambda request: found.ask(request.url))
    found.page.on("websocket", lambda socket: found.ask(socket.url))
    return found
