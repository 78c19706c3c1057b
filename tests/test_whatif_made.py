"""The what-ifs that the page has made: known for certain, counted, and taken away with nothing else."""

import os
from pathlib import Path

import pytest
from test_whatif_starting import Sleeper

from dashboard.whatif import starting
from dashboard.whatif.made import delete, made
from dashboard.whatif.settings import defaults
from dashboard.whatif.study import QUICK, WhatIf
from feedsim.results import NotARun


@pytest.fixture(autouse=True)
def nothing_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "_started", {})


def asked(root: Path, name: str, question: str = "Why?", when: float = 1000.0) -> Path:
    """A what-if as the page writes it, with a run's file of 2,000 bytes."""
    folder = root / name
    (folder / "what_if" / "seed=1").mkdir(parents=True)
    file = folder / starting.FILE
    file.write_text(WhatIf(question, defaults(), {"tick_minutes": 30}).text(name, QUICK["tiny"]))
    os.utime(file, (when, when))
    (folder / "what_if" / "seed=1" / "metrics.parquet").write_bytes(b"x" * 2000)
    return folder


def others(root: Path) -> None:
    """What looks like a what-if and is none."""
    (root / "study").mkdir()
    (root / "study" / "summary.parquet").write_text("")
    asked(root, "renamed").rename(root / "moved")
    two = "arms: {as_it_is: {}, what_if: {}}\n"
    texts = {
        "by-hand": "name: by-hand\narms: {a: {}, b: {}}\n", "broken": "name: [", "empty": "",
        "extended": f"name: extended\nextends: /x.yaml\n{two}",
        "foreign": f"name: foreign\ngraph: {{kind: edges, path: /x.csv}}\n{two}",
        "foreign-arm": "name: foreign-arm\narms: {as_it_is: {}, what_if: {content: {path: /x.csv}}}\n",
    }  # fmt: skip
    for name, text in texts.items():
        (root / name).mkdir()
        (root / name / starting.FILE).write_text(text)
    asked(root, "Capital").rename(root / "Capitals")
    (root / "what-if.yaml").write_text("name: what-if\n")
    outside = root.parent / f"{root.name}-outside"
    outside.mkdir()
    (root / "linked").symlink_to(asked(outside, "linked"))
    (root / "by-link").mkdir()
    (root / "by-link" / starting.FILE).symlink_to(asked(outside, "by-link") / starting.FILE)


FOLDERS = ("study", "moved", "by-hand", "broken", "empty", "Capitals", "what-if.yaml", "linked", "by-link")
NONE = (*FOLDERS, "extended", "foreign", "foreign-arm", "..", ".", "", "/")


def test_those_made_here_are_listed_the_latest_first_and_nothing_else(tmp_path: Path) -> None:
    asked(tmp_path, "older", "First?", 1000)
    file = asked(tmp_path, "newer", "Second?", 2000) / starting.FILE
    others(tmp_path)
    assert [(one.name, one.question, one.is_running) for one in made(tmp_path)] == [
        ("newer", "Second?", False), ("older", "First?", False),
    ]  # fmt: skip
    assert made(tmp_path)[0].size == 2000 + file.stat().st_size
    assert made(tmp_path / "nowhere") == []


def test_one_is_deleted_and_all_else_stays(tmp_path: Path) -> None:
    asked(tmp_path, "one")
    asked(tmp_path, "two")
    others(tmp_path)
    before = {path for path in tmp_path.rglob("*") if "one" not in path.relative_to(tmp_path).parts}
    delete(tmp_path, "one")
    assert set(tmp_path.rglob("*")) == before
    assert [one.name for one in made(tmp_path)] == ["two"]


@pytest.mark.parametrize("name", NONE)
def test_what_was_not_made_here_is_not_deleted(tmp_path: Path, name: str) -> None:
    others(tmp_path)
    before = set(tmp_path.parent.rglob("*"))
    with pytest.raises(NotARun, match="is not a what-if that was made here"):
        delete(tmp_path, name)
    assert set(tmp_path.parent.rglob("*")) == before


def test_a_link_in_it_goes_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    folder = asked(root, "one")
    kept = asked(tmp_path, "kept")
    (folder / "what_if" / "out").symlink_to(kept)
    (folder / "what_if" / "file").symlink_to(kept / starting.FILE)
    size = next(one.size for one in made(root))
    assert size < 2000 + (folder / starting.FILE).stat().st_size + 500
    delete(root, "one")
    assert list(root.iterdir()) == []
    assert (kept / "what_if" / "seed=1" / "metrics.parquet").stat().st_size == 2000


def test_what_somebody_else_has_put_there_keeps_it(tmp_path: Path) -> None:
    folder = asked(tmp_path, "one")
    (folder / "thesis.txt").write_text("years of work")
    assert made(tmp_path) == []
    with pytest.raises(NotARun, match="it stays"):
        delete(tmp_path, "one")
    assert (folder / "thesis.txt").is_file()


def test_one_that_runs_is_not_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = asked(tmp_path, "one")
    monkeypatch.setattr(starting, "_started", {folder.resolve(): Sleeper([])})
    assert [one.is_running for one in made(tmp_path)] == [True]
    with pytest.raises(NotARun, match="stop it first"):
        delete(tmp_path, "one")
    starting.stop(tmp_path, "one")
    delete(tmp_path, "one")
    assert made(tmp_path) == []


def test_one_that_somebody_else_runs_is_not_deleted(tmp_path: Path) -> None:
    folder = asked(tmp_path, "one")
    part = folder / "what_if" / f".seed=2.{os.getpid()}.part"
    part.mkdir()
    (part / "progress.jsonl").write_text("")
    with pytest.raises(NotARun, match="running"):
        delete(tmp_path, "one")
    assert folder.is_dir()
