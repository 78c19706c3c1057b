"""A study's arms against one of them: from the folder to the rows."""

from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich import box
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


def comparison_tables(folder: Path, to: str | None, metrics: Sequence[str]) -> Iterator[Table]:
    """For a screen, a table an arm: everyone's cells; of named metrics also those by group and part."""
    found = compare(folder, to, metrics)
    if not metrics:
        found = found[(found["group"] == "") & (found["part"] == "")]
    base = to or str(plain(read_summary(folder))["arm"].iloc[0])
    for (arm, assumption), rows in found.groupby(["arm", "assumption"], sort=False):
        yield _table(f"{arm} {assumption}".strip(), base, rows)


def _table(arm: str, base: str, rows: pd.DataFrame) -> Table:
    title = f"{arm} against {base}, {_seeds(rows['seeds'])}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("metric", overflow="fold")
    for name in (base, "difference", "95 % interval", "%"):
        table.add_column(name, justify="right", overflow="fold")
    for row in rows.to_dict("records"):
        table.add_row(*_texts(row))
    return table


def _seeds(counts: "pd.Series[int]") -> str:
    """How many seeds the pairs are of; a cell that is not in every run has fewer."""
    least, most = int(counts.min()), int(counts.max())
    many = f"{most}" if least == most else f"{least} to {most}"
    return "one seed, so without intervals" if most == 1 else f"paired by seed ({many} seeds)"


def _texts(row: dict[Hashable, Any]) -> list[str]:
    named = " ".join(row[name] for name in ("metric", "harm", "side", "group", "level", "part") if row[name])
    interval = "" if pd.isna(row["low"]) else f"{row['low']:+.3g} to {row['high']:+.3g}"
    percent = "" if pd.isna(row["percent"]) else f"{row['percent']:+.1f}"
    return [named, f"{row['base']:.4g}", f"{row['mean']:+.3g}", interval, percent]
