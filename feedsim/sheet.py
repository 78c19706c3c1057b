"""Rows of numbers under headings, on a screen of any width: columns line up where there is room for them."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

INDENT, APART = 2, 2
"""Spaces before a name, for each level; and between columns."""
READABLE = 100
"""Columns of running text, on however wide a screen."""

Line: TypeAlias = tuple[str, bool]
"""What it says, and whether it is a heading."""


@dataclass(frozen=True)
class Row:
    """A name and its numbers. Without numbers it heads the rows below, or says more of the one above."""

    name: str
    cells: tuple[str, ...] = ()
    level: int = 0
    is_heading: bool = False
    """of a block"""


@dataclass(frozen=True)
class Sheet:
    """A table for a screen. Its rows have as many cells as `head`, or none."""

    head: tuple[str, ...]
    rows: tuple[Row, ...]
    title: str = ""
    caption: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Headings in bold, where there is bold."""
        for line, is_heading in self.lines(options.max_width, "-" if options.ascii_only else "\u2500"):
            yield Text(line, style="bold" if is_heading else "", no_wrap=True, overflow="fold")

    def lines(self, width: int, rule: str = "-") -> Iterator[Line]:
        """Lines of at most `width`."""
        yield from _wrapped(self.title, width, is_heading=True) if self.title else ()
        widths = [max(map(len, cells)) for cells in zip(self.head, *self._cells(), strict=True)]
        in_columns = sum(widths) + APART * len(widths) <= width
        yield from self._columns(width, widths, rule) if in_columns else self._lists(width)
        yield from [("", False), *_wrapped(self.caption, min(width, READABLE))] if self.caption else ()

    def _columns(self, width: int, widths: Sequence[int], rule: str) -> Iterator[Line]:
        """Numbers beside the names or, where there is no room, below them."""
        longest = max((INDENT * row.level + len(row.name) for row in self.rows if row.cells), default=0)
        names = min(longest, width - sum(widths) - APART * len(widths))
        head = " " * names + _aligned(self.head, widths)
        yield head, False
        yield rule * len(head), False
        for row in self._spaced():
            name = " " * (INDENT * row.level) + row.name
            if row.cells and len(name) <= names:
                yield name.ljust(names) + _aligned(row.cells, widths), False
                continue
            yield from _wrapped(row.name, width, row.level, row.is_heading)
            if row.cells:
                yield " " * names + _aligned(row.cells, widths), False

    def _lists(self, width: int) -> Iterator[Line]:
        """Each number on a line of its own, with what it is."""
        for row in self._spaced():
            yield from _wrapped(row.name, width, row.level, row.is_heading)
            for what, cell in zip(self.head, row.cells, strict=False):
                if cell.strip():
                    yield from _wrapped(f"{what} {' '.join(cell.split())}", width, row.level + 1)

    def _spaced(self) -> Iterator[Row]:
        """The rows, with an empty one before every block but the first."""
        for i, row in enumerate(self.rows):
            if i and row.is_heading:
                yield Row("")
            yield row

    def _cells(self) -> Iterator[tuple[str, ...]]:
        return (row.cells for row in self.rows if row.cells)


def interval_texts(lows: Sequence[str], highs: Sequence[str]) -> list[str]:
    """`low to high`, each padded to the widest, so that they stand below each other; empty where there is none."""
    low, high = (max(map(len, texts), default=0) for texts in (lows, highs))
    return [f"{least:>{low}} to {most:>{high}}" if least else "" for least, most in zip(lows, highs, strict=True)]


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(" " * APART + cell.rjust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _wrapped(text: str, width: int, level: int = 0, is_heading: bool = False) -> Iterator[Line]:
    indent = " " * min(INDENT * level, max(width - 8, 0))
    for line in textwrap.wrap(text, max(width, 1), initial_indent=indent, subsequent_indent=indent) or [""]:
        yield line, is_heading
