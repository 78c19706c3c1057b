"""Single cascades of a run."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dashboard import reading
from dashboard.shelf import StudyFolder
from dashboard.spread import cascade_tree
from feedsim.results import NotARun, RunPath

MOST = 50
"""Cascades of a class to choose from."""


def largest(study: StudyFolder, place: RunPath, harm: str, by: str) -> pd.DataFrame:
    """Those of a class with the largest size or depth (`by`): key, size, depth."""
    rows = reading.table(study, place, "cascades", ["key", "harm", "size", "depth"])
    order = [by, *({"size", "depth"} - {by}), "key"]
    mine = rows[rows["harm"] == harm].sort_values(order, ascending=[False, False, True])
    return mine.head(MOST)[["key", "size", "depth"]]


def nodes(study: StudyFolder, place: RunPath, key: int, groups: Sequence[str]) -> pd.DataFrame:
    """The nodes of one cascade, and who each is: `groups`, in words. Raises NotARun where its root is not among the
    run's posts."""
    run = reading.opened(study, place)
    where = pc.field("key") == pa.scalar(key, pa.uint64())
    posts = reading.read(run, "posts", ["author", "minute"], where)
    if posts.empty:
        raise NotARun(f"{place.arm}, seed {place.seed}: the root of a cascade is missing; run the study again")
    reshares = reading.read(run, "reshares", ["user", "parent_user", "minute", "depth"], where)
    found = cascade_tree(reshares, int(posts["author"].iloc[0]), int(posts["minute"].iloc[0]))
    columns = ["user", *(reading.column_of(group) for group in groups)]
    users = reading.table(study, place, "users", columns).set_index("user")
    traits = users.reindex(found["user"]).astype(str).agg(", ".join, axis=1) if groups else users.index[:0]
    return found.assign(who=traits.to_numpy() if groups else "")
