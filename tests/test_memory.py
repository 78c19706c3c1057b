"""How much memory there is, how much a run takes, and that no more runs begin than it holds."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sheets import study

from feedsim.results import open_run
from feedsim.study.engines import memory
from feedsim.study.engines.local import LocalEngine
from feedsim.study.engines.memory import MB, Room, available_mb, free_of_groups, needed_mb, taken_mb
from feedsim.study.engines.pool import Pool
from feedsim.study.events import Done, Event, Failed, Started
from feedsim.study.plan import RunPlan, plan_study

TEXT = """
name: sized
days: 1
burn_in_days: 1
population: {users: 1_000}
arms: {learned: {}, chronological: {ranker: {kind: chronological}}}
"""


@pytest.fixture
def runs(tmp_path: Path) -> tuple[RunPlan, ...]:
    return plan_study(study(tmp_path, TEXT), tmp_path / "runs").runs


def test_the_guess_is_above_what_runs_take_but_not_far(runs: tuple[RunPlan, ...]) -> None:
    LocalEngine(workers=2).run(runs, lambda run, event: None)
    for run in runs:
        took = open_run(run.folder).manifest["peak_memory_mb"]
        assert took < needed_mb(run.scenario) < 1.8 * took, run.arm


@pytest.mark.parametrize(
    "change",
    ["population.users=2_000", "population.topics=32", "population.posts_per_day=2", "days=9",
     "graph.mean_followees=200", "content.retention_hours=96", "ranker.training_rows=90_000", "ranker.window_days=9"],
)  # fmt: skip
def test_what_makes_a_run_larger_makes_the_guess_larger(tmp_path: Path, change: str) -> None:
    small, large = (study(tmp_path, TEXT, sets).arms["learned"] for sets in ([], [change]))
    assert needed_mb(large) > needed_mb(small)
    assert needed_mb(small, threads=2) > needed_mb(small)


def test_runs_begin_as_long_as_they_fit_together(runs: tuple[RunPlan, ...]) -> None:
    needed = [needed_mb(run.scenario) / 1024 for run in runs]
    assert Room(sum(needed) + 0.01).fits(runs[0], [runs[1]], ())
    assert not Room(sum(needed) - 0.01).fits(runs[0], [runs[1]], ())
    assert Room(needed[0] + 0.01).fits(runs[0], (), ())


def test_what_processes_have_already_counts_as_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_mb", lambda: 1000.0)
    monkeypatch.setattr(memory, "taken_mb", lambda pid: 100.0)
    assert Room().all_mb() == pytest.approx(900)
    assert Room().all_mb([1, 2]) == pytest.approx(1080)


def test_with_room_for_one_runs_run_one_after_another(runs: tuple[RunPlan, ...]) -> None:
    heard: list[type[Event]] = []
    one = max(needed_mb(run.scenario) for run in runs) / 1024
    LocalEngine(workers=2, memory_gb=one + 0.01).run(runs, lambda run, event: heard.append(type(event)))
    assert [kind for kind in heard if kind in (Started, Done)] == [Started, Done, Started, Done]


def test_a_run_that_fits_nowhere_fails_with_a_sentence(runs: tuple[RunPlan, ...]) -> None:
    heard: list[tuple[str, Event]] = []
    LocalEngine(memory_gb=0.1).run(runs[:1], lambda run, event: heard.append((run.arm, event)))
    needed = needed_mb(runs[0].scenario, threads=memory_threads()) / 1024
    told = f"it needs about {needed:.1f} GB of memory and there are 0.1; use fewer users, or start it all the same"
    assert heard == [("learned", Failed(f"{told} with --memory {needed + 0.05:.1f}", ""))]


def memory_threads() -> int:
    """That a run alone gets."""
    return len(os.sched_getaffinity(0))


def test_a_worker_takes_run_after_run_until_one_fails_or_it_dies(runs: tuple[RunPlan, ...]) -> None:
    pool, at_work, ends = Pool(1, 1, Room()), [], []
    lost = replace(runs[1], needs=(Path("gone"),))
    for run in (runs[1], replace(runs[1], folder=runs[0].folder), lost, runs[1], runs[1]):
        pool.start(run)
        at_work.append([worker.process for worker in pool.busy])
        while len(pool):
            ends += [type(event) for _, event in pool.heard(1.0) if isinstance(event, Done | Failed)]
        if len(ends) == 4:
            at_work[-1][0].kill()
            at_work[-1][0].join()
    pool.stop()
    first, second, third, fourth, fifth = at_work
    assert first == second == third != fourth != fifth
    assert ends == [Done, Done, Failed, Done, Done]


# What the system says


def test_a_process_takes_what_it_holds() -> None:
    before = taken_mb(os.getpid())
    held = bytearray(os.urandom(1)) * (64 * MB)
    assert taken_mb(os.getpid()) - before == pytest.approx(64, abs=8)
    assert len(held) == 64 * MB
    assert taken_mb(2**22 + 1) == 0
    assert available_mb() > 0


def group(folder: Path, **said: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, what in said.items():
        (folder / name.replace("__", ".")).write_text(f"{what}\n")


def test_control_groups_around_a_process_limit_it(tmp_path: Path) -> None:
    group(tmp_path, memory__max="max", memory__current=900)
    group(tmp_path / "a", memory__max=1000, memory__current=700, memory__stat="anon 1\ninactive_file 200")
    group(tmp_path / "a" / "b", memory__max=800, memory__current=100)
    assert free_of_groups(tmp_path / "a" / "b", tmp_path) == [700, 500]
    # A container may see the path of its group from outside, where there is no such folder.
    assert free_of_groups(tmp_path / "a" / "far" / "off", tmp_path) == [500]


def test_control_groups_of_the_first_kind_limit_it_too(tmp_path: Path) -> None:
    group(tmp_path / "memory", memory__limit_in_bytes=1000, memory__usage_in_bytes=400,
          memory__stat="inactive_file 1\ntotal_inactive_file 50")  # fmt: skip
    assert free_of_groups(tmp_path / "memory", tmp_path) == [650]
