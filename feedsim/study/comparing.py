"""A study's arms against one of them: from the folder to the rows."""

from collections.abc import Hashable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from feedsim.faults import Fault, Faults, nearest
from feedsim.report.numbers import places
from feedsim.results import read_summary
from feedsim.sheet import Row, Sheet
from feedsim.study.compare import differences, plain

Cell: TypeAlias = dict[Hashable, Any]
"""A row of `differences`."""


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


def comparison_tables(folder: Path, to: str | None, metrics: Sequence[str]) -> Iterator[Sheet]:
    """For a screen, a table an arm: everyone's cells; of named metrics also those by group and part."""
    found = compare(folder, to, metrics)
    if not metrics:
        found = found[(found["group"] == "") & (found["part"] == "")]
    base = to or str(plain(read_summary(folder))["arm"].iloc[0])
    for (arm, assumption), rows in found.groupby(["arm", "assumption"], sort=False):
        caption = "`feedsim metrics` says what each is; --metric NAME shows it by group too." if not metrics else ""
        yield _sheet(f"{arm} {assumption}".strip(), base, rows, caption)


def _sheet(arm: str, base: str, rows: pd.DataFrame, caption: str) -> Sheet:
    lines = [(*_names(cell), _texts(cell)) for cell in rows.to_dict("records")]
    # Cells of one metric and harm lie apart in the summary.
    headings = {heading: i for i, heading in enumerate(dict.fromkeys(heading for heading, _, _ in lines))}
    lines.sort(key=lambda line: headings[line[0]])
    title = f"{arm} against {base}, {_seeds(rows['seeds'])}"
    return Sheet((base, "difference", "95 % interval", "%"), tuple(_rows(lines)), title, caption)


def _rows(lines: Sequence[tuple[str, str, tuple[str, ...]]]) -> Iterator[Row]:
    """A row a cell, below a heading where several share one."""
    for heading, group in groupby(lines, key=lambda line: line[0]):
        mine = [(name, texts) for _, name, texts in group]
        if len(mine) == 1:
            yield from (Row(f"{heading} {name}".strip(), texts) for name, texts in mine)
        else:
            yield Row(heading)
            yield from (Row(name or "everyone", texts, level=1) for name, texts in mine)


def _names(cell: Cell) -> tuple[str, str]:
    """What heads it, and what tells it from others below the same heading."""
    harm = cell["harm"]
    if cell["group"] or cell["part"]:
        by = f"by {cell['side']}'s {cell['group']}" if cell["group"] else f"by {cell['part'].partition('=')[0]}"
        return " ".join(filter(None, (cell["metric"], harm, by))), cell["level"] or cell["part"].partition("=")[2]
    return cell["metric"], harm


def _seeds(counts: "pd.Series[int]") -> str:
    """How many seeds the pairs are of; a cell that is not in every run has fewer."""
    least, most = int(counts.min()), int(counts.max())
    many = f"{most}" if least == most else f"{least} to {most}"
    return "one seed, so without intervals" if most == 1 else f"paired by seed ({many} seeds)"


def _texts(cell: Cell) -> tuple[str, ...]:
    """The first arm's mean, the difference, its interval, and the difference in per cent."""
    sizes = [abs(cell[name]) for name in ("mean", "low", "high") if not pd.isna(cell[name])]
    mean, low, high = (f"{cell[name]:+,.{min(places(max(sizes)), 5)}f}" for name in ("mean", "low", "high"))
    # Per cent of a score below 0 would say nothing.
    percent = "" if cell["base"] <= 0 else f"{cell['percent']:+,.{min(places(cell['percent']), 1)}f}"
    base = f"{cell['base']:,.{places(cell['base'], 4)}f}"
    return base, mean, "" if pd.isna(cell["low"]) else f"{low} to {high}", percent
