"""Edge lists: read from a file, and made into a graph."""

import os

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet

from feedsim.kernels import kernel
from feedsim.world.arrays import Ints, Longs
from feedsim.world.world import Graph

COLUMNS = ["source", "target"]


def read_edges(path: str) -> tuple[Longs, Longs]:
    """(edges,) who follows, and (edges,) whom: the columns `source` and `target` of a CSV or Parquet file."""
    path = os.path.expandvars(path)
    if path.endswith(".parquet"):
        table = parquet.read_table(path, columns=COLUMNS)
    else:
        options = csv.ConvertOptions(include_columns=COLUMNS, column_types=dict.fromkeys(COLUMNS, pa.int64()))
        table = csv.read_csv(path, convert_options=options)
    source, target = (np.asarray(table[name].to_numpy(), np.int64) for name in COLUMNS)
    return source, target


def graph_of(source: Longs, target: Longs, users: int, directed: bool) -> Graph:
    """The graph of an edge list: no one follows themselves, nor anybody twice.

    Raises ValueError for an id that is no user's.
    """
    for name, ids in zip(COLUMNS, (source, target), strict=True):
        wrong = ids[(ids < 0) | (ids >= users)]
        if wrong.size:
            raise ValueError(
                f"graph: {name} has user {wrong[0]}; ids should be from 0 to {users - 1} (population.users - 1)"
            )
    pairs = source * users + target
    if not directed:
        pairs = np.concatenate([pairs, target * users + source])
    pairs = np.unique(pairs)
    follower, followee = np.divmod(pairs, users)
    others = follower != followee
    start = np.concatenate([[0], np.cumsum(np.bincount(follower[others], minlength=users))])
    followed = followee[others].astype(np.int32)
    return Graph(start, followed, count_followers(followed, users))


@kernel
def count_followers(followee: Ints, users: int) -> Ints:
    """(U,) how many follow each user."""
    followers = np.zeros(users, np.int32)
    for user in followee:
        followers[user] += 1
    return followers
