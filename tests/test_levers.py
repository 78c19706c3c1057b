"""The block `optimize`: what it says, and what is wrong with it, by line."""

from pathlib import Path

import pytest
from sheets import study, told

from feedsim import goals
from feedsim.faults import Faults
from feedsim.goals import Constraint, Goal
from feedsim.report import gap
from feedsim.scenario import content_hash, load_study
from feedsim.steering import setting_at, steered, takes_whole_numbers

BASE = """
name: s
detectors: {kind: oracle}
policies: {demotion: {kind: demote, harm: misinformation}}
"""
SEARCH = """
optimize:
  levers:
    policies.demotion.strength: {low: 0, high: 1}
    feed.slate: {low: 10, high: 20}
    ranker.weights: {choices: [facebook_2017, {like: 1}]}
    people.responses.base_rates.report: {low: 1e-5, high: 0.1, scale: log}
  objectives:
    engagement_value: up
    prevalence[misinformation]: down
    widest_gap: down
  constraints: [engagement_value >= 95 % of base, 'prevalence[hate] <= 2 %', stated_value >= -0.5]
"""


def test_a_search_is_read_with_its_goals_and_lines(tmp_path: Path) -> None:
    search = study(tmp_path, BASE + SEARCH).optimize
    assert search is not None
    assert search.goals == {
        Goal("engagement_value"): "up",
        Goal("prevalence", "misinformation"): "down",
        Goal("widest_gap"): "down",
    }
    assert search.limits == (
        Constraint(Goal("engagement_value"), True, 0.95, of_base=True),
        Constraint(Goal("prevalence", "hate"), False, 0.02, of_base=False),
        Constraint(Goal("stated_value"), True, -0.5, of_base=False),
    )
    assert list(map(str, search.limits)) == [
        "engagement_value >= 95 % of base",
        "prevalence[hate] <= 0.02",
        "stated_value >= -0.5",
    ]


def test_the_gap_is_called_alike_where_it_is_wanted_and_where_it_is_measured() -> None:
    assert goals.GAP == gap.GAP


def test_a_study_without_the_block_searches_for_nothing(tmp_path: Path) -> None:
    assert study(tmp_path, BASE).optimize is None


def test_a_file_that_extends_another_searches_for_the_same(tmp_path: Path) -> None:
    whole = study(tmp_path, BASE + SEARCH)
    (tmp_path / "b.yaml").write_text("extends: a.yaml\nname: b\ndays: 1\n", encoding="utf-8")
    assert load_study(tmp_path / "b.yaml").optimize == whole.optimize


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("    policies.demotion.strenth: {low: 0, high: 1}", "there is no setting policies.demotion.strenth; did"),
        ("    policies.demotion.strength: {low: 0, high: 2}", ".high: 2; it should be at most 1"),
        ("    ranker.weights.like: {low: 0, high: 2}", "ranker.weights is one value, of which no part can be moved"),
        ("    ranker.weights: {choices: [facebook_2017, fb]}", ".choices: 'fb'; it should be one of facebook_2017"),
        ("    feed.slate: {low: 10.5, high: 12}", ".low: 10.5; it should be a whole number"),
        ("    feed.slate: {low: 10, high: 40}", ".high: 40: 64 for a slate of 40; it should be at least three slates"),
        ("    graph.homophily: {low: 1, high: 0}", ".low: 1 is not below high; it should be less than 0"),
        ("    graph.homophily: {low: 0, high: 1, scale: log}", ".low: 0 has no logarithm; it should be greater than 0"),
        ("    graph.homophily: {low: 0}", "has no range; it should have low and high, or choices"),
        ("    graph.homophily: {choices: [0.5]}", ".choices: one is no choice; there should be two or more"),
        ("    graph.homophily: {choices: [0.5, 0.5]}", ".choices: one is named twice; they should differ"),
        ("    graph.homophily: {low: 0, high: 1, choices: [1, 2]}", ".choices: stand beside a range"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_lever_is_told_at_its_line(tmp_path: Path, line: str, wrong: str) -> None:
    text = f"{BASE}optimize:\n  levers:\n{line}\n  objectives: {{engagement_value: up}}\n"
    (said,) = told(tmp_path, text)
    path = line.strip().partition(":")[0]
    assert said.startswith(f"a.yaml:7: optimize.levers.{path}")
    assert wrong in said


@pytest.mark.parametrize(
    ("objectives", "constraint", "wrong"),
    [
        ("engagement_valu: up", "", "there is no metric 'engagement_valu'; did you mean 'engagement_value'?"),
        ("prevalence: up", "", "there is none for all classes of harm together; it should be prevalence[mis"),
        ("'prevalence[hat]': up", "", "'hat' is no class of harm here; did you mean 'hate'?"),
        ("engagement_value: upp", "", "'upp'; did you mean 'up'?"),
        ("'engagement value': up", "", "'engagement value'; it should be metric or metric[harm]"),
        ("engagement_value: up", "stated_value > 0", "'stated_value > 0'; it should be metric >= number"),
        ("engagement_value: up", "state_value >= 0", "state_value >= 0: there is no metric 'state_value'"),
        ("engagement_value: up", "stated_value >= 0 % of bass", "it should be metric >= number"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_goal_is_told(tmp_path: Path, objectives: str, constraint: str, wrong: str) -> None:
    text = f"{BASE}optimize:\n  levers: {{graph.homophily: {{low: 0, high: 1}}}}\n  objectives: {{{objectives}}}\n"
    text += f"  constraints: ['{constraint}']\n" if constraint else ""
    (said,) = told(tmp_path, text)
    assert wrong in said


def test_all_that_is_wrong_is_told_in_one_go(tmp_path: Path) -> None:
    text = "optimize:\n  levers: {}\n  objectives: {}\n  trials: 0\n  foo: 1\ndays: 0\n"
    assert [line.partition(";")[0] for line in told(tmp_path, text)] == [
        "a.yaml:2: optimize.levers: an empty mapping",
        "a.yaml:3: optimize.objectives: an empty mapping",
        "a.yaml:4: optimize.trials: 0",
        "a.yaml:5: optimize.foo: unknown key",
        "a.yaml:6: days: 0",
    ]
    assert told(tmp_path, "optimize: 3\n") == ["a.yaml:1: optimize: 3; it should be a mapping of levers and objectives"]


def test_a_scenario_is_steered_by_dotted_paths(tmp_path: Path) -> None:
    scenario = study(tmp_path, BASE).scenario
    moved = steered(scenario, {"policies.demotion.strength": 0.25, "ranker.weights": {"like": 1.0}, "feed.slate": 12})
    assert moved.policies["demotion"].strength == 0.25  # type: ignore[attr-defined]
    assert (setting_at(moved, "ranker.weights"), setting_at(moved, "feed.slate")) == ({"like": 1.0}, 12)
    assert takes_whole_numbers(scenario, "feed.slate")
    assert not takes_whole_numbers(scenario, "policies.demotion.strength")
    assert steered(scenario, {}) == scenario
    assert content_hash(steered(scenario, {}), 1, "") == content_hash(scenario, 1, "")
    with pytest.raises(Faults, match="strength: 2"):
        steered(scenario, {"policies.demotion.strength": 2})
