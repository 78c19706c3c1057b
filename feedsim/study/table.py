"""The arms side by side: what engages, what harm is seen, and who sees most of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedsim.report.gap import GAP, Gap, widest_gaps
from feedsim.report.numbers import places
from feedsim.sheet import Row, Sheet, interval_texts
from feedsim.study.compare import differences, means, plain
from feedsim.study.inference import FOR_P

NOTE = (
    "Engagement value: actions, weighted alike in every arm. Widest gap: of what a group of viewers is shown, the "
    "share that is harm of any kind, where it is largest minus where it is smallest."
)


@dataclass(frozen=True)
class Measure:
    """What a block of the table is about."""

    title: str
    metric: str
    harm: str = ""
    scale: float = 100.0
    """shares are shown in per cent"""

    def of(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Everyone's cells of this measure, an arm a row."""
        named = (cells["metric"] == self.metric) & (cells["harm"] == self.harm)
        return cells[named & (cells["group"] == "") & (cells["part"] == "")]


def arms_table(summary: pd.DataFrame) -> Sheet:
    """A block a measure, a row an arm: the mean over seeds, and the difference to the first arm, paired by seed."""
    rows = plain(summary)
    gaps, where = widest_gaps(rows)
    together = pd.concat([rows, gaps], ignore_index=True)
    first, arms, seeds = str(rows["arm"].iloc[0]), rows["arm"].nunique(), rows["seed"].nunique()
    now, against = means(together), differences(together, first)
    head = ("mean", "difference", "95 % interval")[: 1 if arms == 1 else 2 if seeds == 1 else 3]
    blocks = (_block(one, one.of(now), one.of(against), where, len(head)) for one in measures(rows))
    return Sheet(head, tuple(row for block in blocks for row in block), caption=f"{_paired(first, arms, seeds)} {NOTE}")


def measures(rows: pd.DataFrame) -> list[Measure]:
    """What is asked of every study."""
    harms = dict.fromkeys(rows.loc[(rows["metric"] == "prevalence") & (rows["harm"] != ""), "harm"])
    return [
        Measure("engagement value, points per person and day", "engagement_value", scale=1.0),
        *(Measure(f"{harm}, % of impressions", "prevalence", harm) for harm in harms),
        Measure("widest gap between groups in harm seen, percentage points", GAP),
    ]


def _paired(first: str, arms: int, seeds: int) -> str:
    if seeds == 1:
        return f"One seed: there are no intervals{', and a difference may be chance' if arms > 1 else ''}."
    few = f" Fewer than {FOR_P} seeds make wide intervals." if arms > 1 and seeds < FOR_P else ""
    return f"Means over {seeds} seeds{f'; differences to {first}, paired by seed' if arms > 1 else ''}.{few}"


def _block(
    measure: Measure, now: pd.DataFrame, against: pd.DataFrame, where: dict[tuple[str, str], Gap], columns: int
) -> Iterator[Row]:
    """A heading, and a row an arm, with as many decimals each."""
    run = ["arm", "assumption"]
    found = now[[*run, "mean"]].merge(against[[*run, "mean", "low", "high"]], on=run, how="left", suffixes=("_of", ""))
    numbers = found[["mean_of", "mean", "low", "high"]].to_numpy(float) * measure.scale
    decimals = _decimals(numbers[:, 0])
    mean, *change = ([_text(x, decimals, sign) for x in numbers[:, i]] for i, sign in enumerate(("", "+", "+", "+")))
    cells = zip(mean, change[0], interval_texts(change[1], change[2]), strict=True)
    if len(found):
        yield Row(measure.title, is_heading=True)
    for arm, assumption, texts in zip(found["arm"], found["assumption"], cells, strict=True):
        yield Row(" / ".join(filter(None, (arm, assumption))), texts[:columns], level=1)
        if measure.metric == GAP:
            yield Row(str(where[arm, assumption]), level=2)


def _decimals(means: npt.NDArray[np.float64]) -> int:
    """That show three digits of the smallest, within reason."""
    sizes = np.abs(means[means != 0])
    return min(places(float(sizes.min())), 4) if sizes.size else 0


def _text(value: float, decimals: int, sign: str) -> str:
    return "" if np.isnan(value) else f"{value:{sign},.{decimals}f}"
