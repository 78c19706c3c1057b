"""What somebody sees who waits."""

from pathlib import Path

import pytest
from sheets import study

from feedsim.study.events import Told
from feedsim.study.live import duration, running_line
from feedsim.study.plan import RunPlan, plan_study

TOLD = Told(day=2.0, days=8, impressions=24_000, seconds=2.0)


@pytest.fixture
def plan(tmp_path: Path) -> RunPlan:
    return plan_study(study(tmp_path, "name: a\ndays: 5\narms: {engagement: {}}"), tmp_path).runs[0]


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (80, "engagement seed=1  day 2.0 of 8  12,000 impressions/s  0:06 left"),
        (60, "engagement seed=1  day 2.0 of 8  12,000 impr./s  0:06 left"),
        (45, "engagement seed=1  day 2.0 of 8  0:06 left"),
        (30, "engagement seed=1  0:06 left"),
    ],
)
def test_the_time_left_is_there_as_long_as_it_fits(plan: RunPlan, width: int, line: str) -> None:
    assert running_line(plan, TOLD, 0.0, width) == line


def test_a_run_that_stands_still_takes_longer(plan: RunPlan) -> None:
    assert running_line(plan, TOLD, 2.0, 80) == "engagement seed=1  day 2.0 of 8  6,000 impressions/s  0:12 left"


def test_whoever_waits_for_a_first_run_is_told_why(plan: RunPlan) -> None:
    assert running_line(plan, None, 1.0, 80) == "engagement seed=1  getting ready"
    assert "compiles" in running_line(plan, None, 9.0, 80)


def test_durations_are_read_at_a_glance() -> None:
    assert [duration(seconds) for seconds in (0.4, 65, 3905)] == ["0:00", "1:05", "1:05:05"]
