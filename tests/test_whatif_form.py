"""The form of a what-if: what the schema makes of it, and the study file that it makes."""

import re
from pathlib import Path

import pytest
import yaml

from dashboard.whatif.published import CODE, PUBLISHED, explained
from dashboard.whatif.settings import kinds, others, policies, settings_of, whole
from dashboard.whatif.study import FULL, QUICK, Size, WhatIf, put, too_much, wrong_with
from feedsim.integrity.policies import LIBRARY
from feedsim.merging import kind_of
from feedsim.scenario import Scenario, load_study

ORACLE = {"detectors": {"kind": "oracle"}}
DEMOTE = {"policies": {"demote": {"kind": "demote", "harm": "hate", "strength": 0.8}}}


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
    assert len(others()) > 100
    assert not any(name.startswith(("population.groups", "policies", "days", "graph.path")) for name in others())
    world: dict[str, object] = {}
    for name, setting in others().items():
        put(world, tuple(name.split(".")), setting.default)
    assert wrong_with(WhatIf("", world, {}).text("what-if", QUICK["tiny"])) == []


def test_a_default_says_what_it_rests_on() -> None:
    assert "Martel and Rand 2024" in explained("share of reshares that a warning prevents, over all people (I06)")
    assert explained("how long (assumption)") == "how long (assumption, no published figure)"


def test_every_figure_that_the_schema_names_is_told() -> None:
    assert set(CODE.findall(str(whole()))) <= set(PUBLISHED)


def test_the_file_says_what_the_form_said_and_no_default(tmp_path: Path) -> None:
    said = WhatIf("Why?", ORACLE, DEMOTE).text("what-if", Size(400, 2, 1, 3))
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
    said = yaml.safe_load(WhatIf(question, {}, DEMOTE).text("what-if", QUICK["tiny"]))
    assert said["question"] == question.replace("\n", " ").replace("\x00", " ")
    assert list(said["arms"]) == ["as_it_is", "what_if"]


def test_what_is_wrong_is_told_in_sentences_without_file_or_line() -> None:
    change = {"policies": {"demote": {"kind": "demote", "harm": "hate", "strength": 8}}}
    wrong = wrong_with(WhatIf("", {}, change).text("what-if", QUICK["tiny"]))
    assert "arms.what_if.policies.demote.strength: 8; it should be at most 1" in wrong
    assert any("detectors.kind should be another than none" in line for line in wrong)
    assert not any(re.search(r"\.yaml|/tmp", line) for line in wrong)


def test_a_world_may_not_cost_more_than_the_limit() -> None:
    size = Size(1_000, 3, 1, 2)
    assert size.cost == 1_000 * 4 * 2 * 2
    assert too_much(size, size.cost) == ""
    assert "15" in too_much(size, 15_999)
    assert all(one.cost <= 2_000_000 for one in [*QUICK.values(), *FULL.values()])
