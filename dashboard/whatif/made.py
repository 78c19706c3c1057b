"""The what-ifs that this page has made, as they lie in the folder: which, how large, and taking them away.

What is not its own is never touched. Its own is a folder, no link, whose `what-if.yaml`, a file and no link, is a study
of the folder's name with the two arms of a what-if, which rests on no file outside, and in which nothing lies but that
and what a run of it leaves: `starting` writes nothing else.
Knows nothing of Streamlit.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dashboard.shelf import StudyFolder, is_below
from dashboard.whatif import starting
from dashboard.whatif.beginning import is_inside
from dashboard.whatif.study import ARMS, SLUG
from feedsim.faults import Faults
from feedsim.inputs import PATHS
from feedsim.merging import Data
from feedsim.reading import read
from feedsim.results import NotARun

REPORT = "report.html"


@dataclass(frozen=True)
class Made:
    """A what-if."""

    name: str
    question: str
    when: float
    """seconds since 1970 at which it was asked"""
    size: int
    """bytes of its files"""
    is_running: bool


def made(root: Path) -> list[Made]:
    """Those in the folder, the latest first."""
    if not root.is_dir():
        return []
    with os.scandir(root) as entries:
        names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    return sorted(
        (one for name in names if (one := _made(root, name)) is not None), key=lambda one: (-one.when, one.name)
    )


def _made(root: Path, name: str) -> Made | None:
    question = _question(root, name)
    if question is None:
        return None
    folder = root / name
    return Made(name, question, (folder / starting.FILE).lstat().st_mtime, _size(folder), _is_running(root, name))


def _question(root: Path, name: str) -> str | None:
    """What a what-if asks; nothing where the folder is not one that the page has made."""
    folder, file = root / name, root / name / starting.FILE
    if not SLUG.fullmatch(name) or folder.is_symlink() or file.is_symlink() or not is_below(root, file):
        return None
    if not file.is_file() or not _holds_nothing_else(folder):
        return None
    try:
        said = read(file).data
    except Faults:
        return None
    if not isinstance(said, dict) or said.get("name") != name or not _is_what_if(root, said):
        return None
    return str(said.get("question", ""))


def _holds_nothing_else(folder: Path) -> bool:
    """Whether all that lies there is what the page and `feedsim run` of its file write."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries]
    mine = (starting.FILE, starting.SAID, REPORT, *ARMS)
    return all(name in mine or name.startswith(".") or name.endswith(".parquet") for name in names)


def is_own(root: Path, name: str) -> bool:
    """Whether the folder of this name is a what-if that the page has made."""
    return _question(root, name) is not None


def _is_what_if(root: Path, said: Data) -> bool:
    arms = said.get("arms")
    if not isinstance(arms, dict) or tuple(arms) != ARMS or "extends" in said:
        return False
    parts = [of.get(block) for of in (said, *arms.values()) if isinstance(of, dict) for block, _ in PATHS]
    files = [part[key] for part in parts if isinstance(part, dict) for _, key in PATHS if key in part]
    return all(is_inside(root, file) for file in files)


def _is_running(root: Path, name: str) -> bool:
    """Whether it was started from here, or anybody else's process writes a run of it."""
    return starting.is_running(root, name) or bool(StudyFolder(name, root / name, root).running)


def _size(folder: Path) -> int:
    return sum(entry.stat(follow_symlinks=False).st_size for entry in _files(folder))


def _files(folder: Path) -> Iterator["os.DirEntry[str]"]:
    """All files below a folder; links are not followed. What goes in the meantime is left out."""
    try:
        with os.scandir(folder) as entries:
            for entry in list(entries):
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(Path(entry.path))
                else:
                    yield entry
    except OSError:
        return


def delete(root: Path, name: str) -> None:
    """Take a what-if away, with all that is in its folder. Raises NotARun where it can't be.

    It is renamed first, so that nobody takes half a study for a whole one. Links in it go, what they lead to stays.
    """
    root = root.resolve()
    with starting.held():
        if not is_own(root, name):
            raise NotARun(f"{name} is not a what-if that was made here; it stays")
        if _is_running(root, name):
            raise NotARun(f"{name} is running; stop it first")
        gone = root / f".{name}.{os.getpid()}.gone"
        try:
            (root / name).rename(gone)
            shutil.rmtree(gone)
        except OSError as error:
            raise NotARun(f"{name} can't be deleted ({error.strerror})") from error
