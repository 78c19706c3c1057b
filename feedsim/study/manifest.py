"""What a run says of itself: what it ran, on what, how long each stage took."""

import os
import platform
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedsim import __version__
from feedsim.feed.ranking import EngagementRanker, dropped_terms
from feedsim.scenario import Scenario
from feedsim.study.plan import RunPlan

if TYPE_CHECKING:
    from feedsim.engine.snapshot import About

DAY = 1440
"""Minutes."""
PARTS = {"forests": "score"}
"""Stages that are timed within another."""


def manifest(
    run: RunPlan,
    threads: int,
    seconds: float,
    cpu_seconds: float,
    stage_seconds: Mapping[str, float],
    stage_rows: Mapping[str, int],
    past: "About | None" = None,
) -> dict[str, Any]:
    """Everything but the rows and bytes of the tables. Impressions and candidates are those of burn-in too.

    `cpu_seconds` are those of all threads of the process while it ran this run; loading code is not among them. Seconds
    and rows of stages are of what it lived itself; what came from a snapshot, the `past`, is told beside them.
    """
    before: dict[str, int] = past.said["rows"] if past is not None else {}
    impressions, candidates, scored = (stage_rows.get(stage, 0) for stage in ("respond", "source", "score"))
    return {
        "content_hash": run.content_hash,
        "study": run.study,
        "question": run.question,
        "arm": run.arm,
        "assumption": run.assumption,
        "seed": run.seed,
        "users": run.scenario.population.users,
        "days": run.scenario.days,
        "burn_in_days": run.scenario.burn_in_days,
        "feedsim": __version__,
        "versions": versions(),
        "platform": platform.platform(),
        "cpu": cpu(),
        "threads": threads,
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu_seconds, 3),
        "stages": stages(seconds, stage_seconds, stage_rows),
        "went_on_from_day": None if past is None else past.minute // DAY,
        "impressions_before": before.get("respond", 0),
        "impressions": impressions + before.get("respond", 0),
        "candidates": candidates + before.get("source", 0),
        "candidates_scored": scored + before.get("score", 0),
        "impressions_per_second": round(impressions / seconds, 1),
        "peak_memory_mb": round(peak_memory_mb(), 1),
        "dropped_weight_terms": dropped(run.scenario),
    }


def stages(seconds: float, by_stage: Mapping[str, float], rows: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """Seconds, share of all seconds, and rows of every stage; a part of another stage says of which."""
    result: dict[str, dict[str, Any]] = {}
    for name, spent in by_stage.items():
        result[name] = {"seconds": round(spent, 3), "share": round(spent / seconds, 4), "rows": rows.get(name)}
        if name in PARTS:
            result[name]["part_of"] = PARTS[name]
    return result


def dropped(scenario: Scenario) -> dict[str, float]:
    """Published weights that count for nothing here, because there is no such action."""
    ranker = scenario.ranker
    return dropped_terms(ranker.weights) if isinstance(ranker, EngagementRanker) else {}


def versions() -> dict[str, str]:
    """Of what numbers depend on."""
    return {"python": platform.python_version()} | {
        name: version(name) for name in ("numpy", "numba", "lightgbm", "pyarrow", "scipy")
    }


def cpu() -> str:
    """The processor's name, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def reset_peak_memory() -> None:
    """Begin anew with the most memory that this process has had, where the system knows how to."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_memory_mb() -> float:
    """The most memory that this process has had (since `reset_peak_memory`, on Linux), in MB."""
    # On Linux, getrusage would count what the parent had when it started this process; VmHWM does not.
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    except (OSError, StopIteration):
        return _peak_of_usage()


def _peak_of_usage() -> float:
    if sys.platform == "win32":
        return 0.0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)
