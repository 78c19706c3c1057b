"""The short answer, in words, from the numbers: each arm against the first."""

from dataclasses import dataclass

import pandas as pd

from feedsim.report.evidence import ENGAGEMENT, GAP, PREVALENCE, Evidence
from feedsim.report.numbers import change, direction, number, percent

FEW = 5
"""Seeds, below which t-intervals are much wider than they need to be."""
WORDS = {1: "more", -1: "less", 0: "no clear difference in"}
GAPS = {
    1: "a wider gap between groups",
    -1: "a narrower gap between groups",
    0: "no clear difference between groups' gaps",
}


@dataclass(frozen=True)
class Verdict:
    """What an arm changes, against the first."""

    arm: str
    short: str
    """such as: more engagement, less hate"""
    figures: tuple[str, ...]
    """what that rests on, a sentence a measure"""


def answer(evidence: Evidence) -> list[Verdict]:
    """A verdict on every arm but the first."""
    found = evidence.differences
    verdicts = [_verdict(evidence, arm, found[found["arm"] == arm]) for arm in evidence.arms[1:]]
    return [verdict for verdict in verdicts if verdict.figures]


def _verdict(evidence: Evidence, arm: str, rows: pd.DataFrame) -> Verdict:
    said = [(f"{_word(row, WORDS)} engagement", _engagement(row)) for row in whole(rows, ENGAGEMENT)]
    for harm in evidence.harms:
        said += [(f"{_word(row, WORDS)} {harm}", _harm(row, harm)) for row in whole(rows, PREVALENCE, harm)]
    if evidence.widest_gap:
        harm, group = evidence.widest_gap
        said += [(_word(row, GAPS), _gap(row, harm, group)) for row in gap_cells(rows, harm, group)]
    return Verdict(arm, ", ".join(short for short, _ in said), tuple(figures for _, figures in said))


def _word(row: pd.Series, words: dict[int, str]) -> str:
    return words[direction(row["mean"], row["low"], row["high"])]


def _engagement(row: pd.Series) -> str:
    said, interval = change(row["percent"], row["percent_low"], row["percent_high"], "%")
    values = f"{number(row['base'] + row['mean'])} points per person and day instead of {number(row['base'])}"
    return f"Engagement: {values}, {_with(said, interval)}"


def _harm(row: pd.Series, harm: str) -> str:
    shares = f"{percent(row['base'] + row['mean'])} of impressions instead of {percent(row['base'])}"
    return f"{capital(harm)}: {shares}, {_points(row)}"


def _gap(row: pd.Series, harm: str, group: str) -> str:
    now, before = number(100 * (row["base"] + row["mean"])), number(100 * row["base"])
    what = f"Gap in {harm} between the most and the least exposed, by {group}"
    return f"{what}: {now} points instead of {before}, {_points(row)}"


def _points(row: pd.Series) -> str:
    return _with(*change(100 * row["mean"], 100 * row["low"], 100 * row["high"], "points"))


def _with(said: str, interval: str) -> str:
    return f"{said} ({interval})" if interval else said


def capital(words: str) -> str:
    """With a capital letter in front, the rest as it is."""
    return words[:1].upper() + words[1:]


def bests(evidence: Evidence) -> str:
    """Which arm has the most engagement, and which the least of each harm."""
    if len(evidence.arms) < 2:
        return ""
    said = []
    if engagement := _extreme(evidence, ENGAGEMENT, "", most=True):
        said.append(f"most engagement: {engagement}")
    said += [f"least {harm}: {_extreme(evidence, PREVALENCE, harm, most=False)}" for harm in evidence.harms]
    return f"{capital('; '.join(said))}." if said else ""


def alone(evidence: Evidence) -> str:
    """What the only arm, or the first, measures."""
    rows = evidence.means[evidence.means["arm"] == evidence.base]
    said = [f"{number(row['mean'])} points of engagement per person and day" for row in whole(rows, ENGAGEMENT)]
    for harm in evidence.harms:
        said += [f"{percent(row['mean'])} of impressions are {harm}" for row in whole(rows, PREVALENCE, harm)]
    return "; ".join(said)


def certainty(evidence: Evidence) -> str:
    """How far the numbers can be trusted."""
    seeds = len(evidence.seeds)
    if seeds < 2:
        return "One seed: there are no intervals, and a difference may be chance. Run more seeds to tell."
    return (
        f"In brackets: 95 % intervals over {seeds} seeds, of differences paired by seed. They tell what chance does, "
        f"not whether the scenario's assumptions hold.{' Few seeds make wide intervals.' if seeds < FEW else ''}"
    )


def whole(rows: pd.DataFrame, metric: str, harm: str = "") -> list[pd.Series]:
    """The cells of a metric for everyone, not cut by anything."""
    mine = rows[(rows["metric"] == metric) & (rows["harm"] == harm)]
    mine = mine[(mine["side"] == "") & (mine["group"] == "") & (mine["part"] == "")]
    return [row for _, row in mine.iterrows()]


def gap_cells(rows: pd.DataFrame, harm: str, group: str) -> list[pd.Series]:
    """The cell of the gap between groups in a harm, if there is one."""
    mine = rows[(rows["metric"] == GAP) & (rows["harm"] == harm) & (rows["group"] == group)]
    return [row for _, row in mine.iterrows()]


def _extreme(evidence: Evidence, metric: str, harm: str, most: bool) -> str:
    rows = whole(evidence.means, metric, harm)
    if not rows:
        return ""
    chosen = (max if most else min)(rows, key=lambda row: row["mean"])
    return f"\u201c{chosen['arm']}\u201d"
