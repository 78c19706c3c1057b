"""What a study does not know, and the points that come of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest, lognorm, norm, triang, truncnorm
from sheets import study, told, written

from feedsim.results import open_run
from feedsim.scenario import load_study
from feedsim.study.assumptions import Choices, Listed, Lognormal, Normal, Range, Triangular, Unknown
from feedsim.study.points import Sampling, names, points, short_paths
from feedsim.study.scripting import run

SPILL, FALSE = "people.responses.spill", "people.responses.reshare_odds_if_false"
ARMS = "arms: {time: {ranker: {kind: chronological}}, learned: {days: 4}}\n"


def test_a_list_is_crossed_with_every_arm_and_named_by_its_values(tmp_path: Path) -> None:
    found = study(tmp_path, f"{ARMS}assumptions: {{{SPILL}: [0.25, 0.75], {FALSE}: [1, 1.7]}}\n")
    assert found.points == {
        "spill=0.25,reshare_odds_if_false=1": {SPILL: 0.25, FALSE: 1},
        "spill=0.25,reshare_odds_if_false=1.7": {SPILL: 0.25, FALSE: 1.7},
        "spill=0.75,reshare_odds_if_false=1": {SPILL: 0.75, FALSE: 1},
        "spill=0.75,reshare_odds_if_false=1.7": {SPILL: 0.75, FALSE: 1.7},
    }
    assert {arm: [s.people.responses.spill for s in under.values()] for arm, under in found.scenarios.items()} == {
        "time": [0.25, 0.25, 0.75, 0.75],
        "learned": [0.25, 0.25, 0.75, 0.75],
    }
    # An arm stays what it is without assumptions.
    assert found.arms["learned"].people.responses.spill == 0.5


def test_what_is_sampled_goes_with_every_crossing(tmp_path: Path) -> None:
    text = f"assumptions:\n  {SPILL}: {{low: 0, high: 1, levels: 3}}\n  {FALSE}: {{low: 1, high: 2}}\n"
    found = study(tmp_path, f"{text}sampling: {{samples: 2}}\n").points
    assert list(found) == ["a001", "a002", "a003", "a004", "a005", "a006"]
    assert [point[SPILL] for point in found.values()] == [0, 0.5, 1, 0, 0.5, 1]
    odds = [point[FALSE] for point in found.values()]
    assert odds[:3] == [odds[0]] * 3
    # A Latin hypercube of two has one point in each half.
    assert sorted(value > 1.5 for value in set(odds)) == [False, True]


def test_more_samples_of_sobol_keep_the_earlier_ones_and_their_names() -> None:
    unknown = {"a": Range(low=0, high=1), "b": Range(low=1, high=100, scale="log")}
    few, many = (points(unknown, Sampling(method="sobol", samples=n), frozenset()) for n in (4, 8))
    assert list(many.items())[:4] == list(few.items())
    assert points(unknown, Sampling(method="sobol", samples=4, seed=2), frozenset()) != few


def test_a_whole_number_stays_whole(tmp_path: Path) -> None:
    found = study(tmp_path, "assumptions: {ranker.trees: {low: 10, high: 50}}\nsampling: {samples: 8}\n")
    trees = [s.ranker.trees for s in found.scenarios["baseline"].values()]  # type: ignore[union-attr]
    assert all(10 <= n <= 50 for n in trees)
    assert len(set(trees)) == 8


@pytest.mark.parametrize(
    ("unknown", "law"),
    [
        (Range(low=2, high=5), "uniform"),
        (Normal(normal=(1.7, 0.2)), norm(1.7, 0.2).cdf),
        (Normal(normal=(0, 1), low=-0.5, high=2), truncnorm(-0.5, 2).cdf),
        (Lognormal(lognormal=(1.7, 1.2)), lognorm(s=np.log(1.2), scale=1.7).cdf),
        (Triangular(triangular=(1, 2, 5)), triang(0.25, 1, 4).cdf),
        (Triangular(triangular=(1, 1, 5)), triang(0, 1, 4).cdf),
    ],
)
def test_a_distribution_is_what_scipy_calls_by_its_name(unknown: Unknown, law: Any) -> None:
    drawn = np.array([unknown.at(share) for share in np.linspace(0, 1, 2001)])
    assert (np.diff(drawn) > 0).all()
    how = {"args": (2, 3)} if law == "uniform" else {}
    # The outermost half per cent of a distribution without an end is left out.
    assert kstest(drawn, law, **how).statistic < 0.006


def test_a_range_on_a_logarithmic_scale_gives_every_factor_the_same_share() -> None:
    assert [Range(low=0.01, high=1, scale="log").at(share) for share in (0, 0.5, 1)] == pytest.approx([0.01, 0.1, 1])
    assert Range(low=1, high=100, scale="log", levels=3).crossed == pytest.approx((1, 10, 100))


def test_choices_have_equal_shares_and_a_list_is_crossed() -> None:
    choices = Choices(choices=("x", "y", "z"))
    assert [choices.at(share) for share in (0, 0.3, 0.34, 0.66, 0.67, 1)] == ["x", "x", "y", "y", "z", "z"]
    assert (choices.crossed, Listed(choices=(1, 2)).crossed) == ((), (1, 2))


def test_names_are_folders_and_say_what_is_assumed_where_that_is_short() -> None:
    assert names([{"a.b": 0.5}, {"a.b": True}, {"a.b": "age"}]) == ["b=0.5", "b=true", "b=age"]
    for first, second in (("x/y", "z"), ("X", "x"), ({"c": 1}, {"c": 2}), (1, "y" * 50)):
        assert names([{"a.b": first}, {"a.b": second}]) == []
    assert short_paths(["x.rate", "y.rate", "days"]) == {"x.rate": "x.rate", "y.rate": "y.rate", "days": "days"}


def test_a_set_wins_and_what_it_sets_is_known(tmp_path: Path) -> None:
    text = f"assumptions: {{{SPILL}: [0.25, 0.75], {FALSE}: [1, 2]}}\n"
    found = study(tmp_path, text, [f"{SPILL}=0.4"])
    assert found.points == {"reshare_odds_if_false=1": {FALSE: 1}, "reshare_odds_if_false=2": {FALSE: 2}}
    assert {s.people.responses.spill for s in found.scenarios["baseline"].values()} == {0.4}
    assert study(tmp_path, text, [f"{SPILL}=0.4", f"{FALSE}=1"]).points == {}


def test_a_setting_that_one_arm_lacks_is_left_out_there(tmp_path: Path) -> None:
    found = study(tmp_path, f"{ARMS}assumptions: {{ranker.trees: [10, 20]}}\n").scenarios
    assert [s.ranker.kind for s in found["time"].values()] == ["chronological", "chronological"]
    assert [s.ranker.trees for s in found["learned"].values()] == [10, 20]  # type: ignore[union-attr]


def test_a_file_adds_to_the_assumptions_of_what_it_extends_or_takes_them_out(tmp_path: Path) -> None:
    base = f"assumptions: {{{SPILL}: [0, 1], {FALSE}: {{low: 1, high: 2}}}}\nsampling: {{samples: 4}}\n"
    written(tmp_path, base, "base.yaml")
    found = study(tmp_path, f"extends: base.yaml\nassumptions: {{{SPILL}: null, feed.slate: [10, 20]}}\n")
    assert list(found.unknown) == [FALSE, "feed.slate"]
    assert len(found.points) == 8


def test_points_of_somebody_else_s_go_instead_of_the_file_s(tmp_path: Path) -> None:
    path = written(tmp_path, f"assumptions: {{{SPILL}: [0, 1]}}\n")
    found = load_study(path, points={"mine": {SPILL: 0.3}})
    assert list(found.unknown) == [SPILL]
    assert found.under["mine"]["baseline"].people.responses.spill == 0.3


FORMS = "a list of values, a range such as {low: 0.5, high: 2}, or a distribution such as {normal: [1.7, 0.2]}"


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("spill: [0.1, 0.2]", "2: assumptions.spill: there is no setting spill; "),
        (
            "people.responses.spil: [0.1, 0.2]",
            "2: assumptions.people.responses.spil: there is no setting people.responses.spil; did you mean 'spill'?",
        ),
        (f"{SPILL}: 0.3", f"2: assumptions.{SPILL}: 0.3; it should be {FORMS}"),
        (f"{SPILL}: []", f"2: assumptions.{SPILL}: an empty list; it should be {FORMS}"),
        (f"{SPILL}: [0.3]", f"2: assumptions.{SPILL}: a list of 1; it should be at least 2 long"),
        (f"{SPILL}: [1, 1.0]", f"2: assumptions.{SPILL}: one value is given twice; they should differ"),
        (f"{SPILL}: [0.3, -1]", f"2: assumptions.{SPILL}: -1; it should be at least 0"),
        (f"{SPILL}: {{low: -3, high: -1}}", f"2: assumptions.{SPILL}: -"),
        (f"{SPILL}: {{low: 3, high: 1}}", f"2: assumptions.{SPILL}.low: 3 is not below high; it should be less than 1"),
        (f"{SPILL}: {{low: 3}}", f"2: assumptions.{SPILL}.high: is missing; it should be given"),
        (
            f"{SPILL}: {{low: 0, high: 1, scale: log}}",
            f"2: assumptions.{SPILL}.low: 0 has no logarithm; it should be greater than 0",
        ),
        (f"{SPILL}: {{low: 0, high: 1, step: 2}}", f"2: assumptions.{SPILL}.step: unknown key; it should be one of "),
        (f"{SPILL}: {{normal: [1, 0]}}", f"2: assumptions.{SPILL}.normal.1: 0; it should be greater than 0"),
        (
            f"{SPILL}: {{normal: [1, 0.1], low: 3}}",
            f"2: assumptions.{SPILL}.low: 3 leaves nothing; it should be nearer to the middle",
        ),
        (
            f"{SPILL}: {{triangular: [1, 0, 3]}}",
            f"2: assumptions.{SPILL}.triangular: is not in order; it should be least, likeliest, most",
        ),
        (
            "people: {responses: {spill: [0.3, 0.7]}}",
            "2: assumptions.people: has responses, but neither low nor high; a setting is named by its whole path, and "
            f"it should be {FORMS}",
        ),
        ("feed.slate: [20, 60]", "2: assumptions.feed.keep: 64 for a slate of 60; it should be"),
        (
            "feed: [{slate: 10}, {slte: 20}]",
            "2: assumptions.feed.slte: unknown key; did you mean 'slate'?",
        ),
        (f"{SPILL}: {{low: 0, high: 1}}\nsampling: {{samples: 12, method: sobol}}", "3: sampling.samples: 12 is no po"),
        (f"{SPILL}: {{low: 0, high: 1}}\nsampling: 3", "3: sampling: 3; it should be a mapping, as in {method: sobol,"),
        (
            "days: {low: 1, high: 100, levels: 100}\n  feed.slate: {low: 1, high: 100, levels: 100}\n"
            "  feed.keep: [60, 70]",
            "1: assumptions: 20000 combinations; 10000 should do: lists are crossed, {choices: [...]} are sampled",
        ),
    ],
)
def test_what_is_wrong_with_an_assumption_is_told_where_it_was_said(tmp_path: Path, said: str, fault: str) -> None:
    (found,) = told(tmp_path, f"assumptions:\n  {said}\n")
    assert found.startswith(f"a.yaml:{fault}")


def test_assumptions_that_are_no_mapping_are_a_fault(tmp_path: Path) -> None:
    assert told(tmp_path, "assumptions: [x]\n") == [
        "a.yaml:1: assumptions: a list of 1; it should be a mapping, as in people.responses.spill: [0.3, 0.7]"
    ]
    assert told(tmp_path, "days: 1\n", ["assumptions.days=[1, 2]"]) == [
        "--set: assumptions: unknown key; --set with the path of a setting makes it known"
    ]


def test_what_an_arm_says_wrongly_is_not_said_again_by_its_assumptions(tmp_path: Path) -> None:
    text = f"arms: {{x: {{days: -1}}}}\nassumptions: {{{SPILL}: [0.1, 0.2, -3]}}\n"
    assert told(tmp_path, text) == ["a.yaml:1: arms.x.days: -1; it should be at least 1"]


def test_a_study_runs_under_every_assumption_and_says_so(tmp_path: Path) -> None:
    text = (
        "name: s\ndays: 1\nburn_in_days: 0\npopulation: {users: 100}\nranker: {kind: chronological}\n"
        f"assumptions: {{{SPILL}: [0.1, 0.9]}}\n"
    )
    low, high = run(study(tmp_path, text), tmp_path / "runs", engine="here")
    assert low.folder == tmp_path / "runs/s/baseline/spill=0.1/seed=1"
    assert (low.manifest["assumption"], high.manifest["assumption"]) == ("spill=0.1", "spill=0.9")
    assert "spill: 0.9" in open_run(high.folder).scenario_yaml
    assert low.manifest["content_hash"] != high.manifest["content_hash"]
