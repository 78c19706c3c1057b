"""Laws: what holds of every run, whatever the scenario. Each is a line of prose and a small scenario."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import TINY, Tables, assert_same, differs, read, run, settings, with_days

from feedsim.engine.simulation import Simulation
from feedsim.engine.stopwatch import NotFinite
from feedsim.feed.features import features
from feedsim.feed.flow import Candidates, Sessions
from feedsim.feed.outboxes import Outboxes
from feedsim.feed.post_table import PostTable
from feedsim.feed.ranking import EngagementRanker, engagement_score, head_weights
from feedsim.feed.select import select
from feedsim.feed.shelves import fill
from feedsim.feed.sources import source
from feedsim.integrity.policies import Demote, Remove
from feedsim.measures.sample import Sample
from feedsim.measures.tally import Tally
from feedsim.results import RunWriter
from feedsim.scenario import Scenario, dump
from feedsim.world.arrays import Ints
from feedsim.world.columns import Columns
from feedsim.world.posts import Posts
from feedsim.world.users import Users

DAY = 1440
ORACLE = settings(TINY, {"detectors.kind": "oracle"})


def policy(scenario: Scenario, kind: str, harm: str = "misinformation", **said: Any) -> Scenario:
    return settings(scenario, {"policies": {"it": {"kind": kind, "harm": harm, **said}}})


@pytest.fixture(scope="module")
def tiny() -> Tables:
    return run(TINY)


@pytest.fixture(scope="module")
def oracle() -> Tables:
    return run(ORACLE)


# Equal runs


def test_the_same_scenario_and_seed_give_equal_tables_to_the_bit(tiny: Tables) -> None:
    assert_same(tiny, run(TINY))


def test_seeds_differ_in_every_table_but_the_names_of_people(tiny: Tables) -> None:
    assert len(differs(tiny, run(TINY, seed=2))) == 6


@pytest.mark.parametrize("chunk", [7, 512])
@pytest.mark.parametrize("threads", [1, 2])
def test_chunks_and_threads_change_nothing(tiny: Tables, chunk: int, threads: int) -> None:
    assert_same(tiny, run(TINY, chunk=chunk, threads=threads))


@pytest.mark.parametrize(("hash_seed", "blas_threads"), [("0", "1"), ("12345", "2")])
def test_a_seed_is_the_same_run_in_every_process(
    tiny: Tables, tmp_path: Path, hash_seed: str, blas_threads: str
) -> None:
    (tmp_path / "tiny.yaml").write_text(dump(TINY, "tiny"))
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "OPENBLAS_NUM_THREADS": blas_threads}
    code = (
        "import sys; from pathlib import Path; from feedsim.scenario import load_study; "
        "from feedsim.engine.simulation import Simulation; from feedsim.results import RunWriter\n"
        "with RunWriter(Path(sys.argv[1]) / 'run') as writer:\n"
        "    Simulation(load_study(Path(sys.argv[1]) / 'tiny.yaml').scenario, 1).run(writer)\n"
        "    writer.finish({}, '')"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=environment, check=True)
    assert_same(tiny, read(tmp_path / "run"))


# Policies


@pytest.mark.parametrize("harm", ["misinformation", "hate"])
def test_a_policy_of_no_strength_is_no_policy(oracle: Tables, harm: str) -> None:
    neutral = run(policy(ORACLE, "demote", harm, strength=0.0))
    factor = neutral["impressions"].pop("factor_it")
    measured = neutral["impressions"].score.notna() & (neutral["impressions"].tick >= 0)
    assert set(factor[measured]) == {1.0}
    assert_same(oracle, neutral)


@pytest.mark.parametrize("kind", ["demote", "remove"])
def test_arms_are_identical_until_a_policy_starts_and_differ_from_then_on(kind: str) -> None:
    base = with_days(ORACLE, 2)
    without, with_it = run(base), run(policy(base, kind, start_day=1, threshold=0.5))
    with_it["impressions"] = with_it["impressions"].drop(columns="factor_it")
    before = [{name: until(name, table, DAY) for name, table in tables.items()} for tables in (without, with_it)]
    assert_same(before[0], before[1], but=("users", "posts", "cascades"))
    assert len(before[0]["metrics"]) > 100
    assert {"metrics", "users", "posts"} <= set(differs(without, with_it))


def until(name: str, table: pd.DataFrame, minute: int) -> pd.DataFrame:
    """The rows of what happened before a minute."""
    if name == "metrics":
        past = (table.day >= 0) & (table.day < minute // DAY)
    elif name == "reshares":
        past = table.minute < minute
    elif name == "impressions":
        past = table.tick < minute // TINY.tick_minutes
    else:
        return table
    return table[past].reset_index(drop=True)


@pytest.mark.parametrize("harm", ["misinformation", "hate"])
def test_removing_what_a_perfect_detector_finds_leaves_none_of_it(oracle: Tables, harm: str) -> None:
    base = settings(with_days(ORACLE, 2), {"population.ordinary_hostile_share": 0.2})
    metrics = run(policy(base, "remove", harm, start_day=1))["metrics"]
    of = metrics[
        (metrics.metric == "prevalence") & (metrics.harm == harm) & (metrics.side == "") & (metrics.part == "")
    ]
    by_day = of[of.tick == -1].set_index("day").value
    assert by_day[0] > 0
    assert by_day[1] == 0
    assert (of[(of.tick >= 0) & (of.day == 1)].value == 0).all()


def test_demotion_keeps_what_it_demotes_lower_in_the_feed(oracle: Tables) -> None:
    base = settings(ORACLE, {"population.ordinary_false_share": 0.5})
    free, held = (run(s)["metrics"] for s in (base, policy(base, "demote", strength=1.0)))
    whole = [
        m[(m.metric == "prevalence") & (m.harm == "misinformation") & (m.day == -1) & (m.side == "")]
        for m in (free, held)
    ]
    free_share, held_share = (w[w.part == ""].value.item() for w in whole)
    assert held_share < 0.8 * free_share


# Measures


def test_sampling_more_viewers_changes_no_other_row(tiny: Tables) -> None:
    few, none = (run(settings(TINY, {"measures.impression_sample": share})) for share in (0.05, 0.0))
    assert_same(tiny, few, but=("impressions",))
    assert_same(tiny, none, but=("impressions",))
    assert len(none["impressions"]) == 0
    # Who is in the smaller sample is in the larger one, with the same rows.
    inside = tiny["impressions"][tiny["impressions"].user.isin(few["impressions"].user)].reset_index(drop=True)
    pd.testing.assert_frame_equal(inside, few["impressions"], check_exact=True)


def test_reach_is_of_the_posts_that_it_is_by(tiny: Tables) -> None:
    """Burn-in's posts are seen in measured time too: neither they nor their views count."""
    posts, m = tiny["posts"][tiny["posts"].minute >= 0], tiny["metrics"]
    of = posts[posts.harm != ""].groupby("harm", observed=True).impressions.agg(["mean", "size"])
    cells = m[m.metric == "harm_reach"].set_index("harm")
    assert len(of) > 0
    assert (cells.day == -1).all()
    for harm, row in of.iterrows():
        assert (cells.value[harm], cells.n[harm]) == (pytest.approx(row["mean"]), row["size"])


