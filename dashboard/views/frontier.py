"""Sensitivity and frontier: what the answer depends on, what nothing beats, and how sure the comparison is."""

import pandas as pd
import streamlit as st

from dashboard import beside, reading
from dashboard.beside import Objective, Search
from dashboard.charts.contrasts import differences
from dashboard.charts.effects import effects
from dashboard.cuts import SOURCE, cuts_of, harms_of
from dashboard.frame import study_page
from dashboard.measures import PERCENT, name_of, unit_of
from dashboard.points import comparison_table, of_cut
from dashboard.shelf import StudyFolder
from dashboard.show import chart, file_button, sentence, table
from dashboard.state import choose, choose_part
from feedsim.report.charts import cloud, steps
from feedsim.report.frontier import kinds
from feedsim.report.numbers import number
from feedsim.study.compare import differences as differences_of
from feedsim.study.frontier import LEVER

PARTS = {
    "depends": "What it depends on",
    "assumed": "Under each assumption",
    "frontier": "Frontier",
    "sure": "How sure the comparison is",
}
METHODS = {"morris": "Morris: elementary effects", "sobol": "Sobol: shares of the variance"}
CELL = ["metric", "harm", "side", "group", "level", "part"]


def show(study: StudyFolder) -> None:
    """The page."""
    part = choose_part("part", PARTS)
    {"depends": _depends, "assumed": _assumed, "frontier": _frontier, "sure": _sure}[part](study)


def _depends(study: StudyFolder) -> None:
    rows = beside.table(study, "sensitivity", beside.EFFECT)
    if rows is None or rows.empty:
        sentence(f"Nobody has asked yet what {study.name} depends on: `feedsim sensitivity FILE` does, for a study "
                 "file that says what it does not know.")  # fmt: skip
        return
    left, middle, right = st.columns(3)
    methods = list(dict.fromkeys(rows["method"]))
    method = choose("method", "Method", methods, form=lambda name: METHODS.get(name, name), where=left)
    mine = rows[rows["method"] == method]
    outputs = {_arm(row): row for row in mine[["arm", "against"]].drop_duplicates().to_dict("records")}
    arm = choose("output", "Of", list(outputs), default=list(outputs)[-1], where=middle)
    mine = mine[(mine["arm"] == outputs[arm]["arm"]) & (mine["against"] == outputs[arm]["against"])]
    cells = {_cell(row): row for row in mine[CELL].drop_duplicates().to_dict("records")}
    cell = choose("of", "Measure", list(cells), where=right)
    mine = mine[(mine[CELL] == pd.Series(cells[cell])[CELL]).all(axis=1)]
    _effects(mine, arm, cell, method)


def _effects(rows: pd.DataFrame, arm: str, cell: str, method: str) -> None:
    unit = unit_of(str(rows["metric"].iloc[0]))
    scale = 100.0 if method == "sobol" or unit == PERCENT else 1.0
    names = ["effect", "low", "high", "chance"]
    drawn = rows.assign(**{name: scale * rows[name].astype(float) for name in names})
    x = "% of the variance, total index" if method == "sobol" else f"mean change, {'%' if unit == PERCENT else unit}"
    figure = effects(drawn, f"What does {cell} of {arm} depend on?", x)
    chart(figure, drawn[["assumption", *names, "first_order", "sigma", "runs"]], "sensitivity")
    st.caption(
        "What moves the answer no further than seeds alone would is chance. Morris: the mean size of what changes when "
        "an assumption goes from one end of what is known to the other. Sobol: the share of the variance that would "
        "go if it were known."
    )


def _arm(row: dict[object, object]) -> str:
    return f"{row['arm']} minus {row['against']}" if row["against"] else str(row["arm"])


def _cell(row: dict[object, object]) -> str:
    cut = f"{row['side']}s' {row['group']} {row['level']}" if row["level"] else str(row["part"])
    return " ".join(filter(None, (name_of(str(row["metric"])), str(row["harm"]), cut)))


def _assumed(study: StudyFolder) -> None:
    """The differences between arms under every assumption of the study."""
    names, arms = reading.assumptions(study), reading.arms(study)
    if len(names) < 2 or len(arms) < 2:
        sentence(f"{study.name} assumes one thing, or has one arm: there is nothing that could change the order.")
        return
    left, middle, right = st.columns(3)
    measures = {"engagement_value": ""} | {f"prevalence of {harm}": harm for harm in _harms(study)}
    said = {name: f"{harm} seen" if harm else name_of(name) for name, harm in measures.items()}
    measure = choose("measure", "Measure", list(measures), form=lambda name: said[name], where=left)
    base = choose("base", "Compare with", arms, keep=True, where=middle)
    metric, harm = measure.split()[0], measures[measure]
    cells = pd.concat([reading.cells(study, name, [metric]) for name in names])
    cells = cells[cells["harm"] == harm]
    cuts = {cut.name: cut for cut in cuts_of(cells) if cut.by != SOURCE}
    cut = cuts[choose("cut", "Cut by", list(cuts), form=lambda name: cuts[name].label, where=right)]
    rows = differences_of(of_cut(cells, cut), base)
    scale = 100.0 if unit_of(metric) == PERCENT else 1.0
    columns = {"difference": "mean", "difference_low": "low", "difference_high": "high"}
    values = {to: scale * rows[of] for to, of in columns.items()}
    drawn = rows.assign(panel=rows["level"], level=_labels(study, rows), **values)
    title = f"Does the difference to {base} survive what is assumed?"
    y = f"difference, {'points of %' if scale > 1 else unit_of(metric)}"
    figure = differences(drawn, arms, title, "assumption", y)
    chart(figure, drawn[["arm", "assumption", "panel", "level", *columns, "seeds"]], "under each assumption")
    st.caption("Means over seeds of what is paired by seed, and 95 % intervals. Each assumption has the same seeds.")


