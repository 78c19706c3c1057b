"""Ray, for real: a cluster of two worker processes on this machine, one of which is killed in the middle."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest
from test_study_run import ended, feedsim, hidden, wait_for

from feedsim.results import find_runs, open_run

pytest.importorskip("ray", reason="Ray is not installed: pip install 'feedsim[ray]'")

STUDY = """
name: far
days: 2
burn_in_days: 1
population: {users: 300}
arms:
  learned: {days: 6, detectors: {kind: learned}, review: {kind: desk}}
  quiet: {policies: {night: {kind: quiet_far.QuietNight}}}
  chronological: {ranker: {kind: chronological}}
  broken: {people: {reflection: {quality: 1.0e+300}}}
"""
RUN = ("run", "study/far.yaml", "--allow-code")
POLICY = """
from typing import Literal

import numpy as np

from feedsim.integrity.policies import Policy


class QuietNight(Policy):
    kind: Literal["quiet_far.QuietNight"]

    def factor(self, world, c):
        hour = world.posts.minute[c.post - world.posts.base] // 60 % 24
        return np.where(hour < 6, 0.5, 1.0)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study whose own policy stands in a folder that is on nobody's path."""
    folder = tmp_path_factory.mktemp("far")
    (folder / "study").mkdir()
    (folder / "study" / "far.yaml").write_text(STUDY)
    (folder / "study" / "quiet_far.py").write_text(POLICY)
    return folder


def below(process: int) -> Iterator[psutil.Process]:
    """Processes that one has started, and theirs."""
    return iter(psutil.Process(process).children(recursive=True))


def worker_of(process: int, run: str) -> psutil.Process | None:
    """The process that is at work on a run, as Ray names it."""
    return next((each for each in below(process) if each.cmdline()[:1] == [f"ray::{run}"]), None)


def told(study: Path, arm: str) -> list[str]:
    """What a run that is running has told."""
    (path,) = study.glob(f"{arm}/.seed=1.*.part/progress.jsonl")
    return path.read_text().splitlines()


@pytest.fixture(scope="module")
def survived(folder: Path) -> tuple[int, str, str]:
    """The study on Ray, one worker of which was killed; what was said."""
    process = feedsim(
        folder, "run", "study/far.yaml", "--allow-code", "--engine", "ray", "--workers", "2", "--out", "ray"
    )
    study = folder / "ray" / "far"
    wait_for(lambda: list(study.glob("learned/.seed=1.*.part/progress.jsonl")) and len(told(study, "learned")) > 1, 240)
    victim = worker_of(process.pid, "learned seed=1")
    assert victim is not None
    others = list(below(process.pid))
    before = len(told(study, "learned"))
    victim.kill()
    # It begins again from its first day, in another process.
    wait_for(lambda: any('"day": 0.0' in line for line in told(study, "learned")[before:]), 120)
    said = ended(process)
    assert not psutil.wait_procs(others, timeout=10)[1]
    return said


def test_a_study_whose_worker_is_killed_ends_complete(folder: Path, survived: tuple[int, str, str]) -> None:
    status, out, err = survived
    assert status == 1  # as one arm can't be run by anybody
    assert "Traceback" not in out + err
    lines = {tuple(line.split()[:4]) for line in err.splitlines()}
    assert lines == {("done", "far", arm, "seed=1") for arm in ("learned", "quiet", "chronological")} | {
        ("failed", "far", "broken", "seed=1:")
    }
    assert "Traceback" in (folder / "ray/far/broken/seed=1.error.txt").read_text()
    assert [found.arm for found in find_runs(folder / "ray" / "far")] == ["chronological", "learned", "quiet"]
    assert hidden(folder) == []


def test_every_table_equals_the_local_engine_s_to_the_bit(folder: Path, survived: tuple[int, str, str]) -> None:
    ended(feedsim(folder, *RUN, "--out", "local"))
    for found in find_runs(folder / "local" / "far"):
        here, there = (open_run(folder / out / "far" / found.arm / "seed=1") for out in ("local", "ray"))
        assert here.tables == there.tables
        for table in here.tables:
            ours, theirs = (run.folder / f"{table}.parquet" for run in (here, there))
            assert ours.read_bytes() == theirs.read_bytes(), (found.arm, table)
            assert pq.read_schema(ours).equals(pq.read_schema(theirs), check_metadata=True)
        assert [path.read_bytes() for path in here.models()] == [path.read_bytes() for path in there.models()]
        assert here.scenario_yaml == there.scenario_yaml


def test_what_ran_elsewhere_is_kept_and_ctrl_c_ends_all_of_it(folder: Path, survived: tuple[int, str, str]) -> None:
    two = (*RUN, "--out", "ray", "--arm", "chronological", "--arm", "learned")
    process = feedsim(folder, *two, "--engine", "ray", "--set", "burn_in_days=9")
    study = folder / "ray" / "far"
    wait_for(lambda: list(study.glob("learned/.seed=1.*.part/progress.jsonl")), 240)
    others = list(below(process.pid))
    os.killpg(process.pid, signal.SIGINT)
    status, _, err = ended(process)
    assert (status, "Traceback" in err) == (130, False)
    assert not psutil.wait_procs(others, timeout=10)[1]
    assert hidden(folder) == []
    again = feedsim(
        folder, "run", "study/far.yaml", "--allow-code", "--out", "ray", "--arm", "learned", "--arm", "quiet"
    )
    assert ended(again)[2] == "kept    far: 2 of 2 runs are finished already\n"


def test_a_cluster_that_is_not_there_is_a_fault(folder: Path) -> None:
    begun = time.monotonic()
    status, out, err = ended(feedsim(folder, *RUN, "--engine", "ray", "--address", "127.0.0.1:1"))
    assert (status, out) == (2, "")
    assert err == (
        "--address: there is no cluster of Ray at 127.0.0.1:1 (Connection refused); "
        "it should be host:port of its head, which `ray start --head` tells\n"
    )
    assert time.monotonic() - begun < 30
