"""Tables as CSV: what is in them is what was in Parquet, and nothing of anybody else is touched."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from studies import write_study
from test_cli import call

from feedsim import export
from feedsim.export import export_csv
from feedsim.faults import Faults
from feedsim.results import NotARun, open_run
from feedsim.study.comparing import record_comparison
from feedsim.study_tables import COMPARISON


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = write_study(tmp_path / "calm", arms=("chronological", "demote"), seeds=2)
    record_comparison(folder)
    return folder


def same(csv: Path, parquet: Path) -> bool:
    """Is every value of the one in the other?"""
    wanted = pq.read_table(parquet, partitioning=None).to_pandas()
    got = pd.read_csv(csv, keep_default_na=False, na_values={name: [""] for name in wanted.select_dtypes("number")})
    text = wanted.select_dtypes(exclude=["number", "bool"]).columns
    wanted = wanted.astype(dict.fromkeys(text, str))
    pd.testing.assert_frame_equal(got.astype(dict.fromkeys(text, str)), wanted, check_dtype=False, rtol=1e-6)
    return True


def test_a_study_s_tables_are_written_run_by_run(study: Path) -> None:
    said = export_csv(study)
    to = study.with_name("calm_csv")
    assert said == f"{to}: 26 tables; columns.csv says what each column is"
    files = {str(path.relative_to(to)) for path in to.rglob("*.csv")}
    runs = {f"{arm}/seed={seed}" for arm in ("chronological", "demote") for seed in (0, 1)}
    tables = {f"{run}/{table}.csv" for run in runs for table in open_run(study / "demote" / "seed=0").tables}
    assert files == {"summary.csv", "comparison.csv", "columns.csv", *tables}
    assert all(same(to / name, study / name.replace(".csv", ".parquet")) for name in files - {"columns.csv"})


def test_every_column_is_told_with_its_unit_and_meaning(study: Path) -> None:
    export_csv(study)
    listed = pd.read_csv(study.with_name("calm_csv") / "columns.csv", keep_default_na=False)
    assert list(listed.columns) == ["table", "column", "unit", "meaning"]
    assert (listed != "").all(axis=None)
    assert not listed.duplicated(["table", "column"]).any()
    of = listed[listed["table"] == "comparison"]
    assert of["column"].tolist() == [column.name for column in COMPARISON]
    for path in study.with_name("calm_csv").rglob("*.csv"):
        if path.stem != "columns":
            assert set(pd.read_csv(path, nrows=0).columns) == set(listed.loc[listed["table"] == path.stem, "column"])


def test_a_run_alone_is_written_too(study: Path, tmp_path: Path) -> None:
    run, to = study / "demote" / "seed=1", tmp_path / "elsewhere" / "here"
    assert call("export", run, "--to", to).stdout == f"{to}: 6 tables; columns.csv says what each column is\n"
    assert {path.name for path in to.iterdir()} == {"columns.csv", *(f"{name}.csv" for name in open_run(run).tables)}


def test_nulls_are_empty_and_text_is_text(study: Path, tmp_path: Path) -> None:
    export_csv(study / "demote" / "seed=1", tmp_path / "out")
    head, first, *_ = (tmp_path / "out" / "users.csv").read_text(encoding="utf-8").splitlines()
    row = dict(zip(head.replace('"', "").split(","), first.split(","), strict=True))
    assert (row["actor"], row["age"], row["suspended_minute"]) == ('"ordinary"', '"18-29"', "")


def test_numbers_that_are_none_are_empty(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "once", seeds=1)
    record_comparison(folder)
    export_csv(folder)
    text = (tmp_path / "once_csv" / "comparison.csv").read_text(encoding="utf-8")
    assert ",,," in text
    assert "nan" not in text


def test_a_few_rows_at_a_time_come_to_the_same(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export_csv(study, tmp_path / "whole")
    monkeypatch.setattr(export, "ROWS", 3)
    export_csv(study, tmp_path / "bit_by_bit")
    for path in (tmp_path / "whole").rglob("*.csv"):
        assert path.read_bytes() == (tmp_path / "bit_by_bit" / path.relative_to(tmp_path / "whole")).read_bytes()


def test_an_earlier_export_is_replaced(study: Path, tmp_path: Path) -> None:
    to = tmp_path / "out"
    export_csv(study, to)
    export_csv(study / "demote" / "seed=1", to)
    assert not (to / "summary.csv").exists()
    assert (to / "users.csv").is_file()


@pytest.mark.parametrize("mine", ["notes.txt", "mine.csv", "demote/mine.csv", ".hidden"])
def test_what_is_no_export_is_left_alone(study: Path, tmp_path: Path, mine: str) -> None:
    to = tmp_path / "out"
    export_csv(study, to)
    (to / mine).write_text("mine")
    result = call("export", study, "--to", to)
    assert result.exit_code == 2
    assert result.stderr == (
        f"{to}: holds what is no export of feedsim; --to should name a new folder, or one that an export is in\n"
    )
    assert (to / mine).read_text() == "mine"
    assert (to / "summary.csv").is_file()


@pytest.mark.parametrize("kind", ["file", "link", "other"])
def test_a_place_that_is_taken_is_a_fault(study: Path, tmp_path: Path, kind: str) -> None:
    to = tmp_path / "out"
    if kind == "file":
        to.write_text("mine")
    elif kind == "link":
        to.symlink_to(tmp_path / "nowhere")
    else:
        to.mkdir()
        (to / "columns.csv").write_text("table,of,my,own\n")
    with pytest.raises(Faults, match="holds what is no export"):
        export_csv(study, to)


def test_a_study_is_not_written_over_itself(study: Path) -> None:
    for to in (study, study.parent):
        with pytest.raises(Faults, match="is or holds what should be exported"):
            export_csv(study, to)


def test_an_empty_folder_will_do(study: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    export_csv(study, tmp_path / "out")
    assert (tmp_path / "out" / "summary.csv").is_file()


def test_a_folder_of_something_else_is_a_fault(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        result = call("export", folder)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"{folder}: neither a run nor a study: nothing has finished there\n"


def test_a_folder_of_studies_is_a_fault_that_names_one(study: Path, tmp_path: Path) -> None:
    result = call("export", study.parent)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"{study.parent}: holds studies; name one of them, such as {study}\n"


def test_a_damaged_table_is_told_and_nothing_is_left_behind(study: Path, tmp_path: Path) -> None:
    (study / "summary.parquet").write_bytes(b"junk")
    with pytest.raises(NotARun, match=r"summary\.parquet: can't be read"):
        export_csv(study, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["calm"]


def test_a_place_that_can_t_be_written_to_is_told(study: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = call("export", study, "--to", tmp_path / "file" / "out")
    assert result.exit_code == 1
    assert result.stderr == f"{tmp_path}/file/out: can't be written: Not a directory\n"
    assert call("export", study, "--format", "xlsx").exit_code == 2
