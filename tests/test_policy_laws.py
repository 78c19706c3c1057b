"""Laws of policies: none writes anything, and none reads the truth, whatever it is asked."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from policy_bases import HARMFUL, POLICIES
from test_laws import TRUTH_OF_POSTS, found_by, frozen, scramble
from worlds import TINY, run, settings

from feedsim.engine.simulation import Simulation
from feedsim.feed.flow import Candidates, Choice
from feedsim.feed.friction import Submitted
from feedsim.feed.select import select
from feedsim.integrity.policies import LIBRARY, Policy
from feedsim.merging import kind_of
from feedsim.people.drafts import Drafts
from feedsim.people.gate import submitted
from feedsim.scenario import Scenario
from feedsim.world.arrays import Bools, Longs

ALL: Scenario = settings(
    TINY,
    HARMFUL
    | {
        "review": {"kind": "desk", "reviewers_per_10000": 500.0, "outcomes": {"misinformation": "demote"}},
        "policies": {
            kind: {"kind": kind, **said, "start_day": 0}
            for kind, (_, said, _) in POLICIES.items()
            if kind not in ("remove", "account_ban")
        }
        | {"hate": {"kind": "remove", "harm": "hate"}},
    },
)
"""Every policy, at once or after another, with something to act on."""


class Unasked:
    """Judges who say yes to everything: what people know is no matter here."""

    def fact_check(self, narrative: Longs, accuracy: float) -> Bools:
        return np.ones(len(narrative), np.bool_)

    def corrects(self, post: Longs, accuracy: float) -> Bools:
        return np.ones(len(post), np.bool_)

    def agree(self, post: Longs, raters: int, share: float) -> Bools:
        return np.ones(len(post), np.bool_)


def asked(simulation: Simulation, block: type[Policy], c: Candidates, choice: Choice, drafts: Submitted) -> list[Any]:
    """All that a policy answers, question by question."""
    world, kind = simulation.world, kind_of(block)
    policy = block.model_validate({"kind": kind, **POLICIES[kind][1], "start_day": 0})
    return [
        policy.publish(world, drafts),
        policy.keep(world, c),
        policy.weights(world, c, np.ones((len(c), 7))),
        policy.order(world, c, np.array(c.score)),
        policy.factor(world, c),
        policy.friction(world, c, choice),
        policy.review(world),
        policy.orders(world, Unasked()),
    ]


def columns(answer: Any) -> Iterator[Any]:
    """The parts of an answer that can be compared."""
    if is_dataclass(answer):
        for column in fields(answer):
            yield from columns(getattr(answer, column.name))
    else:
        yield answer


def at_the_end() -> Simulation:
    """A simulation after its last day, at midnight, when fact-checkers are asked."""
    simulation = Simulation(ALL, 1)
    run(ALL, simulation=simulation)
    simulation.world.minute = 1440
    simulation.world.posts.removed_minute[:9] = simulation.world.posts.labelled_minute[9:19] = 1439
    # As if reviewers had seen nothing yet, so that there is something to send them.
    simulation.world.posts.cased[:] = False
    return simulation


@pytest.fixture(scope="module")
def lived() -> tuple[Simulation, Candidates, Choice, Submitted]:
    """The end of a run, frozen, with everybody's candidates, what is chosen of them, and the day's drafts."""
    simulation = at_the_end()
    c = simulation.server.scored(found_by(simulation)[0])
    everything = [frozen(thing) for thing in (c, select(simulation.world, c), _drafts(simulation))]
    frozen(simulation.world)
    return simulation, everything[0], everything[1], everything[2]


@pytest.fixture(scope="module")
def twin() -> Simulation:
    """The same, with every truth dealt anew."""
    simulation = at_the_end()
    scramble(simulation.world)
    return simulation


def _drafts(simulation: Simulation) -> Submitted:
    drafts: Drafts = simulation.supply.draft(0)
    return submitted(drafts)


@pytest.mark.parametrize("block", LIBRARY, ids=[kind_of(block) for block in LIBRARY])
def test_no_policy_writes_anything_or_reads_the_truth(
    block: type[Policy], lived: tuple[Simulation, Candidates, Choice, Submitted], twin: Simulation
) -> None:
    simulation, c, choice, drafts = lived
    assert not simulation.world.posts.status.flags.writeable
    ours, theirs = (asked(one, block, c, choice, drafts) for one in (simulation, twin))
    assert any(answer is not None for answer in ours)
    for a, b in zip(ours, theirs, strict=True):
        for mine, yours in zip(columns(a), columns(b), strict=True):
            np.testing.assert_array_equal(mine, yours)


def test_what_is_submitted_holds_no_truth() -> None:
    assert {column.name for column in fields(Submitted)} & set(TRUTH_OF_POSTS) == set()


@pytest.mark.parametrize("block", LIBRARY, ids=[kind_of(block) for block in LIBRARY])
def test_an_answer_has_a_place_for_every_row_and_factors_lie_between_nothing_and_one(
    block: type[Policy], lived: tuple[Simulation, Candidates, Choice, Submitted]
) -> None:
    simulation, c, choice, drafts = lived
    gate, keep, weights, order, factor, friction, _, orders = asked(simulation, block, c, choice, drafts)
    assert gate is None or gate.withheld.shape == gate.asked.shape == (len(drafts),)
    assert keep is None or (keep.shape, keep.dtype) == ((len(c),), np.bool_)
    assert weights is None or weights.shape == (len(c), 7)
    assert order is None or (order.shape == (len(c),) and np.isfinite(order).all())
    if factor is not None:
        assert factor.shape == (len(c),)
        assert factor.min() >= 0
        assert factor.max() <= 1
    if friction is not None and len(friction.rows):
        assert (np.diff(friction.rows) > 0).all()
        assert friction.rows.max() < len(choice.candidate)
    if orders is not None:
        assert len(orders.post) == len(orders.status) == len(orders.labels) == len(orders.found_by)
        assert (orders.post >= simulation.world.posts.base).all()


@pytest.mark.parametrize("kind", [kind_of(block) for block in LIBRARY])
def test_a_policy_that_lowers_scores_never_improves_the_rank_of_what_it_lowers_alone(
    kind: str, lived: tuple[Simulation, Candidates, Choice, Submitted]
) -> None:
    simulation, c, choice, drafts = lived
    block = next(block for block in LIBRARY if kind_of(block) == kind)
    factor = asked(simulation, block, c, choice, drafts)[4]
    if factor is None:
        return
    place = np.full(len(c), len(c))
    place[choice.candidate] = choice.rank
    lowered = np.flatnonzero(factor < 1)[:20]
    for row in lowered:
        alone = np.ones(len(c), np.float32)
        alone[row] = factor[row]
        after = select(simulation.world, replace(c, factors={"it": alone}))
        again = np.full(len(c), len(c))
        again[after.candidate] = after.rank
        assert again[row] >= place[row]
