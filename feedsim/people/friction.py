"""What friction does to people: chances that fall, screens that stay shut, belief that grows less."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from feedsim.feed.friction import Friction
from feedsim.world.arrays import Bools, Doubles, Floats, Ints
from feedsim.world.world import ACTIONS, Action, World

LOW_TRUST_SHARE = 1 / 3
"""Of people, those who trust fact-checkers least (assumption: I06 gives effects by trust, and no shares)."""


@dataclass(frozen=True)
class Felt:
    """What all friction together does to the impressions (I,); empty columns where there is none."""

    factor: Doubles
    """(I, A) on the probability of each action"""
    hidden: Bools
    """(I,) behind a screen that the person did not open"""
    unread: Doubles
    """(I, 2) of a reshare without a click: factor on the click's probability; share who then let it be"""
    credence: Floats
    """(I,) factor on how far belief grows"""


NONE = Felt(np.zeros((0, len(ACTIONS))), np.zeros(0, np.bool_), np.zeros((0, 2)), np.zeros(0, np.float32))
"""Nobody asks anything of anybody."""


def felt(world: World, user: Ints, post: Ints, frictions: Sequence[Friction]) -> Felt:
    """What people `user` (I,) feel of it at posts `post` (I,), rows of the arrays. Factors multiply."""
    if not frictions:
        return NONE
    many = len(user)
    factor, unread = np.ones((many, len(ACTIONS))), np.tile([1.0, 0.0], (many, 1))
    opened, credence = np.ones(many), np.ones(many, np.float32)
    for friction in frictions:
        rows = friction.rows
        if friction.only_if_false:
            rows = rows[world.posts.false[post[rows]]]
        low = trusts_little(world, user[rows])
        everybody, of_low = _vector(friction.factors), _vector(friction.low_trust or friction.factors)
        factor[rows] *= np.where(low[:, None], of_low, _of_others(everybody, of_low))
        belief = friction.belief
        of_low_belief = belief if friction.low_trust_belief is None else friction.low_trust_belief
        credence[rows] *= np.where(low, of_low_belief, _of_others(belief, of_low_belief))
        opened[rows] *= 1.0 if friction.opened is None else friction.opened
        unread[rows, 0] *= friction.reads
        unread[rows, 1] = 1 - (1 - unread[rows, 1]) * (1 - friction.abandons)
    lot = world.streams.uniform("look behind the screen", world.tick, user, world.posts.key[post])
    return Felt(factor, lot >= opened, unread, credence)


def trusts_little(world: World, user: Ints) -> Bools:
    """(n,) who are among those who trust fact-checkers least: a lot of each person, for life."""
    return np.asarray(world.streams.uniform("trust in fact-checkers", user) < LOW_TRUST_SHARE)


def _vector(factors: Mapping[Action, float]) -> Doubles:
    """(A,)"""
    return np.array([factors.get(action, 1.0) for action in ACTIONS])


def _of_others(everybody: Doubles | float, of_low: Doubles | float) -> Doubles | float:
    """What it must be in the rest, so that it is `everybody` on average over people; never below 0."""
    same = np.equal(everybody, of_low)
    rest = np.maximum((everybody - LOW_TRUST_SHARE * np.asarray(of_low)) / (1 - LOW_TRUST_SHARE), 0.0)
    # Where all are alike, to the bit: a quotient may miss by a rounding.
    return np.where(same, everybody, rest)
