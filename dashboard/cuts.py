"""What a chart is cut by: rows of cells in, the rows of the cut out, each with its `panel`. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

ANY = "any"
"""Harm of any class. A post is of one class at most, so shares of impressions add up."""
ADD_UP = ("prevalence", "harm_reshares")
"""Metrics of a class of harm that add up over classes."""
EVERYONE, HARM, SOURCE, POOL, MODALITY, KIND = "everyone", "harm", "source", "pool", "modality", "kind"
LABELS = {
    EVERYONE: "nothing", HARM: "class of harm", SOURCE: "source of the post", POOL: "pool of reviewers",
    MODALITY: "form of the post", KIND: "kind of post",
}  # fmt: skip
PARTS = {SOURCE: "source", POOL: "pool", MODALITY: "modality"}
"""Cuts that stand in a cell's part, as in `source=trending`."""
SIDES = {"viewer": "viewers", "author": "authors"}
POINTS = {"like_rate": 1.0, "angry_rate": 1.0, "comment_rate": 15.0, "reshare_rate": 5.0}
"""Per impression: the fixed weights of `engagement_value` (`feedsim metrics`)."""
BY_SOURCE = ("impressions", "impressions_share", *POINTS)
"""Metrics that engagement by source is made of."""


@dataclass(frozen=True)
class Cut:
    """By what: everyone, harm, source, pool, modality, kind, or the group attribute of viewers or authors."""

    by: str
    """one of LABELS, viewer or author"""
    group: str = ""

    @property
    def name(self) -> str:
        """As in an address."""
        return f"{self.by}:{self.group}" if self.group else self.by

    @property
    def label(self) -> str:
        """As in a list to choose from."""
        if self.group:
            return f"{self.group} of {SIDES[self.by]}"
        return LABELS[self.by]


def cuts_of(cells: pd.DataFrame) -> list[Cut]:
    """The cuts for which there are cells of these."""
    found = [Cut(EVERYONE)]
    if len(set(cells["harm"].unique()) - {""}) > 1:
        found.append(Cut(HARM))
    groups = cells[["side", "group"]].drop_duplicates().astype(str)
    found += [Cut(side, group) for side, group in groups.itertuples(index=False, name=None) if side in SIDES and group]
    return found + [Cut(by) for by in PARTS if _parts(cells, by)]


def harms_of(cells: pd.DataFrame) -> list[str]:
    """Classes of harm, the most prevalent first."""
    of = cells[(cells["metric"] == "prevalence") & (cells["side"] == "") & (cells["part"] == "")]
    sizes = of[of["harm"] != ""].groupby("harm", observed=True)["value"].mean()
    return [str(harm) for harm in sizes.sort_values(ascending=False).index]


def cut_rows(cells: pd.DataFrame, metric: str, harm: str, cut: Cut) -> pd.DataFrame:
    """The cells of a metric by a cut, each with its `panel` (empty where nothing is cut).

    `harm`: a class, ANY for the sum over classes, or empty for a metric that is not about harm.
    """
    mine = cells[cells["metric"] == metric]
    rows = mine[where(mine, cut)]
    if harm and cut.by == HARM:
        return rows[rows["harm"] != ""].assign(panel=lambda of: of["harm"].astype(str))
    rows = rows.assign(panel=panel_of(rows, cut))
    if harm == ANY:
        return _summed(rows[rows["harm"] != ""])
    return rows[rows["harm"] == harm]


def where(cells: pd.DataFrame, cut: Cut) -> "pd.Series[bool]":
    """Which cells are of the cut."""
    if cut.by in SIDES:
        return (cells["side"] == cut.by) & (cells["group"] == cut.group) & (cells["part"] == "")
    if cut.by in PARTS:
        return (cells["side"] == "") & cells["part"].isin(_parts(cells, cut.by))
    return (cells["side"] == "") & (cells["part"] == "")


def _parts(cells: pd.DataFrame, by: str) -> list[str]:
    """The parts that are of one cut alone."""
    said = (str(part) for part in cells["part"].unique())
    return [part for part in said if part.startswith(f"{PARTS[by]}=") and "," not in part]


def panel_of(rows: pd.DataFrame, cut: Cut) -> "pd.Series[str]":
    """The panel of each cell of a cut: the level of a group, or what stands in its part."""
    if cut.by in SIDES:
        return rows["level"].astype(str)
    return rows["part"].astype(str).str.removeprefix(f"{PARTS.get(cut.by, '')}=")


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    """Over classes of harm, which share a denominator."""
    by = [name for name in ("arm", "assumption", "seed", "day", "panel") if name in rows]
    said = rows.astype({name: str for name in by if name in ("arm", "assumption")})
    found: pd.DataFrame = said.groupby(by, sort=False, observed=True).agg(value=("value", "sum"), n=("n", "first"))
    return found.reset_index()


def value_by_source(cells: pd.DataFrame) -> pd.DataFrame:
    """Engagement that each source of posts brought, in points per person and day: they add up to `engagement_value`.

    From cells of BY_SOURCE: impressions per person and day, times the source's share of them, times its points an
    impression. Columns arm, seed and day (as far as there), panel, value.
    """
    by = [name for name in ("arm", "assumption", "seed", "day") if name in cells]
    everyone = cut_rows(cells, "impressions", "", Cut(EVERYONE)).set_index(by)["value"]
    parts = {metric: _of_source(cells, metric, by) for metric in ("impressions_share", *POINTS)}
    points = sum((parts[metric] * weight for metric, weight in POINTS.items()), start=0.0 * parts["like_rate"])
    value = (points * parts["impressions_share"]).rename("value").reset_index()
    of_all = everyone.rename("impressions").reset_index()
    both = value.merge(of_all, on=by)
    return both.assign(value=both["value"] * both["impressions"]).drop(columns="impressions")


def _of_source(cells: pd.DataFrame, metric: str, by: Sequence[str]) -> "pd.Series[float]":
    return cut_rows(cells, metric, "", Cut(SOURCE)).set_index([*by, "panel"])["value"]
