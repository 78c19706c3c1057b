"""Writing a run, reading it back, and what is left when that goes wrong."""

import errno
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from studies import ARMS, COLUMNS, GROUPS, users, write_run, write_study

import feedsim.table_writer
from feedsim.results import (
    NotARun,
    RunPath,
    RunWriter,
    find_runs,
    finished,
    known,
    labels,
    open_run,
    progress,
    read_comparison,
    read_summary,
    running,
    write_comparison,
)
from feedsim.study.comparing import compare, record_comparison
from feedsim.study_tables import COMPARISON
from feedsim.tables import ALWAYS, TABLES, schema
from feedsim.world.world import ACTIONS

CELL = {name: [""] for name in ("metric", "harm", "side", "group", "level", "part")}
ONE = {name: [1] for name in ("user", "parent_user", "minute", "depth")}
RESHARE = {"key": np.array([2**63 + 1], np.uint64), **ONE}


def metric(value: float) -> dict[str, list[object]]:
    return {"tick": [0], "day": [0], **CELL, "metric": ["auc"], "value": [value], "n": [1]}


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "seed=1") as writer:
        writer.add("metrics", metric(0.5))
        writer.add("metrics", {**metric(0.25), "metric": ["recall"]})
        writer.add("users", users())
        writer.add("reshares", RESHARE)
        writer.model_file("v1.json", "{}")
        folder = writer.finish({"content_hash": "abc", "seed": 1}, "days: 1\n")
    run = open_run(folder)
    assert (run.manifest["content_hash"], run.manifest["seed"], run.scenario_yaml) == ("abc", 1, "days: 1\n")
    assert run.manifest["rows"] == {
        "metrics": 2, "users": 5, "reshares": 1, "posts": 0, "cascades": 0, "impressions": 0
    }  # fmt: skip
    assert run.tables == ALWAYS
    assert run.table("metrics")[["metric", "value"]].values.tolist() == [["auc", 0.5], ["recall", 0.25]]
    assert run.table("metrics").columns.tolist() == list(COLUMNS)
    assert run.table("users", ["age"])["age"].tolist() == ["18-29", "30-49", "50+", "18-29", "30-49"]
    assert run.table("users")["suspended_minute"].isna().all()
    assert run.arrow("reshares")["key"].to_pylist() == [2**63 + 1]
    assert [path.read_text() for path in run.models()] == ["{}"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*(f"{table}.parquet" for table in ALWAYS), "manifest.json", "models", "scenario.yaml"]
    )
    assert hidden(tmp_path) == []


def test_tables_without_rows_have_the_columns_of_the_contract(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "seed=1") as writer:
        writer.finish({}, "")
    for table in ALWAYS:
        got = open_run(tmp_path / "seed=1").arrow(table)
        wanted = [c for c in TABLES[table] if not c.is_family and not c.optional]
        assert [(f.name, f.type) for f in got.schema] == [(c.name, c.type) for c in wanted]
        assert len(got) == 0


def test_adding_no_rows_settles_the_columns(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "seed=1") as writer:
        writer.add("users", {name: column[:0] for name, column in users().items()})
        writer.finish({}, "")
    names = open_run(tmp_path / "seed=1").arrow("users").schema.names
    assert {"age", "dialect", "seen_hate"} <= set(names)


def test_every_column_carries_its_unit_and_its_meaning(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "seed=1", "demote", 1)
    got = pq.read_schema(folder / "users.parquet")
    assert all(set(field.metadata) == {b"unit", b"meaning"} for field in got)
    assert got.field("seen_hate").metadata == {
        b"unit": b"impressions",
        b"meaning": b"of hate that this person saw (truth)",
    }
    assert got.names.index("age") == 1


def test_columns_keep_the_order_of_the_registry() -> None:
    others = [c.name for c in TABLES["posts"] if not c.is_family and not c.optional][::-1]
    got = schema("posts", [], [*others, "p_hate", "p_misinformation"]).names
    assert got == [*others[::-1][:15], "p_hate", "p_misinformation", *others[::-1][15:]]


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "r") as writer, pytest.raises(ValueError, match="reshares: unknown column 'colour'"):
        writer.add("reshares", {**RESHARE, "colour": [1]})


