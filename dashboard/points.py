"""From cells to what charts and tables show: means over seeds, and differences in words. Pure functions."""

import math
from typing import Any, TypeAlias

import pandas as pd

from dashboard.cuts import SIDES, SOURCE, Cut, where
from dashboard.measures import PERCENT, name_of, unit_of
from feedsim.report.numbers import agreement, direction, fixed, number, places

Row: TypeAlias = dict[Any, Any]
"""Of a table, by column."""
SURE = {1: "\u25b2 more", -1: "\u25bc less", 0: "\u2248 no clear difference"}
LIKELY = {1: "\u25b3 more in every seed", -1: "\u25bd less in every seed"}


def spread(rows: pd.DataFrame, name: str, by: list[str]) -> pd.DataFrame:
    """Mean over seeds and the range of them: columns `<name>`, `<name>_low`, `<name>_high`."""
    said = rows.astype(dict.fromkeys(by, str))
    found: pd.DataFrame = said.groupby(by, sort=False)["value"].agg(["mean", "min", "max"]).reset_index()
    return found.rename(columns={"mean": name, "min": f"{name}_low", "max": f"{name}_high"})


def plane_points(x: pd.DataFrame, y: pd.DataFrame) -> pd.DataFrame:
    """A point an arm and panel. What is not cut (`y` for everyone, say) stands in every panel."""
    left, right = spread(x, "x", ["arm", "panel"]), spread(y, "y", ["arm", "panel"])
    if set(right["panel"]) == {""} != set(left["panel"]):
        return left.merge(right.drop(columns="panel"), on="arm")
    return left.merge(right, on=["arm", "panel"])


def of_cut(cells: pd.DataFrame, cut: Cut) -> pd.DataFrame:
    """The cells of all metrics that a table of this cut tells."""
    return cells[where(cells, cut)]


def difference_table(found: pd.DataFrame, cut: Cut) -> pd.DataFrame:
    """Differences of the cells of a cut as a reader wants them: a row an arm, measure, class and level."""
    return pd.DataFrame([_told(row, cut) for row in found.to_dict("records")])


def _told(row: Row, cut: Cut) -> dict[str, str]:
    level = row["level"] if cut.by in SIDES else row["part"].removeprefix("source=")
    return {
        "arm": row["arm"],
        "measure": f"{name_of(row['metric'])}, {_unit(row['metric'])}",
        "harm": row["harm"],
        **({cut.group or SOURCE: level} if cut.by in (*SIDES, SOURCE) else {}),
        "verdict": verdict(row),
        "compared with": _value(row, row["base"]),
        "difference": _signed(row, row["mean"]),
        "95 % interval": _interval(row),
        "in %": _percent(row),
        "p, Holm": _number(row["p_holm"]),
    }


def verdict(row: Row) -> str:
    """By the interval or, where that includes 0, by what all seeds agree on."""
    sure = direction(row["mean"], row["low"], row["high"])
    likely = agreement(row["least"], row["greatest"])
    return SURE[sure] if sure or not likely else LIKELY[likely]


def _unit(metric: str) -> str:
    return "%" if unit_of(metric) == PERCENT else unit_of(metric)


def _scale(row: Row) -> float:
    return 100.0 if unit_of(row["metric"]) == PERCENT else 1.0


def _value(row: Row, value: float) -> str:
    return number(_scale(row) * value)


def _decimals(row: Row) -> int:
    sizes = [abs(row[name]) for name in ("mean", "low", "high") if math.isfinite(row[name])]
    return places(_scale(row) * max(sizes), 2) if sizes else 0


def _signed(row: Row, value: float) -> str:
    return fixed(_scale(row) * value, _decimals(row), sign=True)


def _interval(row: Row) -> str:
    return f"{_signed(row, row['low'])} to {_signed(row, row['high'])}" if math.isfinite(row["low"]) else "\u2013"


def _percent(row: Row) -> str:
    # Per cent of a score below 0 would say nothing.
    return fixed(row["percent"], min(places(row["percent"], 2), 1), sign=True) if row["base"] > 0 else "\u2013"


def comparison_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of `comparison.parquet` as a reader wants them."""
    return pd.DataFrame([_contrast(row) for row in rows.to_dict("records")])


def _contrast(row: Row) -> dict[str, Any]:
    return {
        "arm": row["arm"],
        "assumption": row["assumption"],
        "harm": row["harm"],
        "group": f"{row['side']}s' {row['group']} {row['level']}" if row["level"] else "everyone",
        f"against {row['base_arm']}": _value(row, row["base"]),
        "difference": _signed(row, row["mean"]),
        "95 % interval": _interval(row),
        "method": row["method"],
        "seeds": int(row["seeds"]),
        "p, Holm": _number(row["p_holm"]),
        "variance kept": _number(row["variance_kept"]),
        "verdict": verdict(row),
    }


def _number(value: float) -> str:
    return number(value, 2) if math.isfinite(value) else "\u2013"


def contrast_table(rows: pd.DataFrame, reference: str, group: str) -> pd.DataFrame:
    """Contrasts between groups as a reader wants them: a row an arm, measure and level."""
    return pd.DataFrame(
        [
            {
                "arm": row["arm"],
                "measure": row["panel"],
                "unit": f"points, {row['unit']}" if row["unit"].startswith("%") else row["unit"],
                group: f"{row['level']} over {reference}",
                "difference": _with_interval(row, "difference", sign=True),
                "ratio": _with_interval(row, "ratio", sign=False),
            }
            for row in rows.to_dict("records")
        ]
    )


def _with_interval(row: Row, name: str, sign: bool) -> str:
    """`+0.3 (-0.1 to +0.7)`; a dash where there is nothing."""
    values = [row[name], row[f"{name}_low"], row[f"{name}_high"]]
    if not math.isfinite(values[0]):
        return "\u2013"
    # The place of the value itself: an end may be far away.
    decimals = max(places(values[0], 3 if not sign else 2), 0 if sign else 1)
    mean, low, high = (fixed(value, decimals, sign) for value in values)
    return f"{mean} ({low} to {high})" if math.isfinite(values[1]) else mean
