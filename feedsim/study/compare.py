"""Arms against each other: means over seeds, and differences paired by seed, with t-based 95 % intervals.

Pure functions of the summary: one row a run and a whole-run cell (`arm`, `assumption`, `seed`, metrics columns).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import stdtrit

CELL = ["metric", "harm", "side", "group", "level", "part"]
"""What names a cell."""
INTERVAL = 0.95


def plain(summary: pd.DataFrame) -> pd.DataFrame:
    """The same rows with text instead of categories, so that groups are those that occur."""
    text = [name for name in ["arm", "assumption", *CELL] if name in summary]
    return summary.astype(dict.fromkeys(text, str))


def intervals(values: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Mean of `value` over rows with the same `by`, its interval, and the range of the rows.

    Columns mean, low, high (NaN with one row), seeds (rows), least, greatest.
    """
    found = values.groupby(list(by), sort=False)["value"].agg(["mean", "std", "count", "min", "max"]).reset_index()
    half = found["std"] / np.sqrt(found["count"]) * stdtrit(np.maximum(found["count"] - 1, 1), (1 + INTERVAL) / 2)
    limits = {"low": found["mean"] - half, "high": found["mean"] + half, "seeds": found["count"]}
    return found.drop(columns=["std", "count"]).rename(columns={"min": "least", "max": "greatest"}).assign(**limits)


def means(summary: pd.DataFrame) -> pd.DataFrame:
    """Every cell of every arm, over its seeds: columns arm, assumption, CELL and those of `intervals`."""
    return intervals(plain(summary), ["arm", "assumption", *CELL])


def paired(summary: pd.DataFrame, to: str) -> pd.DataFrame:
    """Runs of the other arms, each with the run of arm `to` of its seed and assumption: `value` and `base`."""
    rows, key = plain(summary), ["assumption", "seed", *CELL]
    base = rows.loc[rows["arm"] == to, [*key, "value"]].rename(columns={"value": "base"})
    return rows[rows["arm"] != to].merge(base, on=key)


def differences(summary: pd.DataFrame, to: str) -> pd.DataFrame:
    """Every cell of every other arm minus arm `to`, paired by seed, in the summary's order.

    Columns arm, assumption, CELL, those of `intervals` (of the difference), base (mean of arm `to` over the same
    seeds), and percent, percent_low, percent_high: of `base`, NaN where that is 0.
    """
    pairs, by = paired(summary, to), ["arm", "assumption", *CELL]
    found = intervals(pairs.assign(value=pairs["value"] - pairs["base"]), by)
    found = found.merge(pairs.groupby(by, sort=False)["base"].mean().reset_index(), on=by)
    whole = 100 / found["base"].abs().replace(0, np.nan)
    percent = {"percent": "mean", "percent_low": "low", "percent_high": "high"}
    return found.assign(**{name: found[column] * whole for name, column in percent.items()})


def prevalence_ratios(summary: pd.DataFrame, to: str) -> pd.DataFrame:
    """Natural logarithm of prevalence over that of arm `to`, paired by seed; cells where either is 0 are left out."""
    pairs = paired(summary[summary["metric"] == "prevalence"], to)
    pairs = pairs[(pairs["value"] > 0) & (pairs["base"] > 0)]
    logs = pairs.assign(value=np.log(pairs["value"] / pairs["base"]), metric="prevalence_log_ratio")
    return intervals(logs, ["arm", "assumption", *CELL])


def amplification(summary: pd.DataFrame, chronological: str) -> pd.DataFrame:
    """Impressions of each author group over those in the chronological arm, minus 1, paired by seed (0.2 = +20 %)."""
    rows, run = plain(summary), ["arm", "assumption", "seed"]
    everyone = (rows["metric"] == "impressions") & (rows["side"] == "") & (rows["part"] == "")
    shares = rows[(rows["metric"] == "reach_share") & (rows["side"] == "author")]
    shown = shares.merge(rows.loc[everyone, [*run, "value"]], on=run, suffixes=("", "_all"))
    pairs = paired(shown.assign(value=shown["value"] * shown["value_all"]), chronological)
    pairs = pairs[pairs["base"] > 0]
    ratios = pairs.assign(value=pairs["value"] / pairs["base"] - 1, metric="amplification")
    return intervals(ratios, ["arm", "assumption", *CELL])
