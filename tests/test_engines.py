"""What every engine does: the longest run first, none before what it needs, a failure told and nothing else ended."""

import os
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq
import pytest
from sheets import study

from feedsim import __version__
from feedsim.faults import Faults
from feedsim.parcel import packed, unpack
from feedsim.results import RunWriter, open_run
from feedsim.study import scripting
from feedsim.study.engines.choice import engine_named
from feedsim.study.engines.errand import Errand
from feedsim.study.engines.here import HereEngine
from feedsim.study.engines.local import LocalEngine
from feedsim.study.engines.protocol import Engine
from feedsim.study.engines.queue import Queue
from feedsim.study.engines.signals import deaf_to_interrupts
from feedsim.study.events import Done, Event, Failed, Started
from feedsim.study.plan import RunPlan, plan_study

THREE = """
name: three
days: 1
burn_in_days: 0
population: {users: 60}
ranker: {kind: chronological}
arms: {one: {}, two: {days: 2}, three: {days: 3}}
"""
BREAKS = "{people: {reflection: {quality: 1.0e+300}}}"
"""An arm in which a number comes out that is none."""
OVER = Done({})
BROKEN = Failed("it broke", "")


@pytest.fixture
def runs(tmp_path: Path) -> tuple[RunPlan, ...]:
    """Three runs of one, two and three days."""
    return plan_study(study(tmp_path, THREE), tmp_path / "runs").runs


class Heard(list[tuple[str, Event]]):
    """All that an engine told, by arm."""

    def __call__(self, run: RunPlan, event: Event) -> None:
        self.append((run.arm, event))

    def ends(self) -> dict[str, Event]:
        return {arm: event for arm, event in self if isinstance(event, Done | Failed)}

    def starts(self) -> list[str]:
        return [arm for arm, event in self if isinstance(event, Started)]


def needing(runs: Sequence[RunPlan], **needs: str) -> list[RunPlan]:
    """The runs, some of which need others: `needing(runs, two="one")`."""
    place = {run.arm: run.folder for run in runs}
    return [replace(run, needs=tuple(place[need] for need in needs.get(run.arm, "").split())) for run in runs]


def taken(queue: Queue) -> list[str]:
    """All that can be taken now."""
    return [run.arm for run in iter(queue.take, None)]


# The queue


def test_the_longest_run_is_taken_first(runs: tuple[RunPlan, ...]) -> None:
    assert taken(Queue(runs)) == ["three", "two", "one"]


def test_a_run_that_others_wait_for_comes_before_longer_ones(runs: tuple[RunPlan, ...]) -> None:
    queue = Queue(needing(runs, three="one"))
    first = queue.take()
    assert first is not None
    assert first.arm == "one"
    assert taken(queue) == ["two"]
    assert list(queue.ended(first, OVER)) == []
    assert taken(queue) == ["three"]


def test_what_does_not_fit_lets_others_pass_and_keeps_its_place(runs: tuple[RunPlan, ...]) -> None:
    queue = Queue(runs)
    small = queue.take(lambda run: run.scenario.days < 3)
    assert small is not None
    assert (small.arm, len(queue)) == ("two", 2)
    assert taken(queue) == ["three", "one"]


def test_a_failure_fails_all_that_can_t_do_without(runs: tuple[RunPlan, ...]) -> None:
    one, *_ = needing(runs, two="one", three="one two")
    queue = Queue(needing(runs, two="one", three="one two"))
    assert taken(queue) == ["one"]
    failed = {run.arm: event.error for run, event in queue.ended(one, BROKEN)}
    assert failed == {"two": "it needs one seed=1, which failed", "three": "it needs two seed=1, which failed"}
    assert (len(queue), queue.take()) == (0, None)


def test_what_an_earlier_study_left_is_not_waited_for(runs: tuple[RunPlan, ...]) -> None:
    one, two, _ = needing(runs, two="one")
    assert taken(Queue([two])) == ["two"]
    assert two.lacking == one.folder
    one.folder.mkdir(parents=True)
    assert two.lacking is None


def test_runs_that_need_each_other_are_a_mistake(runs: tuple[RunPlan, ...]) -> None:
    with pytest.raises(ValueError, match="cycle"):
        Queue(needing(runs, one="two", two="one"))


# The engines

ENGINES = {"here": HereEngine(), "local": LocalEngine(2)}


@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES.keys())
def test_needs_come_first_and_whoever_lacks_them_fails(engine: Engine, runs: tuple[RunPlan, ...]) -> None:
    one, two, three = needing(runs, one="three")
    lost = replace(two, needs=(two.folder.with_name("gone"),))
    heard = Heard()
    engine.run([one, lost, three], heard)
    ends = heard.ends()
    assert heard.starts().index("three") < heard.starts().index("one")
    assert heard.index(("three", ends["three"])) < heard.index(("one", ends["one"]))
    assert ends["two"] == Failed(f"it needs {lost.needs[0]}, which is not there", "")
    assert [isinstance(ends[arm], Done) for arm in ("one", "three")] == [True, True]


