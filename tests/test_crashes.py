"""Whatever ends a study, the same command goes on: what is finished is not done again, halves are not read."""

import os
import resource
import signal
import subprocess
from pathlib import Path

import psutil
from test_study_run import SHORT_AND_LONG, ended, feedsim, hidden, wait_for

from feedsim.results import find_runs, read_summary

SMALL_AND_BIG = """
name: sizes
days: 1
burn_in_days: 0
population: {users: 100}
ranker: {kind: chronological}
arms:
  big: {population: {users: BIG}}
  small: {}
"""
STUDY = Path("runs/patience")


def started(folder: Path) -> tuple["subprocess.Popen[str]", list[psutil.Process]]:
    """A study of which one run is finished and the other is at work; its process, and its workers'."""
    (folder / "patience.yaml").write_text(SHORT_AND_LONG)
    process = feedsim(folder, "run", "patience.yaml", "--workers", "2")
    short = folder / STUDY / "short/seed=1/manifest.json"
    wait_for(lambda: short.exists() and list(folder.glob("runs/patience/long/.seed=1.*.part/progress.jsonl")), 180)
    return process, psutil.Process(process.pid).children(recursive=True)


def goes_on(folder: Path) -> None:
    """Assert that the same command keeps the short run, makes the long one and leaves no trace of what was before."""
    short = folder / STUDY / "short/seed=1/manifest.json"
    first = short.stat().st_mtime_ns
    status, out, err = ended(feedsim(folder, "run", "patience.yaml"))
    assert (status, err.splitlines()[0]) == (0, "kept    patience: 1 of 2 runs are finished already")
    assert len([line for line in err.splitlines() if line.startswith("done")]) == 1
    assert short.stat().st_mtime_ns == first
    assert sorted(set(read_summary(folder / STUDY)["arm"])) == ["long", "short"]
    assert "Traceback" not in out + err
    assert hidden(folder) == []


def test_a_study_whose_process_is_killed_is_let_go_by_its_workers_and_goes_on(tmp_path: Path) -> None:
    process, workers = started(tmp_path)
    process.kill()
    process.communicate()
    # Nobody stops them: they notice by themselves that nobody listens, and tidy up.
    assert psutil.wait_procs(workers, timeout=30)[1] == []
    assert [found.arm for found in find_runs(tmp_path / STUDY)] == ["short"]
    assert hidden(tmp_path) == []
    goes_on(tmp_path)


def test_halves_left_by_a_power_cut_are_not_read_and_cleared_by_the_next_run(tmp_path: Path) -> None:
    process, workers = started(tmp_path)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    psutil.wait_procs(workers, timeout=10)
    assert [path.split(".")[1] for path in hidden(tmp_path)] == ["seed=1"]
    assert [found.arm for found in find_runs(tmp_path / STUDY)] == ["short"]
    goes_on(tmp_path)


def test_a_full_disk_fails_what_does_not_fit_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "sizes.yaml").write_text(SMALL_AND_BIG.replace("BIG", "3_000"))
    # No file may be larger than this: to whoever writes, that is a disk which is full.
    process = feedsim(tmp_path, "run", "sizes.yaml", limits={resource.RLIMIT_FSIZE: 100_000})
    status, out, err = ended(process)
    assert status == 1
    assert "failed  sizes  big seed=1: File too large" in err
    assert "failed  sizes: the report can't be written: File too large" in err
    assert "Traceback" not in out + err
    assert [found.arm for found in find_runs(tmp_path / "runs/sizes")] == ["small"]
    assert hidden(tmp_path) == []
    status, _, err = ended(feedsim(tmp_path, "run", "sizes.yaml"))
    assert (status, err.splitlines()[0]) == (0, "kept    sizes: 1 of 2 runs are finished already")
    assert [path.name for path in tmp_path.rglob("*.error.txt")] == []


def test_a_run_that_gets_no_memory_fails_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "sizes.yaml").write_text(SMALL_AND_BIG.replace("BIG", "900_000, topics: 100"))
    limits = {resource.RLIMIT_AS: 1400 << 20}
    status, out, err = ended(feedsim(tmp_path, "run", "sizes.yaml", "--memory", "99", "--workers", "2", limits=limits))
    assert status == 1
    assert "failed  sizes  big seed=1: the machine has too little memory for it; " in err
    assert "Traceback" not in out + err
    assert [found.arm for found in find_runs(tmp_path / "runs/sizes")] == ["small"]


def test_what_does_not_fit_into_the_memory_is_not_begun(tmp_path: Path) -> None:
    (tmp_path / "sizes.yaml").write_text(SMALL_AND_BIG.replace("BIG", "5_000_000"))
    status, _, err = ended(feedsim(tmp_path, "run", "sizes.yaml", "--memory", "2"))
    (line,) = (line for line in err.splitlines() if line.startswith("failed"))
    assert status == 1
    assert line.startswith("failed  sizes  big seed=1: it needs about ")
    assert "GB of memory and there are 2.0; use fewer users, or start it all the same with --memory " in line
    assert [found.arm for found in find_runs(tmp_path / "runs/sizes")] == ["small"]
