"""The frontier on a screen: the base, then the points, with what they set and what came of it."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from feedsim.report.numbers import places
from feedsim.sheet import Row, Sheet, interval_texts
from feedsim.study.frontier import BASE, LEVER, OBJECTIVE, Frontier, Objective

HEAD = ("mean", "difference", "95 % interval", "on the frontier")


def frontier_table(frontier: Frontier) -> Sheet:
    """A block an objective, a row a point; then what each point sets."""
    shown = _shown(frontier)
    rows = [row for one in frontier.objectives for row in _block(one, shown)]
    return Sheet(HEAD, (*rows, *_settings(frontier, shown)), caption=_caption(frontier))


def _shown(frontier: Frontier) -> pd.DataFrame:
    """The base and the points."""
    base = frontier.rows[frontier.rows["trial"] == 0]
    points = frontier.points
    return pd.concat([base[~base["point"].isin(points["point"])], points])


def name_of(row: Any) -> str:
    """`point-01 (trial-007)`, or `baseline`."""
    return f"{row['point']} ({row['arm']})" if row["point"] else str(row["arm"])


def _block(one: Objective, shown: pd.DataFrame) -> Iterator[Row]:
    scale = 100 if one.unit == "share" else 1
    unit = "%" if one.unit == "share" else one.unit
    numbers = [
        shown[f"{OBJECTIVE}{one.name}:{what}"] * scale for what in ("mean", "change", "change_low", "change_high")
    ]
    decimals = min(places(float(numbers[0].abs().max())) + 1, 6)
    texts = [_texts(of, decimals, sign) for of, sign in zip(numbers, ("", "+", "+", "+"), strict=True)]
    chances = ["" if pd.isna(p) else f"{p:.2f}" for p in shown["p_non_dominated"]]
    yield Row(f"{one.name}, {unit}: {'more' if one.is_up else 'less'} is better", is_heading=True)
    cells = zip(texts[0], texts[1], interval_texts(texts[2], texts[3]), chances, strict=True)
    for (_, row), cell in zip(shown.iterrows(), cells, strict=True):
        # The base differs from itself by nothing, which need not be said.
        yield Row(name_of(row), cell if row["trial"] else (cell[0], "", "", cell[3]), level=1)


def _texts(values: "pd.Series[float]", decimals: int, sign: str) -> list[str]:
    return ["" if pd.isna(value) else f"{value:{sign},.{decimals}f}" for value in values]


def _settings(frontier: Frontier, shown: pd.DataFrame) -> Iterator[Row]:
    yield Row("What they set", is_heading=True)
    for _, row in shown.iterrows():
        said = (f"{path} {_value(row[LEVER + path])}" for path in frontier.levers)
        yield Row(f"{name_of(row)}: {', '.join(said)}", level=1)


def _value(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _caption(frontier: Frontier) -> str:
    rows = frontier.rows
    tried, failed = len(rows) - 1, int((rows["error"] != "").sum())
    kept = int(rows["feasible"].sum())
    lines = [f"{tried} trials besides {BASE}" + (f", of which {failed} failed" if failed else "") + "."]
    if frontier.constraints:
        lines.append(f"{kept} of {len(rows)} keep the constraints.")
    lines.append(
        f"Not dominated: {int(rows['non_dominated'].sum())} of {len(rows)}: no other is as good in all objectives and "
        f"better in one. Differences are to {BASE}, paired by seed. On the frontier: the probability of that, over "
        f"resamples of the seeds. The hypervolume, of what is better than twice as bad as {BASE}, is "
        f"{rows['hypervolume'].iloc[-1]:.3f} times what {BASE} alone covers."
    )
    return " ".join(lines)
