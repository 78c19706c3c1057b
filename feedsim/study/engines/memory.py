"""How much memory a run takes, and how much there is."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from feedsim.feed.ranking import EngagementRanker
from feedsim.inputs import PATHS
from feedsim.scenario import Scenario
from feedsim.study.plan import RunPlan
from feedsim.world.graph import GeneratedGraph

MB = 1 << 20
SHARE_OF_FREE = 0.9
"""Of the memory that is free, what runs may take: the rest is for all else that goes on."""


# Fitted to the peaks of 14 runs of 1,000 to 100,000 people over 3 to 33 days, and rounded up: the guess was 12 to 83 %
# more than what they took.
CODE_MB = 390.0
THREAD_MB = 150.0
"""of what each thread beyond the first works on"""
DAY_MB = 2.0
PERSON_BYTES, PERSON_DAY_BYTES = 4_000, 250
TOPIC_BYTES, EDGE_BYTES, POST_BYTES, LOGGED_BYTES = 16, 40, 600, 800
"""of the taste for a topic, of a followee, of a post that is alive, of an impression that a ranker learns from"""


def needed_mb(scenario: Scenario, threads: int = 1) -> float:
    """A guess, rather too much than too little, of the most memory that a run takes."""
    days = scenario.burn_in_days + scenario.days
    lasting = CODE_MB + THREAD_MB * (threads - 1) + DAY_MB * days
    people = scenario.population.users * (_person_bytes(scenario) + PERSON_DAY_BYTES * days)
    return lasting + (people + _log_bytes(scenario) + _file_bytes(scenario)) / MB


def _person_bytes(scenario: Scenario) -> float:
    population, graph = scenario.population, scenario.graph
    followees = graph.mean_followees if isinstance(graph, GeneratedGraph) else 0.0
    alive_days = 1 + scenario.content.retention_hours / 24
    posts = 2 * population.posts_per_day * alive_days  # twice: with those of actors who post more
    return PERSON_BYTES + TOPIC_BYTES * population.topics + EDGE_BYTES * followees + POST_BYTES * posts


def _log_bytes(scenario: Scenario) -> float:
    ranker = scenario.ranker
    if not isinstance(ranker, EngagementRanker):
        return 0.0
    # As many rows again of what is rarer than nothing at all: see Sampling.
    return LOGGED_BYTES * 2 * ranker.training_rows * ranker.window_days


def _file_bytes(scenario: Scenario) -> float:
    """Of what is read: a file of numbers grows when it is unpacked, and is there twice for a moment."""
    paths = [getattr(getattr(scenario, block), key, None) for block, key in PATHS]
    return 8.0 * sum(os.path.getsize(path) for path in paths if path is not None and os.path.exists(path))


@dataclass(frozen=True)
class Room:
    """The memory that the runs of this machine may take together."""

    given_gb: float | None = None
    """none: most of what is free"""
    threads: int = 1
    """a run"""

    def needed_mb(self, run: RunPlan) -> float:
        """That a run takes at most, about."""
        return needed_mb(run.scenario, self.threads)

    def fits(self, run: RunPlan, beside: Sequence[RunPlan], pids: Sequence[int]) -> bool:
        """Whether a run can start beside others; `pids` are the processes that run them."""
        return sum(map(self.needed_mb, [*beside, run])) <= self.all_mb(pids)

    def all_mb(self, pids: Sequence[int] = ()) -> float:
        """What the runs may have together: what is free, and what these processes have already."""
        if self.given_gb is not None:
            return self.given_gb * 1024
        return SHARE_OF_FREE * (available_mb() + sum(map(taken_mb, pids)))

    def refusal(self, run: RunPlan, pids: Sequence[int]) -> str:
        """Why it can't run, and what could be done."""
        needed, free = self.needed_mb(run) / 1024, self.all_mb(pids) / 1024
        return (
            f"it needs about {needed:.1f} GB of memory and there are {free:.1f}; "
            f"use fewer users, or start it all the same with --memory {needed + 0.05:.1f}"
        )


def available_mb() -> float:
    """Memory that can be had without swapping, within what this process's control groups allow."""
    return min([psutil.virtual_memory().available / MB, *(free / MB for free in free_of_groups(_group()))])


def taken_mb(pid: int) -> float:
    """What a process has for itself; 0 if it is gone."""
    try:
        info = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0.0
    return float(info.rss - getattr(info, "shared", 0)) / MB


GROUPS = Path("/sys/fs/cgroup")
FILES = {"memory.max": "memory.current", "memory.limit_in_bytes": "memory.usage_in_bytes"}
"""Limit and use of a control group, of the second and of the first kind, in bytes."""


def _group() -> Path:
    """The control group of this process; the root of all where there is none."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return GROUPS
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds in ("", "memory"):
            return GROUPS / kinds / path.lstrip("/")
    return GROUPS


def free_of_groups(group: Path, root: Path = GROUPS) -> list[float]:
    """Bytes that may still be taken in a group and in those around it; what files occupy can be had back."""
    free = []
    for folder in (group, *group.parents):
        for limit, use in FILES.items():
            with_limit = _number(folder / limit)
            if with_limit is not None:
                free.append(with_limit - (_number(folder / use) or 0) + _reclaimable(folder))
        if folder == root:
            break
    return free


def _number(file: Path) -> float | None:
    """What a file says; none where it is not there or sets no limit."""
    try:
        return float(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _reclaimable(folder: Path) -> float:
    try:
        lines = (folder / "memory.stat").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    said = dict(line.split(" ", 1) for line in lines)
    return float(said.get("total_inactive_file", said.get("inactive_file", 0)))
