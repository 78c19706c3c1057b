"""What there is to choose from, in words: policies, metrics, stages."""

import re
from collections.abc import Iterator
from typing import Any, get_args

from pydantic.fields import FieldInfo
from rich.table import Table

from feedsim.engine.stages import STAGES
from feedsim.integrity.policies import Policy, PolicyBlock
from feedsim.measures.names import METRICS

NO_FIGURE = "assumption, no published figure"
# A fact's id, as in E13, or a year, as in (Brady et al. 2017).
_SOURCE = re.compile(r"\b[A-Z]\d{2}\b|\b(?:19|20)\d{2}\b")


def policy_lines() -> Iterator[str]:
    """Every policy: what it does, then its settings with defaults and what these rest on."""
    for block in policy_blocks():
        yield f"{_kind(block)}: {' '.join((block.__doc__ or '').split())}"
        for name, field in block.model_fields.items():
            if name != "kind" and name not in Policy.model_fields:
                yield f"  {_setting(name, field)}{_basis(field)}"
        yield ""
    yield "Every policy also has"
    for name, field in Policy.model_fields.items():
        yield f"  {_setting(name, field)}"


def policy_blocks() -> tuple[type[Policy], ...]:
    """The policies that a scenario may name."""
    union = get_args(PolicyBlock)[0]
    return get_args(union) or (union,)


def _kind(block: type[Policy]) -> str:
    return str(get_args(block.model_fields["kind"].annotation)[0])


def _setting(name: str, field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    value = "must be given" if field.is_required() else f"default {_shown(default)}"
    described = " ".join((field.description or "").split())
    return f"{name} ({value}){': ' if described else ''}{described}"


def _shown(value: Any) -> str:
    return "none" if value is None or value in ({}, [], ()) else str(value)


def _basis(field: FieldInfo) -> str:
    """What the default rests on, where its description names no source."""
    if field.is_required() or field.get_default(call_default_factory=True) is None:
        return ""
    return "" if _SOURCE.search(field.description or "") else f" ({NO_FIGURE})"


def metric_table() -> Table:
    """Every metric: formula, denominator, unit."""
    table = Table()
    for name in ("metric", "formula", "denominator (n)", "unit"):
        table.add_column(name, overflow="fold")
    area = ""
    for metric in METRICS:
        if metric.area != area:
            table.add_section()
            area = metric.area
        table.add_row(metric.name, metric.formula, metric.denominator, metric.unit)
    return table


def stage_table() -> Table:
    """The stages of a tick, in order."""
    together = "* a chunk of sessions passes through all of these before the next begins"
    table = Table(caption=together, caption_justify="left")
    table.add_column("", justify="right")
    for name in ("stage", "where", "reads", "adds"):
        table.add_column(name, overflow="fold")
    for i, stage in enumerate(STAGES, 1):
        table.add_row(str(i), stage.name + " *" * stage.per_chunk, stage.room, stage.reads, stage.adds)
    return table
