"""From sums to metrics: each metric's formula and denominator stands here, once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from feedsim.measures.tally import VIEWER, Tally
from feedsim.world.arrays import Bytes, Codes, Doubles, Floats, Ints, Longs
from feedsim.world.world import ACTIONS, SOURCES

ENGAGEMENT = np.array([0.0, 1.0, 1.0, 15.0, 5.0, 0.0, 0.0])
"""(A,) the one weighting of `engagement_value`, in every arm: a like or another reaction 1, a comment 15, a reshare 5
(Facebook's weights of 2018, quoted from memory); clicks, hides and reports 0."""


Number: TypeAlias = float | np.integer[Any] | np.floating[Any]
"""What a sum or a count may be."""


@dataclass(frozen=True)
class Cell:
    """One measured cell: a row of metrics.parquet but for its time."""

    metric: str
    value: float
    n: int
    """the denominator"""
    harm: str = ""
    side: str = ""
    group: str = ""
    level: str = ""
    part: str = ""


@dataclass(frozen=True)
class Where:
    """What a cell is cut by: a group of viewers or authors, or nothing."""

    side: str = ""
    group: str = ""
    level: str = ""


EVERYONE = Where()


def ratio(
    metric: str, top: Number, n: Number, where: Where = EVERYONE, harm: str = "", part: str = ""
) -> Iterator[Cell]:
    """top / n; no cell where n is 0."""
    if n > 0:
        yield Cell(metric, float(top) / float(n), int(n), harm, where.side, where.group, where.level, part)


def viewer_cells(
    sums: Doubles, value: float, people: int, days: float, harms: tuple[str, ...], where: Where
) -> Iterator[Cell]:
    """Cells of a set of `people` over `days`, from their summed columns of Tally.viewer (K,) and of Tally.value.

    Per person and day: `sessions`, `impressions`, `engagement_value` (fixed weights x actions). Per impression:
    `<action>_rate`, `prevalence`, `stated_value`, `in_network_share`, `reshare_share`, `age_minutes`. `harm_reshares`
    is reshares of the class per 1,000 impressions; `animosity` out-group terms per impression of civic posts;
    `inventory` unseen in-network posts per session.
    """
    of = dict(zip(VIEWER, sums, strict=False))
    impressions, actions = of["impressions"], np.array([of[action] for action in ACTIONS])
    person_days = people * days
    yield from ratio("sessions", of["sessions"], person_days, where)
    yield from ratio("impressions", impressions, person_days, where)
    yield from ratio("engagement_value", float(actions @ ENGAGEMENT), person_days, where)
    for action, count in zip(ACTIONS, actions, strict=True):
        yield from ratio(f"{action}_rate", count, impressions, where)
    for h, harm in enumerate(harms):
        yield from ratio("prevalence", sums[len(VIEWER) + h], impressions, where, harm)
        yield from ratio("harm_reshares", 1000 * sums[len(VIEWER) + len(harms) + h], impressions, where, harm)
    yield from ratio("stated_value", value, impressions, where)
    yield from ratio("animosity", of["civic_terms"], of["civic"], where)
    yield from ratio("in_network_share", of["in_network"], impressions, where)
    yield from ratio("reshare_share", of["from_reshare"], impressions, where)
    yield from ratio("age_minutes", of["age_minutes"], impressions, where)
    yield from ratio("inventory", of["inventory"], of["sessions"], where)


def so_far(sums: Doubles, harms: tuple[str, ...]) -> dict[str, float]:
    """What can be told of a run that still goes on, per impression, from its summed columns of Tally.viewer (K,):
    `engagement` (points of `engagement_value`), `prevalence_<harm>`; nothing before the first impression."""
    of = dict(zip(VIEWER, sums, strict=False))
    if not of["impressions"]:
        return {}
    points = np.array([of[action] for action in ACTIONS]) @ ENGAGEMENT
    seen = {f"prevalence_{harm}": sums[len(VIEWER) + h] for h, harm in enumerate(harms)}
    return {name: float(top / of["impressions"]) for name, top in {"engagement": points, **seen}.items()}


def reach_cells(viewer: Ints, active_days: int, harms: tuple[str, ...], where: Where) -> Iterator[Cell]:
    """Cells that ask who, from Tally.viewer (U, K) of some people: `active_users` (people with a session: the value is
    their number, n all people), `exposed_users` (people with an impression of the class, over all people),
    `minutes_per_active_user` (minutes viewed per person and active day)."""
    people = len(viewer)
    if people:
        yield Cell(
            "active_users", float(np.count_nonzero(viewer[:, 0])), people, "", where.side, where.group, where.level
        )
    for h, harm in enumerate(harms):
        yield from ratio("exposed_users", np.count_nonzero(viewer[:, len(VIEWER) + h]), people, where, harm)
    yield from ratio("minutes_per_active_user", viewer[:, 2].sum() / 60, active_days, where)


def author_cells(
    tally: Tally, code: Codes, days: float, group: str, levels: tuple[str, ...], harms: tuple[str, ...]
) -> Iterator[Cell]:
    """By level of the author: `reach_share` (impressions of the level's posts over all impressions), `prevalence`
    (impressions of the class over those of the level's posts), `posts` (posts per person of the level and day)."""
    total = tally.author[:, 0].sum()
    for i, level in enumerate(levels):
        where, rows = Where("author", group, level), code == i
        seen = tally.author[rows].sum(axis=0)
        yield from ratio("reach_share", seen[0], total, where)
        for h, harm in enumerate(harms):
            yield from ratio("prevalence", seen[1 + h], seen[0], where, harm)
        yield from ratio("posts", tally.posts[rows, 0].sum(), np.count_nonzero(rows) * days, where)


def source_cells(tally: Tally, harms: tuple[str, ...]) -> Iterator[Cell]:
    """By source: share of impressions, prevalence and action rates of what it brought."""
    total = tally.source[:, 0].sum()
    for s, name in enumerate(SOURCES):
        part, row = f"source={name}", tally.source[s]
        yield from ratio("impressions_share", row[0], total, part=part)
        for a, action in enumerate(ACTIONS):
            yield from ratio(f"{action}_rate", row[1 + a], row[0], part=part)
        for h, harm in enumerate(harms):
            yield from ratio("prevalence", row[1 + len(ACTIONS) + h], row[0], harm=harm, part=part)


def mind_cells(satisfaction: Floats, warmth: Floats, misbelief: Floats, habit: Floats, where: Where) -> Iterator[Cell]:
    """Means over people, as they are at the end of the span: `satisfaction`, `outgroup_warmth` (0 to 100), `misbelief`
    (belief in false narratives, mean over them) and `habit` (factor on sessions)."""
    columns = {"satisfaction": satisfaction, "outgroup_warmth": warmth, "misbelief": misbelief, "habit": habit}
    for metric, column in columns.items():
        yield from ratio(metric, column.sum(dtype=np.float64), len(column), where)


def supply_cells(tally: Tally, people: int, days: float, harms: tuple[str, ...]) -> Iterator[Cell]:
    """`posts` (per person and day; with `harm`, those of the class)."""
    written = tally.posts.sum(axis=0)
    yield from ratio("posts", written[0], people * days)
    for h, harm in enumerate(harms):
        yield from ratio("posts", written[1 + h], people * days, harm=harm)


def harm_reach_cells(views: Longs, posts: Longs, harms: tuple[str, ...]) -> Iterator[Cell]:
    """`harm_reach`: impressions (H,) of the measured days' posts of a class over those posts (H,). A person sees a post
    once, so that impressions are people reached."""
    for harm, seen, written in zip(harms, views, posts, strict=True):
        yield from ratio("harm_reach", seen, written, harm=harm)


def l6of7(history: Bytes, where: Where) -> Iterator[Cell]:
    """`l6of7`: people active on at least 6 of the last 7 days, over people active on at least 1; `history` (U,) has a
    bit for each of those days."""
    active = np.bitwise_count(history & np.uint8(127))
    yield from ratio("l6of7", np.count_nonzero(active >= 6), np.count_nonzero(active), where)
