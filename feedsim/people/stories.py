"""Which narrative each post tells, from which side, and on which topic."""

from dataclasses import dataclass

import numpy as np

from feedsim.kernels import kernel
from feedsim.people.content import Content
from feedsim.people.drafts import Births
from feedsim.people.matter import Matter
from feedsim.people.spread import Nearby
from feedsim.world.arrays import NOBODY, Bools, Codes, Doubles, Floats, Ints, Keys, Longs
from feedsim.world.rng import Streams
from feedsim.world.users import COORDINATED, Users

PULL = 2.0
"""log-odds lost per unit of distance between a narrative's side and the teller's leaning (assumption)"""
OFF_INTEREST = 0.1
"""share of personal and entertainment posts on any topic at all (assumption)"""


@dataclass(frozen=True)
class Narratives:
    """The stories that go round."""

    is_false: Bools
    """(N,)"""
    topic: Codes
    """(N,)"""
    side: Doubles
    """(N,) leaning that it speaks for, in [-1, 1]"""

    def __len__(self) -> int:
        return len(self.side)


def narratives(content: Content, topics: int, streams: Streams) -> Narratives:
    """The narratives of a run. True and false ones alike are spread over sides and over topics, so that no seed has the
    false ones all on one side, or on what happens to be liked."""
    n = np.arange(content.narratives)
    # Which are false is drawn, so that a narrative's number tells the company nothing.
    is_false = _place(streams.hashes("narrative", n)) < content.false_narratives
    side, topic = np.empty(len(n)), np.empty(len(n))
    order = _place(streams.hashes("topic order", np.arange(topics)))
    for mine in (np.flatnonzero(is_false), np.flatnonzero(~is_false)):
        for spread, name in ((side, "narrative side"), (topic, "narrative topic")):
            spread[mine] = (_place(streams.hashes(name, mine)) + streams.uniform(f"{name} within", mine)) / len(mine)
    return Narratives(is_false, order[(topic * topics).astype(np.int64)].astype(np.int8), 2 * side - 1)


def _place(lot: Keys) -> Longs:
    """Place of each in ascending order: a permutation, by lot."""
    return np.argsort(np.argsort(lot))


@dataclass(frozen=True)
class Told:
    """What posts (P,) tell."""

    narrative: Ints
    """(P,) or -1"""
    stance: Codes
    """(P,) 1 tells it, -1 corrects it, 0 has none"""
    false: Bools
    """(P,) whether the post spreads a false narrative"""
    side: Doubles
    """(P,)"""
    topic: Codes
    """(P,)"""


def tell(known: Narratives, matter: Matter, births: Births, users: Users, content: Content, streams: Streams) -> Told:
    """Give each post that tells something its narrative; the others get a topic of their author's interest."""
    leaning = users.leaning[births.author].astype(np.float64)
    voice = leaning if matter.side is None else matter.side
    truthful = matter.tells & ~matter.false
    corrects = truthful & (streams.uniform("correction", births.key) < content.correction_share)
    stance = matter.tells.astype(np.int8) - 2 * corrects.astype(np.int8)
    narrative = _chosen(known, matter, corrects, births, voice, streams)
    one = coordinated_narrative(known, streams)
    narrative = np.where(matter.false & (users.actor[births.author] == COORDINATED), one, narrative)
    side = np.where(matter.tells, (stance * known.side[narrative] + leaning) / 2, 0.0)
    own_topic = topic_of_interest(streams.uniform("topic", births.key), births.author, users.interest)
    topic = np.where(matter.tells, known.topic[narrative], own_topic)
    return Told(narrative, stance, matter.false, side if matter.side is None else matter.side, topic.astype(np.int8))


def coordinated_narrative(known: Narratives, streams: Streams) -> int:
    """The one false narrative that coordinated accounts push."""
    false = np.flatnonzero(known.is_false)
    return int(false[int(streams.uniform("coordinated narrative") * len(false))])


def _chosen(
    known: Narratives, matter: Matter, corrects: Bools, births: Births, voice: Doubles, streams: Streams
) -> Ints:
    """(P,) a true or false narrative near the `voice` (P,) of each post, or -1. People correct the other side."""
    narrative = np.full(len(voice), NOBODY, np.int32)
    where = np.where(corrects, -voice, voice)
    u = streams.uniform("which narrative", births.key)
    for false in (False, True):
        rows = np.flatnonzero(matter.tells & ((matter.false | corrects) == false))
        choice = np.flatnonzero(known.is_false == false)
        near = Nearby.to(known.side[choice], PULL)
        narrative[rows] = choice[near.draw(u[rows], where[rows])]
    return narrative


@kernel
def topic_of_interest(u: Doubles, author: Ints, interest: Floats) -> Longs:
    """(P,) topics in proportion to each author's row of `interest` (U, T), mixed with a share of any topic."""
    topics = interest.shape[1]
    topic = np.empty(u.size, np.int64)
    for i in range(u.size):
        taste = interest[author[i]]
        total = 0.0
        for t in range(topics):
            total += taste[t]
        flat = OFF_INTEREST * total / topics
        left, t = u[i] * total, 0
        while t < topics - 1 and left >= (1 - OFF_INTEREST) * taste[t] + flat:
            left -= (1 - OFF_INTEREST) * taste[t] + flat
            t += 1
        topic[i] = t
    return topic
