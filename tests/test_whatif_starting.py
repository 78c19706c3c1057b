"""What-ifs as processes: where they may be, what they are told, how many, and how they end."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.whatif import starting

Text = Callable[[str], str]


class Sleeper:
    """In place of a process: it is at work until it is told to end."""

    def __init__(self, command: list[str], **how: object) -> None:
        self.command, self.how, self.status = command, how, None

    def poll(self) -> int | None:
        return self.status

    def terminate(self) -> None:
        self.status = 130

    def wait(self, seconds: float) -> int:
        return 130


@pytest.fixture(autouse=True)
def nothing_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "_started", {})


@pytest.fixture
def sleepers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting.subprocess, "Popen", Sleeper)


def text(name: str) -> str:
    return f"name: {name}\n"


@pytest.mark.usefixtures("sleepers")
def test_a_run_is_a_command_without_a_shell_and_without_code_of_others(tmp_path: Path) -> None:
    assert starting.start(tmp_path, "what-if", text) == "what-if"
    (process,) = starting._started.values()
    assert isinstance(process, Sleeper)
    file = tmp_path.resolve() / "what-if" / "what-if.yaml"
    command = [sys.executable, "-P", "-m", "feedsim", "run", str(file), "--out", str(tmp_path.resolve()), "--quiet"]
    assert process.command == command
    assert "shell" not in process.how
    assert file.read_text() == "name: what-if\n"


@pytest.mark.usefixtures("sleepers")
@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "/a", "-x", "a b", "$(id)", "A", "a" * 41, "x;y", "x\n"])
def test_no_name_leads_out_of_the_folder_or_into_a_shell(tmp_path: Path, name: str) -> None:
    with pytest.raises(starting.Refused):
        starting.start(tmp_path, name, text)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("sleepers")
def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "what-if").mkdir()
    (tmp_path / "what-if" / "summary.parquet").write_text("of somebody else")
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (tmp_path / "what-if-2").symlink_to(outside)
    assert starting.start(tmp_path, "what-if", text) == "what-if-3"
    assert list(outside.iterdir()) == []
    assert [path.name for path in (tmp_path / "what-if").iterdir()] == ["summary.parquet"]


@pytest.mark.usefixtures("sleepers")
def test_the_same_question_goes_on_in_its_folder_and_is_not_started_twice(tmp_path: Path) -> None:
    assert starting.start(tmp_path, "what-if", text) == "what-if"
    first = dict(starting._started)
    assert starting.start(tmp_path, "what-if", text) == "what-if"
    assert starting._started == first
    starting.stop(tmp_path, "what-if")
    assert not starting.is_running(tmp_path, "what-if")
    assert starting.start(tmp_path, "what-if", text) == "what-if"
    assert starting._started != first


@pytest.mark.usefixtures("sleepers")
def test_only_so_many_run_at_once(tmp_path: Path) -> None:
    for i in range(starting.MOST_AT_ONCE):
        starting.start(tmp_path, f"what-if-{i}", text)
    with pytest.raises(starting.Refused, match="are running"):
        starting.start(tmp_path, "one-more", text)
    starting.stop(tmp_path, "what-if-0")
    assert starting.start(tmp_path, "one-more", text) == "one-more"


def test_a_bad_end_is_told_in_the_words_of_the_command(tmp_path: Path) -> None:
    starting.start(tmp_path, "what-if", lambda name: f"name: {name}\ndays: 0\n")
    until(lambda: not starting.is_running(tmp_path, "what-if"))
    (line,) = starting.complaint(tmp_path, "what-if")
    assert line == "what-if/what-if.yaml:2: days: 0; it should be at least 1"


def test_a_run_that_is_stopped_leaves_nothing_half_done(tmp_path: Path) -> None:
    starting.start(tmp_path, "what-if", lambda name: f"name: {name}\ndays: 300\npopulation: {{users: 300}}\n")
    until(lambda: list(tmp_path.glob("what-if/*/.seed=*/progress.jsonl")))
    assert starting.is_running(tmp_path, "what-if")
    starting.stop(tmp_path, "what-if")
    until(lambda: not starting.is_running(tmp_path, "what-if"))
    assert not list(tmp_path.glob("what-if/*/.seed=*"))
    assert "Interrupted" in " ".join(starting.complaint(tmp_path, "what-if"))


def until(so: Callable[[], object], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end
        time.sleep(0.1)
