"""One feed: a person and a tick; what could have been shown, what was and why, and what came of it."""

import shlex

import pandas as pd
import streamlit as st

from dashboard import reading
from dashboard.charts.feed import order_chart, places_chart
from dashboard.feeds import SHOWN, candidate_table, contributions, final_points, funnel, places_in_both
from dashboard.frame import Shown, page
from dashboard.sampled import feed_of, nearest, sessions
from dashboard.show import chart, sentence, table
from dashboard.state import choose, pin
from dashboard.words import one_line, plain
from feedsim.results import RunPath
from feedsim.story import candidates, cuts, did, opening, ranking, told_absence, when, who
from feedsim.trace import Feed, NoSession

# What stands beside the arm if nothing does.
NOBODY = "nothing"
ROWS = {"shown": "shown", "not": "not shown", "all": "all candidates"}
WHOLE = ("#", "# by score alone", "seconds")
HELP = {
    "#": "place on the screen",
    "sharer": "whose reshare brought it",
    "what became of it": "scored: by the heads, which found others better; light cut: left out before",
    "harm (truth)": "neither the person nor the company knows it",
    "score": "predicted actions, each times its weight",
    "final score": "score times the factors of policies",
}


def show(shown: Shown) -> None:
    """The page."""
    runs = {(run.arm, run.seed): run for run, _ in reading.runs(shown.study, shown.assumption)}
    first, second, third = st.columns(3)
    arm = choose("arm", "Arm", shown.arms, where=first)
    others = [NOBODY, *(other for other in shown.arms if other != arm)]
    beside = choose("beside", "Beside it", others, others[1] if len(others) > 1 else NOBODY, where=second)
    seeds = [str(seed) for of, seed in runs if of == arm]
    place = runs[arm, int(choose("seed", "Seed", seeds, where=third))]
    came = sessions(shown.study, place)
    if came.empty:
        sentence(f"No session of a sampled viewer was kept in arm {arm}; measures.impression_sample says of how many.")
        return
    user, tick = _who_and_when(shown, place, came)
    if user not in set(came["user"]):
        _outsider(place, user, tick)
        return
    left = feed_of(shown.study, place, user, tick)
    right = _beside(shown, runs.get((beside, place.seed)), user, tick)
    _two(shown, (arm, beside), left, right)


def _who_and_when(shown: Shown, place: RunPath, came: pd.DataFrame) -> tuple[int, int]:
    """The person and the tick of the address, or those that are chosen."""
    counts = came.groupby("user").size()
    known = _persons(shown, place, counts)
    said = st.query_params.get("user", "")
    if _is_person(said, _people(shown, place)):
        known.setdefault(said, f"{said}: not sampled")
    first, second = st.columns(2)
    most = str(counts.idxmax())
    user = choose("user", "Person (of those sampled; type a number to search)", list(known), most,
                  form=lambda name: known[name], where=first)  # fmt: skip
    pin("user", user)
    _somebody_else(shown, place)
    of = came[came["user"] == int(user)]
    ticks = dict(zip(map(str, of["tick"]), of["shown"], strict=True))
    asked = st.query_params.get("tick", "")
    if not ticks or (_is_whole(asked) and asked not in ticks):
        return int(user), int(asked) if _is_whole(asked) else 0
    minutes = int(reading.scenario(shown.study, place).get("tick_minutes", 15))
    measured = [name for name in ticks if int(name) >= 0] or list(ticks)
    tick = choose("tick", "When", list(ticks), max(measured, key=lambda name: ticks[name]), where=second,
                  form=lambda name: f"{when(int(name), minutes)}, {ticks[name]} shown")  # fmt: skip
    pin("tick", tick)
    return int(user), int(tick)


def _persons(shown: Shown, place: RunPath, counts: "pd.Series[int]") -> dict[str, str]:
    """Sampled viewers: number -> who that is, by number."""
    groups = _groups(shown, place)
    people = reading.table(shown.study, place, "users", ["user", *groups, "actor"]).set_index("user")
    traits = people[people.index.isin(counts.index)].astype(str).agg(", ".join, axis=1)
    return {str(user): one_line(f"{user}: {traits.get(user, '')}; {many} sessions") for user, many in counts.items()}


def _groups(shown: Shown, place: RunPath) -> list[str]:
    """Columns of users.parquet with a group attribute."""
    population = reading.scenario(shown.study, place).get("population")
    groups = population.get("groups") if isinstance(population, dict) else None
    return [reading.column_of(name) for name in groups] if isinstance(groups, dict) else []


def _people(shown: Shown, place: RunPath) -> int:
    return len(reading.table(shown.study, place, "users", ["user"]))


