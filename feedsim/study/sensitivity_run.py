"""`feedsim sensitivity`: the runs of a design, and what comes of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pandas as pd
from rich.console import Console

from feedsim.beside import write_beside
from feedsim.faults import Fault, Faults, nearest
from feedsim.measures.names import BY_NAME
from feedsim.report import write_report
from feedsim.report.gap import GAP
from feedsim.results import read_summary, write_summary
from feedsim.scenario import Study, load_study
from feedsim.study.engines.protocol import Engine
from feedsim.study.live import say
from feedsim.study.outputs import analysed, everyone, outputs, wanted_rows
from feedsim.study.plan import StudyPlan, check_writable, origin, plan_study, taken_places
from feedsim.study.points import Point, settled
from feedsim.study.running import Outcome, carry_out
from feedsim.study.sensitivity import Design, Method, morris, points_of, power_of_2, sobol, weightiest
from feedsim.study.sensitivity_table import sensitivity_table
from feedsim.study.show import DONE, FAILED, INTERRUPTED, watcher
from feedsim.study.work import in_one_line

FOLDER = "sensitivity"
"""Of its runs, beside the arms; they lie one level deeper than those of `feedsim run`."""
TRAJECTORIES, SAMPLES = 10, 32
FEW = 3
"""Assumptions that Sobol's indices are for, after Morris."""


@dataclass(frozen=True)
class Question:
    """What was asked on the command line."""

    file: Path
    methods: tuple[Method, ...]
    metrics: tuple[str, ...]
    samples: int | None
    out: Path
    sets: Sequence[str] = ()
    seeds: Sequence[int] = ()
    arms: Sequence[str] = ()
    allow_code: bool = False

    def study(self, points: dict[str, Point]) -> Study:
        """The study under these assumptions. Raises Faults."""
        return load_study(self.file, self.sets, self.seeds or None, self.arms or None, self.allow_code, points)

    def many(self, method: Method) -> int:
        """Trajectories of Morris, or samples of Sobol."""
        if method == "morris":
            return max(self.samples or TRAJECTORIES, 2)
        return power_of_2(self.samples or SAMPLES)


def check(question: Question, study: Study) -> None:
    """Raises Faults where there is nothing to ask."""
    known = [*BY_NAME, GAP]
    faults = [
        Fault("--metric", None, "", f"there is no metric '{name}'", nearest(name, known))
        for name in question.metrics
        if name not in known
    ]
    if not study.unknown:
        right = "it should name what is not known, as in people.responses.spill: {low: 0.2, high: 0.8}"
        faults.append(Fault(str(question.file), None, "assumptions", "there are none", right))
    if faults:
        raise Faults(faults)


def planned(question: Question, study: Study, design: Design) -> tuple[StudyPlan, list[str]]:
    """The runs that a design needs, and the name of each of its points. Raises Faults where a point is no scenario."""
    points, names = {}, []
    for shares in design.shares.tolist():
        pairs = zip(design.names, shares, strict=True)
        point = {path: settled(study.unknown[path].at(share), path in study.whole) for path, share in pairs}
        names.append(point_name(point))
        points[names[-1]] = point
    plan = plan_study(question.study(points), question.out, folder=question.out / study.name / FOLDER)
    if faults := list(taken_places(plan)):
        raise Faults(faults)
    check_writable(plan.folder, question.out)
    return plan, names


def point_name(point: Point) -> str:
    """The same for the same values: a point that two designs have in common is run once."""
    return "x" + sha256(json.dumps(point, sort_keys=True).encode()).hexdigest()[:12]


def rows_of(plan: StudyPlan, names: Sequence[str], design: Design, metrics: Sequence[str]) -> pd.DataFrame:
    """The rows of `sensitivity.parquet` that finished runs come to. Raises Faults where they have none."""
    arms = list(plan.every_arm)
    current, _ = plan.present()
    write_summary(plan.folder, arms, [run for run in current if run.seed in plan.study.seeds])
    found = list(outputs(wanted_rows(read_summary(plan.folder), metrics), arms, names))
    if not found:
        wrong = f"not every run has {' or '.join(metrics or ('what is asked of every study',))}"
        raise Faults([Fault("--metric", None, "", wrong, "it should be one that all arms have under all assumptions")])
    return analysed(design, found)


