"""Small worlds: three people and a few posts by hand, and tiny whole runs in a temporary folder."""

import json
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from feedsim.engine.simulation import CHUNK, Simulation
from feedsim.feed.flow import Candidates, Choice, Sessions, Slate
from feedsim.feed.ranking import EngagementRanker
from feedsim.feed.sources import Quota
from feedsim.measures.block import Measures
from feedsim.results import RunWriter
from feedsim.scenario import Scenario
from feedsim.tables import ALWAYS
from feedsim.world.chains import append_chain
from feedsim.world.edges import graph_of
from feedsim.world.population import Population
from feedsim.world.posts import Posts
from feedsim.world.rng import Streams
from feedsim.world.users import Users
from feedsim.world.world import ACTIONS, Items, Minds, Profiles, Seen, World

HARMS = ("misinformation", "hate")
Tables = dict[str, pd.DataFrame]

TINY = Scenario(
    days=1,
    burn_in_days=1,
    tick_minutes=60,
    population=Population(users=150),
    ranker=EngagementRanker(trees=5, leaves=4),
    measures=Measures(impression_sample=0.2),
)
"""A whole run in a quarter of a second."""


def settings(scenario: Scenario, said: Mapping[str, Any]) -> Scenario:
    """The scenario with dotted settings changed, as in {"feed.slate": 10}."""
    data = json.loads(scenario.model_dump_json())
    for path, value in said.items():
        *above, last = path.split(".")
        block = data
        for name in above:
            block = block[name]
        # A copy, or what is set below it later would be set for everybody who said it.
        block[last] = deepcopy(value)
    return Scenario.model_validate_json(json.dumps(data))


def run(
    scenario: Scenario, seed: int = 1, threads: int = 1, chunk: int = CHUNK, watch: Collection[int] = (),
    simulation: Simulation | None = None,
) -> Tables:  # fmt: skip
    """Every table of a run (of `simulation`, where one has been prepared)."""
    with TemporaryDirectory() as folder, RunWriter(Path(folder) / "run") as writer:
        (simulation or Simulation(scenario, seed, threads=threads, chunk=chunk, watch=watch)).run(writer)
        writer.finish({"seed": seed}, "")
        return read(Path(folder) / "run")


def read(folder: Path) -> Tables:
    """Every table of a finished run; text is text."""
    tables = {name: pq.read_table(folder / f"{name}.parquet").to_pandas() for name in ALWAYS}
    for table in tables.values():
        for name in table.columns[table.dtypes == "category"]:
            table[name] = table[name].astype(str)
    return tables


def assert_same(a: Tables, b: Tables, but: Collection[str] = ()) -> None:
    """The same rows, columns, types and bits in every table not named in `but`."""
    for name in ALWAYS:
        if name not in but:
            pd.testing.assert_frame_equal(a[name], b[name], check_exact=True, obj=name)


def differs(a: Tables, b: Tables) -> list[str]:
    """Names of the tables that are not equal."""
    return [name for name in ALWAYS if not a[name].equals(b[name])]


def world_of(
    follows: Sequence[tuple[int, int]], users: int = 3, topics: int = 2, minute: int = 0, seed: int = 1, room: int = 4
) -> World:
    """People without qualities who follow one another as (follower, followee), and have seen nothing yet."""
    ends = np.array(follows, np.int64).reshape(-1, 2)
    graph = graph_of(ends[:, 0], ends[:, 1], users, True)

    def zeros(*shape: int) -> np.ndarray:
        return np.zeros(shape, np.float32)

    codes = np.zeros(users, np.int8)
    interest = np.ones((users, topics), np.float32)
    traits = Users(
        zeros(users) + 2, zeros(users) + 1, interest, zeros(users), codes, zeros(users), zeros(users), zeros(users),
        {"age": codes.copy(), "dialect": codes.copy()},
    )  # fmt: skip
    return World(
        streams=Streams(seed),
        users=traits,
        graph=graph,
        posts=Posts(len(HARMS), room),
        items=Items(room),
        seen=Seen(users, room),
        minds=Minds(
            satisfaction=zeros(users),
            interest=interest.copy(),
            habit=zeros(users) + 1,
            belief=zeros(users, 3) + np.float32(0.1),
            warmth=zeros(users) + 50,
        ),
        profiles=Profiles(
            zeros(users, topics), zeros(users), zeros(users, len(ACTIONS)), zeros(users), zeros(users), zeros(users),
            zeros(len(graph.followee)),
        ),
        narrative_is_false=np.array([True, False, False]),
        harms=HARMS,
        levels={"age": ("young", "old"), "dialect": ("majority", "minority")},
        visible=("age",),
        minute=minute,
        tick=minute // 15,
    )  # fmt: skip


