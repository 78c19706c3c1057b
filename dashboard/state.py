"""The state of a page lives in the address, so that a view is a link.

The address is what counts: a widget is set from it before it is drawn, and writes to it when somebody moves it. So
links, the Back button and widgets agree. What a link says is checked; what can't be gets a sentence, and the default.

    harm = choose("harm", "Harm", harms)                     one of several, `?harm=hate`
    arms = choose_many("arm", "Arms", arms)                  some of several, `?arm=a&arm=b`; all is the default
    user = choose_number("user", "Person", 0, 1999, 0)       a whole number, `?user=17`
    log = choose_flag("log", "Logarithmic", False)           yes or no, `?log=1`

With `keep` a choice goes along to other pages.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.words import one_line, plain

KEPT = "kept choices"
"""Where the session has what goes along from page to page."""
BETWEEN = "\x1f"
"""Stands between several that go along. No name has it."""
SHORT, FEW = 60, 8
"""Letters of a wrong value that are said back, and options that are named."""


def choose(
    name: str,
    label: str,
    options: Sequence[str],
    default: str | None = None,
    form: Callable[[str], str] = one_line,
    keep: bool = False,
    where: Any = st,
    note: str | None = None,
) -> str:
    """One of the options (there is at least one): that of the address, else the default, else the first."""
    said = _said(name, options if keep else ())
    fallback = options[0] if default is None or default not in options else default
    if said is not None and said not in options:
        refuse(name, said, _one_of(options))
        said = None
    value = fallback if said is None else said
    _settle(name, value, None if said is None else value, keep)
    where.selectbox(label, options, key=_key(name), format_func=form, on_change=_write, args=(name, keep), help=note)
    return value


def choose_part(name: str, options: Mapping[str, str], label: str = "Show") -> str:
    """One part of a page, of all that are there (key in the address -> what it is called): only it is made."""
    said = _said(name)
    if said is not None and said not in options:
        refuse(name, said, _one_of(list(options)))
        said = None
    value = next(iter(options)) if said is None else said
    st.session_state[_key(name)] = value
    st.radio(
        label, list(options), key=_key(name), format_func=lambda key: options[key], on_change=_write,
        args=(name, False), horizontal=True, label_visibility="collapsed",
    )  # fmt: skip
    return value


def choose_many(
    name: str,
    label: str,
    options: Sequence[str],
    default: Sequence[str] | None = None,
    form: Callable[[str], str] = one_line,
    keep: bool = False,
    where: Any = st,
) -> list[str]:
    """Some of the options, in their order: those of the address, else the default, which is all unless it is named."""
    said = st.query_params.get_all(name)
    for wrong in (one for one in said if one not in options):
        refuse(name, wrong, _one_of(options))
    along = st.session_state.get(KEPT, {}).get(name, "").split(BETWEEN) if keep and not said else said
    value = [option for option in options if option in along] or list(options if default is None else default)
    if along and not said and value != list(options if default is None else default):
        st.query_params[name] = value
    st.session_state[_key(name)] = value
    where.multiselect(label, options, key=_key(name), format_func=form, on_change=_write, args=(name, keep))
    return value


def choose_number(
    name: str, label: str, low: int, high: int, default: int, where: Any = st, note: str | None = None
) -> int:
    """A whole number from `low` to `high`: that of the address, else the default."""
    said = _said(name)
    value = default
    if said is not None:
        if _is_whole(said) and low <= int(said) <= high:
            value = int(said)
        else:
            refuse(name, said, f"it should be a whole number from {low} to {high}")
            said = None
    st.session_state[_key(name)] = value
    where.number_input(label, low, high, step=1, key=_key(name), on_change=_write, args=(name, False), help=note)
    return value


def choose_flag(name: str, label: str, default: bool = False, where: Any = st, note: str | None = None) -> bool:
    """Yes or no: `1` or `0` in the address, else the default."""
    said = _said(name)
    if said not in (None, "0", "1"):
        refuse(name, str(said), "it should be 0 or 1")
        said = None
    value = default if said is None else said == "1"
    st.session_state[_key(name)] = value
    where.toggle(label, key=_key(name), on_change=_write, args=(name, False), help=note)
    return value


def pin(name: str, value: str) -> None:
    """Write a choice into the address, so that a link says it even where it is the default."""
    if st.query_params.get(name) != value:
        st.query_params[name] = value


def go_along(name: str, value: str) -> None:
    """Take a choice along to other pages."""
    st.session_state.setdefault(KEPT, {})[name] = value


def _said(name: str, kept: Sequence[str] = ()) -> str | None:
    """What the address says, else what came along from another page, if it is among those there."""
    said = st.query_params.get(name)
    along: str | None = st.session_state.get(KEPT, {}).get(name)
    return along if said is None and along in kept else said


def _settle(name: str, value: str, said: str | None, keep: bool) -> None:
    """Set the widget, and the address where it is silent about what came along."""
    st.session_state[_key(name)] = value
    if keep:
        if said is not None:
            pin(name, value)
        go_along(name, value)


def _write(name: str, keep: bool) -> None:
    """Write what the widget says to the address: called when somebody has moved it."""
    value = st.session_state[_key(name)]
    said = [str(int(value))] if isinstance(value, bool) else value if isinstance(value, list) else [str(value)]
    st.query_params[name] = said
    if keep:
        go_along(name, BETWEEN.join(said))


def _one_of(options: Sequence[str]) -> str:
    """What would be right; of very many options, the first few."""
    rest = ", \u2026" if len(options) > FEW else ""
    return f"it should be one of {', '.join(options[:FEW])}{rest}"


def refuse(name: str, said: str, right: str) -> None:
    """A sentence for what a link says and can't be had."""
    short = said if len(said) <= SHORT else f"{said[:SHORT]}\u2026"
    st.warning(plain(f"The link asks for {name}={short}, which is not there; {right}. Shown is the default."))


def _key(name: str) -> str:
    return f"in the address: {name}"


def _is_whole(said: str) -> bool:
    return said.isascii() and said.removeprefix("-").isdigit() and len(said) < 12
