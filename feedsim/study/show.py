"""Running studies in front of somebody: what is kept, what runs, what came of it."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from feedsim.results import read_summary
from feedsim.study.adding import carry_out_until, goals_of
from feedsim.study.engines.protocol import Engine
from feedsim.study.live import LiveLines, OnlyErrors, PlainLines, Watcher, say
from feedsim.study.plan import StudyPlan, load_plans
from feedsim.study.running import Outcome, carry_out, conclude
from feedsim.study.standing_table import standing_table
from feedsim.study.stored import gone_on
from feedsim.study.table import arms_table
from feedsim.study.until import MOST
from feedsim.study.work import in_one_line

DONE, FAILED, INTERRUPTED = 0, 1, 130
"""Exit statuses."""


def run_and_show(
    files: Sequence[Path],
    sets: Sequence[str],
    seeds: Sequence[int],
    arms: Sequence[str],
    out: Path,
    engine: Engine,
    quiet: bool,
    allow_code: bool = False,
    until: Sequence[str] = (),
    max_seeds: int | None = None,
    share: bool = True,
    past: str | None = None,
) -> int:
    """Run what is not finished, show it on stderr, then the arms on stdout; the exit status. Raises Faults.

    With `until` (METRIC=0.5%), seeds are added, up to `max_seeds`, till every difference is known as precisely. With
    `past` (RUN@DAY), runs go on from a stored history; without `share`, none lives a part of another's.
    """
    plans: Sequence[StudyPlan] = load_plans(files, sets, seeds, arms, out, allow_code)
    goals = goals_of(until, plans, max_seeds)
    errors = Console(stderr=True, highlight=False)

    def carry(some: Sequence[StudyPlan]) -> Outcome:
        for plan in () if quiet else some:
            _say_what_is_kept(errors, plan)
        ready = some if past is None else [gone_on(plan, past, allow_code) for plan in some]
        waiting = sum(len(plan.waiting) for plan in ready)
        return carry_out(ready, engine, watcher(errors, waiting, quiet), share)

    if goals:
        plans, outcome = carry_out_until(plans, goals, max_seeds or MOST, carry, partial(say, errors))
    else:
        outcome = carry(plans)
    reported = [_conclude(plan, errors, quiet) for plan in plans]
    if outcome.interrupted:
        say(errors, "Interrupted. What is finished is kept; the same command goes on from here.")
        return INTERRUPTED
    return DONE if all(reported) and not outcome.failed else FAILED


def watcher(console: Console, runs: int, quiet: bool) -> Watcher:
    """Who hears of the runs: for a terminal, for a file, or for nobody."""
    if quiet:
        return OnlyErrors(console)
    return LiveLines(console, runs) if console.is_terminal and runs else PlainLines(console)


def _say_what_is_kept(console: Console, plan: StudyPlan) -> None:
    kept = len(plan.runs) - len(plan.waiting)
    if kept:
        say(console, f"kept    {plan.study.name}: {kept} of {len(plan.runs)} runs are finished already")


def _conclude(plan: StudyPlan, errors: Console, quiet: bool) -> bool:
    """Summary, report, and the arms side by side; whether they could be written."""
    try:
        report = conclude(plan)
    except OSError as error:
        say(errors, f"failed  {plan.study.name}: the report can't be written: {in_one_line(error)}")
        return False
    if not quiet:
        _show(plan, report, errors)
    return True


def _show(plan: StudyPlan, report: Path | None, errors: Console) -> None:
    _, stale = plan.present()
    if stale:
        say(
            errors,
            f"note    {plan.study.name}: left out: {len(stale)} of the runs there, as they are of other settings",
        )
    if report is None:
        say(errors, f"No run of {plan.study.name} has finished.")
        return
    screen = Console(highlight=False)
    screen.print(f"{plan.study.name}: {plan.study.question}".rstrip(": "), markup=False)
    summary = read_summary(plan.folder)
    several = summary["assumption"].nunique() > 1 and summary["arm"].nunique() > 1
    screen.print("", standing_table(summary) if several else arms_table(summary), "", sep="\n")
    screen.print(f"Runs:   {plan.folder}\nReport: {report}", markup=False, soft_wrap=True)