NEUTRAL: dict[str, float] = {"narrative": -1, "target_group": -1, "harm": -1, "quality": 0.5, "novelty": 0.4}
"""Columns of a post to which nobody reacts more than to another."""


def add_posts(
    world: World, author: Sequence[int], minute: Sequence[int], of: Mapping[str, Any] | None = None
) -> np.ndarray:
    """Publish posts, and hand them to followers; their rows. Keys are 100 and up, in order, where `of` gives none."""
    many, first = len(author), world.posts.end
    rows = np.arange(first, first + many, dtype=np.int32)
    columns = {"key": 100 + rows.astype(np.uint64)} | NEUTRAL | dict(of or {})
    writers, minutes = np.array(author, np.int32), np.array(minute, np.int32)
    whole = {name: np.broadcast_to(np.asarray(value), many) for name, value in columns.items()}
    world.posts.append(author=writers, minute=minutes, **whole)
    world.items.append(user=writers, post=rows, minute=minutes)
    return rows


def add_reshare(world: World, user: int, post: int, minute: int, depth: int = 1) -> int:
    """Hand a post on to the followers of `user`; the row of the item."""
    one = {"user": user, "post": post, "minute": minute, "depth": depth}
    world.items.append(**{name: np.array([value], np.int32) for name, value in one.items()})
    return world.items.end - 1


def see(world: World, user: int, posts: Sequence[int]) -> None:
    """A session in which `user` was shown these posts."""
    first = np.array([world.seen.shown.end], np.int32)
    append_chain(world.seen.visits, np.array([user], np.int32), first=first, count=np.array([len(posts)], np.int32))
    world.seen.shown.append(post=np.array(posts, np.int32))


def sessions_of(user: Sequence[int], minute: int = 0, length: int = 20) -> Sessions:
    """These people open the feed at `minute`."""
    many = len(user)
    return Sessions(np.array(user, np.int32), np.full(many, minute, np.int32), np.full(many, length, np.int32))


def candidates_of(
    sessions: Sessions, posts: Sequence[Sequence[int]], source: int = 0, item: Sequence[int] | None = None,
    edge: Sequence[int] | None = None, score: Sequence[float] | None = None,
) -> Candidates:  # fmt: skip
    """These posts for each session, brought by nobody unless `item` and `edge` say so."""
    counts = [len(rows) for rows in posts]
    flat = np.array([row for rows in posts for row in rows], np.int32)
    nobody = np.full(len(flat), -1, np.int32)
    return Candidates(
        sessions,
        np.r_[0, np.cumsum(counts)].astype(np.int64),
        np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        flat,
        np.full(len(flat), source, np.int8),
        nobody if item is None else np.array(item, np.int32),
        nobody.copy() if edge is None else np.array(edge, np.int32),
        np.arange(len(flat), dtype=np.int32),
        score=None if score is None else np.array(score, np.float32),
    )


def everything(c: Candidates) -> Choice:
    """All candidates are shown, in their order."""
    rank = np.arange(len(c)) - np.repeat(c.start[:-1], np.diff(c.start))
    return Choice(c.start, np.arange(len(c), dtype=np.int64), rank.astype(np.int32))


def slate_of(c: Candidates, actions: Sequence[int], value: Sequence[float] | None = None) -> Slate:
    """All candidates shown, with what came of each: bits of ACTIONS."""
    choice = everything(c)
    worth = np.zeros(len(c), np.float32) if value is None else np.array(value, np.float32)
    seconds = (3 * np.arange(len(c))).astype(np.int32)
    return Slate(
        c.sessions, c.start, c.session, choice.rank, c.post, c.source, c.item, c.edge, choice.candidate,
        np.array(actions, np.uint8), seconds, worth,
    )  # fmt: skip


def bits(*actions: int) -> int:
    """Actions as a byte."""
    return sum(1 << a for a in actions)


def quota(in_network: int, profile: int = 0, trending: int = 0, exploration: int = 0) -> Quota:
    return Quota(in_network, profile, trending, exploration)


def with_days(scenario: Scenario, days: int, burn_in_days: int = 1) -> Scenario:
    return settings(scenario, {"days": days, "burn_in_days": burn_in_days})


def retyped(c: Candidates, source: Sequence[int]) -> Candidates:
    """The same candidates from other sources."""
    return replace(c, source=np.array(source, np.int8))
