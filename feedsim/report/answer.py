"""The short answer, in words, from the numbers: each arm against the first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import pandas as pd

from feedsim.report.evidence import ENGAGEMENT, PREVALENCE, Evidence
from feedsim.report.finding import of_finding
from feedsim.report.further import Slant, further_metrics, slant_differences, told
from feedsim.report.gap import GAP, Gap
from feedsim.report.numbers import agreement, change, direction, number, percent
from feedsim.study.inference import method

FEW = 5
"""Seeds, below which t-intervals are much wider than they need to be."""
METHODS = {"t": "Student's t", "bca": "bootstrap"}
WORDS = {1: "more", -1: "less", 0: "no clear difference in"}
GAPS = {
    1: "a wider gap between groups",
    -1: "a narrower gap between groups",
    0: "no clear difference in the gap between groups",
}
MISTAKES = {
    1: "harmless posts {done} less evenly",
    -1: "harmless posts {done} more evenly",
    0: "no clear difference in whose harmless posts are {done}",
}
NOTHING = "the same in every figure and seed: what sets it apart never came into play"
Said: TypeAlias = tuple[str, int, str]
"""A finding in a few words, how sure it is (see `sureness`), and the figures in a sentence."""


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
    said = [_said(row, "engagement", _engagement(row)) for row in whole(rows, ENGAGEMENT)]
    for harm in evidence.harms:
        said += [_said(row, harm, _harm(row, harm)) for row in whole(rows, PREVALENCE, harm)]
    for row in whole(rows, GAP):
        way, sure = tendency(row), sureness(row)
        said.append((GAPS[way], sure, _gap(row, evidence.gaps[arm], evidence.gaps[evidence.base])))
    said += [_said(row, what, figures) for what, row, figures in of_finding(evidence, rows) if tendency(row)]
    said += [*_further(evidence, rows), *(_slanted(evidence, arm, slant) for slant in evidence.slants)]
    said = [one for one in said if one[2]]
    alike = bool((rows[["least", "greatest"]] == 0).all(axis=None))
    short = NOTHING if alike else _short(said, len(evidence.seeds))
    return Verdict(arm, short, tuple(figures for _, _, figures in said))


def _further(evidence: Evidence, rows: pd.DataFrame) -> Iterator[Said]:
    """How harm spreads, is found and is believed, where that differs in every seed."""
    for metric, harm, what, begin in further_metrics(evidence.harms):
        for row in whole(rows, metric, harm):
            if sureness(row) and tendency(row):
                form = percent if metric == "recall" else number
                values = f"{form(row['base'] + row['mean'])} instead of {form(row['base'])}"
                said = _points(row) if metric == "recall" else _percent(row)
                yield f"{WORDS[tendency(row)]} {what}", sureness(row), f"{capital(begin)}: {values}, {said}"


def _slanted(evidence: Evidence, arm: str, slant: Slant) -> Said:
    """Whether mistakes hit two groups of authors more or less evenly than in the first arm."""
    found = slant_differences(evidence.cells, slant, evidence.base)
    now = told(slant, evidence.means, arm)
    for _, row in found[found["arm"] == arm].iterrows():
        if now:
            words = MISTAKES[tendency(row)].format(done=slant.done)
            return words, sureness(row), f"{capital(now)}; the difference between them changes by {_points(row)}"
    return "", 0, ""


def _said(row: pd.Series, what: str, figures: str) -> Said:
    return f"{WORDS[tendency(row)]} {what}", sureness(row), figures


def tendency(row: pd.Series) -> int:
    """1 more, -1 less, 0 neither: by the interval or, where that includes 0, by what all seeds agree on."""
    return direction(row["mean"], row["low"], row["high"]) or agreement(row["least"], row["greatest"])


def sureness(row: pd.Series) -> int:
    """2 where the interval leaves 0 out (or there is none), 1 where only all seeds agree, 0 where they don't."""
    return 2 if direction(row["mean"], row["low"], row["high"]) else abs(agreement(row["least"], row["greatest"]))


def _short(said: list[Said], seeds: int) -> str:
    """What is certain, then what all seeds agree on, then what is open."""
    sure, likely, open_ = (", ".join(words for words, how, _ in said if how == wanted) for wanted in (2, 1, 0))
    agreed = f"in each of the {seeds} seeds, which are too few to be certain: {likely}" if likely else ""
    return "; ".join(filter(None, (sure, agreed, open_)))


def _engagement(row: pd.Series) -> str:
    values = f"{number(row['base'] + row['mean'])} points per person and day instead of {number(row['base'])}"
    return f"Engagement: {values}, {_percent(row)}"


def _harm(row: pd.Series, harm: str) -> str:
    shares = f"{percent(row['base'] + row['mean'])} of impressions instead of {percent(row['base'])}"
    return f"{capital(harm)}: {shares}, {_points(row)}"


def _gap(row: pd.Series, now: Gap, before: Gap) -> str:
    widths = number(100 * (row["base"] + row["mean"])), number(100 * row["base"])
    what = f"{widths[0]} points ({now}) instead of {widths[1]}{f' ({before})' if now != before else ''}"
    return f"Widest gap between groups in harm seen: {what}, {_points(row)}"


def _points(row: pd.Series) -> str:
    return _with(*change(100 * row["mean"], 100 * row["low"], 100 * row["high"], "points"))


def _percent(row: pd.Series) -> str:
    return _with(*change(row["percent"], row["percent_low"], row["percent_high"], "%"))


def _with(said: str, interval: str) -> str:
    return f"{said} ({interval})" if interval else said


def capital(words: str) -> str:
    """With a capital letter in front, the rest as it is."""
    return words[:1].upper() + words[1:]


def bests(evidence: Evidence) -> str:
    """Which arm has the most engagement, and which the least of each harm; of two, the verdict says it."""
    if len(evidence.arms) < 3:
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
    said += filter(None, (told(slant, evidence.means, evidence.base) for slant in evidence.slants))
    return "; ".join(said)


def certainty(evidence: Evidence) -> str:
    """How far the numbers can be trusted."""
    seeds = len(evidence.seeds)
    if seeds < 2:
        return "One seed: there are no intervals, and a difference may be chance. Run more seeds to tell."
    few = f" {seeds} seeds make wide intervals: {FEW} or more tell more." if seeds < FEW else ""
    return (
        f"In brackets: 95 % intervals ({METHODS[method(seeds)]}) over {seeds} seeds, of differences paired by seed. "
        f"They tell what chance does, not whether the scenario's assumptions hold.{few}"
    )


def whole(rows: pd.DataFrame, metric: str, harm: str = "") -> list[pd.Series]:
    """The cells of a metric for everyone, not cut by anything."""
    mine = rows[(rows["metric"] == metric) & (rows["harm"] == harm)]
    mine = mine[(mine["side"] == "") & (mine["group"] == "") & (mine["part"] == "")]
    return [row for _, row in mine.iterrows()]


def _extreme(evidence: Evidence, metric: str, harm: str, most: bool) -> str:
    rows = whole(evidence.means, metric, harm)
    if not rows:
        return ""
    chosen = (max if most else min)(rows, key=lambda row: row["mean"])
    return f"\u201c{chosen['arm']}\u201d"
