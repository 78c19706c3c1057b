"""What sets an arm apart from another, as a table for a screen, with how sure it is in words."""

from collections.abc import Hashable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from feedsim.report.numbers import places
from feedsim.sheet import Row, Sheet
from feedsim.study.inference import FOR_BOOTSTRAP, FOR_P
from feedsim.study.precision import Precision, more_seeds

FOR_COVERAGE = 30
"""Seeds from which a bootstrap's interval is about as wide as it should be."""
NARROW = "A bootstrap's 95 % intervals are narrow with few seeds: they cover 90 % with 10, 92 % with 20."

Cell: TypeAlias = dict[Hashable, Any]
"""A row of `compare.differences`, with `more`: seeds that it lacks."""


def contrast_sheet(arm: str, base: str, rows: pd.DataFrame, precision: Precision | None, notes: str) -> Sheet:
    """A row a cell. Columns that none of them fills are left out."""
    more = more_seeds(rows, precision) if precision else np.nan
    lines = [(*_names(cell), _texts(cell)) for cell in rows.assign(more=more).to_dict("records")]
    # Cells of one metric and harm lie apart in the summary.
    headings = {heading: i for i, heading in enumerate(dict.fromkeys(heading for heading, _, _ in lines))}
    lines.sort(key=lambda line: headings[line[0]])
    heads = (base, "difference", "95 % interval", "%", "p (Holm)", "r", "more seeds")
    kept = [i < 3 or any(texts[i] for _, _, texts in lines) for i in range(len(heads))]
    shown = [(heading, name, _only(texts, kept)) for heading, name, texts in lines]
    caption = " ".join(filter(None, (_paired(rows), notes)))
    return Sheet(_only(heads, kept), tuple(_rows(shown)), f"{arm} against {base}, {_seeds(rows['seeds'])}", caption)


def _only(texts: Sequence[str], kept: Sequence[bool]) -> tuple[str, ...]:
    return tuple(text for text, is_kept in zip(texts, kept, strict=True) if is_kept)


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
    """The base's mean, the difference, its interval, in per cent; p, correlation, and how many seeds it lacks."""
    sizes = [abs(cell[name]) for name in ("mean", "low", "high") if not pd.isna(cell[name])]
    mean, low, high = (f"{cell[name]:+,.{min(places(max(sizes)), 5)}f}" for name in ("mean", "low", "high"))
    # Per cent of a score below 0 would say nothing, and of a ratio even less.
    has_percent = cell["base"] > 0 and not pd.isna(cell["percent"])
    percent = f"{cell['percent']:+,.{min(places(cell['percent']), 1)}f}" if has_percent else ""
    base = f"{cell['base']:,.{places(cell['base'], 4)}f}"
    interval: str = "" if pd.isna(cell["low"]) else f"{low} to {high}"
    return base, mean, interval, percent, p_text(cell["p_holm"]), _r_text(cell["correlation"]), _more_text(cell["more"])


def _r_text(r: float) -> str:
    return "" if pd.isna(r) else f"{r:+.2f}"


def _more_text(seeds: float) -> str:
    return "" if pd.isna(seeds) else f"{seeds:,.0f}" if seeds < 1e6 else "over a million"


def p_text(p: float) -> str:
    """`0.034`, `< 0.001`; empty where there is none."""
    return "" if pd.isna(p) else "< 0.001" if p < 0.001 else f"{p:.3f}"


def _paired(rows: pd.DataFrame) -> str:
    """What the common random numbers achieved."""
    r, kept = rows["correlation"].median(), rows["variance_kept"].median()
    if pd.isna(r) or pd.isna(kept):
        return ""
    cells = int(rows["correlation"].notna().sum())
    return (
        f"r: correlation of the two arms over seeds, {r:+.2f} in the median of {cells:,} cells; differences vary "
        f"{kept:.2f} times as much as those of unpaired runs would (variances)."
    )


def how_made(found: pd.DataFrame, base: str, precision: Precision | None, has_groups: bool) -> str:
    """Of all arms: how intervals and p were made, and what to type next."""
    seeds = int(found["seeds"].max()) if len(found) else 0
    more = _more(precision.said(base), seeds) if precision else ""
    all_of = "" if has_groups else "`feedsim metrics` says what each is; --metric NAME shows it by group too."
    return " ".join(filter(None, (_sureness(seeds, found["arm"].nunique()), more, all_of)))


def _more(wanted: str, seeds: int) -> str:
    if seeds < 2:
        return "One seed tells of no spread, so nothing can be said of how many it takes."
    return f"More seeds: until Student's 95 % interval is \u00b1{wanted}, as it seems from {seeds} seeds."


def _sureness(seeds: int, arms: int) -> str:
    if seeds < 2:
        return ""
    if seeds < FOR_P:
        return (
            f"Fewer than {FOR_P} seeds: intervals are wide and rest on differences that are normal, and there is no p."
        )
    corrected = f", corrected for {arms} arms (Holm)" if arms > 1 else ""
    if seeds < FOR_BOOTSTRAP:
        return f"Intervals and p by Student's t{corrected}."
    few = f" {NARROW}" if seeds < FOR_COVERAGE else ""
    return f"Intervals by bootstrap (BCa), p by flipping signs{corrected}.{few}"
