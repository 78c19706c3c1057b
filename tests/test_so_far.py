"""What a run tells while it goes on is what its tables say of the same ticks afterwards."""

from pathlib import Path

import numpy as np
import pytest

from feedsim.engine.simulation import Progress, Simulation
from feedsim.measures.cells import so_far
from feedsim.measures.tally import VIEWER
from feedsim.results import RunWriter, open_run
from feedsim.scenario import Scenario, load_study
from feedsim.study.events import Told
from feedsim.study.plan import plan_study
from feedsim.study.work import Teller

DAY = 1440


def test_engagement_and_harm_are_per_impression() -> None:
    sums = np.zeros(len(VIEWER) + 4)
    sums[[VIEWER.index(name) for name in ("impressions", "like", "comment", "reshare", "hide")]] = 200, 4, 2, 3, 9
    sums[len(VIEWER) : len(VIEWER) + 2] = 5, 1
    told = so_far(sums, ("misinformation", "hate"))
    assert told == {
        "engagement": (4 + 15 * 2 + 5 * 3) / 200,
        "prevalence_misinformation": 0.025,
        "prevalence_hate": 0.005,
    }
    assert so_far(np.zeros_like(sums), ("misinformation", "hate")) == {}


def test_what_is_told_on_the_way_agrees_with_the_tables(tmp_path: Path) -> None:
    told: list[Progress] = []
    scenario = Scenario.model_validate_json('{"days": 1, "burn_in_days": 1, "population": {"users": 200}}')
    with RunWriter(tmp_path / "run") as writer:
        Simulation(scenario, 1, tell=told.append).run(writer)
        writer.finish({}, "")
    last = told[-1]
    assert all(not one.so_far for one in told if one.day < 1)
    cells = open_run(tmp_path / "run").table("metrics")
    until = (last.day - scenario.burn_in_days) * DAY / scenario.tick_minutes
    of = cells[(cells["metric"] == "prevalence") & (cells["tick"] >= 0) & (cells["tick"] <= until)]
    for harm in ("misinformation", "hate"):
        rows = of[of["harm"] == harm]
        expected = (rows["value"] * rows["n"]).sum() / rows["n"].sum()
        assert last.so_far[f"prevalence_{harm}"] == pytest.approx(expected)


def test_it_is_written_for_live_charts(tmp_path: Path) -> None:
    (tmp_path / "told.yaml").write_text("days: 1\nburn_in_days: 1\n")
    (run,) = plan_study(load_study(tmp_path / "told.yaml"), tmp_path).runs
    with RunWriter(run.folder) as writer:
        heard: list[object] = []
        Teller(writer, heard.append, 0.0, run)(Progress(1.5, 2, 30, {"engagement": 0.2}))
        (line,) = (writer.temporary / "progress.jsonl").read_text().splitlines()
    assert '"so_far": {"engagement": 0.2}' in line
    (event,) = heard
    assert isinstance(event, Told)
    assert event.so_far == {"engagement": 0.2}
