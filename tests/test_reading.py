"""YAML in: plain data with lines, and faults instead of exceptions."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsim.faults import Fault, Faults, nearest
from feedsim.reading import MOST_BYTES, Document, read, read_text


def said(text: str) -> Document:
    return read_text(text, "a.yaml")


def told(text: str) -> list[str]:
    """All faults of a text, as a person reads them."""
    try:
        return [str(fault) for fault in Faults(said(text).faults).faults]
    except Faults as error:
        return [str(fault) for fault in error.faults]


def test_a_fault_says_where_what_is_wrong_and_what_would_be_right() -> None:
    wrong, right = "shares add up to 0.9", "they should add up to 1"
    assert (
        str(Fault("demote.yaml", 14, "population.groups.age", wrong, right))
        == "demote.yaml:14: population.groups.age: shares add up to 0.9; they should add up to 1"
    )
    assert str(Fault("--set", None, "days_", "unknown key", "did you mean 'days'?")) == (
        "--set: days_: unknown key; did you mean 'days'?"
    )
    assert str(Fault("a.yaml", None, "", "is a folder", "it should be a file")) == (
        "a.yaml: is a folder; it should be a file"
    )


def test_faults_come_by_line_and_each_once() -> None:
    first, second = Fault("a", 2, "", "x", "y"), Fault("a", 10, "", "x", "y")
    assert Faults([second, first, second]).faults == [first, second]


def test_the_nearest_name_is_proposed_else_all_are_listed() -> None:
    assert nearest("rankr", ["feed", "ranker"]) == "did you mean 'ranker'?"
    assert nearest("zzz", ["feed", "ranker"]) == "it should be one of feed, ranker"


def test_every_setting_has_its_line() -> None:
    document = said("days: 3\npopulation:\n  groups:\n    age:\n      - x\n      - {y: 1}\n")
    assert document.data == {"days": 3, "population": {"groups": {"age": ["x", {"y": 1}]}}}
    assert document.lines == {
        "": 1,
        "days": 1,
        "population": 2,
        "population.groups": 3,
        "population.groups.age": 4,
        "population.groups.age.0": 5,
        "population.groups.age.1": 6,
        "population.groups.age.1.y": 6,
    }
    assert document.faults == []


def test_keys_are_text_however_they_look() -> None:
    assert said("18-29: 1\nyes: 2\n3: 4\n2024-01-01: 5\n~: 6\n").data == {
        "18-29": 1,
        "yes": 2,
        "3": 4,
        "2024-01-01": 5,
        "~": 6,
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e5", 100_000),
        ("1.5e3", 1500),
        ("1e-2", 0.01),
        ("10_000", 10_000),
        ("18_29", "18_29"),
        ("010", 10),
        ("-3", -3),
        ("+.5", 0.5),
        ("2.", 2.0),
        ("1e999", float("inf")),
        ("-.inf", float("-inf")),
        ("yes", "yes"),
        ("no", "no"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("18-29", "18-29"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("'3'", "3"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_a_word_is_read_as_yaml_1_2_means_it(text: str, value: object) -> None:
    read_ = said(f"key: {text}").data["key"]
    assert (type(read_), read_) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", ["a.yaml:1: is empty; it should have a setting, such as days: 10"]),
        ("# nothing\n", ["a.yaml:1: is empty; it should have a setting, such as days: 10"]),
        ("a: 1\nb: 2\na: 3\n", ["a.yaml:3: a: is given twice, first in line 1; it should be given once"]),
        (
            "x:\n  a: !!python/object/apply:os.system [ls]\n",
            [
                "a.yaml:2: x.a: the tag tag:yaml.org,2002:python/object/apply:os.system asks for another type; "
                "the tag should be left out"
            ],
        ),
        (
            "a: &b 1\nc: *b\n",
            [
                "a.yaml:1: a: &b is an alias or its anchor; the value should be spelt out",
                "a.yaml:2: c: *b is an alias or its anchor; the value should be spelt out",
            ],
        ),
        ("a: 1\n---\nb: 2\n", ["a.yaml:2: a second document begins; a file should hold one: take the --- out"]),
        ("? [1]\n: 2\n", ["a.yaml:1: a list or mapping stands where a name should; it should be name: value"]),
        ('a: "\\0"\n', ["a.yaml:1: a: holds a control character; it should be left out"]),
        (
            "a: 1\nb: [1\n",
            [
                "a.yaml:3: can't be read as YAML: expected ',' or ']', but got '<stream end>'; "
                "check indents, colons and quotes there"
            ],
        ),
        (
            'a: "\\U99999999"\n',
            [
                "a.yaml:1: can't be read as YAML: an escape stands for no character; "
                "check indents, colons and quotes there"
            ],
        ),
        (
            "a: 1\nb: \x01\n",
            [
                "a.yaml:2: can't be read as YAML: the character 0x1 is not allowed; "
                "check indents, colons and quotes there"
            ],
        ),
    ],
)
def test_what_yaml_should_not_hold_is_a_fault_with_its_line(text: str, faults: list[str]) -> None:
    assert told(text) == faults


def test_several_faults_of_yaml_are_told_at_once() -> None:
    assert [line.split(":")[1] for line in told("a: !x 1\na: 2\nb: &c 3\n")] == ["1", "2", "3"]


def test_what_is_said_twice_counts_as_it_was_said_first() -> None:
    assert said("a: 1\na: 2\n").data == {"a": 1}


def test_a_billion_laughs_are_refused_at_once() -> None:
    lines = ["a0: &a0 [lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    began = time.perf_counter()
    faults = told("\n".join(lines))
    assert time.perf_counter() - began < 2
    assert faults[0] == "a.yaml:1: a0: &a0 is an alias or its anchor; the value should be spelt out"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_a_file_nested_too_deep_is_refused_at_once(opening: str) -> None:
    began = time.perf_counter()
    assert "nested too deep" in told(opening * 100_000)[-1]
    assert time.perf_counter() - began < 2


def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfdays: 3\n")
    assert read(path).data == {"days": 3}


def test_what_is_no_readable_file_is_one_fault(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"a: 1\nb: \xe9\n")
    (tmp_path / "large.yaml").write_bytes(b"#" * (MOST_BYTES + 1))
    found = {}
    for name in ("none.yaml", "latin.yaml", "large.yaml", "."):
        with pytest.raises(Faults) as error:
            read(tmp_path / name, name)
        found[name] = str(error.value)
    assert found == {
        "none.yaml": "none.yaml: there is no such file; it should be the path of a study file",
        "latin.yaml": "latin.yaml:2: byte 0xe9 is not UTF-8 text; the file should be saved as UTF-8",
        "large.yaml": "large.yaml: is larger than 1 MB; a study file should be a page or two of YAML",
        ".": ".: is a folder; it should be a study file, such as demote.yaml",
    }


@given(st.text() | st.text("&*!{}[]:,-?|>'\"\\ \n\tab01%@#~<U", max_size=60))
def test_any_text_is_read_or_refused_with_faults(text: str) -> None:
    # `told` lets out whatever is not a list of faults.
    assert all(line.startswith("a.yaml:") for line in told(text))
