"""One feed of a run: who, when, what could have been shown, what was, and what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as compute
import pyarrow.parquet as pq

from feedsim.faults import Faults
from feedsim.feed.ranking import EngagementRanker
from feedsim.merging import merged
from feedsim.reading import read_text
from feedsim.results import Run, find_runs, open_run
from feedsim.scenario import Scenario, load_study
from feedsim.study.live import duration
from feedsim.study.manifest import cores
from feedsim.validation import validated
from feedsim.world.rng import Streams
from feedsim.world.world import ACTIONS

DAY = 1440
"""Minutes."""


class Untraceable(Exception):
    """There is no such feed in the run; the message says what there is."""


@dataclass(frozen=True)
class Feed:
    """All that is known of one session."""

    scenario: Scenario
    person: pd.Series
    """row of users.parquet"""
    tick: int
    candidates: pd.DataFrame
    """rows of impressions.parquet with the columns of their posts (`post_<column>`), `final`: score x factors, and
    `place` and `place_before`: 1 for the best final, and for the best score, NaN without a score"""

    @property
    def shown(self) -> pd.DataFrame:
        """In the order of the screen."""
        return self.candidates[self.candidates["rank"].notna()].sort_values("rank")

    @property
    def not_shown(self) -> pd.DataFrame:
        """The others, in the order in which they were found."""
        return self.candidates[self.candidates["rank"].isna()]

    @property
    def policies(self) -> list[str]:
        """That put a factor on a score here."""
        spoke = [name for name in _factors(self.candidates) if self.candidates[name].notna().any()]
        return [name.removeprefix("factor_") for name in spoke]

    @property
    def frictions(self) -> list[str]:
        """Policies that put something between the person and a post here."""
        asked = [str(name) for name in self.candidates.columns if str(name).startswith("friction_")]
        return [name.removeprefix("friction_") for name in asked if self.candidates[name].any()]

    @property
    def is_gathering(self) -> bool:
        """Whether it was newest first, with some places by lot, for want of a model: so in burn-in."""
        return self.tick < 0 or (isinstance(self.scenario.ranker, EngagementRanker) and not self.has_predictions)

    @property
    def has_predictions(self) -> bool:
        """Whether learned heads ranked it."""
        return bool(self.candidates[[f"p_{action}" for action in ACTIONS]].notna().any(axis=None))


@dataclass(frozen=True)
class NoSession:
    """The person did not come in that tick."""

    scenario: Scenario
    user: int
    tick: int
    before: int | None
    """the last tick with a session before it"""
    after: int | None
    repeated: bool
    """whether the run was repeated to find out: then nothing is known of what comes after"""


def find_feed(
    folder: Path, user: int, tick: int, tell: Callable[[str], None], allow_code: bool = False
) -> Feed | NoSession:
    """The feed that `user` saw in `tick`, from the sample, or else by running it all again up to then.

    With `allow_code`, policies of the run that are code of somebody's own are loaded, from Python's path.
    Raises Untraceable for a user or tick that is not in the run, NotARun where there is no run.
    """
    if runs := find_runs(folder):
        raise Untraceable(f"{folder}: holds runs of a study; name one of them, such as {runs[0].path}")
    run = open_run(folder)
    scenario = load_study(folder / "scenario.yaml", allow_code=allow_code).scenario
    seed = int(run.manifest["seed"])
    _check(folder, scenario, user, tick)
    if is_sampled(scenario, seed, user):
        return _read(run, run, scenario, user, tick, repeated=False)
    long = duration(_seconds(run, scenario, tick))
    tell(f"User {user} is not among the sampled viewers: the run is repeated up to tick {tick}, in about {long}.")
    from feedsim.engine.retrace import retrace

    with TemporaryDirectory() as temporary:
        again = retrace(scenario, seed, {user}, tick, Path(temporary) / "seed=0", cores())
        return _read(run, again, scenario, user, tick, repeated=True)


def stored_feed(run: Run, user: int, tick: int) -> Feed | NoSession:
    """The same from the run's own files alone: nothing is repeated, no other file is read, no code is loaded.

    Raises Untraceable for a viewer outside the sample, too, and where the run's scenario is beyond what feedsim knows.
    """
    scenario = stored_scenario(run)
    _check(run.folder, scenario, user, tick)
    if not is_sampled(scenario, int(run.manifest["seed"]), user):
        raise Untraceable(
            f"{run.folder}: user {user} is not among the sampled viewers; `feedsim trace` repeats the run"
        )
    return _read(run, run, scenario, user, tick, repeated=False)


def stored_scenario(run: Run) -> Scenario:
    """The scenario of a run, of which its scenario.yaml says all. Raises Untraceable."""
    try:
        said = read_text(run.scenario_yaml, "scenario.yaml")
        data = said.data if isinstance(said.data, dict) else {}
        known = {name: value for name, value in data.items() if name in Scenario.model_fields}
        found = validated(merged({}, known, Scenario, in_file=True), Scenario)
    except (Faults, OSError, UnicodeDecodeError) as error:
        raise Untraceable(f"{run.folder}: its scenario.yaml can't be read") from error
    if found.block is None or found.findings:
        wrong = f": {found.findings[0].wrong}" if found.findings else ""
        raise Untraceable(f"{run.folder}: its scenario.yaml says what this version does not know{wrong}")
    return found.block


def _seconds(run: Run, scenario: Scenario, tick: int) -> float:
    """What the run took up to this tick, if every tick took as long."""
    per_day = DAY // scenario.tick_minutes
    done = tick + 1 + scenario.burn_in_days * per_day
    return float(run.manifest.get("seconds", 0.0)) * done / ((scenario.burn_in_days + scenario.days) * per_day)


def is_sampled(scenario: Scenario, seed: int, user: int) -> bool:
    """Whether the run kept every candidate of this viewer."""
    return bool(Streams(seed).uniform("impression_sample", user) < scenario.measures.impression_sample)


def _check(folder: Path, scenario: Scenario, user: int, tick: int) -> None:
    users, per_day = scenario.population.users, DAY // scenario.tick_minutes
    first, last = -scenario.burn_in_days * per_day, scenario.days * per_day - 1
    if not 0 <= user < users:
        raise Untraceable(f"{folder}: there is no user {user}; users are 0 to {users - 1}")
    if not first <= tick <= last:
        raise Untraceable(f"{folder}: there is no tick {tick}; ticks are {first} to {last}")


def _read(run: Run, rows_of: Run, scenario: Scenario, user: int, tick: int, *, repeated: bool) -> Feed | NoSession:
    """From the tables: of `run` who the person is, of `rows_of` what was seen."""
    rows = _where(rows_of, "impressions", "user", [user])
    here = rows[rows["tick"] == tick]
    if here.empty:
        ticks = np.unique(rows["tick"])
        earlier, later = ticks[ticks < tick], ticks[ticks > tick]
        before, after = (int(some[at]) if len(some) else None for some, at in ((earlier, -1), (later, 0)))
        return NoSession(scenario, user, tick, before, after, repeated)
    posts = _where(rows_of, "posts", "key", here["key"]).add_prefix("post_")
    together = here.merge(posts, left_on="key", right_on="post_key", how="left")
    person = _where(run, "users", "user", [user]).iloc[0]
    return Feed(scenario, person, tick, ordered(together))


def _where(run: Run, table: str, column: str, values: Sequence[int] | pd.Series) -> pd.DataFrame:
    """The rows of a table whose `column` is among `values`."""
    path = run.folder / f"{table}.parquet"
    kind = pq.read_schema(path).field(column).type
    among = compute.field(column).isin(pa.array(values, kind))
    found: pd.DataFrame = pq.read_table(path, filters=among, partitioning=None).to_pandas()
    return found


def ordered(candidates: pd.DataFrame) -> pd.DataFrame:
    """The same rows with `final`, `place` and `place_before`; ties go to the smaller post key, as in the feed."""
    final = final_scores(candidates)
    places = {
        "place": _places(final, candidates["key"]),
        "place_before": _places(candidates["score"], candidates["key"]),
    }
    return candidates.assign(final=final, **places)


def _places(score: pd.Series, key: pd.Series) -> pd.Series:
    return pd.DataFrame({"score": -score, "key": key}).sort_values(["score", "key"])["score"].rank(method="first")


def final_scores(candidates: pd.DataFrame) -> pd.Series:
    """(C,) what the feed was ordered by: score times every factor; a negative score is divided instead."""
    total = candidates["score"].astype(float)
    for name in _factors(candidates):
        factor = candidates[name].fillna(1.0)
        total = total.where(total < 0, total * factor).where(total >= 0, total / factor.clip(lower=1e-6))
    return total


def _factors(candidates: pd.DataFrame) -> list[str]:
    return [str(name) for name in candidates.columns if str(name).startswith("factor_")]
