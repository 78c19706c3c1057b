"""A what-if as a study file: two arms, `as_it_is` and `what_if`, of a world of some size."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from dashboard.words import one_line
from feedsim.faults import Fault, Faults
from feedsim.merging import Data
from feedsim.report.numbers import fixed
from feedsim.scenario import load_study
from feedsim.writing import Plain

AS_IT_IS, WHAT_IF = "as_it_is", "what_if"
ARMS = (AS_IT_IS, WHAT_IF)
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
SLUG_RULE = "small letters, digits and -, at most 40 of them"
HEAD = "# yaml-language-server: $schema=feedsim.schema.json"


@dataclass(frozen=True)
class Size:
    """How large a world, for how long, how often."""

    users: int
    days: int
    burn_in_days: int
    seeds: int

    @property
    def cost(self) -> int:
        """Users x days, burn-in, arms and seeds included."""
        return self.users * (self.days + self.burn_in_days) * self.seeds * len(ARMS)

    @property
    def told(self) -> str:
        """In words."""
        days, seeds = _many(self.days, "day"), _many(self.seeds, "seed")
        return f"{fixed(self.users, 0)} people, {days} after {self.burn_in_days} of burn-in, {seeds}"


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"


QUICK = {"tiny": Size(400, 1, 1, 1), "small": Size(1_000, 3, 1, 2), "medium": Size(3_000, 5, 2, 3)}
FULL = {"medium": Size(3_000, 5, 2, 5), "large": Size(5_000, 7, 3, 5), "full": Size(10_000, 10, 3, 5)}
"""Presets of world size."""


@dataclass(frozen=True)
class WhatIf:
    """All that the form says."""

    question: str
    world: Data
    """settings of both arms, without the size"""
    change: Data
    """settings of `what_if` alone"""

    def text(self, name: str, size: Size) -> str:
        """The study file. It says nothing that is a default, and names no file."""
        world = {"days": size.days, "burn_in_days": size.burn_in_days, **self.world}
        world["population"] = {"users": size.users, **world.get("population", {})}
        question = one_line(self.question)
        arms = {AS_IT_IS: {}, WHAT_IF: self.change}
        data = {"name": name, "question": question, **world, "arms": arms, "seeds": size.seeds}
        said = yaml.dump(data, Dumper=Plain, sort_keys=False, allow_unicode=True, width=120)
        return f"{HEAD}\n{said}"


def put(tree: Data, path: tuple[str, ...], value: Any) -> None:
    """Write a value at a path of mappings."""
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = value


def wrong_with(text: str) -> list[str]:
    """What is wrong with a study file, a sentence each. Loads nobody's code, and runs nothing."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "what-if.yaml"
        file.write_text(text, encoding="utf-8")
        try:
            load_study(file)
        except Faults as error:
            return sentences(error.faults)
    return []


def sentences(faults: Iterable[Fault]) -> list[str]:
    """Without the file and the line, which nobody has seen."""
    return [": ".join(filter(None, (fault.path, f"{fault.wrong}; {fault.right}"))) for fault in faults]


def too_much(size: Size, limit: int) -> str:
    """Why a world is too large to be run from here; empty if it is not."""
    if size.cost <= limit:
        return ""
    return (
        f"{size.told} in two arms are {fixed(size.cost, 0)} people x days; at most {fixed(limit, 0)} may be run from "
        "here (`feedsim dashboard --limit` says so). Fewer people, days or seeds will do, or the command line."
    )
