"""Training the heads: a boosted forest an action, from logged impressions; and the light model that imitates them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import lightgbm as lgb
import numpy as np
from scipy.special import ndtri

from feedsim.company.log import ImpressionLog
from feedsim.feed.forest import Heads
from feedsim.feed.ranking import EngagementRanker, head_weights
from feedsim.world.arrays import Bools, Doubles, Floats, Longs
from feedsim.world.rng import Streams
from feedsim.world.world import ACTIONS

FEWEST_POSITIVES = 20
"""With fewer a head keeps a constant probability, the share of positives (smoothed)."""
BINNING: dict[str, Any] = {
    "max_bin": 63,  # half the time of 255, no worse in AUC at these numbers of rows
    "bin_construct_sample_cnt": 20_000,
    "use_missing": False,
    "feature_pre_filter": False,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
"""How features are cut into bins, and what every head has in common."""
LARGEST_STEP = 0.7
"""Of a leaf, in log-odds before the learning rate. Positives of a rare head weigh little, so that a leaf of them alone
would leap by hundreds: without a limit rare heads predict twice what happens, with it a tenth too much."""
RIDGE = 1e-3
"""Of the light model, in units of the features' variance."""


@dataclass(frozen=True)
class Model:
    """A version of the ranker."""

    version: int
    minute: int
    """when it was trained"""
    heads: Heads
    texts: tuple[str, ...]
    """LightGBM's text of each head, in the order of ACTIONS"""
    light: Floats
    """(L + 1,) coefficients of the light features, then the intercept"""
    card: dict[str, Any]
    """what it was trained on"""


@dataclass(frozen=True)
class Head:
    """One trained head."""

    booster: lgb.Booster
    rows: int
    positives: int
    constant: bool


def train(
    log: ImpressionLog,
    ranker: EngagementRanker,
    streams: Streams,
    *,
    version: int,
    minute: int,
    feature_names: Sequence[str],
    light_features: Sequence[int],
    threads: int = 1,
) -> Model:
    """Train all heads side by side on at most `ranker.training_rows` rows each; the same whatever `threads`."""
    lot = lots(log, streams, version)
    chosen = [chosen_rows(log, positives(log, head), ranker.training_rows, lot) for head in range(len(ACTIONS))]
    shared = SharedBins.of(log, np.unique(np.concatenate([rows for rows, _ in chosen])), list(feature_names))
    learn = partial(_train_head, log, ranker, streams, version, shared)
    with ThreadPoolExecutor(max(1, threads)) as pool:
        trained = list(pool.map(learn, range(len(ACTIONS)), chosen))
    texts = tuple(head.booster.model_to_string() for head in trained)
    heads = Heads.read(texts, [partial(head.booster.predict, raw_score=True, num_threads=1) for head in trained])
    light, agreement = _light_model(log, ranker, streams, version, heads, list(feature_names), list(light_features))
    card = {
        "version": version,
        "minute": minute,
        "features": list(feature_names),
        "window_days": ranker.window_days,
        "light_features": [feature_names[i] for i in light_features],
        "light_agreement": agreement,
        "heads": {action: _card(head, feature_names) for action, head in zip(ACTIONS, trained, strict=True)},
    }
    return Model(version, minute, heads, texts, light, card)


def restored(version: int, minute: int, texts: tuple[str, ...], light: Floats, card: dict[str, Any]) -> Model:
    """A model as it was trained, from all of it but the heads, which its texts hold."""
    boosters = [lgb.Booster(model_str=text) for text in texts]
    heads = Heads.read(texts, [partial(booster.predict, raw_score=True, num_threads=1) for booster in boosters])
    return Model(version, minute, heads, texts, light, card)


def lots(log: ImpressionLog, streams: Streams, version: int) -> Doubles:
    """(rows of the log,) a number in [0, 1) for each: who, what and when, never its place."""
    return streams.uniform("training", version, log.live("user"), log.live("key"), log.live("minute"))


def positives(log: ImpressionLog, head: int) -> Bools:
    """(rows of the log,) where the head's action was taken."""
    return (log.live("actions").astype(np.uint8) >> np.uint8(head) & np.uint8(1)).astype(np.bool_)


