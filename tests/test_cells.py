"""From sums to metrics: every formula on numbers small enough to check in one's head."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import HARMS

from feedsim.measures.cells import (
    ENGAGEMENT,
    EVERYONE,
    Cell,
    Where,
    author_cells,
    harm_reach_cells,
    l6of7,
    mind_cells,
    ratio,
    reach_cells,
    source_cells,
    supply_cells,
    viewer_cells,
)
from feedsim.measures.names import METRICS
from feedsim.measures.tally import VIEWER, Tally
from feedsim.world.rng import Streams
from feedsim.world.world import ACTIONS, SOURCES

COLUMNS = (*VIEWER, *(f"seen_{harm}" for harm in HARMS), *(f"reshared_{harm}" for harm in HARMS))
OLD = Where("viewer", "age", "old")
DAY = {
    "sessions": 6, "impressions": 40, "seconds": 600, "in_network": 30, "from_reshare": 10, "age_minutes": 4000,
    "civic": 8, "civic_terms": 4, "inventory": 90, "click": 12, "like": 8, "angry": 4, "comment": 2, "reshare": 1,
    "hide": 3, "report": 5, "seen_misinformation": 10, "seen_hate": 2, "reshared_misinformation": 1,
}  # fmt: skip
"""What people did in 3 days, all together."""


def sums(of: dict[str, float]) -> np.ndarray:
    return np.array([of.get(name, 0) for name in COLUMNS], np.float64)


def told(cells: Iterable[Cell]) -> dict[tuple[str, str], tuple[float, int]]:
    """(metric, harm) -> value, n."""
    return {(cell.metric, cell.harm): (cell.value, cell.n) for cell in cells}


def plain(cells: Iterable[Cell]) -> dict[tuple[str, str], tuple[float, int]]:
    """(metric, level) or (metric, part) -> value, n."""
    return {(cell.metric, cell.level or cell.part): (cell.value, cell.n) for cell in cells if not cell.harm}


# Each by hand


def test_cells_of_viewers_by_hand() -> None:
    """Two people over 3 days are 6 person-days, and saw 40 posts in 6 sessions."""
    assert told(viewer_cells(sums(DAY), 10.0, 2, 3, HARMS, EVERYONE)) == {
        ("sessions", ""): (1.0, 6),
        ("impressions", ""): (40 / 6, 6),
        ("engagement_value", ""): ((8 + 4 + 15 * 2 + 5 * 1) / 6, 6),
        ("click_rate", ""): (0.3, 40),
        ("like_rate", ""): (0.2, 40),
        ("angry_rate", ""): (0.1, 40),
        ("comment_rate", ""): (0.05, 40),
        ("reshare_rate", ""): (0.025, 40),
        ("hide_rate", ""): (0.075, 40),
        ("report_rate", ""): (0.125, 40),
        ("prevalence", "misinformation"): (0.25, 40),
        ("prevalence", "hate"): (0.05, 40),
        ("harm_reshares", "misinformation"): (25.0, 40),
        ("harm_reshares", "hate"): (0.0, 40),
        ("stated_value", ""): (0.25, 40),
        ("animosity", ""): (0.5, 8),
        ("in_network_share", ""): (0.75, 40),
        ("reshare_share", ""): (0.25, 40),
        ("age_minutes", ""): (100.0, 40),
        ("inventory", ""): (15.0, 6),
    }


def test_cells_say_whose_they_are() -> None:
    for cell in (
        *viewer_cells(sums(DAY), 10.0, 2, 3, HARMS, OLD),
        *reach_cells(np.ones((2, len(COLUMNS)), np.int32), 2, HARMS, OLD),
        *mind_cells(*[np.ones(2)] * 4, OLD),
        *l6of7(np.ones(2, np.uint8), OLD),
    ):
        assert (cell.side, cell.group, cell.level, cell.part) == ("viewer", "age", "old", "")


def test_cells_of_who_was_reached_by_hand() -> None:
    """Of four people two came, on 3 days in all, for 60 and 120 seconds; one saw false news three times."""
    of = [{"sessions": 1, "seconds": 60}, {}, {"sessions": 5, "seconds": 120, "seen_misinformation": 3}, {}]
    viewer = np.stack([sums(one) for one in of]).astype(np.int64)
    assert told(reach_cells(viewer, 3, HARMS, EVERYONE)) == {
        ("active_users", ""): (2.0, 4),
        ("exposed_users", "misinformation"): (0.25, 4),
        ("exposed_users", "hate"): (0.0, 4),
        ("minutes_per_active_user", ""): (1.0, 3),
    }


def tally_of_four() -> Tally:
    """Four authors: the first two young, the last old, the third of an age that nobody named."""
    tally = Tally.empty(4, len(HARMS))
    tally.author[:] = [[6, 3, 0], [2, 1, 1], [5, 0, 0], [3, 0, 3]]
    tally.posts[:] = [[4, 2, 0], [0, 0, 0], [1, 0, 0], [1, 0, 1]]
    return tally


def test_cells_of_authors_by_hand() -> None:
    code = np.array([0, 0, 3, 1], np.int8)
    cells = list(author_cells(tally_of_four(), code, 1, "age", ("young", "old", "oldest"), HARMS))
    assert plain(cells) == {
        ("reach_share", "young"): (8 / 16, 16),
        ("reach_share", "old"): (3 / 16, 16),
        ("reach_share", "oldest"): (0.0, 16),
        ("posts", "young"): (2.0, 2),
        ("posts", "old"): (1.0, 1),
    }
    assert {(c.level, c.harm): (c.value, c.n) for c in cells if c.harm} == {
        ("young", "misinformation"): (0.5, 8),
        ("young", "hate"): (0.125, 8),
        ("old", "misinformation"): (0.0, 3),
        ("old", "hate"): (1.0, 3),
    }
    assert {(c.side, c.group, c.part) for c in cells} == {("author", "age", "")}


def test_cells_of_supply_by_hand() -> None:
    """Four people over 3 days are 12 person-days and wrote 6 posts: two false ones and a hateful one."""
    assert told(supply_cells(tally_of_four(), 4, 3, HARMS)) == {
        ("posts", ""): (0.5, 12),
        ("posts", "misinformation"): (2 / 12, 12),
        ("posts", "hate"): (1 / 12, 12),
    }


def test_reach_is_views_by_post_and_nothing_without_a_post() -> None:
    assert told(harm_reach_cells(np.array([9, 0]), np.array([2, 0]), HARMS)) == {("harm_reach", HARMS[0]): (4.5, 2)}


def test_cells_of_sources_by_hand() -> None:
    tally = Tally.empty(1, len(HARMS))
    tally.source[0] = [30, 3, 6, 0, 0, 15, 0, 0, 0, 3]
    tally.source[3] = [10, 0, 0, 0, 0, 0, 10, 0, 5, 0]
    cells = list(source_cells(tally, HARMS))
    assert {part: value for (metric, part), value in plain(cells).items() if metric == "impressions_share"} == {
        "source=in_network": (0.75, 40),
        "source=profile": (0.0, 40),
        "source=trending": (0.0, 40),
        "source=exploration": (0.25, 40),
    }
    rates = {(c.metric, c.harm): (c.value, c.n) for c in cells if c.part == "source=in_network" and c.n == 30}
    of = dict(zip(ACTIONS, (0.1, 0.2, 0.0, 0.0, 0.5, 0.0, 0.0), strict=True))
    shares = {("prevalence", "misinformation"): (0.0, 30), ("prevalence", "hate"): (0.1, 30)}
    assert rates == {(f"{action}_rate", ""): (value, 30) for action, value in of.items()} | shares
    assert {c.part for c in cells if c.metric == "click_rate"} == {"source=in_network", "source=exploration"}
    assert [c.value for c in cells if c.part == f"source={SOURCES[3]}" and c.harm] == [0.5, 0.0]


def test_cells_of_minds_are_plain_means() -> None:
    cells = mind_cells(np.array([1.0, 2.0]), np.array([0.0, 100.0]), np.array([0.25, 0.75]), np.ones(2), EVERYONE)
    assert told(cells) == {
        ("satisfaction", ""): (1.5, 2),
        ("outgroup_warmth", ""): (50.0, 2),
        ("misbelief", ""): (0.5, 2),
        ("habit", ""): (1.0, 2),
    }


def test_six_of_the_last_seven_days_and_not_of_the_eighth() -> None:
    """A bit a day, the last day the lowest; nobody counts who was only here more than seven days ago."""
    history = np.array([0b1111111, 0b0111111, 0b1011111, 0b0011111, 0b10011111, 0b0000001, 0b10000000, 0], np.uint8)
    assert told(l6of7(history, EVERYONE)) == {("l6of7", ""): (3 / 6, 6)}


def test_the_weights_of_engagement_value_are_fixed_one_an_action() -> None:
    assert dict(zip(ACTIONS, ENGAGEMENT.tolist(), strict=True)) == {
        "click": 0, "like": 1, "angry": 1, "comment": 15, "reshare": 5, "hide": 0, "report": 0,
    }  # fmt: skip


# Denominators


def test_there_is_no_cell_where_there_is_nothing_to_divide_by() -> None:
    nothing = Tally.empty(3, len(HARMS))
    quiet = told(viewer_cells(sums({}), 0.0, 3, 1, HARMS, EVERYONE))
    assert quiet == {(name, ""): (0.0, 3) for name in ("sessions", "impressions", "engagement_value")}
    assert list(viewer_cells(sums({}), 0.0, 0, 1, HARMS, EVERYONE)) == []
    assert list(reach_cells(nothing.viewer[:0], 0, HARMS, EVERYONE)) == []
    assert {c.metric for c in reach_cells(nothing.viewer, 0, HARMS, EVERYONE)} == {"active_users", "exposed_users"}
    assert list(source_cells(nothing, HARMS)) == []
    assert {c.metric for c in supply_cells(nothing, 3, 1, HARMS)} == {"posts"}
    assert list(supply_cells(nothing, 0, 1, HARMS)) == []
    assert list(mind_cells(*[np.empty(0)] * 4, EVERYONE)) == []
    assert list(l6of7(np.zeros(3, np.uint8), EVERYONE)) == []
    assert list(ratio("x", 1.0, 0)) == []
    of_levels = author_cells(nothing, np.zeros(3, np.int8), 1, "age", ("a", "b"), HARMS)
    only_people = [(c.metric, c.level) for c in of_levels]
    assert only_people == [("posts", "a")]


@pytest.mark.parametrize("n", [1, 7, np.int32(7), 7.0])
def test_the_denominator_is_told_as_a_whole_number(n: float) -> None:
    (cell,) = ratio("x", np.int64(3), n)
    assert (cell.value, cell.n) == (3 / n, int(n))
    assert (type(cell.value), type(cell.n)) == (float, int)


def of_viewers(tally: Tally, rows: np.ndarray, history: np.ndarray, where: Where) -> Iterator[Cell]:
    """All cells of some viewers over 2 days."""
    people, viewer, minds = int(rows.sum()), tally.viewer[rows], np.arange(len(rows), dtype=float)[rows]
    yield from viewer_cells(viewer.sum(axis=0, dtype=float), float(tally.value[rows].sum()), people, 2, HARMS, where)
    yield from reach_cells(viewer, int(viewer[:, 0].sum()), HARMS, where)
    yield from mind_cells(minds, minds**2, minds / 7, minds + 1, where)
    yield from l6of7(history[rows], where)


def busy_tally(people: int, lots: Streams) -> Tally:
    """Anything that can happen to people: who does not come sees nothing, and who is not read is not read for harm."""
    tally = Tally.empty(people, len(HARMS))
    for name in ("viewer", "author", "posts"):
        table = getattr(tally, name)
        rows, columns = np.indices(table.shape)
        table[:] = lots.choice(name, [0.4, 0.3, 0.2, 0.1], rows, columns)
    viewer = tally.viewer
    viewer[:, VIEWER.index("impressions")] += 1
    viewer[:, VIEWER.index("civic_terms")] *= viewer[:, VIEWER.index("civic")] > 0
    viewer *= viewer[:, :1] > 0
    tally.author *= tally.author[:, :1] > 0
    tally.value[:] = viewer[:, 0] - 1.5 * (viewer[:, 0] > 0)
    return tally


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=7), st.integers(0, 10**6))
def test_groups_weighted_by_n_give_back_everyone(code: list[int], seed: int) -> None:
    """But for active_users, a number of people: those of the groups add up."""
    people, codes, tally = len(code), np.array(code, np.int8), busy_tally(len(code), Streams(seed))
    history = (Streams(seed).hashes("history", np.arange(people)) & np.uint64(255)).astype(np.uint8)
    whole = list(of_viewers(tally, np.ones(people, np.bool_), history, EVERYONE))
    parts = [cell for i in range(3) for cell in of_viewers(tally, codes == i, history, OLD)]
    parts, active = [cell for cell in parts if cell.metric != "active_users"], parts
    assert weighted(parts) == {
        key: pytest.approx(of) for key, of in weighted(whole).items() if key != ("active_users", "")
    }
    assert sum(c.value for c in active if c.metric == "active_users") == np.count_nonzero(tally.viewer[:, 0])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=1, max_size=7), st.integers(0, 10**6))
def test_levels_of_authors_add_up_to_everyone(code: list[int], seed: int) -> None:
    people, tally = len(code), busy_tally(len(code), Streams(seed))
    cells = list(author_cells(tally, np.array(code, np.int8), 1, "age", ("a", "b", "c"), HARMS))
    seen = tally.author.sum(axis=0)
    shares = [cell.value for cell in cells if cell.metric == "reach_share"]
    assert sum(shares) == pytest.approx(1 if seen[0] else 0)
    assert len(shares) == (3 if seen[0] else 0)
    found, everyone = weighted(cells), told(supply_cells(tally, people, 1, HARMS))
    assert found["posts", ""] == pytest.approx(everyone["posts", ""])
    for h, harm in enumerate(HARMS):
        assert found.get(("prevalence", harm), (0, 0)) == pytest.approx((seen[1 + h] / max(1, seen[0]), seen[0]))


def weighted(cells: Iterable[Cell]) -> dict[tuple[str, str], tuple[float, int]]:
    """(metric, harm) -> mean over cells by n, sum of n."""
    top, n = defaultdict(float), defaultdict(int)
    for cell in cells:
        top[cell.metric, cell.harm] += cell.value * cell.n
        n[cell.metric, cell.harm] += cell.n
    return {key: (total / n[key], n[key]) for key, total in top.items()}


def test_posts_are_by_person_and_day_for_a_level_too() -> None:
    tally = tally_of_four()
    everyone = next(c.value for c in supply_cells(tally, 4, 3, HARMS) if c.metric == "posts" and not c.harm)
    of_level = author_cells(tally, np.zeros(4, np.int8), 3, "age", ("a",), HARMS)
    assert next(c.value for c in of_level if c.metric == "posts") == everyone


def test_every_cell_has_a_definition() -> None:
    tally = tally_of_four()
    tally.source[:] = 1
    cells = [*of_viewers(tally, np.ones(4, np.bool_), np.ones(4, np.uint8), EVERYONE), *source_cells(tally, HARMS)]
    cells += [*supply_cells(tally, 4, 3, HARMS), *author_cells(tally, np.zeros(4, np.int8), 3, "age", ("a",), HARMS)]
    assert {cell.metric for cell in cells} <= {metric.name for metric in METRICS}
