"""The feed as an environment of gymnasium: each day an agent sets what the ranker weighs and how strongly policies act.

    from feedsim.environment import FeedEnvironment
    from feedsim.scenario import load_study

    env = FeedEnvironment(load_study(Path("scenarios/frontier.yaml")))
    observation, info = env.reset(seed=1)
    observation, reward, terminated, truncated, info = env.step(env.action_space.sample())

It needs the extra `gym`. An episode is a run: burn-in, then a step a day; it is truncated when the days are over.
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import gymnasium
import numpy as np
import pandas as pd
from gymnasium.spaces import Box

from feedsim.engine.simulation import DAY, Simulation
from feedsim.faults import Fault, Faults, nearest
from feedsim.goals import GAP, Direction, Goal, wrong_goal
from feedsim.levers import Lever, Values
from feedsim.measures.cells import Cell
from feedsim.people.content import enabled
from feedsim.scenario import Study
from feedsim.steering import steered, takes_whole_numbers
from feedsim.study.trials import figures
from feedsim.table_writer import Values as Column
from feedsim.validation import shown
from feedsim.world.arrays import Doubles, Floats
from feedsim.world.world import ACTIONS, World
from feedsim.writer import RunWriter

MOVABLE = re.compile(r"ranker\.(weights\.\w+|out_of_network_factor)|policies\.[^.]+\.(?!start_day$|end_day$|for$).+")
"""Settings that take effect at a midnight."""
RATES = tuple(f"{action}_rate" for action in ACTIONS)
SHARES = (*RATES, "in_network_share", "reshare_share")
COUNTS = ("sessions", "impressions", "engagement_value", "active_users", "minutes_per_active_user", "age_minutes")
OF_PEOPLE = ("prevalence", "harm_reshares", "exposed_users", "stated_value", "animosity", "satisfaction",
             "outgroup_warmth", "misbelief", "habit")  # fmt: skip
DAILY = (*COUNTS, *SHARES, *OF_PEOPLE, GAP)
"""Metrics that a reward can be made of: those that there are for every day."""
MOST = 1e6
"""Upper bound of an observation that is no share."""


class Nowhere(RunWriter):
    """Keeps no row: an agent learns from many runs, and nobody reads them."""

    def __init__(self) -> None: ...

    def add(self, table: str, columns: Mapping[str, Column]) -> None:
        """Forget them."""

    def model_file(self, name: str, text: str) -> None:
        """Forget it."""


class FeedEnvironment(gymnasium.Env[Floats, Floats]):
    """One company, one day a step.

    Actions: the levers of the study's block `optimize`, in its order, each from 0 (its low) to 1 (its high); `settings`
    says what an action sets. They must be ranges of `ranker.weights.<action>`, of `ranker.out_of_network_factor` or of
    settings of policies, which a company can change overnight; they hold from midnight to midnight.

    Observations: what the company counted on the day before (`observed` names the figures; all zero after `reset`, when
    nothing has been counted yet), with detectors' estimate of the prevalence of each class of harm. Nothing in them is
    the truth.

    Reward: of the study's objectives, as measured that day: the sum of price times figure. `prices` (objective -> price
    of a unit) are 1 for what should rise and -1 for what should fall, a percentage point being the unit of a share.
    Prevalence in a reward is the true one: it is what the scenario wants, not what the company knows.

    Raises Faults for a study that is none (one of a single day, for example), and for wrong prices or threads.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 (as gymnasium declares it)

    def __init__(self, study: Study, prices: Mapping[str, float] | None = None, threads: int = 1) -> None:
        check(study, prices, threads)
        assert study.optimize is not None
        self.scenario, self.levers, self.threads = study.scenario, study.optimize.levers, threads
        self.is_whole = {path: takes_whole_numbers(study.scenario, path) for path in self.levers}
        goals = study.optimize.goals
        usual = {str(goal): _sign(way) * (100 if goal.unit == "share" else 1) for goal, way in goals.items()}
        self.prices = {Goal.said(name): float(price) for name, price in (usual if prices is None else prices).items()}
        self.action_space = Box(0, 1, (len(self.levers),), np.float32)
        self.observed = (*COUNTS, *SHARES, *(f"estimated_prevalence[{harm}]" for harm in self._estimated()))
        """names of the figures in an observation"""
        most = np.array([MOST if name in COUNTS else 1 for name in self.observed], np.float32)
        self.observation_space = Box(np.zeros_like(most), most, dtype=np.float32)
        self.writer: RunWriter = Nowhere()
        self.simulation: Simulation | None = None
        self.day = 0

    def _estimated(self) -> list[str]:
        """Classes of harm that detectors look for."""
        found = [name for name, harm in self.scenario.harms.items() if harm.enabled]
        return found if self.scenario.detectors.kind != "none" else []

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Floats, dict[str, Any]]:
        """Live through burn-in. The seed is that of a run (without one: the next by lot). `options` change nothing."""
        super().reset(seed=seed)
        self.day = 0
        of_run = int(self.np_random.integers(2**31)) if seed is None else seed
        self.simulation = Simulation(self.scenario, of_run, threads=self.threads)
        self.simulation.advance(self.writer, 0)
        self.before = Counted(self.simulation.world)
        return np.zeros(len(self.observed), np.float32), {"day": 0, "seed": of_run}

    def step(self, action: Floats) -> tuple[Floats, float, bool, bool, dict[str, Any]]:
        """Live a day with these settings. Raises Faults where they do not fit together, RuntimeError without a day."""
        if self.simulation is None or self.day >= self.scenario.days:
            raise RuntimeError("there is no day to live: reset comes before step, and after the last day")
        self.simulation.server.steer(steered(self.scenario, self.settings(action)))
        self.simulation.advance(self.writer, (self.day + 1) * DAY)
        self.day += 1
        world = self.simulation.world
        cells = self.simulation.books.today(world)
        found = figures(_rows(cells), list(self.prices), [0])["today"][0]
        # What there was nothing of on that day counts for nothing.
        reward = float(np.nan_to_num(found) @ np.array(list(self.prices.values())))
        observation = self._observation(cells, world)
        info = {"day": self.day, "figures": dict(zip(map(str, self.prices), found.tolist(), strict=True))}
        return observation, reward, False, self.day >= self.scenario.days, info

    def settings(self, action: Floats) -> Values:
        """What an action sets: dotted path -> value. Raises ValueError for another number of levers."""
        if np.shape(action) != (len(self.levers),):
            raise ValueError(f"an action is a number for each of {len(self.levers)} levers, not {np.shape(action)}")
        parts = np.clip(np.asarray(action, np.float64), 0, 1).tolist()
        pairs = zip(parts, self.levers.items(), strict=True)
        return {path: _between(part, lever, self.is_whole[path]) for part, (path, lever) in pairs}

    def _observation(self, cells: list[Cell], world: World) -> Floats:
        everyone = {cell.metric: cell.value for cell in cells if not (cell.harm or cell.group or cell.part)}
        told = [everyone.get(name, 0.0) for name in (*COUNTS, *SHARES)]
        now = Counted(world)
        told += [now.estimate(self.before, world.harms.index(harm)) for harm in self._estimated()]
        self.before = now
        return np.clip(np.array(told, np.float32), self.observation_space.low, self.observation_space.high)  # type: ignore[attr-defined]


