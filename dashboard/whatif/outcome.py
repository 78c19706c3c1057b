"""What comes of a what-if: live while it runs, then as it is against what if."""

from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import reading
from dashboard.charts.live import so_far
from dashboard.charts.panels import over_time, planes
from dashboard.cuts import ANY, Cut, cut_rows, harms_of
from dashboard.look import dressed
from dashboard.points import difference_table, of_cut, plane_points
from dashboard.shelf import StudyFolder
from dashboard.show import chart, is_dark, sentence, table, trouble
from dashboard.status import at_work
from dashboard.whatif import starting
from dashboard.whatif.records import ENGAGEMENT, Records, heard, so_far_rows
from dashboard.whatif.study import ARMS, AS_IT_IS
from dashboard.words import one_line, plain
from feedsim.report.numbers import fixed, number, places
from feedsim.results import NotARun
from feedsim.study.compare import differences

SECONDS = 1.0
"""Between looks at what runs have told."""
EVERYONE = Cut("everyone")
MEASURES = ("engagement_value", "prevalence", "exposed_users", "harm_reshares", "impressions", "satisfaction")


def outcome(root: Path, name: str, burn_in_days: int, runs: int) -> None:
    """Of the what-if of this name, of so many runs: how far it is, or what came out."""
    study = StudyFolder(name, root / name, root)
    if starting.is_running(root, name):
        st.button("Stop", on_click=starting.stop, args=(root, name), icon=":material/stop_circle:")
        st.fragment(_live, run_every=SECONDS)(root, name, burn_in_days, runs)
        return
    for line in starting.complaint(root, name):
        trouble(line)
    for failure in study.failures:
        trouble(f"{failure.name} failed: {failure.error}")
    try:
        _result(study)
    except NotARun as error:
        sentence(error if study.runs else f"No run of {name} has finished.")


def _live(root: Path, name: str, burn_in_days: int, runs: int) -> None:
    """Bars and lines of the runs at work; the page anew once they are done."""
    if not starting.is_running(root, name):
        st.rerun()
    study = StudyFolder(name, root / name, root)
    st.caption(f"{len(study.runs)} of {runs} runs finished, {starting.seconds(root, name):.0f} s so far.")
    for run in map(at_work, study.running):
        st.progress(run.share, text=plain(f"{run.name}: {run.told}"))
    told: Records = heard(st.session_state.get(f"live {name}", {}), study.running)
    st.session_state[f"live {name}"] = told
    rows = so_far_rows(told, burn_in_days)
    if rows.empty:
        sentence("Runs are getting ready; lines begin when the burn-in is over.")
        return
    for what, of in rows.groupby("what", sort=False):
        engagement = what == ENGAGEMENT
        title = "What is engagement so far?" if engagement else f"How much {what} is seen so far?"
        unit = "points per 100 impressions" if engagement else "% of impressions"
        _lines(of, one_line(title), unit, f"live {what}")


def _lines(rows: pd.DataFrame, title: str, unit: str, key: str) -> None:
    figure = dressed(so_far(rows, ARMS, title, unit), is_dark())
    st.plotly_chart(figure, theme=None, key=key, config={"displayModeBar": False}, alt=title)


def _result(study: StudyFolder) -> None:
    """Engagement and harm of both arms, with differences. Raises NotARun."""
    cells = reading.cells(study, "", MEASURES)
    arms = [arm for arm in ARMS if arm in set(cells["arm"])]
    if not arms:
        raise NotARun(f"{study.name}: its runs have other arms than a what-if")
    harms = harms_of(cells)
    question = str(reading.runs(study, "")[0][1].manifest.get("question", ""))
    st.caption(plain(one_line(question)))
    _figures(cells, harms)
    _plane(cells, arms)
    _days(study, arms)
    if len(arms) > 1:
        st.markdown("**What changes, and how sure is it?**")
        found = differences(of_cut(cells, EVERYONE), AS_IT_IS)
        table(difference_table(found, EVERYONE))
        if len(found) and (found["mean"] == 0).all():
            sentence(
                "Both arms are the same to the last figure: the change has changed nothing here. Perhaps it found "
                "nothing to act on, as where detectors have learned nothing yet; a larger world or more days may tell."
            )
        st.caption("Differences are paired by seed, with 95 % intervals; one seed gives none.")


def _figures(cells: pd.DataFrame, harms: list[str]) -> None:
    """The first answer: what if, and by how much it differs from as it is."""
    wanted = [("engagement_value", "", "engagement, points per person and day", 1.0)]
    wanted += [("prevalence", harm, f"{harm}, % of impressions", 100.0) for harm in harms]
    columns = st.columns(len(wanted))
    for (metric, harm, label, scale), column in zip(wanted, columns, strict=True):
        rows = cut_rows(cells, metric, harm, EVERYONE)
        means = scale * rows.astype({"arm": str}).groupby("arm")["value"].mean()
        if not set(ARMS) <= set(means.index):
            continue
        before, after = (float(means[arm]) for arm in ARMS)
        change = fixed(after - before, places(max(abs(after), abs(before))), sign=True)
        told = f"{change} from {number(before)}"
        column.metric(plain(label), number(after), told, delta_color="off", delta_arrow="off", border=True)


def _plane(cells: pd.DataFrame, arms: list[str]) -> None:
    x, y = cut_rows(cells, "prevalence", ANY, EVERYONE), cut_rows(cells, "engagement_value", "", EVERYONE)
    points = plane_points(x.assign(value=100 * x["value"]), y)
    title = "What does each arm pay in harm for its engagement?"
    figure = planes(points, arms, title, "harm, % of impressions", "engagement, points per person and day")
    chart(figure, points, "what-if plane")


def _days(study: StudyFolder, arms: list[str]) -> None:
    rows = reading.days(study, "", ["engagement_value", "prevalence"])
    value, share = cut_rows(rows, "engagement_value", "", EVERYONE), cut_rows(rows, "prevalence", ANY, EVERYONE)
    shown = (
        (value, "How does engagement develop?", "engagement, points per person and day", "what-if engagement by day"),
        (share.assign(value=100 * share["value"]), "How much of what people see is harm?", "% of impressions",
         "what-if harm by day"),
    )  # fmt: skip
    for column, (of, title, unit, name) in zip(st.columns(2), shown, strict=True):
        with column:
            numbers = of[[one for one in ("arm", "seed", "day", "value", "n") if one in of]]
            chart(over_time(of, arms, title, unit), numbers, name)