def _harms(study: StudyFolder) -> list[str]:
    return harms_of(pd.concat([reading.cells(study, name, ["prevalence"]) for name in reading.assumptions(study)]))


def _labels(study: StudyFolder, rows: pd.DataFrame) -> "pd.Series[str]":
    """What each assumption says, where that is short."""
    said = beside.table(study, "assumptions", ("assumption", "setting", "value"))
    if said is None or said["setting"].nunique() > 1:
        return rows["assumption"]
    return rows["assumption"].map(dict(zip(said["assumption"], said["value"], strict=True))).fillna(rows["assumption"])


def _frontier(study: StudyFolder) -> None:
    found = beside.search(study)
    if found is None:
        sentence(
            f"Nobody has searched for the frontier of {study.name} yet: `feedsim optimize FILE` does, for a study file "
            "that names levers and objectives. The arms themselves are on the page Engagement and harm."
        )
        return
    _plane(found)
    _points(study, found)
    values = found.trials[["trial", "hypervolume"]].set_axis(["x", "y"], axis=1)
    title = "Would a longer search find more?"
    chart(steps(values, title, "trial", "hypervolume, base = 1"), found.trials[["trial", "hypervolume"]], "search")


def _plane(found: Search) -> None:
    """One objective against another; one alone, in the order of the trials."""
    by_name = {one.name: one for one in found.objectives}
    left, right = st.columns(2)
    up = by_name[choose("up", "Upwards", list(by_name), where=left)]
    rows = found.trials.assign(kind=kinds(found.trials), label=found.trials["point"].map(_short))
    rows = rows.assign(name=rows["arm"], y=found.of(up), x=rows["trial"])
    others = [name for name in by_name if name != up.name]
    title, x = f"What {up.name} did the trials come to?", "trial"
    if others:
        across = by_name[choose("across", "Across", others, where=right)]
        rows, x = rows.assign(x=found.of(across)), across.axis
        title = f"What does {across.name} cost in {up.name}?"
    shown = rows[rows["error"] == ""].drop_duplicates("arm")
    figure = cloud(shown, title, x, up.axis).update_layout(showlegend=True, height=380)
    chart(figure, shown[["trial", "arm", "kind", "x", "y"]], "frontier")
    st.caption(
        "A diamond is not dominated: no other trial is as good in all objectives and better in one. Of many trials "
        "some look good by chance: run a point with more seeds before you rely on it."
    )


def _points(study: StudyFolder, found: Search) -> None:
    """What each point sets and comes to, and its scenario file."""
    points = found.trials[found.trials["point"] != ""].drop_duplicates("point").sort_values("point")
    if points.empty:
        sentence("No trial has a scenario file.")
        return
    st.header("What do the points set?", anchor=False)
    said = {"point": points["point"], "arm": points["arm"]}
    said |= {path: points[f"{LEVER}{path}"].map(_setting) for path in found.levers}
    said |= {one.axis: _values(found, one, points) for one in found.objectives}
    said["chance that none beats it"] = points["p_non_dominated"].map(_chance)
    table(pd.DataFrame(said))
    point = choose("point", "Scenario file of", list(points["point"]))
    text = beside.scenario_file(study, point)
    if text is None:
        sentence(f"The scenario file of {point} is gone; feedsim optimize writes it.")
    else:
        file_button("Download the scenario", text, f"{point}.yaml")


def _values(found: Search, one: Objective, points: pd.DataFrame) -> "pd.Series[str]":
    return found.of(one).loc[points.index].map(number)


def _setting(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _chance(value: float) -> str:
    return "\u2013" if pd.isna(value) else f"{value:.2f}"


def _short(point: str) -> str:
    return point.removeprefix("point-").lstrip("0")


def _sure(study: StudyFolder) -> None:
    rows = beside.table(study, "comparison", beside.CONTRAST)
    if rows is None or rows.empty:
        sentence(f"{study.name} has no comparison of arms beside it: it has one arm, or was run by an older version.")
        return
    metrics = list(dict.fromkeys(rows["metric"]))
    metric = choose("metric", "Measure", metrics, form=name_of)
    mine = rows[(rows["metric"] == metric) & (rows["part"] == "")]
    told = comparison_table(mine)
    table(told.loc[:, (told != "").any()])
    st.caption(
        "Paired by seed, against the study's first arm. p is corrected by Holm for the other arms of the same cell. "
        "Variance kept: how much of the variance the common seeds leave; the smaller, the more they helped."
    )


study_page("Sensitivity and frontier", show)
