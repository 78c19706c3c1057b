"""Studies: what was asked, with which arms and seeds, and what has become of it."""

import streamlit as st

from dashboard import reading
from dashboard.cuts import ANY, EVERYONE, Cut
from dashboard.frame import empty, root
from dashboard.shelf import StudyFolder, find_studies
from dashboard.show import chart, sentence
from dashboard.status import AtWork, Status, status_of
from dashboard.weighing import plane
from dashboard.words import plain
from feedsim.results import NotARun

WORDS = {
    "running": ":material/sync: running",
    "failed": ":material/error: failed",
    "damaged": ":material/warning: can't be read whole",
    "done": ":material/check: done",
    "empty": ":material/hourglass_empty: nothing finished",
}
# Seconds between looks at the folder: while something runs, and else.
SOON, LATER = 2, 15


def _study(status: Status) -> None:
    with st.container(border=True):
        st.header(plain(status.name), anchor=False)
        if status.question:
            st.markdown(plain(status.question))
        st.markdown(f"**{WORDS[status.word]}** \u00b7 {plain(_counts(status))}")
        for run in status.at_work:
            _at_work(run)
        for failure in status.failures:
            st.error(plain(f"{failure.name} failed: {failure.error}"))
        for trouble in status.troubles:
            st.warning(plain(trouble))
        if status.finished:
            _links(status.name)


def _counts(status: Status) -> str:
    arms = f"{len(status.arms)} arms: {', '.join(status.arms)}" if len(status.arms) > 1 else "".join(status.arms)
    seeds = f"{len(status.seeds)} seeds" if len(status.seeds) != 1 else "1 seed"
    runs = f"{status.finished} runs finished" if status.finished != 1 else "1 run finished"
    return " \u00b7 ".join(filter(None, (arms, seeds, status.facts, runs)))


def _at_work(run: AtWork) -> None:
    st.progress(run.share, text=plain(f"{run.name}: {run.told}"))


def _links(name: str) -> None:
    pages = {"tradeoff": "Engagement and harm", "spread": "Harm spread", "bias": "Per-group bias"}
    with st.container(horizontal=True):
        for file, label in pages.items():
            st.page_link(f"views/{file}.py", label=label, query_params={"study": name})


def _order(study: StudyFolder) -> tuple[str, ...]:
    """Of its arms, as far as its summary tells."""
    try:
        return reading.arms(study)
    except NotARun:
        return ()


def _list() -> None:
    studies = find_studies(root())
    if not studies:
        sentence(empty(root()))
    for study in studies:
        _study(status_of(study, reading.opened, _order(study)))


def _latest() -> None:
    """The plane of the study that was written last. What is wrong with it, the list above tells."""
    for study in (study for study in find_studies(root()) if study.runs):
        try:
            assumption = reading.assumptions(study)[0]
            reading.runs(study, assumption)  # all can be read
            cells = reading.cells(study, assumption, ["engagement_value", "prevalence"])
            figure, points = plane(cells, reading.arms(study), "engagement_value", ANY, Cut(EVERYONE))
        except (NotARun, IndexError):
            continue
        if len(points):
            st.markdown(plain(f"The latest answer is that of {study.name}."))
            chart(figure, points, "latest plane")
            return


st.title("Studies")
st.fragment(_list, run_every=SOON if any(study.running for study in find_studies(root())) else LATER)()
_latest()
