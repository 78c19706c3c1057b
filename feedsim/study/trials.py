"""From what trials measured to the rows of a frontier."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from feedsim.goals import GAP, Constraint, Goal
from feedsim.levers import Optimize, Values
from feedsim.report.gap import widest_gaps
from feedsim.study.compare import intervals, plain
from feedsim.study.frontier import CONSTRAINT, LEVER, OBJECTIVE, Frontier, Objective
from feedsim.study.pareto import Bools, Doubles, growth, non_dominated, oriented, p_non_dominated, representative
from feedsim.world.rng import Streams

RESAMPLES = 1000
"""Of the seeds, for the probability that a point is on the frontier."""


@dataclass(frozen=True)
class Trial:
    """One combination of levers, and what came of it."""

    number: int
    """0 is the base"""
    arm: str
    values: Values
    figures: Doubles
    """(S, N) a row a seed, a column a figure of `figured`; NaN where there is none"""
    error: str = ""

    @property
    def means(self) -> Doubles:
        """(N,) over the seeds that have a figure."""
        return _mean(self.figures)


def _mean(figures: Doubles) -> Doubles:
    """Over the seeds (..., S, N); NaN where no seed has a figure."""
    there = ~np.isnan(figures)
    total, many = np.where(there, figures, 0.0).sum(axis=-2), there.sum(axis=-2)
    return np.asarray(np.divide(total, many, out=np.full(total.shape, np.nan), where=many > 0))


def figured(optimize: Optimize) -> list[Goal]:
    """What must be measured, each once: objectives, then what else constraints are about."""
    return list(dict.fromkeys([*optimize.goals, *(limit.goal for limit in optimize.limits)]))


def figures(cells: pd.DataFrame, goals: Sequence[Goal], seeds: Sequence[int]) -> dict[str, Doubles]:
    """Arm -> (S, N), from whole-run cells of runs of one assumption."""
    rows = plain(cells)
    rows = pd.concat([rows, widest_gaps(rows)[0]]) if any(goal.metric == GAP for goal in goals) else rows
    rows = rows[(rows["side"] == "") & (rows["group"] == "") & (rows["part"] == "")]
    wide = rows.pivot_table(index=["arm", "seed"], columns=["metric", "harm"], values="value", sort=False)
    wide = wide.reindex(columns=pd.MultiIndex.from_tuples([(goal.metric, goal.harm) for goal in goals]))
    return {str(arm): of.droplevel("arm").reindex(list(seeds)).to_numpy(float) for arm, of in wide.groupby("arm")}


def violation(limit: Constraint, mean: Doubles, base: Doubles) -> Doubles:
    """How far means cross the line: at most 0 where they keep it."""
    line = limit.value * (base if limit.of_base else 1.0)
    return line - mean if limit.is_floor else mean - line


def violations(optimize: Optimize, means: Doubles, base: Doubles) -> Doubles:
    """(..., K) of every constraint, from means (..., N) and those of the base (..., N), which broadcast."""
    at = {goal: i for i, goal in enumerate(figured(optimize))}
    found = [violation(limit, means[..., at[limit.goal]], base[..., at[limit.goal]]) for limit in optimize.limits]
    return np.stack(found, axis=-1) if found else np.empty((*means.shape[:-1], 0))


def losses(optimize: Optimize, means: Doubles) -> Doubles:
    """(..., M) objectives, of which less is better, from means (..., N)."""
    return oriented(means[..., : len(optimize.goals)], [way == "up" for way in optimize.goals.values()])


def feasible(optimize: Optimize, means: Doubles, base: Doubles) -> Bools:
    """(...,) whether there are figures and all constraints are kept."""
    kept = (violations(optimize, means, base) <= 0).all(axis=-1)
    return np.asarray(kept & ~np.isnan(losses(optimize, means)).any(axis=-1))


def frontier(optimize: Optimize, trials: Sequence[Trial], seeds: Sequence[int]) -> Frontier:
    """The rows of all trials; the first is the base. Raises ValueError where that has no figures."""
    base, means = trials[0].means, np.array([trial.means for trial in trials])
    loss, may = losses(optimize, means), feasible(optimize, means, base)
    if np.isnan(loss[0]).any():
        raise ValueError("the base has no figures")
    size = np.where(loss[0] == 0, 1.0, np.abs(loss[0]))
    best = non_dominated(np.where(may[:, None], loss, np.nan))
    columns: dict[str, Any] = {
        "trial": [trial.number for trial in trials],
        "arm": [trial.arm for trial in trials],
        "error": [trial.error for trial in trials],
        "feasible": may,
        "non_dominated": best,
        "p_non_dominated": _probability(optimize, trials, seeds),
        "point": _points(trials, loss / size, best, optimize.points),
        "hypervolume": growth(loss / size, may, loss[0] / size + 1),
    }
    columns |= {f"{LEVER}{path}": _setting([trial.values[path] for trial in trials]) for path in optimize.levers}
    for i, goal in enumerate(optimize.goals):
        columns |= _of_objective(goal, [trial.figures[:, i] for trial in trials])
    crossed = violations(optimize, means, base)
    columns |= {f"{CONSTRAINT}{limit}": crossed[:, i] for i, limit in enumerate(optimize.limits)}
    # 0.0 is added so that none is -0.0.
    reference = 0.0 + oriented(loss[0] + size, [way == "up" for way in optimize.goals.values()])
    return Frontier(pd.DataFrame(columns), tuple(_objectives(optimize, reference)))


def _objectives(optimize: Optimize, reference: Doubles) -> list[Objective]:
    pairs = zip(optimize.goals.items(), reference, strict=True)
    return [Objective(str(goal), way == "up", float(at), goal.unit) for (goal, way), at in pairs]


def _probability(optimize: Optimize, trials: Sequence[Trial], seeds: Sequence[int]) -> Doubles:
    """(T,) that a trial is on the frontier: resampled seeds are the same in all trials, as their draws are."""
    many = len(seeds)
    if many < 2:
        return np.full(len(trials), np.nan)
    u = Streams(search_seed(seeds)).uniform("resample", np.arange(RESAMPLES)[:, None], np.arange(many)[None, :])
    drawn = (u * many).astype(np.int64)
    means = np.stack([_mean(trial.figures[drawn]) for trial in trials], axis=1)
    return p_non_dominated(losses(optimize, means), feasible(optimize, means, means[:, :1]))


def search_seed(seeds: Sequence[int]) -> int:
    """Of all that is drawn for a search: from the study's seeds, so that the same command draws the same."""
    return int(Streams(seeds[0]).hashes("search", *seeds)) % 2**32