def test_a_missing_column_is_refused(tmp_path: Path) -> None:
    with (
        RunWriter(tmp_path / "r") as writer,
        pytest.raises(ValueError, match=r"reshares: columns \['key'\] are missing"),
    ):
        writer.add("reshares", {name: [1] for name in RESHARE if name != "key"})


def test_columns_may_not_change_on_the_way(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "r") as writer:
        writer.add("users", users())
        with pytest.raises(ValueError, match=r"columns changed: \['age'\]"):
            writer.add("users", {name: column for name, column in users().items() if name != "age"})


def test_actions_of_the_impressions_are_those_of_the_world() -> None:
    boolean = [c.name for c in TABLES["impressions"] if c.type == pa.bool_() and not c.is_family]
    assert tuple(boolean) == ACTIONS


def test_rows_added_are_not_changed_by_writing_on_into_the_array(tmp_path: Path) -> None:
    key, code = np.array([7], np.uint64), np.array([0], np.int8)
    rows = {**RESHARE, "key": key, "minute": known(code.astype(np.int32), code == 0)}
    with RunWriter(tmp_path / "r") as writer:
        writer.add("reshares", rows)
        cascade = {name: [1] for name in ("size", "depth", "max_breadth", "structural_virality", "root_followers")}
        times = {f"minutes_to_{what}": [np.nan] for what in ("10", "100", "1500_viewers")}
        writer.add("cascades", {"key": key, "harm": labels(code, ["hate"]), **cascade, **times})
        key[0], code[0] = 9, -1
        run = open_run(writer.finish({}, ""))
    assert run.table("reshares")["key"].tolist() == [7]
    assert run.arrow("cascades").select(["key", "harm", "minutes_to_10"]).to_pylist() == [
        {"key": 7, "harm": "hate", "minutes_to_10": None}
    ]


def test_labels_are_empty_where_the_code_is_negative() -> None:
    assert labels(np.array([1, -1, 0], np.int8), ("a", "b")).to_pylist() == ["b", "", "a"]


def test_known_is_null_elsewhere() -> None:
    assert known(np.array([5, 6], np.int32), np.array([False, True])).to_pylist() == [None, 6]


def test_rows_come_out_whole_and_in_order_when_they_fill_many_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedsim.table_writer, "ROWS_A_GROUP", 3)
    with RunWriter(tmp_path / "r") as writer:
        for value in range(10):
            writer.add("metrics", {**metric(value), "metric": [f"m{value}"]})
        folder = writer.finish({}, "")
    got = open_run(folder).table("metrics")
    assert (got["value"].tolist(), got["metric"].tolist()) == (list(range(10)), [f"m{value}" for value in range(10)])
    assert pq.ParquetFile(folder / "metrics.parquet").num_row_groups == 4


def test_a_new_run_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    for value in (1.0, 2.0):
        with RunWriter(tmp_path / "seed=1") as writer:
            writer.add("metrics", metric(value))
            writer.model_file(f"{value}.txt", "")
            writer.finish({"content_hash": str(value)}, "")
    run = open_run(tmp_path / "seed=1")
    assert run.table("metrics")["value"].tolist() == [2.0]
    assert [path.name for path in run.models()] == ["2.0.txt"]
    assert finished(run.folder, "2.0")
    assert not finished(run.folder, "1.0")
    assert [path.name for path in tmp_path.iterdir()] == ["seed=1"]


def break_a_run(folder: Path, error: BaseException) -> None:
    with RunWriter(folder) as writer:
        writer.add("reshares", RESHARE)
        raise error


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_run_that_breaks_leaves_nothing_and_spares_the_one_before(tmp_path: Path, error: BaseException) -> None:
    write_run(tmp_path / "seed=1", "demote", 1)
    with pytest.raises(type(error)):
        break_a_run(tmp_path / "seed=1", error)
    assert [path.name for path in tmp_path.iterdir()] == ["seed=1"]
    assert finished(tmp_path / "seed=1", "demote1-0123456789abcdef")


