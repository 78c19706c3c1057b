"""Before publication: what is withheld, who thinks again, and what a milder version looks like."""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from feedsim.feed.friction import Gate, Submitted
from feedsim.people.content import Harms
from feedsim.people.drafts import Drafts
from feedsim.people.truth import harm_of, proximity_of
from feedsim.world.arrays import NOBODY, Bools
from feedsim.world.world import World

MILDER = np.float32(0.5)
"""Share of a post's severity that its milder version keeps; it keeps no out-group terms (assumption)."""


def due(world: World, drafts: Drafts) -> Drafts:
    """The drafts of this tick."""
    first, last = np.searchsorted(drafts.minute, (world.minute, world.minute + world.tick_minutes))
    return _some(drafts, slice(first, last))


def submitted(drafts: Drafts) -> Submitted:
    """What the company sees of them."""
    return Submitted(**{column.name: getattr(drafts, column.name) for column in fields(Submitted)})


def passed(world: World, drafts: Drafts, gates: Sequence[Gate], harms: Harms) -> Drafts:
    """What is published of a tick's drafts: nothing of suspended authors', nor what is withheld or cancelled; milder
    what its author has revised. A person asked twice decides once, by one lot."""
    stays = ~world.accounts.suspended(world.minute)[drafts.author]
    milder = np.zeros(len(drafts), np.bool_)
    lot = world.streams.uniform("think again", drafts.key)
    for gate in gates:
        stays &= ~gate.withheld & ~(gate.asked & (lot < gate.cancel_share))
        milder |= gate.asked & (lot < gate.cancel_share + gate.soften_share)
    return _some(softened(drafts, milder & stays, harms) if (milder & stays).any() else drafts, stays)


def softened(drafts: Drafts, rows: Bools, harms: Harms) -> Drafts:
    """The drafts, with milder versions in `rows` (D,): what they violate is what the milder text violates."""
    severity = np.where(rows, drafts.severity * MILDER, drafts.severity)
    aimed = drafts.target_group != NOBODY
    return replace(
        drafts,
        outgroup_terms=np.where(rows, np.int16(0), drafts.outgroup_terms),
        severity=severity,
        proximity=np.where(rows, proximity_of(harms, aimed, severity), drafts.proximity),
        harm=np.where(rows, harm_of(harms, drafts.false, aimed, severity), drafts.harm),
    )


def _some(drafts: Drafts, rows: slice | Bools) -> Drafts:
    return replace(drafts, **{column.name: getattr(drafts, column.name)[rows] for column in fields(drafts)})
