"""The part of Harm spread about stories: what people believe, which stories are seen, and one of them, arm by arm."""

import pandas as pd
import streamlit as st

from dashboard.charts.panels import bars, over_time
from dashboard.cuts import Cut, cut_rows
from dashboard.frame import Shown
from dashboard.marks import burn_in_of, marks_of
from dashboard.show import chart, sentence, table
from dashboard.state import choose
from dashboard.stories import CORRECT, FALSE, TELL, TRUE, days_of_study, of_study, seen_stories
from feedsim.report.numbers import fixed

MOST = 12
"""Stories that are shown beside one another."""
WHICH = {FALSE: "false ones", TRUE: "true ones", "all": "all"}
PANELS = {TELL: "posts that assert it", CORRECT: "posts that correct it"}


def believed(shown: Shown, cut: Cut) -> None:
    """How far false stories are believed, and how much true and false ones are seen."""
    rows = cut_rows(shown.days(["misbelief"]), "misbelief", "", cut)
    if rows.empty:
        sentence("Nobody's beliefs were measured.")
    else:
        title = "How far do people believe false stories?"
        y = "mean belief, 0 = no, 1 = wholly"
        figure = over_time(rows, shown.arms, title, y, marks_of(shown), burn_in_of(shown))
        chart(figure, rows[["arm", "seed", "panel", "day", "value"]], "misbelief by day")
    told = seen_stories(shown)
    if told.empty:
        sentence("No post told a story.")
        return
    title = "How much are true and false stories seen?"
    chart(bars(told, shown.arms, title, "stories", "thousands of views a story"), told, "stories")
    _one_by_one(shown)


def _one_by_one(shown: Shown) -> None:
    """The stories of a seed that are seen most, and one of them."""
    st.header("Story by story", anchor=False)
    found = of_study(shown)
    # A story that is corrected and told by nobody is none that is seen.
    found = found[found.groupby(["seed", "story"])["what"].transform(lambda of: (of == TELL).any())]
    left, middle, right = st.columns(3)
    seeds = [str(seed) for seed in sorted(found["seed"].unique())]
    seed = choose("seed", "Seed (each tells its own stories)", seeds, keep=True, where=left)
    mine = found[found["seed"] == int(seed)]
    there = [name for name in WHICH if name == "all" or (mine["truth"] == name).any()]
    which = choose("stories", "Stories beside one another", there, form=lambda name: WHICH[name], where=middle)
    _most_seen(shown, mine if which == "all" else mine[mine["truth"] == which])
    since, truth = mine.groupby("story")["since"].min(), mine.groupby("story")["truth"].first()
    # All of the seed, whatever stands beside one another: another choice above leaves the address right.
    names = {str(story): f"#{story}: {truth[story]}, since day {fixed(since[story], 0)}" for story in most_seen(mine)}
    first = most_seen(mine if which == "all" else mine[mine["truth"] == which])[0]
    story = choose("story", "One story", list(names), str(first), form=lambda name: names[name], where=right)
    _one(shown, mine[mine["story"] == int(story)], int(story), int(seed))


def most_seen(rows: pd.DataFrame) -> list[int]:
    """The stories by how much they are seen over all arms, the most seen first."""
    views = rows[rows["what"] == TELL].groupby("story")["views"].sum()
    return [int(story) for story in views.sort_values(ascending=False, kind="stable").index]


def _most_seen(shown: Shown, rows: pd.DataFrame) -> None:
    """The MOST of these stories, beside one another."""
    rank = {story: place for place, story in enumerate(most_seen(rows)[:MOST])}
    kept = rows[rows["story"].isin(rank) & (rows["what"] == TELL)].sort_values("story", key=lambda of: of.map(rank))
    views = kept["views"] / 1000
    drawn = kept.assign(panel="", level="#" + kept["story"].astype(str), y=views, y_low=views, y_high=views)
    title = "Which stories are seen most?"
    figure = bars(drawn, shown.arms, title, "story", "thousands of views of posts that tell it")
    chart(figure, kept, "stories one by one")
    st.caption("Posts of the burn-in count too, here and above.")


def _one(shown: Shown, rows: pd.DataFrame, story: int, seed: int) -> None:
    """A story by day, and what became of its posts in each arm."""
    days = days_of_study(shown)
    days = days[(days["story"] == story) & (days["seed"] == seed) & (days["day"] >= 0)]
    days = days.assign(panel=days["what"].map(PANELS))
    asked = {"views": (f"How much is story #{story} seen?", "views of posts of the day"),
             "reshares": (f"How often is story #{story} passed on?", "reshares on the day")}  # fmt: skip
    for name, (title, y) in asked.items():
        if days[name].any():
            figure = over_time(days.assign(value=days[name]), shown.arms, title, y, marks_of(shown), burn_in_of(shown))
            numbers = days[["arm", "seed", "story", "what", "day", name]]
            chart(figure.update_yaxes(rangemode="tozero"), numbers, f"{name} of a story")
    table(story_rows(rows))
    st.caption(
        "Views are counted for the day on which a post was published, whenever it was seen; the table counts those of "
        "the burn-in too. Runs keep what people believe of all false stories together, above, and not story by story."
    )


def story_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """What becomes of a story's posts, as a reader wants it: a row an arm and kind of post."""
    return pd.DataFrame(
        {
            "arm": rows["arm"],
            "posts that": rows["what"].map({TELL: "tell it", CORRECT: "correct it"}),
            "posts": rows["posts"],
            "views": rows["views"],
            "reshares": rows["reshares"],
            "removed": rows["removed"],
            "labelled": rows["labelled"],
            "first on day": rows["since"],
        }
    )
