"""Harm spread: how much there is, how far it goes, what stories tell, who sees it, when it is found."""

import pandas as pd
import streamlit as st

from dashboard import cascades
from dashboard.charts.curves import curves, tree, with_diagonal
from dashboard.charts.panels import bars, over_time
from dashboard.cuts import ANY, EVERYONE, HARM, Cut, cut_rows, cuts_of, harms_of
from dashboard.frame import Shown, page
from dashboard.marks import burn_in_of, marks_of
from dashboard.measures import PERCENT, unit_of
from dashboard.reach import NO_CLASS, OF_POSTS, concentration, found_when, people_a_post, sizes
from dashboard.show import chart, sentence
from dashboard.state import choose, choose_flag, choose_number, choose_part
from dashboard.told import believed
from feedsim.report.numbers import counted

PARTS = {
    "reach": "Prevalence and reach",
    "cascades": "Cascades",
    "tree": "One cascade",
    "stories": "Stories and beliefs",
    "who": "Who sees it",
    "when": "When it is found",
}
BY = {"size": "people", "depth": "steps"}
DEEDS = {"seen": ("see it", "saw", "impressions"), "posted": ("post it", "posted", "posts"),
         "reshared": ("reshare it", "reshared", "reshares")}  # fmt: skip
"""As columns of users.parquet begin -> as in a list, what they did, and its unit."""
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
        _tree(shown, harms, [cut.group for cut in cuts_of(cells) if cut.by == "viewer"])
    else:
        {"reach": _reach, "cascades": _cascades, "who": _who, "when": _when}[part](shown, cells, harms)


def _two(cells: pd.DataFrame, harms: list[str], kinds: tuple[str, ...]) -> tuple[str, Cut]:
    """A class of harm, and a cut of one of these kinds."""
    left, right = st.columns(2)
    harm = choose("harm", "Harm", [ANY, *harms] if len(harms) > 1 else harms, form=_label, keep=True, where=left)
    return harm, _cut(cells, kinds, right)


def _class(harms: list[str], where: object) -> str:
    """One class of harm. That of any, which another part may have left in the address, is the first here."""
    if st.query_params.get("harm") == ANY:
        del st.query_params["harm"]
    return choose("harm", "Harm", harms, keep=True, where=where)


def _cut(cells: pd.DataFrame, kinds: tuple[str, ...], where: object, name: str = "cut") -> Cut:
    """A cut of one of these kinds. Parts that can be cut by other things have another `name` in the address."""
    cuts = {cut.name: cut for cut in cuts_of(cells) if cut.by in kinds}
    return cuts[choose(name, "Cut by", list(cuts), form=lambda name: cuts[name].label, where=where)]


def _of_posts(cells: pd.DataFrame, where: object) -> Cut:
    """By what is known of a post: the groups of its author, its form, its kind."""
    cuts = [cut for cut in cuts_of(cells) if cut.by in (EVERYONE, "author")]
    by_name = {cut.name: cut for cut in (*cuts, *(Cut(by) for by in OF_POSTS))}
    return by_name[choose("post", "Cut by", list(by_name), form=lambda name: by_name[name].label, where=where)]


def _label(harm: str) -> str:
    return "of any class" if harm == ANY else harm


def _reach(shown: Shown, cells: pd.DataFrame, harms: list[str]) -> None:
    harm, cut = _two(cells, harms, ("everyone", "harm", "viewer", "author", "source"))
    _by_day(shown, "prevalence", harm, cut, f"How much of what people see is {_of(harm)}?", "% of impressions")
    of_class = harm if harm != ANY else harms[0]
    if cut.by in (EVERYONE, HARM, "viewer"):
        title = f"How many people meet {'each class of harm' if cut.by == HARM else of_class} in a day?"
        _by_day(shown, "exposed_users", of_class, cut, title, "% of people with at least one")
        title = f"How often is {'each class of harm' if cut.by == HARM else of_class} passed on?"
        _by_day(shown, "harm_reshares", of_class, cut, title, "reshares per 1,000 impressions")
    drawn = people_a_post(shown, cells, cut)
    if len(drawn):
        title = "How many people does a harmful post reach?"
        figure = bars(drawn, shown.arms, title, "class of harm", "people reached a post")
        chart(figure, drawn, "reach per post")


def _by_day(shown: Shown, metric: str, harm: str, cut: Cut, title: str, y: str) -> None:
    rows = cut_rows(shown.days([metric]), metric, harm, cut)
    if rows.empty:
        sentence(f"There is no {y} by {cut.label}.")
        return
    drawn = rows.assign(value=(100 if unit_of(metric) == PERCENT else 1) * rows["value"])
    figure = over_time(drawn, shown.arms, title, y, marks_of(shown), burn_in_of(shown))
    names = ["arm", "seed", "panel", "day", "value"]
    chart(figure.update_yaxes(rangemode="tozero"), drawn[names], f"{metric} by day")


