"""The list of what-ifs that were made here: look at one again, or take it away."""

from datetime import datetime
from pathlib import Path

import streamlit as st

from dashboard.show import trouble
from dashboard.whatif.made import Made, delete, made
from dashboard.words import plain
from feedsim.report.numbers import fixed
from feedsim.results import NotARun

REFUSED = "why a what-if could not be deleted"


def listed(root: Path) -> None:
    """All what-ifs of the folder, folded: they are looked for when somebody unfolds them."""
    folded = st.expander("What-ifs made here", key="made", on_change="rerun")
    if why := st.session_state.pop(REFUSED, ""):
        trouble(why)
    if not folded.open:
        return
    with folded:
        found = made(root)
        room = room_of(sum(one.size for one in found))
        st.caption(plain(f"{len(found)} in this folder, which take {room}." if found else "None is in this folder."))
        for one in found:
            _line(root, one)


def _line(root: Path, one: Made) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(one.name)}**: {plain(one.question)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Look at it", key=f"look {one.name}", on_click=_look, args=(one.name,))
            _delete(root, one)
            asked = datetime.fromtimestamp(one.when).strftime("%Y-%m-%d %H:%M")
            st.markdown(plain(f"asked {asked}, {'running' if one.is_running else room_of(one.size)}"))


def _look(name: str) -> None:
    st.query_params["run"] = name


def _delete(root: Path, one: Made) -> None:
    if one.is_running:
        st.button("Delete", key=f"delete {one.name}", disabled=True, help="It is running; stop it first.")
        return
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown(plain(f"All that is in the folder {one.name} goes ({room_of(one.size)}), for good."))
        label = f"Delete {one.name} for good"
        st.button(plain(label), key=f"delete {one.name}", type="primary", on_click=_gone, args=(root, one.name))


def _gone(root: Path, name: str) -> None:
    try:
        delete(root, name)
    except NotARun as error:
        st.session_state[REFUSED] = str(error)
        return
    if st.query_params.get("run") == name:
        del st.query_params["run"]


def room_of(size: int) -> str:
    """Bytes in words."""
    return f"{fixed(size / 1e6, 1)} MB" if size >= 50_000 else f"{fixed(size / 1e3, 1)} kB"
