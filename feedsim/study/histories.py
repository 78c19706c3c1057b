"""One history, many futures: what arms have in common up to a day is simulated once, and each goes on from there.

What can have had a say before a day is the arm's *past*, as data: two arms with equal pasts and the same seed live the
same until then, to the bit. In burn-in feeds are chronological with a share of lots, whatever ranks them later, nothing
has been learned, and nothing is believed of posts but by an oracle; so that pasts of burn-in say less of an arm than
later ones.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from feedsim import __version__
from feedsim.feed.ranking import EngagementRanker
from feedsim.integrity.detectors import LearnedDetectors, Oracle
from feedsim.integrity.policies import LIBRARY, Policy
from feedsim.integrity.rules import Rules
from feedsim.merging import Data
from feedsim.own_code import code_digests, own_policies
from feedsim.scenario import Scenario, told_apart
from feedsim.study.plan import RunPlan

FOLDER = ".histories"
"""Of a study, for as long as it runs: what its runs share."""


@dataclass(frozen=True)
class Past:
    """All that can have had a say in what an arm lived before a day."""

    data: Data
    """that all who share it have alike"""
    log: int | None
    """in burn-in, the training rows that the ranking team logs for; none: whatever was logged is not read"""
    labels: bool
    """in burn-in, whether the detection team's labels are needed"""

    @classmethod
    def of(cls, scenario: Scenario, day: int) -> "Past":
        """Of a scenario, before the midnight that `day` begins with."""
        rules, acting = Rules(scenario.policies), acted_before(scenario, day)
        data = told_apart(scenario)
        del data["days"]
        data["policies"] = {name: data["policies"][name] for name in acting}
        data["code"] = code_digests(own_policies(acting.values()))
        # What is counted of audiences, and which heads are asked, hang on policies that act later too.
        data["audiences"] = rules.need("audiences")
        if day > 0:
            data["heads"] = sorted(rules.heads)
            # Without anything that finds or holds back harm, nothing is counted of it.
            data["counted"] = bool(scenario.policies) or {scenario.detectors.kind, scenario.review.kind} != {"none"}
            return cls(data, None, False)
        data["detectors"], ranker = isinstance(scenario.detectors, Oracle), scenario.ranker
        del data["ranker"]
        log = ranker.training_rows if isinstance(ranker, EngagementRanker) else None
        return cls(data, log, isinstance(scenario.detectors, LearnedDetectors))

    @cached_property
    def text(self) -> str:
        """The data in one piece: a study may have thousands of arms and assumptions to compare."""
        return json.dumps(self.data, separators=(",", ":"))

    def serves(self, other: "Past") -> bool:
        """Whether whoever has the other past can go on from this one."""
        return self.text == other.text and other.log in (None, self.log) and self.labels >= other.labels

    def key(self, seed: int) -> str:
        """What a history of it is known by, in 64 characters."""
        text = json.dumps([self.text, self.log, self.labels, seed, __version__])
        return sha256(text.encode()).hexdigest()


def acted_before(scenario: Scenario, day: int) -> dict[str, Policy]:
    """The policies that may have acted before a day: of somebody's own code, all may."""
    policies = scenario.policies.items()
    return {name: policy for name, policy in policies if policy.start_day < day or type(policy) not in LIBRARY}