def _cascades(shown: Shown, cells: pd.DataFrame, harms: list[str]) -> None:
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    harm = _class(harms, left)
    cut = _of_posts(cells, middle)
    beside = cut.by == EVERYONE and choose_flag("beside", "Beside posts of no class", True, where=right)
    found = sizes(shown, harm, beside, cut)
    if found.empty:
        sentence(f"No post of {harm} was reshared.")
        return
    asked = {"size": ("How large do cascades grow?", "people in it, at least"),
             "depth": ("How deep do cascades reach?", "steps from the root, at least")}  # fmt: skip
    for what, (title, x) in asked.items():
        rows = found[found["what"] == what]
        figure = curves(rows, shown.arms, title, x, "share of cascades", logs="xy")
        chart(figure, rows[["arm", "panel", "x", "y"]], f"cascades by {what}")
    st.caption("Of all posts of the measured days that were reshared at least once, all seeds together.")


def _tree(shown: Shown, harms: list[str], groups: list[str]) -> None:
    first, second, third, *below = (*st.columns(3), *st.columns(3))
    harm = choose("class", "Post of", [*harms, NO_CLASS], where=first)
    post = "harmless post" if harm == NO_CLASS else f"post of {harm}"
    arm = choose("arm", "Arm", shown.only, keep=True, where=second)
    places = {str(place.seed): place for place, _ in shown.runs() if place.arm == arm}
    seed = choose("seed", "Seed", list(places), keep=True, where=third)
    by = choose("by", "The cascade with most", list(BY), form=lambda name: BY[name], where=below[0])
    largest = cascades.largest(shown.study, places[seed], "" if harm == NO_CLASS else harm, by)
    if largest.empty:
        sentence(f"No {post} was reshared in this run.")
        return
    rank = choose_number("rank", "Which, 1 = most", 1, len(largest), 1, where=below[1])
    # Column by column: a row of mixed types would make the key a float.
    key, size, depth = (int(largest[name].iloc[rank - 1]) for name in ("key", "size", "depth"))
    nodes = cascades.nodes(shown.study, places[seed], key, groups)
    title = f"How did this {post} travel? {size:,} people, {counted(depth, 'step', 'steps')}"
    chart(tree(nodes, shown.arms, arm, title), nodes.drop(columns="y"), "one cascade")
    few = f" Drawn are the first {len(nodes):,} people." if len(nodes) < size else ""
    st.caption(
        "Time goes to the right. The large mark is the author; every other is a person, at the end of a line from "
        f"whose post or reshare it came. How high a mark stands says nothing.{few}"
    )


def _stories(shown: Shown, cells: pd.DataFrame) -> None:
    believed(shown, _cut(cells[cells["metric"] == "misbelief"], ("everyone", "viewer"), st, "people"))


def _who(shown: Shown, cells: pd.DataFrame, harms: list[str]) -> None:
    left, middle, right = st.columns(3)
    harm = _class(harms, left)
    deed = choose("deed", "What they do", list(DEEDS), form=lambda name: DEEDS[name][0], where=middle)
    cut = _cut(cells[cells["metric"] == "exposed_users"], ("everyone", "viewer"), right, "people")
    rows, ginis = concentration(shown, deed, harm, cut)
    do, verb, unit = DEEDS[deed]
    if rows.empty:
        sentence(f"Nobody {verb} {harm}.")
        return
    title = f"Do few people {do.split()[0]} most of the {harm}?"
    x, y = f"% of people, who {verb} least first", f"% of the {unit} of {harm}"
    figure = with_diagonal(curves(rows, shown.arms, title, x, y), rows)
    chart(figure, rows[["arm", "panel", "x", "y"]], "Lorenz curve")
    title = f"How unevenly is {harm} {deed} over people?"
    x = f"{cut.group} of people" if cut.group else "everyone"
    drawn = bars(ginis, shown.arms, title, x, "Gini coefficient, 0 = evenly, 1 = by one person")
    chart(drawn if cut.group else drawn.update_xaxes(showticklabels=False), ginis, "Gini coefficient")
    st.caption("On the dotted line all would have as much of it; the further below it, the fewer have most. People are "
               "grouped by their own group.")  # fmt: skip


def _when(shown: Shown, cells: pd.DataFrame, harms: list[str]) -> None:
    left, middle, right = st.columns(3)
    harm = _class(harms, left)
    cut = _of_posts(cells, middle)
    rows = found_when(shown, harm, cut)
    if rows.empty or not rows["y"].any():
        sentence(f"No post of {harm} was found or removed in any arm.")
        return
    title = f"How soon is {harm} found and removed?"
    if cut.by == EVERYONE:
        rows = rows.assign(panel=rows["what"])
    else:
        steps = list(dict.fromkeys(rows["what"]))
        step = choose("step", "Until it is", steps, steps[-1], where=right)
        rows, title = rows[rows["what"] == step], f"How soon is {harm} {step}, by {cut.label}?"
    y = f"% of posts of {harm}"
    figure = curves(rows, shown.arms, title, "hours since publication", y, logs="x")
    chart(figure.update_yaxes(rangemode="tozero"), rows[["arm", "what", "panel", "x", "y"]], "time to removal")
    st.caption("Of all posts of the class that were published in the measured days, all seeds together. A curve ends "
               "where nothing more was found.")  # fmt: skip


def _of(harm: str) -> str:
    return "harm" if harm == ANY else harm


page("Harm spread", show)
