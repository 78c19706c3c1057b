"""People sorted by all their groups at once."""

import numpy as np

from feedsim.measures.cells import EVERYONE, Where
from feedsim.measures.strata import Strata

NAMES = {"age": ("young", "old"), "dialect": ("majority", "minority", "third")}


def codes(*of: int) -> np.ndarray:
    return np.array(of, np.int8)


def test_two_of_a_stratum_are_alike_in_every_group() -> None:
    groups = {"age": codes(1, 0, 1, 0, 1), "dialect": codes(2, 0, 0, 0, 2)}
    strata = Strata.sorted_from(groups, NAMES, 5)
    assert strata.many == 3
    assert strata.of.tolist() == [2, 0, 1, 0, 2]
    assert {group: column.tolist() for group, column in strata.level.items()} == {
        "age": [0, 1, 1],
        "dialect": [0, 0, 2],
    }


def test_cuts_are_of_every_level_even_one_that_nobody_is_of() -> None:
    strata = Strata.sorted_from({"age": codes(1, 0), "dialect": codes(2, 0)}, NAMES, 2)
    found = {where: mine.tolist() for where, mine in strata.with_everyone("author")}
    assert found == {
        EVERYONE: [True, True],
        Where("author", "age", "young"): [True, False],
        Where("author", "age", "old"): [False, True],
        Where("author", "dialect", "majority"): [True, False],
        Where("author", "dialect", "minority"): [False, False],
        Where("author", "dialect", "third"): [False, True],
    }


def test_without_groups_all_are_of_one_stratum() -> None:
    strata = Strata.sorted_from({}, {}, 4)
    assert (strata.of.tolist(), strata.many) == ([0] * 4, 1)
    assert [(where, mine.tolist()) for where, mine in strata.with_everyone("viewer")] == [(EVERYONE, [True])]
