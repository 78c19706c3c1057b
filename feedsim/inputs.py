"""Input files that a scenario names: where they are, what is in them, and whether it fits."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as compute
from pyarrow import csv, parquet

from feedsim.faults import Finding, Where, nearest
from feedsim.people.content import CatalogueColumns, CatalogueContent
from feedsim.validation import shown
from feedsim.world.graph import EdgeListGraph
from feedsim.world.posts import MODALITIES

PATHS: tuple[Where, ...] = (("graph", "path"), ("content", "path"))
"""Settings that name an input file."""
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_ENDS = ("source", "target")
_FORMATS = (".csv", ".parquet")


def unset(text: str) -> list[str]:
    """The variables that a path asks for and the environment lacks."""
    return [name for name in _VARIABLE.findall(text) if not os.environ.get(name)]


def absolute(text: str, folder: Path) -> str:
    """The path with ${NAME} expanded, and taken from `folder` where it is relative."""
    expanded = _VARIABLE.sub(lambda found: os.environ.get(found[1], found[0]), text)
    return os.path.normpath(Path(os.path.abspath(folder), expanded))


def digest(path: str) -> str:
    """What a file holds, in 64 characters."""
    with open(path, "rb") as file:
        total = sha256()
        while part := file.read(1 << 20):
            total.update(part)
    return total.hexdigest()


class Unreadable(Exception):
    """A file cannot be read; two parts: what is wrong and what would be right."""


@dataclass
class Inputs:
    """The input files of a study, each read once however many arms name it."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    """names of the columns of each file"""
    tables: dict[tuple[str, tuple[str, ...]], Any] = field(default_factory=dict)
    """columns of a file, as an Arrow table"""

    def names(self, path: str) -> list[str]:
        """Names of the columns. Raises Unreadable."""
        if path not in self.columns:
            self.columns[path] = _names(path)
        return self.columns[path]

    def table(self, path: str, names: tuple[str, ...]) -> Any:
        """These columns as text, or as whole numbers where they are in Parquet. Raises Unreadable."""
        if (path, names) not in self.tables:
            self.tables[path, names] = _table(path, names)
        return self.tables[path, names]

    def edge_findings(self, graph: EdgeListGraph, users: int) -> Iterator[Finding]:
        """What is wrong with an edge list for so many users."""
        here = (("graph", "path"), ("population", "users"))
        try:
            if missing := [name for name in _ENDS if name not in self.names(graph.path)]:
                yield _lacks(here[:1], graph.path, missing[0], self.names(graph.path))
                return
            table = self.table(graph.path, _ENDS)
        except Unreadable as error:
            yield Finding(here[:1], *error.args)
            return
        if table.num_rows == 0:
            yield Finding(here[:1], f"{Path(graph.path).name} holds no edges", "it should have a row for each edge")
            return
        if bad := _first_bad(table, users):
            row, name, value = bad
            wrong = f"{Path(graph.path).name}: row {row} has {name} {shown(value)}"
            right = f"ids should be whole numbers from 0 to {users - 1} (population.users - 1)"
            yield Finding(here, wrong, right)

    def catalogue_findings(self, content: CatalogueContent) -> Iterator[Finding]:
        """What is wrong with a catalogue of posts."""
        names = {role: name for role in CatalogueColumns.model_fields if (name := getattr(content.columns, role))}
        here = (("content", "path"),)
        try:
            known = self.names(content.path)
            if missing := {role: name for role, name in names.items() if name not in known}:
                for role, name in missing.items():
                    yield _lacks((("content", "columns", role), *here), content.path, name, known)
                return
            table = self.table(content.path, tuple(sorted(set(names.values()))))
        except Unreadable as error:
            yield Finding(here, *error.args)
            return
        if table.num_rows == 0:
            yield Finding(here, f"{Path(content.path).name} holds no posts", "it should have a row for each post")
            return
        yield from _unknown_values(content, {role: _distinct(table[name]) for role, name in names.items()})


def _names(path: str) -> list[str]:
    name = Path(path).name
    if not Path(path).is_file():
        raise Unreadable(f"there is no file {path}", "it should name a CSV or Parquet file")
    if not path.endswith(_FORMATS):
        raise Unreadable(f"{name} is neither CSV nor Parquet", "its name should end in .csv or .parquet")
    try:
        if path.endswith(".parquet"):
            return list(parquet.read_schema(path).names)
        with csv.open_csv(path) as reader:
            return list(reader.schema.names)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _table(path: str, names: tuple[str, ...]) -> Any:
    try:
        if path.endswith(".parquet"):
            return parquet.read_table(path, columns=list(names))
        texts = csv.ConvertOptions(include_columns=list(names), column_types=dict.fromkeys(names, pa.string()))
        return csv.read_csv(path, convert_options=texts)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str, error: Exception) -> Unreadable:
    format_ = "Parquet" if path.endswith(".parquet") else "CSV"
    reason = str(error).splitlines()[0]
    return Unreadable(f"{Path(path).name} can't be read as {format_} ({reason})", f"it should be a {format_} file")


def _lacks(reads: tuple[Where, ...], path: str, name: str, known: list[str]) -> Finding:
    wrong = f"{Path(path).name} has no column '{name}'"
    return Finding(reads, wrong, f"it has {', '.join(known) or 'none'}")


def _first_bad(table: Any, users: int) -> tuple[int, str, Any] | None:
    """Row (from 1, after the header), column and value of the first id that is nobody's."""
    found = [(row, name) for name in _ENDS if (row := _bad_row(table[name], users)) is not None]
    if not found:
        return None
    row, name = min(found, key=lambda place: place[0])
    return row + 1, name, table[name][row].as_py()


