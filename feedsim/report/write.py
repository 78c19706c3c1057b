"""Putting the report together, and in its place."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from feedsim.report import enforcement, frontier, pictures, robust, sections
from feedsim.report.evidence import Evidence, gather
from feedsim.report.numbers import counted
from feedsim.report.page import Html, page, section


def write_report(
    study_dir: Path, study: str = "", question: str = "", arms: Sequence[str] = (), assumptions: Sequence[str] = ()
) -> Path:
    """Write `report.html` from a study's summary and the runs in it; the first arm is what others are compared with.

    What is left empty is taken from the files: names from the manifests, arms in the summary's order. With several
    assumptions, charts show the first. Raises NotARun where no run has finished or one is damaged.
    """
    evidence = gather(Path(study_dir), arms, assumptions, study, question)
    path = Path(study_dir) / "report.html"
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(render(evidence), encoding="utf-8")
        return temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)  # where the disk was full


def render(evidence: Evidence) -> Html:
    """The whole page."""
    each = [replace(evidence, assumptions=(name,)) for name in evidence.assumptions]
    under = f"Under the assumption: {evidence.assumptions[0]}." if len(each) > 1 else ""
    burn_in = evidence.runs[0][1].manifest.get("burn_in_days")
    unmeasured = f"{counted(burn_in, 'day', 'days')} of burn-in" if burn_in else ""
    start = f"Day 0 begins after {unmeasured}, not measured. " if burn_in else ""
    spread = f"Lines are means over seeds, bands reach from the least seed to the greatest. {start}{under}"
    seeds = f"Points are means over seeds, bars through them reach from the least seed to the greatest. {under}"
    plane = f"Further up is more engagement, further left is less harm. {seeds}"
    auc = (
        "AUC is the chance to score an impression with the action above one without it: 0.5 is guessing, 1 is perfect. "
        f"Each version is the ranker trained anew, and judged by what it then showed. {under}"
    )
    columns = seeds.replace("Points", "Columns")
    mistakes = f"{enforcement.EQUAL} {columns}"
    parts = {
        "arms": ("Arms", "How do the arms compare?", sections.arms_table(evidence), under),
        "trade-off": ("Trade-off", "What does engagement cost?", pictures.trade_off(evidence), plane),
        "frontier": ("Frontier", "What can be had for what?", frontier.section(evidence), frontier.NOTE),
        "time": ("Over time", "Does it change over time?", pictures.over_days(evidence), spread),
        "groups": ("Groups", "Who sees the harm?", pictures.by_group(evidence), columns),
        "found": ("Found", "How much of the harm is found?", enforcement.found(evidence), under),
        "kinds": ("Kinds", "Which of the harm is found?", enforcement.by_kind(evidence), under),
        "cold": ("Cold starts", "Which detectors could not learn?", enforcement.cold_starts(evidence), under),
        "mistakes": ("Mistakes", "Whom does it hit by mistake?", enforcement.mistakes(evidence), mistakes),
        "reviewers": (
            "Reviewers",
            "Can reviewers tell harm from what is none?",
            enforcement.reviewers(evidence),
            under,
        ),
        "ranker": ("Ranker", "Does the ranker learn?", pictures.ranker(evidence), auc),
        "assumptions": (
            "Assumptions",
            "Does the order of the arms survive what is assumed?",
            robust.survival(evidence) + sections.assumptions_table(each),
            "",
        ),
        "sensitivity": ("Sensitivity", "Which assumptions matter?", robust.effects(evidence), ""),
        "settings": ("Settings", "What did each arm change?", sections.settings(evidence), ""),
        "runs": ("Runs", "What was run?", sections.what_was_run(evidence), ""),
        "meanings": ("Meanings", "What do the measures mean?", sections.meanings(evidence), ""),
    }
    short = f'<div class="beside">{sections.in_short(evidence)}</div>{robust.in_short(evidence)}'
    short = f'<section class="answer"><h2>In short</h2>{short}</section>'
    body = short + "".join(section(name, title, inside, note) for name, (_, title, inside, note) in parts.items())
    links = {name: label for name, (label, _, inside, _) in parts.items() if inside}
    return page(
        evidence.question or evidence.study, f"feedsim study: {evidence.study}", sections.meta(evidence), links, body
    )
