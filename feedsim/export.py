"""A run's or a study's tables as CSV, with a list of what each column means, for readers that know no Parquet."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.csv as pc
import pyarrow.parquet as pq

from feedsim.faults import Fault, Faults
from feedsim.results import NotARun, RunPath, find_runs, open_run

LIST = "columns.csv"
"""What tells that a folder is an export, and what each column of it is."""
HEAD = ("table", "column", "unit", "meaning")
ROWS = 64 * 1024
"""In memory at a time."""


def export_csv(folder: Path, to: Path | None = None) -> str:
    """Write every table in `folder` to `to` (`<folder>_csv`, unless named), runs in folders of their own.

    Text is text, what is null is empty. What was written, in a sentence. An earlier export is replaced. Raises NotARun
    where there is nothing to write, Faults where `to` holds anything but an export, OSError where it can't be written.
    """
    tables = dict(_tables(Path(folder)))
    if not tables:
        raise NotARun(f"{folder}: neither a run nor a study: nothing has finished there")
    place = Path(os.path.abspath(folder))
    to = place.with_name(f"{place.name}_csv") if to is None else Path(to)
    _refuse_others(to, place)
    temporary = to.with_name(f".{to.name}.{os.getpid()}.part")
    try:
        _write(tables, temporary)
        _put_in_place(temporary, to)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return f"{to}: {len(tables)} tables; {LIST} says what each column is"


def _tables(folder: Path) -> Iterator[tuple[str, Path]]:
    """(where it goes, without .csv; where it is) of every table of a run, or of a study and its runs."""
    if (folder / "manifest.json").is_file():
        yield from ((name, folder / f"{name}.parquet") for name in open_run(folder).tables)
        return
    runs = find_runs(folder)
    if strays := [run for run in runs if not _is_of_arm(run)]:
        raise NotARun(f"{folder}: holds studies; name one of them, such as {strays[0].path.parents[1]}")
    if runs or (folder / "summary.parquet").is_file():
        yield from ((path.stem, path) for path in sorted(folder.glob("*.parquet")))
    for run in runs:
        for name in open_run(run.path).tables:
            yield str(run.path.relative_to(folder) / name), run.path / f"{name}.parquet"


def _is_of_arm(run: RunPath) -> bool:
    """Is it where a study has its runs? Below a folder of studies, an arm stands where an assumption's name should."""
    said = open_run(run.path).manifest
    return (said.get("arm", run.arm), said.get("assumption", run.assumption)) == (run.arm, run.assumption)


def _refuse_others(to: Path, folder: Path) -> None:
    """Raise Faults where something lies at `to` that is no export, or that is exported."""
    right = "--to should name a new folder, or one that an export is in"
    if folder == Path(os.path.abspath(to)) or folder.is_relative_to(Path(os.path.abspath(to))):
        raise Faults([Fault(str(to), None, "", "is or holds what should be exported", right)])
    if not _is_free(to):
        raise Faults([Fault(str(to), None, "", "holds what is no export of feedsim", right)])


def _is_free(to: Path) -> bool:
    """Is there nothing, or nothing but an export?"""
    if not os.path.lexists(to):
        return True
    if to.is_symlink() or not to.is_dir():
        return False
    files = {path for path in to.rglob("*") if not path.is_dir()}
    known = _listed(to / LIST)
    return not files or (to / LIST in files and all(path.suffix == ".csv" and path.stem in known for path in files))


def _listed(path: Path) -> set[str]:
    """Names of the files that an export's list says are of it; none where it is no such list."""
    try:
        table = pc.read_csv(path)
    except (OSError, pa.ArrowInvalid):
        return set()
    return {path.stem, *table["table"].to_pylist()} if tuple(table.column_names) == HEAD else set()


def _write(tables: dict[str, Path], folder: Path) -> None:
    folder.mkdir(parents=True)
    columns: dict[tuple[str, str], tuple[str, str]] = {}
    for name, path in tables.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        # Runs have the same columns but for a few: each is listed once.
        columns |= {(Path(name).name, field.name): _told(field) for field in write_csv(path, folder / f"{name}.csv")}
    rows = ((*names, *told) for names, told in columns.items())
    arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    pc.write_csv(pa.Table.from_arrays(arrays, list(HEAD)), folder / LIST)


def _told(field: pa.Field) -> tuple[str, str]:
    of = field.metadata or {}
    return of.get(b"unit", b"").decode(), of.get(b"meaning", b"").decode()


def write_csv(table: Path, path: Path) -> pa.Schema:
    """Write a Parquet file as CSV, some rows at a time; its schema. Raises NotARun where it can't be read."""
    try:
        with pq.ParquetFile(table) as file:
            flat = pa.schema([pa.field(field.name, _plain(field.type)) for field in file.schema_arrow])
            with pc.CSVWriter(path, flat) as writer:
                for batch in file.iter_batches(ROWS):
                    writer.write_batch(_texts(batch, flat))
            return file.schema_arrow
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno:  # of the system: it could not be written
            raise
        raise NotARun(f"{table}: can't be read: {str(error).splitlines()[0]}") from error


def _plain(kind: pa.DataType) -> pa.DataType:
    """What it is in a file of text."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _texts(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The same rows, with words instead of codes, and null where there is no number."""
    columns = [column.cast(field.type) for column, field in zip(batch.columns, schema, strict=True)]
    known = [
        compute.if_else(compute.is_nan(column), None, column) if pa.types.is_floating(column.type) else column
        for column in columns
    ]
    return pa.RecordBatch.from_arrays(known, schema=schema)


def _put_in_place(temporary: Path, to: Path) -> None:
    """Rename; an earlier export goes, once the new one is whole."""
    if to.exists():
        shutil.rmtree(to)
    temporary.rename(to)
