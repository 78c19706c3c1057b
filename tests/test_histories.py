"""One history, many futures: what arms share is lived once, to the same bits as if each had lived it alone."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sheets import study, written
from test_laws import DESK
from test_snapshots import assert_equal_runs
from typer.testing import CliRunner
from worlds import settings

from feedsim.cli import app
from feedsim.engine.snapshot import ARRAYS, about
from feedsim.faults import Faults
from feedsim.results import find_runs, open_run
from feedsim.scenario import Scenario
from feedsim.study.engines.here import HereEngine
from feedsim.study.events import Done, Event
from feedsim.study.histories import FOLDER, Past, first_difference, with_histories
from feedsim.study.live import Board, Silent
from feedsim.study.plan import RunPlan, plan_study
from feedsim.study.running import carry_out
from feedsim.study.stored import differing, gone_on

MANY = """
name: many
days: 3
burn_in_days: 2
tick_minutes: 60
seeds: [4]
population: {users: 150, ordinary_false_share: 0.5, ordinary_hostile_share: 0.5}
ranker: {trees: 5, leaves: 4}
measures: {impression_sample: 0.2}
detectors: {kind: learned, min_positives: 20, trees: 5, retrain_days: 1}
review: {kind: desk, audit_share: 0.5, reviewers_per_10000: 100, reports: 1}
policies:
  base: {kind: demote, harm: hate, threshold: 0.2}
arms:
  bare: {policies: {base: null}, detectors: {kind: none}}
  as_it_is: {}
  late: {policies: {strikes: {kind: strikes, start_day: 2}, angry: {kind: reaction_weights, start_day: 2}}}
  later: {policies: {first: {kind: remove, harm: hate, threshold: 0.2, start_day: 2}, base: {strength: 0.7}}}
  removed: {policies: {first: {kind: remove, harm: hate, threshold: 0.2, start_day: 2}}}
  chronological: {ranker: {kind: chronological}}
  weights: {ranker: {weights: {comment: 30}}}
  bridging: {policies: {bridge: {kind: bridging, start_day: 2}}}
  oracle: {detectors: {kind: oracle}}
  burn_in: {policies: {checks: {kind: fact_check, start_day: -1}}}
