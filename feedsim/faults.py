"""Faults: what is wrong with the input, in words that say what to type next."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

Where: TypeAlias = tuple[str, ...]
"""A path into a file, a key a step."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with the input, and what to type instead."""

    file: str
    line: int | None
    """nothing where there is no line, as on the command line"""
    path: str
    """such as population.groups.age; empty where it is about the whole file"""
    wrong: str
    right: str

    def __str__(self) -> str:
        """`file:line: path: what is wrong; what would be right`."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        line = ": ".join(part for part in (place, self.path, f"{self.wrong}; {self.right}") if part)
        # Names come from files: one line stays one line, and no terminal is told what to do.
        return "".join(letter if letter.isprintable() else " " for letter in line)


class Faults(Exception):
    """The input is wrong: everything that is wrong with it, by line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(dict.fromkeys(faults), key=lambda fault: (fault.file, fault.line or 0))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a scenario, before it is known which line says so."""

    reads: tuple[Where, ...]
    """the setting that is wrong, then others that it was checked against"""
    wrong: str
    right: str


def nearest(word: str, known: Iterable[str]) -> str:
    """What somebody who wrote `word` may have meant."""
    names = list(known)
    close = get_close_matches(word, names, 1) or [name for name in names if name.lower() == word.lower()]
    return f"did you mean '{close[0]}'?" if close else f"it should be {one_of(names)}"


def one_of(names: Iterable[str]) -> str:
    """`a`, or `one of a, b, c`."""
    listed = list(names)
    return f"one of {', '.join(listed)}" if len(listed) > 1 else "".join(listed) or "left out"
