"""Chains: rows with an owner, and how new ones are linked to those before them."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from feedsim.kernels import kernel
from feedsim.world.arrays import NOBODY, Ints
from feedsim.world.columns import Columns


class Chain(Columns):
    """Rows that belong to somebody, each linked to the same owner's row before it.

    `head[owner]` is the number of the owner's newest row and `previous` leads on to older ones; a number below `base`
    has been forgotten and ends the walk. All fields of a row stand side by side, so that a step of a walk touches
    memory once.
    """

    schema: ClassVar = {"record": np.int32}
    fields: ClassVar[tuple[str, ...]]
    """in the order of `record`; the last is `previous`"""
    record: Ints
    """(rows, fields)"""

    def __init__(self, owners: int, room: int = 1024) -> None:
        super().__init__(room)
        self.head: Ints = np.full(owners, NOBODY, np.int32)

    def width(self, name: str) -> tuple[int, ...]:
        """All fields of a row, side by side."""
        return (len(self.fields),)

    def field(self, name: str) -> Ints:
        """One field of every row, a view."""
        return self.record[:, self.fields.index(name)]

    def live(self, name: str) -> Ints:
        """One field, living rows only."""
        return self.field(name)[: len(self)]

    def append(self, **values: npt.NDArray[np.generic]) -> slice:
        """Add rows by field; those that are not named are zero. `append_chain` links them."""
        stand = self.grow(len(next(iter(values.values()))))
        for name, value in values.items():
            self.field(name)[stand] = value
        return stand


@kernel
def link(head: Ints, owner: Ints, first: int) -> Ints:
    """(R,) number of each row's predecessor of the same owner; `head` (U,) moves on to row `first + r`, row by row."""
    previous = np.empty(owner.size, np.int32)
    for r in range(owner.size):
        previous[r] = head[owner[r]]
        head[owner[r]] = first + r
    return previous


def append_chain(chain: Chain, owner: Ints, **columns: npt.NDArray[np.generic]) -> slice:
    """Add rows that belong to `owner` (R,), in this order, and link them; where they stand in the arrays."""
    previous = link(chain.head, np.ascontiguousarray(owner, np.int32), chain.end)
    return chain.append(previous=previous, **columns)
