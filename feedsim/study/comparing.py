"""A study's arms against one of them: from the folder to the rows."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from rich.table import Table

from feedsim.faults import Fault, Faults, nearest
from feedsim.results import read_summary
from feedsim.study.compare import differences, plain





def compare(folder: Path | str, to: str | None = None, metrics: Sequence[str] = ()) -> pd.DataFrame:
    """Every cell of every other arm minus arm `to` (the first, unless named), paired by seed, with 95 % intervals.

    Columns are those of `feedsim.study.compare.differences`. Raises NotARun where nothing has finished, Faults for an
    arm or a metric that is not there.
    """
    summary = plain(read_summary(Path(folder)))
    arms, known = list(dict.fromkeys(summary["arm"])), list(dict.fromkeys(summary["metric"]))
    faults = [_unknown("--metric", "metric", name, known) for name in metrics if name not in known]
    if to is not None and to not in arms:
        faults.append(_unknown("--to", "arm", to, arms))
    if len(arms) < 2:
        faults.append(Fault(str(folder), None, "", "has one arm only", "there should be two to compare"))
    if faults:
        raise Faults(faults)
    wanted = summary[summary["metric"].isin(metrics)] if metrics else summary
    return differences(wanted, to or arms[0])


def _unknown(option: str, what: str, name: str, known: Sequence[str]) -> Fault:
    return Fault(option, None, "", f"there is no {what} '{name}'", nearest(name, known))


def comparison_table(folder: Path, to: str | None, metrics: Sequence[str]) -> Table:
    """For a screen: everyone's cells; with named metrics also those by group and part."""
    found = compare(folder, to, metrics)
    if not metrics:
        found = found[(found["group"] == "") & (found["part"] == "")]
    base = to or str(plain(read_summary(folder))["arm"].iloc[0])
    table = Table(title=f"Differences to {base}, paired by seed", title_justify="left")
    for name in ("arm", "metric", "of"):
        table.add_column(name, overflow="fold")
    for name in (base, "difference", "95 % interval", "in %", "seeds"):
        table.add_column(name, justify="right", overflow="fold")
    for row in found.itertuples():
        table.add_row(*_texts(row._asdict()))
    return table


def _texts(row: dict[str, object]) -> list[str]:
    of = " ".join(str(row[name]) for name in ("harm", "side", "group", "level", "part") if row[name])
    interval = "one seed" if pd.isna(row["low"]) else f"{_number(row['low'])} to {_number(row['high'])}"
    percent = "" if pd.isna(row["percent"]) else f"{row['percent']:+.1f}"
    arm = " ".join(str(row[name]) for name in ("arm", "assumption") if row[name])
    return [arm, str(row["metric"]), of, _number(row["base"], ""), _number(row["mean"]), interval, percent, str(row["seeds"])]


def _number(value: object, sign: str = "+") -> str:
    """Four digits that matter."""
    return format(float(str(value)), f"{sign}.4g")
