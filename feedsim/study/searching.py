"""Searching in front of somebody: each batch of trials is run like a study, and the frontier is written after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from feedsim.faults import Fault, Faults
from feedsim.results import RunPath, finished, whole_runs
from feedsim.scenario import Scenario, Study, load_study
from feedsim.study.engines.protocol import Engine
from feedsim.study.frontier import BASE, Frontier, write_frontier
from feedsim.study.frontier_table import frontier_table
from feedsim.study.live import say
from feedsim.study.optimizing import Measured, Search, SearchFailed, arm_of, is_taken
from feedsim.study.plan import StudyPlan, check_writable, origin, plan_study, taken_places
from feedsim.study.point_files import write_points
from feedsim.study.running import carry_out, conclude
from feedsim.study.show import DONE, FAILED, INTERRUPTED, watcher
from feedsim.study.work import in_one_line


@dataclass
class Runs:
    """Measures arms by running them, as arms of the study; what is finished already is not run again."""

    study: Study
    out: Path
    engine: Engine
    errors: Console
    quiet: bool

    def __call__(self, arms: Mapping[str, Scenario]) -> Measured:
        """Run them all with all seeds. Raises Faults where a place is taken by what is no run."""
        plan = self.plan(arms)
        if faults := list(taken_places(plan)):
            raise Faults(faults)
        outcome = carry_out([plan], self.engine, watcher(self.errors, len(plan.waiting), self.quiet))
        errors = {run.arm: failure.error for run, failure in outcome.failed}
        return Measured(whole_runs(_whole(plan)).to_pandas(), errors, outcome.interrupted)

    def plan(self, arms: Mapping[str, Scenario]) -> StudyPlan:
        """The study with these arms instead of its own."""
        return plan_study(self.study.model_copy(update={"arms": dict(arms), "under": {}, "points": {}}), self.out)


def _whole(plan: StudyPlan) -> list[RunPath]:
    """The runs of arms of which none is missing."""
    there = [run for run in plan.runs if finished(run.folder, run.content_hash)]
    missing = {run.arm for run in plan.runs if run not in there}
    return [RunPath(run.arm, "", run.seed, run.folder) for run in there if run.arm not in missing]


def load_search(
    file: Path, sets: Sequence[str], seeds: Sequence[int], trials: int | None, allow_code: bool = False
) -> Study:
    """The study in a file that says what to search for. Raises Faults where it does not, or is wrong."""
    study = load_study(file, sets=sets, seeds=seeds or None, allow_code=allow_code)
    if study.optimize is None:
        right = "it should have the block optimize, with levers and objectives"
        raise Faults([Fault(str(file), None, "", "does not say what to search for", right)])
    taken = [arm for arm, scenario in study.arms.items() if is_taken(arm) and scenario != study.scenario]
    if taken:
        right = f"another name should do: a search calls its arms {BASE} and {arm_of(1)}"
        raise Faults([Fault(str(file), None, f"arms.{arm}", "is no arm of the search", right) for arm in taken])
    if trials is None:
        return study
    return study.model_copy(update={"optimize": study.optimize.model_copy(update={"trials": trials})})


def optimize_and_show(study: Study, out: Path, engine: Engine, quiet: bool) -> int:
    """Search, with progress on stderr, then the frontier on stdout; the exit status. Raises Faults."""
    errors = Console(stderr=True, highlight=False)
    folder = out / study.name
    check_writable(folder, out)
    if study.under and not quiet:
        say(errors, f"note    {study.name}: all trials run under what the base assumes, not under each assumption")
    search, runs, found = Search(study), Runs(study, out, engine, errors, quiet), None
    try:
        for found in search.batches(runs):
            write_frontier(folder, found, {"base": origin(study)["base"]})
            if not quiet:
                say(errors, _progress(study, found))
        if found is not None:
            _conclude(study, search, runs, found, folder, quiet)
    except SearchFailed as error:
        say(errors, f"failed  {study.name}: {error}")
        return FAILED
    except OSError as error:
        say(errors, f"failed  {study.name}: what was found can't be written: {in_one_line(error)}")
        return FAILED
    if search.interrupted:
        say(errors, "Interrupted. What is finished is kept; the same command goes on from here.")
        return INTERRUPTED
    return FAILED if any(trial.error for trial in search.trials) else DONE


def _progress(study: Study, found: Frontier) -> str:
    assert study.optimize is not None
    last = found.rows.iloc[-1]
    best = int(found.rows["non_dominated"].sum())
    return (
        f"search  {study.name}: {len(found.rows) - 1} of {study.optimize.trials} trials, {best} not dominated, "
        f"hypervolume {last['hypervolume']:.3f} of {BASE}'s"
    )


def _conclude(study: Study, search: Search, runs: Runs, found: Frontier, folder: Path, quiet: bool) -> None:
    """Scenario files, summary, report, and the table."""
    points = write_points(folder, study, search.arms, found)
    report = conclude(runs.plan(search.arms), {BASE, *found.points["arm"]})
    if quiet:
        return
    screen = Console(highlight=False)
    screen.print(f"{study.name}: {study.question}".rstrip(": "), markup=False)
    screen.print("", frontier_table(found), "", sep="\n")
    screen.print(
        f"Runs:   {folder}\nPoints: {points[0].parent if points else 'none'}\nReport: {report}",
        markup=False,
        soft_wrap=True,
    )
