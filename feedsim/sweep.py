"""What a sweep of many runs costs beyond the runs themselves."""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from feedsim.bench import BenchFailed, bench_study, manifest_of_a_run
from feedsim.study.manifest import cores
from feedsim.study.plan import plan_study
from feedsim.study.scripting import RunsFailed, run
from feedsim.study.work import simulate

SWEEP_LABELS = {
    "runs": "runs",
    "users": "people",
    "days": "measured days (after one of burn-in)",
    "cores": "cores",
    "seconds": "seconds for all, with the report",
    "cpu_seconds": "processor seconds of the runs",
    "cost": "seconds for all, to processor seconds a core",
    "cpu_seconds_alone": "processor seconds of one run alone",
    "cost_alone": "seconds for all, to as many such runs a core",
}


def measure_sweep(runs: int, users: int, days: int) -> dict[str, float]:
    """Run the default scenario with this many seeds, as a study; figures under the keys of SWEEP_LABELS.

    A sweep that loses nothing costs 1: starting processes, loading code, waiting and reporting make it more. Beside
    others a run takes more processor seconds than alone, as they share caches and memory: `cost_alone` counts that too.
    Raises BenchFailed.
    """
    manifest_of_a_run(min(users, 500), 1)  # compiles
    alone = _alone(users, days)
    begun = perf_counter()
    with TemporaryDirectory() as folder:
        spent = _cpu_seconds(runs, users, days, Path(folder))
        seconds = perf_counter() - begun
    return {
        "runs": runs,
        "users": users,
        "days": days,
        "cores": cores(),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(spent, 2),
        "cost": round(seconds * cores() / spent, 4),
        "cpu_seconds_alone": round(alone, 2),
        "cost_alone": round(seconds * cores() / (runs * alone), 4),
    }


def _alone(users: int, days: int) -> float:
    """Processor seconds of one run that has the machine to itself, on one thread as in a sweep."""
    with TemporaryDirectory() as folder:
        (plan,) = plan_study(bench_study(users, days, 1), Path(folder)).runs
        return float(str(simulate(plan, 1, lambda event: None)["cpu_seconds"]))


def _cpu_seconds(runs: int, users: int, days: int, folder: Path) -> float:
    """Of all runs together."""
    try:
        done = run(bench_study(users, days, runs), folder)
    except RunsFailed as error:
        raise BenchFailed(str(error)) from error
    return sum(float(each.manifest["cpu_seconds"]) for each in done)
