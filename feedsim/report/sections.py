"""The report's words and tables, from the evidence."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd
import yaml

from feedsim.measures.names import BY_NAME
from feedsim.report.answer import Verdict, alone, answer, bests, capital, certainty, sureness, tendency, whole
from feedsim.report.charts import looks
from feedsim.report.evidence import ENGAGEMENT, PREVALENCE, QUALITY, Evidence
from feedsim.report.gap import GAP
from feedsim.report.legend import mark
from feedsim.report.numbers import change, counted, fixed, number, percent
from feedsim.report.page import Html, details, table, text

SIGNS = {(1, 2): "\u25b2", (-1, 2): "\u25bc", (1, 1): "\u25b3", (-1, 1): "\u25bd", (0, 0): "\u2248"}
"""(tendency, sureness) of a difference -> its sign."""
MEASURED = {
    ENGAGEMENT: "Engagement",
    PREVALENCE: "Harm seen",
    QUALITY: "AUC of the ranker",
    "recall": "Recall",
    "removal_rate": "Recall of removal",
    "precision": "Precision",
    "proactive_rate": "Proactive rate",
    "hours_to_removal": "Hours to removal",
    "prevented_share": "Share of impressions prevented",
    "decided_within_24h": "Decided within 24 hours",
    "false_positive_rate": "Held to be harmful by mistake",
    "action_rate": "Acted on",
    "demotion_rate": "Demoted in feeds",
    "filtered_share": "Kept out of feeds",
    "d_prime": "Sensitivity of reviewers",
    "criterion": "Criterion of reviewers",
}
"""Metric -> what this report calls it."""
MANY = 6
"""Of more assumptions than these, a table of all is folded."""
FEW_ARMS = 3
"""Of more arms than these, the answer gives no figures: the table below it does."""


def in_short(evidence: Evidence) -> Html:
    """The answer in a few sentences, and beside it how far to trust it."""
    said = answer(evidence)
    if said:
        there = text(alone(evidence))
        against = f"<p>Compared with <strong>{text(evidence.base)}</strong> ({there}):</p>"
        best = f"<p>{text(bests(evidence))}</p>" if bests(evidence) else ""
        lines = "".join(_verdict(verdict, len(said) <= FEW_ARMS) for verdict in said)
        body = f"{against}<ul>{lines}</ul>{best}"
    else:
        body = f"<p><strong>{text(evidence.base)}</strong>: {text(alone(evidence))}.</p>"
    unfinished = ", ".join(evidence.unfinished)
    missing = f'<p class="small">Not finished, and not in this report: {text(unfinished)}.</p>' if unfinished else ""
    how = f'<h3>How sure is this?</h3><p class="small">{text(certainty(evidence))}</p>{missing}'
    return f"<div>{body}</div><aside>{how}</aside>"


def _verdict(verdict: Verdict, with_figures: bool) -> Html:
    figures = "".join(f"<li>{text(sentence)}</li>" for sentence in verdict.figures)
    below = f"<ul>{figures}</ul>" if with_figures else ""
    return f"<li><strong>{text(verdict.arm)}</strong>: {text(verdict.short)}{below}</li>"


def arms_table(evidence: Evidence) -> Html:
    """Engagement, each harm and the widest gap, an arm a row, each with its difference to the first arm."""
    head = ["Arm", "Engagement, points per person and day"]
    head += [f"{text(capital(harm))}, share of impressions" for harm in evidence.harms]
    head += ["Widest gap between groups in harm seen, points"] if evidence.gaps else []
    below = f" Below each: the difference to {evidence.base}, and its 95 % interval." if len(evidence.arms) > 1 else ""
    rows = [_arm_row(evidence, arm) for arm in evidence.arms]
    return table(head, rows, f"Means over seeds.{below}", kind="cards") + f'<p class="small">{_signs(evidence)}</p>'


def _signs(evidence: Evidence) -> str:
    gap = (
        "The gap: of what a group of viewers is shown, the share that is harm of any kind, where it is largest minus "
        "where it is smallest."
    )
    signs = "\u25b2 more, \u25bc less, \u2248 no clear difference: the interval includes 0. "
    few = "\u25b3 more, \u25bd less in every seed, but the interval includes 0: too few seeds to be certain. "
    points = "Points of a share are percentage points. "
    return f"{signs + few if len(evidence.arms) > 1 else ''}{points}{gap if evidence.gaps else ''}"


def _arm_row(evidence: Evidence, arm: str) -> list[Html]:
    rows = evidence.means[evidence.means["arm"] == arm]
    found = evidence.differences[evidence.differences["arm"] == arm]
    cells = [_cell(whole(rows, ENGAGEMENT), whole(found, ENGAGEMENT), number, is_share=False)]
    for harm in evidence.harms:
        cells.append(_cell(whole(rows, PREVALENCE, harm), whole(found, PREVALENCE, harm), percent, is_share=True))
    if evidence.gaps:
        where = f'<span class="where">{text(evidence.gaps.get(arm, "no groups that differ"))}</span>'
        cells.append(_cell(whole(rows, GAP), whole(found, GAP), lambda share: number(100 * share), True, where))
    return [f"{mark(looks(evidence.arms)[arm])}{text(arm)}", *cells]


def _cell(
    means: list[pd.Series], found: list[pd.Series], form: Callable[[float], str], is_share: bool, note: Html = ""
) -> Html:
    """A mean, and below it the difference to the first arm."""
    return (
        "".join([*(form(row["mean"]) for row in means), note, *(_change(row, is_share) for row in found)]) or "\u2013"
    )


def _change(row: pd.Series, is_share: bool) -> Html:
    names = ("mean", "low", "high") if is_share else ("percent", "percent_low", "percent_high")
    mean, low, high = (row[name] * (100 if is_share else 1) for name in names)
    said, interval = change(mean, low, high, "points" if is_share else "%")
    sign = SIGNS[tendency(row), sureness(row)]
    return f'<span class="change">{sign} {said}{f"<br>{interval}" if interval else ""}</span>'


def assumptions_table(all_of: list[Evidence]) -> Html:
    """Differences to the first arm under every assumption; nothing where there is only one."""
    if len(all_of) < 2:
        return ""
    first = all_of[0]
    head = ["Assumption", "Arm", "Engagement", *(text(harm) for harm in first.harms)]
    body = []
    for one in all_of:
        for arm in one.arms[1:]:
            found = one.differences[one.differences["arm"] == arm]
            cells = [[_change(row, False) for row in whole(found, ENGAGEMENT)]]
            cells += [[_change(row, True) for row in whole(found, PREVALENCE, harm)] for harm in first.harms]
            body.append([text(one.assumptions[0]), text(arm), *("".join(cell) or "\u2013" for cell in cells)])
    every = table(head, body, f"Differences to {first.base}, with 95 % intervals, under each assumption.", kind="tall")
    return details("Under each assumption", every) if len(all_of) > MANY else every


def settings(evidence: Evidence) -> Html:
    """What each arm changes, and the whole resolved scenario of each."""
    yamls = {arm: _scenario(evidence, arm) for arm in evidence.arms}
    flat = {arm: dict(_flat(yaml.safe_load(of) or {})) for arm, of in yamls.items()}
    paths = dict.fromkeys(path for of in flat.values() for path in of)
    body = [
        [f"<code>{text(path)}</code>", *(text(of.get(path, "\u2013")) for of in flat.values())]
        for path in paths
        if len({str(of.get(path)) for of in flat.values()}) > 1
    ]
    changed = table(["Setting", *map(text, flat)], body, "Settings that differ between arms; the others are equal.")
    whole_of = "".join(details(f"All settings: {arm}", f"<pre>{text(of)}</pre>") for arm, of in yamls.items())
    return (f'<div class="words">{changed}</div>' if body else "") + whole_of


def _scenario(evidence: Evidence, arm: str) -> str:
    return next(run.scenario_yaml for place, run in evidence.runs if place.arm == arm)


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, value) of every leaf."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    else:
        yield path, "none" if value in (None, {}, []) else str(value)


def what_was_run(evidence: Evidence) -> Html:
    """Every run with what it took, and the versions that made it."""
    head = ["Run", "People", "Impressions, with burn-in", "Seconds", "Peak memory, MB", "Content hash"]
    body = [
        _run_row(" / ".join(filter(None, (p.arm, p.assumption, f"seed {p.seed}"))), r.manifest)
        for p, r in evidence.runs
    ]
    first = evidence.runs[0][1].manifest
    made = {"feedsim": first.get("feedsim"), **first.get("versions", {}), "on": first.get("platform")}
    versions = ", ".join(
        f"{name} {version}" for name, version in {**made, "processor": first.get("cpu")}.items() if version
    )
    same = "The same hash, on the same versions and processor, gives the same numbers."
    return (
        table(head, body, f"Finished runs. {same}", kind="tall")
        + f'<p class="small">{text(versions)}</p>'
        + _stages(first)
    )


def _run_row(name: str, manifest: Mapping[str, Any]) -> list[Html]:
    def count(key: str, decimals: int = 0) -> str:
        return fixed(float(manifest[key]), decimals) if manifest.get(key) is not None else "\u2013"

    sizes = [count("users"), count("impressions"), count("seconds", 1), count("peak_memory_mb")]
    return [text(name), *sizes, f"<code>{text(str(manifest.get('content_hash', ''))[:12])}</code>"]


def _stages(manifest: Mapping[str, Any]) -> Html:
    stages = manifest.get("stages") or {}
    body = [
        [text(name), fixed(of["seconds"], 1), "\u2013" if of.get("rows") is None else fixed(of["rows"], 0)]
        for name, of in stages.items()
    ]
    return (
        details("Seconds a stage, of the first run", table(["Stage", "Seconds", "Rows"], body, "Stages"))
        if body
        else ""
    )


def meanings(evidence: Evidence) -> Html:
    """What the measures of this report mean."""
    there = set(evidence.daily["metric"]) | set(evidence.means["metric"])
    body = [
        [f"{said}<br><code>{text(name)}</code>", *map(text, (of.formula, of.denominator, of.unit))]
        for name, said in MEASURED.items()
        if name in there and (of := BY_NAME.get(name))
    ]
    if evidence.gaps:
        formula = "share that is harm of any kind: of the level that sees most, minus of the one that sees least"
        body.append(["Widest gap between groups", formula, "impressions of each level", "percentage points"])
    return f'<div class="words">{table(["Measure", "Formula", "Denominator", "Unit"], body, "Measures")}</div>'


def meta(evidence: Evidence) -> str:
    """What was run, in a line."""
    first = evidence.runs[0][1].manifest
    said = [counted(len(evidence.arms), "arm", "arms"), counted(len(evidence.seeds), "seed", "seeds")]
    words = {
        "users": ("person", "people"),
        "days": ("day measured", "days measured"),
        "burn_in_days": ("day of burn-in before", "days of burn-in before"),
    }
    said += [counted(float(first[key]), *of) for key, of in words.items() if first.get(key) is not None]
    return " \u00b7 ".join(said)
