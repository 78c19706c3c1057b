"""How harm spreads, from the tables of a run: pure functions, DataFrame in, DataFrame out."""

import numpy as np
import pandas as pd

POINTS = 60
"""Of a distribution, at most; a concentration has one more."""
MOST_NODES = 1500
"""Of a cascade that is drawn: the first to reshare it."""
MINUTES = 60.0
"""An hour."""


def at_least(counts: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Share of the cascades whose `value` is at least x: columns `by`, x, y. `counts`: by, value, count."""
    found = []
    for names, rows in counts.groupby(by, sort=False, observed=True):
        sizes = rows.groupby("value")["count"].sum().sort_index()
        above = sizes[::-1].cumsum()[::-1] / sizes.sum()
        kept = _spaced(above)
        found.append(_named(pd.DataFrame({"x": kept.index, "y": kept.to_numpy()}), by, names))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*by, "x", "y"])


def _named(rows: pd.DataFrame, by: list[str], names: object) -> pd.DataFrame:
    """Rows with the names of the group that they are of."""
    for column, name in zip(by, names if isinstance(names, tuple) else (names,), strict=True):
        rows[column] = name
    return rows


def _spaced(series: "pd.Series[float]") -> "pd.Series[float]":
    """At most POINTS of it, evenly apart on a logarithmic scale of ranks; the first and the last are kept."""
    if len(series) <= POINTS:
        return series
    places = np.unique(np.geomspace(1, len(series), POINTS).round().astype(int)) - 1
    return series.iloc[places]


def cascade_counts(cascades: pd.DataFrame) -> pd.DataFrame:
    """How many cascades of each class and level there are of each size and depth: harm, level, what, value, count."""
    found = []
    for what in ("size", "depth"):
        of = cascades.groupby(["harm", "level", what], observed=True).size().reset_index(name="count")
        found.append(of.rename(columns={what: "value"}).assign(what=what))
    return pd.concat(found, ignore_index=True).astype({"harm": str})


def lorenz(seen: "pd.Series[int]") -> pd.DataFrame:
    """Share of all impressions (y, %) that the share x (%) of people who see least has seen. Nothing where none is.

    Lorenz 1905: people sorted by what they see, cumulated.
    """
    values = np.sort(seen.to_numpy(dtype=float))
    if not values.sum() > 0:
        return pd.DataFrame({"x": [], "y": []}, dtype=float)
    cumulated = np.concatenate([[0.0], np.cumsum(values)]) / values.sum()
    people = np.linspace(0, 1, len(cumulated))
    # More points where the curve bends: at the few who see most.
    x = np.unique(np.concatenate([np.linspace(0, 1, POINTS // 2 + 1), 1 - np.geomspace(1e-3, 1, POINTS // 2)]))
    return pd.DataFrame({"x": 100 * x, "y": 100 * np.interp(x, people, cumulated)})


def gini(seen: "pd.Series[int]") -> float:
    """Twice the area between the Lorenz curve and the diagonal: 0 = all see as much, 1 = one sees all."""
    values = np.sort(seen.to_numpy(dtype=float))
    n, total = len(values), values.sum()
    return float((2 * np.arange(1, n + 1) - n - 1) @ values / (n * total)) if total > 0 else float("nan")


def delays(posts: pd.DataFrame, reviews: pd.DataFrame | None) -> pd.DataFrame:
    """Hours from publication until reviewers first look, to the first verdict of harm, and to a removal that lasts:
    harm, level, what, hours (NaN = never), a row a harmful post of the measured days.

    `posts`: key, minute, harm, level, status, removed_minute. `reviews`: key, harm, started_minute, decided_minute,
    verdict.
    """
    harmful = posts[(posts["harm"].astype(str) != "") & (posts["minute"] >= 0)]
    base = harmful[["key", "minute", "level"]].assign(harm=harmful["harm"].astype(str))
    # What an appeal has put back keeps the minute at which it was removed.
    lasting = harmful["removed_minute"].where(harmful["status"].astype(str) == "removed")
    parts = [base.assign(what="removed", at=lasting)]
    if reviews is not None and len(reviews):
        cases = reviews.assign(harm=reviews["harm"].astype(str))
        found = cases[cases["verdict"].astype(str) == "harmful"]
        parts.insert(0, base.assign(what="held to be harmful", at=_first(base, found, "decided_minute")))
        parts.insert(0, base.assign(what="first looked at", at=_first(base, cases, "started_minute")))
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(hours=(rows["at"] - rows["minute"]) / MINUTES)[["harm", "level", "what", "hours"]]


def _first(posts: pd.DataFrame, cases: pd.DataFrame, minute: str) -> "pd.Series[float]":
    """The earliest of a post's cases of its own class, aligned with the posts; NaN where there is none."""
    earliest = cases.groupby(["key", "harm"], observed=True)[minute].min()
    at = earliest.reindex(pd.MultiIndex.from_frame(posts[["key", "harm"]]))
    return pd.Series(at.to_numpy(dtype=float), index=posts.index)


def delay_counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Delays by class, level, kind and twentieth of a power of ten of an hour: harm, level, what, hours (NaN = never),
    count."""
    hours = np.maximum(rows["hours"].to_numpy(dtype=float), 1 / MINUTES)
    rounded = 10 ** (np.ceil(20 * np.log10(hours)) / 20)
    said = rows.assign(hours=rounded)
    found: pd.DataFrame = (
        said.groupby(["harm", "level", "what", "hours"], dropna=False).size().reset_index(name="count")
    )
    return found


def arrived(counts: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Share of all posts (y, %) for which it has happened within x hours: columns `by`, x, y."""
    found = []
    for names, rows in counts.groupby(by, sort=False):
        of = rows.dropna(subset=["hours"]).groupby("hours")["count"].sum().sort_index().cumsum()
        share = 100 * of / rows["count"].sum()
        found.append(_named(pd.DataFrame({"x": share.index, "y": share.to_numpy()}), by, names))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*by, "x", "y"])


