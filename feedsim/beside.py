"""Tables that lie beside the arms of a study: what was assumed, and what that moved."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from feedsim.tables import F64, I64, TEXT, Column

BESIDE: dict[str, tuple[Column, ...]] = {
    "assumptions": (
        Column("assumption", TEXT, "name", "folder of its runs, as in summary.parquet"),
        Column("setting", TEXT, "name", "dotted path of a setting that is not known"),
        Column("value", TEXT, "of the setting", "what is assumed, as text"),
        Column("number", F64, "of the setting", "what is assumed; null where it is no number"),
    ),
    "sensitivity": (
        Column("method", TEXT, "name", "morris (elementary effects) or sobol (shares of the variance)"),
        Column("arm", TEXT, "name", "the arm"),
        Column("against", TEXT, "name", "arm whose value is subtracted, by seed; empty = nothing is"),
        Column(
            "metric", TEXT, "name", "what is measured; `feedsim metrics` lists formulas; widest_gap: between groups"
        ),
        Column("harm", TEXT, "name", "class of harm; empty = not about one class"),
        Column("side", TEXT, "name", "viewer or author: whose group it is; empty = everyone"),
        Column("group", TEXT, "name", "group attribute; empty = everyone"),
        Column("level", TEXT, "name", "level of the attribute; empty = everyone"),
        Column("part", TEXT, "name=value", "what else cuts it, as in source=trending; empty = all"),
        Column("assumption", TEXT, "name", "dotted path of the setting that is not known"),
        Column("effect", F64, "of the metric; sobol: share of variance", "mu* from end to end; sobol: total index"),
        Column("low", F64, "of the effect", "lower end of its 95 % bootstrap interval"),
        Column("high", F64, "of the effect", "upper end of its 95 % bootstrap interval"),
        Column("first_order", F64, "share of variance", "that the assumption explains alone; null for morris"),
        Column("first_order_low", F64, "share of variance", "lower end of its 95 % bootstrap interval"),
        Column("first_order_high", F64, "share of variance", "upper end of its 95 % bootstrap interval"),
        Column("sigma", F64, "of the metric", "standard deviation of the elementary effects; null for sobol"),
        Column("chance", F64, "of the effect", "effect that seeds alone would make; null with one seed"),
        Column("runs", I64, "runs", "that it rests on"),
    ),
}
"""Name of a file, without .parquet -> its columns."""


def points_table(points: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """What each assumption says, from name -> setting -> value: the rows of `assumptions.parquet`."""
    rows = [(name, path, value) for name, point in points.items() for path, value in point.items()]
    found = pd.DataFrame(rows, columns=["assumption", "setting", "value"])
    numbers = [float(value) if type(value) in (int, float) else None for _, _, value in rows]
    texts = [value if isinstance(value, str) else json.dumps(value) for _, _, value in rows]
    return found.assign(value=texts, number=pd.Series(numbers, dtype="float64"))


def write_beside(study_dir: Path, name: str, rows: pd.DataFrame) -> Path | None:
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
    pq.write_table(table, temporary, compression="zstd")
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
