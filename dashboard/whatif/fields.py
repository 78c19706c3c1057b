"""Fields of the form. What each says is in the address under its own name, so that a form is a link.

The address is what counts, as in `dashboard.state`: a field is set from it before it is drawn, and writes to it when
somebody moves it. So a link, the Back button and a form that begins anew agree. What is a default is not in it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.state import refuse

Read = Callable[[list[str]], Any]
"""What the address says -> the value. Raises ValueError, which says what would be right."""


KEPT = ("from", "name", "size", "full", "run")
"""Fields, by how their names begin, that stay when a form begins anew."""


def anew(address: Mapping[str, str | list[str]] | None = None) -> None:
    """Begin anew, with what this address says."""
    forget(lambda name: not name.startswith(KEPT))
    for name, said in (address or {}).items():
        st.query_params[name] = said


def forget(which: Callable[[str], bool]) -> None:
    """Take what these fields said out of the address."""
    for name in filter(which, list(st.query_params)):
        del st.query_params[name]


def forgetting(prefix: str) -> Callable[[], None]:
    """What forgets fields whose names begin so."""
    return lambda: forget(lambda name: name.startswith(prefix))


def drop(key: str) -> None:
    """Take what one field said out of the address."""
    forget(lambda name: name == key)


def number(
    label: str,
    key: str,
    default: float | None,
    low: float | None,
    high: float | None,
    step: float,
    is_slider: bool = False,
    placeholder: str = "",
    is_clearable: bool = False,
) -> float | int | None:
    """A number between ends, whole if the step is; nothing where the field is empty. A slider, or a field to fill."""
    kind = type(step)
    start = None if default is None else kind(default)
    first, last = (None if end is None else kind(end) for end in (low, high))
    may_be_nothing = is_clearable or start is None
    _set(key, start, lambda said: _number(said[0], kind, first, last, may_be_nothing))
    # The widgets tell whole numbers from others by what they are given; which it is, only the schema knows.
    draw: Any = st.slider if is_slider else st.number_input
    places = max(0, -math.floor(math.log10(step)))
    shape = "%d" if kind is int else f"%.{places}f" if is_slider else "%.6g"
    more = {} if is_slider else {"placeholder": placeholder, "value": None if may_be_nothing else "min"}
    draw(label, first, last, step=step, format=shape, key=key, on_change=_write, args=(key, start), **more)
    said = st.session_state[key]
    return None if said is None else kind(round(said, 9))


def _number(said: str, kind: type, low: float | None, high: float | None, may_be_nothing: bool) -> float | None:
    if said == "" and may_be_nothing:
        return None
    value: float = kind(said)
    if not math.isfinite(value) or (low is not None and value < low) or (high is not None and value > high):
        raise ValueError
    return value


def yes(label: str, key: str, default: bool) -> bool:
    """A switch."""
    _set(key, default, lambda said: {"1": True, "0": False, "true": True, "false": False}[said[0]])
    return st.toggle(label, key=key, on_change=_write, args=(key, default))


def one(
    label: str,
    options: Sequence[str],
    key: str,
    default: str,
    where: Any = st,
    after: Callable[[], None] | None = None,
    form: Callable[[str], str] = str,
    note: str | None = None,
) -> str:
    """One of some options; `after` is called when somebody has chosen another."""
    _set(key, default, lambda said: options[options.index(said[0])])
    chosen: str = where.selectbox(
        label, options, key=key, on_change=_write, args=(key, default, after), format_func=form, help=note
    )
    return chosen


def some(
    label: str, options: Sequence[str], key: str, default: Sequence[str] = (), placeholder: str = "all"
) -> list[str]:
    """Some of the options."""
    _set(key, list(default), lambda said: [options[options.index(one)] for one in dict.fromkeys(said)])
    return st.multiselect(label, options, key=key, on_change=_write, args=(key, list(default)), placeholder=placeholder)


def text(label: str, key: str, default: str, most: int, placeholder: str = "", note: str | None = None) -> str:
    """A line of text of at most so many letters."""
    _set(key, default, lambda said: said[0][:most])
    return st.text_input(
        label, key=key, max_chars=most, on_change=_write, args=(key, default), placeholder=placeholder, help=note
    )


def _set(key: str, default: Any, read: Read) -> None:
    """Set the widget to what the address says; to the default, with a sentence, where that can't be."""
    said = st.query_params.get_all(key)
    value = default
    try:
        value = read(said) if said else default
    except (ValueError, KeyError, OverflowError):
        refuse(key, ", ".join(said), "the field says what may be")
    st.session_state[key] = value


def _write(key: str, default: Any, after: Callable[[], None] | None = None) -> None:
    """Write what the widget says to the address: called when somebody has moved it."""
    value = st.session_state[key]
    if after is not None:
        after()
    if value == default:
        drop(key)
        return
    st.query_params[key] = [_text(one) for one in value] if isinstance(value, list) else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(int(value))
    return f"{value:.12g}" if isinstance(value, float) else str(value)
