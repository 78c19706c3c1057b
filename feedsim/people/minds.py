"""Stage 9, minds: what the feed does to people."""

from typing import Annotated

import numpy as np
from numba import prange
from pydantic import Field

from feedsim.block import Block, NotNegative, Share
from feedsim.feed.flow import Slate
from feedsim.kernels import parallel
from feedsim.world.arrays import Bools, Bytes, Codes, Floats, Ints, Longs, Shorts
from feedsim.world.posts import CIVIC
from feedsim.world.world import World


class MindsBlock(Block):
    """How people change. What is not cited is an assumption."""

    look_on: Annotated[float, Field(gt=0, lt=1)] = 0.965
    """probability to look at one post more, at satisfaction 0"""
    look_on_effect: NotNegative = 0.8
    """log-odds of looking on, per unit of satisfaction"""
    satisfaction_rate: Share = 0.1
    """weight of one session in the moving mean"""
    habit_from_engagement: NotNegative = 0.02
    """log-factor on sessions gained per engaging session, quickly"""
    habit_from_satisfaction: NotNegative = 0.01
    """log-factor per session and unit of satisfaction, slowly"""
    habit_reversion: Share = 0.1
    """share of the way back to 1 that habit goes in a day"""
    belief_rate: Share = 0.02
    """share of the way to full belief per exposure, at discernment 0"""
    correction_rate: Share = 0.1
    """share of the way to disbelief per correction seen"""
    interest_drift: Share = 0.002
    """how far tastes move towards a topic acted on"""
    warmth_per_term: NotNegative = 0.05
    """points lost per out-group term seen in civic posts (scale: Piccardi et al. 2025, H24)"""
    warmth_reversion: Share = 0.05
    """share of the way back to 50 in a day"""


_ALL_SEEN, _ALL_BELIEVED = np.zeros(0, np.bool_), np.zeros(0, np.float32)
"""No screen and no label anywhere."""
CALM = 50.0
"""Warmth towards the out-group that people come back to, on a thermometer from 0 to 100."""


def change(world: World, slate: Slate, block: MindsBlock) -> None:
    """Stage 9: satisfaction, habit, beliefs, warmth and tastes move with what each session saw and did.

    Satisfaction is a moving mean of the sessions' mean value. Habit (a factor on sessions, in [0.5, 2]) grows with
    sessions that engaged (any action but hiding and reporting) and with satisfaction. Each exposure to a narrative
    moves belief towards 1, faster in the less discerning when it is false; a correction moves it towards 0. What a
    screen hid moves nothing; under a label belief grows less.
    """
    hidden = _ALL_SEEN if slate.hidden is None else slate.hidden
    credence = _ALL_BELIEVED if slate.credence is None else slate.credence
    minds, posts, users = world.minds, world.posts, world.users
    _change(
        slate.start, slate.sessions.user, slate.post - posts.base, slate.actions, slate.value, hidden, credence,
        posts.topic, posts.kind, posts.narrative, posts.stance, posts.outgroup_terms, world.narrative_is_false,
        users.discernment, minds.satisfaction, minds.habit, minds.interest, minds.belief, minds.warmth,
        block.satisfaction_rate, block.habit_from_engagement, block.habit_from_satisfaction,
        block.belief_rate, block.correction_rate, block.interest_drift, block.warmth_per_term,
    )  # fmt: skip


def sleep(world: World, block: MindsBlock) -> None:
    """At midnight habit and warmth go some of the way back to rest."""
    minds = world.minds
    minds.habit **= np.float32(1 - block.habit_reversion)
    minds.warmth += np.float32(block.warmth_reversion) * (np.float32(CALM) - minds.warmth)


@parallel
def _change(
    start: Longs, user: Ints, post: Ints, actions: Bytes, value: Floats, hidden: Bools, credence: Floats,
    topic: Codes, kind: Codes, narrative: Shorts, stance: Codes, terms: Shorts, narrative_is_false: Bools,
    discernment: Floats, satisfaction: Floats, habit: Floats, interest: Floats, belief: Floats, warmth: Floats,
    satisfaction_rate: float, from_engagement: float, from_satisfaction: float,
    belief_rate: float, correction_rate: float, drift: float, per_term: float,
) -> None:  # fmt: skip
    """A person has at most one session a tick, so sessions never write the same row."""
    for s in prange(user.size):
        u, n = user[s], start[s + 1] - start[s]
        if n == 0:
            continue
        worth, engaged = 0.0, False
        for r in range(start[s], start[s + 1]):
            p = post[r]
            worth += value[r]
            if hidden.size > 0 and hidden[r]:
                continue
            positive = actions[r] & 0b0011111
            if positive:
                engaged = True
                t = topic[p]
                for i in range(interest.shape[1]):
                    interest[u, i] *= 1.0 - drift
                interest[u, t] += drift * interest.shape[1]
            if narrative[p] >= 0:
                k = narrative[p]
                if stance[p] == 1:
                    rate = belief_rate * (np.exp(-discernment[u]) if narrative_is_false[k] else 1.0)
                    if credence.size > 0:
                        rate *= credence[r]
                    belief[u, k] += min(rate, 1.0) * (1.0 - belief[u, k])
                elif stance[p] == -1:
                    belief[u, k] -= correction_rate * belief[u, k]
            if kind[p] == CIVIC:
                warmth[u] = max(0.0, warmth[u] - per_term * terms[p])
        satisfaction[u] += satisfaction_rate * (worth / n - satisfaction[u])
        gain = from_satisfaction * satisfaction[u] + (from_engagement if engaged else 0.0)
        habit[u] = min(2.0, max(0.5, habit[u] * np.exp(gain)))
