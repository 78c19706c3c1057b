"""The books of integrity, over whole small runs: what metrics.parquet says is what the other tables say."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from worlds import HARMS, TINY, Tables, add_posts, run, settings, world_of

from feedsim.engine.ledger import Ledger, line_of_belief
from feedsim.engine.simulation import Simulation
from feedsim.integrity.cases import thresholds
from feedsim.integrity.desk import Review
from feedsim.measures.judging import Verdicts, judging_cells, sensitivity
from feedsim.measures.names import BY_NAME
from feedsim.measures.outcomes import Offenders, offender_cells
from feedsim.measures.strata import Strata
from feedsim.results import RunWriter
from feedsim.scenario import Scenario
from feedsim.world.desk import HARMFUL
from feedsim.world.posts import LIVE, REMOVED
from feedsim.world.world import SOURCES

POLICIES = {
    "lower": {"kind": "demote", "harm": "misinformation", "strength": 0.5, "threshold": 0.1},
    "take": {"kind": "remove", "harm": "hate", "for": {"surfaces": list(SOURCES)}},
}
"""For surfaces, though for all of them: so that posts are kept out of feeds, and nothing is decided about them."""
STRICT = {
    "detectors.kind": "oracle",
    "population.ordinary_false_share": 0.1,
    "population.actors.hate_producer.share": 0.3,
    "harms.hate.line": 0.2,
}
HOSTILE = settings(TINY, STRICT)
"""With enough hate and false stories to count."""
HELD = settings(HOSTILE, {"policies": POLICIES, "measures.impression_sample": 1.0})
OF_INTEGRITY = {"filtered_share", "demotion_rate", "recall", "removal_rate", "action_rate", "auc"}


@pytest.fixture(scope="module")
def held() -> Tables:
    return run(HELD)


def whole(tables: Tables, metric: str, **where: str) -> pd.Series:
    """Value and n of the one cell of the whole run."""
    m = tables["metrics"]
    m = m[(m.metric == metric) & (m.day == -1) & (m.tick == -1)]
    for name in ("harm", "side", "group", "level", "part"):
        m = m[m[name] == where.get(name, "")]
    assert len(m) == 1, (metric, where)
    return m.iloc[0]


@pytest.fixture(scope="module")
def candidates(held: Tables) -> pd.DataFrame:
    """Every candidate after burn-in, with its post's truth and both people's groups."""
    rows = held["impressions"].merge(held["posts"][["key", "author", "harm"]], on="key")
    people = held["users"].set_index("user")
    rows["author_dialect"] = people.dialect.reindex(rows.author).to_numpy()
    rows["viewer_dialect"] = people.dialect.reindex(rows.user).to_numpy()
    return rows[rows.tick >= 0]


def test_filtered_is_what_the_candidates_say(held: Tables, candidates: pd.DataFrame) -> None:
    taken = candidates.removed_by == "take"
    assert taken.sum() > 20
    for where, rows in {
        "": np.ones(len(candidates), np.bool_),
        "author": candidates.author_dialect == "minority",
        "viewer": candidates.viewer_dialect == "minority",
    }.items():
        group = {"side": where, "group": "dialect", "level": "minority"} if where else {}
        for part in ("", "policy=take"):
            cell = whole(held, "filtered_share", part=part, **group)
            assert (cell.value, cell.n) == (pytest.approx(taken[rows].mean()), rows.sum())
    cell = whole(held, "filtered_share", harm="hate", part="policy=take")
    assert (cell.value, cell.n) == (1.0, (candidates.harm == "hate").sum())


def test_lowered_is_what_the_candidates_say(held: Tables, candidates: pd.DataFrame) -> None:
    scored = candidates[candidates.factor_lower.notna()]
    lowered = scored.factor_lower < 1
    assert lowered.sum() > 100
    for side in ("author", "viewer"):
        rows = scored[f"{side}_dialect"] == "minority"
        cell = whole(held, "demotion_rate", side=side, group="dialect", level="minority", part="policy=lower")
        assert (cell.value, cell.n) == (pytest.approx(lowered[rows].mean()), rows.sum())
    assert whole(held, "demotion_rate", part="policy=lower,truth=harmless").value == 0
    assert whole(held, "demotion_rate", harm="misinformation").value == 1


def test_days_of_feeds_add_up_to_the_run(held: Tables) -> None:
    m = held["metrics"]
    of = m[(m.metric == "demotion_rate") & (m.level == "") & (m.part == "") & (m.harm == "")]
    assert (of[of.day >= 0].n.sum(), (of[of.day >= 0].value * of[of.day >= 0].n).sum()) == (
        whole(held, "demotion_rate").n,
        pytest.approx(whole(held, "demotion_rate").value * whole(held, "demotion_rate").n),
    )


def test_a_perfect_detector_errs_in_no_group(held: Tables) -> None:
    m, posts, users = held["metrics"], held["posts"], held["users"]
    for metric, value in {"false_positive_rate": 0, "false_negative_rate": 0, "auc": 1}.items():
        of = m[(m.metric == metric) & ~m.part.str.contains("version")]
        assert set(of.value) == {value}
        assert set(of.side) == {"", "author", "viewer"}
    measured = posts[posts.minute >= 0]
    harmless = (measured.harm == "").sum()
    assert whole(held, "false_positive_rate", harm="hate").n == harmless
    assert whole(held, "auc", harm="hate").n == len(measured)
    seen = whole(held, "calibration_error", harm="misinformation", side="viewer", group="dialect", level="minority").n
    assert seen == users[users.dialect == "minority"].impressions.sum()


def test_without_a_line_of_its_own_belief_is_measured_at_the_desks_thresholds() -> None:
    desk = {"kind": "desk", "threshold": 0.5, "group_thresholds": {"age": {"65+": 1.0}}, "audit_share": 0.0}
    said = {"measures": {"line_of_belief": None}, "review": desk, "detectors.kind": "oracle"}
    world: Any = SimpleNamespace(
        posts=SimpleNamespace(author=np.array([0, 1])),
        users=SimpleNamespace(groups={"age": np.array([0, 3])}),
        levels={"age": ("18-29", "30-44", "45-64", "65+")},
    )
    review = line_of_belief(settings(TINY, said))
    assert isinstance(review, Review)
    assert thresholds(world, review, np.array([1, 0, 0])).tolist() == [1.0, 0.5, 0.5]
    assert line_of_belief(TINY) == 0.5


def test_without_decisions_nothing_was_found(held: Tables) -> None:
    assert {whole(held, "recall", harm=harm).value for harm in HARMS} == {0}
    assert whole(held, "removal_rate", part="truth=harmless").value == 0
    assert "precision" not in set(held["metrics"].metric)


def test_a_policy_that_removes_what_a_perfect_detector_knows_finds_it_all_at_once() -> None:
    tables = run(settings(HOSTILE, {"policies": {"it": {"kind": "remove", "harm": "hate"}}}))
    for metric, value in {"recall": 1, "precision": 1, "proactive_rate": 1, "removal_rate": 1, "hours_to_removal": 0,
                          "views_before_removal": 0}.items():  # fmt: skip
        assert whole(tables, metric, harm="hate").value == value
    assert whole(tables, "recall", harm="misinformation").value == 0
    assert whole(tables, "action_rate", part="truth=harmless").value == 0


def found_every_second(simulation: Simulation) -> None:
    """After the run's last tick: every second post of a class has been removed, as of its class, by a detector."""
    posts = simulation.world.posts
    rows = np.flatnonzero((posts.live("harm") >= 0) & (posts.live("key") % 2 == 0))
    posts.status[rows], posts.found_as[rows], posts.found_by[rows] = REMOVED, posts.harm[rows], 1
    posts.removed_minute[rows] = posts.minute[rows] + 120


