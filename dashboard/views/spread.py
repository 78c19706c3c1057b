"""Harm spread: how much there is, how far it goes, what stories tell, who sees it, when it is found."""

import pandas as pd
import streamlit as st

from dashboard import cascades
from dashboard.charts.curves import curves, tree, with_diagonal
from dashboard.charts.panels import bars, over_time
from dashboard.cuts import ANY, EVERYONE, HARM, Cut, cut_rows, cuts_of, harms_of
from dashboard.frame import Shown, page
from dashboard.marks import burn_in_of, marks_of
from dashboard.points import spread
from dashboard.reach import concentration, found_when, seen_stories, sizes
from dashboard.show import chart, sentence
from dashboard.state import choose, choose_flag, choose_number, choose_part

PARTS = {
    "reach": "Prevalence and reach",
    "cascades": "Cascades",
    "tree": "One cascade",
    "stories": "Stories and beliefs",
    "who": "Who sees it",
    "when": "When it is found",
}
METRICS = ("prevalence", "exposed_users", "harm_reach", "harm_reshares", "misbelief")


def show(shown: Shown) -> None:
    """The page."""
    cells = shown.cells(METRICS)
    harms = harms_of(cells)
    if not harms:
        sentence(f"{shown.study.name}: no harm was measured, so there is nothing that spreads.")
        return
    part = choose_part("part", PARTS)
    if part == "stories":
        _stories(shown, cells)
    elif part == "tree":
        _tree(shown, _harm(harms, st))
    else:
        {"reach": _reach, "cascades": _cascades, "who": _who, "when": _when}[part](shown, cells, harms)


def _harm(harms: list[str], where: object) -> str:
    """One class: of any is no choice here, since tables know classes."""
    return choose("harm", "Harm", harms, keep=True, where=where)


def _two(cells: pd.DataFrame, harms: list[str], kinds: tuple[str, ...]) -> tuple[str, Cut]:
    """A class of harm, and a cut of one of these kinds."""
    left, right = st.columns(2)
    harm = choose("harm", "Harm", [ANY, *harms] if len(harms) > 1 else harms, form=_label, keep=True, where=left)
    return harm, _cut(cells, kinds, right)


def _cut(cells: pd.DataFrame, kinds: tuple[str, ...], where: object) -> Cut:
    cuts = {cut.name: cut for cut in cuts_of(cells) if cut.by in kinds}
    return cuts[choose("cut", "Cut by", list(cuts), form=lambda name: cuts[name].label, where=where)]


def _label(harm: str) -> str:
    return "of any class" if harm == ANY else harm


def _reach(shown: Shown, cells: pd.DataFrame, harms: list[str]) -> None:
    harm, cut = _two(cells, harms, ("everyone", "harm", "viewer", "author", "source"))
    _by_day(shown, "prevalence", harm, cut, f"How much of what people see is {_of(harm)}?", "% of impressions")
    of_class = harm if harm != ANY else harms[0]
    if cut.by in (EVERYONE, HARM, "viewer"):
        title = f"How many people meet {'each class of harm' if cut.by == HARM else of_class} in a day?"
        _by_day(shown, "exposed_users", of_class, cut, title, "% of people with at least one")
    rows = cells[(cells["metric"] == "harm_reach") & (cells["side"] == "")].assign(panel="")
    if len(rows):
        drawn = spread(rows.assign(level=rows["harm"]), "y", ["arm", "panel", "level"])
        title = "How many people does a harmful post reach?"
        chart(bars(drawn, shown.arms, title, "class of harm", "people reached per post"), drawn, "reach per post")


def _by_day(shown: Shown, metric: str, harm: str, cut: Cut, title: str, y: str) -> None:
    rows = cut_rows(shown.days([metric]), metric, harm, cut)
    if rows.empty:
        sentence(f"There is no {y} by {cut.label}.")
        return
    drawn = rows.assign(value=100 * rows["value"])
    figure = over_time(drawn, shown.arms, title, y, marks_of(shown), burn_in_of(shown))
    names = ["arm", "seed", "panel", "day", "value"]
    chart(figure.update_yaxes(rangemode="tozero"), drawn[names], f"{metric} by day")


