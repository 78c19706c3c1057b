"""The dashboard in a browser: the main story, by mouse and by keyboard, in any light; nothing leaves the machine."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import ImageColor
from playwright.sync_api import BrowserContext, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from windows import QUESTION, Visit, feedsim, visit

from dashboard.look import GROUND
from feedsim.results import read_summary

PAGES = ("studies", "whatif", "tradeoff", "spread", "bias", "operations", "feed", "frontier")
LINKS = {"whatif": "whatif?policy=demote&policy=warning_label", "studies": ""}
SCREENSHOTS = "FEEDSIM_SCREENSHOTS"
"""Names the folder that pictures of all pages go to."""
TALLEST = 5000
"""Pixels of a picture."""


@pytest.fixture
def window(browser: BrowserContext, address: str) -> Iterator[Visit]:
    """A window; whatever happens in it, nothing is complained of and nobody else is asked for anything."""
    found = visit(browser, address)
    yield found
    found.page.close()
    assert found.errors == []
    assert found.hosts == {"127.0.0.1"}


def choose(window: Visit, label: str, option: str) -> None:
    """One of a list, as a reader does it: a list that is scrolled into sight closes, and is opened again."""
    field = window.page.get_by_role("combobox", name=re.compile(f"{label}$"))
    wanted = window.page.get_by_role("option", name=option, exact=True)
    # In the middle of the window there is room for the list.
    field.evaluate("field => field.scrollIntoView({block: 'center'})")
    for _ in range(20):
        field.click()
        with suppress(PlaywrightTimeout):
            wanted.wait_for(timeout=500)
            break
    wanted.click()
    window.settle()


def figures(page: Page) -> dict[str, str]:
    """The first answer of a what-if: label -> figure."""
    shown = page.locator("[data-testid=stMetric]")
    expect(shown.first).to_be_visible()
    labels = shown.locator("[data-testid=stMetricLabel]").all_inner_texts()
    return dict(zip(labels, shown.locator("[data-testid=stMetricValue]").all_inner_texts(), strict=True))


def test_from_a_study_to_a_scenario_that_gives_the_same_figures(window: Visit, runs: Path, tmp_path: Path) -> None:
    page = window.page
    window.go("")
    expect(page.get_by_role("heading", name="story")).to_be_visible()

    # Open the study, and cut it by group.
    page.get_by_role("main").get_by_role("link", name="Engagement and harm").first.click()
    expect(page.get_by_role("heading", name="Engagement and harm")).to_be_visible()
    window.settle()
    choose(window, "Cut by", "age of viewers")
    expect(page).to_have_url(re.compile(r"cut=viewer(%3A|:)age"))
    expect(page.locator(".js-plotly-plot").first.get_by_text("18-29")).to_be_visible()

    # Trace a feed.
    page.get_by_role("link", name="One feed").first.click()
    expect(page.get_by_role("heading", name="One feed")).to_be_visible()
    window.settle()
    expect(page.get_by_text(re.compile(r"User \d+ opened the feed in tick")).first).to_be_visible()
    for choice in ("user", "tick"):
        expect(page).to_have_url(re.compile(rf"{choice}=\d+"))

    # Run a what-if.
    page.get_by_role("link", name="What if").first.click()
    expect(page.get_by_role("heading", name="What if", exact=True)).to_be_visible()
    window.settle()
    page.get_by_text("Ideas to begin with").click()
    page.get_by_role("button", name="Demote probable misinformation").click()
    expect(page.get_by_role("slider", name="Strength")).to_have_value("0.8")
    window.settle()
    choose(window, "Size of the quick run", "tiny")
    page.get_by_role("button", name="Run quickly").click()
    expect(page.get_by_text("how sure is it?").first).to_be_visible()
    window.settle()
    expect(page).to_have_url(re.compile("run=what-if"))
    seen = figures(page)

    # Take the answer along.
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as scenario").last.click()
    download.value.save_as(tmp_path / "what-if.yaml")
    assert download.value.suggested_filename == "what-if.yaml"
    feedsim("run", "what-if.yaml", "--quiet", "--out", "elsewhere", folder=tmp_path)
    here, there = read_summary(runs / "what-if"), read_summary(tmp_path / "elsewhere" / "what-if")
    pd.testing.assert_frame_equal(here, there)
    for label, metric, scale in (("engagement", "engagement_value", 1), ("misinformation", "prevalence", 100)):
        (shown,) = (float(value.replace("\u202f", "")) for name, value in seen.items() if name.startswith(label))
        of = there[(there["metric"] == metric) & (there["side"] == "") & (there["part"] == "")]
        of = of[of["harm"].isin(["", label]) & (of["arm"] == "what_if")]
        assert shown == pytest.approx(scale * of["value"].mean(), rel=6e-3)


def test_a_what_if_begins_with_a_stored_arm_and_an_old_one_is_deleted(window: Visit, runs: Path) -> None:
    (runs / "old").mkdir()
    (runs / "old" / "what-if.yaml").write_text("name: old\nquestion: Once?\narms: {as_it_is: {}, what_if: {}}\n")
    page = window.page
    window.go("whatif")
    choose(window, "Begin with", "story")
    choose(window, "and its arm", "demoted")
    expect(page.get_by_text("demotion (demote, in both arms)")).to_be_visible()
    choose(window, "Add a policy", "demote")
    choose(window, "Add a policy", "demote")
    expect(page.get_by_placeholder("demote_misinformation_2", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(re.escape("from=story&from.arm=demoted&policy=demote&policy=demote-2")))
    page.go_back()
    expect(page.get_by_role("button", name="Remove")).to_have_count(1)
    window.settle()

    page.get_by_text("What-ifs made here").click()
    page.get_by_test_id("stPopover").get_by_role("button", name="Delete").first.click()
    # What pops up at the end of a page may reach beyond the window.
    page.get_by_role("button", name="Delete old for good").press("Enter")
    expect(page.get_by_text("Once?")).to_have_count(0)
    assert not (runs / "old").exists()


def test_every_page_fits_wide_and_narrow_screens_in_light_and_in_dark(window: Visit) -> None:
    for name in PAGES:
        window.page.set_viewport_size({"width": 1280, "height": 900})
        window.go(LINKS.get(name, f"{name}?study=story"))
        for scheme, ground in GROUND.items():
            window.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            window.page.wait_for_function(PAINTED, arg=f"{ImageColor.getrgb(ground)}")
            window.settle()
            assert _faults(window.page) == [], (name, scheme)
            for width in (1280, 390):
                window.page.set_viewport_size({"width": width, "height": 900})
                window.page.wait_for_function(FITS, timeout=10_000)
                if folder := os.environ.get(SCREENSHOTS):
                    _picture(window.page, width, Path(folder) / f"{name}_{width}_{scheme}.png")


NOT_OURS = {"list", "listitem"}
"""Streamlit's list of pages gives its items no role that axe knows."""


