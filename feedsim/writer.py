"""Writing a run: into a hidden folder beside its place, renamed when it is whole."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from feedsim.parcel import unpack
from feedsim.table_writer import TableWriter, Values, known, labels
from feedsim.tables import ALWAYS, FORMAT

__all__ = ["RunWriter", "clear_leftovers", "known", "labels"]

MODELS, SNAPSHOTS, PARTS = "models", "snapshots", "parts"
"""Folders of a run: of its models, of what it can be gone on from, and, until it is finished, of tables cut."""


class RunWriter:
    """A run being written: `add` rows, then `finish`. Left by an exception, or unfinished, it leaves nothing behind.

    A disk that fills up raises OSError, as does every other fault of it; the run is dropped, earlier runs stay.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        clear_leftovers(self.folder)
        self.temporary = self.folder.parent / f".{self.folder.name}.{os.getpid()}.part"
        self.temporary.mkdir()
        self._tables: dict[str, TableWriter] = {}

    def __enter__(self) -> "RunWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abandon()

    def add(self, table: str, columns: Mapping[str, Values]) -> None:
        """Append rows to a table of `feedsim.tables`; every call brings the same columns.

        Text is given as strings or as `labels`. In a column of whole numbers NaN is null.
        """
        self._table(table).add(columns)

    def model_file(self, name: str, text: str) -> None:
        """Write a file of `models/`."""
        (self.temporary / MODELS).mkdir(exist_ok=True)
        path = self.temporary / MODELS / name
        # A new file and not new words in an old one, which a snapshot may share.
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8")

    def store(self, folder: Path) -> None:
        """Put all that has been written so far into `folder`, which shares the files: they never change."""
        (self.temporary / PARTS).mkdir(exist_ok=True)
        parts = [part for table in self._tables.values() for part in table.cut(self.temporary / PARTS)]
        _share(parts, folder / PARTS)
        _share(sorted((self.temporary / MODELS).glob("*")), folder / MODELS)

    def go_on(self, folder: Path, families: Mapping[str, Sequence[str]], removers: Sequence[str]) -> None:
        """Begin with what was stored in `folder`; `families` are the columns that impressions have for policies from
        now on, and `removers` what may take a candidate out. Nothing may have been written before."""
        if models := sorted((folder / MODELS).glob("*")):
            _share(models, self.temporary / MODELS)
        for part in _share(sorted((folder / PARTS).glob("*.parquet")), self.temporary / PARTS):
            table = self._table(part.name.partition(".")[0])
            table.parts.append(part)
            if table.table == "impressions":
                table.expect(families, {"removed_by": removers})

    def progress(self, record: Mapping[str, Any]) -> None:
        """Tell whoever watches how far the run is: one line, gone when the run is finished."""
        with (self.temporary / "progress.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(dict(record)) + "\n")

    @property
    def snapshots(self) -> Path:
        """Where snapshots of the run lie while it is being written: beside it, so that they outlive what is half."""
        return self.folder.parent / f".{self.folder.name}.snapshots"

    def finish(self, manifest: Mapping[str, Any], scenario_yaml: str) -> Path:
        """Close the tables, add the manifest and the scenario, and put the run in its place, at once."""
        for table in ALWAYS:
            self._table(table)
        for writer in self._tables.values():
            writer.close()
        shutil.rmtree(self.temporary / PARTS, ignore_errors=True)
        (self.temporary / "progress.jsonl").unlink(missing_ok=True)
        (self.temporary / "scenario.yaml").write_text(scenario_yaml, encoding="utf-8")
        whole = {**manifest, "format": FORMAT, "rows": {name: table.rows for name, table in self._tables.items()}}
        whole["bytes"] = {path.name: path.stat().st_size for path in sorted(self.temporary.glob("*.parquet"))}
        text = json.dumps(whole, indent=2, ensure_ascii=False)
        (self.temporary / "manifest.json").write_text(text + "\n", encoding="utf-8")
        if self.snapshots.is_dir():
            self.snapshots.rename(self.temporary / SNAPSHOTS)
        _put_in_place(self.temporary, self.folder)
        return self.folder

    def receive(self, parcel: bytes) -> Path:
        """Put a run that was written elsewhere, and `packed`, in its place, at once."""
        (self.temporary / "progress.jsonl").unlink(missing_ok=True)
        unpack(parcel, self.temporary)
        _put_in_place(self.temporary, self.folder)
        return self.folder

    def abandon(self) -> None:
        """Remove what was written so far; does nothing after `finish`."""
        for writer in self._tables.values():
            writer.drop()
        shutil.rmtree(self.temporary, ignore_errors=True)

    def _table(self, table: str) -> TableWriter:
        if table not in self._tables:
            self._tables[table] = TableWriter(self.temporary / f"{table}.parquet", table)
        return self._tables[table]


def clear_leftovers(folder: Path) -> None:
    """Remove what writers of `folder` that died left beside it; a run that one was about to replace comes back."""
    for path in folder.parent.glob(f".{folder.name}.*"):
        pid, _, what = path.name.removeprefix(f".{folder.name}.").partition(".")
        if not pid.isdigit() or _is_another_that_lives(int(pid)):
            continue
        if what == "old" and not folder.exists():
            path.rename(folder)
        elif what in ("old", "part"):
            shutil.rmtree(path)


def _share(files: Sequence[Path], folder: Path) -> list[Path]:
    """The same files in `folder` too: under a second name where the disk can, else as copies."""
    folder.mkdir(parents=True, exist_ok=True)
    there = [folder / file.name for file in files]
    for file, copy in zip(files, there, strict=True):
        try:
            copy.hardlink_to(file)
        except (OSError, NotImplementedError):
            shutil.copyfile(file, copy)
    return there


def _is_another_that_lives(pid: int) -> bool:
    """Is it a living process other than this one? A number equal to ours was of a process before us."""
    if pid == os.getpid():
        return False
    if os.name == "nt":  # where signal 0 is not a question
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _put_in_place(temporary: Path, folder: Path) -> None:
    """Rename; a run that was there steps aside first, and comes back if the new one can't take its place."""
    old = folder.parent / f".{folder.name}.{os.getpid()}.old"
    if not folder.exists():
        temporary.rename(folder)
        return
    folder.rename(old)
    try:
        temporary.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old)