def first_difference(mine: Any, theirs: Any, path: tuple[str, ...] = ()) -> tuple[tuple[str, ...], Any, Any] | None:
    """The first setting that two pasts' data do not have alike, and what it is in each; none where there is none."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for name in {**mine, **theirs}:
            if found := first_difference(mine.get(name), theirs.get(name), (*path, name)):
                return found
        return None
    return None if mine == theirs else (path, mine, theirs)


@dataclass(frozen=True)
class Shared:
    """A history that several runs go on from."""

    day: int
    past: Past
    """that serves all of them"""
    runs: tuple[RunPlan, ...]
    """that live so much alike"""


def with_histories(runs: Sequence[RunPlan], folder: Path) -> tuple[RunPlan, ...]:
    """The runs of a study, and first what several of them share: a run of its own, in `folder`/.histories.

    A history that lies there already is not run again.
    """
    starts = {policy.start_day for run in runs for policy in run.scenario.policies.values()}
    sharing = Sharing(folder / FOLDER, sorted({0, *(day for day in starts if day > 0)}))
    seeds = dict.fromkeys(run.seed for run in runs)
    jobs = [job for seed in seeds for job in sharing.branched([run for run in runs if run.seed == seed])]
    return tuple(job for job in jobs if job.until_day is None or not job.folder.is_dir())


class Sharing:
    """Who goes on from what. `days` are those at which arms may begin to differ, ascending: the end of burn-in, and the
    first days of policies."""

    def __init__(self, folder: Path, days: Sequence[int]) -> None:
        self.folder, self.days = folder, days
        self._pasts: dict[tuple[int, int], Past] = {}

    def past(self, scenario: Scenario, day: int) -> Past:
        """Made once: a study has many seeds."""
        place = (id(scenario), day)
        if place not in self._pasts:
            self._pasts[place] = Past.of(scenario, day)
        return self._pasts[place]

    def branched(self, runs: Sequence[RunPlan], at: int = 0, trunk: RunPlan | None = None) -> Iterator[RunPlan]:
        """Runs of one seed, which all go on from `trunk`, and the histories that some share for longer."""
        if at == len(self.days):
            yield from (_after(run, trunk) for run in runs)
            return
        for shared in self.together(runs, self.days[at]):
            history = trunk
            if len(shared.runs) > 1 and not self._stay_together(shared.runs, at + 1):
                history = _after(_history(shared, self.folder), trunk)
                yield history
            yield from self.branched(shared.runs, at + 1, history)

    def _stay_together(self, runs: Sequence[RunPlan], at: int) -> bool:
        """Whether a later history does for all of them."""
        return at < len(self.days) and len(self.together(runs, self.days[at])) == 1

    def together(self, runs: Sequence[RunPlan], day: int) -> list[Shared]:
        """Runs of one seed in parts that live the same before a day."""
        parts: list[Shared] = []
        # Whoever needs a log says which: who needs none goes with the first.
        for run in sorted(runs, key=lambda run: self.past(run.scenario, day).log is None):
            past, lasts = self.past(run.scenario, day), _first_day(run) < day < run.scenario.days
            for i, part in enumerate(parts):
                both = replace(part.past, labels=part.past.labels or past.labels)
                if lasts and both.serves(past):
                    parts[i] = Shared(day, both, (*part.runs, run))
                    break
            else:
                parts.append(Shared(day, past, (run,)))
        return parts


def _first_day(run: RunPlan) -> int:
    return -run.scenario.burn_in_days if run.from_day is None else run.from_day


def _after(run: RunPlan, trunk: RunPlan | None) -> RunPlan:
    if trunk is None:
        return run
    return replace(run, from_day=trunk.until_day, needs=(trunk.folder,))


def _history(shared: Shared, folder: Path) -> RunPlan:
    """The run that lives what is shared, with all that any who share it will read of it."""
    first = shared.runs[0]
    key = shared.past.key(first.seed)
    learned = [run.scenario.detectors for run in shared.runs if isinstance(run.scenario.detectors, LearnedDetectors)]
    scenario = first.scenario.model_copy(update={
        # Before its first verdict a team only keeps what reviewers say: any team does for all.
        "detectors": learned[0] if learned else first.scenario.detectors,
        "snapshot_every_days": 0,
    })  # fmt: skip
    return replace(
        first, arm=f"history of {len(shared.runs)} arms to day {shared.day}", scenario=scenario, content_hash=key,
        folder=folder / key[:16], until_day=shared.day,
    )  # fmt: skip
