"""Adding seeds until a difference is known well enough: the looks, what they cover, and the whole loop without a
simulation."""

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats
from studies import COLUMNS, users
from test_compare import cells
from typer.testing import CliRunner

import feedsim
from feedsim.cli import app
from feedsim.faults import Faults
from feedsim.results import RunWriter, read_comparison, read_summary
from feedsim.scenario import load_study
from feedsim.study.adding import carry_out_until, goals_of
from feedsim.study.events import Failed
from feedsim.study.inference import t_half_width
from feedsim.study.plan import RunPlan, StudyPlan, load_plans, plan_study
from feedsim.study.precision import Precision
from feedsim.study.running import Outcome, conclude
from feedsim.study.until import LOOK_LEVEL, Goal, counted_on, looks, read_goals, widths

STUDY = """
name: grows
question: Does it grow?
days: 1
population: {users: 200}
arms: {old: {}, new: {ranker: {kind: random}}}
seeds: [3, 1]
"""
Draw = Callable[[tuple[int, int]], npt.NDArray[np.float64]]


def test_looks_are_at_ten_seeds_and_then_at_half_as_many_more() -> None:
    assert list(looks(2, 100)) == [10, 15, 23, 35, 53, 80, 100]
    assert list(looks(12, 20)) == [12, 18, 20]
    assert list(looks(1, 10)) == [10]
    # What the study asks for is never cut.
    assert list(looks(30, 20)) == [30]


def test_seeds_are_counted_on_from_the_greatest() -> None:
    assert counted_on([3, 1], 5) == (3, 1, 4, 5, 6)
    assert counted_on([3, 1], 2) == (3, 1)


# How often a sequence of looks covers the truth


def covered(draw: Draw, mean: float, level: float, share: bool = False, most: int = 100) -> float:
    """The least share of sequences whose interval, when they stop, holds the mean: over spreads that stop anywhere.

    With `share` the half-width is asked for as a share of the mean that was seen, so that it depends on it.
    """
    x = draw((5000, most))
    sums, squares, sd = x.cumsum(axis=1), (x**2).cumsum(axis=1), x.std()
    found = []
    for wanted in 1.96 * sd / np.sqrt(np.geomspace(5, most, 10)):
        going, held = np.ones(len(x), bool), 0
        for n in looks(1, most):
            seen = sums[:, n - 1] / n
            half = t_half_width(np.sqrt((squares[:, n - 1] - n * seen**2) / (n - 1)), n, level)
            stops = going & ((half <= wanted * (np.abs(seen / mean) if share else 1)) | (n == most))
            held += int((np.abs(seen - mean) <= half)[stops].sum())
            going &= ~stops
        assert not going.any()
        found.append(held / len(x))
    return min(found)


def test_looking_again_and_again_still_covers_95_percent() -> None:
    rng = np.random.default_rng(4)
    assert covered(rng.standard_normal, 0, LOOK_LEVEL) >= 0.955
    assert covered(lambda shape: rng.standard_t(5, shape), 0, LOOK_LEVEL) >= 0.955
    assert covered(lambda shape: rng.uniform(-1, 1, shape), 0, LOOK_LEVEL) >= 0.95
    assert covered(lambda shape: 1 + 0.3 * rng.standard_normal(shape), 1, LOOK_LEVEL, share=True) >= 0.95


def test_intervals_of_95_percent_would_not() -> None:
    assert covered(np.random.default_rng(4).standard_normal, 0, 0.95) < 0.945


def test_skewed_differences_are_covered_no_worse_than_by_one_look() -> None:
    def draw(shape: tuple[int, int]) -> npt.NDArray[np.float64]:
        return np.random.default_rng(5).lognormal(0, 0.5, shape)

    mean = math.exp(0.125)
    first = draw((5000, 100))[:, :10]
    half = t_half_width(first.std(axis=1, ddof=1), 10)
    assert covered(draw, mean, LOOK_LEVEL) >= (np.abs(first.mean(axis=1) - mean) <= half).mean() - 0.005


# What is asked for


