"""A study as it lies on the disk, made up without simulating: what the tests of reading and reporting read."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from feedsim.results import RunWriter, labels, write_summary

ARMS = ("chronological", "engagement", "demote")
ENGAGEMENT = {"chronological": 1.9, "engagement": 2.5, "demote": 2.4}
PREVALENCE = {
    "misinformation": {"chronological": 0.021, "engagement": 0.034, "demote": 0.024},
    "hate": {"chronological": 0.0031, "engagement": 0.0049, "demote": 0.0033},
}
GROUPS = {"age": {"18-29": 0.8, "30-49": 1.0, "50+": 1.3}, "dialect": {"majority": 0.95, "minority": 1.2}}
DAYS, TICKS_A_DAY, USERS = 6, 4, 5
QUESTION = "Does demoting probable harm cost engagement?"
COLUMNS = ("tick", "day", "metric", "harm", "side", "group", "level", "part", "value", "n")
Row = tuple[int, int, str, str, str, str, str, str, float, int]


def wobble(*what: object) -> float:
    """A number near 1 that is always the same for the same words."""
    return 1 + 0.04 * math.sin(sum(map(ord, repr(what))) * 12.9898)


def day_rows(arm: str, seed: int, tick: int, day: int) -> Iterator[Row]:
    """The cells for everyone, of a tick, of a day (tick -1), or of the whole run (day -1 too)."""
    share = 1 / TICKS_A_DAY if tick >= 0 else 1.0
    value = ENGAGEMENT[arm] * (1 + 0.01 * max(day, 0)) * wobble("value", seed, day) * share
    yield tick, day, "engagement_value", "", "", "", "", "", value, USERS
    yield tick, day, "impressions", "", "", "", "", "", 60.0 * share, USERS
    for harm, of in PREVALENCE.items():
        yield tick, day, "prevalence", harm, "", "", "", "", of[arm] * wobble(harm, arm, seed, day), 300


def metric_rows(arm: str, seed: int) -> Iterator[Row]:
    for tick in range(DAYS * TICKS_A_DAY):
        yield from day_rows(arm, seed, tick, tick // TICKS_A_DAY)
    for day in [*range(DAYS), -1]:
        yield from day_rows(arm, seed, -1, day)
        for group, levels in GROUPS.items():
            for level, factor in levels.items():
                for harm, of in PREVALENCE.items():
                    value = of[arm] * factor * wobble(level, arm, seed)
                    yield -1, day, "prevalence", harm, "viewer", group, level, "", value, 100
                yield -1, day, "reach_share", "", "author", group, level, "", factor / sum(levels.values()), 300
    for version in range(1, DAYS if arm != "chronological" else 1):
        for action in ("click", "reshare"):
            part = f"action={action},version={version}"
            yield -1, version, "ranker_auc", "", "", "", "", part, 0.72 + 0.01 * version * wobble(action, seed), 900


def users() -> dict[str, Any]:
    whole = {name: np.arange(USERS, dtype=np.int32) for name in ("user", "followers", "followees")}
    counts = ("sessions", "impressions", "likes", "comments", "posts", "reshares")
    counts += tuple(f"{did}_{harm}" for did in ("seen", "posted", "reshared") for harm in PREVALENCE)
    scores = dict.fromkeys(("leaning", "satisfaction", "outgroup_warmth"), np.linspace(-1, 1, USERS, dtype=np.float32))
    groups = {group: labels(np.arange(USERS) % len(levels), tuple(levels)) for group, levels in GROUPS.items()}
    actor = {"actor": ["ordinary"] * USERS}
    never = {"suspended_minute": np.full(USERS, np.nan)}
    return whole | groups | actor | {name: np.ones(USERS, np.int32) for name in counts} | scores | never


def scenario_yaml(arm: str) -> str:
    policies = "{hide: {kind: demote, harm: misinformation, strength: 0.8}}" if arm == "demote" else "{}"
    kind = "chronological" if arm == "chronological" else "engagement"
    return f"days: {DAYS}\nburn_in_days: 2\nranker: {{kind: {kind}}}\npolicies: {policies}\n"


def write_run(folder: Path, arm: str, seed: int) -> Path:
    with RunWriter(folder) as writer:
        writer.add("metrics", dict(zip(COLUMNS, map(list, zip(*metric_rows(arm, seed), strict=True)), strict=True)))
        writer.add("users", users())
        manifest = {
            "content_hash": f"{arm}{seed}-0123456789abcdef",
            "arm": arm,
            "seed": seed,
            "question": QUESTION,
            "days": DAYS,
            "burn_in_days": 2,
            "users": USERS,
            "impressions": USERS * 60 * DAYS,
            "seconds": 12.34 + seed,
            "peak_memory_mb": 345.6,
            "versions": {"python": "3.11.0", "numpy": "2.0"},
            "stages": {"score": {"seconds": 4.2, "share": 0.34, "rows": 9000}},
        }
        return writer.finish(manifest, scenario_yaml(arm))


def write_study(folder: Path, arms: tuple[str, ...] = ARMS, seeds: int = 3, assumption: str = "") -> Path:
    for arm in arms:
        for seed in range(seeds):
            write_run(folder / arm / assumption / f"seed={seed}", arm, seed)
    write_summary(folder, arms)
    return folder
