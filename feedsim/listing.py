"""What there is to choose from, in words: policies, metrics, stages."""

import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo
from rich.console import Console

from feedsim.block import fields_of
from feedsim.engine.stages import STAGES
from feedsim.grid import Grid
from feedsim.integrity.policies import LIBRARY, Policy
from feedsim.measures.names import METRICS
from feedsim.merging import kind_of

NO_FIGURE = "assumption, no published figure"
"""What stands in place of a source: `(assumption)` in the description of a setting of a policy is told in full."""


def policy_lines(width: int | None = None) -> Iterator[str]:
    """Every policy: what it does, then its settings with defaults and what these rest on; as wide as the screen."""
    wide = width or Console().width
    for block in LIBRARY:
        yield from textwrap.wrap(f"{kind_of(block)}: {' '.join((block.__doc__ or '').split())}", wide)
        for name, field in fields_of(block).items():
            if name != "kind" and name not in fields_of(Policy):
                yield from _hanging(_setting(name, field), wide)
        yield ""
    yield "Every policy also has"
    for name, field in fields_of(Policy).items():
        yield from _hanging(_setting(name, field), wide)
    yield from ("", *textwrap.wrap("In a study file, or in one of its arms, under a name of your own:", wide))
    yield from ("  policies:", f"    my_policy: {_example(LIBRARY[0])}")


def _hanging(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 12), initial_indent="  ", subsequent_indent="      ")


def _example(block: type[Policy]) -> str:
    """The policy with its defaults, as YAML."""
    given = ["harm: misinformation"] if "harm" in block.model_fields else []
    return f"{{{', '.join([f'kind: {kind_of(block)}', *given])}}}"


def _setting(name: str, field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    value = "must be given" if field.is_required() else f"default {_shown(default)}"
    described = " ".join((field.description or "").split()).replace("(assumption)", f"({NO_FIGURE})")
    return f"{name} ({value}){': ' if described else ''}{described}"


def _shown(value: Any) -> str:
    return "none" if value is None or value in ({}, [], ()) else str(value)


def metric_table() -> Grid:
    """Every metric: formula, denominator, unit."""
    rows = [(metric.name, metric.formula, metric.denominator, metric.unit) for metric in METRICS]
    heads = ("metric", "formula", "denominator (n)", "unit")
    return Grid(heads, rows, words=frozenset(heads[1:]))


def stage_table() -> Grid:
    """The stages of a tick, in order."""
    rows = [
        (str(i), stage.name + " *" * stage.per_chunk, stage.room, stage.reads, stage.adds)
        for i, stage in enumerate(STAGES, 1)
    ]
    together = "* a chunk of sessions passes through all of these before the next begins"
    heads = ("#", "stage", "where", "reads", "adds")
    return Grid(heads, rows, notes=(together,), right=frozenset({"#"}), words=frozenset({"reads", "adds"}))
