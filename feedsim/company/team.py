"""The ranking team: it logs what it served, measures its heads on it, and trains the next ones."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from feedsim.company.log import ImpressionLog, Sampling
from feedsim.company.training import Model, train
from feedsim.feed.features import FeatureSpace, features
from feedsim.feed.flow import Candidates, Slate
from feedsim.feed.ranking import EngagementRanker, LightModel, head_weights
from feedsim.measures.cells import Cell
from feedsim.measures.ranker import evaluate
from feedsim.world.arrays import Codes, Floats
from feedsim.world.world import ACTIONS, World

DAY = 1440
"""Minutes."""


class RankingTeam:
    """The engagement ranker's log and the model in force. Reads what the company knows, and no truth."""

    def __init__(
        self, ranker: EngagementRanker, space: FeatureSpace, impressions_per_day: float, heads: Collection[int] = ()
    ) -> None:
        self.space = space
        self.weigh(ranker, heads)
        self.log = ImpressionLog(len(space))
        self.sampling = Sampling.of(ranker.training_rows / 2, impressions_per_day)
        self.model: Model | None = None

    def weigh(self, ranker: EngagementRanker, heads: Collection[int]) -> None:
        """What actions count for, from now on. The heads stay as they were trained."""
        self.ranker = ranker
        self.weights = head_weights(ranker.weights)
        self.weighed = tuple(sorted({int(a) for a in np.flatnonzero(self.weights)} | set(heads)))
        """heads that the score or a policy (`heads`) needs; the others are asked for what is logged or sampled only"""

    @property
    def light(self) -> LightModel:
        """The first pass of the model in force."""
        assert self.model is not None
        coefficients = np.zeros(len(self.space), np.float32)
        coefficients[list(self.space.light)] = self.model.light[:-1]
        return LightModel(coefficients, float(self.model.light[-1]))

    def predict(self, x: Floats) -> Floats:
        """(n, A) what the heads that the score needs say of rows x (n, F); NaN of the others."""
        assert self.model is not None
        return self.model.heads.predict(x, self.weighed)

    def completed(self, x: Floats, p: Floats) -> Floats:
        """(n, A) the same with what the other heads say."""
        assert self.model is not None
        others = [a for a in range(len(ACTIONS)) if a not in self.weighed]
        return np.where(np.isnan(p), self.model.heads.predict(x, others), p)

    def logged(self, world: World, table: Floats, c: Candidates, slate: Slate) -> dict[str, Any]:
        """Rows for the log: a sample of the chunk's impressions, with the features as served."""
        rows, weight = self.sampling.rows(world, slate)
        at = slate.candidate[rows]
        x = features(world, self.space, table, c, at) if c.features is None else c.features[at]
        p = np.zeros((len(rows), len(ACTIONS)), np.float32) if c.p is None else self.completed(x, c.p[at])
        version = 0 if c.p is None or self.model is None else self.model.version
        post = slate.post[rows] - world.posts.base
        return {
            "features": x,
            "p": p,
            "actions": slate.actions[rows],
            "weight": weight,
            "user": slate.user[rows],
            "author": world.posts.author[post],
            "key": world.posts.key[post],
            "minute": np.full(len(rows), world.minute, np.int32),
            "version": np.full(len(rows), version, np.int16),
        }

    def examine(self, groups: Mapping[str, Codes], levels: Mapping[str, tuple[str, ...]]) -> list[Cell]:
        """How good the heads in force were on what they served: held out by time."""
        return [] if self.model is None else list(evaluate(self.log, self.model.version, groups, levels))

    def retrain(self, world: World, threads: int) -> Model:
        """The next version, from the log's window; what is older than that is forgotten."""
        old = np.searchsorted(self.log.minute[: len(self.log)], world.minute - self.ranker.window_days * DAY)
        self.log.drop(int(old))
        version = 1 if self.model is None else self.model.version + 1
        self.model = train(
            self.log,
            self.ranker,
            world.streams,
            version=version,
            minute=world.minute,
            feature_names=self.space.names,
            light_features=self.space.light,
            threads=threads,
        )
        return self.model