def test_watching_somebody_adds_his_rows_and_changes_no_other(tiny: Tables) -> None:
    absent = next(u for u in tiny["users"].query("sessions > 0").user if u not in set(tiny["impressions"].user))
    watched = run(TINY, watch=[absent])
    assert_same(tiny, watched, but=("impressions",))
    others = watched["impressions"][watched["impressions"].user != absent].reset_index(drop=True)
    pd.testing.assert_frame_equal(tiny["impressions"], others, check_exact=True)
    assert len(others) < len(watched["impressions"])


def test_impressions_are_the_sum_of_what_was_shown() -> None:
    """Without burn-in, every table counts the same impressions, and the same actions."""
    tables = run(settings(TINY, {"burn_in_days": 0, "days": 2, "measures.impression_sample": 1.0}))
    users, posts, metrics, rows = (tables[name] for name in ("users", "posts", "metrics", "impressions"))
    shown = rows[rows["rank"].notna()]
    assert users.impressions.sum() == posts.impressions.sum() == len(shown) > 1000
    ticks = metrics[(metrics.metric == "impressions") & (metrics.tick >= 0)]
    assert (ticks.value * ticks.n).sum() == pytest.approx(len(shown), abs=0.01)
    for one, many in (("click", "clicks"), ("like", "likes"), ("reshare", "reshares"), ("hide", "hides")):
        assert users[many].sum() == posts[many].sum() == shown[one].sum()
    assert len(tables["reshares"]) == users.reshares.sum()
    assert (
        shown.groupby("user").size().to_dict() == users[users.impressions > 0].set_index("user").impressions.to_dict()
    )


