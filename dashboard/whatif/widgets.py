"""A widget for a setting."""

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.whatif import fields
from dashboard.whatif.names import Name, harms, languages, names_in, visible_groups
from dashboard.whatif.published import explained
from dashboard.whatif.settings import Setting, World
from dashboard.words import plain
from feedsim.merging import Data

NOTHING = "nothing"
UNSAID = "not named"
"""Of a name that a mapping does not mention."""
OWN = "own numbers"
SURFACES = ("in_network", "profile", "trending", "exploration")
WIDEST = 100.0
"""Between the ends of a slider."""


def asked(settings: Iterable[Setting], prefix: str, world: World, columns: int = 1) -> Data:
    """A widget each, and what differs from what is there anyway, by path; what must be given is always there."""
    found: Data = {}
    places = st.columns(columns)
    for i, setting in enumerate(one for one in settings if one.kind != "each" or names_in(one, world)):
        with places[i % columns]:
            value = ask(setting, prefix, world)
        if setting.is_required or value != setting.default:
            found[setting.name] = said_over(setting, value)
    return found


def said_over(setting: Setting, value: Any) -> Any:
    """The value, as it is merged onto the default: names that a mapping shall not have any more are nothing."""
    if setting.kind == "mix" or not isinstance(value, dict) or not isinstance(setting.default, dict):
        return value
    if setting.kind == "scope":
        groups = dict.fromkeys(setting.default.get("groups", {})) | value.get("groups", {})
        return {"languages": [], "surfaces": []} | value | {"groups": groups}
    return value | {name: None for name in setting.default if name not in value}


def ask(setting: Setting, prefix: str, world: World) -> Any:
    """A widget, what it means and what its default rests on; its value."""
    key = f"{prefix}{setting.name}"
    value = _switched(setting, key) if _has_switch(setting) else _drawn(setting, key, world)
    if setting.note and setting.kind != "scope":
        st.caption(plain(explained(setting.note)))
    return value


def _has_switch(setting: Setting) -> bool:
    """Whether nothing is a value that an empty field can't stand for: the field is full by default."""
    return setting.may_be_nothing and setting.default is not None and setting.kind in ("number", "whole")


def _switched(setting: Setting, key: str) -> Any:
    return _number(setting, key) if fields.yes(f"With {setting.label.lower()}", f"{key}.given", True) else None


def _drawn(setting: Setting, key: str, world: World) -> Any:
    label, default = setting.label, setting.default
    if setting.kind in ("number", "whole"):
        return _number(setting, key)
    if setting.kind == "yes":
        return fields.yes(label, key, bool(default))
    if setting.kind in ("one", "harm"):
        return _one(setting, key, world)
    if setting.kind == "text":
        return fields.text(label, key, str(default or ""), 100)
    if setting.kind in ("each", "mix"):
        return _each(setting, key, world)
    if setting.kind == "scope":
        return _scope(default or {}, key, world)
    options = setting.options or languages(world)
    return fields.some(label, options, key, [one for one in default or () if one in options]) or default


def _number(setting: Setting, key: str, placeholder: str = NOTHING) -> float | int | None:
    """A slider between ends that are near each other, a field otherwise."""
    step = _step(setting)
    low = setting.low if setting.low is None or not setting.above else setting.low + step
    return fields.number(setting.label, key, setting.default, low, setting.high, step, _is_short(setting), placeholder)


def _is_short(setting: Setting) -> bool:
    """Whether a slider can show it."""
    low, high = setting.low, setting.high
    return low is not None and high is not None and high - low <= WIDEST and setting.default is not None


def _step(setting: Setting) -> float:
    """Fine enough for the default, and for a share in any case."""
    if setting.kind == "whole":
        return 1
    size = abs(float(setting.default or 0)) or 1.0
    fine: float = 10.0 ** (math.floor(math.log10(size)) - 1)
    if setting.high is None or setting.low is None or setting.high - setting.low > WIDEST:
        return fine
    steps = [
        step for step in (0.1, 0.01, 0.001, 0.0001) if _fits(size, step) and step * 50 <= setting.high - setting.low
    ]
    return steps[0] if steps else 0.0001


def _fits(value: float, step: float) -> bool:
    return abs(value / step - round(value / step)) < 1e-6


def _one(setting: Setting, key: str, world: World) -> Any:
    options = list(harms(world) if setting.kind == "harm" else setting.options)
    if setting.may_be_nothing:
        options.insert(0, NOTHING)
    if not options:
        st.caption(plain(f"{setting.label}: there is none in this world."))
        return setting.default
    if setting.each is not None:
        options.append(OWN)
    default = OWN if isinstance(setting.default, dict) else setting.default
    said = fields.one(setting.label, options, key, default if default in options else options[0])
    if said == OWN and setting.each is not None:
        return _each(replace(setting.each, default=setting.default if default == OWN else {}), f"{key}.of", world)
    return None if said == NOTHING and setting.may_be_nothing else said


def _each(setting: Setting, key: str, world: World) -> Data:
    """A value for each name, side by side; one that is not given is not said."""
    assert setting.each is not None
    said: Data = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name in names_in(setting, world):
            with st.container(width=150):
                value = _of_name(setting, name, f"{key}.{'.'.join(name)}")
            at = said
            for part in name[:-1] if value is not None else ():
                at = at.setdefault(part, {})
            if value is not None:
                at[name[-1]] = value
    return said


def _of_name(setting: Setting, name: Name, key: str) -> Any:
    """The value of a name."""
    default: Any = setting.default or {}
    for part in name:
        default = (default or {}).get(part)
    assert setting.each is not None
    label = f"{setting.label}: {' '.join(name)}"
    if setting.each.kind == "one":
        said = fields.one(label, [UNSAID, *setting.each.options], key, default or UNSAID)
        return None if said == UNSAID else said
    one = setting.each
    step = 1 if one.kind == "whole" else 0.01
    low = one.low if one.low is None or not one.above else one.low + step
    return fields.number(label, key, default, low, one.high, step, placeholder=UNSAID, is_clearable=True)


def _scope(default: Data, key: str, world: World) -> Data | None:
    """Whom a policy is for; nothing for everybody."""
    given = default.get("groups", {})
    groups = {
        name: chosen
        for name, levels in visible_groups(world).items()
        if (
            chosen := fields.some(
                f"{name.replace('_', ' ').capitalize()} of the viewer",
                levels,
                f"{key}.groups.{name}",
                given.get(name, ()),
            )
        )
    }
    said = {
        "groups": groups,
        "languages": fields.some(
            "Language of the post", languages(world), f"{key}.languages", default.get("languages", ())
        ),
        "surfaces": fields.some("Where a post comes from", SURFACES, f"{key}.surfaces", default.get("surfaces", ())),
    }
    return {name: value for name, value in said.items() if value} or None
