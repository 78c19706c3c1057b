"""What people do with what they are shown: the kernel against plain Python, and the published margins."""

from dataclasses import replace
from math import exp, log

import numpy as np
import numpy.typing as npt
import pytest
from worlds import NEUTRAL, add_posts, bits, candidates_of, everything, sessions_of, world_of

from feedsim.feed.flow import Candidates, Slate
from feedsim.people.reflect import Reflection
from feedsim.people.respond import REACTIVITY, SECONDS, Responder, intercept
from feedsim.people.responses import Responses
from feedsim.world.arrays import Bools, Doubles
from feedsim.world.rng import Streams
from feedsim.world.users import ACTORS, COORDINATED
from feedsim.world.world import ACTIONS, ANGRY, CLICK, COMMENT, HIDE, LIKE, REPORT, RESHARE, World

BLOCK = Responses()
OFTEN = Responses(base_rates=dict.fromkeys(BLOCK.base_rates, 0.05))
"""Everything is done often enough for a twin to be compared with."""
WORTH = Reflection()
ODDS = np.where(np.arange(len(ACTORS)) == COORDINATED, 5.0, 1.0)


def responder(
    world: World, block: Responses = BLOCK, elsewhere: float = 0.0, reflection: Reflection = WORTH
) -> Responder:
    return Responder.of(block, reflection, world.users, elsewhere, world.users.groups["dialect"], ODDS)


def did(slate: Slate, action: int) -> Bools:
    return (slate.actions & (1 << action)) > 0


# The twin


def crowd() -> tuple[World, Candidates]:
    """Sixty people of all traits, forty posts of all kinds, each shown to all, some by a followee."""
    world = world_of([(u, (u + 1) % 60) for u in range(60)], users=60, topics=3, seed=5)
    users, s = world.users, Streams(9)
    each = np.arange(60)
    users.leaning[:] = s.uniform("leaning", each) * 2 - 1
    users.reactivity[:] = s.normal("reactivity", each) + 1.5
    users.discernment[:] = s.normal("discernment", each)
    users.harm_aversion[:] = s.uniform("aversion", each)
    users.actor[:] = each % 2 * COORDINATED
    users.groups["dialect"][:] = each % 3 == 0
    world.minds.interest[:] = s.uniform("interest", each[:, None], np.arange(3)) * 7
    post = np.arange(40)
    add_posts(world, post % 60, [0] * 40, {
        "topic": post % 3, "side": s.uniform("side", post) * 2 - 1, "false": post % 4 == 0,
        "target_group": post % 3 - 1, "moral_emotional_words": post % 5, "outgroup_terms": post % 4,
        "novelty": s.uniform("novelty", post),
        "quality": s.uniform("quality", post), "severity": s.uniform("severity", post) * (post % 2),
        "proximity": s.uniform("proximity", post),
    })  # fmt: skip
    friends = [u if p % 60 == (u + 1) % 60 else -1 for u in range(60) for p in range(40)]
    return world, candidates_of(sessions_of(range(60)), [range(40)] * 60, item=friends, edge=friends)


def log_odds(world: World, r: Responder, u: int, post: int, rank: int, edge: int) -> list[float]:
    """The log-odds of each of ACTIONS, as the docstrings of Responses say."""
    users, p, b = world.users, world.posts, BLOCK
    at = post - p.base
    side, quality, novelty, severity = (
        float(getattr(p, name)[at]) for name in ("side", "quality", "novelty", "severity")
    )
    agreement = b.agreement_effect * float(users.leaning[u]) * side
    taste = min(float(world.minds.interest[u, p.topic[at]]), 5.0) - 1
    charge = p.moral_emotional_words[at] * log(b.reshare_odds_per_word) + p.outgroup_terms[at] * log(
        b.reshare_odds_per_term
    )
    repelled = b.aversion_effect * severity * float(users.harm_aversion[u])
    hurt = b.target_effect if severity > 0 and p.target_group[at] == users.groups["dialect"][u] else 0.0
    tie = 0.0
    if edge >= 0:
        lot = int(world.streams.hashes("closeness", u, int(world.graph.followee[edge])))
        parts = sum(lot >> 16 * i & 65535 for i in range(4)) / 65536
        tie = b.tie_effect + b.closeness_spread * (parts - 2) * 3**0.5
    drawn = b.interest_effect * taste + b.quality_effect * (quality - 0.5) + b.novelty_effect * (novelty - 0.4) + tie
    drawn += b.proximity_effect * float(p.proximity[at]) ** 2
    anger = b.anger_per_term * (p.outgroup_terms[at] + p.moral_emotional_words[at] / 2)
    falsity = float(r.effects[9]) - b.discernment_effect * float(users.discernment[u]) if p.false[at] else 0.0
    kin = log(ODDS[users.actor[u]]) if users.actor[u] == users.actor[p.author[at]] else 0.0
    averse = repelled + hurt - agreement - b.interest_effect * taste - b.quality_effect * (quality - 0.5)
    moves = {
        CLICK: drawn + b.spill * charge,
        LIKE: drawn + b.spill * charge + agreement - repelled - hurt,
        ANGRY: drawn + b.spill * charge + anger - agreement + repelled + hurt,
        COMMENT: drawn + b.spill * charge + abs(agreement),
        RESHARE: drawn + charge + agreement - repelled - hurt + falsity + kin,
        HIDE: averse,
        REPORT: averse,
    }
    place = -b.position_effect * log(1 + rank)
    return [float(r.intercepts[a]) + REACTIVITY[a] * float(users.reactivity[u]) + place + moves[a] for a in range(7)]


