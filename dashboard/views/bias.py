"""Per-group bias: what groups see, whom mistakes hit, and whether probabilities mean the same for all."""

import pandas as pd
import streamlit as st

from dashboard.believed import calibration_curves
from dashboard.charts.contrasts import ratios
from dashboard.charts.curves import curves, with_diagonal
from dashboard.charts.panels import bars, told_apart
from dashboard.cuts import Cut, cuts_of, harms_of
from dashboard.fairness import MEASURES, METRICS, Measured, contrasts, rows_of
from dashboard.frame import Shown, page
from dashboard.points import contrast_table, spread
from dashboard.show import chart, sentence, table
from dashboard.state import choose, choose_part

PARTS = {
    "reach": "Reach and harm seen",
    "fair": "Equal impact, equal accuracy",
    "calibration": "Calibration",
    "contrasts": "Differences and ratios",
}
SIDES = ("viewer", "author")


def show(shown: Shown) -> None:
    """The page."""
    cells = shown.cells([*METRICS, "reach_share", "sessions", "prevalence"])
    cuts = {cut.name: cut for cut in cuts_of(cells) if cut.by in SIDES}
    harms = harms_of(cells)
    if not cuts or not harms:
        sentence(f"{shown.study.name}: its people are of no groups, so there is nothing to compare between them.")
        return
    part = choose_part("part", PARTS)
    left, right = st.columns(2)
    cut = cuts[choose("group", "Group", list(cuts), form=lambda name: cuts[name].label, keep=True, where=left)]
    harm = choose("harm", "Harm", harms, keep=True, where=right)
    {"reach": _reach, "fair": _fair, "calibration": _calibration, "contrasts": _contrasts}[part](
        shown, cells, cut, harm
    )


def _measured(cells: pd.DataFrame, cut: Cut, harm: str) -> dict[Measured, pd.DataFrame]:
    """The measures of which there is anything, with their rows."""
    found = {one: rows_of(cells, one, cut.by, cut.group, harm) for one in MEASURES[cut.by]}
    return {one: rows for one, rows in found.items() if len(rows)}


def _bars(shown: Shown, measured: Measured, rows: pd.DataFrame, cut: Cut, harm: str) -> None:
    drawn = spread(rows.assign(panel=""), "y", ["arm", "panel", "level"])
    title = measured.asks.format(harm=harm, group=cut.group)
    figure = bars(drawn, shown.arms, title, cut.label, measured.unit)
    if measured.metric == "auc":
        figure.update_yaxes(range=told_apart(drawn["y_low"]))
    chart(figure, drawn.drop(columns="panel"), f"{measured.label} by {cut.group}")


def _reach(shown: Shown, cells: pd.DataFrame, cut: Cut, harm: str) -> None:
    for measured, rows in _measured(cells, cut, harm).items():
        if measured.kind in ("reach", "harm"):
            _bars(shown, measured, rows, cut, harm)
    st.caption("Columns are means over seeds, bars through them reach from the least seed to the greatest.")


def _fair(shown: Shown, cells: pd.DataFrame, cut: Cut, harm: str) -> None:
    st.markdown(
        "That a detector errs as often in every group is **equal accuracy**; that harmless posts of every group fare "
        "alike is **equal impact**. One does not give the other, and a difference is a question to ask, not a verdict."
    )
    found = _measured(cells, cut, harm)
    for column, kind, heading in zip(st.columns(2), ("impact", "accuracy"), ("Equal impact", "Equal accuracy"),
                                     strict=True):  # fmt: skip
        with column:
            st.header(heading, anchor=False)
            of_kind = {one: rows for one, rows in found.items() if one.kind == kind}
            for measured, rows in of_kind.items():
                _bars(shown, measured, rows, cut, harm)
            if not of_kind:
                sentence("Nothing was detected or held back in any arm, so there is nothing of this kind.")


def _calibration(shown: Shown, cells: pd.DataFrame, cut: Cut, harm: str) -> None:
    rows = calibration_curves(shown, harm, cut.by, cut.group)
    if rows.empty:
        sentence("No detector gave a probability in any arm.")
        return
    title = f"Do probabilities of {harm} mean the same for every {cut.group}?"
    figure = curves(rows, shown.arms, title, "probability given, %", f"posts that are {harm}, %")
    chart(with_diagonal(figure, rows), rows[["arm", "panel", "x", "y", "n"]], "calibration")
    what = "Posts of the measured days" if cut.by == "author" else "Impressions of the sampled viewers"
    st.caption(f"{what}, all seeds together; probabilities as detectors last gave them. On the dotted line they are "
               "right; below it, too high.")  # fmt: skip
    for measured, of in _measured(cells, cut, harm).items():
        if measured.metric in ("auc", "calibration_error"):
            _bars(shown, measured, of, cut, harm)


def _contrasts(shown: Shown, cells: pd.DataFrame, cut: Cut, harm: str) -> None:
    found = _measured(cells, cut, harm)
    levels = list(dict.fromkeys(level for rows in found.values() for level in rows["level"]))
    reference = choose("reference", "Compare with", levels)
    parts = [contrasts(rows, reference).assign(panel=one.label, unit=one.unit) for one, rows in found.items()]
    rows = pd.concat(parts, ignore_index=True)
    if rows["ratio"].notna().any():
        title = f"Does any {cut.group} fare differently from {reference}?"
        chart(ratios(rows, shown.arms, title, cut.label, reference), rows.drop(columns="panel").assign(
            measure=rows["panel"]), "ratios between groups")  # fmt: skip
    table(contrast_table(rows, reference, cut.group))
    st.caption(
        "Means over seeds, and 95 % intervals of what is paired by seed: of the difference, and of the logarithm of "
        "the ratio. Of one seed there is no interval. A difference of shares is in percentage points."
    )


page("Per-group bias", show)
