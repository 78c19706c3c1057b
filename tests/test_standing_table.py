"""Assumptions on the screen and in the report, from studies that are made up."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import studies
from studies import write_run

from feedsim.beside import BESIDE, points_table, read_beside, write_beside
from feedsim.report import write_report
from feedsim.results import read_summary, write_summary
from feedsim.study.sensitivity import indices, morris, sobol
from feedsim.study.sensitivity_table import sensitivity_table
from feedsim.study.standing_table import standing_table

ARMS, POINTS = studies.ARMS, {"a001": {"spill": 0.2, "kind": "x<y"}, "a002": {"spill": 0.9, "kind": {"z": 1}}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two assumptions: under the second, engagement ranking engages less than with demotion."""
    for name, engagement in (("a001", 2.5), ("a002", 2.0)):
        monkeypatch.setitem(studies.ENGAGEMENT, "engagement", engagement)
        for arm in ARMS:
            for seed in (0, 1):
                write_run(tmp_path / arm / name / f"seed={seed}", arm, seed)
    write_summary(tmp_path, ARMS)
    write_beside(tmp_path, "assumptions", points_table(POINTS))
    return tmp_path


def effects() -> pd.DataFrame:
    """What each of two assumptions moves, of a line with chance in it."""
    parts = []
    for design in (morris(("spill", "slate"), 6, 1), sobol(("spill", "slate"), 16, 1)):
        noise = np.sin(17 * design.shares.sum(axis=1))
        values = design.shares @ [2.0, 0.01]
        values = np.stack([values + noise / 20, values - noise / 30], axis=1)
        for arm, against in (("engagement", "chronological"), ("chronological", "")):
            cell = dict.fromkeys(("harm", "side", "group", "level", "part"), "")
            said = {"method": design.method, "arm": arm, "against": against, "metric": "engagement_value"}
            parts.append(indices(design, values).assign(**said, **cell, runs=values.size))
    return pd.concat(parts, ignore_index=True)


def test_the_screen_says_whether_the_order_holds(folder: Path) -> None:
    lines = [line for line, _ in standing_table(read_summary(folder)).lines(100)]
    text = " ".join(" ".join(lines).split())
    head = "mean difference std. deviation range first under"
    assert text.startswith(head)
    assert "engagement, points per person and day" in text
    assert "engagement 2.26 +0.35 0.36 +0.10 to +0.60 1 of 2" in text
    assert (
        "Most first: the order of the arms changes under 1 of 2 assumptions (rank correlation with the pooled order: "
        "0.75 on average, 0.50 at least); first is engagement under 1, demote under 1."
    ) in text
    assert "Least first: the arms stand in the same order under all 2 assumptions: chronological, demote," in text
    assert max(map(len, lines)) <= 100
    assert max(len(line) for line, _ in standing_table(read_summary(folder)).lines(60)) <= 60


def test_the_report_says_it_too_and_what_each_assumption_says(folder: Path) -> None:
    write_beside(folder, "sensitivity", effects())
    text = write_report(folder).read_text(encoding="utf-8")
    assert "Engagement (most first): the order of the arms changes under 1 of 2 assumptions" in text
    assert "These figures are those under the assumption a001. Under all of them:" in text
    assert "Does the order of the arms survive what is assumed?" in text
    assert '<td data-of="<code>kind</code>"><div>x&lt;y</div></td>' in text
    assert "Which assumptions matter?" in text
    assert "Sobol: the share of the variance" in text


def test_the_report_of_one_assumption_says_nothing_of_them(tmp_path: Path) -> None:
    text = write_report(studies.write_study(tmp_path, seeds=1)).read_text(encoding="utf-8")
    assert "Under all of them" not in text
    assert 'id="assumptions"' not in text
    assert 'id="sensitivity"' not in text


def test_what_was_assumed_lies_beside_the_arms_with_units(folder: Path) -> None:
    found = read_beside(folder, "assumptions")
    assert found.astype(object).where(found.notna(), None).to_numpy().tolist() == [
        ["a001", "spill", "0.2", 0.2],
        ["a001", "kind", "x<y", None],
        ["a002", "spill", "0.9", 0.9],
        ["a002", "kind", '{"z": 1}', None],
    ]
    field = pq.read_schema(folder / "assumptions.parquet").field("setting")
    assert field.metadata == {b"unit": b"name", b"meaning": b"dotted path of a setting that is not known"}


def test_what_is_not_there_or_damaged_has_no_rows(tmp_path: Path) -> None:
    assert read_beside(tmp_path, "sensitivity").empty
    (tmp_path / "sensitivity.parquet").write_bytes(b"PAR1")
    assert list(read_beside(tmp_path, "sensitivity").columns) == [column.name for column in BESIDE["sensitivity"]]
    pd.DataFrame({"x": [1]}).to_parquet(tmp_path / "sensitivity.parquet")
    assert read_beside(tmp_path, "sensitivity").empty


def test_effects_stand_by_size_and_those_of_chance_in_brackets() -> None:
    rows = effects()
    of = rows[rows["method"] == "morris"]
    lines = [line.strip() for line, _ in sensitivity_table(of).lines(100)]
    assert lines[0] == "What moves it, by Morris"
    assert lines[1].split() == ["chronological", "engagement", "-", "chronological"]
    spill, slate = (next(line for line in lines if line.startswith(name)) for name in ("spill", "slate"))
    assert lines.index(spill) < lines.index(slate)
    assert "(" not in spill
    assert slate.count("(") == 2
    shares = [line for line, _ in sensitivity_table(rows[rows["method"] == "sobol"]).lines(100)]
    assert any(" / " in line and " \u00b1 " in line for line in shares)
