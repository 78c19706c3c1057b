"""Running studies in front of somebody: what is kept, what runs, what came of it."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from feedsim.results import read_summary
from feedsim.study.live import LiveLines, OnlyErrors, PlainLines, Watcher
from feedsim.study.plan import StudyPlan, load_plans
from feedsim.study.running import carry_out, conclude
from feedsim.study.table import arms_table

DONE, FAILED, INTERRUPTED = 0, 1, 130
"""Exit statuses."""


def run_and_show(
    files: Sequence[Path],
    sets: Sequence[str],
    seeds: Sequence[int],
    arms: Sequence[str],
    out: Path,
    workers: int | None,
    quiet: bool,
) -> int:
    """Run what is not finished, show it on stderr, then the arms on stdout; the exit status. Raises Faults."""
    plans = load_plans(files, sets, seeds, arms, out)
    errors = Console(stderr=True, highlight=False)
    waiting = sum(len(plan.waiting) for plan in plans)
    if not quiet:
        for plan in plans:
            _say_what_is_kept(errors, plan)
    outcome = carry_out(plans, workers, _watcher(errors, waiting, quiet))
    for plan in plans:
        _conclude(plan, errors, quiet)
    if outcome.interrupted:
        errors.print("Interrupted. What is finished is kept; the same command goes on from here.", soft_wrap=True)
        return INTERRUPTED
    return FAILED if outcome.failed else DONE


def _watcher(console: Console, runs: int, quiet: bool) -> Watcher:
    if quiet:
        return OnlyErrors(console)
    return LiveLines(console, runs) if console.is_terminal and runs else PlainLines(console)


def _say_what_is_kept(console: Console, plan: StudyPlan) -> None:
    kept = len(plan.runs) - len(plan.waiting)
    if kept:
        text = f"kept    {plan.study.name}: {kept} of {len(plan.runs)} runs are finished already"
        console.print(text, markup=False, soft_wrap=True)


def _conclude(plan: StudyPlan, errors: Console, quiet: bool) -> None:
    """Summary, report, and the arms side by side."""
    report = conclude(plan)
    _, stale = plan.present()
    if quiet:
        return
    if stale:
        text = f"note    {plan.study.name}: {len(stale)} runs in {plan.folder} are of other settings and are left out"
        errors.print(text, markup=False, soft_wrap=True)
    if report is None:
        errors.print(f"No run of {plan.study.name} has finished.", markup=False, soft_wrap=True)
        return
    screen = Console(highlight=False)
    screen.print(f"{plan.study.name}: {plan.study.question}".rstrip(": "), markup=False)
    screen.print(arms_table(read_summary(plan.folder)))
    screen.print(f"Runs:   {plan.folder}\nReport: {report}", markup=False, soft_wrap=True)
