"""`feedsim sensitivity`, with runs that are made up, and once with real ones."""

import errno
from collections.abc import Sequence
from pathlib import Path

import pytest
from sheets import told, written
from studies import COLUMNS, users
from typer.testing import CliRunner, Result

from feedsim.beside import read_beside
from feedsim.cli import app
from feedsim.results import RunWriter, find_runs
from feedsim.scenario import dump
from feedsim.study import sensitivity_run
from feedsim.study.engines.protocol import Engine
from feedsim.study.events import Failed
from feedsim.study.live import Watcher
from feedsim.study.plan import RunPlan, StudyPlan, load_plans
from feedsim.study.running import Outcome, conclude
from feedsim.study.sensitivity_run import point_name

SPILL, SLATE, QUALITY = "people.responses.spill", "feed.slate", "people.responses.quality_effect"
TEXT = f"""
name: s
question: What matters?
population: {{users: 100}}
arms:
  first: {{}}
  second: {{days: 5}}
assumptions:
  {SPILL}: {{low: 0, high: 1}}
  {SLATE}: [10, 20]
  {QUALITY}: {{low: 1, high: 2}}
seeds: 2
"""


def written_run(run: RunPlan) -> None:
    """As if it had been run: engagement is 3 x spill + 0.2 x slate, and 5 x spill more in the second arm."""
    responses = run.scenario.people.responses
    value = 3 * responses.spill + 0.2 * run.scenario.feed.slate + run.seed
    value += 5 * responses.spill if run.arm == "second" else 0
    cells = [("engagement_value", "", "", "", "", value)]
    cells += [("prevalence", "hate", "viewer", "age", level, value) for level in ("old", "young")]
    rows = [(-1, -1, metric, harm, side, group, level, "", at, 9) for metric, harm, side, group, level, at in cells]
    with RunWriter(run.folder) as writer:
        writer.add("metrics", dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True)))
        writer.add("users", users())
        writer.finish({"content_hash": run.content_hash, "arm": run.arm, "seed": run.seed}, dump(run.scenario))


class Simulator:
    """Stands in for the processes; stops after so many runs, or fails at one."""

    def __init__(self) -> None:
        self.ran: list[int] = []
        self.stop_after, self.fail = 10**9, False

    def __call__(self, plans: Sequence[StudyPlan], engine: Engine, watcher: Watcher) -> Outcome:
        waiting = plans[0].waiting
        for run in waiting[: self.stop_after]:
            written_run(run)
        self.ran.append(min(len(waiting), self.stop_after))
        failed = [(waiting[0], Failed("it broke", ""))] if self.fail else []
        return Outcome(failed=failed, interrupted=len(waiting) > self.stop_after)


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Simulator:
    found = Simulator()
    monkeypatch.setattr(sensitivity_run, "carry_out", found)
    return found


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return written(tmp_path, TEXT, "s.yaml")


def ask(*words: str) -> Result:
    return CliRunner().invoke(app, ["sensitivity", "s.yaml", *words], env={"COLUMNS": "120"})


def test_it_says_what_it_costs_then_what_moves_what(file: Path, simulator: Simulator) -> None:
    result = ask("--samples", "4")
    assert result.exit_code == 0, result.output
    assert "s: morris of 3 assumptions: 16 points x 2 arms x 2 seeds = 64 runs" in result.stderr
    assert "s: sobol of at most 3 that move most: 20 points x 2 arms x 2 seeds = 80 runs" in result.stderr
    assert "What moves it, by Morris" in result.stdout
    found = read_beside(Path("runs/s"), "sensitivity")
    screened = found[(found["method"] == "morris") & (found["metric"] == "engagement_value")]
    effects = screened.set_index(["arm", "against", "assumption"])["effect"]
    assert effects["first", "", SPILL] == pytest.approx(3)
    assert effects["second", "first", SPILL] == pytest.approx(5)
    # From one of two values to the other: each step of Morris' grid goes over the middle.
    assert effects["first", "", SLATE] == pytest.approx(2 / (2 / 3))
    assert effects["second", "first", SLATE] == pytest.approx(0, abs=1e-9)
    assert (screened["chance"] < 1e-9).all()
    # Quality moves nothing, so that Sobol's indices are not asked of it.
    shares = found[(found["method"] == "sobol") & (found["arm"] == "first")]
    assert set(shares["assumption"]) == {SPILL, SLATE}
    assert {"prevalence"} & set(found["metric"]) == set()


def test_runs_lie_apart_from_the_study_s_own_and_are_never_done_twice(file: Path, simulator: Simulator) -> None:
    ask("--samples", "4", "--method", "morris")
    assert find_runs(Path("runs/s")) == []
    runs = find_runs(Path("runs/s/sensitivity"))
    assert {run.arm for run in runs} == {"first", "second"}
    ask("--samples", "6", "--method", "morris")
    result = ask("--samples", "4", "--method", "morris")
    assert simulator.ran[2] == 0
    assert f"morris: {len(runs)} of {len(runs)} different runs are finished already" in result.stderr
    # Six trajectories begin with those four.
    assert simulator.ran[0] == len(runs)
    assert simulator.ran[1] <= 6 * 4 * 4 - 4 * 4