def test_a_disk_that_fills_up_while_finishing_spares_the_run_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path / "seed=1", "demote", 1)

    def full(_path: Path, _text: str, encoding: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        write_run(tmp_path / "seed=1", "engagement", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["seed=1"]
    assert finished(tmp_path / "seed=1", "demote1-0123456789abcdef")


def test_leftovers_of_the_dead_are_removed_and_of_the_living_kept(tmp_path: Path) -> None:
    dead, alive, reborn = 2**22 + 1, os.getppid(), os.getpid()  # no process has so great a number as the first
    for name in (f"1.{dead}", f"1.{alive}", f"1.{reborn}", f"2.{dead}"):
        (tmp_path / f".seed={name}.part").mkdir()
    with RunWriter(tmp_path / "seed=1") as writer:
        writer.finish({}, "")
    kept = [f".seed=1.{alive}.part", f".seed=2.{dead}.part", "seed=1"]
    assert sorted(path.name for path in tmp_path.iterdir()) == kept


def test_a_run_that_stood_aside_for_a_dead_writer_comes_back(tmp_path: Path) -> None:
    write_run(tmp_path / "seed=1", "demote", 1).rename(tmp_path / f".seed=1.{2**22 + 1}.old")
    with RunWriter(tmp_path / "seed=1"):
        assert finished(tmp_path / "seed=1", "demote1-0123456789abcdef")
    assert [path.name for path in tmp_path.iterdir()] == ["seed=1"]


def test_progress_can_be_watched_until_the_run_is_finished(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "arm" / "seed=7") as writer:
        writer.progress({"day": 0})
        writer.progress({"day": 1})
        (run,) = running(tmp_path)
        assert (run.arm, run.assumption, run.seed) == ("arm", "", 7)
        with (run.path / "progress.jsonl").open("a") as file:
            file.write('{"day": 2')
        assert progress(run) == [{"day": 0}, {"day": 1}]
        assert find_runs(tmp_path) == []
        writer.finish({}, "")
    assert progress(run) == []
    assert running(tmp_path) == []


def damaged(folder: Path, how: str) -> Path:
    write_run(folder, "demote", 1)
    if how == "cut":
        (folder / "posts.parquet").write_bytes((folder / "posts.parquet").read_bytes()[:-9])
    elif how == "gone":
        (folder / "users.parquet").unlink()
    elif how == "manifest":
        (folder / "manifest.json").write_text('{"format"')
    elif how == "old":
        (folder / "manifest.json").write_text('{"format": 0}')
    else:
        (folder / "manifest.json").unlink()
    return folder


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("cut", "posts.parquet is missing or cut short"),
        ("gone", "users.parquet is missing or cut short"),
        ("manifest", "manifest.json: can't be read"),
        ("old", "written by another version of feedsim"),
        ("none", "not a finished run: there is no manifest.json"),
    ],
)
def test_what_is_no_whole_run_is_refused_and_says_why(tmp_path: Path, how: str, says: str) -> None:
    folder = damaged(tmp_path / "seed=1", how)
    with pytest.raises(NotARun, match=says):
        open_run(folder)
    assert not finished(folder, "demote1-0123456789abcdef")


def test_a_table_that_a_run_does_not_have_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotARun, match="has no table 'reviews'; there are metrics, users"):
        open_run(write_run(tmp_path / "seed=1", "demote", 1)).table("reviews")


def test_runs_are_found_by_arm_assumption_and_seed_in_order_of_number(tmp_path: Path) -> None:
    for arm, assumption, seed in (("b", "", 10), ("b", "", 9), ("a", "high", 1)):
        write_run(tmp_path / arm / assumption / f"seed={seed}", "demote", seed)
    (tmp_path / "b" / "seed=9.error.txt").write_text("")
    assert find_runs(tmp_path) == [
        RunPath("a", "high", 1, tmp_path / "a" / "high" / "seed=1"),
        RunPath("b", "", 9, tmp_path / "b" / "seed=9"),
        RunPath("b", "", 10, tmp_path / "b" / "seed=10"),
    ]


