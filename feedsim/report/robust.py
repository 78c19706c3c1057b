"""What the report says of assumptions: whether the order of the arms survives them, and which of them matter."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from feedsim.report.answer import capital
from feedsim.report.evidence import ENGAGEMENT, Evidence
from feedsim.report.gap import GAP
from feedsim.report.numbers import GLUE, fixed, number, places
from feedsim.report.page import Html, details, table, text
from feedsim.study.robustness import Standing, standings

UNITS = {ENGAGEMENT: ("points per person and day", 1.0), GAP: ("points", 100.0)}
"""Metric -> unit and scale; the rest are shares of impressions."""
SHARE = ("% of impressions", 100.0)


def named(standing: Standing) -> str:
    """What a measure is called in a sentence."""
    return {ENGAGEMENT: "engagement", GAP: "the gap between groups"}.get(standing.metric, standing.harm)


def unit(standing: Standing) -> tuple[str, float]:
    """Unit and scale of a measure."""
    return UNITS.get(standing.metric, SHARE)


def best(standing: Standing) -> str:
    """What it means to be first."""
    return "most" if standing.metric == ENGAGEMENT else "narrowest" if standing.metric == GAP else "least"


def verdict(standing: Standing) -> str:
    """In a sentence: does the order of the arms survive, and who is first."""
    return f"{capital(named(standing))} ({best(standing)} first): {order(standing)}."


def order(standing: Standing) -> str:
    """The same in fewer words, below a heading that names the measure."""
    many = len(standing.assumptions)
    if standing.same_order == many:
        return f"the arms stand in the same order under all {many} assumptions: {', '.join(standing.order)}"
    firsts = sorted(standing.firsts.items(), key=lambda item: -item[1])
    who = ", ".join(f"{arm} under {count}" for arm, count in firsts if count)
    known = standing.correlations[np.isfinite(standing.correlations)]
    how = (
        f" (rank correlation with the pooled order: {known.mean():.2f} on average, {known.min():.2f} at least)"
        if known.size and len(standing.arms) > 2
        else ""
    )
    changed = many - standing.same_order
    return f"the order of the arms changes under {changed} of {many} assumptions{how}; first is {who}"


def spread(standing: Standing, arm: str) -> tuple[str, str, str]:
    """The difference to the first arm pooled over assumptions, its standard deviation over them, and its range."""
    changes = standing.changes[:, standing.arms.index(arm)] * unit(standing)[1]
    decimals = places(float(np.abs(changes).max()), 2)
    many = len(changes)
    deviation = fixed(float(changes.std(ddof=1)), decimals) if many > 1 else ""
    ends = (fixed(float(end), decimals, sign=True) for end in (changes.min(), changes.max()))
    return fixed(float(changes.mean()), decimals, sign=True), deviation, f"{GLUE}to{GLUE}".join(ends)


def in_short(evidence: Evidence) -> Html:
    """Sentences for the answer; nothing where one thing is assumed."""
    said = [verdict(one) for one in _standings(evidence)]
    lines = "".join(f"<li>{text(sentence)}</li>" for sentence in said)
    where = text(f"These figures are those under the assumption {evidence.assumptions[0]}. Under all of them:")
    return f"<p>{where}</p><ul>{lines}</ul>" if said else ""


def _standings(evidence: Evidence) -> list[Standing]:
    if len(evidence.assumptions) < 2 or len(evidence.arms) < 2:
        return []
    return [one for one in standings(evidence.every_cell) if len(one.assumptions) > 1]


def survival(evidence: Evidence) -> Html:
    """The sentences, what they rest on, and what each assumption says."""
    found = _standings(evidence)
    if not found:
        return ""
    head = [
        "Measure",
        "Arm",
        "Mean",
        f"Difference to {text(evidence.base)}",
        "Standard deviation",
        "Range",
        "First under",
    ]
    body = [row for standing in found for row in _rows(standing)]
    caption = (
        "Over assumptions, each of which counts alike; under each, means over seeds and differences paired by seed."
    )
    sentences = "".join(f"<li>{text(verdict(one))}</li>" for one in found)
    return f"<ul>{sentences}</ul>{table(head, body, caption)}{_points(evidence.points)}"


def _rows(standing: Standing) -> Iterator[list[Html]]:
    what, scale = unit(standing)
    for arm, mean in zip(standing.arms, standing.pooled * scale, strict=True):
        change = ("\u2013",) * 3 if arm == standing.arms[0] else spread(standing, arm)
        first = f"{standing.firsts[arm]} of {len(standing.assumptions)}"
        yield [text(f"{capital(named(standing))}, {what}"), text(arm), number(float(mean)), *map(text, change), first]


def _points(points: pd.DataFrame) -> Html:
    """What each assumption says, unfolded on demand."""
    if points.empty:
        return ""
    by = points.pivot(index="assumption", columns="setting", values="value").loc[
        list(dict.fromkeys(points["assumption"]))
    ]
    by = by[list(dict.fromkeys(points["setting"]))]
    head = ["Assumption", *(f"<code>{text(name)}</code>" for name in by.columns)]
    body = [[text(name), *map(text, row)] for name, row in zip(by.index, by.to_numpy(), strict=True)]
    return details("What each assumption says", table(head, body, "Settings under each assumption.", kind="tall"))


def effects(evidence: Evidence) -> Html:
    """What `feedsim sensitivity` found, a table a method; nothing where it has not been run."""
    rows = evidence.effects
    rows = rows[(rows[["side", "group", "level", "part"]] == "").all(axis=1)]
    return "".join(_effects(str(method), of) for method, of in rows.groupby("method", sort=False))


CAPTIONS = {
    "morris": (
        "Morris: the mean size of what changes when an assumption goes from one end to the other, the others anywhere, "
        "with its 95 % interval."
    ),
    "sobol": (
        "Sobol: the share of the variance that would go if the assumption were known, with its 95 % interval; in front "
        "of it the share that it explains alone."
    ),
}


def _effects(method: str, rows: pd.DataFrame) -> Html:
    columns = list(dict.fromkeys(zip(rows["arm"], rows["against"], strict=True)))
    # Differences are what the study asks for: they come first.
    columns.sort(key=lambda column: not column[1])
    of = {(r["arm"], r["against"], r["metric"], r["harm"], r["assumption"]): r for _, r in rows.iterrows()}
    lines = dict.fromkeys(zip(rows["metric"], rows["harm"], rows["assumption"], strict=True))
    body = [
        [text(_measure(metric, harm, method)), f"<code>{text(name)}</code>"]
        + [_effect(of.get((*column, metric, harm, name)), method) for column in columns]
        for metric, harm, name in lines
    ]
    head = ["Measure", "Assumption", *(text(f"{arm} \u2212 {base}" if base else arm) for arm, base in columns)]
    chance = " Grey: no more than what seeds alone would make." if rows["chance"].notna().any() else ""
    return table(head, body, CAPTIONS[method] + chance, kind="tall")


def _measure(metric: str, harm: str, method: str) -> str:
    what = {ENGAGEMENT: "engagement", GAP: "widest gap between groups"}.get(metric, harm or metric)
    said = UNITS.get(metric, SHARE if metric == "prevalence" else ("", 1.0))[0]
    return f"{capital(what)}, % of variance" if method == "sobol" else ", ".join(filter(None, (capital(what), said)))


def _effect(row: "pd.Series | None", method: str) -> Html:
    if row is None or not np.isfinite(row["effect"]):
        return "\u2013"
    scale = (
        100.0
        if method == "sobol"
        else UNITS.get(row["metric"], SHARE if row["metric"] == "prevalence" else ("", 1.0))[1]
    )
    decimals = max(places(row["effect"] * scale, 2), places((row["high"] - row["low"]) * scale, 1))
    effect, low, high, alone = (fixed(row[name] * scale, decimals) for name in ("effect", "low", "high", "first_order"))
    front = f"{alone} / " if np.isfinite(row["first_order"]) else ""
    said = f"{front}{effect} ({low}{GLUE}to{GLUE}{high})"
    return f'<span class="change">{said}</span>' if row["effect"] <= row["chance"] else said
