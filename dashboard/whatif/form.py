"""The form: what it begins with, what if, in which world, how large. It returns what was said, and decides nothing."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.shelf import find_studies
from dashboard.show import sentence, trouble
from dashboard.state import pin
from dashboard.whatif import fields
from dashboard.whatif.beginning import Beginning, beginning, places, plain_beginning
from dashboard.whatif.cards import about, cards
from dashboard.whatif.settings import World, kinds, others, settings_of
from dashboard.whatif.study import QUICK, Size, WhatIf, put
from dashboard.whatif.widgets import ask, asked, said_over
from dashboard.words import one_line, plain
from feedsim.merging import Data, merged
from feedsim.results import NotARun
from feedsim.scenario import Scenario

OWN = "own"
AS_IN_THE_WORLD = "as it is"
BLOCKS = {"ranker": "Ranker", "detectors": "Detectors", "review": "Review desk"}
IDEAS: dict[str, dict[str, str | list[str]]] = {
    "Demote probable misinformation": {"policy": "demote", "demote.strength": "0.8"},
    "Demote misinformation and hate, each as strongly as it deserves": {
        "policy": ["demote", "demote-2"], "demote.strength": "0.8", "demote-2.harm": "hate", "demote-2.strength": "1",
    },
    "A feed in order of time": {"ranker": "chronological"},
    "Warnings by fact-checkers": {"policy": "warning_label"},
    "The angry face counts for nothing": {"policy": "reaction_weights"},
    "Ask before hostile words": {"policy": "reconsider"},
}  # fmt: skip
"""Forms that are filled in: what they ask, and the address."""


def ideas() -> None:
    """Forms to begin with."""
    with st.expander("Ideas to begin with"):
        for label, address in IDEAS.items():
            st.button(label, key=f"idea {label}", type="tertiary", on_click=fields.anew, args=(address,))


def begin(root: Path) -> Beginning | None:
    """The world that the form begins with; nothing, and a sentence, where it can't be read."""
    studies = {study.name: study for study in find_studies(root)}
    first, second = st.columns(2)
    name = fields.one(
        "Begin with", ["", *studies], "from", "", first, _anew, lambda one: one_line(one) or "the default world",
        "The world and the policies of an arm that lies in this folder, or the default world. Another one begins anew.",
    )  # fmt: skip
    if not name:
        return plain_beginning()
    arms = places(studies[name])
    if not arms:
        sentence(f"{name} has no run that has finished, so that nothing can begin with it.")
        return None
    arm = fields.one("and its arm", list(arms), "from.arm", next(iter(arms)), second, fields.anew, one_line)
    pin("from.arm", arm)
    try:
        found = beginning(root, arms[arm])
    except NotARun as error:
        trouble(error)
        return None
    for line in found.told:
        st.caption(plain(line))
    return found


def _anew() -> None:
    fields.anew()
    fields.drop("from.arm")


def form(start: Beginning) -> WhatIf:
    """What would be different, and in which world."""
    st.header("What would be different?", anchor=False)
    # It stands above the world, and hangs on it: on its classes of harm, its groups, and what it is by default.
    different = st.container()
    st.header("In which world?", anchor=False)
    world = _world(start.world)
    change: Data = {}
    with different:
        chosen = cards(change, world)
        _different(change, world)
        _others(change, world, "", "Other settings of what if")
    usual = _question([*chosen, *(name for name in BLOCKS if name in change)])
    question = fields.text("Question", "question", "", 300, usual)
    return WhatIf(question or usual, world, change)


def _question(chosen: list[str]) -> str:
    said = ", ".join(name.replace("_", " ") for name in chosen)
    return f"What changes with {said}?" if said else "What changes?"


def _different(change: Data, world: World) -> None:
    """Another ranker, detectors or desk, or the same with other settings."""
    chosen = {}
    for (name, label), column in zip(BLOCKS.items(), st.columns(len(BLOCKS)), strict=True):
        options = [AS_IN_THE_WORLD, *kinds(name)]
        kind = fields.one(f"{label} of what if", options, name, AS_IN_THE_WORLD, column, fields.forgetting(f"{name}."))
        if kind != AS_IN_THE_WORLD:
            chosen[name] = kind
    for name, kind in chosen.items():
        said = _block(name, kind, world, f"{name}.", "of what if")
        if said or kind != world[name]["kind"]:
            change[name] = {"kind": kind, **said}


def _world(start: World) -> World:
    """Ranker, detectors, desk and whatever else of both arms."""
    said: Data = {}
    parts = st.container()
    _others(said, start, "world.", "Other settings of the world")
    # Names that settings of the desk and of detectors may have hang on the people.
    people: World = merged(dict(start), said, Scenario)
    with parts:
        chosen = {}
        for (name, label), column in zip(BLOCKS.items(), st.columns(len(BLOCKS)), strict=True):
            usual, after = start[name]["kind"], fields.forgetting(f"world.{name}.")
            chosen[name] = fields.one(label, list(kinds(name)), f"world.{name}", usual, column, after)
            column.caption(plain(about(kinds(name)[chosen[name]])))
        for name, kind in chosen.items():
            said[name] = {"kind": kind, **_block(name, kind, people, f"world.{name}.", "of the world")}
    found: World = merged(dict(start), said, Scenario)
    return found


def _block(name: str, kind: str, world: World, prefix: str, whose: str) -> Data:
    """The settings of a part of the scenario, folded: what differs from the world's, or from the kind's defaults."""
    now = world[name] if world[name]["kind"] == kind else None
    settings = list(settings_of(kinds(name)[kind], now))
    if not settings:
        return {}
    with st.expander(f"{BLOCKS[name]} {whose}: {kind}"):
        return asked(settings, prefix, world, 2)


def _others(tree: Data, world: World, prefix: str, label: str) -> None:
    """Any single setting of the scenario, by name."""
    shown = others(world)
    with st.expander(label):
        chosen = fields.some("Settings", list(shown), f"{prefix}set", placeholder="none; type to search")
        for name in chosen:
            value: Any = ask(shown[name], prefix, world)
            st.caption(plain(f"{name} is {_told(shown[name].default)} where nothing is said."))
            if value != shown[name].default:
                put(tree, shown[name].path, said_over(shown[name], value))


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items()) or "nothing"
    return "nothing" if value is None else str(value)


def size() -> Size:
    """Of the quick run: a preset, or one's own."""
    name = fields.one("Size of the quick run", [*QUICK, OWN], "size", "small")
    if name != OWN:
        st.caption(plain(QUICK[name].told))
        return QUICK[name]
    preset = QUICK["small"]
    lines = (
        ("People", "users", preset.users, 100, 1_000_000, 100),
        ("Days", "days", preset.days, 1, 365, 1),
        ("Days of burn-in", "burn_in_days", preset.burn_in_days, 0, 60, 1),
        ("Seeds", "seeds", preset.seeds, 1, 20, 1),
    )
    said = []
    for line, column in zip(lines, [*st.columns(2), *st.columns(2)], strict=True):
        with column:
            said.append(int(fields.number(*line) or 0))
    return Size(*said)