def _bad_row(column: Any, users: int) -> int | None:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_large_string(column.type):
        column = column.cast(pa.string())
    whole = pa.types.is_integer(column.type)
    if pa.types.is_string(column.type):
        whole_numbers = compute.match_substring_regex(column, r"^\s*\d{1,10}\s*$")
        column = compute.if_else(whole_numbers, compute.utf8_trim_whitespace(column), "-1").cast(pa.int64())
        whole = True
    if not whole:
        return 0
    if pa.types.is_unsigned_integer(column.type):
        fine = compute.less(column.cast(pa.uint64()), pa.scalar(users, pa.uint64()))
    else:
        fine = compute.and_(compute.greater_equal(column, 0), compute.less(column, users))
    row = compute.index(compute.fill_null(fine, False), False).as_py()
    return None if row < 0 else int(row)


def _distinct(column: Any) -> list[str]:
    return sorted({"" if value is None else str(value) for value in compute.unique(column).to_pylist()})


def _unknown_values(content: CatalogueContent, found: dict[str, list[str]]) -> Iterator[Finding]:
    for at, rating in enumerate(content.false_ratings):
        if rating not in found["rating"]:
            path = ("content", "false_ratings", str(at))
            wrong = f"no post in {Path(content.path).name} is rated '{rating}'"
            yield Finding((path, ("content", "path")), wrong, nearest(rating, filter(None, found["rating"])))
    for value in found.get("leaning", []):
        if value not in content.leanings and not _is_leaning(value):
            reads: tuple[Where, ...] = (("content", "leanings"), ("content", "columns", "leaning"))
            yield Finding(reads, f"does not say what '{value}' is", "it should give it a number from -1 to 1")
    for value in found.get("modality", []):
        if value not in content.modalities and value not in MODALITIES:
            reads = (("content", "modalities"), ("content", "columns", "modality"))
            right = f"it should give it one of {', '.join(MODALITIES)}"
            yield Finding(reads, f"does not say what '{value}' is", right)


def _is_leaning(text: str) -> bool:
    try:
        return -1 <= float(text) <= 1
    except ValueError:
        return False
