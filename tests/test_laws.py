"""Laws: what holds of every run, whatever the scenario. Each is a line of prose and a small scenario."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import TINY, Tables, assert_same, differs, read, run, settings, with_days

from feedsim.engine.simulation import Simulation
from feedsim.engine.snapshot import about, restore, save
from feedsim.engine.stopwatch import NotFinite
from feedsim.feed.features import features
from feedsim.feed.flow import Candidates, Sessions
from feedsim.feed.outboxes import Outboxes
from feedsim.feed.post_table import PostTable
from feedsim.feed.ranking import EngagementRanker, engagement_score, head_weights
from feedsim.feed.select import select
from feedsim.feed.shelves import fill
from feedsim.feed.sources import source
from feedsim.integrity.cases import priority, suspects
from feedsim.integrity.clues import clues
from feedsim.integrity.desk import appeals, settle
from feedsim.integrity.policies import Demote, Remove
from feedsim.measures.answers import Answers
from feedsim.measures.predictions import auc
from feedsim.measures.sample import Sample
from feedsim.measures.tally import Tally
from feedsim.results import RunWriter
from feedsim.scenario import Scenario, dump
from feedsim.world.arrays import Ints
from feedsim.world.columns import Columns
from feedsim.world.posts import Posts
from feedsim.world.users import Users
from feedsim.world.world import World

DAY = 1440
ORACLE = settings(TINY, {"detectors.kind": "oracle"})
DESK = settings(TINY, {
    "population.users": 400,
    "population.ordinary_false_share": 0.5,
    "population.ordinary_hostile_share": 0.5,
    "population.ordinary_kinds": {"news": 0.5, "civic": 0.5},
    "detectors": {"kind": "learned", "min_positives": 20, "trees": 5, "retrain_days": 1},
    "review": {"kind": "desk", "audit_share": 0.5, "reviewers_per_10000": 100, "reports": 1},
})  # fmt: skip
"""Detectors that learn within a day of burn-in, from reviewers who look at half of all posts."""


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


def test_chunks_and_threads_change_nothing_that_integrity_does_and_is_measured_by() -> None:
    policies = {kind: {"kind": kind, "harm": harm} for kind, harm in (("demote", "misinformation"), ("remove", "hate"))}
    held = settings(ORACLE, {"policies": policies})
    assert_same(run(held), run(held, chunk=7, threads=2))


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


@pytest.mark.parametrize("day", [0, 1])
def test_a_run_that_is_stored_at_a_midnight_and_gone_on_from_is_the_same_run(
    tiny: Tables, tmp_path: Path, day: int
) -> None:
    """More of it, in worlds with more to store, is in test_snapshots; what arms share, in test_histories."""
    with RunWriter(tmp_path / "first") as writer:
        first = Simulation(TINY, 1)
        first.advance(writer, day * DAY)
        folder = save(first, tmp_path / "stored", "x")
    with RunWriter(tmp_path / "second") as writer:
        second = Simulation(TINY, 1)
        restore(second, writer, about(folder))
        second.run(writer)
        writer.finish({}, "")
    assert_same(tiny, read(tmp_path / "second"))


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


# Detectors and reviewers


@pytest.fixture(scope="module")
def desk() -> tuple[Simulation, Tables]:
    simulation = Simulation(with_days(DESK, 2), 1)
    return simulation, run_reviewed(simulation)


def run_reviewed(simulation: Simulation) -> Tables:
    """Every table of the run, reviews among them."""
    with TemporaryDirectory() as folder, RunWriter(Path(folder) / "run") as writer:
        simulation.run(writer)
        writer.finish({}, "")
        reviews = pd.read_parquet(Path(folder) / "run" / "reviews.parquet")
        return read(Path(folder) / "run") | {"reviews": reviews}


def test_learned_detectors_find_harm_that_reviewers_take_down(desk: tuple[Simulation, Tables]) -> None:
    simulation, tables = desk
    posts, team = tables["posts"].query("minute >= 0"), simulation.safety.team
    assert team is not None
    kinds = {(d.card["harm"], d.card["language"]): d.card["kind"] for d in team.trained}
    assert kinds["misinformation", "english"] == "forest"
    bad = posts.harm == "misinformation"
    assert bad.sum() > 20
    assert auc(posts.p_misinformation.to_numpy(), bad.to_numpy(), np.ones(len(posts))) > 0.6
    gone = posts.status == "removed"
    assert gone.sum() > 20
    assert (posts.harm[gone] != "").mean() > (posts.harm != "").mean()
    assert (posts.removed_minute.notna() >= gone).all()
    assert {"detector", "audit"} <= set(posts.found_by[gone]) <= {"detector", "report", "audit"}


def test_cases_in_are_those_decided_and_those_waiting(desk: tuple[Simulation, Tables]) -> None:
    simulation, tables = desk
    cases, reviews, metrics = simulation.world.desk.cases, tables["reviews"], tables["metrics"]
    decided, lapsed = reviews.decided_minute.notna(), reviews.outcome == "lapse"
    assert len(reviews) == len(cases) > 200
    assert decided.sum() + np.count_nonzero(cases.waiting) + lapsed.sum() == len(reviews)
    assert ((reviews.verdict != "") == decided).all()
    assert (reviews.reviewer.notna() == decided).all()
    assert (reviews.started_minute[decided] >= reviews.opened_minute[decided]).all()
    assert not reviews[reviews.source != "appeal"].duplicated(["key", "harm"]).any()
    cells = metrics[(metrics.part == "") & (metrics.harm == "") & (metrics.day == 1)].set_index("metric")
    assert cells.value["queue_length"] == np.count_nonzero(cases.waiting)
    opened = metrics[(metrics.metric == "cases_opened") & (metrics.part == "") & (metrics.day == -1)].set_index("harm")
    assert opened.value[""] == (reviews.opened_minute >= 0).sum() == opened.value.sum() / 2


def test_appeals_are_decided_by_another_reviewer(desk: tuple[Simulation, Tables]) -> None:
    reviews = desk[1]["reviews"].query("verdict != ''")
    appeals = reviews[reviews.source == "appeal"].merge(reviews[reviews.source != "appeal"], on=["key", "harm"])
    assert len(appeals) > 0
    assert (appeals.reviewer_x != appeals.reviewer_y).all()


@pytest.mark.parametrize(("chunk", "threads"), [(7, 1), (512, 2)])
def test_chunks_and_threads_change_nothing_that_reviewers_do(
    desk: tuple[Simulation, Tables], chunk: int, threads: int
) -> None:
    other = run_reviewed(Simulation(with_days(DESK, 2), 1, chunk=chunk, threads=threads))
    assert_same(desk[1], other)
    pd.testing.assert_frame_equal(desk[1]["reviews"], other["reviews"], check_exact=True)


def test_zero_reviewers_remove_nothing() -> None:
    tables = run_reviewed(Simulation(settings(DESK, {"review.reviewers_per_10000": 0.0}), 1))
    assert set(tables["posts"].status) == {"live"}
    assert len(tables["reviews"]) > 100
    assert tables["reviews"].decided_minute.isna().all()


def test_one_reviewer_and_a_flood_of_ten_times_what_he_can_do() -> None:
    alone = {"reviewers": {"english": 1, "spanish": 0}, "minutes_per_case": 10.0, "shift_hours": 2.0}
    tables = run_reviewed(Simulation(settings(with_days(DESK, 3), {"review": DESK.review.model_dump() | alone}), 1))
    reviews, metrics = tables["reviews"], tables["metrics"]
    by_day = reviews[reviews.verdict != ""].groupby(reviews.decided_minute // DAY).size()
    assert ((by_day >= 8) & (by_day <= 24)).all()
    assert len(by_day) == 4
    assert len(reviews) > 10 * by_day.sum()
    assert set(reviews.language[reviews.verdict != ""]) == {"english"}
    # The backlog ages and lapses with its posts: it does not grow for ever.
    whole = metrics[(metrics.harm == "") & (metrics.part == "")]
    queue = whole[(whole.metric == "queue_length") & (whole.day >= 0)].value.tolist()
    assert queue[0] > 100
    assert (reviews.outcome == "lapse").sum() > 100
    late = whole[(whole.metric == "decided_within_24h") & (whole.day == -1)]
    assert late.value.item() < 0.15


def test_removed_posts_are_not_shown_again(desk: tuple[Simulation, Tables]) -> None:
    shown = desk[1]["impressions"].query("rank == rank").merge(desk[1]["posts"][["key", "removed_minute", "status"]])
    gone = shown[shown.status == "removed"]
    assert len(gone) > 0
    assert (gone.tick * TINY.tick_minutes < gone.removed_minute).all()


def test_a_desk_that_does_nothing_about_what_it_finds_changes_nothing_but_its_own_numbers(tiny: Tables) -> None:
    idle = {"kind": "desk", "audit_share": 1.0, "reviewers_per_10000": 200, "appeal_share": 0.0,
            "outcomes": {"misinformation": "nothing", "hate": "nothing"}}  # fmt: skip
    tables = run(settings(TINY, {"review": idle}))
    own = {"queue_length", "cases_opened", "review_hours", "decided_within_24h", "overturned_share", "d_prime"}
    own |= {"criterion"}
    metrics = tables["metrics"]
    assert set(metrics.metric) >= {"queue_length", "review_hours"}
    tables["metrics"] = metrics[~metrics.metric.isin(own)].reset_index(drop=True)
    assert_same(tiny, tables)


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
    sample.parts.append(sample.rows(world, c, {}, scored, {}, slate, None))
    assert len((sample.take() or {})["tick"]) == len(c)
    lived.books.day = tally
    ledger = lived.books.ledger
    ledger.day.answers = Answers.empty(("it",), np.ones(len(world.users), np.bool_), ledger.strata.many, harms)
    ledger.day.answers.count_kept(world, ledger.strata, ["it"], c, {"it": c.row[:3]})
    ledger.day.answers.count_lowered(world, ledger.strata, ["it"], replace(scored, factors={"it": scored.score}))
    ledger.seen(world, slate)
    ledger.write_off(world, len(world.posts))
    ledger.whole.answers = Answers.empty(("it",), np.ones(len(world.users), np.bool_), ledger.strata.many, harms)
    lived.books.end_day(world, 0)
    assert {cell.metric for cell in ledger.whole_run()} > {"filtered_share", "demotion_rate", "auc", "recall"}
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
    scramble(world)
    c, _ = found_by(lived)
    for ours, theirs in zip(company(lived, c), company(twin, c), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def scramble(world: World) -> None:
    """Deal every truth anew among posts, among people and among cases."""
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
    world.desk.cases.harmful[:] = ~world.desk.cases.harmful


def guardians(simulation: Simulation) -> list[Any]:
    """All that detectors and the desk make of the same log: clues, detectors, beliefs, whom to ask, what to do."""
    world, team, review = simulation.world, simulation.safety.team, simulation.safety.review
    assert team is not None
    assert review is not None
    rows, cases = np.arange(len(world.posts)), world.desk.cases
    texts = np.array([str(d.said) for d in team.retrain(world)])
    assert team.panel is not None
    team.panel.believe(world, rows)
    found = [clues(world, rows), texts, world.posts.live("p_harm")]
    world.posts.cased[:] = False
    docket = suspects(world, review, rows, len(rows), 0.5)
    living = np.flatnonzero(cases.live("post") >= 0)
    orders = settle(world, review, living)
    return [
        *found, docket.row, docket.harm, docket.source, priority(world, review, docket), orders.post, orders.status,
        orders.found_by, appeals(world, review, living), world.desk.confirmed, world.desk.cleared,
    ]  # fmt: skip


def test_scrambling_every_truth_changes_nothing_that_detectors_and_the_desk_do() -> None:
    simulations = [Simulation(DESK, 1), Simulation(DESK, 1)]
    for simulation in simulations:
        run_reviewed(simulation)
        simulation.world.minute = DAY - TINY.tick_minutes
    scramble(simulations[1].world)
    ours, theirs = map(guardians, simulations)
    assert len(ours[3]) > 100
    assert len(ours[7]) > 20
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine, other)
