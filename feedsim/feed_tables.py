"""The tables of a feed's story: what was shown, why in that order, and what was not."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import pandas as pd

from feedsim.feed.ranking import EngagementRanker, head_weights
from feedsim.grid import GLUE, Grid
from feedsim.trace import Feed
from feedsim.world.world import ACTIONS

FEW = 3
"""Posts that were not shown, told for each reason."""
SHORT = {"comment": "comm.", "reshare": "share", "report": "rep."}
DID = {
    "click": "clicked", "like": "liked", "angry": "was angry", "comment": "commented",
    "reshare": "reshared", "hide": "hid it", "report": "reported it",
}  # fmt: skip
Row: TypeAlias = "pd.Series[Any]"
"""Of Feed.candidates."""
POST = ("from", "kind, topic", "age")
WORDS = frozenset({"from", "between", "the person", "left out"})


def shown_table(feed: Feed) -> Grid:
    """What was on the screen, and what the person did."""
    harm = _harm(feed.shown)
    between = ("between",) if feed.frictions else ()
    rows = [
        (
            _place(row),
            *_post(feed, row, harm),
            *(", ".join(name for name in feed.frictions if row[f"friction_{name}"]) for _ in between),
            str(row["seconds"]),
            ", ".join(DID[a] for a in ACTIONS if row[a]),
        )
        for _, row in feed.shown.iterrows()
    ]
    notes = ["from: the author, then whose reshare or which source brought it."]
    notes += ["harm: the truth, which neither the person nor the company knows."] if harm else []
    notes += ["between: policies that put a label, a screen or a question before it."] if between else []
    heads = ("#", *POST, *harm, *between, "sec.", "the person")
    return Grid(heads, rows, "Shown", tuple(notes), frozenset({"#", "sec."}), WORDS)


def why_table(feed: Feed) -> Grid:
    """How the order came about: predictions, score, factors, what is left of the score."""
    acts, demoting = ACTIONS if feed.has_predictions else (), feed.policies
    factors = ["factor"] if len(demoting) == 1 else demoting
    after = ("final", "was") if demoting else ()
    heads = ("#", *(SHORT.get(action, action) for action in acts), "score", *factors, *after)
    rows = [
        (_place(row), *(_percent(row[f"p_{action}"]) for action in acts), *_scores(row, demoting))
        for _, row in feed.shown.iterrows()
    ]
    ranker = feed.scenario.ranker
    if acts and isinstance(ranker, EngagementRanker):
        weights = [f"{weight:g}" for weight in head_weights(ranker.weights)]
        rows.append(("x", *weights, *[""] * (len(heads) - 1 - len(weights))))
    return Grid(heads, rows, "Why in this order", tuple(_whys(feed)), frozenset(heads))


def _whys(feed: Feed) -> Iterator[str]:
    """What the columns mean."""
    if feed.has_predictions:
        yield "Predictions in %. Score: their sum, each times its weight (the row x)."
    if len(feed.policies) == 1:
        yield f"factor: of the policy {feed.policies[0]}; below 1 it demotes."
    elif feed.policies:
        yield f"{', '.join(feed.policies)}: factors of these policies; below 1 they demote."
    if feed.policies:
        yield "final: score times factors; was: the place by score alone."


def _scores(row: Row, demoting: list[str]) -> list[str]:
    factors = [_factor(row[f"factor_{name}"]) for name in demoting]
    after = [_number(row["final"]), _whole(row["place_before"])] if demoting else []
    return [_number(row["score"]), *factors, *after]


def not_shown_table(feed: Feed) -> Grid | None:
    """The nearest of those that were not shown, each with why; nothing if all were."""
    rest, found = feed.not_shown, list(passed_over(feed))
    if not found:
        return None
    harm = _harm(pd.DataFrame([row for _, _, row in found]))
    rows = [(why, place, *_post(feed, row, harm), _number(row["score"])) for why, place, row in found]
    notes = tuple(_reasons(feed, {why for why, _, _ in found}))
    title = f"Not shown (the nearest of {len(rest):,})"
    return Grid(("left out", "#", *POST, *harm, "score"), rows, title, notes, frozenset({"#", "score"}), WORDS)


def passed_over(feed: Feed) -> Iterator[tuple[str, str, Row]]:
    """(why, place, row): what policies took out or demoted, what was next, and what the light model cut first."""
    rest = feed.not_shown
    by = rest["removed_by"].astype(str)
    for policy in (name for name in feed.scenario.policies if (by == name).any()):
        for row in _first(rest[by == policy], "light_rank"):
            yield f"by {policy}", "", row
    # Without the policies' factors these would have been shown.
    demoted = (rest["place_before"] <= len(feed.shown)) & (not feed.is_gathering)
    for row in _first(rest[(by == "") & demoted], "place_before"):
        yield "demoted", _whole(row["place"]), row
    for row in _first(rest[(by == "") & ~demoted], "place"):
        yield _next(feed, row), "" if feed.is_gathering else _whole(row["place"]), row
    for row in _first(rest[by == "light_cut"], "light_rank"):
        yield "light cut", _whole(row["light_rank"] + 1), row


def _first(rows: pd.DataFrame, by: str) -> Iterator[Row]:
    return (row for _, row in rows.sort_values([by, "key"]).head(FEW).iterrows())


def _next(feed: Feed, row: Row) -> str:
    if not feed.is_gathering:
        return "next"
    return "older" if row["source"] == "in_network" else "no lot"


def _reasons(feed: Feed, given: set[str]) -> Iterator[str]:
    """What the words in the first column mean, of those that are there."""
    shown, slate = len(feed.shown), feed.scenario.feed.slate
    end = f"a feed ends at {slate}" if shown == slate else f"the person stopped at {shown}"
    if any(why.startswith("by ") for why in given):
        yield "by ...: the policy that took it out."
    means = {
        "demoted": f"demoted: among the first {shown} by score, but not after a policy's factor.",
        "next": f"next by score: {end}.",
        "older": "older: than those of the network that were shown.",
        "no lot": "no lot: from outside the network, and not drawn.",
        "light cut": f"light cut: its place by the light model, which passes {feed.scenario.feed.keep} on.",
    }
    yield from (text for why, text in means.items() if why in given)


def _post(feed: Feed, row: Row, harm: tuple[str, ...]) -> list[str]:
    """Cells of POST, and harm where there is any."""
    age = _age(feed.tick * feed.scenario.tick_minutes - int(row["post_minute"]))
    what = [f"{row['post_author']}{_brought(row)}", f"{row['post_kind']} {row['post_topic']}", age]
    return [*what, *([str(row["post_harm"])] if harm else [])]


def _brought(row: Row) -> str:
    """By what: nothing to say where somebody they follow wrote it."""
    if row["source"] != "in_network":
        return f" ({row['source']})"
    return "" if pd.isna(row["sharer"]) else f"{GLUE}via{GLUE}{int(row['sharer'])}"


def _harm(rows: pd.DataFrame) -> tuple[str, ...]:
    """A column for it, where there is any."""
    return ("harm",) if (rows["post_harm"] != "").any() else ()


def _place(row: Row) -> str:
    return _whole(row["rank"] + 1)


def _whole(value: float) -> str:
    return "" if pd.isna(value) else str(int(value))


def _age(minutes: int) -> str:
    return f"{max(0, minutes)} min" if minutes < 60 else f"{minutes // 60} h"


def _percent(p: float) -> str:
    """Two digits that matter, in four places."""
    if pd.isna(p):
        return ""
    digits = 2 if p < 0.01 else 1 if p < 0.1 else 0
    return "<0.1" if p < 0.001 else f"{100 * p:.{digits}f}"


def _factor(factor: float) -> str:
    return "" if pd.isna(factor) else "1" if factor == 1 else f"{factor:.2f}"


def _number(value: float) -> str:
    """Three digits that matter."""
    return "" if pd.isna(value) else f"{value:.3g}"
