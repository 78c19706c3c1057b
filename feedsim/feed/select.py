"""Stages 6 and 7, attenuate and select: the policies' factors, then what is shown, in order."""

import numpy as np

from feedsim.feed.flow import Candidates, Choice
from feedsim.kernels import inlined, kernel
from feedsim.world.arrays import Codes, Floats, Ints, Keys, Longs
from feedsim.world.rng import hashed, mix, unit
from feedsim.world.world import World


def attenuated(c: Candidates) -> Floats:
    """(C,) score times every factor; a negative score is never raised: a factor below 1 divides it instead."""
    assert c.score is not None
    total = c.score
    for factor in c.factors.values():
        total = np.where(total >= 0, total * factor, total / np.maximum(factor, np.float32(1e-6)))
    return total.astype(np.float32)


def select(world: World, c: Candidates, explore_share: float = 0.0) -> Choice:
    """The best rows of every session, as many as the person will look at; ties go to the smaller post key.

    With `explore_share`, each slot goes by lot to a random out-of-network row instead, while there are any.
    """
    score = attenuated(c)
    many = np.minimum(np.diff(c.start), c.sessions.length).astype(np.int64)
    start = np.r_[0, np.cumsum(many)]
    candidate = np.empty(start[-1], np.int64)
    if explore_share == 0:
        _best_first(c.start, score, world.posts.key, c.post, world.posts.base, start, candidate)
    else:
        filled = np.zeros(len(many), np.int64)
        _with_lots(
            c.start, score, world.posts.key, c.post, world.posts.base, c.source, c.sessions.user,
            start, candidate, filled, np.uint64(hashed(world.streams.base("explore"), [world.tick])), explore_share,
        )  # fmt: skip
        # What the network could not fill is not shown.
        keep = np.arange(start[-1]) - np.repeat(start[:-1], many) < np.repeat(filled, many)
        candidate, start = candidate[keep], np.r_[0, np.cumsum(filled)]
    rank = np.arange(start[-1]) - np.repeat(start[:-1], np.diff(start))
    return Choice(start, candidate, rank.astype(np.int32))


@inlined
def _before(a: int, b: int, score: Floats, key: Keys, post: Ints, base: int) -> bool:
    """Whether row a goes above row b."""
    if score[a] != score[b]:
        return bool(score[a] > score[b])
    return bool(key[post[a] - base] < key[post[b] - base])


@kernel
def _best_first(first: Longs, score: Floats, key: Keys, post: Ints, base: int, start: Longs, chosen: Longs) -> None:
    """Every row of a session finds its place among the best so far, and the last of them goes when there are enough."""
    for s in range(start.size - 1):
        mine = chosen[start[s] : start[s + 1]]
        n = 0
        for r in range(first[s], first[s + 1]):
            k = n
            if n == mine.size:
                k = n - 1
                if n == 0 or not _before(r, mine[k], score, key, post, base):
                    continue
            else:
                n += 1
            while k > 0 and _before(r, mine[k - 1], score, key, post, base):
                mine[k] = mine[k - 1]
                k -= 1
            mine[k] = r


@kernel
def _with_lots(
    first: Longs, score: Floats, key: Keys, post: Ints, base: int, source: Codes, user: Ints,
    start: Longs, chosen: Longs, filled: Longs, draws: np.uint64, explore_share: float,
) -> None:  # fmt: skip
    for s in range(start.size - 1):
        a, b = first[s], first[s + 1]
        many = start[s + 1] - start[s]
        used = np.zeros(b - a, np.bool_)
        h = mix(draws, np.uint64(user[s]))
        n, strangers = 0, 0
        for r in range(a, b):
            if source[r] != 0:
                strangers += 1
        for slot in range(many):
            outside = strangers > 0 and unit(mix(h, np.uint64(slot))) < explore_share
            best = -1
            lot = np.uint64(0)
            for r in range(a, b):
                if used[r - a]:
                    continue
                if (source[r] != 0) != outside:
                    continue
                if outside:
                    ticket = mix(h, key[post[r] - base])
                    if best < 0 or ticket < lot:
                        best, lot = r, ticket
                elif best < 0 or _before(r, best, score, key, post, base):
                    best = r
            if best < 0:
                continue
            used[best - a] = True
            strangers -= outside
            chosen[start[s] + n] = best
            n += 1
        filled[s] = n
