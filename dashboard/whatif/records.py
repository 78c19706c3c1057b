"""What runs have told so far, from their `progress.jsonl`: rows for live charts. Knows nothing of Streamlit."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import pandas as pd

from feedsim.results import RunPath, progress

Records: TypeAlias = dict[tuple[str, int], list[dict[str, Any]]]
"""(arm, seed) -> what the run has told."""
ENGAGEMENT, HARM = "engagement", "prevalence_"
COLUMNS = ["arm", "seed", "day", "what", "value"]


def heard(before: Records, runs: Iterable[RunPath]) -> Records:
    """What was told before and now: a run that has finished in the meantime tells no more."""
    found = dict(before)
    for run in runs:
        try:
            records = progress(run)
        except (OSError, ValueError):
            continue
        if records:
            found[run.arm, run.seed] = [record for record in records if isinstance(record, dict)]
    return found


def so_far_rows(records: Records, burn_in_days: int) -> pd.DataFrame:
    """Measured records as rows: `arm`, `seed`, `day` (0 is the end of burn-in), `what`, `value`.

    `what` is engagement or a class of harm; `value` is in points, or impressions of the class, per 100 impressions.
    """
    rows = [
        (arm, seed, record["day"] - burn_in_days, what.removeprefix(HARM), 100.0 * value)
        for (arm, seed), told in records.items()
        for record in told
        for what, value in _measured(record).items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _measured(record: Mapping[str, Any]) -> dict[str, float]:
    said, day = record.get("so_far"), record.get("day")
    if not isinstance(said, dict) or not _is_number(day):
        return {}
    return {str(what): float(value) for what, value in said.items() if _is_number(value)}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