def test_what_became_of_posts_is_what_the_posts_say() -> None:
    """The posts of burn-in do not count."""
    simulation = Simulation(HOSTILE, 1)
    close = simulation.books.close

    def decide_and_close(writer: RunWriter, world: object) -> None:
        found_every_second(simulation)
        close(writer, simulation.world)

    simulation.books.close = decide_and_close  # type: ignore[method-assign]
    tables = run(simulation.scenario, simulation=simulation)
    posts = tables["posts"][tables["posts"].minute >= 0]
    of = posts[posts.harm == "hate"]
    removed = of.status == "removed"
    assert 0 < removed.sum() < len(of)
    assert set(of.found_as) == {"", "hate"}
    cell = whole(tables, "recall", harm="hate")
    assert (cell.value, cell.n) == (pytest.approx(removed.mean()), len(of))
    assert whole(tables, "removal_rate", harm="hate").value == pytest.approx(removed.mean())
    cell = whole(tables, "precision", harm="hate")
    assert (cell.value, cell.n) == (1, removed.sum())
    assert whole(tables, "proactive_rate", harm="hate").value == 1
    assert whole(tables, "hours_to_removal", harm="hate").value == 2
    assert whole(tables, "views_before_removal", harm="hate").value == pytest.approx(of[removed].impressions.mean())
    assert whole(tables, "repeat_offender_share", harm="hate").n == len(of)
    assert whole(tables, "action_rate").value == pytest.approx((posts.status != "live").mean())
    assert whole(tables, "reach_lost", part="truth=harmless").value == 0


