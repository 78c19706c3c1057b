"""Beginning where another run has been: `feedsim run FILE --from RUN@DAY`.

An arm may go on from a stored history if it would have lived the same until then: so it is the run that it would be
without, at less cost. What its arms do otherwise must begin on that day or later, as a policy with a `start_day` does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from feedsim.faults import Fault, Faults, Finding, Where
from feedsim.layers import open_sheet, placed
from feedsim.results import open_run
from feedsim.scenario import Scenario, load_study
from feedsim.study.beginning import NAME
from feedsim.study.histories import Past, first_difference
from feedsim.study.plan import RunPlan, StudyPlan
from feedsim.validation import shown
from feedsim.writer import SNAPSHOTS

OPTION = "--from"


@dataclass(frozen=True)
class Stored:
    """A run, or an arm with a run a seed, and the day to begin with."""

    said: str
    folder: Path
    day: int

    @classmethod
    def read(cls, said: str) -> "Stored":
        """From RUN@DAY. Raises Faults where it is none."""
        folder, at, day = said.rpartition("@")
        if not at or not folder or not re.fullmatch(r"-?\d+", day):
            right = "it should be RUN@DAY, such as runs/baseline/baseline/seed=1@0 for the end of burn-in"
            raise Faults([Fault(OPTION, None, said, "there is no day in it", right)])
        return cls(said, Path(folder), int(day))

    def run_of(self, seed: int) -> Path:
        """Where the run of a seed should be: this very folder, or one in it."""
        if (self.folder / "manifest.json").is_file():
            return self.folder
        if not any(self.folder.glob("seed=*")):
            right = "it should be a run's folder, or its arm's, such as runs/baseline/baseline"
            raise Faults([self.fault("there is no run in that folder", right)])
        return self.folder / f"seed={seed}"

    def fault(self, wrong: str, right: str) -> Fault:
        """What is wrong with it."""
        return Fault(OPTION, None, self.said, wrong, right)


def gone_on(plan: StudyPlan, said: str, allow_code: bool = False) -> StudyPlan:
    """The plan, with all its runs going on from RUN@DAY. Raises Faults where one can't, NotARun where there is none."""
    from feedsim.engine.snapshot import NotASnapshot, about

    stored = Stored.read(said)
    faults = list(dict.fromkeys(fault for run in plan.runs for fault in _faults(plan, run, stored, allow_code)))
    if faults:
        raise Faults(faults)
    try:
        folders = {seed: about(_snapshot(stored, seed)).folder for seed in plan.study.seeds}
    except NotASnapshot as error:
        raise Faults([stored.fault(str(error), "run what it is of again")]) from error
    runs = tuple(replace(run, needs=(folders[run.seed],), from_day=stored.day) for run in plan.runs)
    return replace(plan, runs=runs)


def _snapshot(stored: Stored, seed: int) -> Path:
    return stored.run_of(seed) / SNAPSHOTS / NAME.format(stored.day)


def _faults(plan: StudyPlan, run: RunPlan, stored: Stored, allow_code: bool) -> Iterator[Fault]:
    """Why a run can't begin there, if so: the first of all reasons."""
    folder = stored.run_of(run.seed)
    of = open_run(folder)
    if of.manifest["seed"] != run.seed:
        wrong = f"it is of seed {of.manifest['seed']}, and the study has seed {run.seed} too"
        yield stored.fault(wrong, f"name its arm, {stored.folder.parent}, or choose by --seed {of.manifest['seed']}")
    elif not _snapshot(stored, run.seed).is_dir():
        yield stored.fault(f"{folder} keeps no snapshot of that day", _those_there_are(folder))
    elif stored.day >= run.scenario.days:
        wrong = f"the arm '{run.arm}' has {run.scenario.days} days only"
        yield stored.fault(wrong, f"it should be a day before, or --set days={stored.day + 1} and more")
    else:
        theirs = load_study(folder / "scenario.yaml", allow_code=allow_code).scenario
        if found := differing(run.scenario, theirs, stored.day):
            yield _placed(plan, run, stored, *found)


def _those_there_are(folder: Path) -> str:
    days = sorted(int(path.name.partition("=")[2]) for path in (folder / SNAPSHOTS).glob(NAME.format("*")))
    if not days:
        return "snapshot_every_days makes a run keep some"
    return f"there are those of day {', '.join(map(str, days))}"


def differing(mine: Scenario, theirs: Scenario, day: int) -> tuple[Where, object, object] | None:
    """The first setting for which a scenario can't go on from another's history of so many days: its path, and what it
    is in each; none where it can."""
    my, their = Past.of(mine, day), Past.of(theirs, day)
    if their.serves(my):
        return None
    found = first_difference(my.data, their.data)
    if found:
        path, one, other = found
        if path[0] in ("audiences", "heads", "counted", "code"):
            return ("policies",), ", ".join(mine.policies), ", ".join(theirs.policies)
        if path != ("detectors",):
            return path, one, other
    if my.log is not None and their.log is not None and my.log != their.log:
        return ("ranker", "training_rows"), my.log, their.log
    if my.log is not None and their.log is None:
        return ("ranker", "kind"), mine.ranker.kind, theirs.ranker.kind
    if found or my.labels > their.labels:
        return ("detectors", "kind"), mine.detectors.kind, theirs.detectors.kind
    # What is left is an order, which matters where policies follow one another.
    return ("policies",), ", ".join(mine.policies), ", ".join(theirs.policies)


def _placed(plan: StudyPlan, run: RunPlan, stored: Stored, path: Where, mine: object, theirs: object) -> Fault:
    """The fault, at the line that says the setting."""
    wrong = f"{shown(mine)} in the arm '{run.arm}', {shown(theirs)} in {stored.folder} until day {stored.day}"
    right = "what goes on from a history should have lived the same until then"
    if path[0] == "policies":
        right += f"; a policy that it has not may have the start_day {stored.day} or a later one"
    sheet = open_sheet(plan.study.file, Scenario)
    return placed(Finding((path,), wrong, right), [*sheet.base, *sheet.arms.get(run.arm, [])])
