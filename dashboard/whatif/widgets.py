"""A widget for a setting. What it says is in the address, under the setting's name, so that a form is a link."""

import math
from collections.abc import Iterable
from typing import Any, Literal

import streamlit as st

from dashboard.whatif.published import explained
from dashboard.whatif.settings import Setting, harms, languages, visible_groups
from dashboard.words import plain
from feedsim.merging import Data

NOTHING = "nothing"
SURFACES = ("in_network", "profile", "trending", "exploration")
WIDEST = 100.0
"""Between the ends of a slider."""
ADDRESS: Literal["query-params"] = "query-params"


def asked(settings: Iterable[Setting], prefix: str, columns: int = 1) -> Data:
    """A widget each, and what differs from the defaults, by path; what must be given is always there."""
    found: Data = {}
    places = st.columns(columns)
    for i, setting in enumerate(settings):
        with places[i % columns]:
            value = ask(setting, prefix)
        if setting.is_required or value != setting.default:
            found[setting.name] = value
    return found


def ask(setting: Setting, prefix: str) -> Any:
    """A widget, what it means and what its default rests on; its value."""
    key = f"{prefix}{setting.name}"
    value = _switched(setting, key) if _has_switch(setting) else _drawn(setting, key)
    if setting.note and setting.kind != "scope":
        st.caption(plain(explained(setting.note)))
    return value


def _has_switch(setting: Setting) -> bool:
    """Whether nothing is a value that an empty field can't stand for: the field is full by default."""
    return setting.may_be_nothing and setting.default is not None and setting.kind in ("number", "whole")


def _switched(setting: Setting, key: str) -> Any:
    if not st.toggle(f"With {setting.label.lower()}", True, key=f"{key}.given", bind=ADDRESS):
        return None
    return _drawn(setting, key)


def _drawn(setting: Setting, key: str) -> Any:
    label, default = setting.label, setting.default
    if setting.kind in ("number", "whole"):
        return _number(setting, key)
    if setting.kind == "yes":
        return st.toggle(label, bool(default), key=key, bind=ADDRESS)
    if setting.kind in ("one", "harm"):
        return _one(setting, key)
    if setting.kind == "text":
        return st.text_input(label, str(default or ""), key=key, bind=ADDRESS, max_chars=100)
    if setting.kind == "numbers":
        return _numbers(setting, key)
    if setting.kind == "scope":
        return _scope(key)
    options = setting.options or languages()
    chosen = st.multiselect(label, options, list(default or []), key=key, bind=ADDRESS, placeholder="all")
    return chosen or default


def _number(setting: Setting, key: str) -> float | int | None:
    """A slider between ends that are near each other, a field otherwise; whole numbers stay whole."""
    # The widgets tell whole numbers from others by what they are given; which it is, only the schema knows.
    slider: Any = st.slider
    field: Any = st.number_input
    kind = int if setting.kind == "whole" else float
    step = _step(setting)
    low = setting.low if setting.low is None or not setting.above else setting.low + step
    bounds = [None if end is None else kind(end) for end in (low, setting.high)]
    value = None if setting.default is None else kind(setting.default)
    if _is_short(setting):
        places = max(0, -math.floor(math.log10(step)))
        written = "%d" if kind is int else f"%.{places}f"
        said = slider(setting.label, *bounds, value, kind(step), written, key=key, bind=ADDRESS)
    else:
        written = "%d" if kind is int else "%.6g"
        said = field(setting.label, *bounds, value, kind(step), written, key=key, bind=ADDRESS, placeholder=NOTHING)
    return None if said is None else kind(round(said, 9))


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


def _one(setting: Setting, key: str) -> str | None:
    options = list(harms() if setting.kind == "harm" else setting.options)
    if setting.may_be_nothing:
        options.insert(0, NOTHING)
    default = setting.default if setting.default in options else options[0]
    said = st.selectbox(setting.label, options, options.index(default), key=key, bind=ADDRESS)
    return None if said == NOTHING and setting.may_be_nothing else said


def _numbers(setting: Setting, key: str) -> dict[str, float]:
    """A number for each name, side by side; an empty one is not said."""
    given = dict(setting.default or {})
    with st.container(horizontal=True):
        said = {
            name: st.number_input(f"{setting.label}: {name}", -1e6, 1e6, given.get(name), format="%.6g", width=130,
                                  key=f"{key}.{name}", bind=ADDRESS, placeholder="as it is")
            for name in setting.options
        }  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def _scope(key: str) -> Data | None:
    """Whom a policy is for; nothing for everybody."""
    groups = {
        name: chosen
        for name, levels in visible_groups().items()
        if (chosen := _several(f"{name.replace('_', ' ').capitalize()} of the viewer", f"{key}.groups.{name}", levels))
    }
    said = {
        "groups": groups,
        "languages": _several("Language of the post", f"{key}.languages", languages()),
        "surfaces": _several("Where a post comes from", f"{key}.surfaces", SURFACES),
    }
    return {name: value for name, value in said.items() if value} or None


def _several(label: str, key: str, options: tuple[str, ...]) -> list[str]:
    return st.multiselect(label, options, key=key, bind=ADDRESS, placeholder="all")