@pytest.mark.parametrize("hours", [24, 36, 48])
def test_nobody_is_shown_a_post_twice_or_his_own_or_before_it_is_published(hours: int) -> None:
    tables = run(settings(with_days(TINY, 3), {"content.retention_hours": hours, "measures.impression_sample": 1.0}))
    shown = tables["impressions"][tables["impressions"]["rank"].notna()].merge(
        tables["posts"][["key", "author", "minute"]]
    )
    assert not shown.duplicated(["user", "key"]).any()
    assert (shown.user != shown.author).all()
    age = (shown.tick + 1) * TINY.tick_minutes - shown.minute
    assert age.min() > 0
    assert age.max() <= hours * 60 + 2 * TINY.tick_minutes
    reshares = tables["reshares"].merge(tables["posts"][["key", "minute"]], on="key", suffixes=("", "_of_root"))
    assert (reshares.minute >= reshares.minute_of_root).all()


# Numbers that are none


@pytest.mark.parametrize(
    ("stage", "spoil"),
    [
        ("publish", lambda sim: sim.supply.crafts.quality.fill(np.nan)),
        ("respond", lambda sim: sim.world.users.harm_aversion.fill(np.nan)),
        ("minds", lambda sim: sim.world.minds.belief.fill(np.nan)),
    ],
)
def test_a_number_that_is_none_stops_the_run_with_the_name_of_the_stage(stage: str, spoil: Any) -> None:
    simulation = Simulation(TINY, 1)
    spoil(simulation)
    with pytest.raises(NotFinite, match=f"stage '{stage}' at minute -1440"):
        run(TINY, simulation=simulation)


# Who may read what


@pytest.fixture
def lived(tmp_path: Path) -> Simulation:
    """A simulation at the end of its last day, with a model in force."""
    simulation = Simulation(ORACLE, 1)
    with RunWriter(tmp_path / "run") as writer:
        simulation.run(writer)
    simulation.world.minute = DAY - TINY.tick_minutes
    return simulation


def found_by(simulation: Simulation) -> tuple[Candidates, Ints]:
    """What the sources bring when everybody comes at once, from shelves and outboxes made anew."""
    world, server, topics = simulation.world, simulation.server, simulation.scenario.population.topics
    shelves = fill(world, server.languages, topics, server.retention)
    outboxes = Outboxes.of(world, simulation.scenario.feed.per_followee)
    many = len(world.users)
    sessions = Sessions(np.arange(many, dtype=np.int32), *(np.full(many, n, np.int32) for n in (world.minute, 9)))
    return source(
        world,
        sessions,
        simulation.server.quota,
        outboxes,
        shelves,
        simulation.server.language,
        simulation.server.retention,
    )


def arrays(thing: Any) -> Iterator[np.ndarray]:
    """Every array inside a thing."""
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, dict):
        for inside in thing.values():
            yield from arrays(inside)
    elif isinstance(thing, Columns) or is_dataclass(thing) or type(thing).__name__ == "Seen":
        names = [f.name for f in fields(thing)] if is_dataclass(thing) else list(vars(thing))
        for name in names:
            yield from arrays(getattr(thing, name))


