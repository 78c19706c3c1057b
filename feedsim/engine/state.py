"""State as data: objects of known classes taken apart into plain values and arrays, and put together again.

What comes out is a tree that JSON can hold and a list of arrays. Nothing in it is ever run: a tree names classes, but
only those that whoever reads it knows, and only their columns are filled.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from feedsim.world.columns import Columns

Tree: TypeAlias = Any
"""None, a number, text, or a mapping of one of MARKS to what it marks."""
Array: TypeAlias = npt.NDArray[Any]
ARRAY, LIST, TUPLE, DICT, OBJECT, OF = "array", "list", "tuple", "dict", "object", "of"
"""Marks: a place in the list of arrays; several values; names and values; an object's class and its attributes."""


class NoState(Exception):
    """A value that can't be stored, or a tree that can't be read; the message says which."""


def name_of(kind: type) -> str:
    """What a class is called in a tree: two of one name stand in different modules."""
    return f"{kind.__module__.removeprefix('feedsim.')}.{kind.__qualname__}"


class Classes:
    """The classes whose objects may be stored. Of `partly`, these attributes follow from the others and are left out.

    `revive` makes an object of such a class from its other attributes.
    """

    def __init__(self, known: Iterable[type], partly: Mapping[type, tuple[tuple[str, ...], Any]] | None = None) -> None:
        self.partly = dict(partly or {})
        self.known = {name_of(kind): kind for kind in (*known, *self.partly)}

    def taken(self, value: object, arrays: list[Array], where: str = "") -> Tree:
        """The tree of a value; its arrays, themselves, go to the end of `arrays`. Raises NoState where it has none."""
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, np.ndarray):
            arrays.append(value)
            return {ARRAY: len(arrays) - 1}
        if isinstance(value, list | tuple):
            mark = TUPLE if isinstance(value, tuple) else LIST
            return {mark: [self.taken(part, arrays, f"{where}[{i}]") for i, part in enumerate(value)]}
        if isinstance(value, dict):
            return {DICT: [[key, self.taken(part, arrays, f"{where}[{key}]")] for key, part in value.items()]}
        if name_of(type(value)) not in self.known:
            raise NoState(f"{where}: an object of {name_of(type(value))} is no state that a snapshot knows")
        return {OBJECT: name_of(type(value)), OF: self._attributes(value, arrays, where)}

    def _attributes(self, value: object, arrays: list[Array], where: str) -> dict[str, Tree]:
        left_out, _ = self.partly.get(type(value), ((), None))
        columns = type(value).schema if isinstance(value, Columns) else {}
        attributes = {}
        for name, part in vars(value).items():
            if name not in left_out:
                # Of columns, the living rows.
                alive = part[: len(value)] if isinstance(value, Columns) and name in columns else part
                attributes[name] = self.taken(alive, arrays, f"{where}.{name}")
        return attributes

    def put(self, tree: Tree, arrays: list[Array]) -> Any:
        """The value again, made of these very arrays. Raises NoState for what this reader does not know."""
        if tree is None or isinstance(tree, bool | int | float | str):
            return tree
        match tree:
            case {"array": int(place)} if 0 <= place < len(arrays):
                return arrays[place]
            case {"list": list(parts)}:
                return [self.put(part, arrays) for part in parts]
            case {"tuple": list(parts)}:
                return tuple(self.put(part, arrays) for part in parts)
            case {"dict": list(parts)}:
                return {str(key): self.put(part, arrays) for key, part in parts}
            case {"object": str(name), "of": dict(attributes)} if name in self.known:
                return self._object(self.known[name], {key: self.put(of, arrays) for key, of in attributes.items()})
        raise NoState(f"this is no state that a snapshot knows: {str(tree)[:80]}")

    def _object(self, kind: type, attributes: dict[str, Any]) -> object:
        _, revive = self.partly.get(kind, ((), None))
        if revive is not None:
            return revive(**attributes)
        if strange := [name for name in attributes if not name.isidentifier() or name.startswith("_")]:
            raise NoState(f"this is no attribute that a snapshot knows: {strange[0][:80]}")
        value: object = object.__new__(kind)
        for name, attribute in attributes.items():
            object.__setattr__(value, name, attribute)
        return value
