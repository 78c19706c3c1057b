"""From the runs of a design to what its indices are made of. Pure functions of a summary."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from feedsim.report.gap import GAP, widest_gaps
from feedsim.study.compare import CELL, plain
from feedsim.study.sensitivity import Design, Doubles, indices

USUAL = ("engagement_value", "prevalence", GAP)
"""What is asked where nobody says."""


@dataclass(frozen=True)
class Output:
    """One number of every point and seed: of an arm, or its difference to the first."""

    arm: str
    against: str
    cell: tuple[str, ...]
    """as in CELL"""
    values: Doubles
    """(N, S)"""

    @property
    def is_everyone_s(self) -> bool:
        """Is it cut by nothing?"""
        return not any(self.cell[2:])


def wanted_rows(summary: pd.DataFrame, metrics: Sequence[str]) -> pd.DataFrame:
    """The cells of these metrics, with groups and parts; of the usual ones, where none is named, everyone's."""
    rows = plain(summary)
    gaps, _ = widest_gaps(rows)
    rows = pd.concat([rows, gaps], ignore_index=True)
    found = rows[rows["metric"].isin(metrics or USUAL)]
    if metrics:
        return found
    everyone = (found[["side", "group", "level", "part"]] == "").all(axis=1)
    return found[everyone & ((found["metric"] != "prevalence") | (found["harm"] != ""))]


def outputs(rows: pd.DataFrame, arms: Sequence[str], names: Sequence[str]) -> Iterator[Output]:
    """Of every cell that all runs have: each arm, and each other arm minus the first."""
    many = len(set(names)) * rows["seed"].nunique()
    for cell, of_cell in rows.groupby(CELL, sort=False):
        tables = {
            str(arm): _table(mine, names) for arm, mine in of_cell.groupby("arm", sort=False) if len(mine) == many
        }
        for arm in arms:
            if arm in tables:
                yield Output(arm, "", tuple(map(str, cell)), tables[arm])
            if arm != arms[0] and {arm, arms[0]} <= tables.keys():
                yield Output(arm, arms[0], tuple(map(str, cell)), tables[arm] - tables[arms[0]])


def _table(rows: pd.DataFrame, names: Sequence[str]) -> Doubles:
    """(N, S): a row a point of the design, which may come twice; a column a seed."""
    table = rows.pivot(index="assumption", columns="seed", values="value").loc[list(names)]
    return table.to_numpy(float)


def analysed(design: Design, found: Sequence[Output]) -> pd.DataFrame:
    """The rows of `sensitivity.parquet`: a row an output and assumption."""
    parts = []
    for one in found:
        named = {
            "method": design.method,
            "arm": one.arm,
            "against": one.against,
            **dict(zip(CELL, one.cell, strict=True)),
        }
        runs = one.values.size * (2 if one.against else 1)
        parts.append(indices(design, one.values).assign(**named, runs=runs))
    return pd.concat(parts, ignore_index=True)


def everyone(rows: pd.DataFrame) -> pd.DataFrame:
    """Those that nothing cuts, or all where there are none, with the number that each is about as `cell`."""
    uncut = rows[(rows[["side", "group", "level", "part"]] == "").all(axis=1)]
    found = rows if uncut.empty else uncut
    return found.assign(cell=found[["arm", "against", *CELL]].agg("|".join, axis=1))
