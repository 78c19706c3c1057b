"""Snapshots: undisturbed and continued runs are equal to the bit, whatever there is to store, wherever they stop."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from policy_bases import POLICIES
from sheets import study
from test_laws import DESK
from test_study_run import ended, feedsim, hidden, wait_for
from worlds import TINY, settings

from feedsim.engine import snapshot
from feedsim.engine.simulation import Simulation
from feedsim.engine.snapshot import ABOUT, ARRAYS, CLASSES, FOUNDED, NotASnapshot, State
from feedsim.engine.state import NoState
from feedsim.results import RunWriter
from feedsim.scenario import Scenario, dump
from feedsim.study.beginning import latest
from feedsim.study.plan import plan_study
from feedsim.world.columns import Columns
from feedsim.world.posts import Posts

DAY = 1440
EVERYTHING = settings(
    DESK,
    {
        "days": 3,
        "burn_in_days": 2,
        "population.users": 200,
        "people.responses.base_rates.reshare": 0.1,
        "review": {"kind": "desk", "audit_share": 0.5, "reviewers_per_10000": 200, "reports": 1, "appeal_share": 0.5,
                   "outcomes": {"misinformation": "label"}},
        "policies": {
            kind: {"kind": kind, **said, "start_day": start}
            for start, (kind, (_, said, _)) in zip([-1, 0, 1] * len(POLICIES), POLICIES.items())  # noqa: B905
        },
    },
)  # fmt: skip
"""Detectors and rankers that learn daily, a desk with appeals, and every policy: from burn-in on, at once, or later."""


def files(folder: Path) -> Scenario:
    """People and posts from files; nobody learns, and the feed is what is popular."""
    edges = "\n".join(f"{i},{(i * step + 1) % 120}" for i in range(120) for step in (1, 3, 7, 11))
    (folder / "edges.csv").write_text(f"source,target\n{edges}\n")
    rows = "\n".join(f"{['false', 'true'][i % 2]},{['l', 'r'][i // 2 % 2]}" for i in range(40))
    (folder / "posts.csv").write_text(f"rating,leaning\n{rows}\n")
    catalogue = {"kind": "catalogue", "path": str(folder / "posts.csv"), "false_ratings": ["false"],
                 "leanings": {"l": -1, "r": 1}, "columns": {"rating": "rating", "leaning": "leaning"}}  # fmt: skip
    return settings(TINY, {
        "days": 2, "population.users": 120, "ranker": {"kind": "popular"}, "content": catalogue,
        "graph": {"kind": "edges", "path": str(folder / "edges.csv")}, "detectors": {"kind": "oracle"},
        "policies": {"out": {"kind": "remove", "harm": "misinformation", "start_day": 1}, "s": {"kind": "strikes"}},
    })  # fmt: skip


def bare(_: Path) -> Scenario:
    """No burn-in, and a ranker that waits a day for its first log."""
    return settings(TINY, {"burn_in_days": 0, "days": 3})


KINDS = {"everything": lambda _: EVERYTHING, "files": files, "bare": bare}


def assert_equal_runs(one: Path, other: Path) -> None:
    """Every table in values, types and order of names of text; every file of models; no file more or less."""
    here, there = (sorted(p.relative_to(f).as_posix() for p in f.rglob("*") if p.is_file()) for f in (one, other))
    assert [name for name in here if "snapshots" not in name] == [name for name in there if "snapshots" not in name]
    for name in (name for name in here if "snapshots" not in name):
        if name.endswith(".parquet"):
            a, b = pq.read_table(one / name), pq.read_table(other / name)
            assert a.schema.equals(b.schema, check_metadata=True), name
            pd.testing.assert_frame_equal(a.to_pandas(), b.to_pandas(), check_exact=True, obj=name)
        elif name.startswith("models/"):
            assert (one / name).read_bytes() == (other / name).read_bytes(), name


GO_ON = """
import sys
from pathlib import Path
from feedsim.engine.simulation import Simulation
from feedsim.engine.snapshot import about, restore
from feedsim.results import RunWriter
from feedsim.scenario import load_study
scenario = load_study(Path("world.yaml")).scenario
for day in map(int, sys.argv[1:]):
    with RunWriter(Path(f"again={day}")) as writer:
        simulation = Simulation(scenario, 1, threads=1 + day % 2)
        restore(simulation, writer, about(Path(f"day={day}")))
        simulation.run(writer)
        writer.finish({}, "")
