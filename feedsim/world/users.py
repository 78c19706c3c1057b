"""The people, one column a trait."""

from dataclasses import dataclass

from feedsim.world.arrays import Codes, Floats

ACTORS = ("ordinary", "supersharer", "bot", "coordinated", "hate_producer", "publisher")
ORDINARY, SUPERSHARER, BOT, COORDINATED, HATE_PRODUCER, PUBLISHER = range(len(ACTORS))


@dataclass
class Users:
    """One column a trait; row = user id."""

    sessions_per_day: Floats
    """(U,) mean sessions a day at habit 1"""
    posts_per_day: Floats
    """(U,) mean posts a day"""
    interest: Floats
    """(U, T) taste for each topic they start from, and write by: mean 1 over topics (truth)"""
    leaning: Floats
    """(U,) from -1 (left) to 1 (right) (truth)"""
    actor: Codes
    """(U,) place in ACTORS (truth)"""
    discernment: Floats
    """(U,) how well they tell false from true, standard score (truth)"""
    reactivity: Floats
    """(U,) log-odds added to every action (truth)"""
    harm_aversion: Floats
    """(U,) how much severity repels them, >= 0 (truth)"""
    groups: dict[str, Codes]
    """(U,) place in the attribute's levels, for every group attribute of the scenario"""

    def __len__(self) -> int:
        return len(self.leaning)
