"""Arms against each other: means over seeds, and differences paired by seed, with 95 % intervals.

Pure functions of the summary: one row a run and a whole-run cell (`arm`, `assumption`, `seed`, metrics columns).
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedsim.study.inference import correlation, holm, limits, method, p_values, spread, t_half_width

CELL = ["metric", "harm", "side", "group", "level", "part"]
"""What names a cell."""
ARM = ["arm", "assumption"]
Longs: TypeAlias = npt.NDArray[np.int64]


def plain(summary: pd.DataFrame) -> pd.DataFrame:
    """The same rows with text instead of categories, so that groups are those that occur."""
    text = [name for name in [*ARM, *CELL] if name in summary]
    return summary.astype(dict.fromkeys(text, str))


def intervals(values: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Mean of `value` over rows with the same `by`, Student's interval of it, and the range of the rows.

    Columns mean, low, high (NaN with one row), seeds (rows), least, greatest.
    """
    found = values.groupby(list(by), sort=False)["value"].agg(["mean", "std", "count", "min", "max"]).reset_index()
    half = t_half_width(found["std"].fillna(0), found["count"])
    ends = {"low": found["mean"] - half, "high": found["mean"] + half, "seeds": found["count"]}
    return found.drop(columns=["std", "count"]).rename(columns={"min": "least", "max": "greatest"}).assign(**ends)


def means(summary: pd.DataFrame) -> pd.DataFrame:
    """Every cell of every arm, over its seeds: columns arm, assumption, CELL and those of `intervals`."""
    return intervals(plain(summary), [*ARM, *CELL])


def paired(summary: pd.DataFrame, to: str) -> pd.DataFrame:
    """Runs of the other arms, each with the run of arm `to` of its seed and assumption: `value` and `base`."""
    rows, key = plain(summary), ["assumption", "seed", *CELL]
    base = rows.loc[rows["arm"] == to, [*key, "value"]].rename(columns={"value": "base"})
    return rows[rows["arm"] != to].merge(base, on=key)


def contrasts(pairs: pd.DataFrame) -> pd.DataFrame:
    """What pairs of runs (arm, assumption, seed, CELL, value, base, `difference`) tell, a row a cell of an arm.

    Columns arm, assumption, CELL; mean, sd, low, high, least, greatest of the differences (NaN with one seed where that
    says nothing), seeds; base (mean of the other arm over the same seeds); method (t; bca from 10 seeds; empty with
    one), p (NaN below 6 seeds), p_holm (corrected for the other arms of the cell); correlation of the two arms over
    seeds and variance_kept (see `inference.correlation`). In the order of `pairs`; a pair with a number that is none is
    left out.
    """
    pairs = pairs[np.isfinite(pairs["difference"].astype(float))]
    cell = pairs.groupby([*ARM, *CELL], sort=False).ngroup().to_numpy()
    ordered, sizes = pairs.iloc[np.lexsort((pairs["seed"], cell))], np.bincount(cell)
    parts = [_of_size(ordered, sizes, n) for n in np.unique(sizes).tolist() or [1]]
    found = pairs[[*ARM, *CELL]].drop_duplicates(ignore_index=True).join(pd.concat(parts))
    family = found.groupby(["assumption", *CELL], sort=False).ngroup()
    return found.assign(p_holm=holm(found["p"], family))


def _of_size(ordered: pd.DataFrame, sizes: Longs, seeds: int) -> pd.DataFrame:
    """The columns of the cells that have so many seeds, a cell's place its index."""
    rows = ordered[np.repeat(sizes, sizes) == seeds]
    d, value, base = (rows[name].to_numpy(float).reshape(-1, seeds) for name in ("difference", "value", "base"))
    (low, high), (r, kept) = limits(d), correlation(value, base)
    columns = {"mean": d.mean(axis=1), "sd": spread(d), "low": low, "high": high, "seeds": seeds}
    columns |= {
        "least": d.min(axis=1),
        "greatest": d.max(axis=1),
        "base": base.mean(axis=1),
        "method": method(seeds),
        "p": p_values(d),
    }
    return pd.DataFrame(columns | {"correlation": r, "variance_kept": kept}, index=np.flatnonzero(sizes == seeds))


def differences(summary: pd.DataFrame, to: str) -> pd.DataFrame:
    """Every cell of every other arm minus arm `to`, paired by seed, in the summary's order.

    Columns are those of `contrasts`, and percent, percent_low, percent_high: of `base`, NaN where that is 0.
    """
    pairs = paired(summary, to)
    found = contrasts(pairs.assign(difference=pairs["value"] - pairs["base"]))
    whole = 100 / found["base"].abs().replace(0, np.nan)
    percent = {"percent": "mean", "percent_low": "low", "percent_high": "high"}
    return found.assign(**{name: found[column] * whole for name, column in percent.items()})


def prevalence_ratios(summary: pd.DataFrame, to: str) -> pd.DataFrame:
    """Natural logarithm of prevalence over that of arm `to`, paired by seed; where either is 0 is left out."""
    pairs = paired(summary[summary["metric"] == "prevalence"], to)
    pairs = pairs[(pairs["value"] > 0) & (pairs["base"] > 0)]
    logs = np.log(pairs["value"] / pairs["base"])
    return contrasts(pairs.assign(difference=logs, metric="prevalence_log_ratio"))


def amplification(summary: pd.DataFrame, chronological: str) -> pd.DataFrame:
    """Impressions of each author group over those in the chronological arm, minus 1: `contrasts` (0.2 = +20 %)."""
    rows, run = plain(summary), [*ARM, "seed"]
    everyone = (rows["metric"] == "impressions") & (rows["side"] == "") & (rows["part"] == "")
    shares = rows[(rows["metric"] == "reach_share") & (rows["side"] == "author")]
    shown = shares.merge(rows.loc[everyone, [*run, "value"]], on=run, suffixes=("", "_all"))
    pairs = paired(shown.assign(value=shown["value"] * shown["value_all"]), chronological)
    pairs = pairs[pairs["base"] > 0]
    return contrasts(pairs.assign(difference=pairs["value"] / pairs["base"] - 1, metric="amplification"))