@dataclass
class Analysis:
    """A question being answered in front of somebody."""

    question: Question
    study: Study
    engine: Engine
    quiet: bool
    console: Console

    def run(self) -> int:
        """Every method in turn; the exit status. Raises Faults."""
        rows: list[pd.DataFrame] = []
        names = list(self.study.unknown)
        for method in self.question.methods:
            design = self.design(method, names)
            plan, points = planned(self.question, self.study, design)
            if not rows:
                self._say(self.cost(len(names)))
            if status := self._carry_out(plan, method):
                return status
            try:
                rows.append(rows_of(plan, points, design, self.question.metrics))
                self._conclude(pd.concat(rows, ignore_index=True), rows[-1])
            except OSError as error:
                say(self.console, f"failed  {self.study.name}: what was found can't be written: {in_one_line(error)}")
                return FAILED
            if method == "morris":
                names = weightiest(everyone(rows[-1]), FEW)
            if not names:
                self._say("No assumption moves any of these, so there is no variance to be shared out.")
                break
        return DONE

    def design(self, method: Method, names: Sequence[str]) -> Design:
        """Of these assumptions; the seed is that of `sampling`."""
        make = morris if method == "morris" else sobol
        return make(names, self.question.many(method), self.study.sampling.seed)

    def cost(self, assumptions: int) -> str:
        """How many runs it will take."""
        each = len(self.study.arms) * len(self.study.seeds)
        per = f"x {_many(len(self.study.arms), 'arm')} x {_many(len(self.study.seeds), 'seed')}"
        said = []
        for method in self.question.methods:
            few = method == "sobol" and "morris" in self.question.methods
            of = min(assumptions, FEW) if few else assumptions
            points = points_of(method, of, self.question.many(method))
            who = f"at most {of} that move most" if few else _many(of, "assumption")
            said.append(f"{method} of {who}: {points:,} points {per} = {_many(points * each, 'run')}")
        return "\n".join(f"{self.study.name}: {line}" for line in said)

    def _carry_out(self, plan: StudyPlan, method: Method) -> int:
        """Run what is not finished; 0, or the exit status."""
        waiting, runs = len(plan.waiting), len(plan.runs)
        self._say(f"{method}: {runs - waiting:,} of {runs:,} different runs are finished already")
        outcome: Outcome = carry_out([plan], self.engine, watcher(self.console, waiting, self.quiet))
        if outcome.interrupted:
            say(self.console, "Interrupted. What is finished is kept; the same command goes on from here.")
            return INTERRUPTED
        if outcome.failed:
            failed = _many(len(outcome.failed), "run")
            say(self.console, f"{failed} failed; {method} needs every run. The others are kept.")
            return FAILED
        return 0

    def _conclude(self, every: pd.DataFrame, latest: pd.DataFrame) -> None:
        """The table beside the arms, on the screen, and in the report if there is one."""
        folder = self.question.out / self.study.name
        path = write_beside(folder, "sensitivity", every, origin(self.study))
        if (folder / "summary.parquet").is_file():
            write_report(folder, self.study.name, self.study.question)
        if not self.quiet:
            screen = Console(highlight=False)
            screen.print(sensitivity_table(latest), "", sep="\n")
            screen.print(f"Table:  {path}", "", sep="\n", markup=False, soft_wrap=True)

    def _say(self, text: str) -> None:
        if not self.quiet:
            say(self.console, text)


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def answer_and_show(question: Question, engine: Engine, quiet: bool) -> int:
    """Run what is not finished, show it on stderr, then what moves what on stdout; the exit status. Raises Faults."""
    study = question.study({})
    check(question, study)
    return Analysis(question, study, engine, quiet, Console(stderr=True, highlight=False)).run()
