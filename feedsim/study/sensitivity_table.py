"""What each assumption moves, on a screen: a block a measure, a row an assumption."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedsim.report.gap import GAP
from feedsim.report.numbers import places
from feedsim.sheet import Row, Sheet

TITLES = {
    "engagement_value": ("engagement value, points per person and day", 1.0),
    "prevalence": ("{harm}, % of impressions", 100.0),
    GAP: ("widest gap between groups in harm seen, percentage points", 100.0),
}
"""Metric -> what heads its block, and the scale that it is shown in."""
NOTES = {
    "morris": (
        "The mean size of what changes when the assumption goes from one end to the other, others anywhere (Morris' "
        "mu*), and half of its 95 % interval."
    ),
    "sobol": (
        "The share of the variance that would go if the assumption were known (Sobol's total index, in %), half of its "
        "95 % interval, and in front of it the share that the assumption explains alone."
    ),
}
CHANCE = " In brackets: no more than what seeds alone would make."


def sensitivity_table(rows: pd.DataFrame) -> Sheet:
    """Everyone's cells of one method: a column an arm, and one for each difference to the first."""
    mine = rows[(rows[["side", "group", "level", "part"]] == "").all(axis=1)]
    columns = list(dict.fromkeys(zip(mine["arm"], mine["against"], strict=True)))
    columns.sort(key=lambda column: bool(column[1]))
    method = str(mine["method"].iloc[0])
    lines = [
        row
        for (metric, harm), of in mine.groupby(["metric", "harm"], sort=False)
        for row in _block(str(metric), str(harm), of, columns, method)
    ]
    head = tuple(f"{arm} - {against}" if against else arm for arm, against in columns)
    chance = CHANCE if mine["chance"].notna().any() else ""
    return Sheet(head, tuple(lines), f"What moves it: {method}", NOTES[method] + chance)


def _block(metric: str, harm: str, rows: pd.DataFrame, columns: list[tuple[str, str]], method: str) -> Iterator[Row]:
    """A heading, and a row an assumption: whatever moves the last column most comes first."""
    title, scale = TITLES.get(metric, (f"{metric} {{harm}}", 1.0))
    scale = 100.0 if method == "sobol" else scale
    yield Row(title.format(harm=harm).strip(), is_heading=True)
    of = {(row["arm"], row["against"], row["assumption"]): row for _, row in rows.iterrows()}
    decimals = _decimals(rows["effect"].to_numpy(float) * scale)
    order = sorted(dict.fromkeys(rows["assumption"]), key=lambda name: -of[*columns[-1], name]["effect"])
    for name in order:
        cells = tuple(_cell(of[*column, name], scale, decimals) for column in columns)
        yield Row(str(name), cells, level=1)


def _decimals(effects: npt.NDArray[np.float64]) -> int:
    """That show two digits of the largest."""
    sizes = np.abs(effects[np.isfinite(effects)])
    return min(places(float(sizes.max()), 2), 4) if sizes.size else 0


def _cell(row: pd.Series, scale: float, decimals: int) -> str:
    """`12.3 \u00b1 1.0`, `45 / 61 \u00b1 9`; in brackets where seeds make as much."""
    effect, half = row["effect"] * scale, (row["high"] - row["effect"]) * scale
    if np.isnan(effect):
        return "\u2013"
    alone = "" if np.isnan(row["first_order"]) else f"{row['first_order'] * scale:.{decimals}f} / "
    said = f"{alone}{effect:.{decimals}f} \u00b1 {half:.{decimals}f}"
    return f"({said})" if row["effect"] <= row["chance"] else said
