"""Starting and stopping runs: `feedsim run` in a process of its own, below the folder that the dashboard was given.

Nothing goes through a shell; what the form says reaches the command as a file that the form's maker has written, and
the name of its folder is letters, digits and `-`. Code of somebody's own is never loaded.
"""

import atexit
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import monotonic

from dashboard.shelf import is_below, text_of
from dashboard.whatif.study import SLUG
from feedsim.results import NotARun

FILE, SAID = "what-if.yaml", "what-if.log"
"""In the study's folder: what was asked, and what the command said."""
MOST_AT_ONCE = 2
"""What-ifs at work."""
MOST_NAMES = 1000
SECONDS_TO_STOP = 4.0

_started: dict[Path, "subprocess.Popen[bytes]"] = {}
"""The study's folder -> the process, for as long as the dashboard lives."""
_since: dict[Path, float] = {}
"""The same -> when it was started."""
_lock = Lock()


def held() -> Lock:
    """To be held while nothing may be started."""
    return _lock


class Refused(NotARun):
    """It can't be started; the message says why."""


def start(root: Path, name: str, text: Callable[[str], str]) -> str:
    """Run a study in `root/<name>`, or `<name>-2` and so on where that is another's; the name that it got.

    `text` makes the study file of a name. The same file in the same folder goes on from where it was.
    Raises Refused.
    """
    with _lock:
        if sum(process.poll() is None for process in _started.values()) >= MOST_AT_ONCE:
            raise Refused(f"{MOST_AT_ONCE} what-ifs are running; let one of them finish, or stop it")
        folder = _claimed(root, name, text)
        if not _runs(folder):
            _started[folder], _since[folder] = _process(root, folder), monotonic()
    return folder.name


def _claimed(root: Path, name: str, text: Callable[[str], str]) -> Path:
    """The folder for a study of this name, with its file."""
    if not SLUG.fullmatch(name):
        raise Refused(f"{name}: can't be a name")
    for number in range(1, MOST_NAMES):
        mine = name if number == 1 else f"{name}-{number}"
        folder = root.resolve() / mine
        if _is_mine(root, folder, text(mine)):
            return folder
    raise Refused(f"{name}: there are too many of this name")


def _is_mine(root: Path, folder: Path, text: str) -> bool:
    """Whether the folder could be made, or is there for this very file. Raises Refused."""
    try:
        folder.mkdir()
        (folder / FILE).write_text(text, encoding="utf-8")
    except FileExistsError:
        file = folder / FILE
        return is_below(root, file) and file.is_file() and file.read_text(encoding="utf-8", errors="replace") == text
    except OSError as error:
        raise Refused(f"{folder.name}: can't be written there ({error.strerror})") from error
    return True


def _process(root: Path, folder: Path) -> "subprocess.Popen[bytes]":
    # -P: what lies in the folder of runs is never taken for a module.
    command = [
        sys.executable,
        "-P",
        "-m",
        "feedsim",
        "run",
        str(folder / FILE),
        "--out",
        str(root.resolve()),
        "--quiet",
    ]
    with (folder / SAID).open("wb") as said:
        return subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
            env={**os.environ, "COLUMNS": "1000"},
        )  # fmt: skip


def _runs(folder: Path) -> bool:
    process = _started.get(folder)
    return process is not None and process.poll() is None


def is_running(root: Path, name: str) -> bool:
    """Whether the what-if of this name was started from here and is at work."""
    return _runs(root.resolve() / name)


def seconds(root: Path, name: str) -> float:
    """Since it was started; 0 where it was not started from here."""
    now = monotonic()
    return now - _since.get(root.resolve() / name, now)


def stop(root: Path, name: str) -> None:
    """Ask it to end, as Ctrl-C would: what is finished is kept, and starting it again goes on from there."""
    process = _started.get(root.resolve() / name)
    if process is not None and process.poll() is None:
        process.terminate()


def complaint(root: Path, name: str) -> list[str]:
    """What it said, a line each, if it came to a bad end: the faults of its file, or why runs failed.

    Of one that an earlier dashboard started, what it said last.
    """
    process = _started.get(root.resolve() / name)
    if process is not None and process.poll() in (None, 0):
        return []
    with suppress(NotARun):
        lines = text_of(root, root.resolve() / name / SAID).splitlines()
        return [line.replace(f"{root.resolve()}{os.sep}", "") for line in lines if line.strip()][:20]
    return []


def written(root: Path, name: str) -> str:
    """The study file of a what-if. Raises NotARun."""
    return text_of(root, root.resolve() / name / FILE, 100_000)


@atexit.register
def _stop_all() -> None:
    """Whatever was started from here ends with the dashboard."""
    for process in _started.values():
        if process.poll() is None:
            process.terminate()
    for process in _started.values():
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
