"""Input files that a scenario names."""

import os
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import pyarrow as pa
import pytest
from pyarrow import parquet
from sheets import study, told, written

from feedsim import inputs

CATALOGUE = """\
content:
  kind: catalogue
  path: p.csv
  columns: {rating: rating, leaning: side, modality: made}
  false_ratings: [mostly false]
  leanings: {left: -0.8}
  modalities: {gif: meme}
"""
POSTS = "rating,side,made\nmostly true,left,gif\nmostly false,0.5,text\n"


@pytest.mark.parametrize(
    ("edges", "fault"),
    [
        ("source,target\n0,1\n9,3\n", None),
        (
            "source,target\n0,1\n1,2\n3,10\n",
            "e.csv: row 3 has target '10'; ids should be whole numbers from 0 to 9 (population.users - 1)",
        ),
        (
            "source,target\n0,1\n-1,2\n",
            "e.csv: row 2 has source '-1'; ids should be whole numbers from 0 to 9 (population.users - 1)",
        ),
        (
            "source,target\n0,1\n1,\nx,1\n",
            "e.csv: row 2 has target ''; ids should be whole numbers from 0 to 9 (population.users - 1)",
        ),
        (
            "source,target\n0.5,1\n",
            "e.csv: row 1 has source '0.5'; ids should be whole numbers from 0 to 9 (population.users - 1)",
        ),
        ("from,target\n0,1\n", "e.csv has no column 'source'; it has from, target"),
    ],
)
def test_an_edge_list_holds_two_columns_of_users(tmp_path: Path, edges: str, fault: str | None) -> None:
    written(tmp_path, edges, "e.csv")
    text = "population: {users: 10}\ngraph:\n  kind: edges\n  path: e.csv\n"
    assert told(tmp_path, text) == ([f"a.yaml:4: graph.path: {fault}"] if fault else [])


def test_an_edge_list_may_be_parquet(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"source": [0, 1], "target": [1, 99]}), tmp_path / "e.parquet")
    text = "graph: {kind: edges, path: e.parquet}\npopulation:\n  users: %d\n"
    assert told(tmp_path, text % 100) == []
    assert told(tmp_path, text % 50) == [
        "a.yaml:1: graph.path: e.parquet: row 2 has target 99; "
        "ids should be whole numbers from 0 to 49 (population.users - 1)"
    ]
    parquet.write_table(pa.table({"source": [0.0, 1.0], "target": [1, 2]}), tmp_path / "e.parquet")
    assert "row 1 has source 0.0" in told(tmp_path, text % 100)[0]


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string()), pa.int8(), pa.uint64()]
)
def test_ids_may_be_of_any_type_that_holds_whole_numbers(tmp_path: Path, kind: pa.DataType) -> None:
    texts = pa.array(["0", "3"])
    ids = texts.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else texts.cast(kind)
    parquet.write_table(pa.table({"source": ids, "target": ids}), tmp_path / "e.parquet")
    assert told(tmp_path, "graph: {kind: edges, path: e.parquet}\npopulation: {users: 10}\n") == []


def test_an_id_beyond_all_numbers_is_nobody_s(tmp_path: Path) -> None:
    ids = pa.array([0, 2**64 - 1], pa.uint64())
    parquet.write_table(pa.table({"source": ids, "target": ids}), tmp_path / "e.parquet")
    (fault,) = told(tmp_path, "graph: {kind: edges, path: e.parquet}\npopulation: {users: 10}\n")
    assert "row 2 has source 18446744073709551615; ids should be" in fault