def test_an_interrupted_analysis_goes_on(file: Path, simulator: Simulator) -> None:
    simulator.stop_after = 10
    result = ask("--samples", "4", "--method", "morris", "--quiet")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "the same command goes on from here" in result.stderr
    assert read_beside(Path("runs/s"), "sensitivity").empty
    simulator.stop_after = 10**9
    assert ask("--samples", "4", "--method", "morris", "--quiet").exit_code == 0
    assert len(find_runs(Path("runs/s/sensitivity"))) == sum(simulator.ran)


def test_a_failed_run_ends_it_with_1(file: Path, simulator: Simulator) -> None:
    simulator.fail = True
    result = ask("--samples", "2")
    assert result.exit_code == 1
    assert "1 run failed; morris needs every run. The others are kept." in result.stderr


def test_what_moved_the_answer_of_other_settings_is_not_in_the_report(file: Path, simulator: Simulator) -> None:
    def page(*sets: str) -> str:
        (plan,) = load_plans([file], sets, [], [], Path("runs"))
        for run in plan.waiting:
            written_run(run)
        report = conclude(plan)
        assert report is not None
        return report.read_text(encoding="utf-8")

    title = "Which assumptions matter?"
    assert title not in page()
    assert ask("--samples", "2", "--method", "morris").exit_code == 0
    assert title in page()
    # Of other arms, and of another range.
    assert title not in page("population.users=101")
    file.write_text(TEXT.replace("{low: 1, high: 2}", "{low: 1, high: 3}"))
    assert title not in page()
    file.write_text(TEXT)
    assert title in page()


def test_what_can_t_be_written_is_told_and_ends_with_1(
    file: Path, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*said: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sensitivity_run, "write_beside", full)
    result = ask("--samples", "2", "--quiet")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "failed  s: what was found can't be written: No space left on device\n"


def test_a_named_metric_is_analysed_by_group_too(file: Path, simulator: Simulator) -> None:
    assert ask("--samples", "2", "--method", "sobol", "--metric", "prevalence").exit_code == 0
    found = read_beside(Path("runs/s"), "sensitivity")
    assert set(found["level"]) == {"old", "young"}
    assert set(found["metric"]) == {"prevalence"}
    assert set(found["method"]) == {"sobol"}
    assert found["first_order"].notna().all()


def test_where_nothing_moves_there_is_nothing_to_share_out(file: Path, simulator: Simulator) -> None:
    sets = ["--set", f"{SPILL}=0.5", "--set", f"{SLATE}=20"]
    result = ask("--samples", "2", *sets)
    assert result.exit_code == 0, result.output
    assert "No assumption moves any of these" in result.stderr
    found = read_beside(Path("runs/s"), "sensitivity")
    assert set(found["method"]) == {"morris"}
    assert (found["effect"] == 0).all()


def test_a_metric_that_no_run_has_is_a_fault(file: Path, simulator: Simulator) -> None:
    result = ask("--samples", "2", "--metric", "recall")
    assert result.exit_code == 2
    assert "--metric: not every run has recall; it should be one that all arms have" in result.stderr


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--metric", "engagement"], "--metric: there is no metric 'engagement'; did you mean 'engagement_value'?"),
        (["--set", f"{SPILL}=0.5", "--set", f"{SLATE}=20", "--set", f"{QUALITY}=1"],
         "s.yaml: assumptions: there are none; it should name what is not known, as in people.responses.spill: "),
        (["--arm", "third"], "--arm: there is no arm 'third'; it should be one of first, second"),
    ],
)  # fmt: skip
def test_what_can_t_be_asked_is_a_fault(file: Path, simulator: Simulator, words: list[str], fault: str) -> None:
    result = ask(*words)
    assert result.exit_code == 2
    assert result.stderr.startswith(fault)
    assert not Path("runs").exists()


def test_a_point_that_is_no_scenario_is_a_fault_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, f"name: s\nassumptions:\n  {SLATE}: {{low: 10, high: 90}}\n", "s.yaml")
    result = ask("--method", "morris")
    assert result.exit_code == 2
    assert result.stderr.startswith("s.yaml:3: assumptions.feed.keep: 64 for a slate of ")
    assert not Path("runs").exists()


def test_an_arm_can_t_be_called_what_the_runs_are(tmp_path: Path) -> None:
    assert told(tmp_path, "arms: {sensitivity: {}}\n") == [
        "a.yaml:1: arms.sensitivity: 'sensitivity' is a folder of the study; it should be called something else"
    ]


def test_a_point_is_named_by_its_values() -> None:
    assert point_name({"a": 1, "b": 2}) == point_name({"b": 2, "a": 1}) != point_name({"a": 1, "b": 3})


def test_a_small_real_analysis_finds_that_a_longer_feed_shows_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "name: s\ndays: 1\nburn_in_days: 0\npopulation: {users: 100}\nranker: {kind: chronological}\n"
    written(tmp_path, f"{text}assumptions: {{people.minds.look_on: {{low: 0.6, high: 0.98}}}}\n", "s.yaml")
    result = ask("--method", "morris", "--samples", "2", "--metric", "impressions", "--quiet", "--engine", "here")
    assert result.exit_code == 0, result.stderr
    found = read_beside(Path("runs/s"), "sensitivity")
    everyone = found[(found["group"] == "") & (found["part"] == "")]
    assert everyone["effect"].item() > 5
    assert everyone["chance"].isna().all()
