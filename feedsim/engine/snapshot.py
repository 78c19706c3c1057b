"""Snapshots: a simulation at a midnight as a folder, from which it goes on to the same bits as if it had never stopped.

So does any other simulation that would have lived the same until then. What follows from the scenario and the seed
(people, graph, supply of posts, policies) is not stored but founded anew, and so is what follows from the World.
"""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from feedsim import __version__
from feedsim.company.detection import Detector
from feedsim.company.labels import Labels
from feedsim.company.log import ImpressionLog
from feedsim.company.training import Model, restored
from feedsim.engine.books import removers
from feedsim.engine.ledger import Shown as ShownBefore
from feedsim.engine.simulation import Simulation
from feedsim.engine.state import Array, Classes, NoState, Tree
from feedsim.feed.flow import Reshares
from feedsim.feed.outboxes import Outboxes
from feedsim.measures.answers import Answers
from feedsim.measures.beliefs import Beliefs
from feedsim.measures.outcomes import Offenders, Outcomes
from feedsim.measures.tally import Tally
from feedsim.world.accounts import Accounts, FactChecks
from feedsim.world.desk import Cases, Desk
from feedsim.world.posts import Posts
from feedsim.world.world import Items, Minds, Profiles, Seen, Shown, Visits
from feedsim.writer import RunWriter

FORMAT = 3
"""Of the folder. Higher when something is stored in another way."""
ABOUT, ARRAYS = "snapshot.json", "arrays.npy.zst"
CLASSES = Classes(
    (Accounts, Answers, Beliefs, Cases, Desk, Detector, FactChecks, ImpressionLog, Items, Labels, Minds, Offenders,
     Outcomes, Posts, Profiles, Reshares, Seen, Shown, ShownBefore, Tally, Visits),
    partly={Model: (("heads",), restored)},
)  # fmt: skip
FOUNDED = (
    "streams", "users", "graph", "narrative_is_false", "harms", "levels", "visible", "tick_minutes", "audience"
)  # fmt: skip
"""Of the World, what no day changes."""


class NotASnapshot(Exception):
    """The folder holds no whole snapshot of this version; the message says why."""


@dataclass(frozen=True)
class About:
    """What a snapshot says of itself."""

    folder: Path
    content_hash: str
    """of the run that it was taken of"""
    minute: int
    """before anything of which it was taken: a midnight"""
    said: dict[str, Any]
    """all of it"""


@dataclass(frozen=True)
class State:
    """All that a simulation has lived, at a midnight, as data."""

    tree: Tree
    arrays: list[Array]

    @classmethod
    def of(cls, simulation: Simulation) -> "State":
        """The state as it is now. Its arrays are the simulation's own: `copied` are not."""
        arrays: list[Array] = []
        return cls(
            {
                place: {name: CLASSES.taken(getattr(holder, name), arrays, f"{place}.{name}") for name in names}
                for place, (holder, names) in holders(simulation).items()
            },
            arrays,
        )

    def copied(self) -> "State":
        """The same, whatever becomes of the simulation."""
        return State(self.tree, [array.copy() for array in self.arrays])

    def put(self, simulation: Simulation) -> None:
        """Let a simulation that has lived nothing yet have lived this, of which it takes the arrays."""
        for place, (holder, names) in holders(simulation).items():
            for name in names:
                setattr(holder, name, CLASSES.put(self.tree[place][name], self.arrays))
        _follow(simulation)


def holders(simulation: Simulation) -> dict[str, tuple[Any, tuple[str, ...]]]:
    """Where state is at a midnight: place -> object, and those of its attributes that are not as they were founded."""
    world, books = simulation.world, simulation.books
    found = {
        "world": (world, tuple(name for name in vars(world) if name not in FOUNDED)),
        "books": (books, ("day", "whole", "active_days", "history", "days_closed", "reached", "sums")),
        "ledger": (books.ledger, ("day", "whole", "beliefs", "outcomes", "offenders")),
        "trees": (books.trees, ("reshares", "roots")),
        "rankers": (simulation.server.team, ("log", "model")),
        "detectors": (simulation.safety.team, ("labels", "trained")),
    }
    return {place: (holder, names) for place, (holder, names) in found.items() if holder is not None}