def worth(world: World, u: int, at: int) -> float:
    """What the docstrings of Reflection say."""
    p, w = world.posts, WORTH
    taste = min(float(world.minds.interest[u, p.topic[at]]), 5.0) - 1
    aimed = p.target_group[at] >= 0 and p.target_group[at] == world.users.groups["dialect"][u]
    value = w.quality * (p.quality[at] - 0.5) + w.interest * taste + w.novelty * (p.novelty[at] - 0.4)
    value -= w.severity * p.severity[at] * world.users.harm_aversion[u] * (2 if aimed else 1)
    value -= w.hostility * p.outgroup_terms[at]
    return float(value) - (w.falsity * exp(min(float(world.users.discernment[u]), 1.0)) if p.false[at] else 0.0)


def test_every_action_dwell_and_worth_is_that_of_the_plain_twin() -> None:
    world, c = crowd()
    r = responder(world, OFTEN)
    slate = r.respond(world, c, everything(c))
    counts = np.zeros(7)
    for row in range(len(slate)):
        u, at, rank, edge = (int(column[row]) for column in (slate.user, slate.post, slate.rank, slate.edge))
        key = int(world.posts.key[at])
        odds = log_odds(world, r, u, at, rank, edge)
        done = [
            float(world.streams.uniform(name, world.tick, u, key)) < 1 / (1 + exp(-x))
            for name, x in zip(ACTIONS, odds, strict=True)
        ]
        assert slate.actions[row] == bits(*np.flatnonzero(done))
        mean = SECONDS[0] + SECONDS[1:][done].sum()
        assert slate.seconds[row] == int(-log(1 - float(world.streams.uniform("dwell", world.tick, u, key))) * mean)
        assert slate.value[row] == pytest.approx(worth(world, u, at), abs=1e-5)
        counts += done
    assert counts.min() > 10


def test_who_else_is_served_changes_nothing() -> None:
    world, c = crowd()
    r = responder(world)
    whole = r.respond(world, c, everything(c))
    part = candidates_of(sessions_of([7]), [range(40)], item=c.item[280:320].tolist(), edge=c.edge[280:320].tolist())
    alone = r.respond(world, part, everything(part))
    for name in ("actions", "seconds", "value"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(whole, name)[280:320])


# Published margins


def rates(of: dict[str, npt.ArrayLike], block: Responses = BLOCK, people: int = 4000, aversion: float = 0.0) -> Doubles:
    """(P, A) share of `people` alike who do each action to posts that differ in `of` alone, in the first place."""
    many = np.broadcast(*of.values()).size
    copies = 50
    world = world_of([], users=people)
    world.users.harm_aversion[:] = aversion
    columns = {
        name: np.tile(np.broadcast_to(np.asarray(value), many), copies) for name, value in (NEUTRAL | of).items()
    }
    add_posts(world, [0] * many * copies, [0] * many * copies, columns)
    every = [range(many * copies)] * people
    c = candidates_of(sessions_of(range(people)), every)
    first = replace(everything(c), rank=np.zeros(len(c), np.int32))
    slate = responder(world, block).respond(world, c, first)
    return np.array([did(slate, a).reshape(people, copies, many).mean(axis=(0, 1)) for a in range(7)]).T


def odds_ratios(p: Doubles) -> Doubles:
    return (p[1:] / (1 - p[1:])) / (p[:-1] / (1 - p[:-1]))


def test_base_rates_are_the_rates_of_neutral_posts() -> None:
    p = rates({"quality": np.array([0.5])}, people=8000)[0]
    expected = np.array(list(BLOCK.base_rates.values()))
    np.testing.assert_allclose(p, expected, atol=4 * np.sqrt(expected / 400_000).max(), rtol=0.12)


