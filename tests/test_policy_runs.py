"""Laws of policies: what holds of every run with one of them, whatever it is."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from policy_bases import POLICIES
from worlds import TINY, Tables, assert_same, differs, run, settings

from feedsim.engine.simulation import Simulation
from feedsim.integrity.policies import LIBRARY
from feedsim.merging import kind_of
from feedsim.scenario import Scenario
from feedsim.world.arrays import FOREVER

HARMFUL = settings(
    TINY,
    {
        "detectors.kind": "oracle",
        "burn_in_days": 1,
        "population.ordinary_kinds": {"personal": 0.2, "news": 0.4, "civic": 0.4},
        "population.ordinary_false_share": 0.3,
        "population.ordinary_hostile_share": 0.3,
        "people.responses.base_rates.reshare": 0.1,
    },
)
"""With enough of everything that policies act on."""

NEUTRAL: dict[str, dict[str, Any]] = {
    "demote": {"harm": "misinformation", "strength": 0.0},
    "demote_on_review": {"strength": 0.0},
    "remove": {"harm": "misinformation", "start_day": 99},
    "remove_on_review": {"harm": "misinformation", "start_day": 99},
    "human_review": {"harm": "misinformation", "start_day": 99},
    "warning_label": {
        "harm": "misinformation", "sharing_cut": 0.0, "low_trust_sharing_cut": 0.0, "belief_cut": 0.0,
        "low_trust_belief_cut": 0.0,
    },
    "interstitial": {"harm": "misinformation", "open_share": 1.0},
    "fact_check": {"strength": 0.0},
    "crowd_notes": {"reshare_cut": 0.0, "like_cut": 0.0, "comment_cut": 0.0},
    "accuracy_prompt": {"sharing_cut": 0.0},
    "read_first": {"opens": 1.0, "abandon_share": 0.0},
    "reconsider": {"cancel_share": 0.0, "soften_share": 0.0},
    "reshare_depth_limit": {"depth": 10_000},
    "forward_limit": {"followers": 10_000},
    "share_button_removal": {"depth": 10_000},
    "circuit_breaker": {"reshares_per_hour": 0.01, "strength": 0.0, "sharing_cut": 0.0},
    "strikes": {"limit": 10_000},
    "account_ban": {"limit": 10_000},
    "repeat_offender_demotion": {"strength": 0.0},
    "bot_throttle": {"posts_per_day": 10_000},
    "borderline_out_of_network": {"harm": "misinformation", "start_day": 99},
    "hyperactive_discount": {"strength": 0.0},
    "source_diversity": {"decay": 1.0},
    "reaction_weights": {"reactions": {"angry": 4.0}},
    "civic_weights": {"keep_share": 1.0},
    "stated_preference": {"blend": 0.0},
    "bridging": {"strength": 0.0},
    "chronological_share": {"share": 0.0},
    "user_control": {"harm": "misinformation", "share": 0.0},
}  # fmt: skip
"""Settings with which each policy is in force and changes nothing."""
STRIKING: dict[str, Any] = {"policies": {"out": {"kind": "remove", "harm": "misinformation"}}}
"""Without which nobody gets a strike."""
DESK: dict[str, Any] = {
    "review": {"kind": "desk", "reviewers_per_10000": 500.0, "outcomes": {"misinformation": "demote"}}
}
"""Reviewers who demote what they find."""
UNDER = {
    "strikes": STRIKING, "account_ban": STRIKING, "repeat_offender_demotion": STRIKING,
    "demote_on_review": DESK, "remove_on_review": DESK, "human_review": DESK,
}  # fmt: skip
"""What there must be for a policy to have anything to act on."""
FOUNDATIONS: tuple[dict[str, Any] | None, ...] = (None, STRIKING, DESK)


def scenario(kind: str, said: dict[str, Any], under: dict[str, Any] | None = None) -> Scenario:
    base = settings(HARMFUL, under or {})
    there = {name: policy.model_dump(mode="json") for name, policy in base.policies.items()}
    return settings(base, {"policies": {**there, "it": {"kind": kind, **said}}})


OF_FINDING = {"recall", "precision", "proactive_rate", "action_rate", "repeat_offender_share", "second_found_share"}
"""Metrics of what was found and labelled, whether anything came of it or not."""


def without_answers(impressions: pd.DataFrame) -> pd.DataFrame:
    """The rows without what policies said of them."""
    return impressions[[name for name in impressions if not str(name).startswith(("factor_", "friction_"))]]


def without_traces(tables: Tables) -> Tables:
    """The tables but for what tells what a policy did, rather than what came of it."""
    metrics = tables["metrics"]
    metrics = metrics[~metrics.metric.isin(OF_FINDING)].reset_index(drop=True)
    posts = tables["posts"].drop(columns=["status", "found_by", "found_as", "labelled_minute"])
    impressions = without_answers(tables["impressions"])
    return tables | {"posts": posts, "impressions": impressions, "metrics": metrics}


@pytest.fixture(scope="module")
def free() -> Tables:
    return run(HARMFUL)


@pytest.fixture(scope="module")
def striking() -> Tables:
    return run(settings(HARMFUL, STRIKING))


@pytest.fixture(scope="module")
def reviewed() -> Tables:
    return run(settings(HARMFUL, DESK))


@pytest.mark.parametrize("kind", [kind_of(block) for block in LIBRARY])
def test_a_policy_with_neutral_settings_is_no_policy_to_the_bit(
    kind: str, free: Tables, striking: Tables, reviewed: Tables
) -> None:
    under = UNDER.get(kind)
    without = {id(None): free, id(STRIKING): striking, id(DESK): reviewed}[id(under)]
    neutral = run(scenario(kind, NEUTRAL[kind], under))
    assert_same(without_traces(without), without_traces(neutral))


@pytest.fixture(scope="module")
def first_days() -> dict[int, Tables]:
    """What happens before day 1 where no policy comes then, for each of the things that may be under it."""
    return {id(under): before_day_1(run(settings(HARMFUL, (under or {}) | {"days": 2}))) for under in FOUNDATIONS}


def before_day_1(tables: Tables) -> Tables:
    """The rows of what happened before."""
    metrics, rows, shared = tables["metrics"], tables["impressions"], tables["reshares"]
    rows = without_answers(rows[rows.tick < 24])
    past = {"metrics": metrics[metrics.day == 0], "impressions": rows, "reshares": shared[shared.minute < 1440]}
    return {name: table.reset_index(drop=True) for name, table in past.items()}


@pytest.mark.parametrize("kind", [kind_of(block) for block in LIBRARY])
def test_before_its_first_day_there_is_no_trace_of_a_policy(kind: str, first_days: dict[int, Tables]) -> None:
    under = UNDER.get(kind)
    said = POLICIES[kind][1] | {"start_day": 1}
    later = before_day_1(run(settings(scenario(kind, said, under), {"days": 2})))
    for name, table in first_days[id(under)].items():
        assert len(table) > 100
        pd.testing.assert_frame_equal(table, later[name], check_exact=True, obj=name)


def test_what_reviewers_demote_sinks_and_what_they_find_is_removed(reviewed: Tables) -> None:
    demoted = reviewed["posts"].query("status == 'demoted'")
    assert len(demoted) > 10
    sunk = run(scenario("demote_on_review", {"strength": 1.0}, DESK))
    factor = sunk["impressions"].factor_it
    assert set(factor.dropna()) == {0.0, 1.0}
    gone = run(scenario("remove_on_review", {"harm": "misinformation"}, DESK))["posts"]
    # In burn-in there was only the desk.
    fresh = gone[gone.minute >= 0]
    assert set(fresh.status) == {"live", "removed"}
    assert np.count_nonzero(fresh.status == "removed") > 10


def test_labels_that_change_nothing_are_put_on_all_the_same(free: Tables) -> None:
    """So that the law above is about labels that are there."""
    labelled = run(scenario("warning_label", NEUTRAL["warning_label"]))["posts"]
    marked = labelled[labelled.status == "labelled"]
    assert len(marked) > 10
    assert set(marked.harm) == {"misinformation"}
    assert (marked.found_by == "detector").all()
    assert (marked.labelled_minute == marked.minute.clip(lower=0)).all()
    assert set(free["posts"].status) == {"live"}


@pytest.mark.parametrize("chunk", [7, 512])
def test_all_policies_at_once_are_the_same_run_whatever_the_chunk_and_the_threads(chunk: int) -> None:
    several: dict[str, Any] = {
        kind: {"kind": kind} | ({"harm": "misinformation"} if "harm" in block.model_fields else {})
        for block in LIBRARY
        if (kind := kind_of(block)) != "remove"
    }
    several["reader"] = {"kind": "read_first", "for": {"surfaces": ["trending"], "groups": {"age": ["18-29"]}}}
    all_at_once = settings(HARMFUL, DESK | {"policies": several})
    assert_same(run(all_at_once), run(all_at_once, chunk=chunk, threads=2))
    assert len(differs(run(all_at_once), run(HARMFUL))) >= 5


def test_a_screen_hides_what_harm_there_is_from_those_who_do_not_open_it(free: Tables) -> None:
    hidden = run(scenario("interstitial", {"harm": "misinformation", "open_share": 0.0}))
    posts = hidden["posts"]
    screened = posts[(posts.status == "labelled") & (posts.labelled_minute <= posts.minute)]
    assert screened.impressions.sum() > 50
    assert screened[["clicks", "likes", "comments", "reshares", "hides", "reports"]].to_numpy().sum() == 0
    assert free["posts"].query("harm == 'misinformation'").clicks.sum() > 10
    # A screen is told of what was shown behind it, and of nothing else.
    rows = hidden["impressions"].merge(posts[["key", "status"]], on="key")
    assert rows.friction_it.sum() > 5
    assert rows[rows.friction_it]["rank"].notna().all()
    assert set(rows[rows.friction_it].status) == {"labelled"}


# Accounts


def test_who_is_suspended_neither_publishes_nor_comes_and_nobody_else_is_touched() -> None:
    simulation = Simulation(HARMFUL, 1)
    banned = np.arange(0, 150, 3)
    simulation.world.accounts.suspended_until[banned] = FOREVER
    simulation.world.accounts.suspended_minute[banned] = -1440
    tables = run(HARMFUL, simulation=simulation)
    users = tables["users"]
    mine = users.user.isin(banned)
    assert users[mine][["sessions", "posts", "impressions"]].to_numpy().sum() == 0
    assert not tables["posts"].author.isin(banned).any()
    assert (users[mine].suspended_minute == -1440).all()
    assert users[~mine].suspended_minute.isna().all()
    others = run(HARMFUL)["posts"]
    assert tables["posts"].key.tolist() == others[~others.author.isin(banned)].key.tolist()


def test_strikes_lead_to_suspension_and_a_ban_to_silence() -> None:
    ban = run(scenario("account_ban", {"limit": 1}, STRIKING))
    users, posts = ban["users"], ban["posts"]
    banned = users[users.suspended_minute.notna()].set_index("user").suspended_minute
    assert len(banned) > 10
    removed = posts[posts.removed_minute.notna()]
    assert set(banned.index) == set(removed[removed.removed_minute < 1440 - 60].author)
    late = posts.join(banned, on="author").dropna(subset="suspended_minute")
    # Posts of the tick in which the ban came were published before it.
    assert (late.minute < late.suspended_minute + TINY.tick_minutes).all()


def test_removed_posts_get_no_further_impression(striking: Tables) -> None:
    shown = (
        striking["impressions"]
        .dropna(subset="rank")
        .merge(striking["posts"][["key", "removed_minute"]].dropna(), on="key")
    )
    assert (shown.tick * TINY.tick_minutes < shown.removed_minute).all()
    posts = striking["posts"]
    new = posts[(posts.minute >= 0) & (posts.harm == "misinformation")]
    assert len(new) > 10
    assert (new.impressions == 0).all()
    assert (new.status == "removed").all()


def test_a_prompt_before_publication_leaves_fewer_hostile_words(free: Tables) -> None:
    asked = run(scenario("reconsider", {"cancel_share": 0.5, "soften_share": 0.3}))["posts"]
    before = free["posts"]
    measured = [table[table.minute >= 0] for table in (before, asked)]
    hostile = [np.count_nonzero(table.outgroup_terms > 0) for table in measured]
    assert hostile[1] / hostile[0] == pytest.approx(0.2, abs=0.1)
    assert set(asked.key) < set(before.key)
    quiet = [table[table.outgroup_terms == 0].key for table in measured]
    assert set(quiet[0]) <= set(quiet[1])


def test_a_chronological_share_of_all_is_nearly_the_chronological_feed() -> None:
    """But for what the sources bring: here half of the candidates come from the network, there all of them."""
    base = settings(HARMFUL, {"measures.impression_sample": 1.0})
    everybody = settings(base, {"policies": {"it": {"kind": "chronological_share", "share": 1.0}}})
    chronological = settings(base, {"ranker": {"kind": "chronological"}})
    first = [_first_shown(run(arm)["impressions"]) for arm in (everybody, chronological)]
    same = pd.merge(*first, on=["tick", "user"])
    assert len(same) > 100
    assert (same.key_x == same.key_y).mean() > 0.8


def _first_shown(rows: pd.DataFrame) -> pd.DataFrame:
    """What stood first in every feed of the first measured hours: later the two worlds have grown apart."""
    return rows[(rows["rank"] == 0) & (rows.tick.between(0, 11))][["tick", "user", "key"]]
