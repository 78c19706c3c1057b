import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

import feedsim
from feedsim.block import fields_of
from feedsim.cli import app
from feedsim.integrity.policies import LIBRARY
from feedsim.listing import NO_FIGURE
from feedsim.measures.names import METRICS

STUDY = """
name: {name}
question: Is one arm like the other?
days: 1
population: {{users: 200}}
arms: {{one: {{}}, two: {{ranker: {{kind: random}}}}}}
"""


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY.format(name="alike"))
    return path


def test_importing_feedsim_loads_nothing_heavy() -> None:
    code = "import sys, feedsim, feedsim.cli; print([m for m in ('numba', 'pandas', 'lightgbm') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_public_names_are_there_and_others_are_not() -> None:
    assert all(hasattr(feedsim, name) for name in ("Study", "Scenario", "run", "open_run", "compare"))
    with pytest.raises(AttributeError, match="has no 'walk'"):
        _ = feedsim.walk


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    assert call("--version").stdout == f"feedsim {project['version']}\n"


def test_the_schema_is_json_and_knows_the_blocks() -> None:
    properties = json.loads(call("schema").stdout)["properties"]
    assert {"name", "question", "days", "ranker", "policies", "arms", "seeds"} <= set(properties)


def test_every_policy_is_listed_with_its_settings_and_what_the_defaults_rest_on() -> None:
    text = call("policies").stdout
    for block in LIBRARY:
        assert all(f"  {name} (" in text for name in fields_of(block) if name != "kind")
    assert "\ndemote: Lower the score of probable harm.\n  harm (must be given)" in f"\n{text}"
    assert " ".join(NO_FIGURE.split()) in " ".join(text.split())


def test_every_metric_is_listed() -> None:
    for columns in (40, 80, 200):
        text = CliRunner().invoke(app, ["metrics"], env={"COLUMNS": str(columns)}).stdout
        assert [metric.name for metric in METRICS if f"\n{metric.name} " not in f"\n{text}"] == []
        assert max(map(len, text.splitlines())) <= columns


def test_the_stages_are_listed_in_order() -> None:
    lines = call("stages").stdout.splitlines()
    names = [line.split()[1] for line in lines if line.split()[0].isdigit()]
    assert names[:3] == ["publish", "detect", "source"]
    assert names[-1] == "observe"


@pytest.mark.parametrize("words", [["run"], ["fly"], ["trace", "x"], ["run", "a.yaml", "--engine", "steam"]])
def test_a_wrong_usage_ends_with_2(words: list[str]) -> None:
    assert call(*words).exit_code == 2


def test_all_faults_of_all_files_are_told_and_nothing_is_written(study: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("name: wrong\ndays: many\n")
    result = call("run", study, wrong, tmp_path / "none.yaml", "--out", tmp_path / "runs")
    first, second = result.stderr.splitlines()
    assert (result.exit_code, result.stdout) == (2, "")
    assert first.startswith(f"{tmp_path}/none.yaml: there is no such file; ")
    assert second.startswith(f"{wrong}:2: days: 'many'; ")
    assert not (tmp_path / "runs").exists()


def test_an_unknown_arm_is_a_fault(study: Path, tmp_path: Path) -> None:
    result = call("run", study, "--arm", "onne", "--out", tmp_path / "runs")
    assert (result.exit_code, result.stderr) == (2, "--arm: there is no arm 'onne'; did you mean 'one'?\n")


def test_two_files_of_one_name_are_a_fault(study: Path, tmp_path: Path) -> None:
    twin = tmp_path / "twin.yaml"
    twin.write_text(study.read_text())
    result = call("run", study, twin, "--out", tmp_path / "runs")
    assert result.exit_code == 2
    assert result.stderr == (
        f"{twin}: name: another of these files has the name 'alike' too; each study should have a name of its own\n"
    )


def test_a_folder_that_can_t_be_written_to_is_a_fault(study: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    out = tmp_path / "file" / "runs"
    result = call("run", study, "--out", out)
    assert result.exit_code == 2
    assert result.stderr == (
        f"{out}: can't write there (Not a directory); --out should name a folder that may be written to\n"
    )


@pytest.fixture
def summary(tmp_path: Path) -> Path:
    """Two arms, two seeds: clicks 0.1 and 0.3 against 0.2 and 0.6."""
    cells = [("one", 1, 0.1), ("one", 2, 0.3), ("two", 1, 0.2), ("two", 2, 0.6)]
    empty = [""] * len(cells)
    columns = {
        "arm": [arm for arm, _, _ in cells], "assumption": empty, "seed": [seed for _, seed, _ in cells],
        "metric": ["click_rate"] * len(cells), "harm": empty, "side": empty, "group": empty, "level": empty,
        "part": empty, "value": [value for _, _, value in cells], "n": [10] * len(cells),
    }  # fmt: skip
    pq.write_table(pa.table(columns), tmp_path / "summary.parquet")
    return tmp_path


def test_compare_shows_paired_differences(summary: Path) -> None:
    result = call("compare", summary, "--metric", "click_rate")
    # Differences 0.1 and 0.3: mean 0.2, half an interval 12.706 x 0.1414 / sqrt 2 = 1.2706.
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "two against one, paired by seed (2 seeds)",
        "               one  difference   95 % interval     %",
        "\u2500" * 52,
        "click_rate  0.2000       +0.20  -1.07 to +1.47  +100",
        "",
        "Fewer than 6 seeds: intervals are wide and rest on differences that are normal,",
        "and there is no p.",
    ]


def test_compare_tells_how_many_more_seeds_a_precision_takes(summary: Path) -> None:
    result = call("compare", summary, "--metric", "click_rate", "--precision", "50%")
    # Differences vary by 0.1414 and half of 0.2 is 0.1: eleven seeds have 2.228 x 0.1414 / sqrt 11 = 0.0950.
    assert result.stdout.splitlines()[1] == "               one  difference   95 % interval     %  more seeds"
    assert result.stdout.splitlines()[3] == "click_rate  0.2000       +0.20  -1.07 to +1.47  +100           9"
    text = " ".join(result.stdout.split())
    assert text.endswith("More seeds: until Student's 95 % interval is ±50 % of one's mean, as it seems from 2 seeds.")


def test_compare_of_many_seeds_tells_p_and_correlation(tmp_path: Path) -> None:
    rows = [("one", seed, 10.0 + seed % 3) for seed in range(10)]
    rows += [("two", seed, value + 1 + 0.1 * (seed % 2)) for _, seed, value in rows]
    columns = {"arm": [arm for arm, _, _ in rows], "seed": [seed for _, seed, _ in rows], "metric": ["l6of7"] * 20}
    columns |= dict.fromkeys(("assumption", "harm", "side", "group", "level", "part"), [""] * 20)
    pq.write_table(pa.table({**columns, "value": [value for _, _, value in rows]}), tmp_path / "summary.parquet")
    result = call("compare", tmp_path, "--metric", "l6of7")
    # All ten agree: 2 of 1,024 ways to deal the signs.
    head, _, row = result.stdout.splitlines()[1:4]
    assert head.split() == ["one", "difference", "95", "%", "interval", "%", "p", "(Holm)", "r"]
    assert row.split()[-2:] == ["0.002", "+1.00"]
    text = " ".join(result.stdout.split())
    assert "correlation of the two arms over seeds, +1.00 in the median of 1 cells" in text
    assert "Intervals by bootstrap (BCa), p by flipping signs. A bootstrap's 95 % intervals are narrow" in text


@pytest.mark.parametrize("precision", ["0%", "-1", "some"])
def test_a_precision_that_is_none_is_a_fault(summary: Path, precision: str) -> None:
    result = call("compare", summary, f"--precision={precision}")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"--precision: '{precision}'; it should be a number above 0")


