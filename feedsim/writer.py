"""Writing a run: into a hidden folder beside its place, renamed when it is whole."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from feedsim.parcel import unpack
from feedsim.tables import ALWAYS, FORMAT, TEXT, schema

ROWS_A_GROUP = 256 * 1024
Values: TypeAlias = "npt.NDArray[Any] | Sequence[Any] | pa.Array"


def labels(codes: npt.NDArray[Any], names: Sequence[str]) -> Any:
    """Codes as text: place in `names`, empty where the code is negative. Nothing is shared with `codes`."""
    places = np.where(codes < 0, len(names), codes).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(places), pa.array([*names, ""], pa.string()))


def known(values: npt.NDArray[Any], where: npt.NDArray[np.bool_]) -> Any:
    """Numbers, null except `where`. Nothing is shared with `values`."""
    return pa.array(values.copy(), mask=~where)


class TableWriter:
    """One Parquet file, written as rows come in: memory holds one row group."""

    def __init__(self, path: Path, table: str) -> None:
        self.path, self.table, self.rows = path, table, 0
        self.schema: Any = None
        self._pending: list[Any] = []
        self._pending_rows = 0
        self._file: Any = None

    def add(self, columns: Mapping[str, Values]) -> None:
        """Append rows. The first call settles which columns there are, even if it brings no row."""
        if self.schema is None:
            texts = [name for name, values in columns.items() if _is_text(values)]
            self.schema = schema(self.table, texts, [name for name in columns if name not in texts])
        if set(columns) != set(self.schema.names):
            raise ValueError(f"{self.table}: columns changed: {sorted(set(columns) ^ set(self.schema.names))}")
        batch = pa.Table.from_arrays([_array(field, columns[field.name]) for field in self.schema], schema=self.schema)
        self._pending.append(batch)
        self._pending_rows += len(batch)
        if self._pending_rows >= ROWS_A_GROUP:
            self._flush()

    def close(self) -> None:
        """Write what is left; a table that never had a row becomes a file all the same."""
        if self.schema is None:
            self.schema = schema(self.table)
        self._flush()
        self._file.close()

    def drop(self) -> None:
        """Forget what is pending and let go of the file."""
        self._pending = []
        if self._file is not None and self._file.is_open:
            self._file.close()

    def _flush(self) -> None:
        if self._file is None:
            self._file = pq.ParquetWriter(self.path, self.schema, compression="zstd", compression_level=1)
        if self._pending:
            rows = pa.concat_tables(self._pending).unify_dictionaries().combine_chunks()
            self._file.write_table(rows, row_group_size=ROWS_A_GROUP)
            self.rows += len(rows)
            self._pending, self._pending_rows = [], 0


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
        (self.temporary / "models").mkdir(exist_ok=True)
        (self.temporary / "models" / name).write_text(text, encoding="utf-8")

    def progress(self, record: Mapping[str, Any]) -> None:
        """Tell whoever watches how far the run is: one line, gone when the run is finished."""
        with (self.temporary / "progress.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(dict(record)) + "\n")

    def finish(self, manifest: Mapping[str, Any], scenario_yaml: str) -> Path:
        """Close the tables, add the manifest and the scenario, and put the run in its place, at once."""
        for table in ALWAYS:
            self._table(table)
        for writer in self._tables.values():
            writer.close()
        (self.temporary / "progress.jsonl").unlink(missing_ok=True)
        (self.temporary / "scenario.yaml").write_text(scenario_yaml, encoding="utf-8")
        whole = {**manifest, "format": FORMAT, "rows": {name: table.rows for name, table in self._tables.items()}}
        whole["bytes"] = {path.name: path.stat().st_size for path in sorted(self.temporary.glob("*.parquet"))}
        text = json.dumps(whole, indent=2, ensure_ascii=False)
        (self.temporary / "manifest.json").write_text(text + "\n", encoding="utf-8")
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


def _is_text(values: Values) -> bool:
    if isinstance(values, pa.Array):
        return bool(pa.types.is_dictionary(values.type) or pa.types.is_string(values.type))
    return np.asarray(values).dtype.kind in "UO" and len(values) > 0 and isinstance(values[0], str)


def _array(field: Any, values: Values) -> Any:
    """Values as the column's type. Copied: the caller may go on writing into its array."""
    if isinstance(values, pa.Array):
        return values.cast(field.type)
    if field.type == TEXT:
        return pa.array(list(values), field.type)
    array = np.array(values) if isinstance(values, np.ndarray) else list(values)
    return pa.array(array, field.type, from_pandas=pa.types.is_integer(field.type))