@pytest.mark.filterwarnings("ignore:invalid value")
@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES.keys())
def test_a_failure_is_told_to_all_that_need_it_and_ends_nothing_else(engine: Engine, tmp_path: Path) -> None:
    planned = plan_study(study(tmp_path, THREE.replace("{days: 2}", BREAKS)), tmp_path / "runs").runs
    one, two, three = needing(planned, three="two")
    heard = Heard()
    engine.run([one, two, three], heard)
    ends = heard.ends()
    assert isinstance(ends["two"], Failed)
    assert "Traceback" in ends["two"].story
    assert ends["three"] == Failed("it needs two seed=1, which failed", "")
    assert isinstance(ends["one"], Done)
    assert list(two.folder.parent.iterdir()) == []


def test_engines_make_the_same_tables(runs: tuple[RunPlan, ...], tmp_path: Path) -> None:
    for name, engine in ENGINES.items():
        engine.run([replace(run, folder=tmp_path / name / run.arm) for run in runs], Heard())
    for run in runs:
        here, local = (open_run(tmp_path / name / run.arm) for name in ENGINES)
        for table in here.tables:
            same = pq.read_table(here.folder / f"{table}.parquet"), pq.read_table(local.folder / f"{table}.parquet")
            assert same[0].equals(same[1], check_metadata=True), table


# Which engine


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (("local", None, None, "a:1"), "--address: the engine 'local' is on this machine; add --engine ray"),
        (("here", 2), "--workers: 2; the engine 'here' runs one at a time; leave it out"),
        (("here", 1, 4.0), "--memory: the engine 'here' takes what there is; leave it out"),
        (("ray", 1, 4.0, "a:1"), "--memory: a cluster knows its machines' memory; leave out --memory or --address"),
    ],
)
def test_what_makes_no_sense_with_an_engine_is_a_fault(choice: tuple[Any, ...], told: str) -> None:
    with pytest.raises(Faults) as error:
        engine_named(*choice)
    assert told in str(error.value).splitlines()


def test_whoever_lacks_ray_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsim.study.engines.choice.find_spec", lambda name: None)
    with pytest.raises(Faults, match=r"^--engine: Ray is not installed; pip install 'feedsim\[ray\]' does it$"):
        engine_named("ray")


def test_a_notebook_runs_a_study_in_its_own_process(tmp_path: Path) -> None:
    before = psutil.Process().children(recursive=True)
    found = scripting.run(study(tmp_path, THREE), tmp_path / "runs", engine="here")
    assert [each.manifest["arm"] for each in found] == ["one", "two", "three"]
    assert psutil.Process().children(recursive=True) == before


def test_the_manifest_says_what_a_run_took_of_the_processors(tmp_path: Path) -> None:
    (only,) = scripting.run(
        study(tmp_path, THREE.replace(", two: {days: 2}, three: {days: 3}", "")), tmp_path, engine="here"
    )
    assert 0 < only.manifest["cpu_seconds"] < 2 * len(os.sched_getaffinity(0)) * only.manifest["seconds"]


# An errand


def test_an_errand_brings_its_run_home_in_one_piece(runs: tuple[RunPlan, ...], tmp_path: Path) -> None:
    (first, second, _), told = needing(runs, two="one"), Heard()
    HereEngine().run([first], told)
    event, parcel = Errand.of(second).carried_out([packed(first.folder)], lambda event: None)
    assert isinstance(event, Done)
    assert not second.folder.exists()
    with RunWriter(second.folder) as writer:
        writer.receive(parcel)
    assert open_run(second.folder).manifest["arm"] == "two"
    assert [path.name for path in second.folder.parent.iterdir()] == ["seed=1"]


def test_an_errand_to_another_version_is_refused(runs: tuple[RunPlan, ...]) -> None:
    event, parcel = replace(Errand.of(runs[0]), version="0.0").carried_out([], lambda event: None)
    assert event == Failed(f"its worker has feedsim {__version__} and not 0.0; the versions should be equal", "")
    assert parcel == b""


def test_a_folder_survives_being_packed(tmp_path: Path) -> None:
    (tmp_path / "from" / "models").mkdir(parents=True)
    (tmp_path / "from" / "models" / "v1.txt").write_text("one\n")
    (tmp_path / "from" / "é.parquet").write_bytes(b"\0\1")
    unpack(packed(tmp_path / "from"), tmp_path / "to" / "here")
    made = {path.relative_to(tmp_path / "to" / "here"): path.read_bytes() for path in (tmp_path / "to").rglob("*.*")}
    assert made == {Path("models/v1.txt"): b"one\n", Path("é.parquet"): b"\0\1"}


# Ctrl-C at a bad time


def test_an_interruption_waits_until_it_may_come_whichever_thread_hears_it() -> None:
    done, ended = [], threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()  # before interrupts are blocked: the system may give it the signal

    def tidy_up() -> None:
        with deaf_to_interrupts():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)
            done.append("tidied up")

    with pytest.raises(KeyboardInterrupt):
        tidy_up()
    ended.set()
    other.join()
    assert done == ["tidied up"]
