"""Cascades, against trees drawn by hand and a search from every person."""

from collections import deque
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedsim.feed.flow import Reshares
from feedsim.measures.cascades import Roots, cascades

Tree = list[int]
"""For person 1, 2, ...: the person whose post or reshare they saw; 0 is the author."""


def roots(keys: list[int], minute: int = 0) -> Roots:
    n = len(keys)
    return Roots(
        key=np.array(keys, np.uint64),
        author=np.zeros(n, np.int32),
        minute=np.full(n, minute, np.int32),
        harm=np.arange(n, dtype=np.int8),
        followers=np.arange(100, 100 + n, dtype=np.int32),
        minutes_to_1500_viewers=np.full(n, np.nan),
    )


def levels(tree: Tree) -> list[int]:
    level = [0]
    for parent in tree:
        level.append(level[parent] + 1)
    return level


def reshares(trees: dict[int, Tree], minutes: list[int] | None = None) -> Reshares:
    rows = [(k, u, p, levels(t)[u]) for k, t in trees.items() for u, p in enumerate(t, 1)]
    key, user, parent, depth = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    minute = minutes or [10 * d for d in depth]
    whole = [np.array(column, np.int32) for column in (user, parent, minute, depth)]
    return Reshares(np.array(key, np.uint64), whole[0], whole[1], whole[2], whole[3])


def distances_from(tree: Tree, person: int) -> list[int]:
    near: list[list[int]] = [[] for _ in range(len(tree) + 1)]
    for child, parent in enumerate(tree, 1):
        near[child].append(parent)
        near[parent].append(child)
    far, queue = {person: 0}, deque([person])
    while queue:
        here = queue.popleft()
        for there in near[here]:
            if there not in far:
                far[there] = far[here] + 1
                queue.append(there)
    return [far[other] for other in range(len(tree) + 1)]


def mean_distance(tree: Tree) -> float:
    n = len(tree) + 1
    return sum(sum(distances_from(tree, person)) for person in range(n)) / (n * (n - 1))


def test_a_star_and_a_chain_are_measured_as_drawn() -> None:
    # 70: three people reshare the author. 50: each reshares the one before. 60: nobody reshares.
    got = cascades(roots([70, 60, 50]), reshares({70: [0, 0, 0], 50: [0, 1, 2]}))
    assert got["key"].tolist() == [50, 70]
    assert got["harm"].tolist() == [2, 0]
    assert got["size"].tolist() == [4, 4]
    assert got["depth"].tolist() == [3, 1]
    assert got["max_breadth"].tolist() == [1, 3]
    # Chain: 3 pairs at 1, 2 at 2, 1 at 3 = 10 / 6. Star: 3 pairs at 1, 3 at 2 = 9 / 6.
    assert got["structural_virality"].tolist() == [pytest.approx(10 / 6), 1.5]
    assert got["root_followers"].tolist() == [102, 100]
    assert np.isnan([got[f"minutes_to_{what}"] for what in ("10", "100", "1500_viewers")]).all()


def test_the_tenth_and_the_hundredth_reshare_are_timed_from_publication() -> None:
    minutes = [7 + n for n in range(99)] + [500]
    got = cascades(roots([1], minute=5), reshares({1: [0] * 100}, minutes[::-1]))
    assert (got["minutes_to_10"].tolist(), got["minutes_to_100"].tolist()) == ([11.0], [495.0])


def test_no_reshares_make_no_cascades() -> None:
    assert all(len(column) == 0 for column in cascades(roots([1, 2]), reshares({})).values())


def test_an_author_who_reshares_their_own_post_is_no_other_root() -> None:
    own = Reshares(np.array([1, 1], np.uint64), *(np.array(c, np.int32) for c in ([0, 3], [0, 0], [1, 2], [1, 1])))
    got = cascades(roots([1]), own)
    assert (got["size"].tolist(), got["depth"].tolist(), got["max_breadth"].tolist()) == ([3], [1], [2])


def test_a_parent_of_another_tree_is_refused() -> None:
    strayed = Reshares(np.array([1, 2], np.uint64), *(np.array(c, np.int32) for c in ([4, 5], [0, 4], [1, 2], [1, 2])))
    with pytest.raises(ValueError, match="post 2 names a parent who is not in its tree"):
        cascades(roots([1, 2]), strayed)


@pytest.mark.parametrize("key", [1, 9])
def test_a_reshare_of_an_unknown_post_is_refused(key: int) -> None:
    with pytest.raises(ValueError, match="not among the roots"):
        cascades(roots([5]), reshares({key: [0]}))


trees = st.integers(1, 14).flatmap(lambda n: st.tuples(*(st.integers(0, i) for i in range(n)))).map(list)


@settings(max_examples=60, deadline=None)
@given(st.lists(trees, min_size=1, max_size=4), st.randoms())
def test_any_trees_in_any_order_agree_with_a_search_from_everybody(forest: list[Tree], chance: Random) -> None:
    rows = reshares(dict(enumerate(forest)))
    mixed = list(range(len(rows)))
    chance.shuffle(mixed)
    shuffled = Reshares(
        rows.key[mixed], rows.user[mixed], rows.parent_user[mixed], rows.minute[mixed], rows.depth[mixed]
    )
    got = cascades(roots(list(range(len(forest)))[::-1]), shuffled)
    counts = [np.bincount(levels(tree)) for tree in forest]
    assert got["key"].tolist() == list(range(len(forest)))
    assert got["size"].tolist() == [len(tree) + 1 for tree in forest]
    assert got["depth"].tolist() == [len(count) - 1 for count in counts]
    assert got["max_breadth"].tolist() == [max(count) for count in counts]
    assert got["structural_virality"].tolist() == pytest.approx([mean_distance(tree) for tree in forest])
