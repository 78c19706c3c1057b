"""What a study has to run: its arms x assumptions x seeds, where each run goes, and which are there already."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile

from feedsim import __version__
from feedsim.faults import Fault, Faults
from feedsim.origin import Origin
from feedsim.results import RunPath, find_runs, finished
from feedsim.scenario import Scenario, Study, content_hash, load_study
from feedsim.study_tables import FILES, FOLDERS

_COST = {"engagement": 4.0}
"""Of an impression, by ranker, where a chronological one costs 1: good enough to tell which run takes longest."""


@dataclass(frozen=True)
class RunPlan:
    """One run: all that a worker needs to know."""

    study: str
    question: str
    arm: str
    seed: int
    scenario: Scenario
    content_hash: str
    folder: Path
    assumption: str = ""
    """empty where the study assumes one thing"""
    needs: tuple[Path, ...] = ()
    """folders that have to be there before it starts: of runs in the same queue, or left by earlier ones"""
    from_day: int | None = None
    """it goes on from a history that ends with the midnight that this day begins with, the first of what it needs"""
    until_day: int | None = None
    """nothing but a history for others: it stops at the midnight that this day begins with, and is a snapshot"""

    @property
    def history(self) -> Path | None:
        """The snapshot that it goes on from: what it shares with other runs, or what one of them has stored."""
        return None if self.from_day is None else self.needs[0]

    @property
    def lacking(self) -> Path | None:
        """The first of what it needs that is not there. A history that has gone again is none: it can be lived anew."""
        return next((folder for folder in self.needs if folder != self.history and not folder.is_dir()), None)

    @property
    def name(self) -> str:
        """For a line on a screen."""
        return " ".join(filter(None, (self.arm, self.assumption, f"seed={self.seed}")))

    @property
    def error_file(self) -> Path:
        """Where the whole story of a failure goes."""
        return self.folder.with_name(f"{self.folder.name}.error.txt")

    @property
    def cost(self) -> float:
        """How long it takes, beside other runs: the longest begin first, so that none is left over at the end."""
        s = self.scenario
        per_day = s.population.users * s.population.sessions_per_day * s.feed.slate
        first = -s.burn_in_days if self.from_day is None else self.from_day
        last = s.days if self.until_day is None else self.until_day
        measured = max(0, last) - max(0, first)
        return per_day * (last - first + measured * (_COST.get(s.ranker.kind, 1.0) - 1))


@dataclass(frozen=True)
class StudyPlan:
    """All runs that were asked for of one study."""

    study: Study
    folder: Path
    runs: tuple[RunPlan, ...]
    whole: Study
    """with every arm of its file: those that were not asked for now may have run before"""

    @property
    def every_arm(self) -> dict[str, dict[str, Scenario]]:
        """Arm -> assumption -> scenario, in the study's order."""
        return self.whole.scenarios

    @cached_property
    def waiting(self) -> tuple[RunPlan, ...]:
        """The runs that were not finished when first asked."""
        return tuple(run for run in self.runs if not finished(run.folder, run.content_hash))

    def present(self) -> tuple[list[RunPath], list[RunPath]]:
        """Finished runs in the folder: those of this very study, and those of what it said at another time.

        The first stand in the study's order of arms and assumptions.
        """
        runs = find_runs(self.folder)
        order = {(arm, name): i for i, (arm, name) in enumerate(_pairs(self.every_arm))}
        current = sorted(filter(self._is_current, runs), key=lambda run: order[run.arm, run.assumption])
        return current, [run for run in runs if run not in current]

    @property
    def origin(self) -> Origin:
        """What its runs are of."""
        return origin(self.whole)

    def _is_current(self, run: RunPath) -> bool:
        scenario = self.every_arm.get(run.arm, {}).get(run.assumption)
        return scenario is not None and finished(run.path, content_hash(scenario, run.seed, __version__))


