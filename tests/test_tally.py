"""Counting what happened: the kernel against plain Python, and that nothing is lost between its sums."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import HARMS, add_posts, add_reshare, bits, candidates_of, retyped, sessions_of, slate_of, world_of

from feedsim.feed.flow import Slate
from feedsim.measures.tally import VIEWER, Tally
from feedsim.world.posts import CIVIC, PERSONAL
from feedsim.world.world import ACTIONS, CLICK, IN_NETWORK, LIKE, RESHARE, SOURCES, TRENDING, World

USERS, POSTS = 5, 8
COLUMNS = (*VIEWER, *(f"seen_{harm}" for harm in HARMS), *(f"reshared_{harm}" for harm in HARMS))
Sums = dict[tuple[object, ...], float]


@dataclass
class Tick:
    """A world, what was shown in it, and how much else there was."""

    world: World
    slate: Slate
    inventory: np.ndarray


@st.composite
def ticks(draw: st.DrawFn) -> Tick:
    """Some of five people see some of eight posts, from followees, as reshares or from strangers; rows forgotten."""
    world = world_of([], users=USERS, minute=60)
    for columns, forgotten in ((world.posts, 3), (world.items, 2)):
        columns.grow(forgotten)
        columns.drop(forgotten)

    def codes(low: int, high: int, many: int = POSTS) -> list[int]:
        return draw(st.lists(st.integers(low, high), min_size=many, max_size=many))

    of = {"kind": codes(0, 3), "outgroup_terms": codes(0, 4), "harm": codes(-1, 1)}
    add_posts(world, codes(0, USERS - 1), sorted(codes(0, 70)), of)
    for post in codes(0, POSTS - 1, 3):
        add_reshare(world, 1, world.posts.base + post, 59, depth=2)
    viewers = sorted(draw(st.sets(st.integers(0, USERS - 1), max_size=USERS)))
    rows = st.lists(st.integers(0, POSTS - 1), max_size=6)
    shown = [[world.posts.base + p for p in draw(rows)] for _ in viewers]
    many = sum(map(len, shown))
    item = [i if i < 0 else i + world.items.base for i in codes(-1, len(world.items) - 1, many)]
    c = candidates_of(sessions_of(viewers, 60), shown, item=item)
    worth = [v / 8 for v in codes(-20, 20, many)]
    slate = slate_of(retyped(c, codes(0, len(SOURCES) - 1, many)), codes(0, 127, many), worth)
    return Tick(world, slate, np.array(codes(0, 99, len(viewers)), np.int32))


def plainly(tick: Tick) -> Sums:
    """The twin: (table, row, column) -> sum."""
    world, slate, sums = tick.world, tick.slate, Counter[tuple[object, ...]]()
    posts, items = world.posts, world.items
    for s, user in enumerate(slate.sessions.user.tolist()):
        sums["viewer", user, "sessions"] += 1
        sums["viewer", user, "inventory"] += int(tick.inventory[s])
    for r, user in enumerate(slate.user.tolist()):
        p, source = int(slate.post[r] - posts.base), SOURCES[slate.source[r]]
        author, harm = int(posts.author[p]), int(posts.harm[p])
        did = [name for a, name in enumerate(ACTIONS) if slate.actions[r] >> a & 1]
        sums["viewer", user, "impressions"] += 1
        sums["viewer", user, "seconds"] += int(slate.seconds[r])
        sums["viewer", user, "age_minutes"] += max(0, 60 - int(posts.minute[p]))
        sums["value", user] += float(slate.value[r])
        sums["author", author, "all"] += 1
        sums["source", source, "all"] += 1
        if slate.item[r] >= 0:
            sums["viewer", user, "in_network"] += 1
            sums["viewer", user, "from_reshare"] += int(items.depth[slate.item[r] - items.base] > 0)
        if posts.kind[p] == CIVIC:
            sums["viewer", user, "civic"] += 1
            sums["viewer", user, "civic_terms"] += int(posts.outgroup_terms[p])
        for name in did:
            sums["viewer", user, name] += 1
            sums["source", source, name] += 1
        if harm >= 0:
            sums["viewer", user, f"seen_{HARMS[harm]}"] += 1
            sums["viewer", user, f"reshared_{HARMS[harm]}"] += int("reshare" in did)
            sums["author", author, HARMS[harm]] += 1
            sums["source", source, HARMS[harm]] += 1
    return sums


def told(tally: Tally) -> Sums:
    """What a tally holds, under the twin's names."""
    sums: Sums = {("value", user): value for user, value in enumerate(tally.value.tolist())}
    for name, rows, columns in (
        ("viewer", range(USERS), COLUMNS),
        ("author", range(USERS), ("all", *HARMS)),
        ("source", SOURCES, ("all", *ACTIONS, *HARMS)),
        ("posts", range(USERS), ("all", *HARMS)),
    ):
        table = getattr(tally, name)
        assert table.shape == (len(rows), len(columns))
        sums |= {
            (name, row, column): table[i, j].item() for i, row in enumerate(rows) for j, column in enumerate(columns)
        }
    return sums


def without_zeros(sums: Sums) -> dict[tuple[object, ...], float]:
    return {where: value for where, value in sums.items() if value}


