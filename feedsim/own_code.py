"""Policies that people write in a file of their own: `kind: my_module.MyPolicy` in a study file.

A stranger's scenario must never run code, so such a file is loaded only where whoever starts the run has said so.
"""

import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from feedsim.faults import Finding, nearest
from feedsim.inputs import digest
from feedsim.integrity.policies import LIBRARY, Policy
from feedsim.merging import Data, kind_of


class NotLoaded(Exception):
    """A policy's file can't be used; two parts: what is wrong and what would be right."""


@dataclass
class OwnCode:
    """The policies of a study that the library does not hold."""

    folder: Path
    """of the study file: modules are looked for there first, then on Python's path"""
    allowed: bool
    loaded: dict[str, type[Policy]] = field(default_factory=dict)
    """by kind"""
    refused: dict[str, tuple[str, str]] = field(default_factory=dict)
    """kind -> what is wrong and what would be right"""

    def take_in(self, trees: Iterable[Data]) -> tuple[type[Policy], ...]:
        """Load what the settings name; all that has been loaded so far."""
        for kind in (kind for tree in trees for kind in own_kinds(tree).values()):
            if kind in self.loaded or kind in self.refused:
                continue
            try:
                self.loaded[kind] = load(kind, self.folder, self.allowed)
            except NotLoaded as error:
                self.refused[kind] = error.args[0], error.args[1]
        return tuple(self.loaded.values())

    def findings(self, tree: Data) -> Iterator[Finding]:
        """What is wrong with the policies that could not be loaded."""
        for name, kind in own_kinds(tree).items():
            if kind in self.refused:
                yield Finding((("policies", name, "kind"),), *self.refused[kind])

    def usable(self, tree: Data) -> Data:
        """The settings without the policies that could not be loaded."""
        gone = {name for name, kind in own_kinds(tree).items() if kind in self.refused}
        if not gone:
            return tree
        return tree | {"policies": {name: block for name, block in tree["policies"].items() if name not in gone}}


def own_kinds(tree: Data) -> dict[str, str]:
    """Name and kind of every policy whose kind is a module and a class."""
    said = tree.get("policies")
    blocks: Mapping[str, Any] = said if isinstance(said, dict) else {}
    kinds = {name: block.get("kind") for name, block in blocks.items() if isinstance(block, dict)}
    return {name: kind for name, kind in kinds.items() if isinstance(kind, str) and "." in kind}


def load(kind: str, folder: Path, allowed: bool) -> type[Policy]:
    """The class that `kind` names, module and class. Raises NotLoaded."""
    if not allowed:
        wrong = f"'{kind}' is code of somebody's own, which a study file may not run by itself"
        raise NotLoaded(wrong, "read the code, then allow it with --allow-code")
    name, _, cls = kind.rpartition(".")
    module = _module(name, folder)
    policy = getattr(module, cls, None)
    if not (isinstance(policy, type) and issubclass(policy, Policy)):
        there = [thing.__name__ for thing in vars(module).values() if _is_own_policy(thing, name)]
        raise NotLoaded(f"the module {name} has no policy '{cls}'", nearest(cls, there))
    if "kind" not in policy.model_fields or kind_of(policy) != kind:
        raise NotLoaded(f"{cls} does not say that it is '{kind}'", f'it should have the line kind: Literal["{kind}"]')
    return policy


def _is_own_policy(thing: object, module: str) -> bool:
    return isinstance(thing, type) and issubclass(thing, Policy) and thing.__module__ == module


def _module(name: str, folder: Path) -> Any:
    # First on the path, for worker processes get the path and load what a scenario names by its name.
    here = str(folder.resolve())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        if find_spec(name) is None:
            right = f"it should be {name}.py beside the study file, or on Python's path"
            raise NotLoaded(f"there is no module {name}", right)
        module = import_module(name)
    except NotLoaded:
        raise
    except (Exception, SystemExit) as error:
        told = str(error).splitlines() or [""]
        raise NotLoaded(f"{name} can't be loaded ({type(error).__name__}: {told[0]})", "its code should run") from error
    beside = folder.resolve() / f"{name}.py"
    if beside.is_file() and Path(inspect.getfile(module)).resolve() != beside:
        wrong = f"another module {name} was loaded before this one, {inspect.getfile(module)}"
        raise NotLoaded(wrong, "one of them should have another name")
    return module


def own_policies(policies: Iterable[Policy]) -> tuple[type[Policy], ...]:
    """The classes of those that the library does not hold, each once."""
    return tuple(dict.fromkeys(type(policy) for policy in policies if type(policy) not in LIBRARY))


def code_digests(own: Iterable[type[Policy]]) -> list[str]:
    """What the files hold that the classes stand in, each in 64 characters."""
    return [digest(inspect.getfile(policy)) for policy in own]
