"""Every column of every file of a run: its name, type, unit and meaning. Nothing else may be written.

A name with `<...>` stands for a family: `seen_<harm>` covers `seen_hate`. The unit and the meaning go into the
schema's metadata, so that whoever opens a file alone can read it. Minutes count from the end of burn-in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

FORMAT = 1
"""Of the run folder. A folder of another format is not read."""

TEXT = pa.dictionary(pa.int32(), pa.string())
"""Few different words, many rows. Empty where there is none."""
I8, I16, I32, I64 = pa.int8(), pa.int16(), pa.int32(), pa.int64()
U64, F32, F64, YES_NO = pa.uint64(), pa.float32(), pa.float64(), pa.bool_()


@dataclass(frozen=True)
class Column:
    """One column, or a family of them."""

    name: str
    type: Any
    unit: str
    meaning: str
    optional: bool = False

    def covers(self, name: str, is_text: bool) -> bool:
        """Is `name` this column, or of this family? Families of text and of other types are told apart."""
        prefix, family, _ = self.name.partition("<")
        return name.startswith(prefix) and is_text == (self.type == TEXT) if family else name == self.name

    def field(self, name: str) -> Any:
        """The Arrow field of one member of the family."""
        inside = self.name.partition("<")[2].rstrip(">")
        member = name.removeprefix(self.name.partition("<")[0])
        meaning = self.meaning.replace(f"<{inside}>", member) if inside else self.meaning
        return pa.field(name, self.type, metadata={"unit": self.unit, "meaning": meaning})

    @property
    def is_family(self) -> bool:
        """Does it stand for many columns?"""
        return "<" in self.name


def _extra(name: str, kind: Any, unit: str, meaning: str) -> Column:
    return Column(name, kind, unit, meaning, optional=True)


def _metrics() -> tuple[Column, ...]:
    return (
        Column("tick", I32, "tick", "ticks since the end of burn-in; -1 where the row is for a day or the run"),
        Column("day", I16, "day", "day since the end of burn-in; -1, where tick is -1 too, for the whole run"),
        Column("metric", TEXT, "name", "what is measured; `feedsim metrics` lists formulas and denominators"),
        Column("harm", TEXT, "name", "class of harm; empty = not about one class"),
        Column("side", TEXT, "name", "viewer or author: whose group it is; empty = everyone"),
        Column("group", TEXT, "name", "group attribute; empty = everyone"),
        Column("level", TEXT, "name", "level of the attribute; empty = everyone"),
        Column("part", TEXT, "name=value", "what else cuts it, as in source=trending; empty = all"),
        Column("value", F64, "of the metric", "the measured value"),
        Column("n", I64, "count", "the denominator: the weight in means over cells"),
    )


def _users() -> tuple[Column, ...]:
    return (
        Column("user", I32, "id", "the person"),
        Column("<group>", TEXT, "name", "level of the group attribute <group>"),
        Column("actor", TEXT, "name", "kind of actor (truth)"),
        Column("leaning", F32, "-1 to 1", "left to right (truth)"),
        Column("followers", I32, "people", "who follow this person"),
        Column("followees", I32, "people", "whom this person follows"),
        Column("sessions", I32, "sessions", "opened, after burn-in"),
        Column("impressions", I32, "impressions", "seen, after burn-in"),
        _extra("clicks", I32, "actions", "made"),
        Column("likes", I32, "actions", "made"),
        _extra("angries", I32, "actions", "angry reactions made"),
        Column("comments", I32, "actions", "made"),
        Column("posts", I32, "posts", "published"),
        Column("reshares", I32, "actions", "made"),
        _extra("hides", I32, "actions", "made"),
        _extra("reports", I32, "actions", "made"),
        _extra("minutes", F32, "minutes", "spent in the feed"),
        Column("seen_<harm>", I32, "impressions", "of <harm> that this person saw (truth)"),
        Column("posted_<harm>", I32, "posts", "of <harm> that this person published (truth)"),
        Column("reshared_<harm>", I32, "reshares", "of <harm> that this person made (truth)"),
        Column("satisfaction", F32, "score", "moving mean of what the feed is worth on reflection (truth)"),
        _extra("habit", F32, "factor", "on sessions, 0.5 to 2 (truth)"),
        _extra("discernment", F32, "standard score", "telling false from true (truth)"),
        Column("outgroup_warmth", F32, "points, 0 to 100", "warmth towards the out-group (truth)"),
        Column("suspended_minute", I32, "minute", "when the account was suspended; null = never"),
    )


def _posts() -> tuple[Column, ...]:
    return (
        Column("key", U64, "id", "identity of the post, equal in every arm"),
        Column("author", I32, "id", "user who published it"),
        Column("minute", I32, "minute", "of publication"),
        Column("kind", TEXT, "name", "personal, news, civic or entertainment"),
        Column("modality", TEXT, "name", "text, link, photo, video or meme"),
        _extra("manipulated", YES_NO, "yes or no", "made with manipulated media, which satire is too"),
        Column("language", TEXT, "name", "the author's language; empty where there are none"),
        Column("topic", I8, "number", "what it is about"),
        Column("narrative", I16, "number", "the story it tells or corrects; -1 = none"),
        _extra("stance", I8, "-1, 0, 1", "1 tells its narrative, -1 corrects it (truth)"),
        _extra("side", F32, "-1 to 1", "leaning that it speaks for (truth)"),
        Column("target_group", TEXT, "name", "group level it is aimed at; empty = none (truth)"),
        Column("civic", YES_NO, "yes or no", "about politics or society"),
        Column("harm", TEXT, "name", "class of harm; empty = none (truth)"),
        _extra("severity", F32, "0 to 1", "how grave (truth)"),
        Column("proximity", F32, "0 to 1", "severity over the policy line, at most 1 (truth)"),
        Column("moral_emotional_words", I16, "words", "in the post"),
        Column("outgroup_terms", I16, "terms", "in the post"),
        _extra("novelty", F32, "0 to 1", "how new its story is (truth)"),
        Column("quality", F32, "0 to 1", "worth on reflection (truth)"),
        Column("p_<harm>", F32, "probability", "that it is <harm>, as detectors last believed"),
        Column("impressions", I32, "impressions", "how often it was shown"),
        Column("clicks", I32, "actions", "on it"),
        Column("likes", I32, "actions", "on it"),
        _extra("angries", I32, "actions", "angry reactions to it"),
        Column("comments", I32, "actions", "on it"),
        Column("reshares", I32, "actions", "of it"),
        Column("hides", I32, "actions", "on it"),
        Column("reports", I32, "actions", "on it"),
        Column("status", TEXT, "name", "live, demoted, labelled or removed"),
        Column("found_by", TEXT, "name", "who found it harmful; empty = nobody"),
        _extra("found_as", TEXT, "name", "class of harm that it was found to be; empty = none"),
        Column("removed_minute", I32, "minute", "when it was removed; null = never"),
        Column("labelled_minute", I32, "minute", "when it was labelled; null = never"),
    )


def _cascades() -> tuple[Column, ...]:
    return (
        Column("key", U64, "id", "the root post"),
        Column("harm", TEXT, "name", "class of harm of the root; empty = none (truth)"),
        Column("size", I32, "people", "the author and everyone who reshared it"),
        Column("depth", I16, "steps", "longest chain of reshares"),
        Column("max_breadth", I32, "people", "most at one depth"),
        Column("structural_virality", F32, "steps", "mean distance between two of its people"),
        Column("root_followers", I32, "people", "who follow the root's author"),
        Column("minutes_to_10", I32, "minutes", "from publication to the 10th reshare; null = never"),
        Column("minutes_to_100", I32, "minutes", "from publication to the 100th reshare; null = never"),
        Column("minutes_to_1500_viewers", I32, "minutes", "to the 1,500th impression; null = never"),
    )


def _impressions() -> tuple[Column, ...]:
    actions = ("click", "like", "angry", "comment", "reshare", "hide", "report")
    return (
        Column("tick", I32, "tick", "ticks since the end of burn-in"),
        Column("user", I32, "id", "the sampled viewer"),
        Column("key", U64, "id", "the post"),
        Column("source", TEXT, "name", "what brought the candidate"),
        Column("sharer", I32, "id", "whose reshare brought it; null = nobody's"),
        Column("light_rank", I32, "place, 0 = first", "by the light model; null = removed before"),
        Column("removed_by", TEXT, "name", "policy or cut that took it out; empty = none"),
        Column("p_<action>", F32, "probability", "of <action>, predicted; null = not predicted"),
        Column("score", F32, "score", "before policies; null = not scored"),
        Column("factor_<policy>", F32, "factor", "that <policy> put on the score"),
        Column("friction_<policy>", YES_NO, "yes or no", "whether <policy> stood between the person and the post"),
        Column("rank", I32, "place, 0 = first", "on the screen; null = not shown"),
        *(Column(action, YES_NO, "yes or no", f"the viewer's response: {action}") for action in actions),
        _extra("seconds", I32, "seconds", "looked at"),
    )


def _reviews() -> tuple[Column, ...]:
    return (
        Column("key", U64, "id", "the post"),
        _extra("author", I32, "id", "user who published it"),
        _extra("language", TEXT, "name", "whose reviewers it waits for; empty where there are no languages"),
        Column("harm", TEXT, "name", "suspected class of harm"),
        Column("opened_minute", I32, "minute", "when the case came in"),
        Column("source", TEXT, "name", "detector, report, audit or appeal"),
        Column("priority", F32, "score", "greater = sooner"),
        Column("reviewer", I32, "id", "who decided; null = nobody yet"),
        Column("started_minute", I32, "minute", "when work on it began; null = not yet"),
        Column("decided_minute", I32, "minute", "when it was decided; null = not yet"),
        Column("verdict", TEXT, "name", "what the reviewer thought, harmful or harmless; empty = none yet"),
        Column("outcome", TEXT, "name", "remove, label, demote, restore or lapse (never decided); empty = nothing"),
        _extra("harmful", YES_NO, "yes or no", "whether the post is of the class (truth)"),
    )


RESHARES = (
    Column("key", U64, "id", "the root post"),
    Column("user", I32, "id", "who reshared it"),
    Column("parent_user", I32, "id", "whose post or reshare they saw"),
    Column("minute", I32, "minute", "of the reshare"),
    Column("depth", I16, "steps", "from the root; 1 = saw the root post"),
)
TABLES: dict[str, tuple[Column, ...]] = {
    "metrics": _metrics(),
    "users": _users(),
    "posts": _posts(),
    "reshares": RESHARES,
    "cascades": _cascades(),
    "impressions": _impressions(),
    "reviews": _reviews(),
}
ALWAYS = ("metrics", "users", "posts", "reshares", "cascades", "impressions")
"""Tables that every run has, if only with no rows."""


def schema(table: str, texts: Sequence[str] = (), others: Sequence[str] = ()) -> Any:
    """The Arrow schema of a table with these columns (of text, and of other types), in the registry's order.

    No names at all: the columns that every such table has. Raises ValueError for a name that is not registered, and
    for a column that should be there and is not.
    """
    always = [column for column in TABLES[table] if not column.is_family and not column.optional]
    if not texts and not others:
        return pa.schema([column.field(column.name) for column in always])
    if missing := [column.name for column in always if column.name not in {*texts, *others}]:
        raise ValueError(f"{table}: columns {missing} are missing")
    owner = {name: _owner(table, name, is_text=True) for name in texts}
    owner |= {name: _owner(table, name, is_text=False) for name in others}
    # Sorting is stable: members of a family keep the order they came in.
    return pa.schema([TABLES[table][owner[name]].field(name) for name in sorted(owner, key=lambda name: owner[name])])


def _owner(table: str, name: str, is_text: bool) -> int:
    """Place in the registry of the column that `name` is, else of the family that it belongs to."""
    fits = [place for place, column in enumerate(TABLES[table]) if column.covers(name, is_text)]
    if not fits:
        raise ValueError(f"{table}: unknown column '{name}'; feedsim/tables.py lists what there is")
    return min(fits, key=lambda place: TABLES[table][place].is_family)
