"""Stage 8, respond: what people do with what they are shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from feedsim.feed.flow import Candidates, Choice, Slate
from feedsim.feed.friction import Friction
from feedsim.kernels import kernel
from feedsim.people.friction import felt
from feedsim.people.reflect import Reflection
from feedsim.people.responses import Responses
from feedsim.world.arrays import Bools, Bytes, Codes, Doubles, Floats, Ints, Keys, Shorts
from feedsim.world.rng import bell, hashed, mix, unit
from feedsim.world.users import Users
from feedsim.world.world import ACTIONS, World

_CLICK, _LIKE, _ANGRY, _COMMENT, _RESHARE, _HIDE, _REPORT = range(len(ACTIONS))
_CLICKED, _SHARED = np.uint8(1 << _CLICK), np.uint8(1 << _RESHARE)
MEAN_QUALITY, MEAN_NOVELTY = 0.5, 0.4
"""Of a neutral post."""
SECONDS = np.array([4.0, 20.0, 3.0, 2.0, 40.0, 10.0, 2.0, 10.0])
"""Mean dwell of looking, then what each action adds (assumptions; B01 sets the scale of a day)."""


@dataclass(frozen=True)
class Responder:
    """How everybody responds: the coefficients, ready for the kernel."""

    effects: Doubles
    """coefficients in the order of `_EFFECTS`"""
    intercepts: Doubles
    """(A,) log-odds of a person of reactivity 0 on a neutral post in the first place"""
    value: Doubles
    """coefficients of Reflection, in its order"""
    target_level: Codes
    """(U,) level of the attribute that hostile posts are aimed at"""
    own_kind_bonus: Doubles
    """by actor: log-odds of resharing an account of the own kind"""

    @classmethod
    def of(
        cls,
        block: Responses,
        reflection: Reflection,
        users: Users,
        falsity_elsewhere: float,
        target_level: Codes,
        own_kind_odds: Doubles,
    ) -> "Responder":
        """`falsity_elsewhere` is the log-odds of a reshare that words, terms and novelty carry for false stories."""
        activity = users.sessions_per_day.astype(np.float64)
        rates = np.array([block.base_rates[action] for action in ACTIONS])
        intercepts = np.array(
            [intercept(rate, users.reactivity * scale, activity) for rate, scale in zip(rates, REACTIVITY, strict=True)]
        )
        # Of all people together: odds that differ from person to person move their mean by less than their own.
        odds = block.reshare_odds_if_false * rates[_RESHARE] / (1 - rates[_RESHARE])
        offsets = users.reactivity - np.float32(block.discernment_effect) * users.discernment
        rest = intercept(odds / (1 + odds), offsets, activity) - intercepts[_RESHARE] - falsity_elsewhere
        effects = np.array(
            [
                block.position_effect, block.interest_effect, block.tie_effect, block.agreement_effect,
                block.quality_effect, block.novelty_effect, block.proximity_effect,
                np.log(block.reshare_odds_per_word), np.log(block.reshare_odds_per_term), rest,
                block.spill, block.anger_per_term, block.aversion_effect,
                block.target_effect, block.discernment_effect, block.closeness_spread,
            ]
        )  # fmt: skip
        value = np.array(list(reflection.model_dump().values()))
        return cls(effects, intercepts, value, target_level, np.log(own_kind_odds))

    def respond(self, world: World, c: Candidates, choice: Choice, frictions: Sequence[Friction] = ()) -> Slate:
        """What everybody did with what they were shown, each action by its own addressed draw.

        Friction lowers a chance and leaves the draw as it is: nobody does what he would not have done without it, but
        for reading first.
        """
        rows = choice.candidate
        session, post, edge = c.session[rows], c.post[rows], c.edge[rows]
        actions, seconds = np.zeros(len(rows), np.uint8), np.zeros(len(rows), np.int32)
        value = np.empty(len(rows), np.float32)
        users, posts = world.users, world.posts
        names = (*ACTIONS, "dwell", "let it be")
        draws = np.array([hashed(world.streams.base(name), [world.tick]) for name in names], np.uint64)
        people = felt(world, c.sessions.user[session], post - posts.base, frictions)
        close = world.streams.base("closeness")
        _respond(
            c.sessions.user[session], post - posts.base, choice.rank, edge, world.graph.followee, close,
            world.minds.interest, users.leaning, users.reactivity, users.discernment, users.harm_aversion, users.actor,
            self.target_level, posts.key, posts.author, posts.topic, posts.side, posts.false,
            posts.target_group, posts.moral_emotional_words, posts.outgroup_terms, posts.novelty, posts.quality,
            posts.severity, posts.proximity,
            self.effects, self.intercepts, self.value, self.own_kind_bonus, REACTIVITY, SECONDS, draws,
            people.factor, people.hidden, people.unread, actions, seconds, value,
        )  # fmt: skip
        return Slate(
            c.sessions,
            choice.start,
            session,
            choice.rank,
            post,
            c.source[rows],
            c.item[rows],
            edge,
            rows,
            actions,
            seconds,
            value,
            people.hidden if frictions else None,
            people.credence if frictions else None,
        )


REACTIVITY = np.array([0.7, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5])
"""(A,) how far reactivity moves each action: least for the private ones (assumption)."""


def intercept(rate: float, offsets: Floats, activity: Doubles) -> float:
    """The log-odds b for which the mean of sigmoid(b + offset), weighted by activity, is `rate`: by bisection."""
    low, high = -40.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        if np.average(expit(middle + offsets.astype(np.float64)), weights=activity) < rate:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@kernel
def _respond(
    user: Ints, post: Ints, rank: Ints, edge: Ints, followee: Ints, close: np.uint64,
    interest: Floats, leaning: Floats, reactivity: Floats, discernment: Floats, harm_aversion: Floats, actor: Codes,
    target_level: Codes, key: Keys, author: Ints, topic: Codes, side: Floats, false: Bools,
    target_group: Codes, words: Shorts, terms: Shorts, novelty: Floats, quality: Floats,
    severity: Floats, proximity: Floats,
    effects: Doubles, intercepts: Doubles, value_of: Doubles, own_kind_bonus: Doubles, reactivity_of: Doubles,
    seconds_of: Doubles, draws: Keys, factor: Doubles, hidden: Bools, unread: Doubles,
    actions: Bytes, seconds: Ints, value: Floats,
) -> None:  # fmt: skip
    spoken = factor.shape[0] > 0
    for r in range(user.size):
        u, p = user[r], post[r]
        dwell = -np.log(1.0 - unit(mix(mix(draws[7], np.uint64(u)), key[p])))
        if spoken and hidden[r]:
            # A screen is looked at as long as a post of which nothing comes.
            seconds[r], value[r] = np.int32(dwell * seconds_of[0]), 0.0
            continue
        agreement = effects[3] * leaning[u] * side[p]
        taste = min(interest[u, topic[p]], 5.0) - 1.0
        repelled = effects[12] * severity[p] * harm_aversion[u]
        aimed_at_me = target_group[p] >= 0 and target_group[p] == target_level[u]
        hurt = effects[13] if aimed_at_me and severity[p] > 0 else 0.0
        charge = words[p] * effects[7] + terms[p] * effects[8]
        better, newer = quality[p] - MEAN_QUALITY, novelty[p] - MEAN_NOVELTY
        shared = effects[1] * taste + effects[4] * better + effects[5] * newer
        shared += effects[6] * proximity[p] * proximity[p]
        if edge[r] >= 0:
            shared += effects[2] + effects[15] * bell(mix(mix(close, np.uint64(u)), np.uint64(followee[edge[r]])))
        place = -effects[0] * np.log(1.0 + rank[r])
        click = 0.0
        for a in range(7):
            x = intercepts[a] + reactivity_of[a] * reactivity[u] + place
            if a == _CLICK:
                x += shared + effects[10] * charge
            elif a == _LIKE:
                x += shared + effects[10] * charge + agreement - repelled - hurt
            elif a == _ANGRY:
                x += (
                    shared
                    + effects[10] * charge
                    + effects[11] * (terms[p] + 0.5 * words[p])
                    - agreement
                    + repelled
                    + hurt
                )
            elif a == _COMMENT:
                x += shared + effects[10] * charge + abs(agreement)
            elif a == _RESHARE:
                x += shared + charge + agreement - repelled - hurt
                if false[p]:
                    x += effects[9] - effects[14] * discernment[u]
                if actor[u] == actor[author[p]]:
                    x += own_kind_bonus[actor[u]]
            else:
                x += repelled + hurt - agreement - effects[1] * taste - effects[4] * better
            h = mix(mix(draws[a], np.uint64(u)), key[p])
            chance = 1.0 / (1.0 + np.exp(-x))
            if spoken:
                chance *= factor[r, a]
            if a == _CLICK:
                click = chance
            if unit(h) < chance:
                actions[r] |= np.uint8(1 << a)
        if spoken and actions[r] & _SHARED and not actions[r] & _CLICKED:
            # The same draw as before, and a better chance: whoever nearly clicked now reads first.
            if unit(mix(mix(draws[_CLICK], np.uint64(u)), key[p])) < click * unread[r, 0]:
                actions[r] |= _CLICKED
            elif unit(mix(mix(draws[8], np.uint64(u)), key[p])) < unread[r, 1]:
                actions[r] &= ~_SHARED
        mean = seconds_of[0]
        for a in range(7):
            if actions[r] & np.uint8(1 << a):
                mean += seconds_of[1 + a]
        # Whole seconds, so that sums do not depend on their order.
        seconds[r] = np.int32(dwell * mean)
        worth = value_of[0] * better + value_of[1] * taste + value_of[2] * newer
        worth -= value_of[3] * severity[p] * harm_aversion[u] * (2.0 if aimed_at_me else 1.0)
        worth -= value_of[5] * terms[p]
        if false[p]:
            worth -= value_of[4] * np.exp(min(discernment[u], 1.0))
        value[r] = worth
