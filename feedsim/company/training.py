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
BINS = 63
"""Of a feature's histogram: half the time of 255, no worse in AUC at these numbers of rows."""
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
    learn = partial(_train_head, log, ranker, streams, version, list(feature_names))
    with ThreadPoolExecutor(max(1, threads)) as pool:
        trained = list(pool.map(learn, range(len(ACTIONS))))
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


def chosen_rows(
    log: ImpressionLog, positive: Bools, most: int, streams: Streams, version: int, head: int
) -> tuple[Longs, Doubles]:
    """Rows for one head, by addressed lot, and their weights: positives first, up to half; negatives fill the rest.

    The weight is 1 / (probability of being logged x of being chosen), so that probabilities stay calibrated.
    """
    many = int(np.count_nonzero(positive))
    keep_positive = min(1.0, most / 2 / max(many, 1))
    room = most - min(many, most // 2)
    keep_negative = min(1.0, room / max(len(positive) - many, 1))
    p = np.where(positive, keep_positive, keep_negative)
    lot = streams.uniform("training", version, head, log.live("user"), log.live("key"), log.live("minute"))
    # The lot's share varies a little: what exceeds the limit goes by the greatest lot.
    rows = np.flatnonzero(lot < p)
    if len(rows) > most:
        rows = np.sort(rows[np.argsort(lot[rows] / p[rows], kind="stable")[:most]])
    return rows, log.weight[rows] / p[rows]


def leaf_rows(rows: int) -> int:
    """The fewest rows of a leaf: a hundredth of all, within 20 and 200."""
    return min(200, max(20, rows // 100))


def _train_head(
    log: ImpressionLog, ranker: EngagementRanker, streams: Streams, version: int, names: list[str], head: int
) -> Head:
    positive = (log.live("actions").astype(np.uint8) >> np.uint8(head) & np.uint8(1)).astype(np.bool_)
    rows, weight = chosen_rows(log, positive, ranker.training_rows, streams, version, head)
    label = positive[rows]
    enough = FEWEST_POSITIVES <= np.count_nonzero(label) <= len(label) - FEWEST_POSITIVES
    x = log.features[rows] if enough else np.zeros((2, len(names)), np.float32)
    if not enough:
        # Two rows that carry the smoothed share: LightGBM makes of them the constant it would start from.
        share = (weight[label].sum() + 0.01) / (weight.sum() + 1.0)
        label, weight = np.array([True, False]), np.array([share, 1 - share])
    parameters = {
        "objective": "binary",
        "num_leaves": ranker.leaves,
        "learning_rate": ranker.learning_rate,
        "max_bin": BINS,
        "min_data_in_leaf": leaf_rows(len(label)),
        "min_sum_hessian_in_leaf": 1e-3,
        "max_delta_step": LARGEST_STEP,
        "use_missing": False,
        "feature_pre_filter": False,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "seed": int(streams.hashes("lightgbm", version, head) >> np.uint64(34)),
        "verbose": -1,
    }
    data = lgb.Dataset(x, label.astype(np.float32), weight=weight, feature_name=names, params=parameters)
    booster = lgb.train(parameters, data, ranker.trees if enough else 1)
    return Head(booster, len(rows), int(np.count_nonzero(positive[rows])), not enough)


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
