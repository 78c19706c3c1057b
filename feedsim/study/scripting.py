"""Running a study from Python: what the command does, without a word."""

from collections.abc import Sequence
from pathlib import Path

from feedsim.faults import Faults
from feedsim.results import Run, open_run
from feedsim.scenario import Study
from feedsim.study.adding import carry_out_until, goals_of
from feedsim.study.engines.choice import EngineName, engine_named
from feedsim.study.live import Silent
from feedsim.study.plan import StudyPlan, check_writable, plan_study, taken_places
from feedsim.study.running import Outcome, carry_out, conclude
from feedsim.study.until import MOST


class RunsFailed(Exception):
    """Some runs came to nothing; the others are finished and kept."""


def run(
    study: Study,
    out: Path | str = "runs",
    workers: int | None = None,
    engine: EngineName = "local",
    until_precision: str | Sequence[str] = (),
    max_seeds: int | None = None,
) -> tuple[Run, ...]:
    """Run what is not finished of a study, without a word, and write its report; all its runs, arm by arm.

    With `until_precision` (`METRIC=0.5%`, `METRIC[HARM]=0.01`, or several) seeds are added, from 10 on and at most
    `max_seeds` (100), until every arm's difference to the first is known as well; of one arm, its mean.

    The local engine starts processes: a script that calls it needs `if __name__ == "__main__":`; `here` starts none.
    Raises RunsFailed after the last run if any failed, Faults where `out` can't be written to or holds what is no run
    in a run's place, or where engine or precision make no sense.
    """
    where, plan = engine_named(engine, workers), plan_study(study, Path(out))
    goals = goals_of([until_precision] if isinstance(until_precision, str) else until_precision, [plan], max_seeds)
    if faults := list(taken_places(plan)):
        raise Faults(faults)
    check_writable(plan.folder, Path(out))

    def carry(plans: Sequence[StudyPlan]) -> Outcome:
        return carry_out(plans, where, Silent())

    if goals:
        (plan,), outcome = carry_out_until([plan], goals, max_seeds or MOST, carry, lambda line: None)
    else:
        outcome = carry([plan])
    if outcome.interrupted:
        raise KeyboardInterrupt
    if outcome.failed:
        raise RunsFailed("; ".join(f"{run.name}: {failure.error}" for run, failure in outcome.failed))
    conclude(plan)
    return tuple(open_run(planned.folder) for planned in plan.runs)
