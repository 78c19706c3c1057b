"""A feed, told: sentences, and tables no wider than the screen."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from rich import box
from rich.table import Table

from feedsim.feed.ranking import EngagementRanker
from feedsim.trace import DAY, Feed, NoSession
from feedsim.world.world import ACTIONS

SHORT = {"comment": "comm.", "reshare": "share", "report": "rep."}
DID = {
    "click": "clicked", "like": "liked", "angry": "was angry", "comment": "commented",
    "reshare": "reshared", "hide": "hid it", "report": "reported it",
}  # fmt: skip


def when(tick: int, tick_minutes: int) -> str:
    """`tick 42 (day 0, 10:30 to 10:45)`; days before 0 are burn-in."""
    day, minute = divmod(tick * tick_minutes, DAY)
    end = minute + tick_minutes
    burn_in = ", in burn-in" if day < 0 else ""
    return f"tick {tick} (day {day}, {minute // 60:02}:{minute % 60:02} to {end // 60:02}:{end % 60:02}{burn_in})"


def told_absence(none: NoSession) -> str:
    """That nobody came, and when they did."""
    text = f"User {none.user} had no session in {when(none.tick, none.scenario.tick_minutes)}."
    near = [f"tick {tick}" for tick in (none.before, none.after) if tick is not None]
    if not near:
        return f"{text} There is none {'up to then' if none.repeated else 'in all of the run'}."
    nearest = "nearest sessions are" if len(near) == 2 else "nearest session is"
    return f"{text} The {'last session before it is' if none.repeated else nearest} in {' and '.join(near)}."


def told(feed: Feed) -> Iterator[str | Table]:
    """Who and when, what could have been shown, what was taken out, what was shown and why, what the person did."""
    yield f"{opening(feed)}\n{who(feed)}\n"
    yield f"{ranking(feed)}\n{candidates(feed)}\n{cuts(feed)}\n"
    yield shown_table(feed)
    if feed.has_predictions or feed.policies:
        yield why_table(feed)
    yield did(feed)


def opening(feed: Feed) -> str:
    """Who came, and when."""
    return f"User {feed.person['user']} opened the feed in {when(feed.tick, feed.scenario.tick_minutes)}."


def who(feed: Feed) -> str:
    """Groups, marked where the company could see them, and standing in the network."""
    groups = []
    for name, group in feed.scenario.population.groups.items():
        level = feed.person["leaning_group" if name == "leaning" else name]
        groups.append(f"{name} {level}{' *' if group.visible_to_company else ''}")
    person = feed.person
    return (
        f"Who: {', '.join(groups)} (* the company may see it); an account of kind {person['actor']} "
        f"with {_many(person['followers'], 'follower')}, following {person['followees']}."
    )


def ranking(feed: Feed) -> str:
    """What put the posts in order."""
    ranker = feed.scenario.ranker
    untrained = isinstance(ranker, EngagementRanker) and not feed.has_predictions
    if feed.tick < 0 or untrained:
        why = "as always in burn-in" if feed.tick < 0 else "as no model was trained yet"
        share = feed.scenario.feed.burn_in_explore_share
        return f"Ranking: newest first, with {share:.0%} of the places given by lot, {why}."
    if not isinstance(ranker, EngagementRanker):
        return f"Ranking: {ranker.kind}."
    weights = ranker.weights if isinstance(ranker.weights, str) else "the scenario's own"
    return f"Ranking: by predicted actions, weighted ({weights})."


def candidates(feed: Feed) -> str:
    """How many candidates there were, and what brought them."""
    counts = feed.candidates["source"].value_counts()
    sources = ", ".join(f"{count} {source}" for source, count in counts.items() if count)
    return f"Candidates: {len(feed.candidates)} ({sources})."


def cuts(feed: Feed) -> str:
    """What took candidates out before the last ordering, and how many were left."""
    by = feed.candidates["removed_by"].value_counts()
    out = [_cut(str(name), int(count)) for name, count in by.items() if name and count]
    left, shown = int((feed.candidates["removed_by"] == "").sum()), len(feed.shown)
    before = f"Taken out: {', '.join(out)}. " if out else "Nothing was taken out. "
    return f"{before}Of the {left} left, {shown} {'was' if shown == 1 else 'were'} looked at."


def _cut(name: str, count: int) -> str:
    return f"{count} by the light model" if name == "light_cut" else f"{count} by the policy {name}"


def shown_table(feed: Feed) -> Table:
    """What was on the screen. Harm is the truth, which neither the person nor the company knows."""
    table = _table("Shown (via: whose reshare brought it; harm is the truth)")
    harmful = bool((feed.shown["post_harm"] != "").any())
    for name in ("author", "source", "kind, topic", "age", *(["harm"] if harmful else []), "the person"):
        table.add_column(name, overflow="fold", no_wrap=name in ("source", "kind, topic", "age"))
    for _, row in feed.shown.iterrows():
        author = str(row["post_author"]) + ("" if pd.isna(row["sharer"]) else f" via {int(row['sharer'])}")
        age = _age(feed.tick * feed.scenario.tick_minutes - int(row["post_minute"]))
        what = [author, str(row["source"]), f"{row['post_kind']} {row['post_topic']}", age]
        table.add_row(_place(row), *what, *([str(row["post_harm"])] if harmful else []), ", ".join(_actions(row)))
    return table


def why_table(feed: Feed) -> Table:
    """How the order came about: predictions, score, factors, what is left of the score."""
    table = _table("Why (predictions in %; a policy's factor below 1 demotes)")
    heads = ACTIONS if feed.has_predictions else ()
    for name in (*(SHORT.get(action, action) for action in heads), "score", *feed.policies, "final"):
        table.add_column(name, justify="right", overflow="fold", no_wrap=name not in feed.policies)
    for _, row in feed.shown.iterrows():
        p = [_percent(row[f"p_{action}"]) for action in heads]
        factors = [_factor(row[f"factor_{name}"]) for name in feed.policies]
        table.add_row(_place(row), *p, _number(row["score"]), *factors, _number(row["final"]))
    return table


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("#", justify="right", no_wrap=True)
    return table


def _place(row: "pd.Series[Any]") -> str:
    return str(int(row["rank"]) + 1)


def did(feed: Feed) -> str:
    """What the person did, in all."""
    acts = [f"{_and(_actions(row))} (#{_place(row)})" for _, row in feed.shown.iterrows() if _actions(row)]
    minutes, seconds = divmod(int(feed.shown["seconds"].sum()), 60)
    spent = f"{minutes}:{seconds:02} minutes on {_many(len(feed.shown), 'post')}"
    return f"The person {'; '.join(acts) or 'only looked'}, and spent {spent}."


def _actions(row: "pd.Series[Any]") -> list[str]:
    return [DID[action] for action in ACTIONS if row[action]]


def _and(words: list[str]) -> str:
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"


def _age(minutes: int) -> str:
    return f"{max(0, minutes)} min" if minutes < 60 else f"{minutes // 60} h"


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


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
