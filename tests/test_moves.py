"""Law: every key of the schema, moved from its default, changes something that a run writes."""

import csv
import inspect
import json
import types
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args, get_origin

import pandas as pd
import pytest
from policy_bases import HARMFUL, policy_bases
from policy_bases import MOVES as OF_POLICIES
from pydantic import ValidationError
from worlds import TINY, run, settings

from feedsim.block import Block, fields_of, setting
from feedsim.scenario import Scenario
from feedsim.tables import ALWAYS
from feedsim.world.graph import GeneratedGraph

ACTORS = {name: actor.model_copy(update={"share": 0.08}) for name, actor in TINY.population.actors.items()}
GRAPH = GeneratedGraph(mean_followees=8, community_users=20)
BASE = TINY.model_copy(update={"graph": GRAPH, "population": TINY.population.model_copy(update={"actors": ACTORS})})
"""With enough of every kind of account and of communities among 150 people for their keys to matter."""

DEMOTE: dict[str, Any] = {"kind": "demote", "harm": "misinformation", "strength": 1.0}
SCOPE: dict[str, Any] = {"groups": {}, "languages": [], "surfaces": []}
DESK = {"kind": "desk", "audit_share": 0.5, "reviewers_per_10000": 200.0, "reports": 1, "threshold": 0.3}
LEARNED = {"kind": "learned", "min_positives": 20, "trees": 10, "learning_rate": 0.5, "retrain_days": 1}
JUDGED = {
    "population.users": 400,
    "population.ordinary_hostile_share": 0.5,
    "population.ordinary_false_share": 0.5,
    "population.ordinary_kinds": {"news": 0.5, "civic": 0.5},
    "detectors": LEARNED,
    "review": DESK,
}
BASES: dict[str, dict[str, Any]] = {
    "": {},
    "days": HARMFUL | {"policies": {"it": DEMOTE | {"start_day": 0, "end_day": None}}},
    "scope": HARMFUL | {"policies": {"it": DEMOTE | {"for": SCOPE}}},
    "learned": JUDGED,
    "desk": JUDGED,
    "edges": {"graph": {"kind": "edges", "path": "edges.csv", "directed": True, "homophily": 0.6}},
    "catalogue": {"content": {
        "kind": "catalogue", "path": "posts.csv", "false_ratings": ["false"], "leanings": {"l": -1, "r": 1},
        "modalities": {"words": "text", "picture": "photo"},
        "columns": {"rating": "rating", "leaning": "leaning", "modality": "modality", "source": "page"},
    }},
}  # fmt: skip
BASES |= policy_bases()
"""What a run needs for a block to be there at all; their own keys are moved under them."""
OWN = {
    "days": ("policies.it.start_day", "policies.it.end_day"),
    "scope": ("policies.it.for",),
    "learned": ("detectors",),
    "desk": ("review",),
    "edges": ("graph",),
    "catalogue": ("content.path", "content.columns", "content.false_ratings", "content.leanings", "content.modalities",
                  "content.kind_of_post", "content.leaning_match"),
}  # fmt: skip
OWN |= dict.fromkeys(policy_bases(), ("policies.it.",))
ONCE = ("start_day", "end_day", "for")
"""What all policies have, and what is moved of one of them only."""

