"""What to try next: Optuna's multi-objective samplers, asked for several trials at once and told what came of them."""

from collections.abc import Mapping, Sequence

import optuna

from feedsim.levers import Optimize, Values
from feedsim.study.pareto import Doubles

DIGITS = 4
"""Of a number that is tried: what a person would write down."""
STARTUP, POPULATION = 10, 20
"""Trials drawn at random before Parzen estimators learn; individuals of a generation. Neither follows from the number
of trials, so that a search that is made longer begins as the shorter one did."""


class Sampler:
    """Proposes values of levers. Nothing but its seed and what it was told decides what it proposes, and in what order
    it was told: so a search that is repeated is the same search."""

    def __init__(self, optimize: Optimize, is_whole: Mapping[str, bool], seed: int) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.optimize, self.is_whole = optimize, is_whole
        # Losses are told: everything is to be made small.
        many = len(optimize.objectives)
        self.study = optuna.create_study(directions=["minimize"] * many, sampler=_sampler(optimize, seed))
        self.open: list[optuna.Trial] = []

    def ask(self, many: int) -> list[Values]:
        """So many combinations, before anything is known of any of them."""
        self.open = [self.study.ask() for _ in range(many)]
        return [{path: self._value(trial, path) for path in self.optimize.levers} for trial in self.open]

    def _value(self, trial: optuna.Trial, path: str) -> object:
        lever = self.optimize.levers[path]
        if lever.choices:
            # By its place: a choice may be a mapping.
            return lever.choices[trial.suggest_categorical(path, range(len(lever.choices)))]
        low, high = lever.range
        log = lever.scale == "log"
        if self.is_whole[path]:
            return trial.suggest_int(path, int(low), int(high), log=log)
        return _rounded(trial.suggest_float(path, low, high, log=log), low, high)

    def tell(self, losses: Sequence[Doubles | None], violations: Sequence[Doubles]) -> None:
        """What became of the trials that were asked for, in their order; None where one failed."""
        for trial, loss, crossed in zip(self.open, losses, violations, strict=True):
            if loss is None:
                self.study.tell(trial, state=optuna.trial.TrialState.FAIL)
                continue
            for limit, by in zip(self.optimize.constraints, crossed, strict=True):
                trial.set_constraint(limit, float(by))
            self.study.tell(trial, [float(one) for one in loss])
        self.open = []


def _sampler(optimize: Optimize, seed: int) -> optuna.samplers.BaseSampler:
    if optimize.sampler == "nsga2":
        return optuna.samplers.NSGAIISampler(population_size=POPULATION, seed=seed)
    return optuna.samplers.TPESampler(n_startup_trials=STARTUP, seed=seed)


def _rounded(value: float, low: float, high: float) -> float:
    return min(max(float(f"{value:.{DIGITS}g}"), low), high)