"""
"""What a new process does; with one thread, or two."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_goes_on_from_a_snapshot_in_a_new_process_is_the_run_that_never_stopped(
    kind: str, tmp_path: Path
) -> None:
    scenario = KINDS[kind](tmp_path)
    (tmp_path / "world.yaml").write_text(dump(scenario, "world"))
    # In burn-in, at its end, at the end of a day after it, and at the end of all.
    days = sorted({1 - scenario.burn_in_days, 0, 2, scenario.days})
    with RunWriter(tmp_path / "whole") as writer:
        Simulation(scenario, 1).run(writer)
        writer.finish({}, "")
    with RunWriter(tmp_path / "stopping") as writer:
        simulation = Simulation(scenario, 1)
        for day in days:
            simulation.advance(writer, day * DAY)
            snapshot.save(simulation, tmp_path / f"day={day}", "x")
        simulation.finish(writer)
        writer.finish({}, "")
    assert_equal_runs(tmp_path / "whole", tmp_path / "stopping")
    path = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    subprocess.run([sys.executable, "-c", GO_ON, *map(str, days)], cwd=tmp_path, env=path, check=True)
    for day in days:
        assert_equal_runs(tmp_path / "whole", tmp_path / f"again={day}")
    assert len(pq.read_table(tmp_path / "whole" / "impressions.parquet")) > 1000


LONG = """
name: long
days: 15
burn_in_days: 1
tick_minutes: 120
snapshot_every_days: 2
population: {users: 150, ordinary_hostile_share: 0.3}
ranker: {trees: 5, leaves: 4}
detectors: {kind: learned, min_positives: 20, trees: 5, retrain_days: 3}
review: {kind: desk, audit_share: 0.5, reviewers_per_10000: 100}
"""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run, by itself."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "long.yaml").write_text(LONG)
    assert ended(feedsim(folder, "run", "long.yaml", "--quiet")) == (0, "", "")
    return folder / "runs" / "long" / "baseline" / "seed=1"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_killed_goes_on_from_its_last_snapshot_with_the_same_command(
    tmp_path: Path, undisturbed: Path, how: signal.Signals
) -> None:
    (tmp_path / "long.yaml").write_text(LONG)
    arm = tmp_path / "runs" / "long" / "baseline"
    process = feedsim(tmp_path, "run", "long.yaml", "--quiet")
    wait_for(lambda: (arm / ".seed=1.snapshots" / "day=4").is_dir(), 120)
    os.killpg(process.pid, how)
    assert ended(process)[0] == (-how if how == signal.SIGKILL else 130)
    kept = [int(path.name.partition("=")[2]) for path in (arm / ".seed=1.snapshots").glob("day=*")]
    assert 4 <= max(kept) < 14
    assert not (arm / "seed=1").exists()
    assert ended(feedsim(tmp_path, "run", "long.yaml", "--quiet")) == (0, "", "")
    assert json.loads((arm / "seed=1" / "manifest.json").read_text())["went_on_from_day"] >= max(kept)
    assert_equal_runs(undisturbed, arm / "seed=1")
    assert hidden(tmp_path) == []
    assert len(list((arm / "seed=1" / "snapshots").iterdir())) == 8


def test_snapshots_of_other_settings_are_not_gone_on_from(tmp_path: Path) -> None:
    run = plan_study(study(tmp_path, LONG.replace("15", "3")), tmp_path / "runs").runs[0]
    kept = run.folder.with_name(f".{run.folder.name}.snapshots")
    with RunWriter(run.folder) as writer:
        simulation = Simulation(run.scenario, run.seed)
        simulation.advance(writer, 0)
        snapshot.save(simulation, kept / "day=0", "another hash")
        snapshot.save(simulation, kept / ".day=2.123", run.content_hash)
        (kept / "day=2").mkdir()
        assert latest(kept, run.content_hash) is None
        assert list(kept.iterdir()) == []
        snapshot.save(simulation, kept / "day=0", run.content_hash)
        assert latest(kept, run.content_hash) == snapshot.about(kept / "day=0")


