"""What has become of a study: its runs that are finished, at work, failed or damaged. Knows nothing of Streamlit."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dashboard.shelf import Failure, StudyFolder
from feedsim.report.numbers import counted, fixed
from feedsim.results import NotARun, Run, RunPath, progress


@dataclass(frozen=True)
class AtWork:
    """A run at work."""

    name: str
    share: float
    """of its days, 0 to 1"""
    told: str
    """how far it is, in words"""


@dataclass(frozen=True)
class Status:
    """A study, as the list of studies shows it."""

    name: str
    question: str
    arms: tuple[str, ...]
    seeds: tuple[int, ...]
    facts: str
    """people and days, of its first run"""
    finished: int
    at_work: tuple[AtWork, ...]
    failures: tuple[Failure, ...]
    troubles: tuple[str, ...]
    """why runs can't be read, a sentence each"""

    @property
    def word(self) -> str:
        """In a word: running, failed, damaged, done or empty."""
        if self.at_work:
            return "running"
        if self.failures:
            return "failed"
        if self.troubles:
            return "damaged"
        return "done" if self.finished else "empty"


def status_of(study: StudyFolder, opened: Callable[[StudyFolder, RunPath], Run], order: Sequence[str] = ()) -> Status:
    """Look at a study's folder; `opened` opens a run. Arms stand in this order, others behind."""
    read, troubles = [], []
    for run in study.runs:
        try:
            read.append((run, opened(study, run)))
        except NotARun as error:
            troubles.append(str(error))
    places = [*study.runs, *study.running]
    there = [run.arm for run in places]
    first = read[0][1].manifest if read else {}
    return Status(
        name=study.name,
        question=str(first.get("question", "")),
        arms=tuple(dict.fromkeys([*(arm for arm in order if arm in there), *there])),
        seeds=tuple(sorted({run.seed for run in places})),
        facts=_facts(first),
        finished=len(read),
        at_work=tuple(at_work(run) for run in study.running),
        failures=tuple(study.failures),
        troubles=tuple(dict.fromkeys(troubles)),
    )


def _facts(manifest: dict[str, object]) -> str:
    parts = {
        "users": ("person", "people"),
        "days": ("day", "days"),
        "burn_in_days": ("day of burn-in", "days of burn-in"),
    }
    counts = {key: _number(manifest[key]) for key in parts if key in manifest}
    return ", ".join(counted(count, *parts[key]) for key, count in counts.items())


def at_work(run: RunPath) -> AtWork:
    """How far a run is, as its last record tells."""
    name = " / ".join(filter(None, (run.arm, run.assumption, f"seed {run.seed}")))
    last = dict(next(_last(run), {}))
    day, days = _number(last.get("day")), _number(last.get("days"))
    if days <= 0 or day <= 0:
        return AtWork(name, 0.0, "getting ready")
    share = min(max(day / days, 0.0), 1.0)
    left = _number(last.get("seconds")) * (1 - share) / share
    told = f"day {day:.1f} of {days:.0f}, {fixed(_number(last.get('impressions')), 0)} impressions"
    return AtWork(name, share, f"{told}, about {left:.0f} s left")


def _last(run: RunPath) -> Iterator[dict[str, object]]:
    """Its last record, where there is one that can be read."""
    try:
        records = progress(run)
    except (OSError, ValueError):
        return
    if records and isinstance(records[-1], dict):
        yield records[-1]


def _number(value: object) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(str(value)) if good else 0.0