def frozen(thing: Any) -> Any:
    for array in arrays(thing):
        array.flags.writeable = False
    return thing


def test_policies_and_measures_only_read(lived: Simulation) -> None:
    c, inventory = found_by(lived)
    scored = lived.server.scored(c)
    slate = lived.responder.respond(lived.world, scored, select(lived.world, scored))
    world, harms = frozen(lived.world), len(lived.world.harms)
    assert not world.posts.harm.flags.writeable
    assert not world.seen.visits.record.flags.writeable
    for thing in (c, scored, slate, inventory):
        frozen(thing)
    for policy in (Demote(kind="demote", harm="hate"), Remove(kind="remove", harm="misinformation")):
        keep, factor = policy.keep(world, c), policy.factor(world, c)
        assert (keep is None) != (factor is None)
    tally = Tally.empty(len(world.users), harms)
    assert tally.count(world, slate, inventory)[1] == len(slate)
    sample = Sample.of(world, 1.0, (), ())
    sample.parts.append(sample.rows(world, c, {}, scored, slate, None))
    assert len((sample.take() or {})["tick"]) == len(c)
    lived.books.day = tally
    lived.books.end_day(world, 0)
    assert lived.server.team is not None
    assert len(lived.server.team.examine(world.users.groups, world.levels)) > 0


TRUTH_OF_POSTS = ("false", "stance", "side", "target_group", "novelty", "quality", "severity", "proximity", "harm")
TRUTH_OF_USERS = (
    "interest",
    "leaning",
    "actor",
    "discernment",
    "reactivity",
    "harm_aversion",
    "sessions_per_day",
    "posts_per_day",
)


def company(simulation: Simulation, c: Candidates) -> list[np.ndarray]:
    """All that the company makes of a log and of candidates: features, p, scores, factors, the next model."""
    world, team = simulation.world, simulation.server.team
    assert team is not None
    assert team.model is not None
    assert isinstance(simulation.scenario.ranker, EngagementRanker)
    found, _ = found_by(simulation)
    x = features(world, simulation.server.space, PostTable().renew(world), c)
    p = team.model.heads.predict(x)
    score = engagement_score(c, p, head_weights(simulation.scenario.ranker.weights), 1.0)
    factor = Demote(kind="demote", harm="hate").factor(world, c)
    served = replace(c, score=score, factors={"it": factor})
    model = team.retrain(world, 1)
    texts = np.array(model.texts)
    return [
        found.post,
        found.source,
        x,
        p,
        score,
        factor,
        simulation.server.scored(c).row,
        select(world, served).candidate,
        model.light,
        texts,
    ]


def test_scrambling_every_truth_changes_nothing_that_the_company_does(lived: Simulation, tmp_path: Path) -> None:
    known = {name for name in Posts.schema if name not in TRUTH_OF_POSTS}
    assert known | set(TRUTH_OF_POSTS) == set(Posts.schema)
    assert {f.name for f in fields(Users)} - set(TRUTH_OF_USERS) == {"groups"}
    twin = Simulation(ORACLE, 1)
    with RunWriter(tmp_path / "twin") as writer:
        twin.run(writer)
    twin.world.minute = lived.world.minute
    world = twin.world
    lot = np.argsort(world.streams.uniform("scramble", np.arange(len(world.posts))))
    for name in TRUTH_OF_POSTS:
        column = world.posts.live(name)
        assert (column != column[lot]).any()
        column[:] = column[lot]
    lot = np.argsort(world.streams.uniform("scramble", np.arange(len(world.users))))
    for column in [getattr(world.users, name) for name in TRUTH_OF_USERS] + [
        world.users.groups["dialect"],
        world.users.groups["leaning"],
    ]:
        column[:] = column[lot]
    world.narrative_is_false[:] = ~world.narrative_is_false
    for minds in (world.minds.belief, world.minds.interest, world.minds.warmth):
        minds[:] = minds[lot]
    c, _ = found_by(lived)
    for ours, theirs in zip(company(lived, c), company(twin, c), strict=True):
        np.testing.assert_array_equal(ours, theirs)