"""
"""Arms that part at the end of burn-in, and arms that part on the second day; some share nothing."""


def jobs_of(folder: Path, text: str = MANY) -> dict[str, RunPlan]:
    """What is run, by name; a history by what it is for."""
    plan = plan_study(study(folder, text), folder / "runs")
    return {job.arm: job for job in with_histories(plan.runs, plan.folder)}


def test_arms_share_what_they_have_in_common_and_share_it_on(tmp_path: Path) -> None:
    jobs = jobs_of(tmp_path)
    first, second = jobs["history of 7 arms to day 0"], jobs["history of 3 arms to day 2"]
    assert [name for name, job in jobs.items() if job.history == second.folder] == ["as_it_is", "late", "removed"]
    assert {name for name, job in jobs.items() if job.history is None} == {first.arm, "bridging", "oracle", "burn_in"}


def test_every_seed_has_histories_of_its_own(tmp_path: Path) -> None:
    plan = plan_study(study(tmp_path, MANY.replace("[4]", "[4, 5]")), tmp_path / "runs")
    jobs = with_histories(plan.runs, plan.folder)
    of = {seed: [job for job in jobs if job.seed == seed] for seed in (4, 5)}
    assert len(of[4]) == len(of[5]) == 12
    assert {job.folder for job in of[4]} & {job.folder for job in of[5]} == set()
    assert {job.history for job in of[4]} & {job.history for job in of[5]} == {None}


def test_a_history_is_lived_before_whoever_goes_on_from_it(tmp_path: Path) -> None:
    for job in jobs_of(tmp_path).values():
        assert job.needs == (() if job.history is None else (job.history,))
        assert (job.from_day is None) == (job.history is None)


@pytest.mark.parametrize(
    "text",
    [MANY.replace("burn_in_days: 2", "burn_in_days: 0").partition("arms:")[0] + "arms: {a: {}, b: {days: 2}}",
     MANY.partition("arms:")[0], MANY.partition("arms:")[0] + "arms: {a: {}, b: {population: {users: 201}}}"],
)  # fmt: skip
def test_where_nothing_is_shared_runs_are_as_they_were(tmp_path: Path, text: str) -> None:
    plan = plan_study(study(tmp_path, text), tmp_path / "runs")
    assert {job.folder: job for job in with_histories(plan.runs, plan.folder)} == {run.folder: run for run in plan.runs}


def test_arms_that_are_alike_until_a_later_day_share_one_history_and_not_two(tmp_path: Path) -> None:
    arms = "arms: {a: {}, b: {policies: {s: {kind: strikes, start_day: 2}}}}"
    jobs = jobs_of(tmp_path, MANY.partition("arms:")[0] + arms)
    assert list(jobs) == ["history of 2 arms to day 2", "a", "b"]


@pytest.mark.parametrize(
    ("said", "day", "alike"),
    [
        ({}, 0, True),
        ({"days": 9}, 1, True),
        ({"snapshot_every_days": 1}, 1, True),
        ({"ranker.trees": 9}, 0, True),
        ({"ranker.trees": 9}, 1, False),
        ({"ranker.training_rows": 999}, 0, False),
        ({"detectors.trees": 9}, 0, True),
        ({"detectors.trees": 9}, 1, False),
        ({"detectors": {"kind": "oracle"}}, 0, False),
        ({"review.threshold": 0.3}, 0, False),
        ({"feed.slate": 10}, 0, False),
        ({"people.minds.look_on": 0.5}, 0, False),
        ({"measures.impression_sample": 0.3}, 0, False),
        ({"policies": {"it": {"kind": "strikes"}}}, 0, True),
        ({"policies": {"it": {"kind": "strikes"}}}, 1, False),
        ({"policies": {"it": {"kind": "strikes", "start_day": 2}}}, 2, True),
        ({"policies": {"it": {"kind": "strikes", "start_day": -1}}}, 0, False),
        # Audiences are counted from the start on, and other heads asked.
        ({"policies": {"it": {"kind": "bridging", "start_day": 2}}}, 0, False),
        ({"policies": {"it": {"kind": "reaction_weights", "reactions": {"hide": 1.0}, "start_day": 2}}}, 0, True),
        ({"policies": {"it": {"kind": "reaction_weights", "reactions": {"hide": 1.0}, "start_day": 2}}}, 2, False),
    ],
)  # fmt: skip
def test_pasts_are_alike_where_nothing_that_differs_can_have_had_a_say(
    said: dict[str, Any], day: int, alike: bool
) -> None:
    one, other = Past.of(DESK, day), Past.of(settings(DESK, said), day)
    assert one.serves(other) == other.serves(one) == alike
    assert (one.key(1) == other.key(1)) == alike
    assert one.key(1) != one.key(2)


def test_who_learns_nothing_goes_on_from_the_history_of_who_does_and_not_the_other_way_round() -> None:
    plain = settings(DESK, {"ranker": {"kind": "chronological"}, "detectors": {"kind": "none"}})
    teams, nobody = Past.of(DESK, 0), Past.of(plain, 0)
    assert teams.serves(nobody)
    assert not nobody.serves(teams)


def test_without_anything_that_holds_harm_back_nothing_is_counted_of_it() -> None:
    """A policy that acts later is none until then, but for the books."""
    bare = Scenario()
    later = settings(bare, {"policies": {"it": {"kind": "strikes", "start_day": 2}}})
    assert Past.of(bare, 0) == Past.of(later, 0)
    assert first_difference(Past.of(bare, 2).data, Past.of(later, 2).data) == (("counted",), False, True)


# Running


class Ends(Silent):
    """What was run, in the order in which it ended."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def hear(self, run: RunPlan, event: Event) -> None:
        if isinstance(event, Done):
            self.names.append(run.name)