def test_goals_are_read() -> None:
    read = read_goals(["clicks=0.5%", "prevalence[hate]=0.01", "prevalence=2 %"], ["clicks", "prevalence"], ["hate"])
    assert read == (
        Goal("clicks", None, Precision(0.5, True)),
        Goal("prevalence", "hate", Precision(0.01, False)),
        Goal("prevalence", None, Precision(2, True)),
    )
    assert list(map(str, read)) == ["clicks=0.5%", "prevalence[hate]=0.01", "prevalence=2%"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("clicks", "'clicks'; it should be METRIC=0.5%, or METRIC[HARM]=0.5%"),
        ("clicks=", "'clicks='; it should be METRIC=0.5%, or METRIC[HARM]=0.5%"),
        ("", "''; it should be METRIC=0.5%, or METRIC[HARM]=0.5%"),
        ("=1%", "'=1%'; it should be METRIC=0.5%, or METRIC[HARM]=0.5%"),
        ("click=1%", "there is no metric 'click'; did you mean 'clicks'?"),
        ("prevalence[]=1%", "'prevalence[]=1%'; it should be METRIC=0.5%, or METRIC[HARM]=0.5%"),
        ("prevalence:hate=1%", "'prevalence:hate=1%'; it should be METRIC=0.5%, or METRIC[HARM]=0.5%"),
        ("prevalence[hat]=1%", "there is no harm 'hat'; did you mean 'hate'?"),
        ("prevalence[a:b]=1%", "there is no harm 'a:b'; it should be one of hate, lies"),
        ("clicks=0%", "'0%'; it should be a number above 0, such as 0.5% (of a mean) or 0.01"),
        ("clicks=-1", "'-1'; it should be a number above 0, such as 0.5% (of a mean) or 0.01"),
        ("clicks=1%=2%", "'1%=2%'; it should be a number above 0, such as 0.5% (of a mean) or 0.01"),
    ],
)
def test_what_is_no_goal_is_a_fault(text: str, fault: str) -> None:
    with pytest.raises(Faults) as error:
        read_goals([text], ["clicks", "prevalence"], ["hate", "lies"])
    assert str(error.value) == f"--until-precision: {fault}"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("amplification=1%", "'amplification' is measured by group only"),
        ("engagement_value[hate]=1%", "engagement_value is not measured by class of harm"),
    ],
)
def test_what_nothing_will_ever_measure_is_a_fault_before_anything_runs(text: str, wrong: str) -> None:
    with pytest.raises(Faults, match=wrong):
        read_goals([text], ["amplification", "engagement_value"], ["hate"])


def test_all_faults_are_told() -> None:
    with pytest.raises(Faults) as error:
        read_goals(["a=1", "b=1", "clicks=1"], ["clicks"], [])
    assert len(error.value.faults) == 2


# What a look sees


def test_a_look_sees_the_width_of_every_arm_s_difference_to_the_first() -> None:
    summary = cells({"a": [100.0, 102.0, 98.0], "b": [101.0, 104.0, 97.0], "c": [1.0, 2.0, 3.0]})
    seen = widths(summary, [Goal("prevalence", None, Precision(2, True))])
    half = stats.t.ppf(0.9875, 2) * np.std([1.0, 2.0, -1.0], ddof=1) / math.sqrt(3)
    assert seen["arm"].tolist() == ["b", "c"]
    assert seen["half_width"][0] == pytest.approx(half)
    assert seen["wanted"].tolist() == [2.0, 2.0]
    assert seen["needed"][0] > 3


def test_of_one_arm_the_mean_itself_should_be_known() -> None:
    seen = widths(cells({"a": [100.0, 102.0, 98.0]}), [Goal("prevalence", None, Precision(0.1, False))])
    assert seen["half_width"].tolist() == pytest.approx([stats.t.ppf(0.9875, 2) * 2 / math.sqrt(3)])
    assert (seen["base"][0], seen["wanted"][0], seen["seeds"][0]) == (100.0, 0.1, 3)


# The loop


def leave_run(run: RunPlan, value: float) -> None:
    """A finished run of two cells, as the simulation would have left it."""
    rows = [
        (-1, -1, "engagement_value", "", "", "", "", "", value, 10),
        (-1, -1, "prevalence", "hate", "", "", "", "", 0.0 if run.arm == "old" else value / 100, 10),
        (-1, 0, "engagement_value", "", "", "", "", "", value, 10),
    ]
    with RunWriter(run.folder) as writer:
        writer.add("metrics", dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))
        writer.add("users", users())
        writer.finish({"content_hash": run.content_hash, "study": run.study, "seed": run.seed}, "days: 1\n")


