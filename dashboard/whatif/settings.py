"""From the schema of study files to settings that a form can show: what each may be, its default, what it means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal, TypeAlias

from feedsim.block import fields_of
from feedsim.inputs import PATHS
from feedsim.merging import MIXES
from feedsim.scenario import Scenario
from feedsim.schema import schema
from feedsim.writing import settings as written

Node: TypeAlias = Mapping[str, Any]
World: TypeAlias = Mapping[str, Any]
"""All settings of a scenario, resolved: what a form stands on."""
Kind: TypeAlias = Literal["number", "whole", "yes", "one", "some", "words", "text", "each", "mix", "scope", "harm"]
"""number and whole: within bounds; yes: or no; one and some: of options; words: any number of them; each: one value for
each of some names; mix: the same, as shares that add up to 1; scope: whom a policy is for; harm: a class of it."""
SIZES = ("days", "burn_in_days", "population.users")
SHARED = ("start_day", "end_day", "for")
"""Settings that every policy has."""
BLOCKS = ("policies", "ranker", "detectors", "review")
"""Parts of a scenario that have a form of their own."""
OF_THE_WORLD = ("reviewers", "error_factors", "outcomes", "group_thresholds")
"""Mappings whose names are the world's: languages, classes of harm, groups."""
LEAVES = ("number", "whole", "yes", "one", "text")


@dataclass(frozen=True)
class Setting:
    """One line of a form."""

    path: tuple[str, ...]
    kind: Kind
    default: Any
    """what it is where the form says nothing"""
    note: str
    low: float | None = None
    high: float | None = None
    above: bool = False
    """whether it must be more than `low`"""
    options: tuple[str, ...] = ()
    may_be_nothing: bool = False
    is_required: bool = False
    each: "Setting | None" = None
    """what stands under one name; for `one`, the mapping that may stand in place of an option"""

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


def block_of(node: Node, data: Any) -> Node | None:
    """The block, or the mapping, that `data` is."""
    kind = data.get("kind", "") if isinstance(data, Mapping) else ""
    return next((part for part in branches(node) if part.get("type") == "object" and kind_of(part) == kind), None)


def inside(block: Node, name: str) -> Node | None:
    """What may stand under a name."""
    found = block.get("properties", {}).get(name) or block.get("additionalProperties")
    return found if isinstance(found, dict) else None


def defaults_of(block: Node) -> World:
    """What a block has where nothing is said, by the schema."""
    properties = block.get("properties", {}).items()
    return {
        name: node.get("default", {}) for name, node in properties if "default" in node or node.get("type") == "object"
    }


@cache
def policies() -> dict[str, Node]:
    """Every policy of the library by its kind, in the order in which it is listed."""
    return {kind_of(block): block for block in branches(whole()["properties"]["policies"]["additionalProperties"])}


@cache
def kinds(block: str) -> dict[str, Node]:
    """What a part of a scenario (ranker, detectors, review) may be, by its kind; the default first."""
    found = {kind_of(one): one for one in branches(whole()["properties"][block])}
    first = whole()["properties"][block]["default"]["kind"]
    return {first: found[first], **found}


def settings_of(block: Node, now: World | None = None) -> Iterator[Setting]:
    """The settings of a block that a form can show, in its own order; what every policy has comes last.

    `now`: what they are where the form says nothing; the defaults without it.
    """
    properties = block["properties"]
    names = [*(name for name in properties if name not in SHARED), *(name for name in SHARED if name in properties)]
    for name in names:
        node = properties[name] if now is None or name not in now else {**properties[name], "default": now[name]}
        found = setting(node, (name,)) if name != "kind" else None
        if found is not None:
            yield replace(found, default=_scope(found.default)) if found.kind == "scope" else found


def _scope(data: World | None) -> Any:
    """Whom a policy is for, in the fewest words."""
    return {name: value for name, value in (data or {}).items() if value} or None


def setting(node: Node, path: tuple[str, ...]) -> Setting | None:
    """A line of a form for a node of the schema; nothing where a form can't show it."""
    parts = branches(node)
    of = next(iter(parts), {})
    kind = _kind(of, path[-1])
    if kind is None:
        return None
    mapping = next((part for part in parts[1:] if part.get("propertyNames")), None)
    return Setting(
        path=path,
        kind=kind,
        default=node.get("default"),
        note=str(node.get("description", "")),
        low=of.get("minimum", of.get("exclusiveMinimum")),
        high=of.get("maximum"),
        above="exclusiveMinimum" in of,
        options=_options(of),
        may_be_nothing=any(part.get("type") == "null" for part in node.get("anyOf", [])),
        is_required="default" not in node,
        each=_each(of, path)
        if kind == "each"
        else None
        if mapping is None
        else setting({**mapping, "default": {}}, path),
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
        return "each" if (_options(of) or name in OF_THE_WORLD) and _each(of, (name,)) is not None else None
    names: dict[object, Kind] = {"number": "number", "integer": "whole", "boolean": "yes", "string": "text"}
    return names.get(kind) if "const" not in of else None


def _each(mapping: Node, path: tuple[str, ...]) -> Setting | None:
    """The value of one name of a mapping, or of one name of each of its mappings."""
    of = next(iter(branches(mapping.get("additionalProperties") or {})), {})
    found = _each(of, path) if of.get("type") == "object" else setting({**of, "default": None}, path)
    return found if found is not None and found.kind in ("number", "whole", "one") else None


def _options(of: Node) -> tuple[str, ...]:
    listed = of.get("enum") or of.get("items", {}).get("enum") or of.get("propertyNames", {}).get("enum") or ()
    return tuple(map(str, listed))


@cache
def defaults() -> World:
    """The default scenario, resolved."""
    return written(Scenario())


def others(world: World) -> dict[str, Setting]:
    """Every single number, choice or yes-or-no of a world that has no form of its own, and its mappings of them, by
    name. Files that it names are left out, and what it does not have."""
    found: dict[str, Setting] = {}
    for name, node in whole()["properties"].items():
        if name in fields_of(Scenario) and name not in BLOCKS and name in world:
            found |= {one.name: one for one in _leaves(node, (name,), world[name])}
    return {name: one for name, one in found.items() if name not in SIZES and one.path not in PATHS}


def _leaves(node: Node, path: tuple[str, ...], data: Any) -> Iterator[Setting]:
    """The settings below a node, as far as `data`, what stands there, has them."""
    leaf = setting({**node, "default": data}, path)
    if leaf is not None and (leaf.kind in LEAVES or path[-1] in OF_THE_WORLD):
        if not leaf.is_three_way:
            yield leaf
        return
    of = block_of(node, data) if isinstance(data, Mapping) else None
    for name, value in data.items() if of is not None else ():
        under = inside(of, name) if of is not None and name != "kind" else None
        if under is not None and of is not None and (of.get("title"), name) in MIXES:
            yield _mix(under, (*path, name), value)
        elif under is not None:
            yield from _leaves(under, (*path, name), value)


def _mix(node: Node, path: tuple[str, ...], shares: World) -> Setting:
    share = Setting(path, "number", None, "", 0, 1)
    return replace(
        share, kind="mix", default=shares, note=str(node.get("description", "")), options=tuple(shares), each=share
    )
