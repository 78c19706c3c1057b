"""The form: what if, in which world, how large. It returns what was said, and decides nothing."""

from typing import Any

import streamlit as st

from dashboard.whatif.settings import SHARED, Node, harms, kinds, others, policies, settings_of
from dashboard.whatif.study import QUICK, Size, WhatIf, put
from dashboard.whatif.widgets import ADDRESS, ask, asked
from dashboard.words import plain
from feedsim.merging import Data

OWN = "own"
AS_IN_THE_WORLD = "as it is"
BLOCKS = {"detectors": "Detectors", "review": "Review desk", "ranker": "Ranker"}
START = {"detectors": "oracle"}
"""What the world has where the form says nothing else: most policies need something that suspects posts."""
IDEAS = {
    "Demote probable misinformation": {"policy": "demote", "demote.strength": "0.8"},
    "A feed in order of time": {"ranker": "chronological"},
    "Warnings by fact-checkers": {"policy": "warning_label"},
    "The angry face counts for nothing": {"policy": "reaction_weights"},
    "Ask before hostile words": {"policy": "reconsider"},
}
"""Forms that are filled in: what they ask, and the address."""


def form() -> WhatIf:
    """What would be different, and in which world."""
    st.subheader("What would be different?", anchor=False)
    change: Data = {}
    chosen = _policies(change)
    _other_ranker(change)
    _others(change, "", "Other settings of what if")
    st.subheader("In which world?", anchor=False)
    world: Data = {}
    _world(world)
    _others(world, "world.", "Other settings of the world")
    question = st.text_input("Question", key="question", bind=ADDRESS, max_chars=300, placeholder=_question(chosen))
    return WhatIf(question or _question(chosen), world, change)


def _question(chosen: list[str]) -> str:
    said = ", ".join(name.replace("_", " ") for name in chosen)
    return f"What changes with {said}?" if said else "What changes?"


def _policies(change: Data) -> list[str]:
    """The policies that were chosen, with their settings."""
    chosen = st.multiselect("Policies", list(policies()), key="policy", bind=ADDRESS, placeholder="none")
    for kind in chosen:
        with st.container(border=True):
            st.markdown(f"**{plain(kind.replace('_', ' '))}**: {plain(_about(policies()[kind]))}")
            _policy(change, kind)
    return chosen


def _about(block: Node) -> str:
    return " ".join(str(block.get("description", "")).split())


def _policy(change: Data, kind: str) -> None:
    """One of the kind, or one for each class of harm that it is to look for."""
    settings = list(settings_of(policies()[kind]))
    of = next((one for one in settings if one.kind == "harm" and one.is_required), None)
    rest = [one for one in settings if one is not of]
    looked_for = _harms(kind) if of is not None else []
    own = [one for one in rest if one.name not in SHARED]
    said = asked(own, f"{kind}.", min(2, len(own) or 1))
    with st.expander("When, and for whom (always, for everybody)"):
        said |= asked([one for one in rest if one.name in SHARED], f"{kind}.")
    if of is None:
        change.setdefault("policies", {})[kind] = {"kind": kind, **said}
    for harm in looked_for:
        name = kind if len(looked_for) == 1 else f"{kind}_{harm}"
        change.setdefault("policies", {})[name] = {"kind": kind, "harm": harm, **said}


def _harms(kind: str) -> list[str]:
    first = harms()[:1]
    chosen = st.multiselect("Class of harm", harms(), list(first), key=f"{kind}.harm", bind=ADDRESS)
    return chosen or list(first)


def _other_ranker(change: Data) -> None:
    options = [AS_IN_THE_WORLD, *kinds("ranker")]
    kind = st.selectbox("Ranker of what if", options, key="ranker", bind=ADDRESS)
    if kind != AS_IN_THE_WORLD:
        change["ranker"] = {"kind": kind, **_block("ranker", kind, "ranker.")}


def _world(world: Data) -> None:
    """Detectors, review desk and ranker, of both arms."""
    columns = st.columns(len(BLOCKS))
    for (name, label), column in zip(BLOCKS.items(), columns, strict=True):
        options = list(kinds(name))
        with column:
            start = options.index(START.get(name, options[0]))
            kind = st.selectbox(label, options, start, key=f"world.{name}", bind=ADDRESS)
            st.caption(plain(_about(kinds(name)[kind])))
            said = _block(name, kind, f"world.{name}.")
        if said or kind != options[0]:
            world[name] = {"kind": kind, **said}


def _block(name: str, kind: str, prefix: str) -> Data:
    """The settings of a part of the scenario, folded."""
    settings = list(settings_of(kinds(name)[kind]))
    if not settings:
        return {}
    with st.expander(f"Settings of the {BLOCKS[name].lower()}: {kind}"):
        return asked(settings, prefix)


def _others(tree: Data, prefix: str, label: str) -> None:
    """Any single setting of the scenario, by name."""
    with st.expander(label):
        chosen = st.multiselect(
            "Settings", list(others()), key=f"{prefix}set", bind=ADDRESS, placeholder="none; type to search"
        )
        for name in chosen:
            value: Any = ask(others()[name], prefix)
            st.caption(plain(f"{name}, by default {others()[name].default}"))
            put(tree, tuple(name.split(".")), value)


def size() -> Size:
    """Of the quick run: a preset, or one's own."""
    options = [*QUICK, OWN]
    name = st.selectbox("Size of the quick run", options, options.index("small"), key="size", bind=ADDRESS)
    if name != OWN:
        st.caption(plain(QUICK[name].told))
        return QUICK[name]
    preset = QUICK["small"]
    first, second, third, fourth = st.columns(4)
    return Size(
        int(first.number_input("People", 100, 1_000_000, preset.users, 100, key="users", bind=ADDRESS)),
        int(second.number_input("Days", 1, 365, preset.days, key="days", bind=ADDRESS)),
        int(third.number_input("Days of burn-in", 0, 60, preset.burn_in_days, key="burn_in_days", bind=ADDRESS)),
        int(fourth.number_input("Seeds", 1, 20, preset.seeds, key="seeds", bind=ADDRESS)),
    )
