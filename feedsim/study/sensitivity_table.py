"""What each assumption moves, on a screen: a block a measure, a row an assumption."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedsim.report.gap import GAP
from feedsim.report.numbers import places
from feedsim.sheet import Row, Sheet
from feedsim.study.compare import CELL
from feedsim.study.outputs import everyone

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
    """Cells of one method, everyone's where there are any: a column an arm, and one a difference to the first."""
    mine = everyone(rows)
    columns = list(dict.fromkeys(zip(mine["arm"], mine["against"], strict=True)))
    columns.sort(key=lambda column: bool(column[1]))
    method = str(mine["method"].iloc[0])
    lines = [row for _, of in mine.groupby(CELL, sort=False) for row in _block(of, columns, method)]
    head = tuple(f"{arm} - {against}" if against else arm for arm, against in columns)
    chance = CHANCE if mine["chance"].notna().any() else ""
    return Sheet(head, tuple(lines), f"What moves it, by {method.capitalize()}", NOTES[method] + chance)


def _block(rows: pd.DataFrame, columns: list[tuple[str, str]], method: str) -> Iterator[Row]:
    """A heading, and a row an assumption: whatever moves the last column most comes first."""
    metric, harm, *cut = (str(rows[name].iloc[0]) for name in CELL)
    title, scale = TITLES.get(metric, (f"{metric} {{harm}}", 1.0))
    scale = 100.0 if method == "sobol" else scale
    yield Row(" ".join([title.format(harm=harm).strip(), *filter(None, cut)]), is_heading=True)
    of = {(row["arm"], row["against"], row["assumption"]): row for _, row in rows.iterrows()}
    decimals = {
        key: _decimals(part["effect"].to_numpy(float) * scale) for key, part in rows.groupby(["arm", "against"])
    }
    order = sorted(dict.fromkeys(rows["assumption"]), key=lambda name: -_effect(of.get((*columns[-1], name))))
    for name in order:
        cells = tuple(_cell(of.get((*column, name)), scale, decimals.get(column, 0)) for column in columns)
        yield Row(str(name), cells, level=1)


def _decimals(effects: npt.NDArray[np.float64]) -> int:
    """That show two digits of the largest."""
    sizes = np.abs(effects[np.isfinite(effects)])
    return min(places(float(sizes.max()), 2), 4) if sizes.size else 0


def _effect(row: "pd.Series | None") -> float:
    return -1.0 if row is None or np.isnan(row["effect"]) else float(row["effect"])


def _cell(row: "pd.Series | None", scale: float, decimals: int) -> str:
    """`12.3 \u00b1 1.0`, `45 / 61 \u00b1 9`; in brackets where seeds make as much."""
    if row is None or np.isnan(row["effect"]):
        return "\u2013"
    effect, half = row["effect"] * scale, (row["high"] - row["effect"]) * scale
    alone = "" if np.isnan(row["first_order"]) else f"{row['first_order'] * scale:.{decimals}f} / "
    said = f"{alone}{effect:.{decimals}f} \u00b1 {half:.{decimals}f}"
    return f"({said})" if row["effect"] <= row["chance"] else said
