"""Reading a YAML file: plain data, the line of every setting, and all that is wrong with it in one go.

Scalars are read as YAML 1.2 means them: `yes`, `18-29` and `2024-01-01` are text, `1e5` and `10_000` are numbers, and
a key is always text. Nothing but text, numbers, true, false, null, lists and mappings is ever built.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from feedsim.faults import Fault, Faults, Where

__all__ = ["Document", "Fault", "Faults", "read", "read_text", "scalar"]

MOST_BYTES = 1_000_000
MOST_NODES = 100_000
MOST_DEPTH = 40

_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **{word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")},
    **{word: float(word.replace(".", "")) for word in (".inf", "-.inf", "+.inf", ".nan")},
}
_WHOLE = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:_\d{3})+)", re.ASCII)
_DECIMAL = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Document:
    """What a file says, and where."""

    file: str
    data: Any
    lines: dict[str, int]
    """path, as in 'population.groups.age', -> line; the whole file is at ''"""
    faults: list[Fault] = field(default_factory=list)
    """of YAML itself; what they are about is left out of `data`"""


def read(path: Path, name: str = "") -> Document:
    """The file at `path`, called `name` in faults. Raises Faults where nothing can be made of it."""
    name = name or str(path)
    raw = _bytes(path, name)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        wrong = f"byte {raw[error.start]:#04x} is not UTF-8 text"
        raise Faults([Fault(name, line, "", wrong, "the file should be saved as UTF-8")]) from error
    return read_text(text, name)


def _bytes(path: Path, name: str) -> bytes:
    try:
        if path.is_dir():
            raise Faults([Fault(name, None, "", "is a folder", "it should be a study file, such as demote.yaml")])
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        wrong = "there is no such file" if missing else f"can't be read ({getattr(error, 'strerror', None) or error})"
        raise Faults([Fault(name, None, "", wrong, "it should be the path of a study file")]) from error
    if len(raw) > MOST_BYTES:
        raise Faults([Fault(name, None, "", "is larger than 1 MB", "a study file should be a page or two of YAML")])
    return raw


def read_text(text: str, file: str) -> Document:
    """The one YAML document in `text`. Raises Faults where nothing can be made of it."""
    reader = _Reader(file)
    try:
        data = reader.document(yaml.parse(text, Loader=yaml.SafeLoader))
    # PyYAML lets a ValueError or OverflowError out for escapes beyond Unicode.
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        line, problem = _problem(error, text)
        fault = Fault(file, line, "", f"can't be read as YAML: {problem}", "check indents, colons and quotes there")
        raise Faults([*reader.faults, fault]) from error
    return Document(file, data, reader.lines, reader.faults)


def _problem(error: Exception, text: str) -> tuple[int, str]:
    """Line and words of a syntax error."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return (mark.line + 1 if mark else 1), " ".join(str(error.problem or error.context).split())
    if isinstance(error, yaml.reader.ReaderError):
        return text.count("\n", 0, error.position) + 1, f"the character {error.character:#x} is not allowed"
    return 1, "an escape stands for no character"


@dataclass
class _Reader:
    """Builds data from the events of a parse, noting lines and faults on the way."""

    file: str
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    nodes: int = 0

    def document(self, events: Iterator[Any]) -> Any:
        """The data of the only document."""
        data, seen = None, 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                seen += 1
                if seen > 1:
                    self._fault(event, (), "a second document begins", "a file should hold one: take the --- out")
                    break
            elif isinstance(event, yaml.NodeEvent):
                self.lines[""] = 1
                data = self._value(event, events, ())
        if seen == 0:
            self.faults.append(Fault(self.file, 1, "", "is empty", "it should have a setting, such as days: 10"))
        return data

    def _value(self, event: Any, events: Iterator[Any], path: Where) -> Any:
        self._admit(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(events, path)
        if isinstance(event, yaml.AliasEvent):
            return None
        self._writable(event, path)
        return scalar(event.value) if event.style is None else event.value

    def _list(self, events: Iterator[Any], path: Where) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            here = (*path, str(len(items)))
            self.lines[".".join(here)] = event.start_mark.line + 1
            items.append(self._value(event, events, here))
        return items

    def _mapping(self, events: Iterator[Any], path: Where) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(event, events, path)
            here = (*path, "?" if key is None else key)
            name, line = ".".join(here), event.start_mark.line + 1
            twice = key in entries
            if twice:
                wrong = f"is given twice, first in line {self.lines[name]}"
                self._fault(event, here, wrong, "it should be given once")
            if key is not None and not twice:
                self.lines[name] = line
            following = next(events)
            value = self._value(following, events, here)
            # What YAML says again or borrows from elsewhere is left out, so that the rest can be checked.
            if key is not None and not twice and not isinstance(following, yaml.AliasEvent):
                entries[key] = value
        return entries

    def _key(self, event: Any, events: Iterator[Any], path: Where) -> str | None:
        """A key as it is written: 18-29, yes and 1 are names too."""
        if isinstance(event, yaml.ScalarEvent):
            self._admit(event, path)
            self._writable(event, path)
            return str(event.value)
        self._value(event, events, (*path, "?"))
        if not isinstance(event, yaml.AliasEvent):
            self._fault(event, path, "a list or mapping stands where a name should", "it should be name: value")
        return None

    def _admit(self, event: Any, path: Where) -> None:
        """Refuse what could make the reading of a file take over, or take for ever."""
        self.nodes += 1
        if len(path) > MOST_DEPTH or self.nodes > MOST_NODES:
            wrong = "is nested too deep" if len(path) > MOST_DEPTH else "holds too many values"
            right = f"{MOST_DEPTH} levels and {MOST_NODES} values should do"
            raise Faults([*self.faults, Fault(self.file, event.start_mark.line + 1, "", wrong, right)])
        if event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            self._fault(event, path, f"{sign}{event.anchor} is an alias or its anchor", "the value should be spelt out")
        if getattr(event, "tag", None) is not None:
            self._fault(event, path, f"the tag {event.tag} asks for another type", "the tag should be left out")

    def _writable(self, event: Any, path: Where) -> None:
        if _UNWRITABLE.search(event.value):
            self._fault(event, path, "holds a control character", "it should be left out")

    def _fault(self, event: Any, path: Where, wrong: str, right: str) -> None:
        self.faults.append(Fault(self.file, event.start_mark.line + 1, ".".join(path), wrong, right))


def scalar(text: str) -> str | int | float | bool | None:
    """What a word without quotes stands for."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > 300:
        return text
    if _WHOLE.fullmatch(text):
        return int(text)
    if not _DECIMAL.fullmatch(text):
        return text
    number = float(text)
    # 1e5 people are 100000 people, not a fraction that happens to be whole.
    return int(number) if "e" in text.lower() and number.is_integer() and abs(number) < 2**53 else number
