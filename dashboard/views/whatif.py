"""What if: ask by a form, run it small, take the answer along as a file, or run it in full."""

from pathlib import Path

import streamlit as st
import yaml

from dashboard.frame import limit, root
from dashboard.shelf import StudyFolder, find_studies, is_below
from dashboard.show import sentence, trouble
from dashboard.state import pin
from dashboard.whatif import fields, starting
from dashboard.whatif.form import begin, form, ideas, size
from dashboard.whatif.listed import listed
from dashboard.whatif.made import is_own
from dashboard.whatif.outcome import outcome
from dashboard.whatif.study import ARMS, FULL, SLUG, SLUG_RULE, Size, WhatIf, checked, cost_of, too_much
from dashboard.words import plain
from feedsim.report.numbers import fixed
from feedsim.results import NotARun

# Where the answer stands in the page.
ANSWER = "what-came-out"


def show() -> None:
    """The page."""
    st.title("What if")
    st.caption("One world twice: as it is, and what if. The same people, posts and draws; what differs is the change.")
    folder = root()
    if "run" in st.query_params:
        st.markdown(f"[What came out](#{ANSWER}) stands below the form.")
    ideas()
    listed(folder)
    start = begin(folder)
    if start is not None:
        said = form(start)
        st.header("Ask", anchor=False)
        first, second = st.columns(2)
        with first:
            quick = size()
        with second:
            name = fields.text("Name", "name", "what-if", 40, note=SLUG_RULE)
        _ask(folder, name, said, quick)
    _outcome(folder)


def _outcome(folder: Path) -> None:
    """What came of the what-if that the address names."""
    name = st.query_params.get("run")
    if name is None:
        return
    if not SLUG.fullmatch(name) or not is_below(folder, folder / name) or not (folder / name).is_dir():
        st.warning(plain(f"The link asks for run={name[:60]}, which is not there."))
        return
    try:
        text = starting.written(folder, name)
    except NotARun as error:
        trouble(error)
        return
    st.header(plain(f"What came out of {name}"), anchor=ANSWER)
    days, runs = _plan(text)
    outcome(folder, name, days, runs)
    with st.container(horizontal=True, vertical_alignment="center"):
        if _may_go_on(folder, name, runs):
            _go_on(folder, name, text)
        _save(name, text, "save this")
        for page, label in (("tradeoff", "Engagement and harm"), ("feed", "One feed")):
            st.page_link(f"views/{page}.py", label=label, query_params={"study": name})


def _may_go_on(folder: Path, name: str, runs: int) -> bool:
    """Whether a what-if that was made here is at rest and has runs to come."""
    finished = len(StudyFolder(name, folder / name, folder).runs)
    return finished < runs and is_own(folder, name) and not starting.is_running(folder, name)


def _go_on(folder: Path, name: str, text: str) -> None:
    """A button that goes on with what has stopped or failed."""
    study, wrong = checked(text)
    why = "; ".join(wrong) if study is None else too_much(study, limit())
    if not st.button("Go on", disabled=bool(why), help=why or "What is finished is kept"):
        return
    try:
        starting.start(folder, name, lambda _: text)
    except starting.Refused as error:
        trouble(error)
        return
    st.rerun()


def _plan(text: str) -> tuple[int, int]:
    """Days of burn-in, and how many runs there are to be, of a what-if's file."""
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError:
        said = None
    days, seeds = (_whole(said.get(name)) if isinstance(said, dict) else 0 for name in ("burn_in_days", "seeds"))
    return days, seeds * len(ARMS)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _ask(folder: Path, name: str, said: WhatIf, quick: Size) -> None:
    """What is wrong, or the ways on: run quickly, save, run in full."""
    if not SLUG.fullmatch(name):
        trouble(f"{name or 'The empty name'} can't be a name; it should be {SLUG_RULE}")
        return
    if not _start(folder, name, said, quick, "Run quickly", "run"):
        return
    full = FULL[fields.one("Size of the full run", list(FULL), "full", next(iter(FULL)))]
    st.caption(plain(full.told))
    _start(folder, f"{name[:35]}-full", said, full, "Run in full", "run in full")


def _start(folder: Path, name: str, said: WhatIf, of: Size, label: str, key: str) -> bool:
    """A button that starts it, or why it can't be; whether it is a study at all."""
    study, wrong = checked(said.text(name, of))
    for line in wrong:
        trouble(line)
    if study is None:
        return False
    if not said.change and key == "run":
        sentence("Nothing is different yet: choose a policy, another ranker or another setting.")
    why = too_much(study, limit())
    if any(one.folder == folder for one in find_studies(folder)):
        why = "This dashboard was started for one study; start it for the folder of studies to run something here."
    if why:
        sentence(why)
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = st.button(label, key=key, type="primary" if key == "run" else "secondary",
                          disabled=bool(why) or not said.change)  # fmt: skip
        _save(name, said.text(name, of), f"save for {key}")
        st.markdown(
            plain(
                f"{fixed(cost_of(study), 0)} people x ordinary days, of {fixed(limit(), 0)} that may be run from here."
            )
        )
    if not asked or why or not said.change:
        return True
    try:
        given = starting.start(folder, name, lambda mine: said.text(mine, of))
    except starting.Refused as error:
        trouble(error)
        return True
    if key == "run":
        pin("run", given)
        st.rerun()
    sentence(f"{given} runs in the background, for as long as this dashboard does. Studies shows how far it is.")
    st.page_link("views/studies.py", label="Studies", icon=":material/folder_open:")
    return True


def _save(name: str, text: str, key: str) -> None:
    st.download_button(
        "Save as scenario", text, f"{name}.yaml", "application/yaml", key=key, on_click="ignore",
        icon=":material/download:", help=f"feedsim run {name}.yaml gives the same figures",
    )  # fmt: skip


show()
