"""The review desk's columns: every case that was ever opened, and what verdicts have said of authors."""

from typing import ClassVar

import numpy as np

from feedsim.world.arrays import NEVER, NOBODY, Bools, Codes, Doubles, Floats, Ints, Keys
from feedsim.world.columns import Columns

CASE_SOURCES = ("detector", "report", "audit", "appeal")
DETECTOR, REPORTERS, AUDIT, APPEAL = range(len(CASE_SOURCES))
VERDICTS = ("harmless", "harmful")
HARMLESS, HARMFUL = range(len(VERDICTS))
OUTCOMES = ("remove", "label", "demote", "restore", "lapse")
REMOVE, LABEL, DEMOTE, RESTORE, LAPSE = range(len(OUTCOMES))
NOTHING = -1
"""In `verdict` and `outcome`: none (yet)."""


class Cases(Columns):
    """Suspicions that a post is of a class of harm, in the order they were opened. None is ever dropped."""

    schema: ClassVar = {
        "key": np.uint64,  # of the post
        "post": np.int32,  # absolute row of Posts, or -1 once the post is forgotten
        "author": np.int32,
        "language": np.int8,  # whose reviewers it waits for
        "harm": np.int8,  # suspected class, place in the world's harms
        "opened_minute": np.int32,
        "source": np.int8,  # place in CASE_SOURCES
        "priority": np.float32,  # greater = sooner
        "minutes": np.float32,  # that its review takes
        "reviewer": np.int32,  # who decides, or -1
        "not_by": np.int32,  # who must not decide, having decided before, or -1
        "started_minute": np.float64,  # with parts of a minute; NEVER until then
        "decided_minute": np.float64,  # the same
        "opinion": np.int8,  # what the reviewer will find, drawn by people when the case opens; read by nobody else
        "harmful": np.bool_,  # whether the post is of the class (truth)
        "verdict": np.int8,  # place in VERDICTS, or -1 until decided
        "outcome": np.int8,  # place in OUTCOMES, or -1 where nothing was done
        "settled": np.bool_,  # whether what follows from the decision has been drawn
    }
    blank: ClassVar[dict[str, int]] = {
        "reviewer": NOBODY,
        "not_by": NOBODY,
        "started_minute": NEVER,
        "decided_minute": NEVER,
        "verdict": NOTHING,
        "outcome": NOTHING,
    }
    key: Keys
    post: Ints
    author: Ints
    language: Codes
    harm: Codes
    opened_minute: Ints
    source: Codes
    priority: Floats
    minutes: Floats
    reviewer: Ints
    not_by: Ints
    started_minute: Doubles
    decided_minute: Doubles
    opinion: Codes
    harmful: Bools
    verdict: Codes
    outcome: Codes
    settled: Bools

    @property
    def waiting(self) -> Bools:
        """(cases,) neither begun nor lapsed."""
        n = len(self)
        return np.asarray((self.started_minute[:n] == NEVER) & (self.outcome[:n] != LAPSE))


class Desk:
    """Cases, and counts of verdicts by author."""

    def __init__(self, users: int, room: int = 64) -> None:
        self.cases = Cases(room)
        self.confirmed: Ints = np.zeros(users, np.int32)
        """(U,) verdicts of harm on the author's posts that stand"""
        self.cleared: Ints = np.zeros(users, np.int32)
        """(U,) verdicts of no harm"""
