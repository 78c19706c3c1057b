"""What the company keeps against accounts, and what it has had checked of stories."""

from dataclasses import dataclass

import numpy as np

from feedsim.world.arrays import NEVER, Bools, Ints, Shorts


@dataclass
class Accounts:
    """One column a mark; row = user id."""

    strikes: Shorts
    """(U,) that stand against the account"""
    last_strike_minute: Ints
    """(U,) when the newest was given; NEVER until then"""
    suspended_until: Ints
    """(U,) the minute from which it may act again; NEVER = it may, FOREVER = it is banned"""
    suspended_minute: Ints
    """(U,) when it was first suspended; NEVER until then"""

    @classmethod
    def of(cls, users: int) -> "Accounts":
        """Accounts without a mark."""
        never = np.full((3, users), NEVER, np.int32)
        return cls(np.zeros(users, np.int16), *never)

    def suspended(self, minute: int) -> Bools:
        """(U,) who may neither publish nor come at this minute."""
        return self.suspended_until > minute


@dataclass
class FactChecks:
    """What fact-checkers have said of narratives; row = narrative."""

    minute: Ints
    """(N,) when the verdict is published, which may lie ahead; NEVER where nobody was asked"""
    found_false: Bools
    """(N,) the verdict"""

    @classmethod
    def of(cls, narratives: int) -> "FactChecks":
        """Nothing has been checked."""
        return cls(np.full(narratives, NEVER, np.int32), np.zeros(narratives, np.bool_))

    def false_by(self, minute: int) -> Bools:
        """(N,) which are known to be false at this minute."""
        return self.found_false & (self.minute <= minute)
