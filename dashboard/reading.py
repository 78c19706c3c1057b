"""What pages read, kept in memory: the summary of a study first, then only the columns that are needed.

Everything is kept by what it was read from (a run's content hash and the time it was written), so a run that is
written anew is read anew. Frames are shared between readers: nobody changes them.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, cast

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import streamlit as st
import yaml

from dashboard.shelf import StudyFolder, checked
from feedsim.results import NotARun, Run, RunPath, read_summary
from feedsim.study.compare import CELL, plain

STUDIES, RUNS, TABLES = 4, 200, 32
"""How many of each are kept."""
MOST_TEXT = 1_000_000
"""Letters of a scenario that are read."""


def summary(study: StudyFolder) -> pd.DataFrame:
    """Whole-run cells of every run: arm, assumption, seed, CELL, value, n; text is categorical. Raises NotARun."""
    return _summary(study, study.stamp)[0]


@dataclass(frozen=True)
class Roster:
    """What a summary is of, in its order."""

    arms: tuple[str, ...]
    assumptions: tuple[str, ...]
    runs: frozenset[tuple[str, str, int]]
    """arm, assumption, seed"""


@st.cache_resource(max_entries=STUDIES, show_spinner=False)
def _summary(_study: StudyFolder, stamp: str) -> tuple[pd.DataFrame, Roster]:
    checked(_study.root, _study.folder / "summary.parquet")
    rows = read_summary(_study.folder)
    if lacking := {*CELL, "n"} - set(rows):
        raise NotARun(f"{_study.name}: its summary has no {', '.join(sorted(lacking))}; run the study again")
    named = rows[["arm", "assumption", "seed"]].drop_duplicates().astype({"arm": str, "assumption": str})
    try:
        there = [(str(arm), str(of), int(seed)) for arm, of, seed in named.itertuples(index=False, name=None)]
    except (TypeError, ValueError) as error:
        raise NotARun(f"{_study.name}: its summary has a seed that is no number; run the study again") from error
    arms, assumptions = (tuple(dict.fromkeys(str(run[i]) for run in there)) for i in (0, 1))
    return rows, Roster(arms, assumptions, frozenset(there))


def arms(study: StudyFolder) -> tuple[str, ...]:
    """In the study's order: the first is what others are compared with, unless somebody says otherwise."""
    return _summary(study, study.stamp)[1].arms


def assumptions(study: StudyFolder) -> tuple[str, ...]:
    """In the study's order."""
    return _summary(study, study.stamp)[1].assumptions


def cells(study: StudyFolder, assumption: str, metrics: Sequence[str]) -> pd.DataFrame:
    """The summary's rows of an assumption and some metrics, with text as text."""
    return _cells(study, study.stamp, assumption, tuple(metrics))


@st.cache_resource(max_entries=8 * STUDIES, show_spinner=False)
def _cells(_study: StudyFolder, stamp: str, assumption: str, metrics: tuple[str, ...]) -> pd.DataFrame:
    rows = summary(_study)
    return plain(rows[(rows["assumption"] == assumption) & rows["metric"].isin(metrics)])


def runs(study: StudyFolder, assumption: str, only: Sequence[str] = ()) -> list[tuple[RunPath, Run]]:
    """The finished runs that the summary is of, of `only` these arms if any are named. Raises NotARun where one is
    damaged."""
    found = [one for one in _runs(study, study.stamp, assumption) if not only or one[0].arm in only]
    if not found:
        raise NotARun(f"{study.name}: the runs of its summary are gone; run the study again")
    return found


@st.cache_resource(max_entries=8 * STUDIES, show_spinner=False)
def _runs(_study: StudyFolder, stamp: str, assumption: str) -> list[tuple[RunPath, Run]]:
    roster = _summary(_study, stamp)[1]
    found = [run for run in _study.runs if run.assumption == assumption]
    found = [run for run in found if (run.arm, run.assumption, run.seed) in roster.runs]
    found.sort(key=lambda run: (roster.arms.index(run.arm), run.seed))
    return [(run, opened(_study, run)) for run in found]


def opened(study: StudyFolder, run: RunPath) -> Run:
    """A finished run. Raises NotARun."""
    try:
        written = (run.path / "manifest.json").stat().st_mtime_ns
    except OSError as error:
        raise NotARun(f"{run.path.name}: is gone") from error
    return _opened(study, run, str(run.path), written)


@st.cache_resource(max_entries=RUNS, show_spinner=False)
def _opened(_study: StudyFolder, _run: RunPath, path: str, written: int) -> Run:
    return _study.open(_run)


def days(study: StudyFolder, assumption: str, metrics: Sequence[str]) -> pd.DataFrame:
    """Cells of days of some metrics: arm, seed, day, CELL, value, n; text is categorical. Raises NotARun."""
    return _some_days(study, study.stamp, assumption, tuple(metrics))


@st.cache_resource(max_entries=8 * STUDIES, show_spinner=False)
def _some_days(_study: StudyFolder, stamp: str, assumption: str, metrics: tuple[str, ...]) -> pd.DataFrame:
    rows = _days(_study, stamp, assumption)
    return rows[rows["metric"].isin(metrics)]


