"""A what-if as a study file: two arms, `as_it_is` and `what_if`, of a world of some size."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from dashboard.whatif.load import load
from dashboard.whatif.settings import SIZES
from dashboard.whatif.small import small
from dashboard.words import one_line
from feedsim.faults import Fault, Faults
from feedsim.merging import Data
from feedsim.report.numbers import fixed
from feedsim.scenario import Study, load_study
from feedsim.writing import Plain, settings

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
    world: Mapping[str, Any]
    """all settings of both arms; those of the size are not looked at"""
    change: Data
    """settings of `what_if` alone"""

    def text(self, name: str, size: Size) -> str:
        """The study file. Of settings it says those that are no defaults."""
        world = small({one: value for one, value in self.world.items() if one not in SIZES})
        people = {"users": size.users, **{one: of for one, of in world.pop("population", {}).items() if one != "users"}}
        days = {"days": size.days, "burn_in_days": size.burn_in_days, "population": people}
        arms = {AS_IT_IS: {}, WHAT_IF: self.change}
        head = {"name": name, "question": one_line(self.question)}
        return f"{HEAD}\n{as_yaml({**head, **days, **world, 'arms': arms, 'seeds': size.seeds})}"


def as_yaml(data: Data) -> str:
    """As a study file says it."""
    return yaml.dump(data, Dumper=Plain, sort_keys=False, allow_unicode=True, width=120)


def put(tree: Data, path: tuple[str, ...], value: Any) -> None:
    """Write a value at a path of mappings."""
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    tree[path[-1]] = value


def loaded(text: str) -> Study:
    """The study of a file. Loads nobody's code, and runs nothing. Raises Faults."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "what-if.yaml"
        file.write_text(text, encoding="utf-8")
        return load_study(file)


def checked(text: str) -> tuple[Study | None, list[str]]:
    """The study of a file, or what is wrong with it, a sentence each."""
    try:
        return loaded(text), []
    except Faults as error:
        return None, sentences(error.faults)


def sentences(faults: Iterable[Fault]) -> list[str]:
    """Without the file and the line, which nobody has seen."""
    return [": ".join(filter(None, (fault.path, f"{fault.wrong}; {fault.right}"))) for fault in faults]


def cost_of(study: Study) -> int:
    """People x ordinary days that it takes, over days and burn-in, arms and seeds."""
    days = (one.population.users * (one.days + one.burn_in_days) * load(settings(one)) for one in study.arms.values())
    return math.ceil(len(study.seeds) * sum(days))


def too_much(study: Study, limit: int) -> str:
    """Why a study is too large to be run from here; empty if it is not."""
    cost = cost_of(study)
    if cost <= limit:
        return ""
    return (
        f"It costs as much as {fixed(cost, 0)} people x ordinary days; at most {fixed(limit, 0)} may be run from here "
        "(`feedsim dashboard --limit` says so). Fewer people, days or seeds will do, or the command line."
    )
