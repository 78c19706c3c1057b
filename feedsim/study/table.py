"""The arms side by side: what engages, what harm is seen, and who sees most of it."""

from dataclasses import dataclass

import pandas as pd
from rich import box
from rich.table import Table

from feedsim.study.compare import differences, means, plain

CAPTION = (
    "Engagement value: weighted actions per person and day. Harm: % of impressions. Widest gap: between levels of a "
    "group of viewers, in harm seen. Means over seeds; below each, the difference to {} (± its 95 % interval)."
)


@dataclass(frozen=True)
class Gap:
    """How differently two levels of a group of viewers see harm."""

    value: float
    """share of impressions: the level that sees most, minus the one that sees least"""
    where: str
    """such as `age: 65+ over 18-29`"""


def arms_table(summary: pd.DataFrame) -> Table:
    """A line an arm: means over seeds, each with its difference to the first arm, paired by seed."""
    rows = plain(summary)
    first = str(rows["arm"].iloc[0])
    harms = list(dict.fromkeys(rows.loc[(rows["metric"] == "prevalence") & (rows["harm"] != ""), "harm"]))
    asked = [("engagement_value", ""), *(("prevalence", harm) for harm in harms)]
    now, against = _everyone(means(rows)), _everyone(differences(rows, first))
    before = widest_gap(rows[rows["arm"] == first])
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), caption=CAPTION.format(first), caption_justify="left")
    for name in ("arm", "engagement\nvalue", *(f"{harm}\n%" for harm in harms), "widest gap\n%"):
        table.add_column(name, overflow="fold", justify="left" if name == "arm" else "right")
    for arm in rows["arm"].drop_duplicates():
        cells = [_cell(now[now["arm"] == arm], against[against["arm"] == arm], *one) for one in asked]
        table.add_row(arm, *cells, _gap_cell(widest_gap(rows[rows["arm"] == arm]), None if arm == first else before))
    return table


def widest_gap(rows: pd.DataFrame) -> Gap:
    """Over group attributes, the widest gap between levels of viewers in harm of any class seen per impression.

    Of the means over seeds, so that chance within a seed widens it less.
    """
    seen = rows[(rows["metric"] == "prevalence") & (rows["side"] == "viewer") & (rows["part"] == "")]
    one_run = seen.groupby(["seed", "group", "level"])["value"].sum()
    levels = one_run.groupby(["group", "level"]).mean()
    gaps = [Gap(0.0, "no groups")]
    for group in levels.index.get_level_values("group").unique():
        of = levels.loc[group]
        gaps.append(Gap(float(of.max() - of.min()), f"{group}: {of.idxmax()} over {of.idxmin()}"))
    return max(gaps, key=lambda gap: gap.value)


def _everyone(cells: pd.DataFrame) -> pd.DataFrame:
    return cells[(cells["group"] == "") & (cells["part"] == "")]


def _cell(now: pd.DataFrame, against: pd.DataFrame, metric: str, harm: str) -> str:
    """The mean, and below it the difference, if there is one; shares in per cent."""
    scale = 100 if metric == "prevalence" else 1
    value = now.loc[(now["metric"] == metric) & (now["harm"] == harm), "mean"]
    text = "-" if value.empty else f"{scale * value.iloc[0]:.3f}"
    found = against[(against["metric"] == metric) & (against["harm"] == harm)]
    if found.empty:
        return text
    difference, high = float(found["mean"].iloc[0]), float(found["high"].iloc[0])
    interval = "" if pd.isna(high) else f" ±{scale * (high - difference):.3f}"
    return f"{text}\n{scale * difference:+.3f}{interval}"


def _gap_cell(gap: Gap, first: Gap | None) -> str:
    difference = "" if first is None else f"\n{100 * (gap.value - first.value):+.3f}"
    return f"{100 * gap.value:.3f}{difference}\n{gap.where}"
