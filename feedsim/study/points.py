"""From what is not known to points: one value of every setting that an assumption names.

Lists of values, and ranges with `levels`, are crossed; everything else is sampled together, and every sample goes with
every crossing.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator

from feedsim.block import Block
from feedsim.study.assumptions import Unknown
from feedsim.validation import number

Point: TypeAlias = dict[str, Any]
"""Dotted path of a setting -> its value."""
MOST_POINTS = 10_000
DIGITS = 6
"""Of a sampled number: enough for an assumption, and short enough to be read."""
READABLE = 40
"""Letters of a folder's name that says what is assumed; a longer one becomes a number."""
_WORD = re.compile(r"[A-Za-z0-9._+-]+")


class Sampling(Block):
    """How ranges and distributions are sampled, all together."""

    method: Literal["latin_hypercube", "sobol"] = "latin_hypercube"
    samples: Annotated[int, Field(ge=2, le=MOST_POINTS)] = 16
    """points; of Sobol's sequence a power of 2"""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1

    @model_validator(mode="after")
    def _fits(self) -> "Sampling":
        if self.method == "sobol" and self.samples & (self.samples - 1):
            near = 2 ** (self.samples.bit_length() - 1)
            right = f"points of Sobol's sequence balance in powers of 2, as {near} and {2 * near} do"
            raise ValueError(f"samples: {self.samples} is no power of 2; {right}")
        return self

    def shares(self, settings: int) -> list[list[float]]:
        """(samples, settings) points in the unit cube."""
        if not settings:
            return [[]]
        # It takes half a second to load, which only whoever samples should wait for.
        from scipy.stats import qmc

        sampler = qmc.LatinHypercube if self.method == "latin_hypercube" else qmc.Sobol
        points: list[list[float]] = sampler(settings, rng=self.seed).random(self.samples).tolist()
        return points


def settled(value: Any, whole: bool) -> Any:
    """A sampled value as a setting takes it: a whole number, or one of a few digits."""
    if type(value) is not float:
        return value
    return round(value) if whole else float(f"{value:.{DIGITS}g}")


def count(unknown: Mapping[str, Unknown], sampling: Sampling) -> int:
    """How many points there are."""
    many = 1 if all(one.crossed for one in unknown.values()) else sampling.samples
    for one in unknown.values():
        many *= len(one.crossed) or 1
    return many


def points(unknown: Mapping[str, Unknown], sampling: Sampling, whole: frozenset[str]) -> dict[str, Point]:
    """Name -> point. `whole`: settings that take whole numbers only."""
    sampled = [path for path, one in unknown.items() if not one.crossed]
    lists = {path: one.crossed for path, one in unknown.items() if one.crossed}
    found = []
    # Samples outermost: more of them leave the names of the earlier ones as they are.
    for shares in sampling.shares(len(sampled)):
        drawn = {path: unknown[path].at(share) for path, share in zip(sampled, shares, strict=True)}
        for values in product(*lists.values()):
            point = drawn | dict(zip(lists, values, strict=True))
            found.append({path: settled(point[path], path in whole) for path in unknown})
    said = names(found) if not sampled else []
    return dict(zip(said or [f"a{i:03}" for i in range(1, len(found) + 1)], found, strict=True))


def names(found: Sequence[Point]) -> list[str]:
    """A folder's name for each that says what is assumed; none where they would be long, or alike."""
    short = short_paths(list(found[0]))
    said = [",".join(f"{short[path]}={_word(value)}" for path, value in point.items()) for point in found]
    fine = all(len(name) <= READABLE and "?" not in name for name in said)
    return said if fine and len({name.lower() for name in said}) == len(said) else []


def _word(value: Any) -> str:
    """A value as part of a folder's name; ? where it can't be."""
    text = number(value) if type(value) in (int, float) else str(value).lower() if type(value) is bool else value
    return text if isinstance(text, str) and _WORD.fullmatch(text) else "?"


def short_paths(paths: Sequence[str]) -> dict[str, str]:
    """The shortest end of each path that no other path has."""
    result = {}
    for path in paths:
        steps = path.split(".")
        ends = (".".join(steps[-n:]) for n in range(1, len(steps) + 1))
        alone = (end for end in ends if sum(other == end or other.endswith(f".{end}") for other in paths) == 1)
        result[path] = next(alone, path)
    return result