@pytest.fixture(scope="module")
def alone_and_shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The study with every run by itself, and with what they share lived once."""
    folder = tmp_path_factory.mktemp("many")
    many = study(folder, MANY)
    for name, share in (("alone", False), ("shared", True)):
        outcome = carry_out([plan_study(many, folder / name)], HereEngine(), Silent(), share)
        assert outcome.failed == []
        assert len(outcome.done) == 10
    return folder / "alone" / "many", folder / "shared" / "many"


def test_sharing_changes_no_bit_of_any_run(alone_and_shared: tuple[Path, Path]) -> None:
    alone, shared = alone_and_shared
    runs = find_runs(alone)
    assert len(runs) == 10
    for run in runs:
        assert_equal_runs(run.path, shared / run.path.relative_to(alone))


def test_histories_are_gone_when_a_study_has_ended(alone_and_shared: tuple[Path, Path]) -> None:
    for folder in alone_and_shared:
        assert [path.name for path in folder.rglob(".*")] == []


def test_the_manifest_tells_what_a_run_did_not_live_itself(alone_and_shared: tuple[Path, Path]) -> None:
    alone, shared = (open_run(folder / "late" / "seed=4").manifest for folder in alone_and_shared)
    assert (alone["went_on_from_day"], alone["impressions_before"]) == (None, 0)
    assert shared["went_on_from_day"] == 2
    assert shared["impressions"] == alone["impressions"]
    lived = shared["stages"]["respond"]["rows"]
    assert lived + shared["impressions_before"] == shared["impressions"]
    assert 0 < lived < 0.3 * shared["impressions"]
    assert shared["content_hash"] == alone["content_hash"]


def test_a_history_that_an_earlier_command_left_is_not_lived_again(tmp_path: Path) -> None:
    text = MANY.partition("arms:")[0] + "arms: {a: {}, b: {ranker: {kind: random}}}"
    plan = plan_study(study(tmp_path, text), tmp_path / "runs")

    class Impatient(Ends):
        def hear(self, run: RunPlan, event: Event) -> None:
            super().hear(run, event)
            if isinstance(event, Done):
                raise KeyboardInterrupt

    assert carry_out([plan], HereEngine(), Impatient()).interrupted
    (left,) = (plan.folder / FOLDER).iterdir()
    assert about(left).minute == 0
    heard = Ends()
    carry_out([plan], HereEngine(), heard)
    assert sorted(heard.names) == ["a seed=4", "b seed=4"]
    assert not (plan.folder / FOLDER).exists()


def test_a_history_that_has_gone_is_lived_again(tmp_path: Path) -> None:
    text = MANY.partition("arms:")[0] + "arms: {a: {}, b: {ranker: {kind: random}}}"
    plan = plan_study(study(tmp_path, text), tmp_path / "runs")

    class Careless(Ends):
        def hear(self, run: RunPlan, event: Event) -> None:
            super().hear(run, event)
            if isinstance(event, Done) and run.until_day is not None:
                shutil.rmtree(run.folder)

    heard = Careless()
    assert carry_out([plan], HereEngine(), heard).failed == []
    assert len(heard.names) == 3
    assert [open_run(run.folder).manifest["went_on_from_day"] for run in plan.runs] == [None, None]


def test_a_history_is_no_run_in_the_count_of_those_that_ended(tmp_path: Path) -> None:
    board = Board(2)
    for job in jobs_of(tmp_path).values():
        board.note(job, Done({}))
    assert board.ended == 10


# From a stored history


PAST = """
name: past
days: 2
burn_in_days: 1
tick_minutes: 60
seeds: 2
snapshot_every_days: 1
population: {users: 150}
ranker: {trees: 5, leaves: 4}
detectors: {kind: oracle}
"""
FUTURE = """
extends: past.yaml
name: future
days: 3
snapshot_every_days: 0
arms:
  same: {}
  removed: {policies: {out: {kind: remove, harm: hate, start_day: 1}}}
"""


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study whose runs keep snapshots."""
    folder = tmp_path_factory.mktemp("past")
    plan = plan_study(study(folder, PAST), folder / "runs")
    assert len(carry_out([plan], HereEngine(), Silent()).done) == 2
    written(folder, PAST, "past.yaml")
    return folder


def test_a_run_keeps_the_snapshots_that_it_was_told_to(past: Path) -> None:
    run = past / "runs/past/baseline/seed=1"
    assert sorted(path.name for path in (run / "snapshots").iterdir()) == ["day=0", "day=1", "day=2"]
    assert [about(run / "snapshots" / f"day={day}").minute for day in (0, 1, 2)] == [0, 1440, 2880]
    assert not any((run / "parts").glob("*"))


@pytest.mark.parametrize(("said", "seeds"), [("baseline/seed=2@1", [2]), ("baseline@1", [1, 2]), ("baseline@0", [1])])
def test_new_arms_go_on_from_a_stored_history_to_the_same_bits(
    past: Path, tmp_path: Path, said: str, seeds: Sequence[int]
) -> None:
    future = study(past, FUTURE).model_copy(update={"seeds": tuple(seeds)})
    plan = gone_on(plan_study(future, tmp_path / "from"), f"{past}/runs/past/{said}")
    carry_out([plan], HereEngine(), Silent())
    carry_out([plan_study(future, tmp_path / "alone")], HereEngine(), Silent(), share=False)
    runs = find_runs(tmp_path / "alone" / "future")
    assert len(runs) == 2 * len(seeds)
    for run in runs:
        other = tmp_path / "from" / run.path.relative_to(tmp_path / "alone")
        assert_equal_runs(run.path, other)
        assert open_run(other).manifest["went_on_from_day"] >= int(said[-1])


