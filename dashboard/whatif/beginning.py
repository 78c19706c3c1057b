"""Where a what-if begins: the default world, or that of an arm that lies in the folder. Knows nothing of Streamlit."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.shelf import StudyFolder, is_below, text_of
from dashboard.whatif.settings import BLOCKS, SIZES, World, defaults, others
from dashboard.whatif.small import small
from dashboard.whatif.study import as_yaml, loaded, sentences
from feedsim.block import fields_of
from feedsim.faults import Fault, Faults
from feedsim.inputs import PATHS
from feedsim.merging import Data
from feedsim.reading import MOST_BYTES, read_text
from feedsim.results import NotARun, RunPath
from feedsim.scenario import Scenario
from feedsim.writing import settings

FILE = "scenario.yaml"
ORACLE = {"detectors": {"kind": "oracle"}}
"""What the default world of the form has: most policies need something that suspects posts."""


@dataclass(frozen=True)
class Beginning:
    """The world that a form begins with."""

    world: World
    """all settings, resolved"""
    told: tuple[str, ...] = ()
    """what the reader should know of it, a sentence each"""


def plain_beginning() -> Beginning:
    """The default world."""
    return Beginning({**defaults(), **ORACLE})


def places(study: StudyFolder) -> dict[str, RunPath]:
    """What a what-if can begin with: every arm of a study, under every assumption, by one of its runs."""
    found: dict[str, RunPath] = {}
    for run in study.runs:
        found.setdefault("/".join(filter(None, (run.arm, run.assumption))), run)
    return found


def beginning(root: Path, run: RunPath) -> Beginning:
    """The scenario of a stored run. Raises NotARun, with a sentence, where it can't be used."""
    file = run.path / FILE
    text = text_of(root, file, MOST_BYTES + 1)
    try:
        return _read(root.resolve(), text)
    except Faults as error:
        why = "; ".join(sentences(error.faults[:3]))
        raise NotARun(f"{run.arm}: nothing can begin with its {FILE}: {why}") from error


@lru_cache(maxsize=16)
def _read(root: Path, text: str) -> Beginning:
    """Raises Faults."""
    if len(text) > MOST_BYTES:
        raise Faults([Fault(FILE, None, "", "is larger than 1 MB", "it should be the settings of the run")])
    document = read_text(text, FILE)
    if document.faults:
        raise Faults(document.faults)
    # What else a study file may say (such as `extends`, which names a file) is nothing that a run has written.
    said = document.data if isinstance(document.data, dict) else {}
    data = {name: said[name] for name in fields_of(Scenario) if name in said}
    if not data:
        raise Faults([Fault(FILE, None, "", "says nothing", "it should be the settings of the run")])
    files = list(_without_files(root, data))
    world = settings(loaded(as_yaml({"name": "begin", **data})).scenario)
    return Beginning(world, (*files, *_beyond(world)))


def is_inside(root: Path, path: object) -> bool:
    """Whether an input file that a scenario names lies in the folder, wherever the scenario may be."""
    return Path(str(path)).is_absolute() and "$" not in str(path) and is_below(root, Path(str(path)))


def _without_files(root: Path, data: Data) -> Iterator[str]:
    """Take out what rests on a file outside of the folder: nothing there is ever read. A sentence for each file."""
    for block, key in PATHS:
        of = data.get(block)
        path = of.get(key) if isinstance(of, dict) else None
        if path is None:
            continue
        name = Path(str(path)).name
        if is_inside(root, path):
            yield f"The {block} comes from the file {name} in this folder, which the scenario names by its whole path."
            continue
        del data[block]
        yield (
            f"The {block} of this arm comes from the file {name}, which does not lie in this folder and is not read. "
            "It is generated here: as it is differs from the stored arm in that."
        )


def _beyond(world: World) -> Iterator[str]:
    """What is carried along and has no field."""
    shown = others(world)
    found = [
        name for name in _names(small(world)) if not name.startswith((*BLOCKS, *SIZES)) and not _has_field(name, shown)
    ]
    if found:
        yield f"Carried along as it is, without a field here: {', '.join(dict.fromkeys(found))}."


def _has_field(name: str, shown: Any) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in shown)


def _names(data: Any, path: str = "") -> Iterator[str]:
    """Paths of all single values."""
    if not isinstance(data, dict) or not data:
        yield path
        return
    for name, value in data.items():
        yield from _names(value, f"{path}.{name}".lstrip("."))