def test_an_edge_list_without_edges_is_a_fault(tmp_path: Path) -> None:
    written(tmp_path, "source,target\n", "e.csv")
    (fault,) = told(tmp_path, "graph: {kind: edges, path: e.csv}\npopulation: {users: 10}\n")
    assert fault == "a.yaml:1: graph.path: e.csv holds no edges; it should have a row for each edge"


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("e.txt", b"source,target\n", "e.txt is neither CSV nor Parquet; its name should end in .csv or .parquet"),
        ("e.parquet", b"source,target\n", "e.parquet can't be read as Parquet"),
        ("e.csv", b"", "e.csv can't be read as CSV"),
        ("e.csv", b"source,target\n1,2,3\n", "e.csv can't be read as CSV"),
        ("e.csv", b"\xff\xfe\x00", "e.csv"),
    ],
)
def test_a_file_that_is_neither_csv_nor_parquet_is_a_fault(
    tmp_path: Path, name: str, content: bytes, wrong: str
) -> None:
    (tmp_path / name).write_bytes(content)
    faults = told(tmp_path, f"graph: {{kind: edges, path: {name}}}\n")
    assert len(faults) == 1
    assert faults[0].startswith(f"a.yaml:1: graph.path: {wrong}")


def test_a_missing_file_is_a_fault_and_so_is_a_folder(tmp_path: Path) -> None:
    fault = ["a.yaml:1: graph.path: there is no file e.csv; it should name a CSV or Parquet file"]
    assert told(tmp_path, "graph: {kind: edges, path: e.csv}\n") == fault
    (tmp_path / "e.csv").mkdir()
    assert told(tmp_path, "graph: {kind: edges, path: e.csv}\n") == fault


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("", ""), None),
        (("made}", "maid}"), "4: content.columns.modality: p.csv has no column 'maid'; it has rating, side, made"),
        (
            ("[mostly false]", "[mostly flase]"),
            "5: content.false_ratings.0: no post in p.csv is rated 'mostly flase'; did you mean 'mostly false'?",
        ),
        (
            ("left: -0.8", "lft: -0.8"),
            "6: content.leanings: does not say what 'left' is; it should give it a number from -1 to 1",
        ),
        (
            ("gif: meme", "jpg: photo"),
            "7: content.modalities: does not say what 'gif' is; "
            "it should give it one of text, link, photo, video, meme",
        ),
        (
            ("gif: meme", "gif: mem"),
            "7: content.modalities.gif: 'mem'; did you mean 'meme'?",
        ),
    ],
)
def test_a_catalogue_holds_what_the_scenario_says(tmp_path: Path, change: tuple[str, str], fault: str | None) -> None:
    written(tmp_path, POSTS, "p.csv")
    assert told(tmp_path, CATALOGUE.replace(*change)) == ([f"a.yaml:{fault}"] if fault else [])


def test_a_catalogue_holds_posts(tmp_path: Path) -> None:
    written(tmp_path, "rating,side,made\n", "p.csv")
    assert told(tmp_path, CATALOGUE) == [
        "a.yaml:3: content.path: p.csv holds no posts; it should have a row for each post"
    ]


def test_a_file_is_read_once_however_many_arms_name_it(tmp_path: Path) -> None:
    written(tmp_path, POSTS, "p.csv")
    arms = "arms:\n" + "".join(f"  x{n}: {{days: {n}}}\n" for n in range(1, 9))
    with patch.object(inputs, "_table", wraps=inputs._table) as reads:
        assert len(study(tmp_path, CATALOGUE + arms).arms) == 8
    assert reads.call_count == 1


def test_a_digest_is_of_the_bytes(tmp_path: Path) -> None:
    path = written(tmp_path, "source,target\n")
    assert inputs.digest(str(path)) == sha256(b"source,target\n").hexdigest()


@pytest.mark.realdata
@pytest.mark.skipif("FEEDSIM_DATA" not in os.environ, reason="FEEDSIM_DATA names no folder of real data")
def test_real_files_are_in_order(tmp_path: Path) -> None:
    text = """\
population: {users: 4039}
graph: {kind: edges, path: '${FEEDSIM_DATA}/facebook_friends_edges.csv', directed: false}
content:
  kind: catalogue
  path: ${FEEDSIM_DATA}/fact_checked_posts_2016.csv
  columns: {rating: rating, leaning: leaning, modality: modality, source: page}
  false_ratings: [mostly false]
  leanings: {left: -0.8, mainstream: 0, right: 0.8}
"""
    assert told(tmp_path, text) == []
    assert "graph.path" in told(tmp_path, text.replace("4039", "4038"))[0]
