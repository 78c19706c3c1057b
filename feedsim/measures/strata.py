"""People sorted by all their groups at once, so that one count serves every attribute."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from feedsim.measures.cells import EVERYONE, Where
from feedsim.world.arrays import Bools, Codes, Ints


@dataclass(frozen=True)
class Strata:
    """Two people of a stratum are of the same level of every attribute. Counts by stratum (K of them) add up to counts
    by level."""

    of: Ints
    """(U,) stratum of each person"""
    level: dict[str, Codes]
    """(K,) level of each stratum, of every attribute"""
    names: Mapping[str, tuple[str, ...]]
    """of the levels of every attribute"""
    many: int
    """K"""

    @classmethod
    def sorted_from(cls, groups: Mapping[str, Codes], names: Mapping[str, tuple[str, ...]], people: int) -> "Strata":
        """The strata that there are people of; one where there are no attributes."""
        code = np.zeros(people, np.int64)
        for group, column in groups.items():
            code = code * len(names[group]) + column
        _, first, of = np.unique(code, return_index=True, return_inverse=True)
        level = {group: column[first] for group, column in groups.items()}
        return cls(of.astype(np.int32), level, names, len(first))

    def cuts(self, side: str) -> Iterator[tuple[Where, Bools]]:
        """(where, (K,) strata that belong there) for every level of every attribute, of viewers or authors."""
        for group, column in self.level.items():
            for i, name in enumerate(self.names[group]):
                yield Where(side, group, name), column == i

    def with_everyone(self, side: str) -> Iterator[tuple[Where, Bools]]:
        """Everyone, then the cuts."""
        yield EVERYONE, np.ones(self.many, np.bool_)
        yield from self.cuts(side)
