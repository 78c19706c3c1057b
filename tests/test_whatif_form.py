"""The form of a what-if: what the schema makes of it, and the study file that it makes."""

import os
import re
from pathlib import Path

import pytest
import yaml

from dashboard.whatif.load import load
from dashboard.whatif.names import NAMED, names_in, visible_groups
from dashboard.whatif.published import CODE, PUBLISHED, explained
from dashboard.whatif.settings import (
    OF_THE_WORLD,
    World,
    defaults,
    kinds,
    others,
    policies,
    setting,
    settings_of,
    whole,
)
from dashboard.whatif.small import small
from dashboard.whatif.study import FULL, QUICK, Size, WhatIf, checked, cost_of, loaded, put, too_much
from feedsim.integrity.policies import LIBRARY
from feedsim.merging import Data, kind_of, merged
from feedsim.scenario import Scenario, dump, load_study
from feedsim.writing import settings

ORACLE = {"detectors": {"kind": "oracle"}}
DEMOTE = {"policies": {"demote": {"kind": "demote", "harm": "hate", "strength": 0.8}}}


def faults(text: str) -> list[str]:
    """What is wrong with a study file."""
    return checked(text)[1]


SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))


def world(said: Data) -> World:
    """The default world, but for what is said."""
    found: World = merged(dict(defaults()), said, Scenario)
    return found


def test_every_policy_of_the_library_can_be_chosen_with_every_setting() -> None:
    assert list(policies()) == [kind_of(block) for block in LIBRARY]
    for block in policies().values():
        shown = {setting.name for setting in settings_of(block)}
        assert shown == set(block["properties"]) - {"kind"}


def test_defaults_and_bounds_are_those_of_the_schema() -> None:
    of = {setting.name: setting for setting in settings_of(policies()["demote"])}
    assert (of["strength"].default, of["strength"].low, of["strength"].high) == (0.5, 0, 1)
    assert (of["curve"].kind, of["curve"].options) == ("one", ("linear", "step", "steep"))
    assert of["harm"].is_required
    assert of["end_day"].may_be_nothing
    of = {setting.name: setting for setting in settings_of(policies()["strikes"])}
    assert (of["suspension_days"].above, of["limit"].kind, of["labels_count"].kind) == (True, "whole", "yes")


def test_the_first_kind_of_a_block_is_the_default() -> None:
    assert [next(iter(kinds(block))) for block in ("ranker", "detectors", "review")] == ["engagement", "none", "none"]


def test_every_other_setting_can_be_said_by_itself() -> None:
    """Each, said with its own default, leaves a scenario as it is."""
    shown = others(defaults())
    assert len(shown) > 150
    assert not {"days", "burn_in_days", "population.users", "graph.path"} & set(shown)
    said: Data = {}
    for one in shown.values():
        put(said, one.path, one.default)
    assert faults(WhatIf("", world(said), {}).text("what-if", QUICK["tiny"])) == []
    assert small(world(said)) == {}


def test_no_setting_names_a_file() -> None:
    graph = {"kind": "edges", "path": "/somewhere/edges.csv"}
    assert "graph.path" not in others({**defaults(), "graph": graph})


def test_no_mapping_of_the_schema_is_left_out() -> None:
    """What a form does not show are mappings of blocks, and those whose names are values in a file."""
    left = {
        name
        for block in whole()["$defs"].values()
        for name, node in block.get("properties", {}).items()
        if node.get("type") == "object" and "$ref" not in str(node) and setting(node, (name,)) is None
    }
    mixes = {"shares", "kinds", "ordinary_kinds", "sources"}
    by_leaf = {"correlations", "modifiers", "base_rates"}
    of_scope = {"groups"}
    assert left - mixes - by_leaf - of_scope == {"leanings", "modalities", "objectives"}
    assert {"feed.sources", "population.ordinary_kinds", "population.groups.age.shares"} < set(others(defaults()))


def test_a_mapping_has_the_names_of_the_world() -> None:
    assert set(NAMED) == set(OF_THE_WORLD)
    desk = {one.name: one for one in settings_of(kinds("review")["desk"])}
    here = world({"harms": {"extremism": {"enabled": True}}, "population": {"groups": {"language": None}}})
    assert names_in(desk["reviewers"], defaults()) == [("english",), ("spanish",)]
    assert names_in(desk["reviewers"], here) == []
    assert names_in(desk["outcomes"], here) == [("misinformation",), ("hate",), ("extremism",)]
    assert names_in(desk["group_thresholds"], here) == [("age", level) for level in visible_groups(here)["age"]]
    assert desk["outcomes"].each is not None
    assert desk["outcomes"].each.options == ("remove", "label", "demote", "nothing")


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_few_words_say_the_same_scenario(file: Path, tmp_path: Path) -> None:
    """Every arm of every scenario that comes with feedsim, said in few words, is what it was."""
    if "${FEEDSIM_DATA}" in file.read_text() and "FEEDSIM_DATA" not in os.environ:
        pytest.skip("names files that FEEDSIM_DATA should lead to")
    for scenario in load_study(file).arms.values():
        said = yaml.safe_dump(small(settings(scenario)) or {"days": 10}, sort_keys=False)
        (tmp_path / "small.yaml").write_text(said)
        assert load_study(tmp_path / "small.yaml").scenario == scenario
        assert len(said) < 0.4 * len(dump(scenario))


