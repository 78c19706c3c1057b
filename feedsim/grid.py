"""A table of words and numbers on a screen of any width; where it has no room, a list."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

APART = 2
"""Spaces between columns."""
GLUE = "\u00a0"
"""A space at which no line is broken."""
READABLE = 100
"""Columns of running text, on however wide a screen."""


@dataclass(frozen=True)
class Grid:
    """Rows of texts, as many as `heads`; the first names the row."""

    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    title: str = ""
    notes: tuple[str, ...] = ()
    """below it"""
    right: frozenset[str] = field(default=frozenset())
    """heads of columns of numbers"""
    words: frozenset[str] = field(default=frozenset())
    """heads of columns that may take several lines"""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The title in bold, where there is bold."""
        for line in self.above(options.max_width):
            yield Text(line, style="bold")
        for line in self.lines(options.max_width, "-" if options.ascii_only else "\u2500"):
            yield Text(line, no_wrap=True, overflow="fold")

    def above(self, width: int) -> list[str]:
        """The title."""
        return textwrap.wrap(self.title, max(width, 1))

    def lines(self, width: int, rule: str = "-") -> Iterator[str]:
        """What is below the title, in lines of at most `width`."""
        widths = self._widths(width)
        yield from self._table(widths, rule) if widths else self._list(width)
        for note in self.notes:
            yield from textwrap.wrap(note, max(min(width, READABLE), 1), subsequent_indent="  ")

    def _widths(self, width: int) -> list[int]:
        """Of the columns; none if there is no room for them all."""
        columns = list(zip(self.heads, *self.rows, strict=True))
        most = [max(map(len, column)) for column in columns]
        words = [max(len(word) for cell in column for word in cell.split(" ")) for column in columns]
        widths = [words[i] if head in self.words else most[i] for i, head in enumerate(self.heads)]
        spare = width - sum(widths) - APART * (len(widths) - 1)
        if spare < 0:
            return []
        for _ in range(spare):
            # Whoever would need most lines is widened.
            i = max(range(len(widths)), key=lambda i: most[i] / max(widths[i], 1))
            widths[i] += widths[i] < most[i]
        return widths

    def _table(self, widths: Sequence[int], rule: str) -> Iterator[str]:
        yield from self._row(self.heads, widths)
        yield rule * (sum(widths) + APART * (len(widths) - 1))
        for row in self.rows:
            yield from self._row(row, widths)

    def _row(self, row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
        cells = [textwrap.wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            yield (" " * APART).join(map(self._placed, self.heads, parts, widths)).replace(GLUE, " ").rstrip()

    def _placed(self, head: str, part: str, width: int) -> str:
        return part.rjust(width) if head in self.right else part.ljust(width)

    def _list(self, width: int) -> Iterator[str]:
        """Each cell with what it is; empty ones are left out."""
        for name, *cells in self.rows:
            said = "; ".join(f"{head}: {cell}" for head, cell in zip(self.heads[1:], cells, strict=True) if cell)
            text = f"{name}  {said}".replace(GLUE, " ")
            yield from textwrap.wrap(text, max(width, 1), subsequent_indent="  " * (width > 8))
