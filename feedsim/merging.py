"""Merging what was said later onto what was said before, by the shape of the blocks.

Mappings merge; a list, a text or a number replaces. Null takes a name out of a mapping; on a setting of a block it is
the value null. Three rules beyond that:

- A block of another `kind` starts anew: the settings of one kind mean nothing to another, even where names are alike.
- A mix (shares that add up to 1) is one value and is replaced as given, since part of a mix means nothing.
- What names its entries and has defaults (`harms`, `population.actors`, `base_rates`, `words_mean`, `terms_mean`)
  merges onto them, and they keep their order. `population.groups` in a file replaces the default groups; in an arm and
  in --set it merges onto those of the base, like the rest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from feedsim.block import Block, fields_of
from feedsim.faults import Where

Data = dict[str, Any]

MIXES = frozenset(
    {("Group", "shares"), ("Actor", "kinds"), ("Population", "ordinary_kinds"), ("Feed", "sources")},
)
"""Block and field of each mix."""
GROUPS = ("Population", "groups")
KIND = "kind"
"""The key that says which of several blocks it is."""


def branches(annotation: Any) -> tuple[Any, ...]:
    """The types that may stand here, but for null."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        return tuple(branch for part in get_args(annotation) for branch in branches(part))
    return () if annotation is NoneType else (annotation,)


def blocks(annotation: Any) -> tuple[type[Block], ...]:
    """The blocks that may stand here; with several, `kind` says which."""
    return tuple(b for b in branches(annotation) if isinstance(b, type) and issubclass(b, Block))


def values(annotation: Any) -> Any:
    """Type of the values of the mapping that may stand here; None where none may."""
    return next((get_args(b)[1] for b in branches(annotation) if get_origin(b) is dict), None)


def kind_of(model: type[Block]) -> str:
    """What `kind` says for this block; empty where it has none."""
    field = model.model_fields.get("kind")
    return "" if field is None else str(get_args(field.annotation)[0])


def chosen(annotation: Any, data: Any) -> type[Block] | None:
    """The block that `data` means, if it says so."""
    models = blocks(annotation)
    if len(models) == 1:
        return models[0]
    kind = data.get("kind") if isinstance(data, dict) else None
    return next((model for model in models if kind_of(model) == kind), None)


def default_of(field: FieldInfo) -> Any:
    """A field's default as data; of a block only its kind and what differs from the block's own defaults."""
    return _plain(field.get_default(call_default_factory=True, validated_data={})) if not field.is_required() else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, Block):
        said = value.model_dump(mode="json", exclude_unset=True)
        return said | {"kind": value.kind} if hasattr(value, "kind") else said
    return value


def merged(base: Any, over: Any, annotation: Any, in_file: bool = False) -> Any:
    """`over` on `base`, where `annotation` is the type of both; neither is changed."""
    if not isinstance(over, dict):
        return over
    under = base if isinstance(base, dict) else {}
    if blocks(annotation):
        return _merged_block(under, over, annotation, in_file)
    value = values(annotation)
    return over if value is None else _merged_names(under, over, value, in_file)


def _merged_names(base: Data, over: Data, annotation: Any, in_file: bool) -> Data:
    result = dict(base)
    for name, value in over.items():
        if value is None and name in result:
            del result[name]
        else:
            result[name] = merged(result.get(name), value, annotation, in_file)
    return result


def _merged_block(base: Data, over: Data, annotation: Any, in_file: bool) -> Data:
    if len(blocks(annotation)) > 1 and over.get("kind", base.get("kind")) != base.get("kind"):
        base = {}
    result = base | over
    model = chosen(annotation, result)
    for name in over:
        if model is not None and name in fields_of(model):
            result[name] = _merged_field(model, name, base, over[name], in_file)
    return result


def _merged_field(model: type[Block], name: str, base: Data, over: Any, in_file: bool) -> Any:
    place, field = (model.__name__, name), fields_of(model)[name]
    if place in MIXES:
        return over
    default = default_of(field)
    under = base.get(name, None if in_file and place == GROUPS else default)
    result = merged(under, over, field.annotation, in_file)
    if place == GROUPS or not isinstance(default, dict) or not isinstance(result, dict):
        return result
    # Order has a meaning (a post's harm is a place in it), so it must not depend on how a file came to name them.
    return {key: result[key] for key in dict.fromkeys([*default, *result]) if key in result}


@dataclass(frozen=True)
class Step:
    """One step along a path."""

    known: tuple[str, ...]
    """names that may follow: the settings of the block, or what a mapping holds"""
    exists: bool
    in_mapping: bool
    is_mix: bool
    data: Any
    """what stands there, or would by default"""
    annotation: Any
    """type of what may stand there"""

    @property
    def takes_a_kind(self) -> bool:
        """May one of several kinds of block stand there?"""
        return len(blocks(self.annotation)) > 1

    @property
    def is_whole(self) -> bool:
        """Does it take whole numbers only?"""
        types = branches(self.annotation)
        return int in types and float not in types


def walk(path: Where, data: Any, annotation: Any) -> Iterator[Step]:
    """The steps of a path through `data`, up to the first that does not exist, or that a kind unknown here may have."""
    for name in path:
        model, value = chosen(annotation, data), values(annotation)
        known: Sequence[str] = tuple(data) if isinstance(data, dict) else ()
        is_mix = is_open = False
        if blocks(annotation):
            is_open = model is None and KIND in known
            fields = fields_of(model) if model else {}
            known, field = tuple(fields) or (KIND,), fields.get(name)
            is_mix = model is not None and (model.__name__, name) in MIXES
            default = None if field is None else default_of(field)
            data = data.get(name, default) if isinstance(data, dict) else default
            annotation = None if field is None else field.annotation
        elif isinstance(data, dict):
            data, annotation = data.get(name), value
        yield Step(tuple(known), name in known or is_open, value is not None, is_mix, data, annotation)
        if name not in known:
            return


def refusal(path: Where, data: Data, model: type[Block], begin: bool = False) -> tuple[int, Step] | None:
    """How far --set can go along a path, and the step that does not exist; None where it can be set.

    A mapping takes a new name at the end of the path only; to `begin` a block, before its kind too.
    """
    steps = list(walk(path, data, model))
    last, rest = steps[-1], path[len(steps) :]
    new = last.in_mapping and (not rest or (begin and last.takes_a_kind and rest == (KIND,)))
    return None if last.exists or new else (len(steps), last)


def assigned(data: Data, path: Where, value: Any, model: type[Block]) -> Data:
    """`data` with `value` merged in at `path`. Unlike an arm, a path may lead into a mix and set one share of it."""
    for at, step in enumerate(walk(path, data, model)):
        if step.is_mix and at == len(path) - 2:
            shares = {**(step.data or {}), path[-1]: value}
            path, value = path[:-1], {name: share for name, share in shares.items() if share is not None}
            break
    for name in reversed(path):
        value = {name: value}
    result: Data = merged(data, value, model)
    return result
