"""How fast this machine simulates, and how fast it could."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.table import Table

from feedsim.feed.forest import bare_rate
from feedsim.scenario import Scenario, Study
from feedsim.study.engines.local import LocalEngine
from feedsim.study.events import Done, Event, Failed
from feedsim.study.plan import plan_study

LABELS = {
    "users": "people",
    "days": "measured days (after one of burn-in)",
    "impressions": "impressions",
    "seconds": "seconds",
    "impressions_per_second": "impressions a second",
    "candidates_scored_per_second": "candidates scored a second",
    "forest_share": "share of the time spent in the forests",
    "peak_memory_mb": "peak memory, MB",
    "bare_forest_rows_per_second": "rows a second of a bare forest on one core",
}


class BenchFailed(Exception):
    """The measured run came to nothing."""


def measure(users: int, days: int) -> dict[str, float]:
    """Run the default scenario at this scale, with burn-in, in a process of its own; figures under the keys of LABELS.

    A small run goes before, so that compiling is not measured. Impressions and candidates of burn-in count too.
    """
    manifest_of_a_run(min(users, 500), 1)
    run = manifest_of_a_run(users, days)
    stages = run["stages"]
    return {
        "users": users,
        "days": days,
        "impressions": run["impressions"],
        "seconds": run["seconds"],
        "impressions_per_second": run["impressions_per_second"],
        "candidates_scored_per_second": round(run["candidates_scored"] / run["seconds"], 1),
        "forest_share": stages.get("forests", {"share": 0.0})["share"],
        "peak_memory_mb": run["peak_memory_mb"],
        "bare_forest_rows_per_second": round(bare_rate(), 1),
    }


def bench_study(users: int, days: int, seeds: int) -> Study:
    """The default scenario at this scale."""
    said = {"days": days, "burn_in_days": 1, "population": {"users": users}}
    scenario = Scenario.model_validate_json(json.dumps(said))
    arms, whence = {"baseline": scenario}, Path("bench.yaml")
    return Study(name="bench", scenario=scenario, arms=arms, seeds=tuple(range(1, seeds + 1)), file=whence)


def manifest_of_a_run(users: int, days: int) -> dict[str, Any]:
    """The manifest of a run that is forgotten."""
    with TemporaryDirectory() as folder:
        plan = plan_study(bench_study(users, days, 1), Path(folder))
        heard: list[Event] = []
        LocalEngine().run(plan.runs, lambda run, event: heard.append(event))
    event = heard[-1]
    if isinstance(event, Failed):
        raise BenchFailed(event.error)
    assert isinstance(event, Done)
    return event.manifest


def bench_table(figures: Mapping[str, float], labels: Mapping[str, str] = LABELS) -> Table:
    """The figures, a line each."""
    table = Table(show_header=False)
    table.add_column(overflow="fold")
    table.add_column(justify="right")
    for key, label in labels.items():
        table.add_row(label, f"{figures[key]:.1%}" if key == "forest_share" else _short(figures[key]))
    return table


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value % 1 else f"{value:g}"
