"""What the report says of a search: what was tried, what nothing beats, and the settings that lead there."""

from typing import Any

import numpy as np
import pandas as pd

from feedsim.report.charts import CROSSING, DOMINATED, ON, POINT, START, cloud, steps
from feedsim.report.evidence import Evidence
from feedsim.report.numbers import change, number, percent
from feedsim.report.page import Html, figure, table, text
from feedsim.report.pictures import grid
from feedsim.study.frontier import FOLDER, LEVER, OBJECTIVE, Frontier, Objective

NOTE = (
    "Each mark is a trial: a combination of settings, run with every seed. A star is the base. Diamonds are not "
    "dominated: no other trial is as good in all objectives and better in one. Filled ones with a number have a "
    "scenario file. Circles are dominated, crosses break a constraint. Of many trials some look good by chance: run a "
    "point with more seeds before you rely on it."
)

SHORT = 40
"""Letters that fit along an upright axis."""


def section(evidence: Evidence) -> Html:
    """Charts and the points, where there has been a search."""
    found = evidence.frontier
    if found is None:
        return ""
    first, *others = found.objectives
    made = [_plane(found, one, first) for one in others] or [_plane(found, first, None)]
    return grid([*made, _covered(found)], "") + _points(found)


def _scale(one: Objective) -> float:
    return 100.0 if one.unit == "share" else 1.0


def _axis(one: Objective, most: int = 1000) -> str:
    """The name with the unit, where there is room for it."""
    whole = f"{one.name}, {'%' if one.unit == 'share' else one.unit}"
    return whole if len(whole) <= most else one.name


def _means(rows: pd.DataFrame, one: Objective) -> "pd.Series[float]":
    return rows[f"{OBJECTIVE}{one.name}:mean"] * _scale(one)


def kinds(rows: pd.DataFrame) -> "pd.Series[str]":
    """What each trial is drawn as."""
    on, feasible = rows["non_dominated"].eq(True), rows["feasible"].eq(True)
    conditions = [rows["trial"] == 0, rows["point"] != "", on, ~feasible]
    return pd.Series(np.select(conditions, [START, POINT, ON, CROSSING], DOMINATED), rows.index)


def _drawn(found: Frontier) -> pd.DataFrame:
    """The trials that came to something, each arm once."""
    rows = found.rows[found.rows["error"] == ""].drop_duplicates("arm")
    labels = rows["point"].str.removeprefix("point-").str.lstrip("0")
    names = np.where(rows["point"] == "", rows["arm"], rows["point"] + " (" + rows["arm"] + ")")
    return rows.assign(kind=kinds(rows), label=labels, name=names)


def _plane(found: Frontier, across: Objective, up: Objective | None) -> Html:
    """One objective against another; or, alone, in the order of the trials."""
    rows = _drawn(found)
    rows = rows.assign(y=_means(rows, up or across), x=_means(rows, across) if up else rows["trial"])
    title = f"What does {across.name} cost in {up.name}?" if up else f"What {across.name} did the trials come to?"
    chart = cloud(rows, title, _axis(across) if up else "trial", _axis(up or across, SHORT))
    body = [
        [text(row["name"]), text(row["kind"]), *([number(row["x"])] if up else []), number(row["y"])]
        for _, row in rows.iterrows()
    ]
    head = ["Trial", "What it is", *([text(across.name), text(up.name)] if up else [text(across.name)])]
    return figure(chart, table(head, body, title, kind="tall"))


def _covered(found: Frontier) -> Html:
    """How the frontier grew."""
    title = "Would a longer search find more?"
    values = found.rows[["trial", "hypervolume"]].set_axis(["x", "y"], axis=1)
    chart = steps(values, title, "trial", "hypervolume (base = 1)")
    body = [[f"{int(row['x'])}", number(row["y"])] for _, row in values.iterrows()]
    return figure(chart, table(["Trial", "Hypervolume up to it"], body, title, kind="tall"))


def _points(found: Frontier) -> Html:
    """What each point sets, and what comes of it: a column each."""
    points = [row for _, row in found.points.iterrows()]
    if not points:
        return ""
    body = [
        [f"<code>{text(path)}</code>", *(_setting(row[f"{LEVER}{path}"]) for row in points)] for path in found.levers
    ]
    body += [[text(_axis(one)), *(_objective(one, row) for row in points)] for one in found.objectives]
    body.append(["Probability that nothing dominates it", *(_probability(row["p_non_dominated"]) for row in points)])
    head = ["", *(text(f"{row['point']} ({row['arm']})") for row in points)]
    caption = (
        f"Points: {FOLDER}/point-01.yaml and so on run to the same figures. First what each sets, then what comes of "
        "it: below each mean the difference to the base, and its 95 % interval."
    )
    return table(head, body, caption)


def _setting(value: Any) -> Html:
    return text(f"{value:.4g}" if isinstance(value, float) else value)


def _probability(p: float) -> Html:
    return "\u2013" if pd.isna(p) else f"{p:.2f}"


def _objective(one: Objective, row: Any) -> Html:
    mean, *by = (float(row[f"{OBJECTIVE}{one.name}:{of}"]) for of in ("mean", "change", "change_low", "change_high"))
    said = percent(mean) if one.unit == "share" else number(mean)
    if row["trial"] == 0:
        return said
    middle, low, high = (value * _scale(one) for value in by)
    moved, interval = change(middle, low, high, "points" if one.unit == "share" else "")
    parts = [moved.strip(), *([f"({interval})"] if interval else [])]
    return said + "".join(f'<span class="change">{text(part)}</span>' for part in parts)
