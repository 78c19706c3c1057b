"""What a post is: which class of harm, and how near to the policy line."""

import numpy as np

from feedsim.people.content import DEFAULT_LINE, Harm, Harms
from feedsim.world.arrays import NOBODY, Bools, Codes, Floats


def harm_of(harms: Harms, false: Bools, hostile: Bools, severity: Floats) -> Codes:
    """(P,) place among the enabled `harms` of the first class that a post falls into, or -1."""
    harm = np.full(len(severity), NOBODY, np.int8)
    for place, kind in reversed(list(enumerate(harms.values()))):
        harm[_violates(kind, false, hostile, severity)] = place
    return harm


def _violates(kind: Harm, false: Bools, hostile: Bools, severity: Floats) -> Bools:
    if kind.rests_on == "falsity":
        return false
    aimed_right = np.full(len(hostile), True) if kind.aimed_at_group is None else hostile == kind.aimed_at_group
    return np.asarray(aimed_right & (severity > kind.line))


def proximity_of(harms: Harms, hostile: Bools, severity: Floats) -> Floats:
    """(P,) severity over the lowest policy line that could apply to the post, at most 1."""
    line = np.where(hostile, lowest_line(harms, True), lowest_line(harms, False))
    return np.minimum(severity / line, 1).astype(np.float32)


def lowest_line(harms: Harms, aimed: bool) -> float:
    """The lowest line among classes that posts `aimed` at a group, or not aimed, can violate."""
    lines = [h.line for h in harms.values() if h.rests_on == "severity" and h.aimed_at_group in (None, aimed)]
    return min(lines, default=DEFAULT_LINE)
