"""What the page of harm spread draws, over the runs of a study: read once a run, then pooled."""

import pandas as pd

from dashboard import reading
from dashboard.cuts import KIND, MODALITY, Cut
from dashboard.frame import Shown
from dashboard.points import spread
from dashboard.spread import (
    arrived,
    at_least,
    cascade_counts,
    delay_counts,
    delays,
    gini,
    lorenz,
    reach_per_post,
)
from feedsim.results import Run

NO_CLASS = "no class"
"""What posts that are harmless are called."""
POSTS = ["key", "minute", "harm", "status", "removed_minute"]
REVIEWS = ["key", "harm", "started_minute", "decided_minute", "verdict"]
OF_POSTS = (KIND, MODALITY)
"""Cuts by a column of posts."""


def _posts(run: Run, columns: list[str], cut: Cut) -> pd.DataFrame:
    """Posts of a run, each with its `level`: of its author's group, or of a column of its own; empty of no cut."""
    if cut.by in OF_POSTS:
        posts = reading.read(run, "posts", [*columns, cut.by])
        return posts.assign(level=posts[cut.by].astype(str))
    if not cut.group:
        return reading.read(run, "posts", columns).assign(level="")
    posts = reading.read(run, "posts", [*columns, "author"])
    return posts.assign(level=reading.levels_of(run, cut.group).reindex(posts["author"]).to_numpy())


def people_a_post(shown: Shown, cells: pd.DataFrame, cut: Cut) -> pd.DataFrame:
    """People whom a harmful post reaches: arm, panel (the level), level (the class), y with its range. `cells` tell it
    of everyone; by group of authors it is worked out from their posts."""
    rows = cells[(cells["metric"] == "harm_reach") & (cells["side"] == "")]
    if cut.by == "author":
        columns = ["minute", "harm", "impressions"]
        rows = shown.per_run(f"reach a post by {cut.name}", lambda run: reach_per_post(_posts(run, columns, cut)))
    return spread(rows.assign(panel=rows["level"], level=rows["harm"]), "y", ["arm", "panel", "level"])


def sizes(shown: Shown, harm: str, beside: bool, cut: Cut) -> pd.DataFrame:
    """Share of cascades of at least a size and depth: arm, panel (the level, or the class), what, x, y."""
    rows = shown.per_run(f"cascades by {cut.name}", lambda run: _counts(run, cut))
    kept = rows[rows["harm"].isin([harm, ""] if beside else [harm])]
    named = kept.assign(panel=kept["level"].where(kept["level"] != "", kept["harm"].replace({"": NO_CLASS})))
    return at_least(named, ["arm", "panel", "what"]) if (kept["harm"] == harm).any() else named.head(0)


def _counts(run: Run, cut: Cut) -> pd.DataFrame:
    found = reading.read(run, "cascades", ["key", "harm", "size", "depth"])
    posts = _posts(run, ["key", "minute"], cut)
    # What went around in the burn-in, arms have largely in common.
    return cascade_counts(found.merge(posts.loc[posts["minute"] >= 0, ["key", "level"]], on="key"))


def concentration(shown: Shown, deed: str, harm: str, cut: Cut) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of what people have seen, posted or reshared (`deed`) of a class: Lorenz curves, means over seeds (arm, panel, x,
    y), and Gini coefficients (arm, panel, level, y with range)."""
    name = f"{deed} {harm} by {cut.name}"
    rows = shown.per_run(name, lambda run: _over_people(run, f"{deed}_{harm}", cut.group))
    if rows.empty:
        return rows, rows
    curve = rows[rows["x"] >= 0].groupby(["arm", "panel", "x"], sort=False)["y"].mean().reset_index()
    of = rows[rows["x"] < 0].rename(columns={"y": "value", "panel": "level"}).assign(panel="")
    return curve.sort_values(["arm", "panel", "x"]), spread(of, "y", ["arm", "panel", "level"])


def _over_people(run: Run, column: str, group: str) -> pd.DataFrame:
    """The curve of each level, and its Gini coefficient at x = -1: panel, x, y."""
    named = reading.column_of(group)
    users = reading.read(run, "users", [column, *([named] if named else [])])
    if column not in users:
        return pd.DataFrame({"panel": [], "x": [], "y": []})
    levels = users[named].astype(str) if named in users else pd.Series("", index=users.index)
    found = []
    for level, counts in users[column].groupby(levels, sort=True):
        curve = lorenz(counts)
        end = pd.DataFrame({"x": [-1.0], "y": [gini(counts)]})
        found.append((pd.concat([curve, end]) if len(curve) else curve).assign(panel=str(level)))
    return pd.concat(found, ignore_index=True)


def found_when(shown: Shown, harm: str, cut: Cut) -> pd.DataFrame:
    """Share of posts of a class looked at, held to be harmful and removed within x hours: arm, what, panel (the level),
    x, y."""
    rows = shown.per_run(f"delays by {cut.name}", lambda run: _delays(run, cut))
    mine = rows[rows["harm"] == harm]
    return arrived(mine.rename(columns={"level": "panel"}), ["arm", "what", "panel"])


def _delays(run: Run, cut: Cut) -> pd.DataFrame:
    reviews = reading.read(run, "reviews", REVIEWS) if "reviews" in run.tables else None
    return delay_counts(delays(_posts(run, POSTS, cut), reviews))
