"""A feed, told: sentences, and tables no wider than the screen."""

from collections.abc import Iterator

from feedsim.feed.ranking import EngagementRanker
from feedsim.feed_tables import not_shown_table, shown_table, why_table
from feedsim.grid import Grid
from feedsim.trace import DAY, Feed, NoSession

DEEDS = {
    "click": "click", "like": "like", "angry": "angry reaction", "comment": "comment",
    "reshare": "reshare", "hide": "hide", "report": "report",
}  # fmt: skip
SOURCES = {
    "in_network": "somebody they follow posted or reshared them",
    "profile": "on topics that they clicked on",
    "trending": "most engaged with at the time",
    "exploration": "drawn from everything",
}


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


def told(feed: Feed) -> Iterator[str | Grid]:
    """Who and when, what could have been shown, what was taken out, what was shown and why, what the person did."""
    yield f"{opening(feed)}\n{who(feed)}\n"
    yield f"{ranking(feed)}\n{candidates(feed)}\n{cuts(feed)}\n"
    if len(feed.shown):
        yield from (shown_table(feed), "")
    if len(feed.shown) and (feed.has_predictions or feed.policies):
        yield from (why_table(feed), "")
    if left_out := not_shown_table(feed):
        yield from (left_out, "")
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
    if feed.is_gathering:
        why = "as always in burn-in" if feed.tick < 0 else "as no model was trained yet"
        share = feed.scenario.feed.burn_in_explore_share
        return f"Ranking: newest first, with {share:.0%} of the places given by lot, {why}."
    if not isinstance(ranker, EngagementRanker):
        order = " ".join((type(ranker).__doc__ or "").split()).rstrip(".")
        return f"Ranking: {ranker.kind} ({order[:1].lower()}{order[1:]})."
    weights = ranker.weights if isinstance(ranker.weights, str) else "the scenario's own"
    factor = ranker.out_of_network_factor
    outside = f"; what nobody they follow brought counts {factor:g} times" if factor != 1 else ""
    return f"Ranking: by predicted actions, weighted ({weights}){outside}."


def candidates(feed: Feed) -> str:
    """How many candidates there were, and what brought them."""
    counts = feed.candidates["source"].value_counts()
    sources = [f"\n  {count:,} {source}: {SOURCES[str(source)]}" for source, count in counts.items() if count]
    return f"Candidates: {len(feed.candidates):,}{''.join(sources)}"


def cuts(feed: Feed) -> str:
    """What took candidates out before the last ordering, and how many were left."""
    by = feed.candidates["removed_by"].value_counts()
    out = [_cut(str(name), int(count)) for name, count in by.items() if name and count]
    left, shown = int((feed.candidates["removed_by"] == "").sum()), len(feed.shown)
    before = f"Taken out: {', '.join(out)}. " if out else "Nothing was taken out. "
    return f"{before}Of the {left} left, {shown} {'was' if shown == 1 else 'were'} looked at."


def _cut(name: str, count: int) -> str:
    return f"{count} by the light model" if name == "light_cut" else f"{count} by the policy {name}"


def did(feed: Feed) -> str:
    """What the person did, in all."""
    shown = feed.shown
    if shown.empty:
        return "Nothing was shown."
    counts = {word: int(shown[action].sum()) for action, word in DEEDS.items()}
    deeds = ", ".join(_many(count, word) for word, count in counts.items() if count)
    minutes, seconds = divmod(int(shown["seconds"].sum()), 60)
    spent = f"In all: {minutes}:{seconds:02} minutes on {_many(len(shown), 'post')}"
    return f"{spent}; {deeds or 'the person only looked'}."


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