def carrier(spread: float, carried: list[int]) -> Callable[[Sequence[StudyPlan]], Outcome]:
    """Leaves runs whose arms differ by 1, and by `spread` more or less with every other seed."""

    def carry(plans: Sequence[StudyPlan]) -> Outcome:
        carried.append(sum(len(plan.waiting) for plan in plans))
        for run in (run for plan in plans for run in plan.waiting):
            leave_run(run, 10 + (run.arm == "new") * (1 + spread * (-1) ** run.seed))
        return Outcome()

    return carry


@pytest.fixture
def plan(tmp_path: Path) -> StudyPlan:
    (tmp_path / "grows.yaml").write_text(STUDY)
    return plan_study(load_study(tmp_path / "grows.yaml"), tmp_path / "runs")


def needed(spread: float, wanted: float) -> int:
    """The first look at which alternating differences are known to this half-width."""
    for n in looks(2, 100):
        d = 1 + spread * (-1.0) ** np.array(counted_on([3, 1], n))
        if stats.t.ppf(0.9875, n - 1) * d.std(ddof=1) / math.sqrt(n) <= wanted:
            return n
    return 100


def test_seeds_are_added_until_it_is_known_as_well(plan: StudyPlan) -> None:
    goals, carried, lines = goals_of(["engagement_value=3%"], [plan]), list[int](), list[str]()
    (ended,), outcome = carry_out_until([plan], goals, 100, carrier(0.5, carried), lines.append)
    assert needed(0.5, 0.3) == 23
    assert (len(ended.study.seeds), outcome.failed) == (23, [])
    assert ended.study.seeds[:4] == (3, 1, 4, 5)
    # What a look has is not run again at the next.
    assert carried == [20, 10, 16]
    # Four seeds of 1.5 and six of 0.5: 2.685 x 0.5164 / 3.162 of 10.
    assert lines[0].startswith("wide    grows: new engagement_value ±4.38 %, 3 % wanted, with 10 seeds; as it seems, ")
    assert lines[-1] == "precise grows: engagement_value=3% is reached with 23 seeds"


def test_the_same_command_goes_on_and_what_is_there_is_kept(plan: StudyPlan) -> None:
    goals, first, again = goals_of(["engagement_value=3%"], [plan]), list[int](), list[int]()
    carry_out_until([plan], goals, 16, carrier(0.5, first), lambda line: None)
    (ended,), _ = carry_out_until([plan], goals, 100, carrier(0.5, again), lambda line: None)
    assert first == [20, 10, 2]
    # Looks are at the same seeds as if it had never stopped, whatever else is there.
    assert again == [0, 0, 14]
    assert len(ended.study.seeds) == 23


def test_it_ends_at_the_most_seeds_and_says_so(plan: StudyPlan) -> None:
    lines: list[str] = []
    goals = goals_of(["engagement_value=0.01"], [plan])
    (ended,), _ = carry_out_until([plan], goals, 12, carrier(0.6, []), lines.append)
    assert len(ended.study.seeds) == 12
    assert lines[-1].startswith("stopped grows: new engagement_value ±0.4")
    assert lines[-1].endswith(", but --max-seeds is 12")


def test_no_spread_at_all_is_known_with_ten(plan: StudyPlan) -> None:
    lines: list[str] = []
    goals = goals_of(["engagement_value=0.01%"], [plan])
    (ended,), _ = carry_out_until([plan], goals, 100, carrier(0.0, []), lines.append)
    assert (len(ended.study.seeds), lines) == (10, ["precise grows: engagement_value=0.01% is reached with 10 seeds"])


def test_a_percentage_of_nothing_is_not_waited_for(plan: StudyPlan) -> None:
    lines: list[str] = []
    goals = goals_of(["prevalence[hate]=1%"], [plan])
    (ended,), _ = carry_out_until([plan], goals, 100, carrier(0.6, []), lines.append)
    assert len(ended.study.seeds) == 10
    assert lines[0].endswith("the mean of old is 0, of which there is no percentage; name a number")


def test_what_is_not_measured_is_a_fault(plan: StudyPlan) -> None:
    with pytest.raises(Faults, match="'animosity=1%': grows has no such measure of everyone"):
        carry_out_until([plan], goals_of(["animosity=1%"], [plan]), 100, carrier(0.6, []), print)


