"""Writing a table: one Parquet file, as rows come in, in as many parts as it takes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from feedsim.tables import TEXT, schema

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
    """One Parquet file, written as rows come in: memory holds one row group.

    `cut` closes what is written so far as a part, which never changes again; `close` puts all parts together.
    """

    def __init__(self, path: Path, table: str, parts: Sequence[Path] = ()) -> None:
        self.path, self.table, self.rows = path, table, 0
        self.parts = list(parts)
        """files with the rows that came before, in their order"""
        self.schema: Any = None
        self._head: list[Any] = []
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
        self._append(batch)

    def _append(self, batch: Any) -> None:
        self._pending.append(batch)
        self._pending_rows += len(batch)
        if self._pending_rows >= ROWS_A_GROUP:
            self._flush()

    def expect(self, families: Mapping[str, Sequence[str]], texts: Mapping[str, Sequence[str]]) -> None:
        """Settle the columns: those of the parts, but of each family, by how its names begin, these members; and in
        which order some columns of text know their names, as if rows with `labels` of these had come first."""
        before = pq.read_schema(self.parts[0])
        written = [name for name in before.names if before.field(name).type == TEXT]
        others = [name for name in before.names if name not in written and not name.startswith(tuple(families))]
        members = [f"{family}{name}" for family, names in families.items() for name in names]
        self.schema = schema(self.table, written, [*others, *members])
        nothing = {name: labels(np.zeros(0, np.int32), names).cast(TEXT) for name, names in texts.items()}
        columns = [nothing.get(field.name, pa.array([], field.type)) for field in self.schema]
        self._head = [pa.Table.from_arrays(columns, schema=self.schema)]

    def close(self) -> None:
        """Write what is left; a table that never had a row becomes a file all the same."""
        if self.parts:
            self._join()
        if self.schema is None:
            self.schema = schema(self.table)
        self._flush()
        self._file.close()

    def cut(self, folder: Path) -> list[Path]:
        """Close what is written so far as a part in `folder`; all parts so far."""
        if self._pending or self._file is not None:
            self._flush()
            self._file.close()
            self._file = None
            self.parts.append(self.path.rename(folder / f"{self.table}.{len(self.parts):04d}.parquet"))
        return self.parts

    def _join(self) -> None:
        """Begin the file anew with the rows of all parts."""
        parts, self.rows = self.cut(self.parts[-1].parent), 0
        self._pending = self._head
        for part in parts:
            with pq.ParquetFile(part) as file:
                self.schema = self.schema or file.schema_arrow
                for group in range(file.num_row_groups):
                    self._append(_fitted(file.read_row_group(group), self.schema))

    def drop(self) -> None:
        """Forget what is pending and let go of the file."""
        self._pending = []
        if self._file is not None and self._file.is_open:
            self._file.close()

    def _flush(self) -> None:
        if self._file is None:
            self._file = pq.ParquetWriter(self.path, self.schema, compression="zstd", compression_level=1)
        if self._pending:
            rows = _recoded(pa.concat_tables(self._pending).unify_dictionaries().combine_chunks())
            self._file.write_table(rows, row_group_size=ROWS_A_GROUP)
            self.rows += len(rows)
            self._pending, self._pending_rows = [], 0


def _recoded(rows: Any) -> Any:
    """The rows, with just the words that occur in each column of text: what others could have said leaves no trace."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_dictionary(field.type):
            words = rows.column(place).cast(pa.string()).dictionary_encode().cast(field.type)
            rows = rows.set_column(place, field, words)
    return rows


def _fitted(rows: Any, wanted: Any) -> Any:
    """The rows with the columns of a schema: of a policy that had no say yet NaN, or no; of one that is gone none."""
    there = [rows[f.name] if f.name in rows.column_names else _without(f.type, len(rows)) for f in wanted]
    return pa.Table.from_arrays(there, schema=wanted)


def _without(kind: Any, rows: int) -> Any:
    return pa.array(np.full(rows, np.nan if pa.types.is_floating(kind) else 0), kind)


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
