"""The search for a frontier: the base, then combinations of levers, a few at once, each with all seeds."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pandas as pd

from feedsim.faults import Faults
from feedsim.levers import Values
from feedsim.scenario import Scenario, Study
from feedsim.steering import setting_at, steered, takes_whole_numbers
from feedsim.study.frontier import BASE, Frontier
from feedsim.study.pareto import Doubles
from feedsim.study.sampling import Sampler
from feedsim.study.trials import Trial, figured, figures, frontier, losses, search_seed, violations


class SearchFailed(Exception):
    """The base came to nothing, so that there is nothing to compare with."""


@dataclass(frozen=True)
class Measured:
    """What came of some arms."""

    cells: pd.DataFrame
    """whole-run cells, as in summary.parquet, of the arms all of whose runs are finished"""
    errors: Mapping[str, str] = field(default_factory=dict)
    """arm -> why one of its runs failed"""
    interrupted: bool = False
    """of the other arms, runs are missing"""


Evaluate: TypeAlias = Callable[[Mapping[str, Scenario]], Measured]
"""Runs arms, by name, with all seeds."""


@dataclass(frozen=True)
class Proposal:
    """A trial that is about to be measured."""

    number: int
    arm: str
    values: Values
    error: str = ""
    """why there can't be such a scenario"""


def arm_of(number: int) -> str:
    """What the arm of a trial is called."""
    return f"trial-{number:03}"


def is_taken(arm: str) -> bool:
    """Whether a search calls an arm of its own so."""
    return arm == BASE or bool(re.fullmatch(r"trial-\d{3,}", arm))


class Search:
    """One search. What is tried next follows from the study and from what was measured, and from nothing else."""

    def __init__(self, study: Study) -> None:
        assert study.optimize is not None
        self.study, self.optimize = study, study.optimize
        is_whole = {path: takes_whole_numbers(study.scenario, path) for path in self.optimize.levers}
        self.sampler = Sampler(self.optimize, is_whole, search_seed(study.seeds))
        self.goals = figured(self.optimize)
        self.arms: dict[str, Scenario] = {}
        """every arm that was to be measured"""
        self.known: dict[str, Doubles] = {}
        """arm -> figures of its seeds"""
        self.trials: list[Trial] = []
        self.interrupted = False

    def batches(self, evaluate: Evaluate) -> Iterator[Frontier]:
        """Measure all trials, the base together with the first; the frontier after each batch.

        Raises SearchFailed where the base comes to nothing. An interruption ends it, after what is finished.
        """
        asked = 0
        while asked < self.optimize.trials and not self.interrupted:
            many = min(self.optimize.at_once, self.optimize.trials - asked)
            proposals = [
                *self._base(),
                *map(self._proposal, range(asked + 1, asked + 1 + many), self.sampler.ask(many)),
            ]
            asked += many
            new = {one.arm: self.arms[one.arm] for one in proposals if one.arm in self.arms.keys() - self.known.keys()}
            measured = evaluate(new)
            self.interrupted = measured.interrupted
            self.known |= figures(measured.cells, self.goals, self.study.seeds) if len(measured.cells) else {}
            self._take_in(proposals, measured)
            if self.trials:
                yield frontier(self.optimize, self.trials, self.study.seeds)

    def _base(self) -> list[Proposal]:
        """What no lever has moved, until it has been measured."""
        if self.trials:
            return []
        self.arms[BASE] = self.study.scenario
        return [Proposal(0, BASE, {path: setting_at(self.study.scenario, path) for path in self.optimize.levers})]

    def _proposal(self, number: int, values: Values) -> Proposal:
        """A trial, in the arm of an earlier one where that has set the same."""
        arm = arm_of(number)
        try:
            scenario = steered(self.study.scenario, values)
        except Faults as error:
            return Proposal(number, arm, values, "; ".join(f"{one.path}: {one.wrong}" for one in error.faults))
        same = next((name for name, other in self.arms.items() if other == scenario), arm)
        self.arms[same] = scenario
        return Proposal(number, same, values)

    def _take_in(self, proposals: Sequence[Proposal], measured: Measured) -> None:
        ended = [trial for one in proposals if (trial := self._trial(one, measured.errors)) is not None]
        if not self.trials and ended and ended[0].number == 0 and ended[0].error:
            raise SearchFailed(
                f"the base is what all trials are compared with, and nothing came of it: {ended[0].error}"
            )
        if self.trials or (ended and ended[0].number == 0):
            self.trials += ended
        if not self.interrupted:
            self._tell([trial for trial in ended if trial.number])

    def _trial(self, one: Proposal, errors: Mapping[str, str]) -> Trial | None:
        """What became of it; None where it is not finished."""
        nothing = np.full((len(self.study.seeds), len(self.goals)), np.nan)
        error = one.error or errors.get(one.arm, "")
        if error or one.arm not in self.known:
            return Trial(one.number, one.arm, one.values, nothing, error) if error else None
        found = Trial(one.number, one.arm, one.values, self.known[one.arm])
        missing = [str(goal) for goal, mean in zip(self.goals, found.means, strict=True) if np.isnan(mean)]
        return Trial(**{**vars(found), "error": f"there is no figure of {', '.join(missing)}"}) if missing else found

    def _tell(self, trials: Sequence[Trial]) -> None:
        """Let the sampler learn."""
        base = self.trials[0].means
        loss = [None if trial.error else losses(self.optimize, trial.means) for trial in trials]
        self.sampler.tell(loss, [violations(self.optimize, trial.means, base) for trial in trials])
