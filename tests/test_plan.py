"""What a study has to run."""

from pathlib import Path

from sheets import study

from feedsim.study.plan import plan_study


def test_a_study_runs_every_arm_under_every_assumption_with_every_seed(tmp_path: Path) -> None:
    said = study(tmp_path, "name: s\nseeds: 2\narms: {x: {}, y: {days: 5}}\n")
    other = {arm: scenario.model_copy(update={"tick_minutes": 30}) for arm, scenario in said.arms.items()}
    plan = plan_study(said.model_copy(update={"under": {"a": said.arms, "b": other}}), tmp_path)
    assert [(run.name, str(run.folder.relative_to(tmp_path))) for run in plan.runs][:3] == [
        ("x a seed=1", "s/x/a/seed=1"),
        ("x a seed=2", "s/x/a/seed=2"),
        ("x b seed=1", "s/x/b/seed=1"),
    ]
    assert [(run.arm, run.assumption, run.scenario.tick_minutes) for run in plan.runs if run.seed == 1] == [
        ("x", "a", 15), ("x", "b", 30), ("y", "a", 15), ("y", "b", 30),
    ]  # fmt: skip
    assert len({run.content_hash for run in plan.runs}) == 8


def test_a_study_that_assumes_one_thing_has_no_level_for_it(tmp_path: Path) -> None:
    (run,) = plan_study(study(tmp_path, "name: s\narms: {x: {}}\n"), tmp_path).runs
    assert (run.name, run.assumption, run.folder) == ("x seed=1", "", tmp_path / "s" / "x" / "seed=1")
