"""Reading runs, and the summary of a study. Imports nothing of the engine: files are all it knows."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from feedsim.origin import Origin, with_origin
from feedsim.study_tables import COMPARISON, RUN
from feedsim.tables import ALWAYS, FORMAT, TABLES
from feedsim.writer import RunWriter, known, labels

__all__ = [
    "NotARun",
    "Run",
    "RunPath",
    "RunWriter",
    "find_runs",
    "finished",
    "known",
    "labels",
    "open_run",
    "progress",
    "read_comparison",
    "read_summary",
    "running",
    "whole_runs",
    "write_comparison",
    "write_summary",
]


class NotARun(Exception):
    """The folder holds no whole run of this version; the message says why."""


@dataclass(frozen=True)
class RunPath:
    """Where a run of a study lies."""

    arm: str
    assumption: str
    """empty where the study assumes one thing"""
    seed: int
    path: Path


@dataclass(frozen=True)
class Run:
    """A finished run. Tables are read when asked for."""

    folder: Path
    manifest: dict[str, Any]

    @cached_property
    def scenario_yaml(self) -> str:
        """The resolved scenario."""
        return (self.folder / "scenario.yaml").read_text(encoding="utf-8")

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that this run has."""
        return tuple(name for name in TABLES if f"{name}.parquet" in self.manifest["bytes"])

    def arrow(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A table, or some of its columns, as Arrow."""
        path = self.folder / f"{table}.parquet"
        try:
            return pq.read_table(path, columns=None if columns is None else list(columns), partitioning=None)
        except FileNotFoundError as error:
            raise NotARun(f"{self.folder}: has no table '{table}'; there are {', '.join(self.tables)}") from error
        except pa.ArrowInvalid as error:
            raise NotARun(f"{path}: can't be read: {error}") from error

    def table(self, table: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """A table, or some of its columns, as a DataFrame; text is categorical, whole numbers with nulls are float."""
        return cast(pd.DataFrame, self.arrow(table, columns).to_pandas())

    def models(self) -> tuple[Path, ...]:
        """The files of `models/`."""
        return tuple(sorted((self.folder / "models").glob("*")))


def open_run(folder: Path) -> Run:
    """A finished run. Raises NotARun where there is none, or one that is damaged or of another format."""
    folder = Path(folder)
    path = folder / "manifest.json"
    if not path.is_file():
        raise NotARun(f"{folder}: not a finished run: there is no manifest.json")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise NotARun(f"{path}: can't be read: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise NotARun(f"{folder}: written by another version of feedsim; run the study again")
    for name, size in {**{f"{table}.parquet": None for table in ALWAYS}, **manifest["bytes"]}.items():
        if not (folder / name).is_file() or (folder / name).stat().st_size != size:
            raise NotARun(f"{folder}: {name} is missing or cut short; run the study again")
    return Run(folder, manifest)


def finished(folder: Path, content_hash: str) -> bool:
    """Does the folder hold a whole run of exactly this content?"""
    try:
        return open_run(folder).manifest.get("content_hash") == content_hash
    except NotARun:
        return False


def find_runs(study_dir: Path) -> list[RunPath]:
    """The finished runs of a study, by arm, assumption and seed; running and abandoned ones are hidden."""
    return _runs(study_dir, "seed=", "manifest.json")


def running(study_dir: Path) -> list[RunPath]:
    """The runs being written now."""
    return _runs(study_dir, ".seed=", "progress.jsonl")


def progress(run: RunPath) -> list[dict[str, Any]]:
    """What a running run has told so far; nothing once it is finished. A line still being written is left out."""
    try:
        text = (run.path / "progress.jsonl").read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def _runs(study_dir: Path, prefix: str, file: str) -> list[RunPath]:
    found = []
    for pattern in ("*/{}*", "*/*/{}*"):
        for path in Path(study_dir).glob(f"{pattern.format(prefix)}/{file}"):
            arm, *assumption = path.parent.parent.relative_to(study_dir).parts
            seed = path.parent.name.removeprefix(prefix).partition(".")[0]
            if seed.isdigit():
                found.append(RunPath(arm, "".join(assumption), int(seed), path.parent))
    return sorted(found, key=lambda run: (run.arm, run.assumption, run.seed))


SUMMARY = pa.schema([column.field(column.name) for column in RUN])
"""What summary.parquet has before the columns of metrics.parquet."""


def write_summary(
    study_dir: Path, arms_in_order: Sequence[str], only: Sequence[RunPath] | None = None, origin: Origin | None = None
) -> Path:
    """The whole-run cells of every run of these arms, or of those `only`, arm by arm, as `summary.parquet`."""
    found = find_runs(study_dir) if only is None else only
    table = whole_runs([run for arm in arms_in_order for run in found if run.arm == arm])
    return _write_at_once(with_origin(table, origin or {}), Path(study_dir) / "summary.parquet")


def _write_at_once(table: pa.Table, path: Path) -> Path:
    """Under another name first, so that nobody reads half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        pq.write_table(table, temporary, compression="zstd")
        return temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def whole_runs(runs: Sequence[RunPath]) -> pa.Table:
    """The whole-run cells of these runs: what `summary.parquet` has."""
    parts = [_whole_run(run) for run in runs]
    return pa.concat_tables(parts).unify_dictionaries() if parts else SUMMARY.empty_table()


def _whole_run(run: RunPath) -> pa.Table:
    """The cells of a run that stand for all of it, with the run's name in front."""
    path = open_run(run.path).folder / "metrics.parquet"
    cells = pq.read_table(path, filters=[("tick", "=", -1), ("day", "=", -1)], partitioning=None)
    for i, value in enumerate((run.arm, run.assumption, run.seed)):
        cells = cells.add_column(i, SUMMARY.field(i), pa.array([value] * len(cells), SUMMARY.field(i).type))
    return cells


def read_summary(study_dir: Path) -> pd.DataFrame:
    """The whole-run cells of every run; arms stand in the study's order. Raises NotARun where there is no summary."""
    return _read_beside(Path(study_dir) / "summary.parquet", "summary", {*SUMMARY.names, "metric", "value"})


def write_comparison(study_dir: Path, rows: pd.DataFrame) -> Path:
    """Differences between arms as `comparison.parquet`; `rows` has at least the columns of
    `study_tables.COMPARISON`."""
    fields = [column.field(column.name) for column in COMPARISON]
    table = pa.Table.from_pandas(rows, pa.schema(fields), preserve_index=False).replace_schema_metadata()
    return _write_at_once(table, Path(study_dir) / "comparison.parquet")


def read_comparison(study_dir: Path) -> pd.DataFrame:
    """Every cell of every arm against the first, with intervals. Raises NotARun where there is no comparison."""
    return _read_beside(Path(study_dir) / "comparison.parquet", "comparison", {column.name for column in COMPARISON})


def _read_beside(path: Path, what: str, columns: set[str]) -> pd.DataFrame:
    """A table beside the arms. Raises NotARun where it is not there, or is something else."""
    if not path.is_file():
        raise NotARun(f"{path.parent}: has no {path.name}: no run of this study has finished")
    try:
        table = pq.read_table(path, partitioning=None)
    except (pa.ArrowException, OSError) as error:
        raise NotARun(f"{path}: can't be read: {str(error).splitlines()[0]}; run the study again") from error
    if not columns <= set(table.column_names):
        raise NotARun(f"{path}: is no {what} of a study; run the study again")
    return cast(pd.DataFrame, table.to_pandas())
