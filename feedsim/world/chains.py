"""Linking new rows of a Chain to the same owner's rows before them."""

import numpy as np
import numpy.typing as npt

from feedsim.kernels import kernel
from feedsim.world.arrays import Ints
from feedsim.world.world import Chain


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
