"""From the schema of study files to settings that a form can show: what each may be, its default, what it means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias

from feedsim.block import fields_of
from feedsim.merging import MIXES
from feedsim.scenario import Scenario
from feedsim.schema import schema
from feedsim.writing import settings as written

Node: TypeAlias = Mapping[str, Any]
Kind: TypeAlias = Literal["number", "whole", "yes", "one", "some", "words", "text", "numbers", "scope", "harm"]
"""number and whole: within bounds; yes: or no; one and some: of options; words: any number of them; numbers: one for
each of the options; scope: whom a policy is for; harm: a class of it."""
SIZES = ("days", "burn_in_days")
GIVEN_WHOLE = ("population.groups.", "population.users")
"""Names that are no settings by themselves: a file gives all groups at once, and people are a matter of size."""
SHARED = ("start_day", "end_day", "for")
"""Settings that every policy has."""
BLOCKS = ("policies", "ranker", "detectors", "review")
"""Parts of a scenario that have a form of their own."""


@dataclass(frozen=True)
class Setting:
    """One line of a form."""

    path: tuple[str, ...]
    kind: Kind
    default: Any
    note: str
    low: float | None = None
    high: float | None = None
    above: bool = False
    """whether it must be more than `low`"""
    options: tuple[str, ...] = ()
    may_be_nothing: bool = False
    is_required: bool = False

    @property
    def name(self) -> str:
        """Its path, as --set writes it."""
        return ".".join(self.path)

    @property
    def is_three_way(self) -> bool:
        """Yes, no or nothing: no switch has so many places."""
        return self.kind == "yes" and self.may_be_nothing

    @property
    def label(self) -> str:
        """In words."""
        return self.path[-1].replace("_", " ").capitalize()


@cache
def whole() -> Node:
    """The schema. Nobody changes it."""
    return schema()


def definition(node: Node) -> Node:
    """The node, or what it points to."""
    at = node.get("$ref")
    return whole()["$defs"][str(at).rpartition("/")[2]] if at else node


def branches(node: Node) -> list[Node]:
    """What may stand here, but for null."""
    parts = node.get("anyOf", [node])
    found = [part for one in parts for part in (branches(one) if "anyOf" in one else [one])]
    return [definition(part) for part in found if part.get("type") != "null"]


def kind_of(block: Node) -> str:
    """What `kind` says in this block; empty where it has none."""
    return str(block.get("properties", {}).get("kind", {}).get("const", ""))


@cache
def policies() -> dict[str, Node]:
    """Every policy of the library by its kind, in the order in which it is listed."""
    inside = whole()["properties"]["policies"]["additionalProperties"]
    return {kind_of(block): block for block in branches(inside)}


@cache
def kinds(block: str) -> dict[str, Node]:
    """What a part of a scenario (ranker, detectors, review) may be, by its kind; the default first."""
    found = {kind_of(one): one for one in branches(whole()["properties"][block])}
    first = whole()["properties"][block]["default"]["kind"]
    return {first: found[first], **found}


def settings_of(block: Node, path: tuple[str, ...] = ()) -> Iterator[Setting]:
    """The settings of a block that a form can show, in its own order; what every policy has comes last."""
    properties = block["properties"]
    names = [*(name for name in properties if name not in SHARED), *(name for name in SHARED if name in properties)]
    found = (setting(properties[name], (*path, name)) for name in names if name != "kind")
    return (one for one in found if one is not None)


def setting(node: Node, path: tuple[str, ...]) -> Setting | None:
    """A line of a form for a node of the schema; nothing where a form can't show it."""
    several = node.get("anyOf", [])
    of = next(iter(branches(node)), {})
    kind = _kind(of, path[-1])
    if kind is None:
        return None
    return Setting(
        path=path,
        kind=kind,
        default=node.get("default"),
        note=str(node.get("description", "")),
        low=of.get("minimum", of.get("exclusiveMinimum")),
        high=of.get("maximum"),
        above="exclusiveMinimum" in of,
        options=_options(of),
        may_be_nothing=any(part.get("type") == "null" for part in several),
        is_required="default" not in node,
    )


def _kind(of: Node, name: str) -> Kind | None:
    """How it is shown."""
    kind = of.get("type")
    if name == "for":
        return "scope"
    if name == "harm" and kind == "string":
        return "harm"
    if "enum" in of:
        return "one"
    if kind == "array":
        return "some" if "enum" in definition(of["items"]) else "words"
    if kind == "object":
        return "numbers" if _options(of) and _holds_numbers(of) else None
    names: dict[object, Kind] = {"number": "number", "integer": "whole", "boolean": "yes", "string": "text"}
    return names.get(kind) if "const" not in of else None


def _holds_numbers(of: Node) -> bool:
    return [part.get("type") for part in branches(of.get("additionalProperties", {}))] == ["number"]


def _options(of: Node) -> tuple[str, ...]:
    listed = of.get("enum") or of.get("items", {}).get("enum") or of.get("propertyNames", {}).get("enum") or ()
    return tuple(map(str, listed))


@cache
def defaults() -> Mapping[str, Any]:
    """The default scenario, resolved."""
    return written(Scenario())


@cache
def others() -> dict[str, Setting]:
    """Every single number, choice or yes-or-no of the world that has no form of its own, by its name: those that the
    default scenario has. Shares that add up to 1 are left out, as one alone can't be changed, and groups, which a file
    gives all at once."""
    found: dict[str, Setting] = {}
    for name, node in whole()["properties"].items():
        if name in fields_of(Scenario) and name not in (*SIZES, *BLOCKS):
            found |= {one.name: one for one in _leaves(node, (name,), defaults()[name])}
    return {name: one for name, one in found.items() if not name.startswith(GIVEN_WHOLE)}


def _leaves(node: Node, path: tuple[str, ...], data: Any) -> Iterator[Setting]:
    """The single settings below a node, as far as `data`, what stands there by default, has them."""
    if not isinstance(data, dict):
        leaf = setting({**node, "default": data}, path)
        if leaf is not None and leaf.kind in ("number", "whole", "yes", "one", "text") and not leaf.is_three_way:
            yield leaf
        return
    of = next((part for part in branches(node) if kind_of(part) == data.get("kind", "")), None)
    for name, value in data.items() if of is not None else ():
        assert of is not None
        inside = of.get("properties", {}).get(name) or of.get("additionalProperties")
        if isinstance(inside, dict) and name != "kind" and (of.get("title"), name) not in MIXES:
            yield from _leaves(inside, (*path, name), value)


def harms() -> tuple[str, ...]:
    """The classes of harm that there are by default."""
    return tuple(name for name, harm in defaults()["harms"].items() if harm["enabled"])


def visible_groups() -> dict[str, tuple[str, ...]]:
    """Group attributes that the company may see by default, and their levels."""
    groups = defaults()["population"]["groups"]
    return {name: tuple(group["shares"]) for name, group in groups.items() if group["visible_to_company"]}


def languages() -> tuple[str, ...]:
    """Those that people write by default."""
    return tuple(defaults()["population"]["groups"]["language"]["shares"])
