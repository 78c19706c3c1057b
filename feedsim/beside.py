"""Tables that lie beside the arms of a study: what was assumed, and what that moved."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from feedsim.origin import Origin, with_origin
from feedsim.study_tables import ASSUMPTIONS, SENSITIVITY
from feedsim.tables import TEXT

BESIDE = {"assumptions": ASSUMPTIONS, "sensitivity": SENSITIVITY}
"""Name of a file, without .parquet -> its columns."""


def points_table(points: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """What each assumption says, from name -> setting -> value: the rows of `assumptions.parquet`."""
    rows = [(name, path, value) for name, point in points.items() for path, value in point.items()]
    found = pd.DataFrame(rows, columns=["assumption", "setting", "value"])
    numbers = [float(value) if type(value) in (int, float) else None for _, _, value in rows]
    texts = [value if isinstance(value, str) else json.dumps(value) for _, _, value in rows]
    return found.assign(value=texts, number=pd.Series(numbers, dtype="float64"))


def write_beside(study_dir: Path, name: str, rows: pd.DataFrame, origin: Origin | None = None) -> Path | None:
    """Rows with at least the columns of the table, as `<name>.parquet`; units and meanings go into the schema.

    Without rows there is no file, and one that was there goes: it told of what the study no longer says.
    """
    wanted = pa.schema([column.field(column.name) for column in BESIDE[name]])
    path = Path(study_dir) / f"{name}.parquet"
    if rows.empty:
        path.unlink(missing_ok=True)
        return None
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    table = pa.Table.from_pandas(rows[wanted.names], wanted, preserve_index=False).replace_schema_metadata()
    pq.write_table(with_origin(table, origin or {}), temporary, compression="zstd")
    return temporary.replace(path)


def read_beside(study_dir: Path, name: str) -> pd.DataFrame:
    """The table with texts as texts; no rows where there is none, or one that is of another version."""
    path, names = Path(study_dir) / f"{name}.parquet", [column.name for column in BESIDE[name]]
    nothing = pd.DataFrame({column: pd.Series(dtype=object) for column in names})
    try:
        found = cast(pd.DataFrame, pq.read_table(path, partitioning=None).to_pandas())
    except (pa.ArrowException, OSError):
        return nothing
    if not set(names) <= set(found.columns):
        return nothing
    texts = [column.name for column in BESIDE[name] if column.type == TEXT]
    return found.astype(dict.fromkeys(texts, str))
