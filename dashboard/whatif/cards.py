"""The policies of a what-if, a card each: those that the world has already, and those that are added."""

import re

import streamlit as st

from dashboard.state import refuse
from dashboard.whatif import fields
from dashboard.whatif.settings import SHARED, Node, World, policies, settings_of
from dashboard.whatif.widgets import asked
from dashboard.words import plain
from feedsim.merging import Data

ADDED = "policy"
"""In the address: the cards, each a kind, or kind-2 and so on for further ones of it."""
CARD = re.compile(r"([a-z_]+?)(?:-(\d{1,3}))?")
MOST = 40
"""Cards that a page shows."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def cards(change: Data, world: World) -> list[str]:
    """Write what differs in policies into `change`; the names of those that are added or touched."""
    said: Data = {}
    for name, block in world["policies"].items():
        _there(said, name, block, world)
    mine = added()
    for card in mine:
        _new(said, card, mine, world)
    kinds = list(policies())
    st.selectbox(
        "Add a policy",
        kinds,
        None,
        key="add",
        on_change=_add,
        format_func=_words,
        placeholder=f"{len(kinds)} to choose from",
    )
    if said:
        change["policies"] = said
    return list(said)


def added() -> list[str]:
    """The cards of the address, each once; a sentence for what is none."""
    found = list(dict.fromkeys(st.query_params.get_all(ADDED)))
    for card in (one for one in found if kind_of_card(one) is None):
        refuse(ADDED, card, "it should be a policy of the library, or its name with -2 and so on for another of it")
    good = [card for card in found if kind_of_card(card) is not None]
    if len(good) > MOST:
        st.warning(plain(f"The link asks for {len(good)} policies; shown are the first {MOST}."))
    return good[:MOST]


def kind_of_card(card: str) -> str | None:
    """The kind of policy that a card is of; nothing where there is none."""
    found = CARD.fullmatch(card)
    return found[1] if found and found[1] in policies() else None


def _add() -> None:
    kind = st.session_state["add"]
    if kind is not None:
        mine = st.query_params.get_all(ADDED)
        free = next(card for card in (kind, *(f"{kind}-{i}" for i in range(2, 1000))) if card not in mine)
        st.query_params[ADDED] = [*mine, free]
    st.session_state["add"] = None


def _remove(card: str) -> None:
    st.query_params[ADDED] = [one for one in st.query_params.get_all(ADDED) if one != card]
    fields.forget(lambda name: name.startswith(f"{card}."))


def _there(said: Data, name: str, block: Data, world: World) -> None:
    """A policy of both arms: as it is, changed, or taken out."""
    node = policies()[block["kind"]]
    with st.container(border=True):
        _about(f"{name} ({_words(block['kind'])}, in both arms)", node)
        if not fields.yes("Also in what if", f"policies.{name}", True):
            said[name] = None
            return
        with st.expander("Change it in what if"):
            changed = asked(settings_of(node, block), f"policies.{name}.", world, 2)
    if changed:
        said[name] = changed


def _new(said: Data, card: str, mine: list[str], world: World) -> None:
    kind = str(kind_of_card(card))
    node = policies()[kind]
    with st.container(border=True):
        _about(_words(kind), node)
        top = st.container()
        settings = [one for one in settings_of(node) if one.name not in SHARED]
        block = {"kind": kind, **asked(settings, f"{card}.", world, min(2, len(settings) or 1))}
        with st.expander("When, and for whom (always, for everybody)"):
            block |= asked([one for one in settings_of(node) if one.name in SHARED], f"{card}.", world)
        with top.container(horizontal=True, vertical_alignment="bottom"):
            name = _name(card, block, mine, {*said, *world["policies"]})
            st.button("Remove", key=f"remove {card}", on_click=_remove, args=(card,), icon=":material/close:",
                      help=f"Take {name} out of what if")  # fmt: skip
    said[name] = block


def _name(card: str, block: Data, mine: list[str], taken: set[str]) -> str:
    """What a policy is called: as the reader says, else by its kind, and by its harm where there are several."""
    several = sum(kind_of_card(one) == block["kind"] for one in mine) > 1
    usual = f"{block['kind']}_{block['harm']}" if several and "harm" in block else block["kind"]
    proposed = _free(usual, taken)
    asked_for = fields.text("Called", f"{card}.called", "", 40, placeholder=proposed)
    if asked_for and not NAME.fullmatch(asked_for):
        st.warning(plain(f"{asked_for} can't be a name; it should be letters, digits, _ and -. It is {proposed} here."))
        return proposed
    name = _free(asked_for or proposed, taken)
    if asked_for and name != asked_for:
        st.warning(plain(f"There is a policy {asked_for} already. This one is {name}."))
    return name


def _free(name: str, taken: set[str]) -> str:
    return next(one for one in (name, *(f"{name}_{i}" for i in range(2, 1000))) if one not in taken)


def _about(head: str, block: Node) -> None:
    st.markdown(f"**{plain(head)}**: {plain(about(block))}")


def about(block: Node) -> str:
    """What a block is, in its own words."""
    return " ".join(str(block.get("description", "")).split())


def _words(kind: str) -> str:
    return kind.replace("_", " ")