MADE_ANEW = {
    "simulation.writer", "simulation.clock", "simulation.watch_stages", "simulation.drafts",
    "simulation.safety.reviewers", "simulation.safety.looked_at", "simulation.server.outboxes",
    "simulation.server.posts", "simulation.server.shown", "simulation.server.shelves", "simulation.server.light",
    "simulation.server.heat", "simulation.server.watch", "simulation.chunks.watch", "simulation.chunks.map",
    "simulation.responder", "simulation.supply", "simulation.world.tick_minutes",
}  # fmt: skip
"""What a day begins with or is founded: all else that a simulation holds must have been stored."""


def unequal(a: object, b: object, where: str, seen: set[int]) -> Iterator[str]:
    """Where two simulations differ, attribute by attribute."""
    if where in MADE_ANEW:
        return
    if type(a) is not type(b):
        yield where
    elif isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.dtype != b.dtype or not np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
            yield where
    elif isinstance(a, Columns) and isinstance(b, Columns):
        for name in vars(a):
            yield from unequal(living(a, name), living(b, name), f"{where}.{name}", seen)
    elif isinstance(a, dict) and isinstance(b, dict):
        if not a.keys() ^ b.keys() <= {name.rpartition(".")[2] for name in MADE_ANEW}:
            yield where
        for key in a:
            yield from unequal(a[key], b.get(key), f"{where}.{key}", seen)
    elif isinstance(a, list | tuple) and isinstance(b, list | tuple):
        if len(a) != len(b):
            yield where
        for i, (one, other) in enumerate(zip(a, b, strict=False)):
            yield from unequal(one, other, f"{where}.{i}", seen)
    elif hasattr(a, "__dict__") and type(a).__module__.startswith("feedsim") and id(a) not in seen:
        seen.add(id(a))
        yield from unequal(vars(a), vars(b), where, seen)
    elif isinstance(a, int | float | str | bool | None) and a != b:
        yield where


def living(columns: Columns, name: str) -> Any:
    column = getattr(columns, name)
    return column[: len(columns)] if name in columns.schema else column


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Simulation, Path]:
    """A simulation that stands at the end of its second measured day, and a snapshot of it."""
    folder = tmp_path_factory.mktemp("stopped")
    with RunWriter(folder / "run") as writer:
        simulation = Simulation(EVERYTHING, 1)
        simulation.advance(writer, 2 * DAY)
        return simulation, snapshot.save(simulation, folder / "day=2", "x")


def restored(folder: Path, to: Path, scenario: Scenario = EVERYTHING) -> Simulation:
    with RunWriter(to / "run") as writer:
        simulation = Simulation(scenario, 1)
        snapshot.restore(simulation, writer, snapshot.about(folder))
        return simulation


def test_nothing_that_a_simulation_holds_is_forgotten(stopped: tuple[Simulation, Path], tmp_path: Path) -> None:
    """Whoever adds state that lasts past midnight hears of it here."""
    again = restored(stopped[1], tmp_path)
    assert list(unequal(stopped[0], again, "simulation", set())) == []
    world, team = again.world, again.server.team
    assert team is not None
    assert team.model is not None
    counts = len(world.posts), len(team.log), len(world.desk.cases), team.model.version, len(again.books.trees.roots)
    assert min(counts) >= 1
    assert again.safety.team is not None
    assert again.safety.team.panel is not None
    assert world.accounts.strikes.any()


def test_the_search_for_what_is_forgotten_finds_it(stopped: tuple[Simulation, Path], tmp_path: Path) -> None:
    again = restored(stopped[1], tmp_path)
    again.books.history = again.books.history + np.uint8(1)
    again.world.posts.live("reports")[3] += 1
    again.server.rules = 3  # type: ignore[assignment]
    found = list(unequal(stopped[0], again, "simulation", set()))
    assert found == ["simulation.world.posts.reports", "simulation.server.rules", "simulation.books.history"]


def test_what_is_founded_is_not_changed_by_living(stopped: tuple[Simulation, Path]) -> None:
    """It is not stored: a snapshot would lose what changed."""
    new = Simulation(EVERYTHING, 1)
    for name in FOUNDED:
        assert list(unequal(getattr(stopped[0].world, name), getattr(new.world, name), name, set())) == []


