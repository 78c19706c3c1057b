import json

import pytest
from typer.testing import CliRunner

from feedsim.bench import LABELS, bench_table
from feedsim.cli import app

KEYS = {
    "users", "days", "impressions", "seconds", "impressions_per_second", "candidates_scored_per_second",
    "forest_share", "peak_memory_mb", "bare_forest_rows_per_second",
}  # fmt: skip


def test_bench_prints_one_json_object_of_figures() -> None:
    result = CliRunner().invoke(app, ["bench", "--users", "200", "--days", "1", "--json"])
    figures = json.loads(result.stdout)
    assert (result.exit_code, set(figures), figures["users"], figures["days"]) == (0, KEYS, 200, 1)
    assert figures["impressions"] > 2000
    assert figures["impressions_per_second"] * figures["seconds"] == pytest.approx(figures["impressions"], rel=0.01)
    assert 0 < figures["forest_share"] < 1
    assert figures["bare_forest_rows_per_second"] > figures["candidates_scored_per_second"] > 0


def test_every_figure_is_in_the_table() -> None:
    table = bench_table({key: 0.25 if key == "forest_share" else 1234.5 for key in LABELS})
    assert set(LABELS) == KEYS
    assert list(table.columns[1].cells) == ["25.0%" if key == "forest_share" else "1,234" for key in LABELS]


def test_fewer_than_a_hundred_people_are_no_bench() -> None:
    assert CliRunner().invoke(app, ["bench", "--users", "99"]).exit_code == 2
