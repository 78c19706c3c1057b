"""Whose feeds a run kept whole, and when they came. Kept in memory, as all that is read."""

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import streamlit as st

from dashboard.reading import RUNS, opened
from dashboard.shelf import StudyFolder
from feedsim.results import NotARun, Run, RunPath
from feedsim.trace import Feed, NoSession, Untraceable, stored_feed


def sessions(study: StudyFolder, place: RunPath) -> pd.DataFrame:
    """Sessions of sampled viewers: `user`, `tick`, `shown`, in order. Raises NotARun."""
    run = opened(study, place)
    return _sessions(run, str(run.folder), str(run.manifest.get("content_hash")))


@st.cache_resource(max_entries=RUNS, show_spinner=False)
def _sessions(_run: Run, folder: str, content_hash: str) -> pd.DataFrame:
    if "impressions" not in _run.tables:
        raise NotARun(f"{_run.folder.name}: kept no feed (measures.impression_sample is 0, or nobody came)")
    try:
        rows: Any = pq.read_table(_run.folder / "impressions.parquet", columns=["user", "tick", "rank"])
    except (pa.ArrowException, OSError) as error:
        raise NotARun("impressions.parquet: can't be read; run the study again") from error
    found: pd.DataFrame = rows.group_by(["user", "tick"]).aggregate([("rank", "count")]).to_pandas()
    return found.rename(columns={"rank_count": "shown"}).sort_values(["user", "tick"], ignore_index=True)


def feed_of(study: StudyFolder, place: RunPath, user: int, tick: int) -> Feed | NoSession:
    """One stored feed. Raises NotARun where it can't be had."""
    try:
        return stored_feed(opened(study, place), user, tick)
    except Untraceable as error:
        raise NotARun(str(error).removeprefix(f"{place.path}: ")) from error
    except (pa.ArrowException, OSError, KeyError, IndexError) as error:
        raise NotARun(f"{place.arm}, seed {place.seed}: its tables can't be read; run the study again") from error


def nearest(ticks: list[int], tick: int) -> int:
    """The tick with a session that is nearest; of two, the earlier one. There is at least one."""
    return min(ticks, key=lambda at: (abs(at - tick), at))
