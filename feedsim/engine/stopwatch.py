"""Seconds and rows of every stage, and the guard against numbers that are none."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import numpy as np
import numpy.typing as npt


class NotFinite(Exception):
    """A NaN or an infinity came out of a stage."""

    def __init__(self, stage: str, minute: int) -> None:
        # The arguments as they are: whoever hands the exception on builds another of them.
        super().__init__(stage, minute)
        self.stage, self.minute = stage, minute

    def __str__(self) -> str:
        return f"a number that is none (NaN or infinity) came out of the stage '{self.stage}' at minute {self.minute}"


class Stopwatch:
    """What each stage took: `seconds` and `rows` by its name."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.rows: defaultdict[str, int] = defaultdict(int)

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add the time of the block to `stage`."""
        begun = perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += perf_counter() - begun


def guard(stage: str, minute: int, *columns: npt.NDArray[np.floating]) -> None:
    """Raise NotFinite if any number in the columns is NaN or infinite."""
    for column in columns:
        # A sum is finite if all its terms are (float64 does not overflow here): one pass, no array of flags.
        if column.size and not np.isfinite(column.sum(dtype=np.float64)):
            raise NotFinite(stage, minute)
