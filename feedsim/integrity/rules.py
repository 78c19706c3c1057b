"""The rules in force: what all policies of a scenario answer together. Keeps commute, factors multiply."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from feedsim.feed.flow import Candidates, Choice
from feedsim.feed.friction import Friction, Gate, Submitted
from feedsim.integrity.orders import Judges, Orders
from feedsim.integrity.policies import Policy
from feedsim.integrity.policies.base import Need, Question, Referral
from feedsim.world.arrays import Bools, Doubles, Floats, Ints
from feedsim.world.world import ACTIONS, World


@dataclass(frozen=True)
class Rules:
    """The policies of a scenario, by name and in its order."""

    policies: Mapping[str, Policy]

    def asked(self, question: Question, world: World) -> Iterator[tuple[str, Policy]]:
        """Those in force today that have something to say to a question."""
        for name, policy in self.policies.items():
            if policy.answers(question) and policy.acts(world):
                yield name, policy

    def need(self, what: Need) -> bool:
        """Whether any policy needs it."""
        return any(what in policy.requires() for policy in self.policies.values())

    @property
    def heads(self) -> frozenset[int]:
        """Places in ACTIONS of the heads that some policy reads, whatever they weigh without it."""
        return frozenset(ACTIONS.index(action) for policy in self.policies.values() for action in policy.heads())

    def gates(self, world: World, drafts: Callable[[], Submitted]) -> list[Gate]:
        """What stands between these drafts and publication; they are looked at only if anybody asks."""
        said = [policy.publish(world, drafts()) for _, policy in self.asked("publish", world)]
        return [gate for gate in said if gate is not None]

    def kept(self, world: World, c: Candidates) -> tuple[Candidates, dict[str, Ints]]:
        """What every policy lets stay; and the rows that each took out, of those that the ones before it let stay."""
        removed: dict[str, Ints] = {}
        stays = np.ones(len(c), np.bool_)
        for name, policy in self.asked("keep", world):
            keep = policy.keep(world, c)
            if keep is None:
                continue
            goes = stays & ~_where(policy, world, c, keep, np.ones(len(c), np.bool_))
            if goes.any():
                removed[name] = c.row[goes]
                stays &= ~goes
        return (c.take(np.flatnonzero(stays)) if removed else c), removed

    def weights(self, world: World, c: Candidates, weights: Doubles) -> Doubles:
        """What each head counts for: `weights` (A,) themselves, or (C, A) where a policy has something to say."""
        result: Doubles | None = None
        for _, policy in self.asked("weights", world):
            before = np.tile(weights, (len(c), 1)) if result is None else result
            after = policy.weights(world, c, before)
            if after is not None:
                result = _where(policy, world, c, after, before)
        return weights if result is None else result

    def order(self, world: World, c: Candidates, score: Floats) -> Floats:
        """(C,) what to order by instead of `score`, or that itself."""
        for _, policy in self.asked("order", world):
            after = policy.order(world, c, score)
            if after is not None:
                score = _where(policy, world, c, after, score).astype(np.float32)
        return score

    def factors(self, world: World, c: Candidates) -> dict[str, Floats]:
        """(C,) the factor of every policy that speaks."""
        factors: dict[str, Floats] = {}
        for name, policy in self.asked("factor", world):
            factor = policy.factor(world, c)
            if factor is not None:
                factors[name] = _where(policy, world, c, factor, np.ones(len(c), np.float32)).astype(np.float32)
        return factors

    @property
    def resisting(self) -> tuple[str, ...]:
        """Policies that may put something between people and what they are shown."""
        return tuple(name for name, policy in self.policies.items() if policy.answers("friction"))

    def frictions(self, world: World, c: Candidates, choice: Choice) -> dict[str, Friction]:
        """What each policy puts between people and what they are shown; where that is nothing, it is not mentioned."""
        said = {name: _scoped(policy, world, c, choice) for name, policy in self.asked("friction", world)}
        return {name: friction for name, friction in said.items() if friction is not None and len(friction.rows)}

    def referrals(self, world: World) -> list[Referral]:
        """What is sent to the review desk now."""
        said = (policy.review(world) for _, policy in self.asked("review", world))
        return [referral for referral in said if referral is not None]

    def orders(self, world: World, judges: Judges) -> list[Orders]:
        """What shall be done now."""
        said = (policy.orders(world, judges) for _, policy in self.asked("orders", world))
        return [orders for orders in said if orders is not None]


def _within(policy: Policy, world: World, c: Candidates) -> Bools | None:
    """(C,) which rows the policy is for; none = all."""
    return None if policy.scope is None else policy.scope.rows(world, c)


def _where(policy: Policy, world: World, c: Candidates, inside: Any, outside: Any) -> Any:
    """The one for rows that the policy is for, the other for the rest."""
    within = _within(policy, world, c)
    if within is None:
        return inside
    return np.where(within if inside.ndim == 1 else within[:, None], inside, outside)


def _scoped(policy: Policy, world: World, c: Candidates, choice: Choice) -> Friction | None:
    friction = policy.friction(world, c, choice)
    within = None if friction is None else _within(policy, world, c)
    if friction is None or within is None:
        return friction
    return replace(friction, rows=friction.rows[within[choice.candidate[friction.rows]]])
