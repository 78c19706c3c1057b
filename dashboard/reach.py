"""What the page of harm spread draws, over the runs of a study: read once a run, then pooled."""

import pandas as pd

from dashboard import reading
from dashboard.cuts import Cut
from dashboard.frame import Shown
from dashboard.points import spread
from dashboard.spread import arrived, at_least, cascade_counts, delay_counts, delays, gini, lorenz, stories
from feedsim.results import Run

NO_CLASS = "no class"
"""What posts that are harmless are called."""
POSTS = ["key", "minute", "harm", "removed_minute"]
REVIEWS = ["key", "harm", "opened_minute", "decided_minute", "verdict"]


def sizes(shown: Shown, harm: str, beside: bool) -> pd.DataFrame:
    """Share of cascades of at least a size and depth: arm, panel (the class), what, x, y."""
    rows = shown.per_run("cascades", _counts)
    kept = rows[rows["harm"].isin([harm, ""] if beside else [harm])]
    named = kept.assign(panel=kept["harm"].replace({"": NO_CLASS}))
    return at_least(named, ["arm", "panel", "what"]) if (kept["harm"] == harm).any() else named.head(0)


def _counts(run: Run) -> pd.DataFrame:
    return cascade_counts(reading.read(run, "cascades", ["harm", "size", "depth"]))


def seen_stories(shown: Shown) -> pd.DataFrame:
    """Impressions a story, in thousands, of true and of false ones: arm, panel, level, y, y_low, y_high."""
    rows = shown.per_run("stories", _stories)
    if rows.empty:
        return rows
    level = rows["is_false"].map({True: "false", False: "true"})
    mean = rows.assign(level=level, panel="").groupby(["arm", "seed", "panel", "level"], sort=False)["impressions"]
    return spread((mean.mean() / 1000).rename("value").reset_index(), "y", ["arm", "panel", "level"])


def _stories(run: Run) -> pd.DataFrame:
    return stories(reading.read(run, "posts", ["narrative", "stance", "harm", "impressions"]))


def concentration(shown: Shown, harm: str, cut: Cut) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lorenz curves, means over seeds (arm, panel, x, y), and Gini coefficients (arm, panel, level, y with range)."""
    name = f"seen {harm} by {cut.name}"
    rows = shown.per_run(name, lambda run: _seen(run, f"seen_{harm}", cut.group))
    if rows.empty:
        return rows, rows
    curve = rows[rows["x"] >= 0].groupby(["arm", "panel", "x"], sort=False)["y"].mean().reset_index()
    of = rows[rows["x"] < 0].rename(columns={"y": "value", "panel": "level"}).assign(panel="")
    return curve.sort_values(["arm", "panel", "x"]), spread(of, "y", ["arm", "panel", "level"])


def _seen(run: Run, column: str, group: str) -> pd.DataFrame:
    """The curve of each level, and its Gini coefficient at x = -1: panel, x, y."""
    users = reading.read(run, "users", [column, *([group] if group else [])])
    if column not in users:
        return pd.DataFrame({"panel": [], "x": [], "y": []})
    levels = users[group].astype(str) if group in users else pd.Series("", index=users.index)
    found = []
    for level, seen in users[column].groupby(levels, sort=True):
        curve = lorenz(seen)
        end = pd.DataFrame({"x": [-1.0], "y": [gini(seen)]})
        found.append((pd.concat([curve, end]) if len(curve) else curve).assign(panel=str(level)))
    return pd.concat(found, ignore_index=True)


def found_when(shown: Shown, harm: str) -> pd.DataFrame:
    """Share of posts of a class looked at, held to be harmful and removed within x hours: arm, panel, x, y."""
    rows = shown.per_run("delays", _delays)
    mine = rows[rows["harm"] == harm]
    return arrived(mine.rename(columns={"what": "panel"}), ["arm", "panel"])


def _delays(run: Run) -> pd.DataFrame:
    reviews = reading.read(run, "reviews", REVIEWS) if "reviews" in run.tables else None
    return delay_counts(delays(reading.read(run, "posts", POSTS), reviews))
