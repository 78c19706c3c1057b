"""Does the order of the arms survive the assumptions? Pure functions of the summary."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from feedsim.study.compare import paired, plain

Doubles = npt.NDArray[np.float64]
MORE_IS_BETTER = frozenset({"engagement_value"})
"""Of what is asked of every study; of harm, and of gaps between groups, less is better."""


@dataclass(frozen=True)
class Standing:
    """How the arms stand to one another in one measure, under every assumption."""

    metric: str
    harm: str
    arms: tuple[str, ...]
    assumptions: tuple[str, ...]
    """those under which every arm has run"""
    means: Doubles
    """(assumptions, arms) over seeds"""
    changes: Doubles
    """(assumptions, arms) minus the first arm, paired by seed; 0 for the first"""

    @property
    def pooled(self) -> Doubles:
        """(arms,) mean over assumptions, each of which counts alike."""
        return np.asarray(self.means.mean(axis=0), np.float64)

    @property
    def order(self) -> tuple[str, ...]:
        """Arms, the best first, by the pooled means."""
        return tuple(self.arms[i] for i in np.argsort(self._ranks(self.pooled), kind="stable"))

    @property
    def firsts(self) -> dict[str, int]:
        """Under how many assumptions each arm is the best; arms that tie all are."""
        best = self._signed(self.means).max(axis=1, keepdims=True) == self._signed(self.means)
        return dict(zip(self.arms, best.sum(axis=0).tolist(), strict=True))

    @property
    def same_order(self) -> int:
        """Under how many assumptions the order is the pooled one."""
        return int((self._ranks(self.means) == self._ranks(self.pooled)).all(axis=1).sum())

    @property
    def correlations(self) -> Doubles:
        """(assumptions,) Spearman's rank correlation with the pooled order; NaN where all arms tie."""
        ranks, pooled = (of - of.mean(axis=-1, keepdims=True) for of in map(self._ranks, (self.means, self.pooled)))
        size = np.sqrt((ranks**2).sum(axis=1) * (pooled**2).sum())
        whole: Doubles = np.divide(ranks @ pooled, size, out=np.full(len(ranks), np.nan), where=size > 0)
        return whole

    def same_sign(self, arm: str) -> int:
        """Under how many assumptions the arm differs from the first in the direction of the pooled difference."""
        changes = self.changes[:, self.arms.index(arm)]
        return int((np.sign(changes) == np.sign(changes.mean())).sum())

    def _signed(self, values: Doubles) -> Doubles:
        return values if self.metric in MORE_IS_BETTER else -values

    def _ranks(self, values: Doubles) -> Doubles:
        """Places, 1 the best; those that tie share the mean of their places."""
        table = pd.DataFrame(np.atleast_2d(-self._signed(values))).rank(axis=1).to_numpy(float)
        return table if values.ndim == 2 else table[0]


def standings(summary: pd.DataFrame) -> Iterator[Standing]:
    """Of engagement value, of every harm's prevalence and, where `summary` has it, of the widest gap.

    Only everyone's cells count, and only assumptions under which every arm has run.
    """
    rows = plain(summary)
    rows = rows[(rows[["side", "group", "level", "part"]] == "").all(axis=1)]
    wanted = (rows["metric"].isin(["engagement_value", "widest_gap"])) | (
        (rows["metric"] == "prevalence") & (rows["harm"] != "")
    )
    rows = rows[wanted]
    # The measure that everything else costs comes first, whatever the order of the files.
    for metric in ("engagement_value", "prevalence", "widest_gap"):
        for harm, of in rows[rows["metric"] == metric].groupby("harm", sort=False):
            standing = _standing(metric, str(harm), of, list(dict.fromkeys(rows["arm"])))
            if standing is not None:
                yield standing


def _standing(metric: str, harm: str, rows: pd.DataFrame, arms: list[str]) -> Standing | None:
    pairs = paired(rows, arms[0])
    pairs = pairs.assign(value=pairs["value"] - pairs["base"])
    means, changes = (_table(of, arms) for of in (rows, pairs))
    means = means.dropna()
    if means.empty or list(means.columns) != arms:
        return None
    changes = changes.reindex(index=means.index, columns=arms).fillna({arms[0]: 0.0})
    names = tuple(map(str, means.index))
    return Standing(metric, harm, tuple(arms), names, means.to_numpy(float), changes.to_numpy(float))


def _table(rows: pd.DataFrame, arms: list[str]) -> pd.DataFrame:
    """An assumption a row, an arm a column: the mean over seeds."""
    found = rows.pivot_table("value", "assumption", "arm", aggfunc="mean")
    return found.loc[list(dict.fromkeys(rows["assumption"])), [arm for arm in arms if arm in found]]