def load_plans(
    files: Sequence[Path],
    sets: Sequence[str],
    seeds: Sequence[int],
    arms: Sequence[str],
    out: Path,
    allow_code: bool = False,
) -> tuple[StudyPlan, ...]:
    """A plan for every file. All are checked before anything is written. Raises Faults with what is wrong in any."""
    plans: dict[Path, StudyPlan] = {}
    faults: list[Fault] = []
    for file in dict.fromkeys(files):
        try:
            plan = _load_plan(file, sets, seeds, arms, out, allow_code)
        except Faults as error:
            faults.extend(error.faults)
            continue
        if plan.folder in plans:
            wrong = f"another of these files has the name '{plan.study.name}' too"
            faults.append(Fault(str(file), None, "name", wrong, "each study should have a name of its own"))
        plans[plan.folder] = plan
    if faults:
        raise Faults(faults)
    faults = [fault for plan in plans.values() for fault in taken_places(plan)]
    if faults:
        raise Faults(faults)
    for folder in plans:
        check_writable(folder, out)
    return tuple(plans.values())


def _load_plan(
    file: Path, sets: Sequence[str], seeds: Sequence[int], arms: Sequence[str], out: Path, allow_code: bool
) -> StudyPlan:
    study = load_study(file, sets=sets, seeds=seeds or None, arms=arms or None, allow_code=allow_code)
    whole = load_study(file, sets=sets, allow_code=allow_code) if arms else study
    return plan_study(study, out, whole)


def plan_study(
    study: Study,
    out: Path,
    whole: Study | None = None,
    folder: Path | None = None,
) -> StudyPlan:
    """Arms x assumptions x seeds, each with its folder `out/<study>/<arm>[/<assumption>]/seed=<s>`.

    `folder` stands for `out/<study>`, where it is given.
    """
    folder = folder or out / study.name
    runs = tuple(
        plan_run(study, arm, seed, folder / arm / assumption / f"seed={seed}", assumption)
        for arm, assumption in _pairs(study.scenarios)
        for seed in study.seeds
    )
    return StudyPlan(study, folder, runs, whole or study)


def origin(study: Study) -> Origin:
    """What a study says, by part: what its runs, and what is found of them, follow from."""
    unknown = {path: known.model_dump(mode="json") for path, known in study.unknown.items()}
    parts = {"base": study.scenario, **{f"arm {name}": scenario for name, scenario in study.arms.items()}}
    hashes = {part: content_hash(scenario, 0, __version__) for part, scenario in parts.items()}
    return hashes | {"assumptions": sha256(json.dumps(unknown).encode()).hexdigest()}


def _pairs(scenarios: dict[str, dict[str, Scenario]]) -> Iterator[tuple[str, str]]:
    """Arm and assumption of each."""
    return ((arm, assumption) for arm, under in scenarios.items() for assumption in under)


def plan_run(study: Study, arm: str, seed: int, folder: Path, assumption: str = "") -> RunPlan:
    """One run of a study."""
    scenario = study.under[assumption][arm] if assumption else study.arms[arm]
    done = content_hash(scenario, seed, __version__)
    return RunPlan(study.name, study.question, arm, seed, scenario, done, folder, assumption)


def taken_places(plan: StudyPlan) -> Iterator[Fault]:
    """Places at which something lies that no run and no report left there: it is not ours to replace."""
    for file in (plan.folder / name for name in FILES):
        if file.exists() and not file.is_file():
            yield Fault(str(file), None, "", "is no file of feedsim", "move it away, or name another folder by --out")
    for place in (plan.folder / name for name in FOLDERS):
        if place.exists() and not place.is_dir():
            right = "move it away, or name another folder by --out"
            yield Fault(str(place), None, "", "is no folder of feedsim", right)
    for folder in (run.folder for run in plan.waiting):
        empty = folder.is_dir() and not any(folder.iterdir())
        if folder.exists() and not empty and not (folder / "manifest.json").is_file():
            yield Fault(str(folder), None, "", "is no run of feedsim", "move it away, or name another folder by --out")


def check_writable(folder: Path, out: Path) -> None:
    """See that a file can be written there, or where the folder would be made. Leaves nothing; raises Faults."""
    try:
        there = next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))
        with TemporaryFile(dir=there):
            pass
    except OSError as error:
        wrong = f"can't write there ({error.strerror or error})"
        raise Faults([Fault(str(out), None, "", wrong, "--out should name a folder that may be written to")]) from error
