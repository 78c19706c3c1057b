"""Columns that grow at one end and are forgotten at the other."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt


class Columns:
    """Rows with absolute numbers: appended at the end, dropped from the front, never moved in between.

    Row `r` keeps its number for life; in an array it stands at `r - base`. A subclass names its columns and their
    types in `schema`; each becomes an attribute, an array with room to spare: `column[: len(self)]` is alive.
    """

    schema: ClassVar[dict[str, npt.DTypeLike]]
    blank: ClassVar[dict[str, int]] = {}
    """what a new row holds in a column where that is not zero"""

    def __init__(self, room: int = 1024) -> None:
        self.base = 0
        """Number of the oldest row still alive."""
        self.end = 0
        """Number that the next row will have."""
        for name, dtype in self.schema.items():
            setattr(self, name, np.zeros((room, *self.width(name)), dtype))

    def width(self, name: str) -> tuple[int, ...]:
        """Shape of one cell of a column: () unless a subclass says otherwise."""
        return ()

    def __len__(self) -> int:
        return self.end - self.base

    def grow(self, rows: int) -> slice:
        """Make `rows` more rows alive, left blank; where they stand in the arrays."""
        stand = slice(len(self), len(self) + rows)
        for name in self.schema:
            column = getattr(self, name)
            if stand.stop > len(column):
                bigger = np.zeros((max(stand.stop, 2 * len(column)), *column.shape[1:]), column.dtype)
                bigger[: stand.start] = column[: stand.start]
                setattr(self, name, bigger)
                column = bigger
            column[stand] = self.blank.get(name, 0)
        self.end += rows
        return stand

    def append(self, **values: npt.NDArray[np.generic]) -> slice:
        """Add rows; columns that are not named are blank."""
        stand = self.grow(len(next(iter(values.values()))))
        for name, value in values.items():
            getattr(self, name)[stand] = value
        return stand

    def drop(self, rows: int) -> None:
        """Forget the oldest `rows` rows."""
        alive = len(self) - rows
        for name in self.schema:
            column = getattr(self, name)
            column[:alive] = column[rows : rows + alive].copy()
        self.base += rows

    def live(self, name: str) -> npt.NDArray[np.generic]:
        """One column, living rows only."""
        column: npt.NDArray[np.generic] = getattr(self, name)[: len(self)]
        return column
