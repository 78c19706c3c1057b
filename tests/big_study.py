"""Stored files of a study of any size, made up without simulating: what the dashboard's speed is measured on."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from feedsim.results import RunWriter, labels, write_summary

HARMS = ("misinformation", "hate")
GROUPS = {
    "age": ("13-17", "18-29", "30-49", "50+"),
    "dialect": ("majority", "minority"),
    "leaning_group": ("left", "centre", "right"),
    "language": ("english", "spanish", "other"),
}
SOURCES = tuple(f"source={name}" for name in ("exploration", "in_network", "profile", "trending"))
RATES = ("click_rate", "like_rate", "angry_rate", "comment_rate", "reshare_rate", "hide_rate", "report_rate")
PLAIN = ("sessions", "impressions", "engagement_value", *RATES, "stated_value", "animosity", "age_minutes", "inventory")
BY_VIEWER = (*PLAIN, "minutes_per_active_user", "satisfaction", "outgroup_warmth", "misbelief", "habit")
OF_HARM = ("prevalence", "harm_reshares", "exposed_users")
BELIEVED = ("false_positive_rate", "false_negative_rate", "calibration_error", "auc")
NAMES = ("metric", "harm", "side", "group", "level", "part")
TICKS_A_DAY = 96
Cell = tuple[str, str, str, str, str, str]


def cells() -> Iterator[Cell]:
    """What a run measures in a day, as a scenario with four group attributes and learned detectors does."""
    wheres = [("", "", "")]
    wheres += [("viewer", group, level) for group, levels in GROUPS.items() for level in levels]
    for where in wheres:
        yield from ((metric, "", *where, "") for metric in BY_VIEWER)
        yield from ((metric, harm, *where, "") for metric, harm in product((*OF_HARM, *BELIEVED), HARMS))
    for group, levels in GROUPS.items():
        for level in levels:
            where = ("author", group, level)
            yield from (("prevalence", harm, *where, "") for harm in HARMS)
            yield from ((metric, harm, *where, "") for metric, harm in product(BELIEVED, HARMS))
            yield ("reach_share", "", *where, "")
            yield ("action_rate", "", *where, "truth=harmless")
    for part in SOURCES:
        yield from ((metric, "", "", "", "", part) for metric in ("impressions_share", *RATES))
        yield from (("prevalence", harm, "", "", "", part) for harm in HARMS)


EVERY_CELL = tuple(cells())
BY_TICK = tuple((metric, "", "", "", "", "") for metric in PLAIN) + tuple(
    ("prevalence", harm, "", "", "", "") for harm in HARMS
)


def _table(of: tuple[Cell, ...], times: int, tick: Any, day: Any, level: float) -> dict[str, Any]:
    """The cells `of`, so many times, with values that vary a little around `level`."""
    rows = np.arange(len(of) * times)
    value = level * (1 + 0.1 * np.sin(rows * 12.9898) * np.cos(rows / 977))
    text = {name: _text([cell[i] for cell in of], times) for i, name in enumerate(NAMES)}
    return {"tick": tick, "day": day, **text, "value": value, "n": np.full(len(rows), 1000)}


def _text(words: list[str], times: int) -> Any:
    known = sorted({word for word in words if word})
    codes = np.tile(np.array([known.index(word) if word else -1 for word in words]), times)
    return labels(codes, known)


def _metrics(writer: RunWriter, days: int, level: float) -> None:
    many, ticks = len(EVERY_CELL), np.arange(days * TICKS_A_DAY)
    at = np.repeat(ticks, len(BY_TICK))
    writer.add("metrics", _table(BY_TICK, len(ticks), at, at // TICKS_A_DAY, level))
    by_day = np.repeat(np.arange(days), many)
    writer.add("metrics", _table(EVERY_CELL, days, np.full(len(by_day), -1), by_day, level))
    whole = np.full(many, -1)
    writer.add("metrics", _table(EVERY_CELL, 1, whole, whole, level))


def _users(users: int, level: float) -> dict[str, Any]:
    rows = np.arange(users)
    counts = ("followers", "followees", "sessions", "impressions", "likes", "comments", "posts", "reshares")
    counts += tuple(f"{did}_{harm}" for did in ("seen", "posted", "reshared") for harm in HARMS)
    seen = np.maximum(0, (40 * level / (1 + rows % 97)).astype(np.int32))
    scores = dict.fromkeys(("leaning", "satisfaction", "outgroup_warmth"), np.linspace(-1, 1, users, dtype=np.float32))
    groups = {group: labels(rows % len(levels), levels) for group, levels in GROUPS.items()}
    whole = {"user": rows.astype(np.int32), "actor": labels(np.zeros(users, np.int32), ["ordinary"])}
    never = {"suspended_minute": np.full(users, np.nan)}
    return whole | groups | dict.fromkeys(counts, seen) | scores | never


def _cascades(many: int) -> dict[str, Any]:
    rows = np.arange(many)
    size = 2 + (200 / (1 + rows % 199)).astype(np.int32)
    never = pa.nulls(many, pa.int32())
    minutes = {f"minutes_to_{n}": never for n in ("10", "100", "1500_viewers")}
    return {
        "key": rows.astype(np.uint64), "harm": labels(rows % 3 - 1, HARMS), "size": size,
        "depth": (1 + rows % 5).astype(np.int16), "max_breadth": size, "root_followers": size,
        "structural_virality": np.ones(many, np.float32), **minutes,
    }  # fmt: skip


def write_big_run(folder: Path, arm: int, seed: int, days: int, users: int) -> None:
    level = 1 + 0.1 * arm + 0.01 * seed
    with RunWriter(folder) as writer:
        _metrics(writer, days, level)
        writer.add("users", _users(users, level))
        writer.add("cascades", _cascades(2 * users))
        manifest = {
            "content_hash": f"{arm:02}{seed:02}-made-up", "study": "big", "question": "How fast is the dashboard?",
            "arm": f"arm_{arm}", "seed": seed, "users": users, "days": days, "burn_in_days": 3,
        }  # fmt: skip
        policies = "{late: {kind: demote, start_day: 10, end_day: 20}}" if arm else "{}"
        writer.finish(manifest, f"days: {days}\nburn_in_days: 3\npolicies: {policies}\n")


def write_big(folder: Path, arms: int = 10, seeds: int = 8, days: int = 30, users: int = 10_000) -> Path:
    """A study of arms x seeds x days below `folder`; its folder."""
    study = folder / "big"
    for arm, seed in product(range(arms), range(seeds)):
        write_big_run(study / f"arm_{arm}" / f"seed={seed}", arm, seed, days, users)
    write_summary(study, [f"arm_{arm}" for arm in range(arms)])
    return study
