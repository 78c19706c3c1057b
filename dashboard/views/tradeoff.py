"""Engagement and harm: the plane first, from the summary; then days; then differences with intervals."""

import pandas as pd
import streamlit as st

from dashboard.charts.panels import over_time
from dashboard.cuts import ANY, BY_SOURCE, HARM, Cut, cut_rows, cuts_of, harms_of
from dashboard.frame import Shown, page
from dashboard.marks import burn_in_of, marks_of
from dashboard.measures import MEASURES
from dashboard.points import difference_table, of_cut
from dashboard.show import chart, sentence, table
from dashboard.state import choose
from dashboard.weighing import axis, called, engagement, plane
from feedsim.study.compare import differences

ENGAGEMENT = ("engagement_value", "impressions", "sessions", "minutes_per_active_user", "satisfaction", "stated_value")
HARMFUL = ("prevalence", "exposed_users", "harm_reshares")


def show(shown: Shown) -> None:
    """The page."""
    cells = shown.cells([*ENGAGEMENT, *HARMFUL, *BY_SOURCE])
    harms = harms_of(cells)
    if not harms:
        sentence(f"{shown.study.name}: no harm was measured, so there is nothing to weigh engagement against.")
        return
    measure, harm, cut, base = _choices(shown, cells, harms)
    _plane(shown, cells, measure, harm, cut)
    _days(shown, measure, harm, cut)
    _differences(shown, cells[cells["metric"].isin([*ENGAGEMENT, *HARMFUL])], cut, base)


def _choices(shown: Shown, cells: pd.DataFrame, harms: list[str]) -> tuple[str, str, Cut, str]:
    """What the reader has chosen: measure of engagement, class of harm, cut, arm to compare with."""
    first, second, third, fourth = st.columns(4)
    there = [name for name in ENGAGEMENT if (cells["metric"] == name).any()]
    measure = choose("measure", "Engagement as", there, form=lambda name: MEASURES[name], where=first)
    options = [ANY, *harms] if len(harms) > 1 else harms
    harm = choose("harm", "Harm", options, form=_harm_label, keep=True, where=second)
    cuts = {cut.name: cut for cut in cuts_of(cells)}
    by = choose("cut", "Cut by", list(cuts), form=lambda name: cuts[name].label, keep=True, where=third)
    base = choose("base", "Compare with", shown.only, keep=True, where=fourth)
    return measure, harm, cuts[by], base


def _harm_label(harm: str) -> str:
    return "of any class" if harm == ANY else harm


def _plane(shown: Shown, cells: pd.DataFrame, measure: str, harm: str, cut: Cut) -> None:
    figure, points = plane(cells, shown.arms, measure, harm, cut)
    if points.empty:
        sentence("There is no engagement by this cut, so no plane; what there is follows.")
    else:
        chart(figure, points, "engagement-harm plane")


def _days(shown: Shown, measure: str, harm: str, cut: Cut) -> None:
    wanted = list(dict.fromkeys([measure, "prevalence", *BY_SOURCE]))
    days = shown.days(wanted)
    marks, burn_in = marks_of(shown), burn_in_of(shown)
    value, share = engagement(days, measure, cut), cut_rows(days, "prevalence", harm, cut)
    if len(value):
        title = f"How does engagement develop{'' if cut.by == HARM else _by(cut)}?"
        chart(over_time(value, shown.arms, title, axis(measure), marks, burn_in), _numbers(value), "engagement by day")
    else:
        sentence(f"Engagement is not measured by {cut.label}.")
    if len(share):
        title = f"How much of what people see is {called(harm)}{_by(cut)}?"
        figure = over_time(
            share.assign(value=100 * share["value"]), shown.arms, title, "% of impressions", marks, burn_in
        )
        chart(figure.update_yaxes(rangemode="tozero"), _numbers(share), "harm by day")


def _differences(shown: Shown, cells: pd.DataFrame, cut: Cut, base: str) -> None:
    st.header("What changes, and how sure is it?", anchor=False)
    if len(shown.only) < 2:
        sentence("There is one arm only, and nothing to compare it with.")
        return
    found = differences(of_cut(cells, cut), base)
    if found.empty:
        sentence(f"Nothing is measured by {cut.label} in more than one arm.")
        return
    table(difference_table(found, cut))
    seeds = int(found["seeds"].max())
    st.caption(
        f"Differences are paired by seed ({seeds} seed{'s' * (seeds != 1)}). The interval is Student's, or a bootstrap "
        "from 10 seeds; p is corrected by Holm for the other arms, from 6 seeds. They tell what chance does, not "
        "whether assumptions hold."
    )


def _numbers(rows: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in ("arm", "seed", "panel", "day", "value", "n") if name in rows]
    return rows[names].sort_values([name for name in names if name not in ("value", "n")])


def _by(cut: Cut) -> str:
    return "" if cut.by == "everyone" else f", by {cut.label}"


page("Engagement and harm", show)
