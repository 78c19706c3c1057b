"""How good predicted probabilities were: what each metric means, of predictions, outcomes and weights of rows."""

import numpy as np

from feedsim.world.arrays import Bools, Doubles, Floats, Longs

BINS = 10
"""Of equal weight, for the calibration error."""
LEAST = 1e-15
"""A certainty that fails costs as much as this probability does."""


def auc(p: Floats | Longs, y: Bools, weight: Doubles) -> float:
    """Weighted probability that a positive row scores above a negative one, ties counted half; NaN without both.

    (sum over positives of the weight of negatives below + half of those equal) / (weight of positives x of negatives).
    """
    order = np.argsort(p, kind="stable")
    first = np.flatnonzero(np.r_[True, np.diff(p[order]) > 0][: len(p)])
    positive, negative = (np.add.reduceat((weight * of)[order], first) for of in (y, ~y))
    below = np.cumsum(negative) - negative
    pairs = positive.sum() * negative.sum()
    return float((positive * (below + negative / 2)).sum() / pairs) if pairs > 0 else float("nan")


def log_loss(p: Floats, y: Bools, weight: Doubles) -> float:
    """Weighted mean of -ln(probability given to what happened), over rows."""
    q = np.clip(np.where(y, p, 1 - p.astype(np.float64)), LEAST, 1)
    return float(-np.average(np.log(q), weights=weight))


def calibration_error(p: Floats | Doubles, y: Bools | Doubles, weight: Doubles) -> float:
    """Expected calibration error: over 10 bins of equal weight by p, the mean of |mean p - share of positives|.

    A row may stand for many of about the same p: then `y` is their share of positives.
    """
    order = np.argsort(p, kind="stable")
    w = weight[order]
    total = w.sum()
    place = np.minimum((np.cumsum(w) - w / 2) / total * BINS, BINS - 1).astype(np.int64)
    mass = np.bincount(place, w, BINS)
    gap = np.abs(np.bincount(place, w * p[order], BINS) - np.bincount(place, w * y[order], BINS))
    return float(gap[mass > 0].sum() / total)


def calibration_ratio(p: Floats | Doubles, y: Bools | Doubles, weight: Doubles) -> float:
    """Mean predicted over mean observed; NaN where nothing was observed."""
    seen = np.average(y, weights=weight)
    return float(np.average(p, weights=weight) / seen) if seen > 0 else float("nan")


METRICS = {
    "ranker_auc": auc,
    "ranker_logloss": log_loss,
    "calibration_error": calibration_error,
    "calibration_ratio": calibration_ratio,
}


def quality(p: Floats, y: Bools, weight: Doubles) -> dict[str, float]:
    """Every metric of one head on some rows; those that are not defined are left out."""
    if len(p) == 0:
        return {}
    values = {name: measure(p, y, weight) for name, measure in METRICS.items()}
    return {name: value for name, value in values.items() if np.isfinite(value)}