NEEDS: dict[str, dict[str, Any]] = {
    # Only a class that is looked for has a line.
    "harms.extremism.line": {"harms.extremism.enabled": True},
    "harms.extremism.rests_on": {"harms.extremism.enabled": True},
    # A post is of the first class it falls into, which is hate where it is aimed at somebody.
    "harms.extremism.aimed_at_group": {"harms.extremism.enabled": True, "harms.hate.enabled": False},
    # Producers of hate rarely meet.
    "population.actors.hate_producer.reshare_own_odds": {"population.actors.hate_producer.share": 0.4},
    # A window, and an interval, are longer than a day of log.
    "ranker.window_days": {"burn_in_days": 2, "ranker.window_days": 3},
    "ranker.retrain_days": {"days": 2},
    # Only detectors that learn read signals.
    "content.signal_strength": JUDGED,
    "content.signal_bias": JUDGED,
    # The oracle is sure, on whichever side of a line.
    "measures.line_of_belief": JUDGED,
    # Only a desk has judges.
    "people.judges.missed": JUDGED,
    "people.judges.false_alarm": JUDGED,
    "people.judges.false_alarm_at_line": JUDGED,
    "people.judges.missed_falsity": JUDGED,
    "people.judges.false_alarm_falsity": JUDGED,
    "people.judges.dialect_ratio": JUDGED | {"people.judges.false_alarm_at_line": 0.5},
    "people.judges.error_factors": JUDGED,
    # A second version, within the run.
    "detectors.retrain_days": {"days": 2},
    # Overtime, and limits, are for desks that can't keep up.
    "review.overtime_hours": {"review.reviewers_per_10000": 10.0, "review.minutes_per_case": 60.0},
    "review.shift_hours": {"review.reviewers_per_10000": 10.0, "review.minutes_per_case": 60.0},
    "review.order": {
        "review.reviewers_per_10000": 10.0,
        "review.minutes_per_case": 60.0,
        "review.audit_share": 0.0,
        "detectors": {"kind": "oracle"},
        "people.responses.base_rates.report": 0.05,
    },
    # What few people report, audits and detectors come to first.
    "review.reports": {"detectors": {"kind": "none"}, "review.audit_share": 0.0},
    # Policies begin and end within the run.
    "policies.it.end_day": {"days": 2},
    "policies.it.start_day": {"days": 2},
}
MOVES: dict[str, Any] = {
    "population.ordinary_kinds": {"personal": 0.3, "news": 0.3, "civic": 0.2, "entertainment": 0.2},
    "feed.sources": {"in_network": 0.2, "profile": 0.3, "trending": 0.3, "exploration": 0.2},
    "population.groups.leaning.shares": {"left": 0.6, "centre": 0.2, "right": 0.2},
    "population.groups.age.shares": {"18-29": 0.1, "30-44": 0.1, "45-64": 0.4, "65+": 0.4},
    "population.groups.dialect.shares": {"majority": 0.6, "minority": 0.4},
    "population.groups.language.shares": {"english": 0.5, "spanish": 0.5},
    "population.groups.leaning.correlations": {"age": 0.5},
    "population.groups.age.correlations": {"dialect": 0.5},
    "population.groups.dialect.correlations": {"leaning": 0.5},
    "population.groups.language.correlations": {"dialect": 0.9},
    "population.groups.leaning.modifiers": {"left": {"sessions_per_day": 2}},
    "population.groups.age.modifiers": {"65+": {"posts_per_day": 3}},
    "population.groups.dialect.modifiers": {"minority": {"followers": 3}},
    "population.groups.language.modifiers": {"spanish": {"harm_aversion": 1}},
    "harms.misinformation.rests_on": "severity",
    "harms.hate.rests_on": "falsity",
    "harms.extremism.rests_on": "falsity",
    "harms.misinformation.aimed_at_group": True,
    "harms.hate.aimed_at_group": None,
    "harms.extremism.aimed_at_group": None,
    "content.target_attribute": "age",
    "content.retention_hours": 24,
    "content.kind_of_post": "entertainment",
    "content.path": "others.csv",
    "content.columns.rating": "other_rating",
    "content.columns.leaning": None,
    "content.columns.modality": None,
    "content.columns.source": None,
    "content.false_ratings": ["true"],
    "content.leanings": {"l": 1, "r": -1},
    "content.modalities": {"words": "video", "picture": "meme"},
    "graph.path": "others.csv",
    "ranker.weights": {"click": 1.0, "hide": -50.0},
    "ranker.training_rows": 400,
    "ranker.retrain_days": 2,
    "ranker.window_days": 1,
    "ranker.out_of_network_factor": 0.3,
    "feed.keep": 12,
    "feed.candidates": 60,
    "feed.refresh_minutes": 240,
    "detectors.kind": "oracle",
    "detectors.languages": ["spanish"],
    "detectors.min_positives": 500,
    "detectors.training_rows": 100,
    "people.judges.error_factors": {"english": 0.0},
    "people.judges.dialect_ratio": 10.0,
    "people.judges.false_alarm_at_line": 0.5,
    "review.reviewers": {"english": 1},
    "review.shift_hours": 4.0,
    "review.overtime_hours": 4.0,
    "review.harmful_per_day": 1,
    "review.group_thresholds": {"age": {"65+": 1.0}},
    "review.order": "age",
    "review.threshold": 0.9,
    "review.outcomes": {"misinformation": "label"},
    "review.audit_share": 0.1,
    "tick_minutes": 120,
    "days": 2,
    "burn_in_days": 2,
    "policies.it.start_day": 1,
    "policies.it.end_day": 1,
    "policies.it.for.groups": {"age": ["65+"]},
    "policies.it.for.languages": ["spanish"],
    "policies.it.for.surfaces": ["trending"],
    "population.actors.publisher.popularity": 1.0,
    "population.actors.bot.kinds": {"civic": 1.0},
    "population.actors.supersharer.kinds": {"personal": 1.0},
    "population.actors.coordinated.kinds": {"personal": 1.0},
    "population.actors.hate_producer.kinds": {"news": 1.0},
    "population.actors.publisher.kinds": {"personal": 1.0},
}
MOVES |= OF_POLICIES
UNREAD = {
    "harms.misinformation.line": "falsity has no policy line",
    "harms.misinformation.aimed_at_group": "falsity is aimed at nobody",
    "snapshot_every_days": "it changes what is kept beside the tables: tests/test_snapshots.py",
}
"""Keys that change nothing here, each with the reason; the test makes sure that they still do not."""
UNIONS = ("kind",)
"""Names of a block's kind: moved by the bases."""


def leaves(data: Any, path: str = "") -> Iterator[str]:
    """Dotted paths of all settings; a mapping in MOVES is one."""
    if isinstance(data, dict) and path not in MOVES:
        for name, value in data.items():
            yield from leaves(value, f"{path}.{name}" if path else name)
    elif path.rpartition(".")[2] not in UNIONS or path in MOVES:
        yield path