def _faults(page: Page) -> list[str]:
    """What axe finds that keeps people from reading or using a page: contrast, names of controls, order of headings."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["id"] not in NOT_OURS]


PAINTED = "ground => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor === `rgb${ground}`"
FITS = (
    "(() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth <= m.clientWidth + 1 })()"
)
"""Nothing is wider than the screen."""


def _picture(page: Page, width: int, file: Path) -> None:
    """The whole page, however long."""
    page.wait_for_timeout(250)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(int(height), TALLEST)})
    page.wait_for_timeout(150)
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(file))
    assert file.stat().st_size > 5_000


@pytest.mark.parametrize(
    ("link", "controls"),
    [
        ("whatif?policy=demote", ["Add a policy", "Strength", "Detectors", "Name", "Run quickly", "Save as scenario"]),
        ("feed?study=story", ["Arm", "Beside it", "Seed", "Person", "When", "Posts in the tables"]),
        ("tradeoff?study=story", ["Engagement as", "Cut by", "Compare with"]),
    ],
)
def test_the_keyboard_reaches_what_the_mouse_does(window: Visit, link: str, controls: list[str]) -> None:
    window.go(link)
    reached: list[str] = []
    for _ in range(120):
        window.page.keyboard.press("Tab")
        reached.append(window.page.evaluate(NAME))
        if all(any(control in name for name in reached) for control in controls):
            break
    assert [control for control in controls if not any(control in name for name in reached)] == []


NAME = """(() => {
  const at = document.activeElement;
  const label = at.closest('[data-testid]')?.closest('.stElementContainer')?.innerText ?? '';
  return `${at.getAttribute('aria-label') ?? ''} ${at.innerText ?? ''} ${label.slice(0, 60)}`;
})()"""


def test_a_choice_can_be_made_by_keyboard(window: Visit) -> None:
    window.go("whatif?policy=demote")
    slider = window.page.get_by_role("slider", name="Strength")
    slider.focus()
    window.page.keyboard.press("ArrowRight")
    window.settle()
    expect(window.page).to_have_url(re.compile(r"demote\.strength=0\.51"))


@pytest.mark.parametrize("link", ["", "tradeoff?study=story", "feed?study=story", "whatif?question=%3Cb%3Ex%3C%2Fb%3E"])
def test_what_files_say_is_shown_and_never_read_as_markup(window: Visit, link: str) -> None:
    window.go(link)
    page = window.page
    main = page.locator("[data-testid=stMain]")
    if not link.startswith("whatif"):
        expect(main.get_by_text("Is <b>demotion</b> worth $E=mc^2$ of **engagement**?").first).to_be_visible()
        assert QUESTION.replace(" ", "") in _letters(main.inner_text())
    for markup in ("b", "img[src='x']", "a[href*='example.com']", ".katex", "p code", "p strong > strong"):
        assert main.locator(markup).count() == 0, markup


def _letters(text: str) -> str:
    """Without spaces, and without what keeps Markdown from reading a text."""
    return re.sub(r"[\s\u2060]", "", text)