def test_each_moral_emotional_word_raises_the_odds_of_sharing_by_a_fifth() -> None:
    """F03, Brady et al. 2017: +20 % a word. 200,000 draws a count: within 6 % (two standard errors)."""
    p = rates({"moral_emotional_words": np.arange(5)})[:, RESHARE]
    np.testing.assert_allclose(odds_ratios(p), 1.2, rtol=0.08)
    assert (p[4] / (1 - p[4]) / (p[0] / (1 - p[0]))) ** 0.25 == pytest.approx(1.2, rel=0.02)


def test_each_outgroup_term_raises_the_odds_of_sharing_by_two_thirds() -> None:
    """F04, Rathje et al. 2021: +67 % odds a term."""
    p = rates({"outgroup_terms": np.arange(4)})[:, RESHARE]
    np.testing.assert_allclose(odds_ratios(p), 1.67, rtol=0.08)


def test_engagement_grows_convexly_with_proximity_to_the_policy_line() -> None:
    """F01, Zuckerberg 2018: all else equal; every engaging action, and steepest at the line."""
    p = rates({"proximity": np.linspace(0, 1, 6)}, people=8000)
    for action in (CLICK, LIKE):
        steps = np.diff(p[:, action])
        assert (steps > -0.0003).all()
        assert (np.diff(p[::2, action], n=2) > 0).all()
        assert steps[-1] > 2 * abs(steps[0])
    engaged = p[:, CLICK : RESHARE + 1].sum(axis=1)
    assert (np.diff(engaged) > -0.0005).all()
    assert (np.diff(engaged[1:], n=2) > 0).all()


def test_severity_costs_likes_and_shares_and_brings_anger_hides_and_reports() -> None:
    p = rates({"severity": np.array([0.0, 0.8])}, aversion=0.7)
    change = np.sign(p[1] - p[0])
    assert change[[LIKE, ANGRY, RESHARE, HIDE, REPORT]].tolist() == [-1, 1, -1, 1, 1]


def test_the_group_that_a_post_is_aimed_at_hides_it_more() -> None:
    p = rates({"severity": np.array([0.5]), "target_group": np.array([-1, 0, 1])})
    assert p[1, HIDE] / p[0, HIDE] == pytest.approx(exp(BLOCK.target_effect), rel=0.15)
    assert p[2] == pytest.approx(p[0], rel=0.35)


def test_a_later_place_costs_a_quarter_of_log_odds_an_e_fold() -> None:
    world = world_of([], users=4000)
    add_posts(world, [0] * 50, [0] * 50)
    c = candidates_of(sessions_of(range(4000)), [range(50)] * 4000)
    slate = responder(world).respond(world, c, everything(c))
    clicks = did(slate, CLICK).reshape(4000, 50).mean(axis=0)
    odds = np.log(clicks / (1 - clicks))
    assert np.polyfit(np.log(1 + np.arange(50)), odds, 1)[0] == pytest.approx(-BLOCK.position_effect, abs=0.02)


def test_accounts_of_a_kind_share_one_another_more_where_the_population_says_so() -> None:
    world = world_of([], users=4000)
    world.users.actor[:2000] = COORDINATED
    add_posts(world, [0, 3000] * 25, [0] * 50)
    c = candidates_of(sessions_of(range(4000)), [range(50)] * 4000)
    p = did(responder(world).respond(world, c, everything(c)), RESHARE).reshape(2, 2000, 25, 2).mean(axis=(1, 2))
    odds = p / (1 - p)
    assert odds[0, 0] / odds[0, 1] == pytest.approx(5, rel=0.2)
    assert odds[1, 1] / odds[1, 0] == pytest.approx(1, rel=0.2)


@pytest.mark.parametrize("spread", [0.0, 1.7])
def test_the_intercept_gives_the_rate_over_unequal_people(spread: float) -> None:
    offsets = (spread * Streams(1).normal("reactivity", np.arange(5000))).astype(np.float32)
    activity = np.exp(0.8 * Streams(1).normal("activity", np.arange(5000)))
    b = intercept(0.012, offsets, activity)
    assert np.average(1 / (1 + np.exp(-(b + offsets))), weights=activity) == pytest.approx(0.012)
    assert (b == pytest.approx(log(0.012 / 0.988))) == (spread == 0)


def test_what_people_value_is_another_function_than_what_they_engage_with() -> None:
    """Hostile terms engage and are regretted; quality does both."""
    world = world_of([])
    add_posts(world, [0] * 3, [0] * 3, {"outgroup_terms": [0, 3, 0], "quality": [0.5, 0.5, 0.9]})
    c = candidates_of(sessions_of([1]), [range(3)])
    assert responder(world).respond(world, c, everything(c)).value == pytest.approx([0, -0.45, 0.4], abs=1e-6)
    clicks = rates({"outgroup_terms": np.array([0, 3])})[:, CLICK]
    assert clicks[1] > 1.5 * clicks[0]
