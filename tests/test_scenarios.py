"""The scenarios that come with feedsim: each asks one question, is right to the last key, and an editor knows it."""

import json
import os
from pathlib import Path

import jsonschema
import pytest
from sheets import written
from typer.testing import CliRunner

from feedsim.cli import app
from feedsim.reading import read
from feedsim.scenario import Study, dump, load_study
from feedsim.schema import schema

FOLDER = Path(__file__).parent.parent / "scenarios"
FILES = sorted(FOLDER.glob("*.yaml"))
SCHEMA = FOLDER / "feedsim.schema.json"
MODELINE = "# yaml-language-server: $schema=feedsim.schema.json"
DATA = "${FEEDSIM_DATA}"


def needs_data(path: Path) -> bool:
    return DATA in path.read_text(encoding="utf-8")


def cases() -> list[object]:
    """Every file; those that read real data are marked, and left out where there is none."""
    missing = pytest.mark.skipif(not os.environ.get("FEEDSIM_DATA"), reason="FEEDSIM_DATA names no folder of real data")
    marks = [pytest.mark.realdata, missing]
    return [pytest.param(path, id=path.stem, marks=marks if needs_data(path) else ()) for path in FILES]


@pytest.fixture(params=cases())
def study(request: pytest.FixtureRequest) -> Study:
    return load_study(request.param)


def text_of_schema() -> str:
    return CliRunner().invoke(app, ["schema"]).stdout


def test_there_are_scenarios_with_and_without_real_data() -> None:
    assert {needs_data(path) for path in FILES} == {True, False}


def test_a_scenario_is_called_what_its_file_is_called(study: Study) -> None:
    assert study.name == study.file.stem


def test_a_scenario_asks_a_question(study: Study) -> None:
    assert study.question.endswith("?")
    assert study.question[0].isupper()


def test_every_arm_of_a_scenario_differs_from_the_others(study: Study) -> None:
    arms = list(study.arms.values())
    assert arms
    assert all(arm != other for i, arm in enumerate(arms) for other in arms[:i])
    assert len(study.seeds) >= 1


def test_every_arm_as_resolved_is_written_and_read_back_as_the_same(study: Study, tmp_path: Path) -> None:
    for arm, scenario in study.arms.items():
        again = load_study(written(tmp_path, dump(scenario, study.name, study.question), f"{arm}.yaml"))
        assert (again.name, again.question, again.scenario) == (study.name, study.question, scenario)
        assert again.arms == {"baseline": scenario}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_opens_with_its_schema_then_its_name_and_question(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == MODELINE
    assert lines[1] == f"name: {path.stem}"
    assert lines[2].startswith("question: ")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_editor_underlines_nothing(path: Path) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert [error.message for error in validator.iter_errors(read(path).data)] == []


def test_the_schema_beside_the_scenarios_is_the_one_of_this_version() -> None:
    written_down = SCHEMA.read_text(encoding="utf-8")
    renew = "feedsim schema > scenarios/feedsim.schema.json"
    assert json.loads(written_down) == schema(), f"the settings have changed; renew it: {renew}"
    assert written_down == text_of_schema(), f"it is written otherwise; renew it: {renew}"
