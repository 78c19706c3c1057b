"""What happened when: the burn-in and the days on which policies begin and end, from the scenarios of the arms."""

from collections.abc import Iterator, Mapping
from typing import Any

from dashboard import reading
from dashboard.charts.panels import Mark
from dashboard.frame import Shown


def burn_in_of(shown: Shown) -> float:
    """Days before day 0, of the first run."""
    said = shown.runs()[0][1].manifest.get("burn_in_days", 0)
    return float(said) if isinstance(said, int | float) else 0.0


def marks_of(shown: Shown) -> list[Mark]:
    """Of all arms: a policy that begins or ends while it is measured. One that does in several arms is told once."""
    found: dict[Mark, None] = {}
    seen: set[str] = set()
    for place, _ in shown.runs():
        if place.arm not in seen:
            seen.add(place.arm)
            found |= dict.fromkeys(policy_marks(reading.scenario(shown.study, place)))
    return sorted(found, key=lambda mark: mark.day)


def policy_marks(scenario: Mapping[str, Any]) -> Iterator[Mark]:
    """Days on which the policies of a scenario begin, if not with the first, and end."""
    policies = scenario.get("policies")
    for name, block in policies.items() if isinstance(policies, dict) else ():
        if isinstance(block, dict):
            start, end = block.get("start_day"), block.get("end_day")
            if isinstance(start, int | float) and start > 0:
                yield Mark(float(start), f"{name} begins")
            if isinstance(end, int | float):
                yield Mark(float(end), f"{name} ends")
