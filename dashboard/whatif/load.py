"""What a day of a world costs, against an ordinary day: that of the default scenario."""

from typing import Any

from dashboard.whatif.settings import World, defaults


def load(world: World) -> float:
    """Ordinary days that a day of this world costs; at least 1.

    What makes a day dear adds up: ticks, what sessions rank, posts, and whom people follow; each counts by how many
    times as much there is of it. So it is rather too much: measured on 2,000 people, ticks of 5 minutes cost 1.7 times
    an ordinary day and count 3 times, 4.7 times the sessions cost 1.7 times.
    """
    now, ordinary = _parts(world), _parts(defaults())
    return 1.0 + sum(max(0.0, now[part] / ordinary[part] - 1.0) for part in ordinary)


def _parts(world: World) -> dict[str, float]:
    feed, ordinary = world["feed"], defaults()["feed"]
    ranked = max(1.0, *(feed[name] / ordinary[name] for name in ("candidates", "keep", "slate")))
    return {
        "ticks": 1.0 / world["tick_minutes"],
        "ranked": _mean(world["population"], "sessions_per_day") * ranked,
        "posts": _mean(world["population"], "posts_per_day"),
        "followees": world["graph"].get("mean_followees", 0.0),
    }


def _mean(population: World, rate: str) -> float:
    """Of a rate, over all people."""
    ordinary: Any = population[rate]
    actors = [actor for actor in population["actors"].values() if actor is not None and actor[rate] is not None]
    return float(ordinary + sum(actor["share"] * max(0.0, actor[rate] - ordinary) for actor in actors))
