"""Which study a table beside the arms was made of, in its schema's metadata: a table of what the file said at another
time stays where it is, and is not shown beside runs of what it says now."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

Origin: TypeAlias = Mapping[str, str]
"""Part of a study (the base, an arm, its assumptions) -> a hash of what it said."""
KEY = b"study"
SUMMARY = "summary.parquet"


def with_origin(table: Any, origin: Origin) -> Any:
    """An Arrow table that says what it was made of, besides what it says already."""
    return table.replace_schema_metadata({**(table.schema.metadata or {}), KEY: json.dumps(dict(origin))})


def is_present(path: Path) -> bool:
    """Was a table made of what the runs beside it are of? One that says nothing is taken to be, and one beside none."""
    summary = path.with_name(SUMMARY)
    return not summary.is_file() or origin_of(path).items() <= origin_of(summary).items()


def origin_of(path: Path) -> Origin:
    """What a table was made of; empty where it does not say or can't be read."""
    try:
        said = json.loads((pq.read_schema(path).metadata or {}).get(KEY, b"{}"))
    except (pa.ArrowException, OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
