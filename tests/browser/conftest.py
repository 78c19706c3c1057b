"""A study, a dashboard that serves it, and a browser that looks at it: each once for all browser tests."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import BrowserContext, sync_playwright
from windows import QUESTION, SECONDS, environment, feedsim

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
STUDY = f"""
name: story
question: '{QUESTION}'
days: 1
burn_in_days: 1
population: {{users: 300}}
detectors: {{kind: oracle}}
review: {{kind: desk, reviewers_per_10000: 100, audit_share: 0.1}}
measures: {{impression_sample: 0.1}}
arms:
  plain: {{}}
  demoted: {{policies: {{demotion: {{kind: demote, harm: misinformation, strength: 0.9}}}}}}
seeds: 2
"""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Debian's, on the PATH."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs the program chromium on the PATH: apt-get install chromium")
    return path


@pytest.fixture(scope="session")
def runs(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one study."""
    folder = tmp_path_factory.mktemp("browser")
    (folder / "story.yaml").write_text(STUDY)
    feedsim("run", "story.yaml", "--quiet", folder=folder)
    return folder / "runs"


@pytest.fixture(scope="session")
def address(runs: Path) -> Iterator[str]:
    """Of a dashboard that serves the study."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "feedsim", "dashboard", str(runs), "--port", str(port)]
    server = subprocess.Popen(command, env=environment())
    try:
        _wait_for(server, f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(server: "subprocess.Popen[bytes]", health: str) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, "the dashboard came to an end"
        try:
            with urlopen(health, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("the dashboard does not answer")


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[BrowserContext]:
    """One for all windows."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        browser.close()
