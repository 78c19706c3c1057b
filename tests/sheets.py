"""Study files for tests: written in a folder of their own, and loaded."""

from collections.abc import Sequence
from pathlib import Path

from feedsim.faults import Faults
from feedsim.scenario import Study, load_study


def written(folder: Path, text: str, name: str = "a.yaml") -> Path:
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def study(folder: Path, text: str, sets: Sequence[str] = ()) -> Study:
    """The study that a text makes."""
    return load_study(written(folder, text), sets=sets)


def told(folder: Path, text: str, sets: Sequence[str] = (), arms: Sequence[str] | None = None) -> list[str]:
    """The faults of a text, the folder left out of the files' names."""
    return told_of(written(folder, text), sets, arms)


def told_of(path: Path, sets: Sequence[str] = (), arms: Sequence[str] | None = None) -> list[str]:
    """The faults of a file, its folder left out."""
    try:
        load_study(path, sets=sets, arms=arms)
    except Faults as error:
        return [str(fault).replace(f"{path.parent}/", "") for fault in error.faults]
    return []