def refusal(past: Path, text: str, said: str) -> str:
    """The one line that is said of a study that can't go on from there."""
    with pytest.raises(Faults) as told:
        gone_on(plan_study(study(past, text), past / "no"), said.format(past / "runs/past/baseline"))
    (line,) = str(told.value).splitlines()
    return line.replace(f"{past}/", "")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("{}/seed=1", "there is no day in it; it should be RUN@DAY, such as"),
        ("@1", "there is no day in it; it should be RUN@DAY, such as"),
        ("{}@7", "seed=1 keeps no snapshot of that day; there are those of day 0, 1, 2"),
        (
            "{}/seed=2@1",
            "it is of seed 2, and the study has seed 1 too; name its arm, runs/past/baseline, or choose by",
        ),
    ],
)
def test_what_is_no_history_is_refused(past: Path, said: str, told: str) -> None:
    text = FUTURE + "seeds: 1\n"
    assert refusal(past, text, said).startswith("--from: ")
    assert told in refusal(past, text, said)


@pytest.mark.parametrize(
    ("arm", "day", "told"),
    [
        ("{policies: {out: {kind: remove, harm: hate}}}", 1, "a.yaml:3: arms.it.policies.out: a mapping of 6 in the "
         "arm 'it', nothing in runs/past/baseline until day 1; what goes on from a history should have lived the same "
         "until then; a policy that it has not may have the start_day 1 or a later one"),
        ("{feed: {slate: 10}}", 0, "a.yaml:3: arms.it.feed.slate: 10 in the arm 'it', 20 in runs/past/baseline"),
        ("{ranker: {training_rows: 500}}", 0, "a.yaml:3: arms.it.ranker.training_rows: 500 in the arm 'it'"),
        ("{detectors: {kind: none}}", 0, "a.yaml:3: arms.it.detectors.kind: 'none' in the arm 'it', 'oracle' in"),
        ("{days: 1}", 1, "the arm 'it' has 1 days only; it should be a day before"),
    ],
)  # fmt: skip
def test_what_has_lived_otherwise_is_told_at_its_line(past: Path, arm: str, day: int, told: str) -> None:
    line = refusal(past, f"extends: past.yaml\narms:\n  it: {arm}\n", f"{{}}@{day}")
    assert told in line


def test_policies_in_another_order_are_another_past() -> None:
    two = {"a": {"kind": "strikes"}, "b": {"kind": "source_diversity"}}
    one, other = (settings(DESK, {"policies": said}) for said in (two, dict(reversed(two.items()))))
    assert differing(one, one, 1) is None
    assert differing(one, other, 1) == (("policies",), "a, b", "b, a")
    assert differing(one, other, 0) is None


def test_a_damaged_snapshot_is_refused_and_nothing_is_left_behind(past: Path, tmp_path: Path) -> None:
    stored = tmp_path / "stored"
    shutil.copytree(past / "runs/past/baseline/seed=1", stored)
    (stored / "snapshots/day=1" / ARRAYS).write_bytes(b"half")
    file = written(past, FUTURE + "seeds: 1\n")
    result = CliRunner().invoke(app, ["run", str(file), "--from", f"{stored}@1", "--out", str(tmp_path / "runs")])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "a file of the snapshot is missing, cut short or changed; run what it is of again" in result.stderr
    assert not (tmp_path / "runs").exists()


def test_a_run_without_snapshots_and_a_folder_without_a_run_are_told(past: Path, tmp_path: Path) -> None:
    plan = plan_study(study(past, FUTURE + "seeds: 1\n"), tmp_path)
    with pytest.raises(Faults, match="there is no run in that folder; it should be a run's folder, or its arm's"):
        gone_on(plan, f"{past}@0")
    carry_out([plan], HereEngine(), Silent())
    with pytest.raises(Faults, match="keeps no snapshot of that day; snapshot_every_days makes a run keep some"):
        gone_on(plan, f"{tmp_path}/future/same@0")
