"""The detection team: it keeps reviewers' verdicts, and trains a detector of each harm in each language on them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np

from feedsim.company.labels import Labels
from feedsim.company.training import BINNING, LARGEST_STEP, leaf_rows
from feedsim.integrity.clues import names
from feedsim.integrity.detectors import LearnedDetectors, Panel
from feedsim.measures.cells import Cell
from feedsim.measures.predictions import quality
from feedsim.world.arrays import Codes, Doubles, Floats, Longs
from feedsim.world.world import World

HELD_OUT = 0.2
"""Share of the newest verdicts that a detector is measured on, trained on the others, before it learns from all."""
FEWEST_ROWS = 40
"""Verdicts of either kind without which the held-out ones tell nothing."""


@dataclass(frozen=True)
class Detector:
    """A version of one harm's detector in one language."""

    name: str
    """of its files"""
    said: str | float
    """LightGBM's text, or the prior where there is no forest"""
    card: dict[str, Any]
    """what it was trained on, and how good it is on verdicts it has not seen"""

    def files(self) -> Iterator[tuple[str, str]]:
        """Name and text of what belongs into `models/`."""
        yield f"{self.name}.json", json.dumps(self.card, indent=1) + "\n"
        if isinstance(self.said, str):
            yield f"{self.name}.txt", self.said


class DetectionTeam:
    """Learned detectors: their labels and the panel in force. Reads what the company knows, and no truth."""

    def __init__(self, detectors: LearnedDetectors, world: World, audit_share: float) -> None:
        self.detectors, self.audit_share = detectors, audit_share
        self.harms = world.harms
        self.languages = world.levels.get("language", ("",))
        self.names = names(world.harms)
        self.labels = Labels(len(self.names))
        self.panel: Panel | None = None
        self.trained: list[Detector] = []
        """the version in force, by language and harm"""

    def retrain(self, world: World) -> list[Detector]:
        """The next version of every detector, from the newest verdicts."""
        version = 1 if self.panel is None else self.panel.version + 1
        room = self.detectors.training_rows * len(self.harms) * len(self.languages)
        self.labels.drop(max(0, len(self.labels) - room))
        grid = [
            [self._trained(world, version, code, harm) for harm in range(len(self.harms))]
            for code in range(len(self.languages))
        ]
        self.put_in_force([detector for row in grid for detector in row])
        return self.trained

    def put_in_force(self, trained: list[Detector]) -> None:
        """From now on beliefs are those of these detectors, by language and harm; of none, there are none."""
        self.trained, many = trained, len(self.harms)
        said = [detector.said for detector in trained]
        rows = [said[first : first + many] for first in range(0, len(said), many)]
        self.panel = Panel.of(trained[0].card["version"], rows, self.harms) if trained else None

    def cold_starts(self) -> Iterator[Cell]:
        """`cold_start` of every detector that is wanted: 1 where it gives its prior for want of verdicts of harm."""
        for card in (detector.card for detector in self.trained):
            if card["wanted"]:
                part = f"language={card['language']}"
                yield Cell("cold_start", float(card["cold_start"]), card["positives"], card["harm"], part=part)

    def _trained(self, world: World, version: int, language: int, harm: int) -> Detector:
        labels, n, code = self.labels, len(self.labels), self.languages[language]
        mine = np.flatnonzero((labels.harm[:n] == harm) & (labels.language[:n] == language))
        prior = prior_of(labels, mine)
        mine = mine[-self.detectors.training_rows :]
        positives = int(np.count_nonzero(labels.harmful[mine]))
        wanted = self.detectors.languages is None or code in self.detectors.languages
        enough = positives >= self.detectors.min_positives and len(mine) - positives >= FEWEST_ROWS
        card: dict[str, Any] = {
            "version": version, "minute": world.minute, "harm": self.harms[harm], "language": code,
            "kind": "forest" if wanted and enough else "prior", "wanted": wanted,
            "cold_start": wanted and not enough,
            "rows": len(mine), "positives": positives, "audited_rows": int(np.count_nonzero(labels.audited[mine])),
            "min_positives": self.detectors.min_positives, "prior": prior, "features": list(self.names),
        }  # fmt: skip
        name = f"detector_v{version:03d}_{self.harms[harm]}_{language}_{re.sub(r'[^0-9A-Za-z]+', '_', code) or 'all'}"
        if card["kind"] == "prior":
            return Detector(name, prior, card)
        card["held_out"] = self._held_out(world, mine, version, language, harm)
        booster = self._fit(world, mine, version, language, harm)
        return Detector(name, booster.model_to_string(), card | {"gain": _gain(booster, self.names)})

    def _held_out(self, world: World, rows: Longs, version: int, language: int, harm: int) -> dict[str, Any]:
        """How good a forest of the older verdicts is on the newest, overall and by group of author."""
        labels = self.labels
        split = int(len(rows) * (1 - HELD_OUT))
        older, newest = rows[:split], rows[split:]
        if len(np.unique(labels.harmful[older])) < 2:
            return {"rows": 0, "metrics": []}
        booster = self._fit(world, older, version, language, harm)
        p = np.asarray(booster.predict(labels.features[newest], num_threads=1), np.float32)
        cells = measured(labels, newest, p, self._weight(newest), world.users.groups, world.levels)
        return {"rows": len(newest), "since_minute": int(labels.minute[newest[0]]), "metrics": list(cells)}

    def _fit(self, world: World, rows: Longs, version: int, language: int, harm: int) -> lgb.Booster:
        detectors, labels = self.detectors, self.labels
        parameters = BINNING | {
            "objective": "binary",
            "num_leaves": detectors.leaves,
            "learning_rate": detectors.learning_rate,
            "min_data_in_leaf": leaf_rows(len(rows)),
            "min_sum_hessian_in_leaf": 1e-3,
            "max_delta_step": LARGEST_STEP,
            "seed": int(world.streams.hashes("lightgbm detector", version, language, harm) >> np.uint64(34)),
        }
        data = lgb.Dataset(
            labels.features[rows], labels.harmful[rows].astype(np.float32), weight=self._weight(rows),
            feature_name=list(self.names), params=parameters,
        )  # fmt: skip
        return lgb.train(parameters, data, detectors.trees)

    def _weight(self, rows: Longs) -> Doubles:
        """(n,) how many posts each verdict stands for: of the audit 1 / its share, so that probabilities are those of
        what is published; of what was suspected, itself."""
        return np.where(self.labels.audited[rows], 1 / max(self.audit_share, 1e-9), 1.0)