@st.cache_resource(max_entries=STUDIES, show_spinner=False)
def _days(_study: StudyFolder, stamp: str, assumption: str) -> pd.DataFrame:
    found = runs(_study, assumption)
    with ThreadPoolExecutor() as pool:
        tables = list(pool.map(lambda one: _day_rows(*one), found))
    return cast(pd.DataFrame, pa.concat_tables(tables).unify_dictionaries().to_pandas())


def _day_rows(place: RunPath, run: Run) -> Any:
    """The cells of a run that stand for a day, with the run's arm and seed."""
    columns = ["day", *CELL, "value", "n"]
    where = (pc.field("tick") == -1) & (pc.field("day") >= 0)
    try:
        rows = pq.read_table(
            run.folder / "metrics.parquet", columns=columns, filters=where, partitioning=None, use_threads=False
        )
    except (pa.ArrowException, OSError) as error:
        raise NotARun(f"{place.arm}, seed {place.seed}: metrics.parquet can't be read; run the study again") from error
    text = pa.dictionary(pa.int32(), pa.string())
    arm = pa.DictionaryArray.from_arrays(pa.array([0] * len(rows), pa.int32()), pa.array([place.arm]))
    seed = pa.array([place.seed] * len(rows), pa.int32())
    return rows.append_column(pa.field("arm", text), arm).append_column("seed", seed)


_KEPT: OrderedDict[tuple[str, ...], pd.DataFrame] = OrderedDict()
_LOCK = Lock()
MOST_KEPT = 4000
"""Reduced tables: a few for each run."""
Reduce = Callable[[Run], pd.DataFrame]


def per_run(study: StudyFolder, assumption: str, name: str, reduce: Reduce, only: Sequence[str] = ()) -> pd.DataFrame:
    """What `reduce` makes of each run of an assumption, with its arm and seed. Done once a run and `name`.

    Raises NotARun where a table can't be read.
    """
    found = runs(study, assumption, only)
    with ThreadPoolExecutor() as pool:
        parts = list(pool.map(lambda one: _reduced(one[1], name, reduce), found))
    named = [part.assign(arm=place.arm, seed=place.seed) for part, (place, _) in zip(parts, found, strict=True)]
    return pd.concat(named, ignore_index=True)


def _reduced(run: Run, name: str, reduce: Reduce) -> pd.DataFrame:
    key = (str(run.folder), str(run.manifest.get("content_hash")), name)
    with _LOCK:
        if key in _KEPT:
            return _KEPT[key]
    rows = reduce(run)
    with _LOCK:
        _KEPT[key] = rows
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return rows


def read(run: Run, name: str, columns: Sequence[str], where: Any = None) -> pd.DataFrame:
    """Columns of a table of a run, of those rows `where`; columns that it lacks are left out. Raises NotARun."""
    path = run.folder / f"{name}.parquet"
    if name not in run.tables:
        raise NotARun(f"{run.folder.name}: has no table '{name}'")
    try:
        there = set(pq.read_schema(path).names)
        wanted = [column for column in columns if column in there]
        rows = pq.read_table(path, columns=wanted, filters=where, partitioning=None, use_threads=False)
        return cast(pd.DataFrame, rows.to_pandas())
    except (pa.ArrowException, OSError) as error:
        raise NotARun(f"{run.folder.name}/{path.name}: can't be read; run the study again") from error


def column_of(group: str) -> str:
    """The column of users.parquet with the levels of a group attribute: `leaning` itself is a number there."""
    return "leaning_group" if group == "leaning" else group


def levels_of(run: Run, group: str) -> "pd.Series[str]":
    """The level of every user, by user. Raises NotARun."""
    column = column_of(group)
    return read(run, "users", ["user", column]).set_index("user")[column].astype(str)


def table(study: StudyFolder, place: RunPath, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """Some columns of a table of a run; those that it lacks are left out. Raises NotARun."""
    run = opened(study, place)
    return _table(run, str(run.folder), str(run.manifest.get("content_hash")), name, tuple(columns))


@st.cache_resource(max_entries=TABLES, show_spinner=False)
def _table(_run: Run, folder: str, content_hash: str, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    return read(_run, name, columns)


def columns_of(study: StudyFolder, place: RunPath, name: str) -> list[str]:
    """The columns of a table of a run, with none of its rows; empty where it has no such table."""
    run = opened(study, place)
    try:
        return list(pq.read_schema(run.folder / f"{name}.parquet").names) if name in run.tables else []
    except (pa.ArrowException, OSError) as error:
        raise NotARun(f"{name}.parquet: can't be read; run the study again") from error


def scenario(study: StudyFolder, place: RunPath) -> dict[str, Any]:
    """The resolved scenario of a run, as plain data. Raises NotARun."""
    run = opened(study, place)
    return _scenario(run, str(run.folder), str(run.manifest.get("content_hash")))


@st.cache_resource(max_entries=RUNS, show_spinner=False)
def _scenario(_run: Run, folder: str, content_hash: str) -> dict[str, Any]:
    try:
        said = yaml.safe_load(_run.scenario_yaml[:MOST_TEXT])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise NotARun(f"{_run.folder.name}: its scenario.yaml can't be read") from error
    if not isinstance(said, dict):
        raise NotARun(f"{_run.folder.name}: its scenario.yaml says nothing")
    return said
