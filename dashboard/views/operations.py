"""Operations: the review desk, the detectors, the ranker, what was prevented, what policies touch and cost."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.cards import held_out
from dashboard.charts.contrasts import differences
from dashboard.charts.panels import bars, by_version, over_time, told_apart
from dashboard.costs import arm_table, changes
from dashboard.cuts import (
    ANY,
    EVERYONE,
    HARM,
    MODALITY,
    POOL,
    SIDES,
    SOURCE,
    Cut,
    cut_rows,
    cuts_of,
    harms_of,
    panel_of,
)
from dashboard.frame import Shown, page
from dashboard.marks import burn_in_of, marks_of
from dashboard.operating import policy_touch, prevented, versions_of, with_parts
from dashboard.points import of_cut, spread
from dashboard.show import chart, sentence, table
from dashboard.state import choose, choose_part

CASES = "cases"
"""In the address: what the desk is cut by."""
PARTS = {
    "desk": "Review desk",
    "detectors": "Detectors",
    "ranker": "Ranker",
    "prevented": "Prevented",
    "costs": "What policies cost",
}
DESK = {
    "queue_length": ("How many cases wait?", "cases at the end of the day"),
    "cases_opened": ("How many cases come in?", "cases a day"),
    "review_hours": ("How long does a case take to be decided?", "hours, mean"),
    "decided_within_24h": ("How many are decided within a day?", "% of cases"),
    "overturned_share": ("How many appeals put a post back?", "% of appeals decided"),
}
FOUND = {
    "recall": ("How much of the harm is found?", "% of posts of the class"),
    "removal_rate": ("How much of the harm is removed?", "% of posts of the class"),
    "precision": ("How much of what is found is harm?", "% of what was found"),
    "proactive_rate": ("How much is found before anybody reports it?", "% of what was found"),
    "hours_to_removal": ("How long is it there before it is removed?", "hours, mean"),
    "views_before_removal": ("How often is it seen before it is removed?", "impressions a post, mean"),
}
PEOPLE = {"d_prime": ("Can reviewers tell harm from what is none?", "d\u2032, 0 = guessing"),
          "criterion": ("How reluctant are reviewers to call harm?", "criterion, above 0 = reluctant")}  # fmt: skip
TOUCH = ("demotion_rate", "filtered_share")
PERCENT = ("recall", "removal_rate", "precision", "proactive_rate", "decided_within_24h", "overturned_share")


def show(shown: Shown) -> None:
    """The page."""
    part = choose_part("part", PARTS)
    {"desk": _desk, "detectors": _detectors, "ranker": _ranker, "prevented": _prevented, "costs": _costs}[part](shown)


def _cells(shown: Shown, metrics: Sequence[str]) -> pd.DataFrame:
    return shown.cells([*metrics, "prevalence"])


def _choose_cut(cells: pd.DataFrame, kinds: Sequence[str], name: str, where: object = st) -> Cut:
    """A cut of one of these kinds. Parts that can be cut by different things have a `name` each in the address."""
    cuts = {cut.name: cut for cut in cuts_of(cells) if cut.by in kinds}

    def label(of: str) -> str:
        return "source of the case" if name == CASES and cuts[of].by == SOURCE else cuts[of].label

    return cuts[choose(name, "Cut by", list(cuts), form=label, where=where)]


def _desk(shown: Shown) -> None:
    cells = _cells(shown, [*DESK, *PEOPLE])
    of_desk = cells[cells["metric"].isin(DESK)]
    if of_desk.empty:
        sentence("There is no review desk in any arm.")
        return
    cut = _choose_cut(of_desk, (EVERYONE, HARM, SOURCE, POOL), CASES)
    days = shown.days(list(DESK))
    for metric, (title, y) in DESK.items():
        rows = cut_rows(days, metric, ANY if cut.by == HARM else "", cut)
        if len(rows):
            rows = rows.assign(value=_scaled(rows, metric))
            figure = over_time(rows, shown.arms, title, y, marks_of(shown), burn_in_of(shown))
            chart(figure.update_yaxes(rangemode="tozero"), rows[["arm", "seed", "panel", "day", "value"]], metric)
    _reviewers(shown, cells)


def _reviewers(shown: Shown, cells: pd.DataFrame) -> None:
    """How well reviewers judge, by class of harm and group of authors."""
    for metric, (title, y) in PEOPLE.items():
        rows = cells[(cells["metric"] == metric) & (cells["side"] == "author")]
        rows = rows.assign(panel=rows["harm"], level=rows["group"] + ": " + rows["level"])
        if len(rows):
            drawn = spread(rows, "y", ["arm", "panel", "level"])
            chart(bars(drawn, shown.arms, title, "authors", y).update_yaxes(rangemode="normal"), drawn, metric)


def _detectors(shown: Shown) -> None:
    cells = _cells(shown, list(FOUND))
    of = cells[cells["metric"].isin(FOUND)]
    if of.empty:
        sentence("Nothing was detected or found in any arm.")
        return
    cut = _choose_cut(of, (EVERYONE, "author", MODALITY), "found")
    for metric, (title, y) in FOUND.items():
        rows = of_cut(of[(of["metric"] == metric) & (of["harm"] != "")], cut)
        rows = rows.assign(panel=panel_of(rows, cut), level=rows["harm"], value=_scaled(rows, metric))
        if len(rows):
            drawn = spread(rows, "y", ["arm", "panel", "level"])
            chart(bars(drawn, shown.arms, title, "class of harm", y), drawn, f"found {metric}")
    _versions(shown, cut, harms_of(cells))


def _versions(shown: Shown, cut: Cut, harms: list[str]) -> None:
    """Quality of each version of the detectors on verdicts that it had not learned from."""
    rows = held_out(shown)
    rows = rows[(rows["metric"] == "auc") & (rows["group"] == cut.group)]
    if rows.empty:
        sentence("No detector has learned from enough verdicts to be tested on others: all began cold.")
        return
    for harm in (harm for harm in harms if (rows["harm"] == harm).any()):
        mine = rows[rows["harm"] == harm]
        mine = mine.assign(panel=(mine["language"] + " " + mine["level"]).str.strip())
        title = f"Do detectors of {harm} get better?"
        figure = by_version(mine, shown.arms, title, "AUC on verdicts that were held out, 0.5 = guessing")
        figure.update_yaxes(range=told_apart(mine["value"]))
        chart(figure, mine[["arm", "seed", "panel", "version", "value", "n"]], f"detectors of {harm}")


def _ranker(shown: Shown) -> None:
    days = shown.days(["ranker_auc", "ranker_logloss"])
    if days.empty:
        sentence("No arm has a ranker that learns.")
        return
    left, right = st.columns(2)
    actions = list(dict.fromkeys(with_parts(days, "action")["action"]))
    action = choose("action", "Action", actions, where=left)
    cut = _choose_cut(days, (EVERYONE, *SIDES), "judged", right)
    rows = versions_of(days, action)
    rows = rows[(rows["side"] == (cut.by if cut.by in SIDES else "")) & (rows["group"] == cut.group)]
    asked = {"ranker_auc": (f"How well is “{action}” told apart?", "AUC, 0.5 = guessing"),
             "ranker_logloss": (f"How far off are the probabilities of “{action}”?", "log loss, nats")}  # fmt: skip
    for metric, (title, y) in asked.items():
        mine = rows[rows["metric"] == metric].assign(panel=lambda of: of["level"].astype(str))
        if len(mine):
            figure = by_version(mine, shown.arms, title, y)
            if metric == "ranker_auc":
                figure.update_yaxes(range=told_apart(mine["value"]))
            chart(figure, mine[["arm", "seed", "panel", "version", "value", "n"]], metric)


def _prevented(shown: Shown) -> None:
    cells = _cells(shown, ["prevented_share"])
    of = cells[cells["metric"] == "prevented_share"]
    if of.empty:
        sentence("Nothing was removed in any arm.")
        return
    cut = _choose_cut(of, (EVERYONE, "author"), "prevented")
    rows = of[(of["side"] == (cut.by if cut.by in SIDES else "")) & (of["group"] == cut.group)]
    rows = rows.assign(panel=rows["level"], level=rows["harm"])
    title = "How many views of harm did removal prevent?"
    drawn = spread(prevented(rows), "y", ["arm", "panel", "level"])
    chart(bars(drawn, shown.arms, title, "class of harm", "thousands of impressions, estimated"), drawn, "prevented")
    drawn = spread(rows.assign(value=100 * rows["value"]), "y", ["arm", "panel", "level"])
    title = "What share of its views did removal prevent?"
    chart(bars(drawn, shown.arms, title, "class of harm", "% of impressions, estimated"), drawn, "prevented share")
    st.caption("Estimated from posts left alone whose authors have about as many followers. What is certain is the "
               "difference to an arm without the policy: see What policies cost.")  # fmt: skip


def _costs(shown: Shown) -> None:
    cells = _cells(shown, [*TOUCH, "review_hours", "engagement_value"])
    left, right = st.columns(2)
    base = choose("base", "Compare with", shown.only, keep=True, where=left)
    cut = _choose_cut(cells, (EVERYONE, *SIDES), "pays", right)
    touched = policy_touch(cells, cut)
    if len(touched):
        drawn = spread(touched, "y", ["arm", "panel", "level"])
        title = "What does each policy touch?"
        chart(bars(drawn, shown.arms, title, "policy", "% of candidates for feeds"), drawn, "what policies touch")
        st.caption(
            "A candidate counts as lowered where a policy takes anything off its score, however little. Posts that are "
            "removed or labelled as such, and what reviewers do, are no candidates and not counted here."
        )
    if len(shown.only) > 1:
        rows = changes(shown, base, cut)
        title = f"What does each arm pay, and what for, against {base}?"
        y = "change in %, with its 95 % interval"
        chart(differences(rows, shown.arms, title, "", y), rows, "what arms pay")
    st.header("What does each arm take?", anchor=False)
    table(arm_table(shown, cells))
    st.caption("Hours are those of reviewers' decisions, at the minutes a case that the scenario says.")


def _scaled(rows: pd.DataFrame, metric: str) -> "pd.Series[float]":
    """Values, in per cent where they are shares."""
    return rows["value"] * (100.0 if metric in PERCENT else 1.0)


page("Operations", show)
