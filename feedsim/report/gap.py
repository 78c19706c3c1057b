"""How differently groups of viewers see harm. Pure functions of the summary."""

from dataclasses import dataclass

import pandas as pd

from feedsim.study.compare import CELL, plain

GAP = "widest_gap"
RUN = ["arm", "assumption", "seed"]


@dataclass(frozen=True)
class Gap:
    """Two levels of a group of viewers: of all such pairs, the one whose feeds differ most in harm."""

    group: str
    most: str
    least: str

    def __str__(self) -> str:
        return f"{self.group}: {self.most} over {self.least}"


def harm_by_level(summary: pd.DataFrame) -> pd.DataFrame:
    """Share of the impressions of each level of viewers that is harm of any class: RUN, group, level, value."""
    rows = plain(summary)
    rows = rows[(rows["metric"] == "prevalence") & (rows["side"] == "viewer") & (rows["part"] == "")]
    # A post is of one class at most, so shares of classes add up.
    found: pd.DataFrame = rows.groupby([*RUN, "group", "level"], sort=False)["value"].sum().reset_index()
    return found


def widest(levels: pd.DataFrame) -> Gap | None:
    """The widest gap of an arm, in the means over its seeds, so that chance within a seed widens it less."""
    means = levels.groupby(["group", "level"], sort=False)["value"].mean()
    widths = {}
    for group in means.index.get_level_values("group").unique():
        of = means.loc[group]
        widths[Gap(str(group), str(of.idxmax()), str(of.idxmin()))] = float(of.max() - of.min())
    return max(widths, key=lambda gap: widths[gap]) if any(widths.values()) else None


def widest_gaps(summary: pd.DataFrame) -> tuple[pd.DataFrame, dict[tuple[str, str], Gap]]:
    """The widest gap of each arm and assumption, and where it is.

    Rows like those of the summary, of metric `widest_gap`, a run each: the level that sees most minus the one that
    sees least, the same two in every seed. An arm is told apart from another by its own widest gap, which may be
    elsewhere.
    """
    rows, where = [], {}
    for names, levels in harm_by_level(summary).groupby(RUN[:2], sort=False):
        arm, assumption = map(str, names)
        gap = widest(levels)
        if gap is not None:
            where[arm, assumption] = gap
            rows.append(_by_seed(levels, gap).assign(arm=arm, assumption=assumption))
    empty = pd.DataFrame({name: pd.Series(dtype=object) for name in [*RUN, "value"]})
    found = pd.concat(rows, ignore_index=True) if rows else empty
    return found.assign(**{**dict.fromkeys(CELL, ""), "metric": GAP}), where


def _by_seed(levels: pd.DataFrame, gap: Gap) -> pd.DataFrame:
    """A row a seed: how much more the one level sees than the other."""
    by_seed = levels[levels["group"] == gap.group].pivot(index="seed", columns="level", values="value")
    return (by_seed[gap.most] - by_seed[gap.least]).dropna().rename("value").reset_index()
