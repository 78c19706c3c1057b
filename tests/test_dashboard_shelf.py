"""The dashboard reads below the folder it was given, and nowhere else."""

import os
from pathlib import Path

import pytest
from studies import write_run, write_study

from dashboard.shelf import Outside, StudyFolder, checked, find_studies, is_below, text_of
from dashboard.status import at_work, status_of
from feedsim.results import NotARun, RunWriter


def folder_of(path: Path) -> StudyFolder:
    return StudyFolder(path.name, path, path.parent)


def open_directly(study: StudyFolder, run: object) -> object:
    return study.open(run)  # type: ignore[arg-type]


def test_studies_of_a_folder_are_found_the_latest_first(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_study(tmp_path / name, ("engagement",), 1)
    os.utime(tmp_path / "first", ns=(1, 1))
    (tmp_path / "notes").mkdir()
    (tmp_path / ".hidden").mkdir()
    assert [study.name for study in find_studies(tmp_path)] == ["second", "first"]


def test_a_folder_may_be_a_study_itself(tmp_path: Path) -> None:
    study = write_study(tmp_path / "one", ("engagement",), 1)
    assert [(found.name, found.folder) for found in find_studies(study)] == [("one", study)]


def test_assumptions_of_a_study_are_no_studies(tmp_path: Path) -> None:
    write_study(tmp_path / "one", ("engagement",), 1, assumption="wide")
    assert [study.name for study in find_studies(tmp_path)] == ["one"]
    assert [run.assumption for run in find_studies(tmp_path)[0].runs] == ["wide"]


def test_no_folder_and_an_empty_one_hold_nothing(tmp_path: Path) -> None:
    assert find_studies(tmp_path) == find_studies(tmp_path / "none") == []


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    write_study(tmp_path / "elsewhere" / "secret", ("engagement",), 1)
    root = tmp_path / "runs"
    write_study(root / "open", ("engagement",), 1)
    (root / "secret").symlink_to(tmp_path / "elsewhere" / "secret")
    assert [study.name for study in find_studies(root)] == ["open"]


def test_a_run_or_a_table_that_is_a_link_out_is_not_read(tmp_path: Path) -> None:
    outside = write_run(tmp_path / "elsewhere" / "seed=7", "engagement", 7)
    study = write_study(tmp_path / "runs" / "open", ("engagement",), 1)
    (study / "engagement" / "seed=7").symlink_to(outside)
    found = folder_of(study)
    assert [run.seed for run in found.runs] == [0]
    table = study / "engagement" / "seed=0" / "users.parquet"
    table.unlink()
    table.symlink_to(outside / "users.parquet")
    with pytest.raises(Outside, match=r"users\.parquet: lies outside"):
        found.open(found.runs[0])


def test_a_link_that_stays_inside_is_fine(tmp_path: Path) -> None:
    inside = tmp_path / "a.txt"
    inside.write_text("hello")
    (tmp_path / "b.txt").symlink_to(inside)
    assert text_of(tmp_path, tmp_path / "b.txt") == "hello"


def test_a_link_in_a_circle_and_a_step_up_are_outside(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert not is_below(tmp_path, tmp_path / "..")
    with pytest.raises(NotARun):
        text_of(tmp_path, tmp_path / "a")
    with pytest.raises(Outside):
        checked(tmp_path / "runs", tmp_path / "x")


def test_the_status_tells_what_is_done_at_work_failed_and_damaged(tmp_path: Path) -> None:
    study = write_study(tmp_path / "one", ("engagement", "demote"), 2)
    assert status_of(folder_of(study), open_directly).word == "done"  # type: ignore[arg-type]
    (study / "demote" / "seed=0" / "users.parquet").write_bytes(b"cut")
    (study / "demote" / "seed=9.error.txt").write_text("out of luck\n\nTraceback")
    with RunWriter(study / "demote" / "seed=3") as writer:
        writer.progress({"day": 1.5, "days": 6, "impressions": 2000, "seconds": 10.0})
        status = status_of(folder_of(study), open_directly)  # type: ignore[arg-type]
        assert (status.word, status.finished, status.seeds) == ("running", 3, (0, 1, 3))
        (run,) = status.at_work
        assert (run.name, run.share) == ("demote / seed 3", 0.25)
        assert run.told == "day 1.5 of 6, 2\u202f000 impressions, about 30 s left"
    assert [(one.name, one.error) for one in status.failures] == [("demote / seed=9", "out of luck")]
    assert len(status.troubles) == 1
    assert "users.parquet is missing or cut short" in status.troubles[0]
    assert status_of(folder_of(study), open_directly).word == "failed"  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "{", "[1]\n", "null\n", '{"day": "x", "days": null}\n', '{"day": NaN}\n'])
def test_a_strange_record_of_progress_says_that_the_run_gets_ready(tmp_path: Path, text: str) -> None:
    study = tmp_path / "one"
    with RunWriter(study / "a" / "seed=1") as writer:
        (writer.temporary / "progress.jsonl").write_text(text)
        (run,) = folder_of(study).running
        assert at_work(run).told == "getting ready"


def test_what_a_writer_that_died_left_is_not_at_work(tmp_path: Path) -> None:
    part = tmp_path / "one" / "a" / ".seed=1.999999999.part"
    part.mkdir(parents=True)
    (part / "progress.jsonl").write_text('{"day": 1, "days": 2}\n')
    assert folder_of(tmp_path / "one").running == []


def test_the_stamp_changes_when_a_run_is_written_anew(tmp_path: Path) -> None:
    study = write_study(tmp_path / "one", ("engagement",), 1)
    before = folder_of(study).stamp
    assert folder_of(study).stamp == before
    os.utime(study / "engagement" / "seed=0" / "manifest.json", ns=(5, 5))
    assert folder_of(study).stamp != before


def test_a_link_that_leads_to_itself_is_no_study(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    write_study(tmp_path / "one")
    assert [study.name for study in find_studies(tmp_path)] == ["one"]
