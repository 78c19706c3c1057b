"""What policies answered, counted: by hand, and that no chunk matters."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from worlds import HARMS, add_posts, candidates_of, sessions_of, world_of

from feedsim.feed.flow import Candidates
from feedsim.measures.answers import MOST_VIEWERS, Answers, answer_cells, looked_at
from feedsim.measures.cells import Cell
from feedsim.measures.strata import Strata
from feedsim.world.rng import Streams
from feedsim.world.world import World

POLICIES = ("demote", "remove", "other")
EVERYBODY = np.ones(3, np.bool_)
Told = dict[tuple[str, str, str, str, str], tuple[float, int]]


def small_world() -> tuple[World, Strata]:
    """Person 1 is old. Four posts: harmless by 0, false by 0, harmless by 1, hateful by 1; some older are forgotten."""
    world = world_of([])
    world.users.groups["age"][:] = [0, 1, 0]
    world.posts.grow(2)
    world.posts.drop(2)
    add_posts(world, [0, 0, 1, 1], [0] * 4, {"harm": [-1, 0, -1, 1]})
    return world, Strata.sorted_from({"age": world.users.groups["age"]}, world.levels, 3)


def found() -> Candidates:
    """Persons 1 and 2 could be shown all four."""
    return candidates_of(sessions_of([1, 2]), [[2, 3, 4, 5], [2, 3, 4, 5]])


def told(cells: Iterable[Cell]) -> Told:
    """(metric, harm, side, level, part) -> value, n."""
    return {(c.metric, c.harm, c.side, c.level, c.part): (c.value, c.n) for c in cells}


def rows(*of: int) -> np.ndarray:
    return np.array(of, np.int32)


def test_what_was_filtered_by_hand() -> None:
    """Of eight, `remove` took a false one and a harmless one by person 1, and `other` another false one."""
    world, strata = small_world()
    answers = Answers.empty(POLICIES, EVERYBODY, strata.many, len(HARMS))
    answers.count_kept(world, strata, ["remove", "other"], found(), {"remove": rows(1, 2), "other": rows(5)})
    cells = told(answer_cells(answers, strata, HARMS))
    assert {key[1:]: of for key, of in cells.items() if "policy=" not in key[4]} == {
        ("", "", "", ""): (3 / 8, 8),
        ("", "", "", "truth=harmless"): (1 / 4, 4),
        ("misinformation", "", "", ""): (1.0, 2),
        ("hate", "", "", ""): (0.0, 2),
        ("", "author", "young", ""): (2 / 4, 4),
        ("", "author", "young", "truth=harmless"): (0.0, 2),
        ("misinformation", "author", "young", ""): (1.0, 2),
        ("", "author", "old", ""): (1 / 4, 4),
        ("", "author", "old", "truth=harmless"): (1 / 2, 2),
        ("hate", "author", "old", ""): (0.0, 2),
        ("", "viewer", "young", ""): (1 / 4, 4),
        ("", "viewer", "old", ""): (2 / 4, 4),
    }
    assert cells["filtered_share", "", "", "", "policy=remove"] == (2 / 8, 8)
    assert cells["filtered_share", "", "", "", "policy=other,truth=harmless"] == (0.0, 4)
    assert cells["filtered_share", "misinformation", "", "", "policy=other"] == (1 / 2, 2)
    assert {key[0] for key in cells} == {"filtered_share"}
    assert not any("policy=demote" in key[4] for key in cells)


def test_what_was_lowered_by_hand() -> None:
    """Only a factor below 1 lowers; two policies on one candidate lower it once."""
    world, strata = small_world()
    answers = Answers.empty(POLICIES, EVERYBODY, strata.many, len(HARMS))
    half, none = np.array([1, 0.5, 1, 0.999, 1, 0, 1, 1], np.float32), np.ones(8, np.float32)
    second = np.where(half == 0.5, half, none)
    scored = replace(found(), factors={"demote": half, "other": second, "remove": none})
    answers.count_lowered(world, strata, POLICIES, scored)
    cells = told(answer_cells(answers, strata, HARMS))
    assert {key[4]: of for key, of in cells.items() if key[1:4] == ("", "", "")} == {
        "": (3 / 8, 8),
        "truth=harmless": (0.0, 4),
        "policy=demote": (3 / 8, 8),
        "policy=demote,truth=harmless": (0.0, 4),
        "policy=other": (1 / 8, 8),
        "policy=other,truth=harmless": (0.0, 4),
    }
    assert {key[0] for key in cells} == {"demotion_rate"}
    assert cells["demotion_rate", "hate", "", "", ""] == (1 / 2, 2)
    assert cells["demotion_rate", "", "viewer", "young", "policy=demote"] == (1 / 4, 4)


def test_days_on_which_a_policy_does_not_act_are_not_in_its_denominator() -> None:
    world, strata = small_world()
    answers = Answers.empty(POLICIES, EVERYBODY, strata.many, len(HARMS))
    answers.count_kept(world, strata, ["remove"], found(), {"remove": rows(0)})
    answers.count_kept(world, strata, ["other"], found(), {"other": rows(0)})
    cells = told(answer_cells(answers, strata, HARMS))
    whole = {key[4]: of for key, of in cells.items() if key[1:4] == ("", "", "") and "truth" not in key[4]}
    assert whole == {"": (2 / 16, 16), "policy=remove": (1 / 8, 8), "policy=other": (1 / 8, 8)}


@pytest.mark.parametrize("chunk", [1, 2])
def test_chunks_change_nothing_though_a_policy_answers_in_only_some(chunk: int) -> None:
    world, strata = small_world()
    whole, parts = (Answers.empty(POLICIES, EVERYBODY, strata.many, len(HARMS)) for _ in range(2))
    both = replace(found(), factors={"demote": np.array([1, 1, 1, 1, 1, 0.5, 1, 1], np.float32)})
    for answers, many in ((whole, 2), (parts, chunk)):
        for first in range(0, 2, many):
            mine = both.take(np.flatnonzero((both.session >= first) & (both.session < first + many)))
            removed = {"remove": rows(6)} if (mine.row == 6).any() else {}
            answers.count_kept(world, strata, POLICIES, mine, removed)
            spoke = mine.factors if (mine.factors["demote"] < 1).any() else {}
            answers.count_lowered(world, strata, POLICIES, replace(mine, factors=spoke))
    assert told(answer_cells(parts, strata, HARMS)) == told(answer_cells(whole, strata, HARMS)) != {}


def test_spans_add_up_and_a_cleared_one_tells_nothing() -> None:
    world, strata = small_world()
    first, second = (Answers.empty(POLICIES, EVERYBODY, strata.many, len(HARMS)) for _ in range(2))
    for answers, taken in ((first, rows(1)), (second, rows(1, 2))):
        answers.count_kept(world, strata, ["remove"], found(), {"remove": taken})
    first.add(second)
    assert told(answer_cells(first, strata, HARMS))["filtered_share", "", "", "", ""] == (3 / 16, 16)
    first.clear()
    assert told(answer_cells(first, strata, HARMS)) == {}


def test_policies_that_never_act_leave_no_cells() -> None:
    world, strata = small_world()
    answers = Answers.empty(POLICIES, EVERYBODY, strata.many, len(HARMS))
    answers.count_kept(world, strata, POLICIES, found(), {"remove": rows()})
    neutral = {"demote": np.ones(8, np.float32)}
    answers.count_lowered(world, strata, POLICIES, replace(found(), factors=neutral))
    assert told(answer_cells(answers, strata, HARMS)) == {}


def test_only_the_candidates_of_some_viewers_are_counted() -> None:
    world, strata = small_world()
    answers = Answers.empty(POLICIES, np.array([True, False, True]), strata.many, len(HARMS))
    answers.count_kept(world, strata, ["remove"], found(), {"remove": rows(0, 1, 4)})
    cells = told(answer_cells(answers, strata, HARMS))
    assert cells["filtered_share", "", "", "", ""] == (1 / 4, 4)
    assert ("filtered_share", "", "viewer", "old", "") not in cells


def test_of_few_people_all_are_looked_at_and_of_many_about_as_many() -> None:
    assert looked_at(Streams(1), MOST_VIEWERS).all()
    some = looked_at(Streams(1), 10 * MOST_VIEWERS)
    assert some.sum() == pytest.approx(MOST_VIEWERS, rel=0.05)
