"""A scenario in few words: what differs from the defaults, and no more."""

from collections.abc import Mapping
from typing import Any

from dashboard.whatif.settings import Node, World, block_of, defaults, defaults_of, inside, whole
from feedsim.merging import GROUPS, MIXES, Data
from feedsim.scenario import Scenario

TOP = Scenario.__name__
WHOLE = MIXES | {GROUPS}
"""Settings that a file gives whole or not at all."""


def small(world: World) -> Data:
    """What a file has to say, so that it gives this scenario; `world` may leave settings out."""
    return _differing(whole()["$defs"][TOP], world, defaults())


def _differing(block: Node, data: World, standing: World) -> Data:
    """Of a block or a mapping, the names whose values are not those that stand there anyway."""
    return {
        name: _said(block, name, value, standing.get(name))
        for name, value in data.items()
        if name not in standing or value != standing[name]
    }


def _said(block: Node, name: str, value: Any, standing: Any) -> Any:
    node = inside(block, name)
    of = block_of(node, value) if node is not None else None
    if not isinstance(value, Mapping) or of is None:
        return value
    if (block.get("title", TOP), name) in WHOLE:
        return {one: _said(of, one, part, None) for one, part in value.items()}
    if isinstance(standing, Mapping) and standing.get("kind") == value.get("kind"):
        return _differing(of, value, standing)
    kind = {"kind": value["kind"]} if "kind" in value else {}
    return kind | _differing(of, value, defaults_of(of))