def keys(base: str) -> list[str]:
    """The settings that are moved over a base."""
    paths = leaves(json.loads(settings(BASE, BASES[base]).model_dump_json()))
    if not base:
        return [path for path in paths if path != "policies"]
    if base in policy_bases():
        paths = (path for path in paths if path.split(".")[2:3] != [] and path.split(".")[2] not in ONCE)
    return [path for path in paths if path.startswith(OWN[base]) and path.rpartition(".")[2] not in UNIONS]


ALL = [(base, path) for base in BASES for path in keys(base)]


def moved(scenario: Scenario, path: str) -> Scenario:
    """The scenario with one setting at another value that it may have."""
    value: Any = json.loads(scenario.model_dump_json())
    for name in path.split("."):
        value = value[name]
    if path in MOVES:
        return settings(scenario, {path: MOVES[path]})
    for other in others(value):
        with suppress(ValidationError):
            return settings(scenario, {path: other})
    raise AssertionError(f"{path}: give it another value in MOVES")


def others(value: Any) -> list[Any]:
    """Other values, the boldest first."""
    if value is None:
        return [3.0]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [2 * value + 2, value // 2]
    if isinstance(value, float):
        return [50.0 * value] * (value == 1) + [2 * value + 0.3, value + 0.2, 0.5 * value, value - 0.1]
    return []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two edge lists and two catalogues."""
    path = tmp_path_factory.mktemp("inputs")
    for name, step in (("edges", 1), ("others", 7)):
        rows = [(u, (u + step * k) % 150) for u in range(150) for k in range(1, 9)]
        (path / f"{name}.csv").write_text("source,target\n" + "\n".join(f"{a},{b}" for a, b in rows))
    return path


@pytest.fixture(scope="module")
def posts_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("posts")
    for name, share in (("posts", 4), ("others", 2)):
        with (path / f"{name}.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(("rating", "other_rating", "leaning", "modality", "page"))
            for i in range(60):
                rating = "false" if i % share == 0 else "true"
                table.writerow(
                    (rating, "false" if i % 3 else "true", "lr"[i % 2], ("words", "picture", "link")[i % 3], i % 7)
                )
    return path


def digest(scenario: Scenario) -> str:
    """All tables of a run, in 64 characters."""
    return digest_of(scenario.model_dump_json())


@cache
def digest_of(said: str) -> str:
    total = sha256()
    for name, table in run(Scenario.model_validate_json(said)).items():
        assert name in ALWAYS
        total.update(
            ",".join(table.columns).encode() + pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes()
        )
    return total.hexdigest()


def based(base: str, path: str, folder: Path, posts_folder: Path) -> Scenario:
    scenario = settings(settings(BASE, BASES[base]), NEEDS.get(path, {}))
    return placed(scenario, base, folder, posts_folder)


def placed(scenario: Scenario, base: str, folder: Path, posts_folder: Path) -> Scenario:
    """With the paths of input files made whole."""
    for block, name, where in (("edges", "graph", folder), ("catalogue", "content", posts_folder)):
        if base == block:
            path = Path(getattr(scenario, name).path).name
            scenario = settings(scenario, {f"{name}.path": str(where / path)})
    return scenario


@pytest.mark.parametrize(("base", "path"), ALL, ids=[f"{path}{' of ' + base if base else ''}" for base, path in ALL])
def test_every_key_moved_from_its_default_changes_something(
    base: str, path: str, folder: Path, posts_folder: Path
) -> None:
    scenario = based(base, path, folder, posts_folder)
    other = placed(moved(scenario, path), base, folder, posts_folder)
    assert other != scenario
    assert (digest(other) == digest(scenario)) == (path in UNREAD)


def test_the_law_is_asked_of_every_block_and_key_there_is() -> None:
    asked: set[tuple[type[Block], str]] = set()
    for base in BASES:
        scenario = settings(BASE, BASES[base])
        for path in keys(base):
            asked |= set(fields_on(scenario, path.split(".")))
    known = {declared(block, name) for block in blocks(Scenario) for name in fields_of(block) if name not in UNIONS}
    assert known - asked == set()


def fields_on(thing: Any, names: list[str]) -> Iterator[tuple[type[Block], str]]:
    """The fields of blocks that a path leads through."""
    for name in names:
        if isinstance(thing, Block):
            yield declared(type(thing), name)
            thing = setting(thing, name)
        else:
            thing = thing[name]


def declared(block: type[Block], name: str) -> tuple[type[Block], str]:
    """The block that says that there is such a field, and its name."""
    own = next(field for field, info in block.model_fields.items() if name == (info.alias or field))
    return next(owner for owner in block.__mro__ if own in inspect.get_annotations(owner)), name


def blocks(annotation: Any) -> set[type[Block]]:
    """Every kind of block that a field of this type can hold, and theirs."""
    if (
        isinstance(annotation, type)
        and not isinstance(annotation, types.GenericAlias)
        and issubclass(annotation, Block)
    ):
        inside = [field.annotation for field in annotation.model_fields.values()]
        return {annotation}.union(*(blocks(part) for part in inside))
    if get_origin(annotation) is None:
        return set()
    return set().union(*(blocks(part) for part in get_args(annotation)))