def _follow(simulation: Simulation) -> None:
    """Make anew what follows from what was put."""
    world, safety, ledger = simulation.world, simulation.safety, simulation.books.ledger
    simulation.server.outboxes = Outboxes.of(world, simulation.scenario.feed.per_followee)
    if safety.team is not None:
        safety.team.put_in_force(safety.team.trained)
    for shown in (ledger.day, ledger.whole):
        shown.answers = shown.answers.of_others(tuple(ledger.policies))


def save(simulation: Simulation, folder: Path, content_hash: str) -> Path:
    """Store a simulation that stands at a midnight in `folder`, all at once: whoever reads it finds all or nothing."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        _store(simulation, temporary, content_hash)
        shutil.rmtree(folder, ignore_errors=True)
        return temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _store(simulation: Simulation, folder: Path, content_hash: str) -> None:
    simulation.books.flush(simulation.writer)
    simulation.writer.store(folder)
    state = State.of(simulation)
    _write(folder / ARRAYS, state.arrays)
    said = {
        "format": FORMAT, "feedsim": __version__, "content_hash": content_hash, "seed": simulation.world.streams.seed,
        "minute": simulation.minute, "arrays": len(state.arrays), "sha256": _digest(folder / ARRAYS),
        "rows": simulation.watch_stages.all_rows(), "bytes": _sizes(folder), "state": state.tree,
    }  # fmt: skip
    (folder / ABOUT).write_text(json.dumps(said), encoding="utf-8")


def about(folder: Path) -> About:
    """What a snapshot says of itself. Raises NotASnapshot where there is none that can be read."""
    try:
        said = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotASnapshot(f"{folder}: holds no snapshot: there is no {ABOUT}") from None
    except (OSError, ValueError) as error:
        raise NotASnapshot(f"{folder / ABOUT}: can't be read: {error}") from error
    if not isinstance(said, dict) or (said.get("format"), said.get("feedsim")) != (FORMAT, __version__):
        version = said.get("feedsim", "unknown") if isinstance(said, dict) else "unknown"
        raise NotASnapshot(
            f"{folder}: a snapshot of another version of feedsim ({version}, this is {__version__}); "
            "a history goes on with the version that it began with"
        )
    if said.get("bytes") != _sizes(folder) or said.get("sha256") != _digest(folder / ARRAYS):
        raise NotASnapshot(f"{folder}: a file of the snapshot is missing, cut short or changed")
    return About(folder, said["content_hash"], said["minute"], said)


def restore(simulation: Simulation, writer: RunWriter, past: About) -> None:
    """Let a simulation that has lived nothing yet go on from a snapshot, and `writer` with its tables.

    It must be of a scenario and seed that would have lived the same until then: `feedsim.study.histories` tells.
    """
    try:
        State(past.said["state"], _read(past.folder / ARRAYS, past.said["arrays"])).put(simulation)
    except (NoState, KeyError, TypeError, ValueError) as error:
        raise NotASnapshot(f"{past.folder}: can't be read: {error}") from error
    sample = simulation.sample
    writer.go_on(past.folder, {"factor_": sample.policies, "friction_": sample.resisting}, removers(sample))
    simulation.minute = past.minute
    simulation.watch_stages.rows_before = past.said["rows"]


def _write(path: Path, arrays: Sequence[Array]) -> None:
    """One after the other, each as NumPy's own format has it, together compressed."""
    with pa.CompressedOutputStream(str(path), "zstd") as file:
        for array in arrays:
            np.lib.format.write_array(file, array, allow_pickle=False)


def _read(path: Path, many: int) -> list[Array]:
    with pa.CompressedInputStream(str(path), "zstd") as file:
        return [np.lib.format.read_array(file, allow_pickle=False) for _ in range(many)]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _sizes(folder: Path) -> dict[str, int]:
    """Bytes of every file but the one that tells them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ABOUT)
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