def cascade_tree(reshares: pd.DataFrame, author: int, minute: int) -> pd.DataFrame:
    """The nodes of a cascade, the root first: user, hours, depth, parent (a row's place; -1 = root), y.

    `reshares`: user, parent_user, minute, depth, of one root post by `author` at `minute`. A parent that is not among
    the nodes (it came later than the MOST_NODES first) is the root. Leaves stand apart by 1, parents amid children.
    """
    rows = reshares.sort_values(["minute", "depth"], kind="stable").drop_duplicates("user").head(MOST_NODES)
    users = [author, *rows["user"].tolist()]
    place = {user: i for i, user in reversed(list(enumerate(users)))}
    parents = [-1, *(place.get(parent, 0) for parent in rows["parent_user"].tolist())]
    # Nobody can have it from somebody who has it later.
    parents = [parent if parent < child else 0 for child, parent in enumerate(parents)]
    hours = [0.0, *((rows["minute"] - minute) / MINUTES).tolist()]
    depth = [0, *rows["depth"].astype(int).tolist()]
    return pd.DataFrame({"user": users, "hours": hours, "depth": depth, "parent": parents, "y": _heights(parents)})


def _heights(parents: list[int]) -> list[float]:
    """A height for each node. Children come after their parents."""
    children: list[list[int]] = [[] for _ in parents]
    for child, parent in enumerate(parents):
        if parent >= 0:
            children[parent].append(child)
    heights = [float("nan")] * len(parents)
    leaves, stack = 0, [0]
    while stack:
        node = stack.pop()
        stack.extend(reversed(children[node]))
        if not children[node]:
            heights[node] = float(leaves)
            leaves += 1
    for node in range(len(parents) - 1, -1, -1):
        if children[node]:
            heights[node] = sum(heights[child] for child in children[node]) / len(children[node])
    return heights


def reach_per_post(posts: pd.DataFrame) -> pd.DataFrame:
    """Impressions a harmful post of the measured days, by class and level: harm, level, value, n (posts).

    `posts`: minute, harm, level, impressions. A person sees a post once, so that they are people: `harm_reach`.
    """
    mine = posts[(posts["minute"] >= 0) & (posts["harm"].astype(str) != "")].astype({"harm": str})
    found = mine.groupby(["harm", "level"])["impressions"].agg(value="mean", n="size")
    return found.reset_index()