def _cascades(shown: Shown, cells: pd.DataFrame, harms: list[str]) -> None:
    left, right = st.columns(2)
    harm = choose("harm", "Harm", harms, keep=True, where=left)
    beside = choose_flag("beside", "Beside posts of no class", True, where=right)
    found = sizes(shown, harm, beside)
    if found.empty:
        sentence(f"No post of {harm} was reshared.")
        return
    asked = {"size": ("How large do cascades grow?", "people in it, at least"),
             "depth": ("How deep do cascades reach?", "steps from the root, at least")}  # fmt: skip
    for what, (title, x) in asked.items():
        rows = found[found["what"] == what]
        figure = curves(rows, shown.arms, title, x, "share of cascades", logs="xy")
        chart(figure, rows[["arm", "panel", "x", "y"]], f"cascades by {what}")
    st.caption("Of all posts that were reshared at least once, all seeds together.")


def _tree(shown: Shown, harm: str) -> None:
    first, second, third = st.columns(3)
    arm = choose("arm", "Arm", shown.only, keep=True, where=first)
    places = {str(place.seed): place for place, _ in shown.runs() if place.arm == arm}
    seed = choose("seed", "Seed", list(places), keep=True, where=second)
    largest = cascades.largest(shown.study, places[seed], harm)
    if largest.empty:
        sentence(f"No post of {harm} was reshared in this run.")
        return
    rank = choose_number("rank", "Which, by size", 1, len(largest), 1, where=third)
    nodes = cascades.nodes(shown.study, places[seed], int(largest["key"].iloc[rank - 1]))
    size, depth = int(largest["size"].iloc[rank - 1]), int(largest["depth"].iloc[rank - 1])
    title = f"How did this post of {harm} travel? {size:,} people, {depth} steps"
    chart(tree(nodes, shown.arms, arm, title), nodes, "one cascade")
    if len(nodes) < size:
        st.caption(f"Drawn are the first {len(nodes):,} people.")


def _stories(shown: Shown, cells: pd.DataFrame) -> None:
    cut = _cut(cells[cells["metric"] == "misbelief"], ("everyone", "viewer"), st)
    rows = cut_rows(shown.days(["misbelief"]), "misbelief", "", cut)
    if rows.empty:
        sentence("Nobody's beliefs were measured.")
    else:
        title = "How far do people believe false stories?"
        figure = over_time(rows, shown.arms, title, "mean belief, 0 to 1", marks_of(shown), burn_in_of(shown))
        chart(figure, rows[["arm", "seed", "panel", "day", "value"]], "misbelief by day")
    told = seen_stories(shown)
    if told.empty:
        sentence("No post told a story.")
    else:
        title = "How much are true and false stories seen?"
        figure = bars(told, shown.arms, title, "stories", "impressions a story, in thousands")
        chart(figure, told, "stories")


def _who(shown: Shown, cells: pd.DataFrame, harms: list[str]) -> None:
    left, right = st.columns(2)
    harm = choose("harm", "Harm", harms, keep=True, where=left)
    cut = _cut(cells[cells["metric"] == "exposed_users"], ("everyone", "viewer"), right)
    rows, ginis = concentration(shown, harm, cut)
    if rows.empty:
        sentence(f"Nobody saw {harm}.")
        return
    title = f"Do few people see most of the {harm}?"
    x, y = "% of people, who see least first", f"% of the impressions of {harm}"
    figure = with_diagonal(curves(rows, shown.arms, title, x, y), rows)
    chart(figure, rows[["arm", "panel", "x", "y"]], "Lorenz curve")
    title = f"How unevenly is {harm} spread over people?"
    chart(bars(ginis, shown.arms, title, cut.group, "Gini coefficient, 0 to 1"), ginis, "Gini coefficient")


def _when(shown: Shown, cells: pd.DataFrame, harms: list[str]) -> None:
    harm = _harm(harms, st)
    rows = found_when(shown, harm)
    if rows.empty or not rows["y"].any():
        sentence(f"No post of {harm} was found or removed in any arm.")
        return
    title = f"How soon is {harm} found and removed?"
    y = f"% of posts of {harm}"
    figure = curves(rows, shown.arms, title, "hours since publication", y, logs="x")
    chart(figure.update_yaxes(rangemode="tozero"), rows[["arm", "panel", "x", "y"]], "time to removal")
    st.caption("Of all posts of the class that were published in the measured days, all seeds together.")


def _of(harm: str) -> str:
    return "harm" if harm == ANY else harm


page("Harm spread", show)
