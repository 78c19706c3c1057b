"""The folder that the dashboard was given, and the studies in it. Nothing outside of it is read, links included."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from feedsim.results import NotARun, Run, RunPath, find_runs, open_run, running

ERROR = ".error.txt"
"""How the name of a file ends that tells of a failed run."""
MOST_LETTERS = 2000
"""Of a failure, or of another text file, that are read."""


class Outside(NotARun):
    """The place is not below the folder that the dashboard was given."""


@dataclass(frozen=True)
class Failure:
    """A run that came to nothing."""

    name: str
    error: str
    """in one line"""


@dataclass(frozen=True)
class StudyFolder:
    """A study as it lies in its folder."""

    name: str
    folder: Path
    root: Path

    @cached_property
    def runs(self) -> list[RunPath]:
        """Those that have finished."""
        return [run for run in find_runs(self.folder) if is_below(self.root, run.path)]

    @cached_property
    def running(self) -> list[RunPath]:
        """Those at work."""
        return [run for run in running(self.folder) if is_below(self.root, run.path) and _lives(run.path)]

    @cached_property
    def failures(self) -> list[Failure]:
        """Those that failed and have not run since."""
        found = sorted([*self.folder.glob(f"*/seed=*{ERROR}"), *self.folder.glob(f"*/*/seed=*{ERROR}")])
        return [self._failure(path) for path in found if is_below(self.root, path)]

    def _failure(self, path: Path) -> Failure:
        name = " / ".join(path.relative_to(self.folder).parts).removesuffix(ERROR)
        return Failure(name, (text_of(self.root, path).splitlines() or ["it said nothing"])[0])

    @cached_property
    def stamp(self) -> str:
        """Changes when a run of the study is written anew, or its summary."""
        files = [self.folder / "summary.parquet", *(run.path / "manifest.json" for run in self.runs)]
        return " ".join(f"{path}:{_age(path)}" for path in files)

    def open(self, run: RunPath) -> Run:
        """A finished run, all of whose files lie below the root. Raises NotARun."""
        for path in (run.path, *run.path.iterdir()):
            checked(self.root, path)
        try:
            return open_run(run.path)
        except (OSError, KeyError, TypeError, AttributeError) as error:
            raise NotARun(f"{run.path}: its manifest.json can't be read ({error}); run the study again") from error


def is_below(root: Path, path: Path) -> bool:
    """Whether a path lies in the folder once all links are followed."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False


def checked(root: Path, path: Path) -> Path:
    """The path, if it is below the root. Raises Outside."""
    if not is_below(root, path):
        raise Outside(f"{path.name}: lies outside of the folder that the dashboard was started for")
    return path


def text_of(root: Path, path: Path, most: int = MOST_LETTERS) -> str:
    """The beginning of a text file below the root. Raises NotARun."""
    try:
        with checked(root, path).open(encoding="utf-8", errors="replace") as file:
            return file.read(most)
    except OSError as error:
        raise NotARun(f"{path.name}: can't be read: {error.strerror}") from error


def find_studies(root: Path) -> list[StudyFolder]:
    """The studies in a folder, or the one that the folder is; the latest written first."""
    if not root.is_dir():
        return []
    if _is_study(root, ("*/*seed=*",)):
        return [StudyFolder(root.resolve().name, root, root)]
    found = [
        StudyFolder(path.name, path, root) for path in _folders(root) if _is_study(path, ("*/*seed=*", "*/*/*seed=*"))
    ]
    return sorted(found, key=lambda study: (-_age(study.folder), study.name))


def _folders(root: Path) -> Iterator[Path]:
    """Those in a folder that may be looked into."""
    with os.scandir(root) as entries:
        names = [entry.name for entry in entries if not entry.name.startswith(".")]
    return (root / name for name in names if is_below(root, root / name) and (root / name).is_dir())


def _is_study(folder: Path, patterns: tuple[str, ...]) -> bool:
    """Whether it has a summary, or runs at these places. A folder of studies has runs two steps further down, as has a
    study with assumptions."""
    return (folder / "summary.parquet").is_file() or any(next(folder.glob(one), None) for one in patterns)


def _age(path: Path) -> int:
    """When it was last written, in nanoseconds; 0 where it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _lives(path: Path) -> bool:
    """Whether the process that writes a run is still there; its number is a part of the folder's name."""
    number = path.name.split(".")[2:3]
    if not number or not number[0].isdigit():
        return False
    try:
        os.kill(int(number[0]), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
