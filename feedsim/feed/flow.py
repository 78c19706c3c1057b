"""What flows through a tick: Sessions, then Candidates, then a Slate. Frozen; each stage adds its own column."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from feedsim.world.arrays import Bools, Bytes, Codes, Floats, Ints, Keys, Longs
from feedsim.world.world import World


@dataclass(frozen=True)
class Sessions:
    """Who opens the feed in this tick, in ascending order of user: at most one session a person."""

    user: Ints
    """(S,)"""
    minute: Ints
    """(S,) when, on the run's clock"""
    length: Ints
    """(S,) how many posts they would look at, given enough"""

    def __len__(self) -> int:
        return len(self.user)

    def part(self, first: int, last: int) -> "Sessions":
        """The sessions of one chunk."""
        return Sessions(self.user[first:last], self.minute[first:last], self.length[first:last])


@dataclass(frozen=True)
class Candidates:
    """What could be shown: rows of one session stand together, `start[s]` to `start[s + 1]`."""

    sessions: Sessions
    start: Longs
    """(S + 1,)"""
    session: Ints
    """(C,) row of `sessions`"""
    post: Ints
    """(C,) absolute row of Posts"""
    source: Codes
    """(C,) place in SOURCES"""
    item: Ints
    """(C,) absolute row of Items that brought it, or -1 (out of network)"""
    edge: Ints
    """(C,) place in Graph.followee of the followee who brought it, or -1"""
    row: Ints
    """(C,) place among all that the sources brought"""
    light: Floats | None = None
    """(C,) the light model's score"""
    features: Floats | None = None
    """(C, F) as served"""
    p: Floats | None = None
    """(C, A) predicted probability of each action; NaN of heads that the score does not need"""
    score: Floats | None = None
    """(C,) what the ranker orders by"""
    factors: dict[str, Floats] = field(default_factory=dict)
    """(C,) the multiplier of each policy that spoke"""

    def __len__(self) -> int:
        return len(self.post)

    @property
    def user(self) -> Ints:
        """(C,) the viewer."""
        return self.sessions.user[self.session]

    def take(self, rows: Longs) -> "Candidates":
        """Some of the rows, which must be in ascending order."""
        session = self.session[rows]
        start = np.searchsorted(session, np.arange(len(self.sessions) + 1))

        def cut(column: Floats | None) -> Floats | None:
            return None if column is None else column[rows]

        return replace(
            self,
            start=start,
            session=session,
            post=self.post[rows],
            source=self.source[rows],
            item=self.item[rows],
            edge=self.edge[rows],
            row=self.row[rows],
            light=cut(self.light),
            features=cut(self.features),
            p=cut(self.p),
            score=cut(self.score),
            factors={name: factor[rows] for name, factor in self.factors.items()},
        )


@dataclass(frozen=True)
class Choice:
    """Rows of the candidates, session by session, in the order of the screen."""

    start: Longs
    """(S + 1,)"""
    candidate: Longs
    """(I,)"""
    rank: Ints
    """(I,)"""


@dataclass(frozen=True)
class Slate:
    """What was shown, session by session, in the order of the screen: one row an impression."""

    sessions: Sessions
    start: Longs
    """(S + 1,)"""
    session: Ints
    """(I,) row of `sessions`"""
    rank: Ints
    """(I,) 0 = first"""
    post: Ints
    """(I,) absolute row of Posts"""
    source: Codes
    """(I,) place in SOURCES"""
    item: Ints
    """(I,) absolute row of Items, or -1"""
    edge: Ints
    """(I,) place in Graph.followee, or -1"""
    candidate: Longs
    """(I,) row of the Candidates it was chosen from"""
    actions: Bytes
    """(I,) bit a of ACTIONS is set where the person did it"""
    seconds: Ints
    """(I,) dwell"""
    value: Floats
    """(I,) what the person thinks of it on reflection"""
    hidden: Bools | None = None
    """(I,) behind a screen that the person did not open; none = there was no screen anywhere"""
    credence: Floats | None = None
    """(I,) factor on how far belief in its story grows; none = 1 everywhere"""

    def __len__(self) -> int:
        return len(self.post)

    @property
    def user(self) -> Ints:
        """(I,) the viewer."""
        return self.sessions.user[self.session]

    @classmethod
    def joined(cls, sessions: Sessions, parts: Sequence["Slate"]) -> "Slate":
        """The slates of a tick's chunks, as one; `candidate` no longer means anything."""
        before = np.cumsum([0] + [len(part.sessions) for part in parts])
        starts = np.cumsum([0] + [len(part) for part in parts])

        def column(name: str) -> Any:
            return np.concatenate([getattr(part, name) for part in parts])

        def told(name: str, otherwise: Any) -> Any:
            """A column that only chunks with friction have."""
            columns = [getattr(part, name) for part in parts]
            if all(one is None for one in columns):
                return None
            filled = [np.full(len(part), otherwise) for part in parts]
            return np.concatenate([blank if one is None else one for one, blank in zip(columns, filled, strict=True)])

        return cls(
            sessions,
            np.concatenate([part.start[:-1] + s for part, s in zip(parts, starts, strict=False)] + [starts[-1:]]),
            np.concatenate([part.session + np.int32(s) for part, s in zip(parts, before, strict=False)]),
            column("rank"),
            column("post"),
            column("source"),
            column("item"),
            column("edge"),
            column("candidate"),
            column("actions"),
            column("seconds"),
            column("value"),
            hidden=told("hidden", False),
            credence=told("credence", np.float32(1)),
        )


@dataclass(frozen=True)
class Reshares:
    """One row a reshare (R of them), in any order; a person reshares a root at most once."""

    key: Keys
    """(R,) of the root"""
    user: Ints
    """(R,)"""
    parent_user: Ints
    """(R,) the root's author, or who reshared it a step earlier"""
    minute: Ints
    """(R,)"""
    depth: Any
    """(R,) steps from the root; 1 = from the root itself"""

    def __len__(self) -> int:
        return len(self.key)


def chronological_score(world: World, c: Candidates) -> Floats:
    """(C,) 1 / (1 + hours since it entered this feed), by what a followee brought; 0 for the rest."""
    inside = c.item >= 0
    minute = world.items.minute[np.where(inside, c.item - world.items.base, 0)]
    hours = (c.sessions.minute[c.session] - minute) / np.float32(60)
    return np.where(inside, 1 / (1 + hours), 0).astype(np.float32)
