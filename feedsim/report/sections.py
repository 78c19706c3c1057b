"""The report's words and tables, from the evidence."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd
import yaml

from feedsim.measures.names import BY_NAME
from feedsim.report.answer import Verdict, alone, answer, bests, capital, certainty, gap_cells, whole
from feedsim.report.charts import COLOURS, looks
from feedsim.report.evidence import ENGAGEMENT, PREVALENCE, Evidence
from feedsim.report.numbers import SPACE, change, direction, fixed, number, percent
from feedsim.report.page import Html, details, table, text

SIGNS = {1: "\u25b2", -1: "\u25bc", 0: "\u2248"}
SHAPES = {
    "circle": "\u25cf", "square": "\u25a0", "diamond": "\u25c6", "triangle-up": "\u25b2", "cross": "\u271a",
    "x": "\u2716", "star": "\u2605", "triangle-down": "\u25bc",
}  # fmt: skip


def in_short(evidence: Evidence) -> Html:
    """The answer, in a few sentences."""
    said = answer(evidence)
    if said:
        lines = "".join(map(_verdict, said))
        against = f"<p>Compared with <strong>{text(evidence.base)}</strong>:</p>"
        body = f"{against}<ul>{lines}</ul><p>{text(bests(evidence))}</p>"
    else:
        body = f"<p><strong>{text(evidence.base)}</strong>: {text(alone(evidence))}.</p>"
    unfinished = ", ".join(evidence.unfinished)
    missing = f'<p class="small">Not finished, and not in this report: {text(unfinished)}.</p>' if unfinished else ""
    return f'{body}<p class="small">{text(certainty(evidence))}</p>{missing}'


def _verdict(verdict: Verdict) -> Html:
    figures = "".join(f"<li>{text(sentence)}</li>" for sentence in verdict.figures)
    return f"<li><strong>{text(verdict.arm)}</strong>: {text(verdict.short)}<ul>{figures}</ul></li>"


def arms_table(evidence: Evidence) -> Html:
    """Engagement, each harm and the widest gap, an arm a row, each with its difference to the first arm."""
    head = ["Arm", "Engagement, points per person and day"]
    head += [f"{text(capital(harm))}, share of impressions" for harm in evidence.harms]
    if evidence.widest_gap:
        harm, group = map(text, evidence.widest_gap)
        head.append(f"Widest gap between groups: {harm} by {group}, points")
    caption = f"Means over seeds. Below each: the difference to {evidence.base}, and its 95 % interval."
    return table(head, [_arm_row(evidence, arm) for arm in evidence.arms], caption) + (
        '<p class="small">▲ more, ▼ less, ≈ no clear difference: the interval includes 0. '
        "Points of a share are percentage points.</p>"
    )


def _arm_row(evidence: Evidence, arm: str) -> list[Html]:
    rows = evidence.means[evidence.means["arm"] == arm]
    found = evidence.differences[evidence.differences["arm"] == arm]
    cells = [_cell(whole(rows, ENGAGEMENT), whole(found, ENGAGEMENT), number, is_share=False)]
    for harm in evidence.harms:
        cells.append(_cell(whole(rows, PREVALENCE, harm), whole(found, PREVALENCE, harm), percent, is_share=True))
    if evidence.widest_gap:
        now, against = gap_cells(rows, *evidence.widest_gap), gap_cells(found, *evidence.widest_gap)
        cells.append(_cell(now, against, lambda share: number(100 * share), is_share=True))
    look = looks(evidence.arms)[arm]
    colour = f"var(--arm{COLOURS.index(look.colour)})"
    mark = f'<span class="key" style="color:{colour}" aria-hidden="true">{SHAPES[look.marker]}</span>'
    return [f"{mark}{text(arm)}", *cells]


def _cell(means: list[pd.Series], found: list[pd.Series], form: Callable[[float], str], is_share: bool) -> Html:
    """A mean, and below it the difference to the first arm."""
    return "".join([form(row["mean"]) for row in means] + [_change(row, is_share) for row in found]) or "\u2013"


def _change(row: pd.Series, is_share: bool) -> Html:
    names = ("mean", "low", "high") if is_share else ("percent", "percent_low", "percent_high")
    mean, low, high = (row[name] * (100 if is_share else 1) for name in names)
    said, interval = change(mean, low, high, "points" if is_share else "%")
    sign = SIGNS[direction(row["mean"], row["low"], row["high"])]
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
    return table(head, body, f"Differences to {first.base}, with 95 % intervals, under each assumption.")


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
    head = ["Run", "People", "Impressions", "Seconds", "Peak memory, MB", "Content hash"]
    body = [
        _run_row(" / ".join(filter(None, (p.arm, p.assumption, f"seed {p.seed}"))), r.manifest)
        for p, r in evidence.runs
    ]
    first = evidence.runs[0][1].manifest
    made = {"feedsim": first.get("feedsim"), **first.get("versions", {}), "processor": first.get("cpu")}
    versions = ", ".join(f"{name} {version}" for name, version in made.items() if version)
    return table(head, body, "Finished runs", wide=True) + f'<p class="small">{text(versions)}</p>' + _stages(first)


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
    body = [
        [text(name), text(BY_NAME[name].formula), text(BY_NAME[name].denominator), text(BY_NAME[name].unit)]
        for name in (ENGAGEMENT, PREVALENCE, "ranker_auc")
        if name in set(evidence.daily["metric"]) | set(evidence.means["metric"])
    ]
    return f'<div class="words">{table(["Measure", "Formula", "Denominator", "Unit"], body, "Measures")}</div>'


def meta(evidence: Evidence) -> str:
    """What was run, in a line."""
    first = evidence.runs[0][1].manifest
    facts = {"arms": len(evidence.arms), "seeds": len(evidence.seeds)}
    said = [f"{n} {name if n != 1 else name[:-1]}" for name, n in facts.items()]
    for key, unit in (("users", "people"), ("days", "days measured"), ("burn_in_days", "days of burn-in before")):
        if first.get(key) is not None:
            said.append(f"{fixed(float(first[key]), 0)}{SPACE}{unit}")
    return " \u00b7 ".join(said)
