"""What is looked at: which posts become cases, and which of them comes first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
import numpy.typing as npt

from feedsim.integrity.desk import Review
from feedsim.integrity.policies.base import Referral
from feedsim.world.arrays import NOBODY, Bools, Codes, Floats, Ints, Longs
from feedsim.world.desk import APPEAL, AUDIT, DETECTOR, REPORTERS
from feedsim.world.posts import REMOVED
from feedsim.world.world import World

BELIEF_OF_REPORTS = np.float32(0.2)
"""The least probability of harm that a reported post is queued with (assumption)."""
AT_ONCE = np.float32(1e6)
"""Priority of audits and appeals: they are few, and an audit that waits is no sample of what is published."""


class Judgement(Protocol):
    """People who look at posts."""

    def truth(self, world: World, rows: Longs, harm: Codes) -> Bools:
        """(n,) whether the posts at `rows` are of the class `harm`: kept to be measured, never read by the company."""
        ...

    def opinions(self, world: World, rows: Longs, harm: Codes, hearing: int) -> Bools:
        """(n,) whether a reviewer finds them so; each `hearing` is asked afresh."""
        ...


@dataclass(frozen=True)
class Docket:
    """Posts to be reviewed."""

    row: Longs
    """(n,) where they stand in the arrays of Posts"""
    harm: Codes
    """(n,) the class they are suspected of"""
    source: Codes
    """(n,) place in CASE_SOURCES"""
    not_by: Ints
    """(n,) the reviewer who has decided before, or -1"""

    @classmethod
    def of(cls, row: Longs, harm: npt.ArrayLike, source: int) -> "Docket":
        """Posts that nobody has reviewed yet, from one source."""
        many = len(row)
        harms = np.broadcast_to(np.asarray(harm, np.int8), many)
        return cls(row, harms, np.full(many, source, np.int8), np.full(many, NOBODY, np.int32))

    @classmethod
    def of_every_harm(cls, row: Longs, harms: int, source: int) -> "Docket":
        """Posts that nobody has reviewed yet, to be looked at for each of so many classes."""
        return cls.of(np.repeat(row, harms), np.tile(np.arange(harms), len(row)), source)

    @classmethod
    def joined(cls, parts: Iterable["Docket"]) -> "Docket":
        """All of them."""
        several = list(parts)
        return cls(*(np.concatenate([getattr(part, column.name) for part in several]) for column in fields(cls)))

    def __len__(self) -> int:
        return len(self.row)

    def take(self, rows: Longs) -> "Docket":
        """Some of them."""
        return Docket(*(getattr(self, column.name)[rows] for column in fields(self)))


def suspects(
    world: World, review: Review, looked_at: Longs, new: int, active_share: float, referrals: Sequence[Referral] = ()
) -> Docket:
    """Posts to be reviewed for the first time: each (post, harm) once, by the first of these sources.

    Those drawn for the audit among the newest `new`; those reported often enough; of those that the detectors have
    just `looked_at`, the ones above the threshold and a share of the unsure; and those that policies send.
    """
    posts, harms = world.posts, len(world.harms)
    fresh = np.arange(len(posts) - new, len(posts))
    audited = fresh[world.streams.uniform("audit", posts.key[fresh]) < review.audit_share]
    reported = np.flatnonzero(posts.reports[: len(posts)] >= review.reports)
    reported = reported[~posts.cased[reported].all(axis=1)]
    flagged, of = np.nonzero(flags(world, review, looked_at, active_share))
    found = [
        Docket.of_every_harm(audited, harms, AUDIT),
        Docket.of_every_harm(reported, harms, REPORTERS),
        Docket.of(looked_at[flagged], of, DETECTOR),
        *(Docket.of(referral.post, referral.harm, DETECTOR) for referral in referrals),
    ]
    return unheard(world, Docket.joined(found))


def objections(world: World, review: Review) -> Docket:
    """Appeals of authors whose posts policies have removed since the last tick, before any reviewer saw them."""
    posts, many = world.posts, len(world.posts)
    since = world.minute - world.tick_minutes
    minute, found_as = posts.removed_minute[:many], posts.found_as[:many]
    gone = (posts.status[:many] == REMOVED) & (minute >= since) & (minute < world.minute) & (found_as != NOBODY)
    rows = np.flatnonzero(gone)
    rows = rows[~posts.cased[rows, found_as[rows]]]
    lot = world.streams.uniform("appeal", posts.key[rows], found_as[rows])
    rows = rows[lot < review.appeal_share]
    return Docket.of(rows, found_as[rows], APPEAL)


def unheard(world: World, docket: Docket) -> Docket:
    """Those of which nobody was asked before and that have not been removed: each (post, harm) once, as first named."""
    posts = world.posts
    rows = np.flatnonzero(~posts.cased[docket.row, docket.harm] & (posts.status[docket.row] != REMOVED))
    _, first = np.unique((docket.row * len(world.harms) + docket.harm)[rows], return_index=True)
    return docket.take(rows[first])


def flags(world: World, review: Review, rows: Longs, active_share: float) -> Bools:
    """(n, H) which of the posts at `rows` the detectors want reviewed, for which harm."""
    p = world.posts.p_harm[rows]
    lot = world.streams.uniform("active", world.posts.key[rows][:, None], np.arange(len(world.harms)))
    return np.asarray((p >= thresholds(world, review, rows)[:, None]) | (lot < active_share * 4 * p * (1 - p)))


def thresholds(world: World, review: Review, rows: Longs | Ints) -> Floats:
    """(n,) the probability from which the posts at `rows` are reviewed; of several groups' the last named holds."""
    result = np.full(len(rows), review.threshold, np.float32)
    for attribute, levels in review.group_thresholds.items():
        code = world.users.groups[attribute][world.posts.author[rows]]
        for level, threshold in levels.items():
            result[code == world.levels[attribute].index(level)] = threshold
    return result


def open_cases(world: World, review: Review, judgement: Judgement, docket: Docket) -> Longs:
    """Open a case for each; (n,) numbers of the new cases, by post key and harm."""
    posts, cases = world.posts, world.desk.cases
    docket = docket.take(np.lexsort((docket.harm, posts.key[docket.row])))
    row, harm, key = docket.row, docket.harm, posts.key[docket.row]
    hearing = int((docket.source == APPEAL).any())
    minutes = review.minutes_per_case * (0.5 + world.streams.uniform("minutes of a case", key, harm, hearing))
    stand = cases.append(
        key=key,
        post=(row + posts.base).astype(np.int32),
        author=posts.author[row],
        language=posts.language[row],
        harm=harm,
        opened_minute=np.full(len(row), world.minute, np.int32),
        source=docket.source,
        priority=priority(world, review, docket),
        minutes=minutes.astype(np.float32),
        opinion=judgement.opinions(world, row, harm, hearing).astype(np.int8),
        harmful=judgement.truth(world, row, harm),
        not_by=docket.not_by,
    )
    posts.cased[row, harm] = True
    return np.arange(stand.start, stand.stop)


def priority(world: World, review: Review, docket: Docket) -> Floats:
    """(n,) how urgent: by the company's belief and the views so far, as `review.order` says."""
    p = world.posts.p_harm[docket.row, docket.harm]
    p = np.where(docket.source == REPORTERS, np.maximum(p, BELIEF_OF_REPORTS), p)
    reach = np.log(np.float32(2) + world.posts.impressions[docket.row].astype(np.float32))
    urgency = {"risk": p, "reach": p * reach, "age": np.zeros(len(docket), np.float32)}[review.order]
    return np.where(docket.source >= AUDIT, AT_ONCE, urgency).astype(np.float32)
