"""Whole runs, in processes of their own, as somebody at a terminal starts them."""

import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from rich.console import Console

from feedsim.engine.stopwatch import NotFinite
from feedsim.results import find_runs, open_run, read_summary
from feedsim.scenario import load_study
from feedsim.study.events import Done, Failed, Started, Told
from feedsim.study.live import Board, LiveLines, PlainLines, running_line
from feedsim.study.plan import RunPlan, plan_study
from feedsim.study.scripting import run
from feedsim.study.work import in_one_line

TWO_ARMS = """
name: two
question: Is popular worse?
days: 1
burn_in_days: 1
population: {users: 200}
arms:
  chronological: {ranker: {kind: chronological}}
  popular: {ranker: {kind: popular}}
"""
SHORT_AND_LONG = """
name: patience
days: 1
burn_in_days: 0
population: {users: 200}
ranker: {kind: chronological}
arms:
  short: {}
  long: {days: 30}
"""
ONE_BREAKS = """
name: breaks
days: 1
burn_in_days: 0
population: {users: 200}
ranker: {kind: chronological}
arms:
  whole: {}
  broken: {people: {reflection: {quality: 1.0e+300}}}
"""


def feedsim(folder: Path, *words: str, limits: Mapping[int, int] = MappingProxyType({})) -> "subprocess.Popen[str]":
    """`feedsim` at work in a folder, at the head of a group of processes, as a shell would start it.

    `limits`: resource -> how much of it each process may have.
    """

    def limit() -> None:
        for of, most in limits.items():
            resource.setrlimit(of, (most, most))

    return subprocess.Popen(
        [sys.executable, "-m", "feedsim", *words],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100", "PYTHONPATH": str(Path(__file__).parent.parent)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=limit,
    )


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Exit status, stdout, stderr."""
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def wait_for(what: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*")]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[int, str, str]]:
    """A folder with the study of two arms, run once, and what was said meanwhile."""
    folder = tmp_path_factory.mktemp("two")
    (folder / "two.yaml").write_text(TWO_ARMS)
    return folder, ended(feedsim(folder, "run", "two.yaml"))


def test_a_study_runs_every_arm_and_ends_with_a_table_and_a_report(finished: tuple[Path, tuple[int, str, str]]) -> None:
    folder, (status, out, err) = finished
    study = folder / "runs" / "two"
    assert status == 0
    assert [(found.arm, found.seed) for found in find_runs(study)] == [("chronological", 1), ("popular", 1)]
    assert out.startswith("two: Is popular worse?\n")
    assert out.endswith("Runs:   runs/two\nReport: runs/two/report.html\n")
    assert sorted(line.split()[:4] for line in err.splitlines()) == [
        ["done", "two", "chronological", "seed=1"],
        ["done", "two", "history", "of"],
        ["done", "two", "popular", "seed=1"],
    ]
    assert (study / "report.html").stat().st_size > 1000
    assert list(dict.fromkeys(read_summary(study)["arm"])) == ["chronological", "popular"]
    assert hidden(folder) == []


def test_the_manifest_says_what_ran_and_what_it_took(finished: tuple[Path, tuple[int, str, str]]) -> None:
    found = open_run(finished[0] / "runs" / "two" / "popular" / "seed=1")
    said = found.manifest
    assert (said["study"], said["arm"], said["seed"], said["users"], said["days"]) == ("two", "popular", 1, 200, 1)
    assert set(said["versions"]) == {"python", "numpy", "numba", "lightgbm", "pyarrow", "scipy"}
    # Burn-in was lived once for both arms.
    lived = said["stages"]["respond"]["rows"]
    assert lived + said["impressions_before"] == said["impressions"] > lived > 500
    assert said["impressions_per_second"] == pytest.approx(lived / said["seconds"], rel=0.01)
    assert sum(stage["seconds"] for stage in said["stages"].values() if "part_of" not in stage) < said["seconds"]
    assert 100 < said["peak_memory_mb"] < 2000
    assert "name: two" in found.scenario_yaml


def test_what_is_finished_is_kept_and_what_changed_is_run_again(
    finished: tuple[Path, tuple[int, str, str]], tmp_path: Path
) -> None:
    folder, _ = finished
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("manifest.json")}
    status, _, err = ended(feedsim(folder, "run", "two.yaml"))
    assert (status, err) == (0, "kept    two: 2 of 2 runs are finished already\n")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("manifest.json")} == before
    status, out, err = ended(
        feedsim(folder, "run", "two.yaml", "--arm", "popular", "--set", "population.users=201", "--quiet")
    )
    assert (status, out, err) == (0, "", "")
    study = folder / "runs" / "two"
    assert open_run(study / "popular" / "seed=1").manifest["users"] == 201
    # The other arm was run with other settings: it is on the disk, but not in the summary of these.
    assert list(dict.fromkeys(read_summary(study)["arm"])) == ["popular"]


def test_a_run_that_fails_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "breaks.yaml").write_text(ONE_BREAKS)
    status, out, err = ended(feedsim(tmp_path, "run", "breaks.yaml", "--workers", "1", "--out", "here"))
    failed = [line for line in err.splitlines() if line.startswith("failed")]
    assert status == 1
    assert len(failed) == 1
    assert failed[0].startswith("failed  breaks  broken seed=1: ")
    assert failed[0].endswith(" (more in here/breaks/broken/seed=1.error.txt)")
    assert "Traceback" in (tmp_path / "here/breaks/broken/seed=1.error.txt").read_text()
    assert [found.arm for found in find_runs(tmp_path / "here" / "breaks")] == ["whole"]
    assert "Traceback" not in out + err
    assert hidden(tmp_path) == []


def test_a_worker_that_is_killed_takes_nobody_with_it(tmp_path: Path) -> None:
    (tmp_path / "patience.yaml").write_text(SHORT_AND_LONG)
    process = feedsim(tmp_path, "run", "patience.yaml", "--workers", "2")
    wait_for(lambda: list(tmp_path.glob("runs/patience/long/.seed=1.*.part/progress.jsonl")))
    (told,) = tmp_path.glob("runs/patience/long/.seed=1.*.part/progress.jsonl")
    os.kill(int(told.parent.name.split(".")[2]), signal.SIGKILL)
    status, _, err = ended(process)
    assert status == 1
    assert "long seed=1: its process was killed (SIGKILL); the machine may have run out of memory" in err
    assert [found.arm for found in find_runs(tmp_path / "runs" / "patience")] == ["short"]
    assert hidden(tmp_path) == []


def test_ctrl_c_keeps_what_is_finished_and_the_same_command_goes_on(tmp_path: Path) -> None:
    (tmp_path / "patience.yaml").write_text(SHORT_AND_LONG)
    process = feedsim(tmp_path, "run", "patience.yaml", "--workers", "2")
    short = tmp_path / "runs/patience/short/seed=1/manifest.json"
    wait_for(lambda: short.exists() and list(tmp_path.glob("runs/patience/long/.seed=1.*.part/progress.jsonl")))
    (told,) = tmp_path.glob("runs/patience/long/.seed=1.*.part/progress.jsonl")
    worker = int(told.parent.name.split(".")[2])
    os.killpg(process.pid, signal.SIGINT)
    status, _, err = ended(process)
    assert status == 130
    assert "Traceback" not in err
    assert err.endswith("Interrupted. What is finished is kept; the same command goes on from here.\n")
    assert not Path(f"/proc/{worker}").exists()
    assert hidden(tmp_path) == []
    first = short.stat().st_mtime_ns
    status, _, err = ended(feedsim(tmp_path, "run", "patience.yaml"))
    assert (status, err.splitlines()[0]) == (0, "kept    patience: 1 of 2 runs are finished already")
    assert [found.arm for found in find_runs(tmp_path / "runs" / "patience")] == ["long", "short"]
    assert short.stat().st_mtime_ns == first


@pytest.fixture
def plan(tmp_path: Path) -> RunPlan:
    (tmp_path / "two.yaml").write_text(TWO_ARMS)
    return plan_study(load_study(tmp_path / "two.yaml"), Path("runs")).runs[0]


def test_a_program_runs_a_study_too(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(TWO_ARMS)
    study = load_study(tmp_path / "two.yaml", arms=["popular"])
    (only,) = run(study, tmp_path / "runs", workers=1)
    assert (only.manifest["arm"], only.folder) == ("popular", tmp_path / "runs/two/popular/seed=1")


def test_the_longest_run_costs_most(tmp_path: Path) -> None:
    (tmp_path / "patience.yaml").write_text(SHORT_AND_LONG)
    short, long = plan_study(load_study(tmp_path / "patience.yaml"), Path("runs")).runs
    assert long.cost == pytest.approx(30 * short.cost)


def test_live_lines_fit_a_screen_of_20_columns(plan: RunPlan) -> None:
    board = Board(runs=2)
    screen = io.StringIO()
    board.note(plan, Started())
    Console(file=screen, width=20).print(board)
    board.note(plan, Told(day=1.5, days=2, impressions=3000, seconds=3.0))
    Console(file=screen, width=20).print(board)
    board.note(plan, Done({}))
    Console(file=screen, width=20).print(board)
    assert screen.getvalue().splitlines() == [
        "chronological seed=…",
        "0 of 2 runs ended",
        "chronological seed=…",
        "0 of 2 runs ended",
        "1 of 2 runs ended",
    ]


def test_a_live_line_tells_day_pace_and_time_left(plan: RunPlan) -> None:
    screen = io.StringIO()
    with LiveLines(Console(file=screen, width=80, force_terminal=True), runs=1) as lines:
        lines.hear(plan, Told(day=1.5, days=2, impressions=3000, seconds=3.0))
        lines.live.refresh()
    assert "chronological seed=1  day 1.5 of 2  1,000 impressions/s  0:01 left" in screen.getvalue()


def test_plain_lines_tell_what_ended(plan: RunPlan) -> None:
    screen = io.StringIO()
    with PlainLines(Console(file=screen, width=20)) as lines:
        lines.hear(plan, Started())
        lines.hear(plan, Told(1.5, 2, 3000, 3.0))
        lines.hear(plan, Done({"seconds": 65.2, "impressions_per_second": 1234.5}))
        lines.hear(plan, Failed("it broke", "here"))
    assert screen.getvalue().splitlines() == [
        "done    two  chronological seed=1  1:05  1,234 impressions/s",
        "failed  two  chronological seed=1: it broke (more in runs/two/chronological/seed=1.error.txt)",
    ]


def test_errors_are_told_in_a_line() -> None:
    assert in_one_line(OSError(28, "No space left on device", "x.parquet")) == "No space left on device: x.parquet"
    assert in_one_line(NotFinite("score", 15)) == (
        "a number that is none (NaN or infinity) came out of the stage 'score' at minute 15"
    )
    assert in_one_line(KeyError("a\nb")) == r"KeyError: 'a\nb'"
    assert in_one_line(MemoryError()).startswith("the machine has too little memory")


def test_progress_is_kept_while_a_run_is_running(tmp_path: Path) -> None:
    (tmp_path / "patience.yaml").write_text(SHORT_AND_LONG)
    process = feedsim(tmp_path, "run", "patience.yaml", "--arm", "long")
    wait_for(lambda: list(tmp_path.glob("runs/patience/long/.seed=1.*.part/progress.jsonl")))
    (path,) = tmp_path.glob("runs/patience/long/.seed=1.*.part/progress.jsonl")
    wait_for(lambda: not path.exists() or len(path.read_text().splitlines()) >= 3)
    told = [json.loads(line) for line in path.read_text().splitlines()]
    process.terminate()
    assert ended(process)[0] == 130
    # The first tick compiles, so that it may be told twice.
    assert [(line["days"], line["day"] > 0) for line in (told[0], told[2])] == [(30, False), (30, True)]
    assert hidden(tmp_path) == []


def test_who_does_not_hear_interrupts_has_workers_that_do_not(tmp_path: Path) -> None:
    """Such as one that a shell script runs in the background: Ctrl-C is meant for another."""
    (tmp_path / "two.yaml").write_text(TWO_ARMS)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = feedsim(tmp_path, "run", "two.yaml", "--workers", "1", "--quiet")
    signal.signal(signal.SIGINT, before)
    wait_for(lambda: list(tmp_path.glob("runs/two/*/.seed=1.*.part/progress.jsonl")))
    os.killpg(process.pid, signal.SIGINT)
    assert ended(process) == (0, "", "")


def test_the_time_left_is_of_what_a_run_lives_itself(plan: RunPlan) -> None:
    told = Told(day=4, days=10, impressions=3000, seconds=3.0, first=3)
    assert running_line(plan, told, 0.0, 80).endswith("0:18 left")
    assert "getting ready" in running_line(plan, Told(day=3, days=10, impressions=0, seconds=3.0, first=3), 0.0, 80)