def prior_of(labels: Labels, rows: Longs) -> float:
    """The share of harm in the audit, smoothed; never 0 or 1."""
    audited = rows[labels.audited[rows]]
    return float((np.count_nonzero(labels.harmful[audited]) + 0.01) / (len(audited) + 1.0))


def measured(
    labels: Labels, rows: Longs, p: Floats, weight: Doubles,
    groups: Mapping[str, Codes], levels: Mapping[str, tuple[str, ...]],
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Every metric of predictions p (n,) of the verdicts `rows` (n,), for everyone and for each level of authors."""
    y = labels.harmful[rows]
    for group, level, of in _cuts(labels, rows, groups, levels):
        for metric, value in quality(p[of], y[of], weight[of]).items():
            yield {"metric": metric.removeprefix("ranker_"), "group": group, "level": level, "value": value,
                   "n": int(np.count_nonzero(of))}  # fmt: skip


def _cuts(
    labels: Labels, rows: Longs, groups: Mapping[str, Codes], levels: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str, Any]]:
    yield "", "", np.ones(len(rows), np.bool_)
    for group, code in groups.items():
        for i, level in enumerate(levels[group]):
            yield group, level, code[labels.author[rows]] == i


def _gain(booster: lgb.Booster, features: tuple[str, ...]) -> dict[str, float]:
    """What each feature that was used has gained, the most useful first."""
    gain = booster.feature_importance("gain")
    return {features[i]: float(gain[i]) for i in np.argsort(-gain, kind="stable") if gain[i] > 0}