@settings(max_examples=80, deadline=None)
@given(ticks())
def test_a_tick_is_counted_as_in_the_plain_twin(tick: Tick) -> None:
    tally = Tally.empty(USERS, len(HARMS))
    of_tick = tally.count(tick.world, tick.slate, tick.inventory)
    assert without_zeros(told(tally)) == without_zeros(plainly(tick))
    assert of_tick.tolist() == tally.viewer.sum(axis=0).tolist()


@settings(max_examples=40, deadline=None)
@given(ticks(), ticks())
def test_spans_add_up_and_a_cleared_one_begins_at_nothing(first: Tick, second: Tick) -> None:
    whole, day, straight = (Tally.empty(USERS, len(HARMS)) for _ in range(3))
    for tick in (first, second):
        straight.count(tick.world, tick.slate, tick.inventory)
        day.count(tick.world, tick.slate, tick.inventory)
        day.count_posts(tick.world.posts.author[:POSTS], tick.world.posts.harm[:POSTS])
        whole.add(day)
        columns = list(vars(day).values())
        day.clear()
        assert all(column is same for column, same in zip(vars(day).values(), columns, strict=True))
        assert without_zeros(told(day)) == {}
    both = Counter(plainly(first))
    both.update(plainly(second))
    found = without_zeros(told(whole))
    assert sum(value for where, value in found.items() if where[0] == "posts" and where[2] == "all") == 2 * POSTS
    assert {k: v for k, v in found.items() if k[0] != "posts"} == without_zeros(both) == without_zeros(told(straight))


@settings(max_examples=80, deadline=None)
@given(ticks())
def test_impressions_are_the_same_sum_over_viewers_authors_and_sources(tick: Tick) -> None:
    tally = Tally.empty(USERS, len(HARMS))
    tally.count(tick.world, tick.slate, tick.inventory)
    of = dict(zip(COLUMNS, tally.viewer.sum(axis=0).tolist(), strict=True))
    author, source = tally.author.sum(axis=0), tally.source.sum(axis=0)
    assert of["impressions"] == author[0] == source[0] == len(tick.slate)
    assert [of[f"seen_{harm}"] for harm in HARMS] == author[1:].tolist() == source[1 + len(ACTIONS) :].tolist()
    assert [of[action] for action in ACTIONS] == source[1 : 1 + len(ACTIONS)].tolist()


def test_one_session_by_hand() -> None:
    """Person 2 sees a civic post of a followee, the reshare of a hateful one, and a stranger's."""
    world = world_of([(2, 1)], minute=60)
    of = {"harm": [-1, 1, 0], "kind": [CIVIC, PERSONAL, CIVIC], "outgroup_terms": [3, 9, 1]}
    add_posts(world, [1, 0, 0], [0, 30, 50], of)
    reshare = add_reshare(world, 1, 1, 55)
    c = candidates_of(sessions_of([2], 60), [[0, 1, 2]], item=[0, reshare, -1], edge=[0, 0, -1])
    c = retyped(c, [IN_NETWORK, IN_NETWORK, TRENDING])
    slate = slate_of(c, [bits(CLICK), bits(LIKE, RESHARE), 0], [1.0, -0.5, 0.25])
    tally = Tally.empty(3, 2)
    tally.count(world, slate, np.array([7], np.int32))
    assert dict(zip(COLUMNS, tally.viewer[2].tolist(), strict=True)) == dict.fromkeys(COLUMNS, 0) | {
        "sessions": 1, "impressions": 3, "seconds": 9, "in_network": 2, "from_reshare": 1, "age_minutes": 100,
        "civic": 2, "civic_terms": 4, "inventory": 7, "click": 1, "like": 1, "reshare": 1,
        "seen_misinformation": 1, "seen_hate": 1, "reshared_hate": 1,
    }  # fmt: skip
    assert not tally.viewer[:2].any()
    assert tally.value.tolist() == [0, 0, 0.75]
    assert tally.author.tolist() == [[2, 1, 1], [1, 0, 0], [0, 0, 0]]
    assert tally.source[IN_NETWORK].tolist() == [2, 1, 1, 0, 0, 1, 0, 0, 0, 1]
    assert tally.source[TRENDING].tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 1, 0]


def test_the_worth_of_impressions_is_added_in_the_order_of_the_screen() -> None:
    """1e20 + 1 - 1e20 is 0 in this order and 1 in another: sums of floats have one order."""
    world = world_of([])
    add_posts(world, [0], [0])
    c = candidates_of(sessions_of([1]), [[0, 0, 0]])
    slate = slate_of(c, [0, 0, 0], [1e20, 1.0, -1e20])
    tally = Tally.empty(3, 2)
    tally.count(world, slate, np.zeros(1, np.int32))
    assert tally.value.tolist() == [0, 0, 0]


@pytest.mark.parametrize("harms", [1, 3])
def test_posts_are_counted_by_author_and_class(harms: int) -> None:
    tally = Tally.empty(4, harms)
    tally.count_posts(np.array([3, 1, 3, 3], np.int32), np.array([harms - 1, -1, harms - 1, -1], np.int8))
    last = [0] * (harms - 1) + [2]
    assert tally.posts.tolist() == [[0, *[0] * harms], [1, *[0] * harms], [0, *[0] * harms], [3, *last]]
    tally.count_posts(np.array([], np.int32), np.array([], np.int8))
    assert tally.posts.sum() == 6