def test_the_summary_holds_the_whole_run_cells_in_the_order_of_the_arms(tmp_path: Path) -> None:
    got = read_summary(write_study(tmp_path / "s", seeds=2))
    assert got.columns.tolist() == ["arm", "assumption", "seed", *COLUMNS]
    assert set(got["tick"]) == set(got["day"]) == {-1}
    assert list(dict.fromkeys(zip(got["arm"], got["seed"], strict=True))) == [(arm, s) for arm in ARMS for s in (0, 1)]
    assert len(got) == 6 * (4 + 5 * 3)


def test_every_column_beside_the_arms_carries_its_unit_and_its_meaning(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "s", seeds=2)
    record_comparison(folder)
    for name in ("summary", "comparison"):
        got = pq.read_schema(folder / f"{name}.parquet")
        assert all(field.metadata and field.metadata[b"unit"] and field.metadata[b"meaning"] for field in got)
    assert [(f.name, f.type) for f in got] == [(c.name, c.type) for c in COMPARISON]
    assert not got.metadata


def test_the_comparison_holds_every_cell_of_every_arm_against_the_first(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "s", seeds=11)
    record_comparison(folder)
    got, wanted = read_comparison(folder), compare(folder)
    assert set(got["base_arm"]) == {ARMS[0]}
    assert list(dict.fromkeys(got["arm"])) == list(ARMS[1:])
    shared = got[wanted.columns].astype(wanted.dtypes)
    is_of_two = shared["metric"] == "amplification"
    pd.testing.assert_frame_equal(shared[~is_of_two], wanted, check_exact=True)
    # Whose authors are read more: of both arms, for each level of each group.
    of_two = compare(folder, metrics=["amplification"]).assign(base=0.0)
    assert len(of_two) == (len(ARMS) - 1) * sum(map(len, GROUPS.values()))
    pd.testing.assert_frame_equal(shared[is_of_two].reset_index(drop=True), of_two, check_dtype=False, check_exact=True)


def test_one_seed_leaves_nulls_and_one_arm_no_rows(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "s", seeds=1)
    record_comparison(folder)
    got = pq.read_table(folder / "comparison.parquet", partitioning=None)
    assert len(got) > 0
    assert {name for name in got.column_names if got[name].null_count == len(got)} == {
        "sd", "low", "high", "percent_low", "percent_high", "p", "p_holm", "correlation", "variance_kept"
    }  # fmt: skip
    write_study(folder, arms=ARMS[:1], seeds=1)
    record_comparison(folder)
    assert len(read_comparison(folder)) == 0


def test_a_comparison_that_can_t_be_written_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_study(tmp_path / "s", seeds=2)
    record_comparison(folder)
    before = (folder / "comparison.parquet").read_bytes()

    def full(table: object, path: Path, **options: object) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("feedsim.results.pq.write_table", full)
    with pytest.raises(OSError, match="No space"):
        write_comparison(folder, read_comparison(folder))
    assert (folder / "comparison.parquet").read_bytes() == before
    assert hidden(folder) == []


def test_a_study_that_was_not_compared_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotARun, match=r"has no comparison\.parquet: no run of this study has finished"):
        read_comparison(tmp_path)
    folder = write_study(tmp_path / "s", seeds=1)
    (folder / "comparison.parquet").write_bytes((folder / "summary.parquet").read_bytes())
    with pytest.raises(NotARun, match="is no comparison of a study; run the study again"):
        read_comparison(folder)


def test_a_study_without_runs_has_no_summary(tmp_path: Path) -> None:
    with pytest.raises(NotARun, match="no run of this study has finished"):
        read_summary(tmp_path)
