"""How much each assumption moves a number: Morris' elementary effects, then Sobol's indices. Pure, by SALib.

Assumptions are sampled in the unit cube, as shares of what is known of each, so that an effect is what comes of going
from one end of an assumption to the other. Outputs are (N, S): a row a point, a column a seed. Every point is run with
the same seeds (common random numbers), and indices are those of the mean over seeds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Doubles: TypeAlias = npt.NDArray[np.float64]
Method: TypeAlias = Literal["morris", "sobol"]
METHODS: tuple[Method, ...] = ("morris", "sobol")
"""The cheap one first: it tells what the other is worth running for."""

LEVELS = 4
"""Of Morris' grid; steps go over two thirds of it (Morris 1991). One of two values is then crossed within two thirds of
the way, so that its effect counts half as much again as the difference that it makes."""
RESAMPLES = 1000
"""Of the bootstrap that gives 95 % intervals."""
INDICES = ["effect", "low", "high", "first_order", "first_order_low", "first_order_high", "sigma", "chance"]
"""Columns of `indices`, beside the assumption."""


@dataclass(frozen=True)
class Design:
    """Points at which the numbers have to be known."""

    method: Method
    names: tuple[str, ...]
    """of the assumptions"""
    shares: Doubles
    """(N, D) in the unit cube"""
    seed: int
    """of the bootstrap too"""

    @property
    def problem(self) -> dict[str, Any]:
        """As SALib calls it."""
        return problem(self.names)


def problem(names: Sequence[str]) -> dict[str, Any]:
    """Assumptions in the unit cube."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def morris(names: Sequence[str], trajectories: int, seed: int) -> Design:
    """Trajectories of D + 1 points, each of which moves one assumption. More of them begin with the same ones."""
    # SALib is loaded by whoever analyses, for it takes a second.
    from SALib.sample.morris import sample

    shares = sample(problem(names), trajectories, num_levels=LEVELS, seed=seed)
    return Design("morris", tuple(names), np.asarray(shares, np.float64), seed)


def sobol(names: Sequence[str], samples: int, seed: int) -> Design:
    """`samples` (a power of 2) x (D + 2) points: two samples, and the one with each column of the other in turn."""
    from SALib.sample.sobol import sample

    shares = sample(problem(names), samples, calc_second_order=False, seed=seed)
    return Design("sobol", tuple(names), np.asarray(shares, np.float64), seed)


def points_of(method: Method, assumptions: int, samples: int) -> int:
    """How many points a design has."""
    return samples * (assumptions + (1 if method == "morris" else 2))


def power_of_2(samples: int) -> int:
    """The next one that is at least as many."""
    return 1 << max(samples - 1, 1).bit_length()


def indices(design: Design, outputs: Doubles) -> pd.DataFrame:
    """A row an assumption: its name and INDICES.

    Of Morris: `effect` is mu* (Campolongo et al. 2007), the mean size of the change from end to end, in the unit of the
    output; `sigma` is the standard deviation of the change: large where it depends on the other assumptions. Of Sobol:
    `effect` is the total index, the share of the variance that goes if this assumption alone were known last;
    `first_order` the share that it explains alone (Saltelli et al. 2010). `chance` is, of Morris, the mu* that comes of
    seeds that differ; of Sobol, the share of the variance that does; unknown with one seed. An output that is the same
    everywhere has effects of 0 and no shares.
    """
    mean = outputs.mean(axis=1)
    nothing = np.full(len(design.names), np.nan)
    if not np.isfinite(mean).all():
        found = _table(nothing, nothing, nothing, nothing)
    elif np.ptp(mean) <= 1e-12 * np.abs(mean).max():
        still = np.zeros(len(nothing)) if design.method == "morris" else nothing
        found = _table(still, still, still, nothing)
    else:
        found = _of_morris(design, outputs) if design.method == "morris" else _of_sobol(design, outputs)
    found.insert(0, "assumption", list(design.names))
    return found


def _of_morris(design: Design, outputs: Doubles) -> pd.DataFrame:
    from SALib.analyze.morris import analyze

    said = analyze(
        design.problem, design.shares, outputs.mean(axis=1), RESAMPLES, 0.95, num_levels=LEVELS, seed=design.seed
    )
    star, half = (np.asarray(said[name], np.float64) for name in ("mu_star", "mu_star_conf"))
    return _table(effect=star, half=half, sigma=np.asarray(said["sigma"], np.float64), chance=_chance(design, outputs))


def _chance(design: Design, outputs: Doubles) -> Doubles:
    """The mean size that elementary effects would have if nothing but the seeds made them: sqrt(2/pi) of their error.

    Their error is the spread of an effect between seeds, over the square root of the seeds.
    """
    many, seeds = len(design.names), outputs.shape[1]
    if seeds < 2:
        return np.full(many, np.nan)
    steps = np.diff(design.shares.reshape(-1, many + 1, many), axis=1)
    moved = np.abs(steps).argmax(axis=2)
    size = np.take_along_axis(steps, moved[:, :, None], axis=2)
    effects = np.diff(outputs.reshape(-1, many + 1, seeds), axis=1) / size
    error = effects.var(axis=2, ddof=1) / seeds
    return np.array([np.sqrt(2 / np.pi * error[moved == one].mean()) for one in range(many)])


def _of_sobol(design: Design, outputs: Doubles) -> pd.DataFrame:
    from SALib.analyze.sobol import analyze

    # SALib takes a seed of 0 for none.
    said = analyze(design.problem, outputs.mean(axis=1), False, RESAMPLES, 0.95, seed=design.seed + 1)
    seeds, whole = outputs.shape[1], outputs.mean(axis=1).var()
    chance = outputs.var(axis=1, ddof=1).mean() / seeds / whole if seeds > 1 else np.nan
    found = _table(said["ST"], said["ST_conf"], np.full(len(design.names), np.nan), np.full(len(design.names), chance))
    first, half = said["S1"], said["S1_conf"]
    return found.assign(first_order=first, first_order_low=first - half, first_order_high=first + half)


def _table(effect: Doubles, half: Doubles, sigma: Doubles, chance: Doubles) -> pd.DataFrame:
    found = pd.DataFrame(dict.fromkeys(INDICES, np.nan), index=range(len(effect)))
    return found.assign(effect=effect, low=effect - half, high=effect + half, sigma=sigma, chance=chance)


def weightiest(effects: pd.DataFrame, most: int) -> list[str]:
    """The assumptions that move most, at most so many, in their own order.

    `effects`: a row a cell and assumption, with `cell`, `assumption` and Morris' `effect`. What counts is the share of
    all effects on a cell, in the mean over cells; less than half of an equal share does not.
    """
    by_cell = effects.pivot(index="cell", columns="assumption", values="effect")
    shares = by_cell.div(by_cell.sum(axis=1), axis=0).dropna().mean()
    heavy = shares[shares >= 0.5 / max(by_cell.shape[1], 1)].nlargest(most)
    return [name for name in dict.fromkeys(effects["assumption"]) if name in heavy.index]