def test_a_state_in_memory_can_be_gone_on_from_more_than_once(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "whole") as writer:
        simulation = Simulation(EVERYTHING, 1)
        simulation.advance(writer, DAY)
        simulation.books.flush(writer)
        state = State.of(simulation).copied()
        simulation.advance(writer, 2 * DAY)
        later = State.of(simulation).copied()
    for name in ("a", "b"):
        with RunWriter(tmp_path / name) as writer:
            again = Simulation(EVERYTHING, 1)
            state.copied().put(again)
            again.minute = DAY
            again.advance(writer, 2 * DAY)
            mine = State.of(again)
        assert list(unequal(later.arrays, mine.arrays, "arrays", set())) == []


# What a snapshot refuses


def changed(folder: Path, to: Path, **said: object) -> Path:
    """A copy of a snapshot that says something else."""
    subprocess.run(["cp", "-r", str(folder), str(to)], check=True)
    now = json.loads((to / ABOUT).read_text()) | said
    (to / ABOUT).write_text(json.dumps(now))
    return to


@pytest.mark.parametrize("said", [{"feedsim": "0.0.9"}, {"format": 99}])
def test_a_snapshot_of_another_version_is_refused_with_a_sentence(
    stopped: tuple[Simulation, Path], tmp_path: Path, said: dict[str, object]
) -> None:
    with pytest.raises(NotASnapshot, match="a snapshot of another version of feedsim"):
        snapshot.about(changed(stopped[1], tmp_path / "other", **said))


@pytest.mark.parametrize("file", [ARRAYS, "parts/metrics.0000.parquet", "models/v001_click.txt"])
def test_a_snapshot_that_was_cut_short_is_refused(stopped: tuple[Simulation, Path], tmp_path: Path, file: str) -> None:
    folder = changed(stopped[1], tmp_path / "other")
    (folder / file).write_bytes((folder / file).read_bytes()[:-1])
    with pytest.raises(NotASnapshot, match="missing, cut short or changed"):
        snapshot.about(folder)


def test_a_folder_that_is_no_snapshot_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotASnapshot, match="holds no snapshot"):
        snapshot.about(tmp_path)
    (tmp_path / ABOUT).write_text("{")
    with pytest.raises(NotASnapshot, match="can't be read"):
        snapshot.about(tmp_path)


def test_a_tree_runs_nothing_and_makes_nothing_but_state(stopped: tuple[Simulation, Path], tmp_path: Path) -> None:
    tree = json.loads((stopped[1] / ABOUT).read_text())["state"]
    for strange in (
        {"object": "subprocess.Popen", "of": {"args": "true"}},
        {"object": "world.posts.Posts", "of": {"__class__": 1}},
        {"array": 10**9},
        {"array": "0"},
        {"call": "print"},
    ):
        with pytest.raises(NoState):
            CLASSES.put(strange, [])
        folder = changed(
            stopped[1], tmp_path / str(abs(hash(str(strange)))), state=tree | {"world": {"posts": strange}}
        )
        with pytest.raises(NotASnapshot, match="can't be read"):
            restored(folder, tmp_path)


def test_what_can_not_be_stored_is_named() -> None:
    posts = Posts(2)
    posts.surprise = Path()  # type: ignore[attr-defined]
    with pytest.raises(NoState, match=r"world.posts.surprise: an object of pathlib.*Path is no state"):
        CLASSES.taken(posts, [], "world.posts")


def test_a_snapshot_that_can_not_be_written_leaves_nothing_in_its_place(
    stopped: tuple[Simulation, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RunWriter(tmp_path / "run") as writer:
        simulation = Simulation(TINY, 1)
        simulation.advance(writer, 0)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(snapshot, "_write", full)
        with pytest.raises(OSError, match="No space"):
            snapshot.save(simulation, tmp_path / "day=0", "x")
    assert list(tmp_path.iterdir()) == []


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    arrays = [
        np.arange(5, dtype=np.int8),
        np.zeros((0, 3), np.float32),
        np.array([np.nan, -0.0]),
        np.ones((2, 2, 2), bool),
    ]
    snapshot._write(tmp_path / ARRAYS, arrays)
    for one, other in zip(arrays, snapshot._read(tmp_path / ARRAYS, len(arrays)), strict=True):
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
