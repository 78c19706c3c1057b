"""`frontier.parquet`: every trial of a search, what it set, what came of it, and what none of the others beats.

A column's kind stands before its name, so that a reader needs to know none: `lever:<setting>`, `objective:<of>:` with
mean, low, high, seeds, change, change_low or change_high behind it, and `constraint:<line>`. An objective's direction
and reference are in the metadata of its column `mean`. Imports nothing of the engine.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from feedsim.origin import Origin, with_origin
from feedsim.tables import F64, I32, I64, TEXT, YES_NO, Column

FILE = "frontier.parquet"
LEVER, OBJECTIVE, CONSTRAINT = "lever:", "objective:", "constraint:"
BASE = "baseline"
"""The arm that no lever has moved: trial 0."""
FOLDER = "frontier"
"""Beside the arms: a scenario file for every point."""

FIXED = (
    Column("trial", I32, "number", "in the order of the search; 0 is the base, which no lever has moved"),
    Column("arm", TEXT, "name", "arm that holds its runs; two trials that set the same share one"),
    Column("error", TEXT, "text", "why nothing came of it; empty = all its runs are finished"),
    Column("feasible", YES_NO, "yes or no", "its means keep every constraint"),
    Column("non_dominated", YES_NO, "yes or no", "feasible, and no other feasible trial's means are better in all"),
    Column("p_non_dominated", F64, "probability", "share of resamples of the seeds, the same for all trials, in which "
           "it is feasible and not dominated; null = one seed"),
    Column("point", TEXT, "name", f"of its scenario file in {FOLDER}/; empty = none"),
    Column("hypervolume", F64, "of the base's", "of objectives that trials up to this one cover, between them and the "
           "reference; the base alone covers 1"),
)  # fmt: skip
REFERENCE = "twice as bad as the base: its mean, moved for the worse by its own size (by 1 where it is 0)"


@dataclass(frozen=True)
class Objective:
    """What is raised or lowered."""

    name: str
    is_up: bool
    reference: float
    """where its hypervolume begins: worse counts for nothing"""
    unit: str


@dataclass(frozen=True)
class Frontier:
    """The trials of a search."""

    rows: pd.DataFrame
    """a trial each, the base first; columns as in the file"""
    objectives: tuple[Objective, ...]

    @property
    def levers(self) -> tuple[str, ...]:
        """Dotted paths of the settings that were moved."""
        return self._named(LEVER)

    @property
    def constraints(self) -> tuple[str, ...]:
        """Lines that were not to be crossed."""
        return self._named(CONSTRAINT)

    def _named(self, kind: str) -> tuple[str, ...]:
        return tuple(name.removeprefix(kind) for name in self.rows.columns if name.startswith(kind))

    @property
    def points(self) -> pd.DataFrame:
        """Trials that have a scenario file, by its name; one each."""
        points = self.rows[self.rows["point"] != ""]
        return points.drop_duplicates("point").sort_values("point")


def write_frontier(study_dir: Path, frontier: Frontier, origin: Origin | None = None) -> Path:
    """Put `frontier.parquet` in its place, whole."""
    path = Path(study_dir) / FILE
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    schema = pa.schema(list(_fields(frontier)), metadata={"reference": REFERENCE})
    table = with_origin(pa.Table.from_pandas(frontier.rows, schema, preserve_index=False), origin or {})
    pq.write_table(table, temporary, compression="zstd")
    return temporary.replace(path)


def _fields(frontier: Frontier) -> list[Any]:
    """Of every column, with unit and meaning."""
    known = {column.name: column for column in FIXED}
    known |= {column.name: column for one in frontier.objectives for column in _of_objective(one)}
    found = []
    for name in frontier.rows.columns:
        column = known.get(name) or _of_search(name, frontier.rows[name])
        found.append(column.field(name))
    extra = {f"{OBJECTIVE}{one.name}:mean": one for one in frontier.objectives}
    return [_with_direction(field, extra[field.name]) if field.name in extra else field for field in found]


def _of_objective(one: Objective) -> tuple[Column, ...]:
    name = f"{OBJECTIVE}{one.name}:"
    return (
        Column(f"{name}mean", F64, one.unit, f"mean over seeds; {'more' if one.is_up else 'less'} is better"),
        Column(f"{name}low", F64, one.unit, "lower end of the 95 % interval of the mean; null = one seed"),
        Column(f"{name}high", F64, one.unit, "upper end of the 95 % interval of the mean; null = one seed"),
        Column(f"{name}seeds", I32, "seeds", "that the mean is over"),
        Column(f"{name}change", F64, one.unit, "mean difference to the base, paired by seed"),
        Column(f"{name}change_low", F64, one.unit, "lower end of the 95 % interval of the difference"),
        Column(f"{name}change_high", F64, one.unit, "upper end of the 95 % interval of the difference"),
    )


def _of_search(name: str, values: "pd.Series[Any]") -> Column:
    if name.startswith(CONSTRAINT):
        return Column(name, F64, "of the metric", "how far its mean crosses the line; above 0 = violated")
    kind = I64 if pd.api.types.is_integer_dtype(values) else F64 if pd.api.types.is_float_dtype(values) else TEXT
    return Column(name, kind, "of the setting", "what the setting was set to")


def _with_direction(field: Any, one: Objective) -> Any:
    more = {b"direction": b"up" if one.is_up else b"down", b"reference": repr(one.reference).encode()}
    return field.with_metadata({**field.metadata, **more})


def read_frontier(study_dir: Path) -> Frontier | None:
    """The search that lies in a study's folder; None where there is none, or one that is of another version."""
    try:
        table = pq.read_table(Path(study_dir) / FILE, partitioning=None)
    except (pa.ArrowException, OSError):
        return None
    if not {column.name for column in FIXED} <= set(table.column_names):
        return None
    rows = cast(pd.DataFrame, table.to_pandas())
    texts = rows.columns[rows.dtypes == "category"]
    return Frontier(rows.astype(dict.fromkeys(texts, str)), tuple(_objectives(table.schema)))


def _objectives(schema: Any) -> list[Objective]:
    found = []
    for field in schema:
        said = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        if "direction" in said:
            name = field.name.removeprefix(OBJECTIVE).removesuffix(":mean")
            found.append(Objective(name, said["direction"] == "up", float(said["reference"]), said["unit"]))
    return found
