"""What else an answer tells: how harm spreads and is found, and whose harmless posts are hit by mistake."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from feedsim.report.numbers import SPACE, number, percent
from feedsim.study.compare import CELL, differences

FURTHER = {
    "harm_reshares": ("resharing of {harm}", "{harm} reshared, per 1{space}000 impressions"),
    "recall": ("of {harm} found", "Share of {harm} that is found"),
    "misbelief": ("belief in false stories", "Belief in false stories, from 0 to 1"),
}
"""Metric -> what there is more or less of, and how its figures begin. Told where arms differ in it for sure."""
MISTAKES = {"false_positive_rate": "held to be {harm}", "action_rate": "acted on"}
"""Metric of harmless posts, by level of authors -> what is done to them."""
SLANT = "slant"
HARMLESS = "truth=harmless"
"""Part of what is told of posts of no class."""


@dataclass(frozen=True)
class Slant:
    """Two levels of authors: of all pairs, the one whose harmless posts fare most differently, in every seed."""

    metric: str
    harm: str
    group: str
    most: str
    least: str

    @property
    def done(self) -> str:
        """What is done to the posts, more often to one level's."""
        return MISTAKES[self.metric].format(harm=self.harm)

    def rows(self, cells: pd.DataFrame, level: str) -> pd.DataFrame:
        """The cells of one of the two levels."""
        mine = (cells["metric"] == self.metric) & (cells["harm"] == self.harm) & (cells["side"] == "author")
        return cells[mine & (cells["group"] == self.group) & (cells["level"] == level) & _of_harmless(cells)]


def slants(cells: pd.DataFrame, arm: str) -> list[Slant]:
    """Those of an arm: one for each kind of mistake, where there is any."""
    of = cells[(cells["arm"] == arm) & (cells["side"] == "author") & cells["metric"].isin(MISTAKES)]
    of = of[_of_harmless(of)]
    said = (_widest(str(names[0]), str(names[1]), rows) for names, rows in of.groupby(["metric", "harm"], sort=False))
    return sorted(filter(None, said), key=lambda slant: list(MISTAKES).index(slant.metric))


def _of_harmless(cells: pd.DataFrame) -> "pd.Series[bool]":
    """Which cells are of harmless posts: rates of false positives are by definition."""
    of_all = (cells["part"] == HARMLESS) & (cells["harm"] == "")
    return ((cells["metric"] == "false_positive_rate") & (cells["part"] == "")) | of_all


def _widest(metric: str, harm: str, rows: pd.DataFrame) -> Slant | None:
    """The widest that has the same sign in every seed; what has not is chance."""
    widths: dict[Slant, float] = {}
    for group, of in rows.groupby("group", sort=False):
        by_seed = of.pivot(index="seed", columns="level", values="value")
        mean = by_seed.mean()
        most, least = str(mean.idxmax()), str(mean.idxmin())
        width = by_seed[most] - by_seed[least]
        if width.min() > 0:
            widths[Slant(metric, harm, str(group), most, least)] = float(width.mean())
    return max(widths, key=lambda slant: widths[slant]) if widths else None


def slant_differences(cells: pd.DataFrame, slant: Slant, to: str) -> pd.DataFrame:
    """A row an arm: how much wider the slant is than in arm `to`, paired by seed."""
    run = ["arm", "assumption", "seed"]
    most, least = (slant.rows(cells, level).set_index(run)["value"] for level in (slant.most, slant.least))
    width = (most - least).dropna().rename("value").reset_index()
    return differences(width.assign(**{**dict.fromkeys(CELL, ""), "metric": SLANT}), to)


def told(slant: Slant, means: pd.DataFrame, arm: str) -> str:
    """What the slant of an arm is, in words; empty where it has none."""
    shares = [slant.rows(means[means["arm"] == arm], level)["mean"].tolist() for level in (slant.most, slant.least)]
    if not all(shares):
        return ""
    (most,), (least,) = shares
    times = f", {number(most / least, 2)}{SPACE}times as often" if least > 0 else ""
    return (
        f"harmless posts of {slant.group} {slant.most} are {slant.done} in {percent(most)} of cases, "
        f"of {slant.least} in {percent(least)}{times}"
    )


def further_metrics(harms: tuple[str, ...]) -> Iterator[tuple[str, str, str, str]]:
    """(metric, harm, what there is more or less of, how its figures begin)."""
    for metric, (what, begin) in FURTHER.items():
        for harm in ("",) if metric == "misbelief" else harms:
            words = {"harm": harm, "space": SPACE}
            yield metric, harm, what.format(**words), begin.format(**words)