def test_a_goal_that_nothing_measures_is_a_fault(study: Path, tmp_path: Path) -> None:
    words = [
        "--until-precision",
        "prevalence[hat]=1%",
        "--until-precision",
        "engagement=1%",
        "--out",
        tmp_path / "runs",
    ]
    result = call("run", study, *words)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "--until-precision: there is no harm 'hat'; did you mean 'hate'?",
        "--until-precision: there is no metric 'engagement'; did you mean 'engagement_value'?",
    ]
    assert not list((tmp_path / "runs").rglob("*.parquet"))
    assert call("run", study, "--until-precision", "clicks=1%", "--max-seeds", 9).exit_code == 2


def test_most_seeds_of_what_adds_none_are_a_fault(study: Path, tmp_path: Path) -> None:
    result = call("run", study, "--max-seeds", 20, "--out", tmp_path / "runs")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("--max-seeds: 20, and nothing asks for more seeds; add --until-precision METRIC")
    assert not (tmp_path / "runs").exists()


def test_compare_knows_what_there_is_to_compare(summary: Path) -> None:
    result = call("compare", summary, "--to", "tow", "--metric", "clickrate")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "--metric: there is no metric 'clickrate'; did you mean 'click_rate'?",
        "--to: there is no arm 'tow'; did you mean 'two'?",
    ]


def test_compare_of_an_empty_folder_is_a_fault(tmp_path: Path) -> None:
    result = call("compare", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"{tmp_path}: has no summary.parquet: no run of this study has finished\n"


@pytest.mark.parametrize("content", [b"", b"junk"])
def test_compare_of_a_damaged_summary_is_a_fault(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "summary.parquet").write_bytes(content)
    result = call("compare", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{tmp_path}/summary.parquet: can't be read: ")


@pytest.mark.parametrize("inside", [True, False])
def test_what_is_no_run_is_not_replaced(study: Path, tmp_path: Path, inside: bool) -> None:
    place = tmp_path / "runs" / "alike" / "one" / "seed=1"
    mine = place / "notes.txt" if inside else place
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    result = call("run", study, "--out", tmp_path / "runs")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[0] == (
        f"{place}: is no run of feedsim; move it away, or name another folder by --out"
    )
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("file", ["summary.parquet", "comparison.parquet", "frontier.parquet", "report.html"])
def test_a_folder_in_the_place_of_what_a_study_leaves_is_told_before_anything_runs(
    study: Path, tmp_path: Path, file: str
) -> None:
    place = tmp_path / "runs" / "alike" / file
    place.mkdir(parents=True)
    result = call("run", study, "--out", tmp_path / "runs")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{place}: is no file of feedsim; move it away")
    assert [path.name for path in (tmp_path / "runs" / "alike").iterdir()] == [file]


def test_a_file_in_the_place_of_a_folder_of_a_study_s_is_told_too(study: Path, tmp_path: Path) -> None:
    place = tmp_path / "runs" / "alike" / "frontier"
    place.parent.mkdir(parents=True)
    place.touch()
    result = call("run", study, "--out", tmp_path / "runs")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{place}: is no folder of feedsim; move it away")