def test_a_default_says_what_it_rests_on() -> None:
    assert "Martel and Rand 2024" in explained("share of reshares that a warning prevents, over all people (I06)")
    assert explained("how long (assumption)") == "how long (assumption, no published figure)"


def test_every_figure_that_the_schema_names_is_told() -> None:
    assert set(CODE.findall(str(whole()))) <= set(PUBLISHED)


def test_the_file_says_what_the_form_said_and_no_default(tmp_path: Path) -> None:
    said = WhatIf("Why?", world(ORACLE), DEMOTE).text("what-if", Size(400, 2, 1, 3))
    assert yaml.safe_load(said) == {
        "name": "what-if", "question": "Why?", "days": 2, "burn_in_days": 1, "detectors": {"kind": "oracle"},
        "population": {"users": 400}, "arms": {"as_it_is": {}, "what_if": DEMOTE}, "seeds": 3,
    }  # fmt: skip
    (tmp_path / "what-if.yaml").write_text(said)
    study = load_study(tmp_path / "what-if.yaml")
    assert list(study.arms) == ["as_it_is", "what_if"]
    assert study.arms["as_it_is"] == Scenario.model_validate_json(
        '{"days": 2, "burn_in_days": 1, "population": {"users": 400}, "detectors": {"kind": "oracle"}}'
    )


@pytest.mark.parametrize(
    "question", ['a: "b"\narms: {x: {}}', "- !!python/name:os.system", "'", "${HOME} $(id)", "\x00"]
)
def test_a_question_stays_a_text_whatever_is_in_it(question: str) -> None:
    said = yaml.safe_load(WhatIf(question, defaults(), DEMOTE).text("what-if", QUICK["tiny"]))
    assert said["question"] == question.replace("\n", " ").replace("\x00", " ")
    assert list(said["arms"]) == ["as_it_is", "what_if"]


def test_what_is_wrong_is_told_in_sentences_without_file_or_line() -> None:
    change = {"policies": {"demote": {"kind": "demote", "harm": "hate", "strength": 8}}}
    wrong = faults(WhatIf("", defaults(), change).text("what-if", QUICK["tiny"]))
    assert "arms.what_if.policies.demote.strength: 8; it should be at most 1" in wrong
    assert any("detectors.kind should be another than none" in line for line in wrong)
    assert not any(re.search(r"\.yaml|/tmp", line) for line in wrong)


def test_a_world_may_not_cost_more_than_the_limit() -> None:
    said = WhatIf("", world(ORACLE), DEMOTE)
    study = loaded(said.text("what-if", Size(1_000, 3, 1, 2)))
    cost = 1_000 * 4 * 2 * 2
    assert cost_of(study) == cost
    assert too_much(study, cost) == ""
    assert "15" in too_much(study, cost - 1)
    presets = [loaded(said.text("what-if", one)) for one in [*QUICK.values(), *FULL.values()]]
    assert all(cost_of(one) <= 2_000_000 for one in presets)


def test_a_day_of_many_ticks_or_sessions_counts_for_several() -> None:
    assert load(defaults()) == 1
    assert load(world({"tick_minutes": 60})) == 1
    assert load(world({"tick_minutes": 5})) == pytest.approx(3)
    assert load(world({"population": {"sessions_per_day": 0.1}})) == 1
    assert load(world({"population": {"sessions_per_day": 3.2}})) == pytest.approx(2)
    assert load(world({"population": {"sessions_per_day": 3.2}, "tick_minutes": 5})) == pytest.approx(4)
    assert load(world({"feed": {"candidates": 384}})) == pytest.approx(2)
    # Accounts of a kind count by how many there are: a tenth of people with 16 sessions more than others.
    crowd = {"population": {"actors": {"bot": {"share": 0.1, "sessions_per_day": 17.6, "posts_per_day": 0.5}}}}
    assert load(world(crowd)) == pytest.approx(2)
    assert load(world({"population": {"posts_per_day": 80}})) > 50
    assert load(world({"graph": {"mean_followees": 550}})) == pytest.approx(10)


def test_each_arm_counts_for_what_it_costs() -> None:
    text = WhatIf("", defaults(), {"tick_minutes": 1}).text("what-if", Size(1_000, 3, 1, 2))
    assert cost_of(loaded(text)) == 1_000 * 4 * 2 * (1 + 15)
