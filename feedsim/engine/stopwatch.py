"""Seconds and rows of every stage, and the guard against numbers that are none."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
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
    """What each stage took: `seconds` and `rows` by its name. Several threads may tell it."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.rows: defaultdict[str, int] = defaultdict(int)
        self.rows_before: dict[str, int] = {}
        """rows by stage of a history that this one goes on from"""
        self.abreast = 1
        """how many chunks pass at the same time: a second of each is so much less of the run's"""
        self.lock = Lock()

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        """Add the time of the block to `stage`."""
        begun = perf_counter()
        try:
            yield
        finally:
            spent = (perf_counter() - begun) / self.abreast
            with self.lock:
                self.seconds[stage] += spent

    @contextmanager
    def side_by_side(self, chunks: int) -> Iterator[None]:
        """While so many chunks pass at the same time."""
        self.abreast = chunks
        try:
            yield
        finally:
            self.abreast = 1

    def all_rows(self) -> dict[str, int]:
        """Rows by stage, with those of the history that it goes on from."""
        before = self.rows_before
        return {stage: self.rows.get(stage, 0) + before.get(stage, 0) for stage in {**before, **self.rows}}

    def count(self, stage: str, rows: int) -> None:
        """Add rows to `stage`."""
        with self.lock:
            self.rows[stage] += rows


def guard(stage: str, minute: int, *columns: npt.NDArray[np.floating]) -> None:
    """Raise NotFinite if any number in the columns is NaN or infinite."""
    for column in columns:
        # A sum is finite if all its terms are (float64 does not overflow here): one pass, no array of flags.
        if column.size and not np.isfinite(column.sum(dtype=np.float64)):
            raise NotFinite(stage, minute)
