"""Names that a world gives to settings: its languages, classes of harm and groups."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from dashboard.whatif.settings import Setting, World


def harms(world: World) -> tuple[str, ...]:
    """The classes of harm that there are."""
    return tuple(name for name, harm in world["harms"].items() if harm is not None and harm["enabled"])


def _groups(world: World) -> World:
    return {name: group for name, group in world["population"]["groups"].items() if group is not None}


def visible_groups(world: World) -> dict[str, tuple[str, ...]]:
    """Group attributes that the company may see, and their levels."""
    return {name: tuple(of["shares"]) for name, of in _groups(world).items() if of.get("visible_to_company")}


def languages(world: World) -> tuple[str, ...]:
    """Those that people write."""
    return tuple(_groups(world).get("language", {}).get("shares", ()))


Name: TypeAlias = tuple[str, ...]
NAMED: Mapping[str, Callable[[World], list[Name]]] = {
    "reviewers": lambda world: [(name,) for name in languages(world)],
    "error_factors": lambda world: [(name,) for name in languages(world)],
    "outcomes": lambda world: [(name,) for name in harms(world)],
    "group_thresholds": lambda world: [(name, level) for name, of in visible_groups(world).items() for level in of],
}
"""Of `settings.OF_THE_WORLD`, the names."""


def names_in(setting: Setting, world: World) -> list[Name]:
    """The names that a mapping may have, each a path into it."""
    return [(name,) for name in setting.options] or NAMED[setting.path[-1]](world)
