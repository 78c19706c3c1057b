"""How fast the dashboard is on stored files of a study of 10 arms, 8 seeds and 30 days. Prints the figures."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from big_study import write_big

FIRST_CHART, CUT = 2.0, 0.5
"""Seconds: after the page has loaded, and after a choice."""
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no chromium on the PATH"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a dashboard of the big study."""
    folder = tmp_path_factory.mktemp("runs")
    write_big(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "feedsim", "dashboard", str(folder), "--port", str(port)])
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5)
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        page.goto(address)
        page.get_by_text("80 runs finished").wait_for()
        page.locator(".js-plotly-plot .scatterlayer .trace").first.wait_for()
        yield page
        browser.close()


WATCH = """
() => {
  window.painted = {};
  window.cut = (name) => {
    const [begun, done] = [performance.now(), {}];
    const shown = (chart) => [...(chart ? chart.querySelectorAll('.annotation-text') : [])]
      .some(text => text.textContent.trim() === name);
    // A frame is asked for what it will show just before it is painted.
    const frame = () => {
      document.querySelectorAll('.js-plotly-plot').forEach((chart, i) => {
        if (!(i in done) && shown(chart)) done[i] = (performance.now() - begun) / 1000;
      });
      if (0 in done && 2 in done) window.painted[name] = [done[0], done[2]];
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  };
}
"""
"""In the browser: seconds from a click on an option until the first and the last chart with a panel of a name are
painted. Asked from outside, the browser would answer only between two charts."""


def choose(page: Any, label: str, option: str, panel: str) -> tuple[float, float]:
    """Seconds until the first and the last chart show a panel of this name."""
    page.get_by_role("combobox", name=label).click()
    listed = page.get_by_role("option", name=option, exact=True)
    listed.evaluate("(element, panel) => element.addEventListener('click', () => window.cut(panel))", panel)
    listed.click()
    page.wait_for_function("panel => window.painted[panel]", arg=panel)
    first, last = page.evaluate("panel => window.painted[panel]", panel)
    return first, last


def test_the_first_chart_and_a_cut_come_at_once(page: Any) -> None:
    begun = time.perf_counter()
    page.get_by_role("link", name="Engagement and harm").first.click()
    page.locator(".st-key-chart-engagement-harm_plane .scatterlayer .trace").first.wait_for()
    first = time.perf_counter() - begun
    page.locator(".js-plotly-plot").nth(2).wait_for()
    rest = time.perf_counter() - begun
    print(f"\nfirst chart {first:.2f} s, all charts and the table {rest:.2f} s (read for the first time)")
    page.evaluate(WATCH)
    times = {
        option: choose(page, "Cut by", option, panel)
        for option, panel in (
            ("age of viewers", "13-17"), ("dialect of viewers", "minority"), ("class of harm", "hate"),
            ("leaning_group of viewers", "centre"), ("source of the post", "trending"),
        )
    }  # fmt: skip
    for option, (chart, last) in times.items():
        print(f"cut by {option}: first chart {chart:.2f} s, last chart {last:.2f} s")
    assert first < FIRST_CHART
    assert sorted(chart for chart, _ in times.values())[len(times) // 2] < CUT
