"""What all pages share: the folder, the study that is looked at, and a sentence where something can't be read."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import reading
from dashboard.shelf import StudyFolder, find_studies
from dashboard.show import sentence, trouble
from dashboard.state import choose, choose_many, pin
from dashboard.words import one_line, plain
from feedsim.results import NotARun, Run, RunPath

FOLDER, LIMIT = "FEEDSIM_DASHBOARD_DIR", "FEEDSIM_DASHBOARD_LIMIT"
"""Variables of the environment by which `feedsim dashboard` tells the app what it was told."""
MOST_ARMS = 12
"""That are looked at where nobody has chosen: of a search there may be hundreds."""
PLAIN = "as it stands"
"""What an assumption without a name is called."""


@dataclass(frozen=True)
class Shown:
    """What a page is about."""

    study: StudyFolder
    assumption: str
    arms: tuple[str, ...]
    """in the study's order, which gives each its look"""
    only: tuple[str, ...]
    """those of them that are looked at"""
    question: str

    def cells(self, metrics: Sequence[str]) -> pd.DataFrame:
        """As `reading.cells`."""
        rows = reading.cells(self.study, self.assumption, metrics)
        return rows if self.only == self.arms else rows[rows["arm"].isin(self.only)]

    def days(self, metrics: Sequence[str]) -> pd.DataFrame:
        """As `reading.days`."""
        rows = reading.days(self.study, self.assumption, metrics)
        return rows if self.only == self.arms else rows[rows["arm"].isin(self.only)]

    def runs(self) -> list[tuple[RunPath, Run]]:
        """As `reading.runs`."""
        return reading.runs(self.study, self.assumption, self.only)

    def per_run(self, name: str, reduce: reading.Reduce) -> pd.DataFrame:
        """As `reading.per_run`."""
        return reading.per_run(self.study, self.assumption, name, reduce, self.only)


def root() -> Path:
    """The folder below which files are read."""
    return Path(os.environ.get(FOLDER, "runs"))


def limit() -> int:
    """People x ordinary days that a what-if may cost, burn-in, arms and seeds included."""
    said = os.environ.get(LIMIT, "")
    return int(said) if said.isdigit() else 2_000_000


def page(title: str, show: Callable[[Shown], None]) -> None:
    """A page about one study with finished runs: its head, then `show`. Where something can't be read, a sentence."""
    study_page(title, lambda study: _show_runs(study, show))


def study_page(title: str, show: Callable[[StudyFolder], None]) -> None:
    """A page about one study, of which nothing need have finished."""
    st.title(title, anchor=False)
    try:
        study = _chosen()
        if study is not None:
            show(study)
    except NotARun as error:
        trouble(error)


def _chosen() -> StudyFolder | None:
    """The study of the address; nothing, and a sentence, where there is none to look at."""
    studies = find_studies(root())
    if not studies:
        sentence(empty(root()))
        return None
    by_name = {study.name: study for study in studies}
    name = choose("study", "Study", list(by_name), keep=True, where=st.sidebar)
    pin("study", name)
    return by_name[name]


def _show_runs(study: StudyFolder, show: Callable[[Shown], None]) -> None:
    if not study.runs:
        sentence(unfinished(study))
        return
    assumption = _assumption(reading.assumptions(study))
    question = str(reading.runs(study, assumption)[0][1].manifest.get("question", ""))
    st.caption(plain(f"{study.name}: {one_line(question)}" if question else study.name))
    arms = reading.arms(study)
    show(Shown(study, assumption, arms, _only(arms), question))


def _only(arms: tuple[str, ...]) -> tuple[str, ...]:
    """The arms that are looked at: all, and of very many the first, unless somebody says otherwise."""
    if len(arms) < 3:
        return arms
    first = arms[:MOST_ARMS]
    only = tuple(choose_many("arms", "Arms", arms, first, keep=True, where=st.sidebar))
    if len(first) < len(arms):
        st.sidebar.caption(f"{len(only)} of {len(arms)} arms.")
    return only


def _assumption(names: Sequence[str]) -> str:
    """The one that is looked at; asked for where there are several."""
    if len(names) < 2:
        return names[0] if names else ""
    by_label = {name or PLAIN: name for name in names}
    return by_label[choose("assumption", "Assumption", list(by_label), keep=True, where=st.sidebar)]


def empty(folder: Path) -> str:
    """Of a folder in which there is no study."""
    if not folder.is_dir():
        return f"There is no folder {folder}. `feedsim run FILE --out {folder}` makes it."
    return f"There is no study in {folder} yet. `feedsim run FILE --out {folder}` puts one there."


def unfinished(study: StudyFolder) -> str:
    """Of a study of which nothing has finished."""
    if study.running:
        return f"{study.name}: no run has finished yet; {len(study.running)} running. The page Studies tells how far."
    if study.failures:
        return f"{study.name}: no run has finished; the page Studies tells what failed."
    return f"{study.name}: no run has finished."
