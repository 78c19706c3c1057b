"""Checking data against a block: what pydantic finds, in plain words."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from feedsim.block import Block, fields_of
from feedsim.faults import Finding, Where, nearest, one_of
from feedsim.merging import Data, blocks, branches, chosen, kind_of, values

B = TypeVar("B", bound=Block)

_BOUNDS = {"gt": "greater than", "ge": "at least", "lt": "less than", "le": "at most"}
_TYPES = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "string_type": "text; quotes make text of a number",
    "list_type": "a list, such as [first, second]",
    "tuple_type": "a list, such as [first, second]",
    "dict_type": "a mapping, as in name: value",
    "model_type": "a mapping, as in name: value",
    "model_attributes_type": "a mapping, as in kind: name",
}
_SAID = re.compile(r"(?:(\w+): )?(.*); (.*)", re.DOTALL)
"""The message of a block's own check: `field: what is wrong; what would be right`."""


@dataclass(frozen=True)
class Validated(Generic[B]):
    """What came of checking data."""

    block: B | None
    """what the data says, without what is wrong in it; None where nothing is left"""
    findings: list[Finding]
    left_out: list[Where]
    """what was taken out, so that the rest could be checked"""

    def stands(self, finding: Finding) -> bool:
        """Is nothing that this finding rests on among what was left out?"""
        return not any(_related(read, gone) for read in finding.reads for gone in self.left_out)


def validated(data: Data, model: type[B]) -> Validated[B]:
    """Check `data`, all in one go: what is wrong is left out and the rest is checked again."""
    first: list[Finding] | None = None
    left_out: list[Where] = []
    while True:
        try:
            block = model.model_validate_json(json.dumps(data))
            return Validated(block, first or [], left_out)
        except ValidationError as error:
            wrong = list(_findings(error.errors(include_url=False), data, model))
        first = wrong if first is None else first
        gone = [path for finding in wrong if (path := _present(finding.reads[0], data))]
        if not gone:
            return Validated(None, first, left_out)
        left_out += gone
        for path in gone:
            data = _without(data, path)


def _related(one: Where, other: Where) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _present(path: Where, data: Any) -> Where:
    """The path, or as much of it as there is."""
    for at, name in enumerate(path):
        if not (isinstance(data, dict) and name in data):
            return path[:at]
        data = data[name]
        if isinstance(data, list):
            return path[: at + 1]
    return path


def _without(data: Data, path: Where) -> Data:
    name, rest = path[0], path[1:]
    if name not in data:
        return data
    if not rest:
        return {key: value for key, value in data.items() if key != name}
    return {**data, name: _without(data[name], rest)} if isinstance(data[name], dict) else data


@dataclass(frozen=True)
class _Place:
    """Where in the data an error is."""

    path: Where
    annotation: Any
    known: tuple[str, ...]
    """names that may stand beside it"""
    described: str
    in_mapping: bool


def _findings(errors: Sequence[ErrorDetails], data: Data, model: type[Block]) -> Iterable[Finding]:
    unknown = [error["loc"][:-1] for error in errors if error["loc"][-1:] == ("[key]",)]
    for error in errors:
        # What stands under a name that should not be there is not worth a word.
        under = any(error["loc"][: len(loc)] == loc for loc in unknown) and error["loc"][-1] != "[key]"
        place = None if under else _located(error["loc"], data, model)
        if place is not None:
            path, wrong, right = _words(error, place)
            yield Finding((path,), wrong, right)


def _located(loc: Sequence[str | int], data: Any, annotation: Any) -> _Place | None:
    """The place of an error, without the tags of unions; None where it is about a branch that nobody meant."""
    path: Where = ()
    place = _Place(path, annotation, (), "", False)
    rest = list(loc)
    while rest:
        part, models = rest.pop(0), blocks(annotation)
        if part == "[key]":
            break
        model = chosen(annotation, data)
        child = _child(data, part)
        if len(models) > 1:
            annotation = model
            continue
        if model is not None:
            field = fields_of(model).get(str(part))
            annotation, described = (field.annotation, field.description or "") if field else (None, "")
            path = (*path, str(part))
            place = _Place(path, annotation, tuple(fields_of(model)), described, False)
        elif len(branches(annotation)) > 1:
            if str(part).startswith("dict[") != isinstance(data, dict):
                return None
            annotation = next(b for b in branches(annotation) if (get_origin(b) is dict) == isinstance(data, dict))
            continue
        else:
            path, known = (*path, str(part)), tuple(data) if isinstance(data, dict) else ()
            value = values(annotation)
            annotation = value if value is not None else next(iter(get_args(annotation)), None)
            place = _Place(path, annotation, known, "", value is not None)
        data = child
    return place


def _child(data: Any, part: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(part)
    return data[part] if isinstance(data, list) and isinstance(part, int) else None


def _words(error: ErrorDetails, place: _Place) -> tuple[Where, str, str]:
    """Path, what is wrong, and what would be right."""
    kind, context = error["type"], error.get("ctx", {})
    path, value = place.path, shown(error["input"])
    if kind == "extra_forbidden":
        return path, "unknown key", nearest(path[-1], place.known)
    if kind == "missing":
        right = f"it should be given: {' '.join(place.described.split())}" if place.described else "it should be given"
        return path, "is missing", right
    if error["input"] is None and place.in_mapping:
        others = [name for name in place.known if name != path[-1]]
        return path, "there is nothing of that name to take out", nearest(path[-1], others)
    if kind == "union_tag_invalid" and error["input"]["kind"] is not None:
        tag = str(context["tag"])
        return (*path, "kind"), shown(tag), nearest(tag, map(kind_of, blocks(place.annotation)))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return (*path, "kind"), "is missing", f"it should be {one_of(map(kind_of, blocks(place.annotation)))}"
    if kind == "literal_error":
        return path, value, nearest(str(error["input"]), re.findall(r"'([^']*)'", str(context["expected"])))
    if kind == "value_error":
        return _own_words(path, str(context["error"]), place)
    return path, value, f"it should be {_expected(error, context)}"


def _expected(error: ErrorDetails, context: dict[str, Any]) -> str:
    for bound, words in _BOUNDS.items():
        if bound in context:
            return f"{words} {number(context[bound])}"
    if error["type"] in ("too_short", "too_long"):
        least = "min_length" in context
        return f"{'at least' if least else 'at most'} {context['min_length' if least else 'max_length']} long"
    return _TYPES.get(error["type"], error["msg"].lower())


def _own_words(path: Where, message: str, place: _Place) -> tuple[Where, str, str]:
    said = _SAID.fullmatch(message)
    if said is None:
        return path, message, "it should be changed"
    field, wrong, right = said.groups()
    return (*path, field) if field else path, wrong, right


def number(value: float) -> str:
    """A number as one would write it."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{value:.6g}"


def shown(value: Any) -> str:
    """A value as one would say it."""
    if isinstance(value, dict | list):
        noun = "a mapping" if isinstance(value, dict) else "a list"
        return f"{noun} of {len(value)}" if value else f"an empty {noun.removeprefix('a ')}"
    if isinstance(value, str):
        text = " ".join(value.split())
        return f"'{text if len(text) <= 60 else text[:57] + '...'}'"
    return "nothing" if value is None else json.dumps(value)