def _points(trials: Sequence[Trial], loss: Doubles, best: Bools, many: int) -> list[str]:
    """Names of scenario files: best in the first objective first; trials of one arm share a name."""
    first = {trials[i].arm: i for i in reversed(np.flatnonzero(best).tolist())}
    candidates = sorted(first.values())
    taken = representative(loss[candidates], loss[0] + 1, many) if candidates else []
    order = sorted((candidates[i] for i in taken), key=lambda i: (*loss[i], i))
    names = {trials[i].arm: f"point-{at:02}" for at, i in enumerate(order, 1)}
    return [names.get(trial.arm, "") for trial in trials]


def _setting(values: Sequence[Any]) -> list[Any]:
    """A column of what a setting was set to: numbers (NaN for null), or else text."""
    said = [value for value in values if value is not None]
    if said and all(isinstance(value, int | float) and not isinstance(value, bool) for value in said):
        return [np.nan if value is None else value for value in values]
    return [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values]


def _of_objective(goal: Goal, by_trial: Sequence[Doubles]) -> dict[str, Any]:
    """Its columns: means with their intervals, and those of differences to the base, paired by seed."""
    now, change = _intervals(by_trial), _intervals([one - by_trial[0] for one in by_trial])
    found = {name: now[name].to_numpy() for name in ("mean", "low", "high", "seeds")}
    names = {"mean": "change", "low": "change_low", "high": "change_high"}
    found |= {name: change[of].to_numpy() for of, name in names.items()}
    return {f"{OBJECTIVE}{goal}:{name}": values for name, values in found.items()}


def _intervals(by_trial: Sequence[Doubles]) -> pd.DataFrame:
    """Mean, low, high and seeds of each."""
    many = len(by_trial[0])
    rows = pd.DataFrame({"trial": np.repeat(np.arange(len(by_trial)), many), "value": np.concatenate(by_trial)})
    found = intervals(rows.dropna(), ["trial"]).set_index("trial").reindex(range(len(by_trial)))
    return found.assign(seeds=found["seeds"].fillna(0).astype(np.int32))