def _is_whole(said: str) -> bool:
    return said.isascii() and said.removeprefix("-").isdigit() and len(said) < 10


def _is_person(said: str, people: int) -> bool:
    return _is_whole(said) and 0 <= int(said) < people


def _somebody_else(shown: Shown, place: RunPath) -> None:
    """By number, sampled or not."""
    with st.expander("Somebody else, by number"):
        last = _people(shown, place) - 1
        number = st.number_input("Number of the person", 0, last, value=None, key="somebody else", placeholder="17")
        st.button("Show", on_click=_ask_for, args=(number,), disabled=number is None)


def _ask_for(number: int | None) -> None:
    st.query_params["user"] = str(number)


def _outsider(place: RunPath, user: int, tick: int) -> None:
    """What to do about somebody whose feeds were not kept."""
    sentence(
        f"The feeds of person {user} were not kept: only those of sampled viewers are (measures.impression_sample). "
        "This command repeats the run up to the tick and tells the feed; --tick says which."
    )
    st.code(f"feedsim trace {shlex.quote(str(place.path))} --user {user} --tick {tick}", language=None, wrap_lines=True)


def _beside(shown: Shown, place: RunPath | None, user: int, tick: int) -> Feed | NoSession | None:
    """The same person in the other arm, at the same tick or at the nearest with a session; nothing without an arm."""
    if place is None:
        return None
    came = sessions(shown.study, place)
    ticks = [int(at) for at in came.loc[came["user"] == user, "tick"]]
    return feed_of(shown.study, place, user, nearest(ticks, tick) if ticks else tick)


def _two(shown: Shown, arms: tuple[str, str], left: Feed | NoSession, right: Feed | NoSession | None) -> None:
    if isinstance(left, NoSession):
        sentence(told_absence(left))
        return
    if isinstance(right, Feed) and len(left.shown) and len(right.shown):
        _places(shown, arms, left, right)
    which = choose("rows", "Posts in the tables", list(ROWS), form=lambda name: ROWS[name])
    if right is None:
        _feed(arms[0], left, which)
        return
    sides = st.columns(2)
    with sides[0]:
        _feed(arms[0], left, which)
    with sides[1]:
        _other(arms[1], right, which)


def _places(shown: Shown, arms: tuple[str, str], left: Feed, right: Feed) -> None:
    rows = places_in_both(left, right, arms)
    same = int(rows.loc[rows["in_both"], "key"].nunique())
    both = f"{same} of them in both" if same else "none in both"
    figure = places_chart(rows, arms, shown.arms, f"Which posts are shown where in each arm, {both}?")
    chart(figure, rows, "places in both arms")
    if left.tick != right.tick:
        minutes = right.scenario.tick_minutes
        sentence(f"In {arms[1]} the same person came at another time; the nearest is {when(right.tick, minutes)}.")


def _other(arm: str, feed: Feed | NoSession, which: str) -> None:
    if isinstance(feed, NoSession):
        st.header(plain(arm), anchor=False)
        sentence(told_absence(feed))
    else:
        _feed(arm, feed, which, "right")


def _feed(arm: str, feed: Feed, which: str, side: str = "left") -> None:
    """One side: told, then why in this order, then every candidate."""
    st.header(plain(arm), anchor=False)
    for said in (opening(feed), who(feed), ranking(feed), cuts(feed), did(feed)):
        st.markdown(plain(said))
    st.caption(plain(candidates(feed).splitlines()[0]))
    table(funnel(feed))
    parts = contributions(feed)
    if len(parts):
        figure = order_chart(parts, final_points(feed), f"What puts each post in its place in {arm}?")
        chart(figure, parts, f"order {side} {arm}")
    elif feed.has_predictions:
        sentence("Policies changed what the heads count for, so that no bars are drawn: the scores are in the table.")
    rows = candidate_table(feed)
    is_shown = rows["what became of it"] == SHOWN
    picked = {"shown": rows[is_shown], "not": rows[~is_shown], "all": rows}[which]
    table(picked, **_columns(picked))


def _columns(rows: pd.DataFrame) -> dict[str, object]:
    """How the columns are written."""
    found: dict[str, object] = {}
    for name in map(str, rows):
        if pd.api.types.is_float_dtype(rows[name]):
            written = "%d" if name in WHOLE else "%.2f" if name.startswith(("p ", "factor")) else "%.3g"
            note, first = HELP.get(name), name == "#"
            found[name] = st.column_config.NumberColumn(format=written, help=note, pinned=first)
        else:
            found[name] = st.column_config.TextColumn(help=HELP.get(name))
    return found


page("One feed", show)
