"""Stories one by one, from the posts and reshares of a run: pure functions, and what they make of the runs of a study.

A story of one seed is another one in the next: only arms of a seed tell the same stories.
"""

import pandas as pd
import pyarrow.compute as pc

from dashboard import reading
from dashboard.frame import Shown
from dashboard.points import spread
from feedsim.results import Run

DAY = 1440
"""Minutes."""
FALSE, TRUE = "false", "true"
TELL, CORRECT = "told", "corrected"
POSTS = ["key", "minute", "narrative", "stance", "harm", "impressions", "reshares", "status", "labelled_minute"]


def posts_of_stories(posts: pd.DataFrame) -> pd.DataFrame:
    """The posts that tell or correct a story: story, what (TELL or CORRECT), day (of publication), truth, and theirs.

    `posts`: narrative (-1 = none), stance (1 tells it, -1 corrects it), minute, harm. A story is false if posts that
    tell it are misinformation.
    """
    of = posts[posts["narrative"] >= 0]
    stance = of["stance"] if "stance" in of else pd.Series(1, of.index)
    of = of.assign(story=of["narrative"].astype(int), what=stance.map({1: TELL, -1: CORRECT}), day=of["minute"] // DAY)
    of = of.dropna(subset="what")
    false = set(of.loc[(of["harm"].astype(str) == "misinformation") & (of["what"] == TELL), "story"])
    return of.assign(truth=of["story"].isin(false).map({True: FALSE, False: TRUE}))


def story_table(told: pd.DataFrame) -> pd.DataFrame:
    """A row a story and what is done with it: story, truth, what, posts, views, reshares, removed, labelled, since (day
    of the first post of it). `told`: posts of stories."""
    of = told.assign(is_removed=told["status"].astype(str) == "removed", is_labelled=told["labelled_minute"].notna())
    found = of.groupby(["story", "truth", "what"]).agg(
        posts=("day", "size"), views=("impressions", "sum"), reshares=("reshares", "sum"),
        removed=("is_removed", "sum"), labelled=("is_labelled", "sum"), since=("day", "min"),
    )  # fmt: skip
    return found.reset_index()


def story_days(told: pd.DataFrame, reshares: pd.DataFrame) -> pd.DataFrame:
    """By day: story, what, day, views (that posts published on the day have had), reshares (made on the day).

    `reshares`: key (of the root), minute.
    """
    by = ["story", "what", "day"]
    views = told.groupby(by)["impressions"].sum().rename("views")
    passed = reshares.assign(day=reshares["minute"] // DAY).merge(told[["key", "story", "what"]], on="key")
    days = pd.concat([views, passed.groupby(by).size().rename("reshares")], axis=1)
    return days.fillna(0).astype(int).sort_index().reset_index()


def seen_stories(shown: Shown) -> pd.DataFrame:
    """Views a story, in thousands, of true and of false ones: arm, panel, level, y, y_low, y_high."""
    rows = of_study(shown)
    if rows.empty:
        return rows
    told = rows[rows["what"] == TELL].assign(level=lambda of: of["truth"], panel="")
    mean = told.groupby(["arm", "seed", "panel", "level"], sort=False)["views"].mean() / 1000
    return spread(mean.rename("value").reset_index(), "y", ["arm", "panel", "level"])


def of_study(shown: Shown) -> pd.DataFrame:
    """The table of stories of every run: arm, seed, and as `story_table`."""
    return shown.per_run("stories", lambda run: story_table(_told(run)))


def days_of_study(shown: Shown) -> pd.DataFrame:
    """The days of stories of every run: arm, seed, and as `story_days`."""
    return shown.per_run("days of stories", _days)


def _told(run: Run) -> pd.DataFrame:
    return posts_of_stories(reading.read(run, "posts", POSTS, pc.field("narrative") >= 0))


def _days(run: Run) -> pd.DataFrame:
    return story_days(_told(run), reading.read(run, "reshares", ["key", "minute"]))
