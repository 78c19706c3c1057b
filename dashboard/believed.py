"""What detectors believed of posts, by group of their authors, or of those who saw them: read once a run."""

import pandas as pd
import pyarrow.compute as pc

from dashboard import reading
from dashboard.fairness import calibration
from dashboard.frame import Shown
from feedsim.results import Run


def calibration_curves(shown: Shown, harm: str, side: str, group: str) -> pd.DataFrame:
    """Of each arm and level, all seeds together: arm, panel (the level), x, y, n. Empty where nothing is believed."""
    rows = shown.per_run(f"believed {harm} {side} {group}", lambda run: _curve(run, harm, side, group))
    if rows.empty:
        return rows
    sums = rows.assign(x=rows["x"] * rows["n"], y=rows["y"] * rows["n"])
    of = sums.groupby(["arm", "level", "bin"], sort=True)[["x", "y", "n"]].sum().reset_index()
    return of.assign(x=of["x"] / of["n"], y=of["y"] / of["n"], panel=of["level"]).drop(columns=["bin", "level"])


def _curve(run: Run, harm: str, side: str, group: str) -> pd.DataFrame:
    """A run's bins: level, bin, x, y, n."""
    column = f"p_{harm}"
    posts = reading.read(run, "posts", ["key", "author", "harm", "minute", column])
    # Without detectors nothing is believed of any post.
    if column not in posts or not posts[column].any():
        return pd.DataFrame({"level": [], "bin": [], "x": [], "y": [], "n": []})
    posts = posts[posts[column].notna() & (posts["minute"] >= 0)]
    rows = pd.DataFrame({"p": posts[column], "harmful": posts["harm"].astype(str) == harm})
    who = posts["author"]
    if side == "viewer":
        seen = reading.read(run, "impressions", ["user", "key"], pc.field("rank").is_valid())
        at = posts.reset_index(drop=True).reset_index().set_index("key")["index"].reindex(seen["key"])
        rows = rows.iloc[at.dropna().astype(int).to_numpy()]
        who = seen.loc[at.notna().to_numpy(), "user"]
    level = reading.levels_of(run, group).reindex(who.to_numpy())
    found = calibration(rows.reset_index(drop=True), level.reset_index(drop=True))
    return found.assign(bin=found.groupby("level").cumcount())
