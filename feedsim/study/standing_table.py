"""Whether the order of the arms survives what is assumed, on a screen."""

from collections.abc import Iterator

import pandas as pd

from feedsim.report.gap import widest_gaps
from feedsim.report.numbers import GLUE, places
from feedsim.report.robust import best, named, order, spread, unit
from feedsim.sheet import Row, Sheet
from feedsim.study.compare import plain
from feedsim.study.robustness import Standing, standings
from feedsim.study.table import NOTE


def standing_table(summary: pd.DataFrame) -> Sheet:
    """A block a measure, a row an arm: means, differences to the first arm and their spread over assumptions."""
    rows = plain(summary)
    gaps, _ = widest_gaps(rows)
    found = list(standings(pd.concat([rows, gaps], ignore_index=True)))
    many = max((len(one.assumptions) for one in found), default=0)
    lines = tuple(row for one in found for row in _block(one))
    seeds = rows["seed"].nunique()
    caption = (
        f"Over {many} assumptions, each counted alike; {seeds} seed{'s' if seeds > 1 else ''} under each, differences "
        f"paired by seed. {NOTE}"
    )
    return Sheet(("mean", "difference", "std. deviation", "range", "first under"), lines, caption=_plain(caption))


def _block(standing: Standing) -> Iterator[Row]:
    what, scale = unit(standing)
    yield Row(f"{named(standing)}, {what}", is_heading=True)
    decimals = min(places(float(abs(standing.pooled * scale).min())), 4)
    for arm, mean in zip(standing.arms, standing.pooled * scale, strict=True):
        change = ("", "", "") if arm == standing.arms[0] else tuple(map(_plain, spread(standing, arm)))
        first = f"{standing.firsts[arm]} of {len(standing.assumptions)}"
        yield Row(arm, (f"{mean:,.{decimals}f}", *change, first), level=1)
    yield Row(f"{best(standing).capitalize()} first: {order(standing)}.", level=1)


def _plain(text: str) -> str:
    """For a screen: hyphens for minus signs, and spaces at which a line may break."""
    return text.replace("\u2212", "-").replace(GLUE, " ").replace("\u202f", " ")
