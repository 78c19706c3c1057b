"""The README is run: its commands, its study file, its Python, its query; and CI runs its test command."""

import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest

from feedsim.scenario import load_study

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SMALL = ["--set", "population.users=200", "--set", "days=1", "--set", "burn_in_days=1", "--seed", "1", "--quiet"]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def feedsim(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "feedsim", *words]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a reader would stand, with a small quickstart that has been run."""
    folder = tmp_path_factory.mktemp("reader")
    (folder / "scenarios").symlink_to(ROOT / "scenarios")
    done = feedsim(["run", "scenarios/quickstart.yaml", *SMALL], folder)
    assert done.returncode == 0, done.stderr
    return folder


def commands() -> list[list[str]]:
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("feedsim")]
    return [shlex.split(line)[1:] for line in lines]


def test_there_are_commands_of_every_kind() -> None:
    kinds = {words[0] for words in commands()}
    listed = "run compare trace policies metrics stages schema bench export sensitivity optimize"
    assert kinds == set(listed.split())


LONG = ("run", "bench", "sensitivity", "optimize")


@pytest.mark.parametrize("words", [words for words in commands() if words[0] not in LONG], ids=" ".join)
def test_every_command_works_as_it_stands(words: list[str], folder: Path) -> None:
    done = feedsim(words, folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("words", [words for words in commands() if words[0] == "run"], ids=" ".join)
def test_the_run_command_is_understood(words: list[str], folder: Path) -> None:
    # The same words with a smaller world: of an option given twice the later word counts.
    once = [word for at, word in enumerate(words) if "--seed" not in (word, words[at - 1])]
    done = feedsim([*once, *SMALL], folder)
    assert done.returncode == 0, done.stderr


def test_the_search_is_understood(tmp_path: Path) -> None:
    """As it is shown, in a world that has what it moves; and the command's own file."""
    (shown,) = re.findall(r"^((?:    .*\n)*    optimize:\n(?:    .*\n)+)", README, re.MULTILINE)
    base = "detectors: {kind: oracle}\npolicies: {demotion: {kind: demote, harm: misinformation}}\n"
    (tmp_path / "shown.yaml").write_text(base + textwrap.dedent(shown), encoding="utf-8")
    search = load_study(tmp_path / "shown.yaml").optimize
    assert search is not None
    assert (len(search.levers), len(search.goals), len(search.limits)) == (3, 3, 1)
    (words,) = (words for words in commands() if words[0] == "optimize")
    assert load_study(ROOT / words[1]).optimize is not None


def test_the_sensitivity_command_is_understood(folder: Path) -> None:
    # All that is wrong is told at once: here it is what was made wrong, and nothing else.
    (words,) = (words for words in commands() if words[0] == "sensitivity")
    done = feedsim([*words, "--metric", "prevalnce"], folder)
    assert done.returncode == 2
    assert done.stderr == "--metric: there is no metric 'prevalnce'; did you mean 'prevalence'?\n"


def test_the_assumptions_are_as_they_are_shown(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^(    assumptions:\n(?:    .*\n)+)", README, re.MULTILINE)
    path = tmp_path / "shown.yaml"
    path.write_text(textwrap.dedent(shown), encoding="utf-8")
    study = load_study(path)
    assert (len(study.unknown), len(study.points)) == (8, 3 * 2 * 16)


def test_the_study_file_loads(tmp_path: Path) -> None:
    (text,) = blocks("yaml")
    path = tmp_path / "demote.yaml"
    path.write_text(text, encoding="utf-8")
    study = load_study(path)
    assert study.question.endswith("?")
    assert list(study.arms) == ["as_it_is", "demoted", "chronological"]


def test_faults_are_told_as_they_are_shown(tmp_path: Path) -> None:
    (text,) = blocks("yaml")
    wrong = text.replace("burn_in_days", "burn_in_dayz").replace("5_000", "-5")
    (tmp_path / "demote.yaml").write_text(wrong, encoding="utf-8")
    done = feedsim(["run", "demote.yaml"], tmp_path)
    assert done.returncode == 2
    assert done.stderr == blocks("text")[0]


def test_the_python_runs(folder: Path) -> None:
    code, _ = blocks("python")
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_policy_of_one_s_own_is_run_where_that_is_allowed(tmp_path: Path) -> None:
    _, code = blocks("python")
    (tmp_path / "quiet_night.py").write_text(code, encoding="utf-8")
    (tmp_path / "night.yaml").write_text("policies: {night: {kind: quiet_night.QuietNight}}\n", encoding="utf-8")
    words = ["run", "night.yaml", *SMALL]
    assert feedsim(words, tmp_path).returncode == 2
    done = feedsim([*words, "--allow-code"], tmp_path)
    assert done.returncode == 0, done.stderr
    words = ["trace", "runs/night/baseline/seed=1", "--user", "17", "--tick", "40"]
    assert feedsim(words, tmp_path).returncode == 2
    done = feedsim([*words, "--allow-code"], tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_policies_are_as_they_are_shown(tmp_path: Path) -> None:
    (shown,) = re.findall(r"^((?:    .*\n)*    policies:\n(?:    .*\n)+)", README, re.MULTILINE)[-1:]
    path = tmp_path / "shown.yaml"
    path.write_text(textwrap.dedent(shown) + "detectors: {kind: oracle}\n", encoding="utf-8")
    assert list(load_study(path).scenario.policies) == ["calm", "note"]


def test_the_query_answers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (query,) = blocks("sql")
    monkeypatch.chdir(folder)
    rows = duckdb.sql(query).fetchall()
    assert {(arm, harm) for arm, harm, _ in rows} >= {("chronological", "hate"), ("engagement", "misinformation")}


def test_the_line_of_duckdb_answers(folder: Path) -> None:
    (line,) = [line for block in blocks("sh") for line in block.splitlines() if "duckdb" in line]
    program, *words = shlex.split(line)
    assert program == "python"
    done = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "engagement_value" in done.stdout


def test_the_rooms_are_those_that_there_are() -> None:
    named = set(re.findall(r"^\| `(feedsim/\w+)`", README, re.MULTILINE))
    assert named == {f"feedsim/{path.parent.name}" for path in (ROOT / "feedsim").glob("*/__init__.py")}


def test_ci_runs_the_test_command() -> None:
    test = next(block.strip() for block in blocks("sh") if "pytest" in block)
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == test
