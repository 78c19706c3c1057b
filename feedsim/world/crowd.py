"""The crowd: builds every column of Users from the population's block and the people's latents."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
from scipy.special import gammainccinv, gammaincinv, ndtr

from feedsim.world.arrays import Codes, Doubles, Floats, Ints
from feedsim.world.latents import BLOCK, Latents
from feedsim.world.normal import cut, lognormal, ranks, together
from feedsim.world.population import Population, Rate, Score
from feedsim.world.rng import Streams
from feedsim.world.users import ACTORS, Users

MOST_PER_DAY = {"posts_per_day": 100.0, "sessions_per_day": 24.0}
"""Nobody does more than this (assumption)."""
ACTOR_SPREAD = 0.5
"""Standard deviation of the logarithm of a rate that an actor's block gives (assumption)."""
POSTS_WITH_SESSIONS = 0.3
"""Correlation of the normal scores of posts and sessions a day (assumption)."""
AVERSION_SPREAD = 0.5
"""Standard deviation of the logarithm of harm aversion, whose mean is 1 (assumption)."""
SLANT_PULL = 0.5
"""How far leaning tilts taste: log-odds of the most slanted topic at the end of the scale (assumption)."""

Paced = Literal["posts_per_day", "sessions_per_day"]


def levels_of(population: Population) -> dict[str, tuple[str, ...]]:
    """Attribute -> names of its levels, in the order of their codes."""
    return {name: tuple(group.shares) for name, group in population.groups.items()}


def build_users(population: Population, streams: Streams, latents: Latents, followers: Ints | None = None) -> Users:
    """Everybody; where the graph is known already, `followers` (U,) seats the publishers on the best-followed."""
    who = np.arange(population.users)
    groups = {name: cut(latents.groups[name], list(g.shares.values())) for name, g in population.groups.items()}
    actor = cast_actors(population, streams, followers)
    leaning = (2 * (ranks(latents.groups["leaning"]) + 0.5) / who.size - 1).astype(np.float32)
    z_sessions = streams.normal("sessions per day", who)
    z_posts = together(POSTS_WITH_SESSIONS, z_sessions, streams.normal("posts per day", who))
    aversion = lognormal(streams.normal("harm aversion", who), 1.0, AVERSION_SPREAD, 0.0, 1e6)
    reactivity = population.reactivity_spread * streams.normal("reactivity", who)
    discernment = population.discernment_spread * streams.normal("discernment", who)
    return Users(
        sessions_per_day=pace(population, "sessions_per_day", z_sessions, actor, groups),
        posts_per_day=pace(population, "posts_per_day", z_posts, actor, groups),
        interest=tastes(population, latents.interest, leaning),
        leaning=leaning,
        actor=actor,
        discernment=(discernment + shift(population, groups, "discernment")).astype(np.float32),
        reactivity=(reactivity + shift(population, groups, "reactivity")).astype(np.float32),
        harm_aversion=np.maximum(aversion + shift(population, groups, "harm_aversion"), 0).astype(np.float32),
        groups=groups,
    )


def cast_actors(population: Population, streams: Streams, followers: Ints | None = None) -> Codes:
    """(U,) place in ACTORS: each kind has its share of users, to rounding; everybody else is 0.

    A kind has its own lot, so that changing one kind's share leaves nearly everybody of the others in place.
    """
    who = np.arange(population.users)
    actor = np.zeros(who.size, np.int8)
    # Publishers first: on a graph from a file they are the best-followed, whoever else is wanted.
    for name, kind in sorted(population.actors.items(), key=lambda item: -ACTORS.index(item[0])):
        lot = streams.uniform(f"actor {name}", who)
        if name == "publisher" and followers is not None:
            lot = lot - followers
        free = np.flatnonzero(actor == 0)
        chosen = free[np.argsort(lot[free], kind="stable")[: int(np.rint(kind.share * who.size))]]
        actor[chosen] = ACTORS.index(name)
    return actor


def pace(population: Population, rate: Paced, z: Doubles, actor: Codes, groups: dict[str, Codes]) -> Floats:
    """(U,) posts or sessions a day: lognormal, at an actor's own mean where its block gives one."""
    spread = population.posts_spread if rate == "posts_per_day" else population.sessions_spread
    most = MOST_PER_DAY[rate]
    per_day = lognormal(z, getattr(population, rate), spread, 0.0, most)
    for name, kind in population.actors.items():
        mean: float | None = getattr(kind, rate)
        if mean is not None:
            rows = actor == ACTORS.index(name)
            per_day[rows] = lognormal(z[rows], mean, ACTOR_SPREAD, 0.0, most)
    return np.minimum(per_day * factor(population, groups, rate), most).astype(np.float32)


def factor(population: Population, groups: dict[str, Codes], rate: Rate) -> Doubles:
    """(U,) what the group modifiers multiply a rate or count by."""
    total = np.ones(population.users)
    for name, table in _modifiers(population, rate, 1.0):
        total *= table[groups[name]]
    return total


def shift(population: Population, groups: dict[str, Codes], score: Score) -> Doubles:
    """(U,) what the group modifiers add to a score."""
    total = np.zeros(population.users)
    for name, table in _modifiers(population, score, 0.0):
        total += table[groups[name]]
    return total


def _modifiers(population: Population, trait: Rate | Score, neutral: float) -> Iterator[tuple[str, Doubles]]:
    """Attribute, and (levels,) what each of its levels does to the trait; attributes that do nothing are left out."""
    for name, group in population.groups.items():
        if any(trait in changes for changes in group.modifiers.values()):
            yield name, np.array([group.modifiers.get(level, {}).get(trait, neutral) for level in group.shares])


def topic_slant(topics: int) -> Floats:
    """(T,) how far each topic draws the right (1) over the left (-1): spread evenly (assumption)."""
    return np.linspace(-1, 1, topics).astype(np.float32)


def tastes(population: Population, z: Floats, leaning: Floats) -> Floats:
    """(U, T) interest: Dirichlet shares of attention times T, tilted by leaning towards topics with its slant."""
    interest = np.empty(z.shape, np.float32)
    grid, log_gamma = _log_gamma_by_score(population.interest_concentration)
    tilt = SLANT_PULL * topic_slant(z.shape[1])
    for first in range(0, len(z), BLOCK):
        rows = slice(first, first + BLOCK)
        log_taste = np.interp(z[rows], grid, log_gamma) + leaning[rows, None] * tilt
        taste = np.exp(log_taste - log_taste.max(axis=1, keepdims=True))
        interest[rows] = taste / taste.mean(axis=1, keepdims=True)
    return interest


def _log_gamma_by_score(shape: float) -> tuple[Doubles, Doubles]:
    """Logarithm of the gamma number that stands at each normal score of a grid; between them it is nearly straight."""
    # A table, since inverting the gamma distribution for each of U x T scores would take most of the time of a build.
    grid = np.linspace(-8.5, 8.5, 8193)
    below, above = gammaincinv(shape, ndtr(grid)), gammainccinv(shape, ndtr(-grid))
    log_gamma = np.log(np.maximum(np.where(grid < 0, below, above), 1e-300))
    return grid, log_gamma
