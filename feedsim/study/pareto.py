"""Trade-offs: what no other point beats, how much that covers, and how sure it is. Pure functions of arrays.

Everything is a loss: less is better. Shapes: (T,) points, (M,) objectives, (S,) seeds, (R,) resamples of the seeds.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Bools: TypeAlias = npt.NDArray[np.bool_]
Doubles: TypeAlias = npt.NDArray[np.float64]

AT_ONCE = 1_000_000
"""Pairs of points that are compared in one go."""


def non_dominated(losses: Doubles) -> Bools:
    """(..., T) points that no other dominates: none is as good in all objectives (..., T, M) and better in one.

    Points that are equal do not dominate each other. A point with a NaN is dominated, and dominates nothing.
    """
    # (..., T, T) the first of two points against the second, an objective at a time.
    valid: Bools = np.asarray(~np.isnan(losses).any(axis=-1))
    as_good: Bools = np.repeat(valid[..., :, None], losses.shape[-2], axis=-1)
    better: Bools = np.zeros_like(as_good)
    for m in range(losses.shape[-1]):
        one, other = losses[..., :, None, m], losses[..., None, :, m]
        as_good &= one <= other
        better |= one < other
    return np.asarray(valid & ~(as_good & better).any(axis=-2))


def hypervolume(losses: Doubles, reference: Doubles) -> float:
    """What the points (T, M) dominate of the space that is better than `reference` (M,): its volume.

    Slices along the last objective, each the hypervolume of those before it (Zitzler 1999); points that are not better
    than the reference in every objective count for nothing.
    """
    inside = losses[(losses < reference).all(axis=1)]
    return _volume(inside[non_dominated(inside)], reference) if len(inside) else 0.0


def _volume(points: Doubles, reference: Doubles) -> float:
    """Of points within the reference; some may be dominated."""
    if points.shape[1] == 1:
        return float(reference[0] - points.min())
    points = points[np.argsort(points[:, -1], kind="stable")]
    heights = np.diff(np.append(points[:, -1], reference[-1]))
    if points.shape[1] == 2:
        return float(heights @ (reference[0] - np.minimum.accumulate(points[:, 0])))
    # Up to the next point's height, those so far cover what they cover in the other objectives.
    below = (_front(points[: i + 1, :-1]) for i in range(len(points)))
    return float(sum(h * _volume(one, reference[:-1]) for h, one in zip(heights, below, strict=True) if h > 0))


def _front(points: Doubles) -> Doubles:
    """Without what is dominated, where leaving it in would cost more than taking it out."""
    return points[non_dominated(points)] if points.shape[1] > 2 else points


def representative(losses: Doubles, reference: Doubles, many: int) -> list[int]:
    """At most so many points that together cover most: greedily, the one that adds most to the hypervolume next.

    The greedy choice covers at least 1 - 1/e of the best (Guerreiro, Fonseca and Paquete 2016). Ties go to the first;
    points that add nothing are left out.
    """
    taken: list[int] = []
    covered = 0.0
    while len(taken) < many:
        gains = [hypervolume(losses[[*taken, i]], reference) - covered for i in range(len(losses))]
        if not gains or max(gains) <= 1e-12 * max(covered, 1e-300):
            break
        taken.append(int(np.argmax(gains)))
        covered += max(gains)
    return taken


def p_non_dominated(losses: Doubles, feasible: Bools) -> Doubles:
    """(T,) share of resamples in which a point is feasible and no other feasible one dominates it.

    `losses` (R, T, M), `feasible` (R, T).
    """
    allowed = np.where(feasible[..., None], losses, np.nan)
    # A few at a time: each takes the square of the points.
    few = max(1, AT_ONCE // losses.shape[1] ** 2)
    found = np.concatenate([non_dominated(allowed[i : i + few]) for i in range(0, len(losses), few)])
    return np.asarray(found.mean(axis=0))


def growth(losses: Doubles, feasible: Bools, reference: Doubles) -> Doubles:
    """(T,) hypervolume of the feasible points up to each."""
    held = np.empty((0, losses.shape[1]))
    found: list[float] = []
    for point, may in zip(losses, feasible, strict=True):
        together = np.vstack([held, point])
        is_new = bool(may) and bool((point < reference).all()) and bool(non_dominated(together)[-1])
        held = together[non_dominated(together)] if is_new else held
        found.append(hypervolume(held, reference) if is_new or not found else found[-1])
    return np.array(found)


def oriented(means: Doubles, is_up: Sequence[bool]) -> Doubles:
    """Objectives (..., M) as losses: what should rise is turned round."""
    return means * np.where(np.asarray(is_up), -1.0, 1.0)