class Counted:
    """How often each post had been shown at a midnight, and what detectors believed of it."""

    def __init__(self, world: World) -> None:
        many = len(world.posts)
        self.base, self.shown = world.posts.base, world.posts.impressions[:many].astype(np.int64)
        self.p_harm = world.posts.p_harm[:many].astype(np.float64)

    def estimate(self, before: "Counted", harm: int) -> float:
        """Expected share of a class in impressions since `before`: the mean of what is believed of what was shown."""
        shown: Doubles = self.shown.astype(np.float64)
        kept = slice(self.base - before.base, None)
        old = before.shown[kept]
        shown[: len(old)] -= old
        return float(shown @ self.p_harm[:, harm] / max(shown.sum(), 1.0))


def _rows(cells: list[Cell]) -> pd.DataFrame:
    """Cells of a day, as if they were of a whole run."""
    return pd.DataFrame([vars(cell) for cell in cells]).assign(arm="today", assumption="", seed=0)


def _between(part: float, lever: Lever, is_whole: bool) -> float | int:
    """The value so far from low to high: on a scale of logarithms, by factors."""
    low, high = lever.range
    value = low * (high / low) ** part if lever.scale == "log" else low + part * (high - low)
    inside = min(max(value, low), high)
    return round(inside) if is_whole else inside


def _sign(way: Direction) -> int:
    return 1 if way == "up" else -1


def check(study: Study, prices: Mapping[str, float] | None = None, threads: int = 1) -> None:
    """Raises Faults where a study is no environment."""
    file = str(study.file)
    if study.optimize is None:
        right = "it should have the block optimize, with levers and objectives"
        raise Faults([Fault(file, None, "", "does not say what an agent may move and what for", right)])
    faults = [
        Fault(file, None, f"optimize.levers.{path}", "can't be moved day by day", _RIGHT)
        for path, lever in study.optimize.levers.items()
        if lever.choices or not MOVABLE.fullmatch(path)
    ]
    faults += _objectives(study, study.optimize.objectives) if prices is None else _prices(study, prices)
    if study.scenario.days < 2:
        # Gymnasium's checker takes what is truncated after its first step for broken.
        faults.append(
            Fault(file, None, "days", f"{study.scenario.days} is one step, and no episode", "it should be at least 2")
        )
    if type(threads) is not int or threads < 1:
        faults.append(Fault("threads", None, "", shown(threads), "it should be a whole number, at least 1"))
    if faults:
        raise Faults(faults)


def _objectives(study: Study, names: Iterable[str]) -> list[Fault]:
    """What is wrong with what is wanted."""
    harms = tuple(enabled(study.scenario.harms))
    found = {name: wrong_goal(Goal.said(name), harms) or _undaily(name) for name in names}
    return [
        Fault(str(study.file), None, f"optimize.objectives.{name}", *wrong) for name, wrong in found.items() if wrong
    ]


def _undaily(name: str) -> tuple[str, str] | None:
    return None if Goal.said(name).metric in DAILY else ("is not measured day by day", nearest(name, DAILY))


def _prices(study: Study, prices: Mapping[str, float]) -> list[Fault]:
    """What is wrong with prices."""
    if not prices:
        return [Fault("prices", None, "", "there are none", "there should be one at least")]
    odd = [name for name, price in prices.items() if not isinstance(price, int | float) or not math.isfinite(price)]
    right = "it should be a finite number"
    return [*_objectives(study, prices), *(Fault("prices", None, name, f"{prices[name]}", right) for name in odd)]


_RIGHT = "it should be a range of ranker.weights.<action>, ranker.out_of_network_factor or a setting of a policy"