def test_what_the_desk_decides_is_measured_by_its_cases_and_posts() -> None:
    """Without detectors: every post is looked at by lot, for every class."""
    desk = {"kind": "desk", "audit_share": 1.0, "reviewers_per_10000": 500, "minutes_per_case": 1.0}
    simulation = Simulation(settings(HOSTILE, {"detectors.kind": "none", "days": 2, "review": desk}), 1)
    tables = run(simulation.scenario, simulation=simulation)
    posts, cases = tables["posts"][tables["posts"].minute >= 0], simulation.world.desk.cases
    found = posts[posts.found_as == "hate"].query("status != 'live'")
    assert len(found) > 2
    cell = whole(tables, "precision", harm="hate")
    assert (cell.value, cell.n) == (pytest.approx((found.harm == "hate").mean()), len(found))
    assert whole(tables, "proactive_rate").value == 1
    of_hate = cases.live("harm") == HARMS.index("hate")
    decided = of_hate & (cases.live("decided_minute") >= 0) & (cases.live("decided_minute") < simulation.world.minute)
    held, truth = cases.live("verdict")[decided] == HARMFUL, cases.live("harmful")[decided]
    d_prime, criterion = sensitivity((held & truth).sum(), truth.sum(), (held & ~truth).sum(), (~truth).sum())
    assert whole(tables, "d_prime", harm="hate").value == pytest.approx(d_prime)
    assert whole(tables, "criterion", harm="hate").value == pytest.approx(criterion)
    assert whole(tables, "criterion", harm="hate").n == decided.sum()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({}, set()),
        ({"policies": {"it": POLICIES["lower"]}}, set()),
        ({"detectors.kind": "oracle"}, OF_INTEGRITY - {"filtered_share", "demotion_rate"}),
    ],
)
def test_what_does_not_happen_is_not_measured(said: dict[str, object], kept: set[str]) -> None:
    """Without detectors a policy on what they believe does nothing."""
    assert OF_INTEGRITY & set(run(settings(TINY, said))["metrics"].metric) == kept


def test_every_cell_of_integrity_has_a_definition(held: Tables) -> None:
    counts = np.array([3, 1], np.int32)
    offenders = Offenders(counts[:, None], counts[:, None])
    yes, code = np.array([True, False]), np.zeros(2, np.int8)
    strata = Strata.sorted_from({}, {}, 2)
    cells = [*judging_cells(Verdicts(yes, yes, code, code.astype(np.int32)), ("english",), strata)]
    assert {cell.metric for cell in (*cells, *offender_cells(offenders, ("hate",)))} <= BY_NAME.keys()
    assert set(held["metrics"].metric) <= BY_NAME.keys()


def test_an_idle_ledger_counts_nothing() -> None:
    world = world_of([])
    add_posts(world, [0], [0], {"harm": 1, "status": LIVE})
    ledger = Ledger.of(world, Scenario())
    ledger.write_off(world, 1)
    assert not ledger.outcomes.posts.any()
    assert list(ledger.end_day()) == list(ledger.whole_run()) == []
