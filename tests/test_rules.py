"""What the policies of a scenario answer together, and for whom."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pytest
from worlds import add_posts, candidates_of, everything, retyped, sessions_of, world_of

from feedsim.feed.flow import Candidates, Choice
from feedsim.feed.friction import Friction, Gate, Submitted
from feedsim.integrity.orders import Judges, Orders
from feedsim.integrity.policies import Demote, Policy, Remove, Scope
from feedsim.integrity.policies.base import Referral
from feedsim.integrity.policies.ranking import ReactionWeights
from feedsim.integrity.rules import Rules
from feedsim.people.panel import Panel
from feedsim.world.arrays import Bools, Doubles, Floats
from feedsim.world.posts import REMOVED
from feedsim.world.world import World


class Everything(Policy):
    """Answers every question."""

    kind: Literal["everything"] = "everything"
    by: float = 0.5

    def publish(self, world: World, drafts: Submitted) -> Gate:
        return Gate(drafts.author == 0, drafts.author == 1)

    def keep(self, world: World, c: Candidates) -> Bools:
        return c.post > 0

    def weights(self, world: World, c: Candidates, weights: Doubles) -> Doubles:
        return np.asarray(weights * self.by)

    def order(self, world: World, c: Candidates, score: Floats) -> Floats:
        return score + np.float32(1)

    def factor(self, world: World, c: Candidates) -> Floats:
        return np.full(len(c), self.by, np.float32)

    def friction(self, world: World, c: Candidates, choice: Choice) -> Friction:
        return Friction(np.arange(len(choice.candidate)), {"like": self.by})

    def review(self, world: World) -> Referral:
        return Referral(np.array([0]), 0)

    def orders(self, world: World, judges: Judges) -> Orders:
        return Orders.on_posts(np.array([0], np.int32), REMOVED, 1)


def scene(ages: Sequence[int] = (0, 1, 1)) -> tuple[World, Candidates]:
    """Three posts in two languages for persons 1 and 2, of four sources."""
    world = world_of([])
    world.users.groups["age"][:] = ages
    world.levels["language"] = ("english", "spanish")
    add_posts(world, [0, 0, 0], [0] * 3, {"language": [0, 1, 0]})
    c = candidates_of(sessions_of([1, 2]), [range(3), [0, 1]], score=[1, 2, 3, 4, 5])
    return world, retyped(c, [0, 1, 2, 3, 0])


def rules(*policies: Policy) -> Rules:
    return Rules({f"p{i}": policy for i, policy in enumerate(policies)})


def scoped(scope: Mapping[str, Any], by: float = 0.5) -> Everything:
    return Everything.model_validate({"by": by, "for": scope})


SCOPES: list[tuple[dict[str, Any], list[bool]]] = [
    ({}, [True] * 5),
    ({"groups": {"age": ["old"]}}, [False, False, False, True, True]),
    ({"groups": {"age": ["old", "young"]}}, [True] * 5),
    ({"languages": ["spanish"]}, [False, True, False, False, True]),
    ({"surfaces": ["profile", "exploration"]}, [False, True, False, True, False]),
    ({"groups": {"age": ["old"]}, "languages": ["spanish"]}, [False, False, False, False, True]),
    ({"groups": {"age": ["young"]}, "surfaces": ["in_network"]}, [True, False, False, False, False]),
]


@pytest.mark.parametrize(("scope", "rows"), SCOPES)
def test_a_policy_is_for_the_rows_that_fit_every_line(scope: dict[str, Any], rows: list[bool]) -> None:
    world, c = scene((0, 0, 1))
    assert Scope.model_validate(scope).rows(world, c).tolist() == rows


@pytest.mark.parametrize(("scope", "rows"), SCOPES)
def test_where_it_is_not_for_somebody_a_policy_says_nothing(scope: dict[str, Any], rows: list[bool]) -> None:
    world, c = scene((0, 0, 1))
    inside, board = np.array(rows), rules(scoped(scope))
    kept, removed = board.kept(world, c)
    out = inside & (c.post == 0)
    assert kept.row.tolist() == np.flatnonzero(~out).tolist()
    assert [list(took) for took in removed.values()] == ([np.flatnonzero(out).tolist()] if out.any() else [])
    assert board.factors(world, c)["p0"].tolist() == np.where(inside, 0.5, 1).tolist()
    assert board.order(world, c, np.zeros(5, np.float32)).tolist() == inside.astype(float).tolist()
    assert board.weights(world, c, np.array([2.0])).tolist() == np.where(inside, 1.0, 2.0)[:, None].tolist()
    frictions = board.frictions(world, c, everything(c))
    assert [friction.rows.tolist() for friction in frictions.values()] == [np.flatnonzero(inside).tolist()] * any(rows)


def test_factors_and_frictions_stand_side_by_side_and_weights_and_orders_follow_one_another() -> None:
    world, c = scene()
    board = rules(Everything(), Everything(by=0.25))
    assert {name: set(factor) for name, factor in board.factors(world, c).items()} == {"p0": {0.5}, "p1": {0.25}}
    assert board.weights(world, c, np.array([2.0, 8.0])).tolist() == [[0.25, 1.0]] * 5
    assert board.order(world, c, np.zeros(5, np.float32)).tolist() == [2] * 5
    frictions = board.frictions(world, c, everything(c))
    assert [friction.factors for friction in frictions.values()] == [{"like": 0.5}, {"like": 0.25}]
    assert len(Orders.joined(board.orders(world, Panel(world))).post) == 2
    assert len(board.referrals(world)) == 2


def test_what_one_policy_took_out_the_next_does_not_take_out_again() -> None:
    world, c = scene()
    world.posts.p_harm[:3, 0] = [1, 1, 0]
    kept, removed = rules(Everything(), Remove(kind="remove", harm="misinformation")).kept(world, c)
    assert {name: rows.tolist() for name, rows in removed.items()} == {"p0": [0, 3], "p1": [1, 4]}
    assert kept.row.tolist() == [2]


def test_only_those_in_force_today_that_have_an_answer_are_asked() -> None:
    world, _ = scene()
    board = rules(Everything(start_day=1), Demote(kind="demote", harm="hate"), Policy(), Everything(end_day=0))
    assert [name for name, _ in board.asked("factor", world)] == ["p1"]
    assert [name for name, _ in board.asked("orders", world)] == []
    world.minute = 1440
    assert [name for name, _ in board.asked("factor", world)] == ["p0", "p1"]
    assert [name for name, _ in board.asked("orders", world)] == ["p0"]


def test_without_policies_nothing_is_looked_at() -> None:
    world, c = scene()
    board = rules()

    def never() -> Submitted:
        raise AssertionError("nobody asked")

    assert board.gates(world, never) == []
    assert board.kept(world, c) == (c, {})
    assert c.score is not None
    assert board.order(world, c, c.score) is c.score
    weights = np.ones(7)
    assert board.weights(world, c, weights) is weights
    assert (board.factors(world, c), board.frictions(world, c, everything(c)), board.orders(world, Panel(world))) == (
        {}, {}, [],
    )  # fmt: skip
    assert (board.heads, board.need("audiences")) == (frozenset(), False)


def test_rules_know_what_their_policies_need() -> None:
    board = rules(ReactionWeights(kind="reaction_weights", reactions={"hide": -5.0, "like": 0.0}))
    assert board.heads == {5}
    assert board.need("heads")
    assert not board.need("detectors")
