"""Running studies: what is finished stays, what fails is told, what is left goes on."""

import shutil
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from feedsim.beside import points_table, write_beside
from feedsim.report import write_report
from feedsim.results import write_summary
from feedsim.study.comparing import record_comparison
from feedsim.study.engines.protocol import Engine
from feedsim.study.events import Done, Event, Failed
from feedsim.study.histories import FOLDER as HISTORIES
from feedsim.study.histories import with_histories
from feedsim.study.live import Watcher
from feedsim.study.plan import RunPlan, StudyPlan


@dataclass
class Outcome:
    """What became of the runs that were waiting."""

    done: list[RunPlan] = field(default_factory=list)
    failed: list[tuple[RunPlan, Failed]] = field(default_factory=list)
    interrupted: bool = False


def carry_out(plans: Sequence[StudyPlan], engine: Engine, watcher: Watcher, share: bool = True) -> Outcome:
    """Run what is waiting, what runs `share` once. An interruption ends it early, with what is finished kept."""
    outcome = Outcome()
    jobs = [job for plan in plans for job in (with_histories(plan.waiting, plan.folder) if share else plan.waiting)]

    def hear(run: RunPlan, event: Event) -> None:
        _note(outcome, run, event)
        watcher.hear(run, event)

    try:
        with watcher:
            engine.run(jobs, hear)
    except KeyboardInterrupt:
        outcome.interrupted = True
    if not outcome.interrupted:
        for plan in plans:
            shutil.rmtree(plan.folder / HISTORIES, ignore_errors=True)
    return outcome


def _note(outcome: Outcome, run: RunPlan, event: Event) -> None:
    if isinstance(event, Done):
        if run.until_day is None:
            outcome.done.append(run)
        run.error_file.unlink(missing_ok=True)
    elif isinstance(event, Failed):
        outcome.failed.append((run, event))
        # A disk that is full has failed the run already; it should not end the others too.
        with suppress(OSError):
            run.error_file.parent.mkdir(parents=True, exist_ok=True)
            run.error_file.write_text(f"{event.error}\n\n{event.story}", encoding="utf-8")


def conclude(plan: StudyPlan, shown: Collection[str] | None = None) -> Path | None:
    """Write what `summarise` does, the comparison and the report of it (of all arms, or of those `shown`); the report's
    path, or nothing without runs."""
    arms = [arm for arm in summarise(plan) if shown is None or arm in shown]
    if not arms:
        return None
    record_comparison(plan.folder)
    return write_report(plan.folder, plan.study.name, plan.study.question, arms)


def summarise(plan: StudyPlan) -> list[str]:
    """Write the summary of the finished runs of this very study; the arms that there are. Without runs, nothing."""
    current, _ = plan.present()
    here = {run.arm for run in current}
    arms = [arm for arm in plan.every_arm if arm in here]
    if arms:
        write_summary(plan.folder, arms, current, plan.origin)
        write_beside(plan.folder, "assumptions", points_table(plan.study.points))
    return arms
