"""Adding seeds to studies until what was asked for is known well enough."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from math import isnan
from typing import Any, TypeAlias

import pandas as pd

from feedsim.faults import Fault, Faults
from feedsim.measures.names import METRICS
from feedsim.results import read_summary
from feedsim.study.plan import StudyPlan, plan_study, taken_places
from feedsim.study.running import Outcome, summarise
from feedsim.study.until import FIRST, OPTION, Goal, counted_on, looks, read_goals, widths

Carry: TypeAlias = Callable[[Sequence[StudyPlan]], Outcome]
Tell: TypeAlias = Callable[[str], None]


def goals_of(texts: Sequence[str], plans: Sequence[StudyPlan], most: int | None = None) -> tuple[Goal, ...]:
    """What `--until-precision` asks for. Raises Faults for what none of the studies knows, or a `most` that limits it
    to nothing."""
    if most is not None and (wrong := _wrong_most(most, texts)):
        raise Faults([Fault("--max-seeds", None, "", *wrong)])
    harms = [harm for plan in plans for scenario in plan.study.arms.values() for harm in scenario.harms]
    return read_goals(texts, [metric.name for metric in METRICS], list(dict.fromkeys(harms)))


def _wrong_most(most: int, texts: Sequence[str]) -> tuple[str, str] | None:
    """What is wrong with so many seeds at most, and what would be right."""
    if not texts:
        return f"{most}, and nothing asks for more seeds", f"add {OPTION} METRIC=0.5%, or leave it out"
    return None if most >= FIRST else (f"{most}", f"it should be at least {FIRST}, the seeds of the first look")


def carry_out_until(
    plans: Sequence[StudyPlan], goals: Sequence[Goal], most: int, carry: Carry, tell: Tell
) -> tuple[list[StudyPlan], Outcome]:
    """Run each study with more and more seeds, at most `most`; the plans as they ended, and what became of all runs.

    A failed run or an interruption ends it. Raises Faults for a place of a run that is taken.
    """
    ended, outcome = list(plans), Outcome()
    for i, plan in enumerate(plans):
        for ended[i] in grown(plan, most):
            now = carry([ended[i]])
            outcome = replace(now, done=[*outcome.done, *now.done], failed=[*outcome.failed, *now.failed])
            if now.interrupted or now.failed or is_enough(ended[i], goals, most, tell):
                break
        if outcome.interrupted:
            break
    return ended, outcome


def grown(plan: StudyPlan, most: int) -> Iterator[StudyPlan]:
    """The plan with as many seeds as each look has."""
    for count in looks(len(plan.study.seeds), most):
        study = plan.study.model_copy(update={"seeds": counted_on(plan.study.seeds, count)})
        larger = plan_study(study, plan.folder.parent, plan.whole)
        if faults := list(taken_places(larger)):
            raise Faults(faults)
        yield larger


def is_enough(plan: StudyPlan, goals: Sequence[Goal], most: int, tell: Tell) -> bool:
    """Look at what the plan's seeds say, tell it, and say whether to stop. Raises Faults for what is not measured."""
    try:
        summarise(plan)
    except OSError:
        return True  # whoever concludes the study will run into it too, and tell it
    summary = read_summary(plan.folder)
    mine = summary["arm"].isin(list(plan.study.arms)) & summary["seed"].isin(plan.study.seeds)
    seen = widths(summary[mine], goals)
    if missing := [goal for goal in goals if str(goal) not in set(seen["goal"])]:
        raise Faults([_not_measured(goal, plan) for goal in missing])
    wide = seen[~(seen["half_width"] <= seen["wanted"]) & (seen["half_width"] != 0)]
    for line in told(plan, seen, wide, most):
        tell(line)
    return wide.empty or bool(wide["wanted"].isna().any())


def _not_measured(goal: Goal, plan: StudyPlan) -> Fault:
    wrong = f"'{goal}': {plan.study.name} has no such measure of everyone"
    return Fault(OPTION, None, "", wrong, "`feedsim compare` shows those that it has")


def told(plan: StudyPlan, seen: pd.DataFrame, wide: pd.DataFrame, most: int) -> Iterator[str]:
    """What a look saw: a line if all is narrow enough, else a line a cell that is not."""
    name, seeds, first = plan.study.name, len(plan.study.seeds), next(iter(plan.study.arms))
    if wide.empty:
        goals = ", ".join(dict.fromkeys(seen["goal"]))
        yield f"precise {name}: {goals} is reached with {seeds} seeds"
    for cell in wide.to_dict("records"):
        of = " ".join(filter(None, (str(cell[part]) for part in ("arm", "assumption", "metric", "harm"))))
        yield f"{'wide   ' if seeds < most else 'stopped'} {name}: {of} {_how_wide(cell, first, seeds, most)}"


def _how_wide(cell: dict[Hashable, Any], first: str, seeds: int, most: int) -> str:
    """`±0.8 %, 0.5 % wanted, with 10 seeds; as it seems, 24 would do`."""
    if isnan(cell["wanted"]):
        return f"±{cell['half_width']:.3g}: the mean of {first} is 0, of which there is no percentage; name a number"
    half, unit = cell["half_width"] / cell["wanted"] * cell["amount"], cell["unit"]
    now = f"±{half:.3g}{unit}, {cell['amount']:g}{unit} wanted, with {cell['seeds']:.0f} seeds"
    needs = f"as it seems, {cell['needed']:,.0f} would do" if cell["needed"] < 1e6 else "no number in reach would do"
    return f"{now}; {needs}{'' if seeds < most else f', but --max-seeds is {most}'}"