def chosen_rows(log: ImpressionLog, positive: Bools, most: int, lot: Doubles) -> tuple[Longs, Doubles]:
    """Rows for one head, by a lot (rows of the log,), and their weights: positives first, up to half; then negatives.

    The weight is 1 / (probability of being logged x share that is chosen), so that probabilities stay calibrated. All
    heads draw the same lot, so that they share most of their rows.
    """
    takers, others = np.flatnonzero(positive), np.flatnonzero(~positive)
    some = _least(takers, lot, most // 2)
    rest = _least(others, lot, most - len(some))
    rows = np.concatenate([some, rest])
    one_of = np.repeat([len(takers) / max(len(some), 1), len(others) / max(len(rest), 1)], [len(some), len(rest)])
    order = np.argsort(rows)
    return rows[order], (log.weight[rows] * one_of)[order]


def _least(rows: Longs, lot: Doubles, most: int) -> Longs:
    """Those of the rows with the `most` smallest lots."""
    return rows if len(rows) <= most else rows[np.argpartition(lot[rows], most)[:most]]


@dataclass(frozen=True)
class SharedBins:
    """Features of all rows that any head learns from, cut into bins once: finding bins takes as long as learning."""

    rows: Longs
    """of the log, ascending"""
    binned: lgb.Dataset
    """of these rows"""

    @classmethod
    def of(cls, log: ImpressionLog, rows: Longs, names: list[str]) -> "SharedBins":
        """Bins of these rows; without rows, of one of zeros."""
        x = log.features[rows] if len(rows) else np.zeros((1, len(names)), np.float32)
        return cls(rows, lgb.Dataset(x, np.zeros(len(x)), feature_name=names, params=BINNING).construct())

    def of_head(self, rows: Longs, label: Bools, weight: Doubles, parameters: dict[str, Any]) -> lgb.Dataset:
        """The training set of one head: some of the rows, and what it is to learn of them."""
        part = self.binned.subset(np.searchsorted(self.rows, rows), params=parameters).construct()
        return part.set_label(label.astype(np.float32)).set_weight(weight)


def leaf_rows(rows: int) -> int:
    """The fewest rows of a leaf: a hundredth of all, within 20 and 200."""
    return min(200, max(20, rows // 100))


def _train_head(
    log: ImpressionLog,
    ranker: EngagementRanker,
    streams: Streams,
    version: int,
    shared: SharedBins,
    head: int,
    chosen: tuple[Longs, Doubles],
) -> Head:
    rows, weight = chosen
    label = positives(log, head)[rows]
    parameters = {
        **BINNING,
        "objective": "binary",
        "num_leaves": ranker.leaves,
        "learning_rate": ranker.learning_rate,
        "min_data_in_leaf": leaf_rows(len(label)),
        "min_sum_hessian_in_leaf": 1e-3,
        "max_delta_step": LARGEST_STEP,
        "seed": int(streams.hashes("lightgbm", version, head) >> np.uint64(34)),
    }
    enough = FEWEST_POSITIVES <= np.count_nonzero(label) <= len(label) - FEWEST_POSITIVES
    if enough:
        data = shared.of_head(rows, label, weight, parameters)
    else:
        data = _constant(weight[label].sum(), weight.sum(), parameters, shared.binned.feature_name)
    booster = lgb.train(parameters, data, ranker.trees if enough else 1)
    return Head(booster, len(rows), int(np.count_nonzero(label)), not enough)


def _constant(positive: float, total: float, parameters: dict[str, Any], names: list[str]) -> lgb.Dataset:
    """Two rows that carry the smoothed share: LightGBM makes of them the constant it would start from."""
    share = (positive + 0.01) / (total + 1.0)
    nothing = np.zeros((2, len(names)), np.float32)
    return lgb.Dataset(nothing, np.array([1.0, 0.0]), weight=[share, 1 - share], feature_name=names, params=parameters)


def _card(head: Head, names: Sequence[str]) -> dict[str, Any]:
    gain = head.booster.feature_importance("gain")
    top = [int(i) for i in np.argsort(-gain, kind="stable")[:10] if gain[i] > 0]
    return {
        "rows": head.rows,
        "positives": head.positives,
        "constant": head.constant,
        "gain": {names[i]: float(gain[i]) for i in top},
    }


def _light_model(
    log: ImpressionLog, ranker: EngagementRanker, streams: Streams, version: int, heads: Heads,
    names: list[str], light: list[int],
) -> tuple[Floats, float]:  # fmt: skip
    """Least squares of the heads' score on the light features, over logged rows by lot; and its rank correlation.

    The score enters by its normal rank, and the viewer's own features beside the light ones: they are equal for all
    that one person could be shown, so that their share of the score must not be laid on what differs.
    """
    lot = streams.uniform("light", version, log.live("user"), log.live("key"), log.live("minute"))
    rows = np.sort(np.argsort(lot, kind="stable")[: min(len(log), ranker.training_rows)])
    if len(rows) == 0:
        return np.zeros(len(light) + 1, np.float32), 0.0
    # einsum adds up in one order; in what order BLAS does depends on its threads.
    p = heads.predict(log.features[rows]).astype(np.float64)
    score = _normal_ranks(np.einsum("na,a->n", p, head_weights(ranker.weights)))
    viewer = [i for i, name in enumerate(names) if name.startswith("viewer_")]
    x = log.features[rows][:, light + viewer].astype(np.float64)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread[spread == 0] = 1.0
    z = (x - mean) / spread
    square = np.einsum("ni,nj->ij", z, z) + RIDGE * len(z) * np.eye(x.shape[1])
    slope = np.linalg.solve(square, np.einsum("ni,n->i", z, score - score.mean())) / spread
    intercept = score.mean() - (mean * slope).sum()
    agreement = _correlation(_normal_ranks(np.einsum("ni,i->n", x, slope)), score)
    return np.r_[slope[: len(light)], intercept].astype(np.float32), agreement


def _normal_ranks(values: Doubles) -> Doubles:
    """Normal scores of the ranks, ties in order of rows."""
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray(ndtri((rank + 0.5) / len(values)))


def _correlation(a: Doubles, b: Doubles) -> float:
    return float(np.mean(a * b) / np.sqrt(np.mean(a * a) * np.mean(b * b))) if len(a) > 1 else 0.0
