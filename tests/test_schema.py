"""The schema for editors."""

import json
from typing import Any

import jsonschema
import pytest
import yaml

from feedsim.reading import read_text
from feedsim.scenario import Scenario, dump
from feedsim.schema import schema

VALIDATOR = jsonschema.Draft202012Validator(schema())


def wrong(text: str) -> list[str]:
    """Where an editor would underline a file."""
    return [".".join(map(str, error.absolute_path)) for error in VALIDATOR.iter_errors(read_text(text, "a").data)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.parametrize(
    "text",
    [
        "question: Why?\nname: a\nextends: b.yaml\nseeds: 3\ndays: 4\n",
        "seeds: [1, 5]\nranker: {trees: 10}\nharms: {hate: {line: 0.5}, extremism: null}\n",
        "arms:\n  none:\n  some: {policies: {slow: null, out: {threshold: 0.5}}, ranker: {kind: random}}\n",
        "population: {groups: {age: {shares: {a: 0.5, b: 0.5}}, sex: null}, actors: {bot: {share: 0.1}}}\n",
        "ranker: {weights: {like: 1, hide: null}}\n",
        dump(Scenario(), "a", "Why?"),
    ],
)
def test_a_file_that_may_be_written_is_valid(text: str) -> None:
    assert wrong(text) == []


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("dayz: 4\n", ""),
        ("days: 0\n", "days"),
        ("seeds: []\n", "seeds"),
        ("name: a/b\n", "name"),
        ("feed: {slate: many}\n", "feed.slate"),
        ("feed: {sources: {profile: null}}\n", "feed.sources.profile"),
        ("ranker: {kind: chronologcal}\n", "ranker"),
        ("population: {actors: {bott: {share: 0.1}}}\n", "population.actors"),
        ("arms: {x: {seeds: 3}}\n", "arms.x"),
        ("arms: {x: {feed: {slate: 0}}}\n", "arms.x"),
    ],
)
def test_a_file_that_may_not_be_written_is_not(text: str, where: str) -> None:
    assert wrong(text) == [where]


def test_settings_carry_their_meaning() -> None:
    found: dict[str, Any] = schema()
    assert found["properties"]["days"]["description"] == "measured days"
    assert found["$defs"]["Demote"]["description"] == "Lower the score of probable harm."
    strength = found["$defs"]["Demote"]["properties"]["strength"]
    assert strength["description"] == "share of the score taken away when harm is certain (assumption)"


def test_a_dump_is_yaml_to_others_too() -> None:
    assert yaml.safe_load(dump(Scenario(days=4)))["days"] == 4
