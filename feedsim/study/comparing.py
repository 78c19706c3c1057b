"""A study's arms against one of them: from the folder to the rows, and into comparison.parquet."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from feedsim.faults import Fault, Faults, nearest
from feedsim.results import read_summary, write_comparison
from feedsim.sheet import Sheet
from feedsim.study.compare import amplification, differences, plain, prevalence_ratios
from feedsim.study.contrast_sheet import contrast_sheet, how_made
from feedsim.study.precision import Precision, read_precision

OF_TWO_ARMS: dict[str, Callable[[pd.DataFrame, str], pd.DataFrame]] = {
    "amplification": amplification,
    "prevalence_log_ratio": prevalence_ratios,
}
"""Metrics that it takes two arms to measure; told when they are asked for."""


def compare(folder: Path | str, to: str | None = None, metrics: str | Sequence[str] = ()) -> pd.DataFrame:
    """Every cell of every other arm minus arm `to` (the first, unless named), paired by seed, with 95 % intervals.

    Columns are those of `feedsim.study.compare.differences`. Metrics of two arms (`amplification`,
    `prevalence_log_ratio`) come where they are named. Raises NotARun where nothing has finished, Faults for an arm or a
    metric that is not there.
    """
    summary, named = plain(read_summary(Path(folder))), [metrics] if isinstance(metrics, str) else metrics
    return _against(summary, _base(summary, folder, to, named), named)


def _base(summary: pd.DataFrame, folder: Path | str, to: str | None, metrics: Sequence[str]) -> str:
    """The arm to compare with. Raises Faults."""
    arms, known = list(dict.fromkeys(summary["arm"])), [*dict.fromkeys(summary["metric"]), *OF_TWO_ARMS]
    faults = [_unknown("--metric", "metric", name, known) for name in metrics if name not in known]
    if to is not None and to not in arms:
        faults.append(_unknown("--to", "arm", to, arms))
    if len(arms) < 2:
        faults.append(Fault(str(folder), None, "", "has one arm only", "there should be two to compare"))
    if faults:
        raise Faults(faults)
    return to or str(arms[0])


def _unknown(option: str, what: str, name: str, known: Sequence[str]) -> Fault:
    return Fault(option, None, "", f"there is no {what} '{name}'", nearest(name, known))


def _against(summary: pd.DataFrame, base: str, metrics: Sequence[str]) -> pd.DataFrame:
    wanted = summary[summary["metric"].isin(metrics)] if metrics else summary
    of_two = [measured(summary, base) for name, measured in OF_TWO_ARMS.items() if name in metrics]
    return pd.concat([differences(wanted, base), *of_two], ignore_index=True) if of_two else differences(wanted, base)


def record_comparison(folder: Path) -> Path:
    """Write `comparison.parquet` of a study's summary: every arm against the first, in every cell and in the reach of
    each author group (`amplification`); of one arm, without rows."""
    summary = plain(read_summary(folder))
    base = str(summary["arm"].iloc[0])
    # The base arm's reach is 0 % over itself.
    of_reach = amplification(summary, base).assign(base=0.0)
    rows = pd.concat([differences(summary, base), of_reach], ignore_index=True)
    return write_comparison(folder, rows.assign(base_arm=base))


def comparison_tables(
    folder: Path, to: str | None, metrics: Sequence[str], precision: str | None = None
) -> Iterator[Sheet]:
    """For a screen, a table an arm: everyone's cells; of named metrics also those by group and part.

    With a `precision` (0.5% or 0.01) also how many more seeds it takes. Raises NotARun and Faults, as `compare` does.
    """
    wanted = _wanted(precision)
    summary = plain(read_summary(folder))
    base = _base(summary, folder, to, metrics)
    if not metrics:
        summary = summary[(summary["group"] == "") & (summary["part"] == "")]
    found = _against(summary, base, metrics)
    parts = list(found.groupby(["arm", "assumption"], sort=False))
    for i, ((arm, assumption), rows) in enumerate(parts, start=1):
        notes = how_made(found, base, wanted, bool(metrics)) if i == len(parts) else ""
        yield contrast_sheet(f"{arm} {assumption}".strip(), base, rows, wanted, notes)


def _wanted(precision: str | None) -> Precision | None:
    read = None if precision is None else read_precision(precision, "--precision")
    if isinstance(read, Fault):
        raise Faults([read])
    return read