def test_a_failure_ends_it(plan: StudyPlan) -> None:
    def fails(plans: Sequence[StudyPlan]) -> Outcome:
        return Outcome(failed=[(plans[0].runs[0], Failed("it broke", ""))])

    (ended,), outcome = carry_out_until([plan], goals_of(["engagement_value=1%"], [plan]), 100, fails, print)
    assert (len(ended.study.seeds), len(outcome.failed)) == (10, 1)


def test_an_interruption_ends_it_for_all_studies(plan: StudyPlan) -> None:
    plans, outcome = carry_out_until(
        [plan, plan], goals_of(["engagement_value=1%"], [plan]), 100, lambda some: Outcome(interrupted=True), print
    )
    assert outcome.interrupted
    assert [len(plan.study.seeds) for plan in plans] == [10, 2]


def test_a_place_that_is_taken_is_a_fault(plan: StudyPlan) -> None:
    taken = plan.folder / "old" / "seed=12"
    taken.mkdir(parents=True)
    (taken / "notes.txt").touch()
    with pytest.raises(Faults, match="seed=12: is no run of feedsim"):
        carry_out_until([plan], goals_of(["engagement_value=0.01"], [plan]), 100, carrier(0.6, []), lambda line: None)


def test_all_seeds_are_in_the_summary_and_the_comparison(plan: StudyPlan, tmp_path: Path) -> None:
    (loaded,) = load_plans([tmp_path / "grows.yaml"], [], [], [], tmp_path / "runs")
    goals = goals_of(["engagement_value=5%"], [loaded])
    (ended,), _ = carry_out_until([loaded], goals, 100, carrier(0.6, []), lambda line: None)
    assert conclude(ended) is not None
    assert sorted(set(read_summary(ended.folder)["seed"])) == sorted(ended.study.seeds)
    rows = read_comparison(ended.folder)
    assert rows["seeds"].tolist() == [len(ended.study.seeds)] * 2
    assert rows["method"].tolist() == ["bca", "bca"]


def test_python_adds_the_seeds_that_the_command_adds(tmp_path: Path) -> None:
    text = "name: grows\ndays: 1\nburn_in_days: 0\ntick_minutes: 120\npopulation: {users: 60}\n"
    text += "arms: {old: {ranker: {kind: chronological}}, new: {ranker: {kind: random}}}\n"
    (tmp_path / "grows.yaml").write_text(text)
    goal = "engagement_value=0.000001"
    study = load_study(tmp_path / "grows.yaml")
    found = feedsim.run(study, tmp_path, engine="here", until_precision=goal, max_seeds=11)
    assert [run.folder.name for run in found] == 2 * [f"seed={seed}" for seed in range(1, 12)]
    words = ["--until-precision", goal, "--max-seeds", "11", "--out", str(tmp_path)]
    result = CliRunner().invoke(app, ["run", str(tmp_path / "grows.yaml"), *words])
    assert "kept    grows: 22 of 22 runs are finished already" in result.stderr
    assert result.stderr.splitlines()[-1].endswith("but --max-seeds is 11")


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"until_precision": "clics=1%"}, "--until-precision: there is no metric 'clics'"),
        ({"until_precision": ["prevalence[hat]=1%"]}, "--until-precision: there is no harm 'hat'; did you mean 'hate'"),
        ({"until_precision": "sessions=1%", "max_seeds": 9}, "--max-seeds: 9; it should be at least 10"),
        ({"max_seeds": 20}, "--max-seeds: 20, and nothing asks for more seeds"),
        ({"engine": "hear"}, "--engine: there is no engine 'hear'; did you mean 'here'"),
        ({"workers": 0}, "--workers: 0; it should be at least 1"),
    ],
)
def test_what_python_asks_wrongly_is_a_fault_before_anything_runs(
    tmp_path: Path, asked: dict[str, Any], wrong: str
) -> None:
    (tmp_path / "grows.yaml").write_text(STUDY)
    with pytest.raises(Faults, match=re.escape(wrong)):
        feedsim.run(load_study(tmp_path / "grows.yaml"), tmp_path / "runs", **asked)
    assert not (tmp_path / "runs").exists()
