"""What policies answered: how many candidates each took out, and of how many each lowered the score."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from feedsim.feed.flow import Candidates
from feedsim.kernels import kernel
from feedsim.measures.cells import Cell, Where, ratio
from feedsim.measures.strata import Strata
from feedsim.world.arrays import Bools, Codes, Ints, Longs
from feedsim.world.world import World

METRICS = ("filtered_share", "demotion_rate")
"""One a question: keep, factor."""
KEEP, FACTOR = range(len(METRICS))
ASKED, ACTED = range(2)


@dataclass
class Answers:
    """Counts of candidates: whole numbers, so that chunks change nothing. Of all policies together (row 0), then
    of each, while it was in force."""

    policies: tuple[str, ...]
    author: Longs
    """(questions, 1 + policies, 2, K, 1 + H) asked and acted on, by stratum and truth: harmless, then each class"""
    viewer: Longs
    """(questions, 1 + policies, 2, K)"""

    @classmethod
    def empty(cls, policies: tuple[str, ...], strata: int, harms: int) -> "Answers":
        """Nobody has asked yet."""
        shape = (len(METRICS), 1 + len(policies), 2, strata)
        return cls(policies, np.zeros((*shape, 1 + harms), np.int64), np.zeros(shape, np.int64))

    def add(self, other: "Answers") -> None:
        """Add another span's counts."""
        self.author += other.author
        self.viewer += other.viewer

    def clear(self) -> None:
        """Begin a new span, in the same arrays."""
        self.author[:] = 0
        self.viewer[:] = 0

    def count_kept(
        self, world: World, strata: Strata, acting: Sequence[str], found: Candidates, removed: Mapping[str, Ints]
    ) -> None:
        """Add a chunk's candidates, and the rows of them that each policy took out."""
        taken = {name: np.zeros(len(found), np.bool_) for name in removed}
        for name, rows in removed.items():
            taken[name][np.searchsorted(found.row, rows)] = True
        self._count(world, strata, KEEP, acting, found, taken)

    def count_lowered(self, world: World, strata: Strata, acting: Sequence[str], scored: Candidates) -> None:
        """Add a chunk's scored candidates, and those of which each policy lowered the score."""
        lowered = {name: factor < 1 for name, factor in scored.factors.items()}
        self._count(world, strata, FACTOR, acting, scored, lowered)

    def _count(
        self, world: World, strata: Strata, question: int, acting: Sequence[str], c: Candidates,
        acted: Mapping[str, Bools],
    ) -> None:  # fmt: skip
        """Add what the policies in force were asked about, whether or not they answered: how many rows an answer comes
        for depends on chunks."""
        self._add(question, ASKED, ("", *acting), self._sums(world, strata, c, np.ones(len(c), np.bool_)))
        if acted:
            together = np.logical_or.reduce(list(acted.values()))
            for name, rows in {"": together, **acted}.items():
                if rows.any():
                    self._add(question, ACTED, (name,), self._sums(world, strata, c, rows))

    def _add(self, question: int, what: int, names: Sequence[str], sums: tuple[Longs, Longs]) -> None:
        """Add sums over authors and over viewers to what is known of some policies; "" is all of them together."""
        for name in names:
            place = 1 + self.policies.index(name) if name else 0
            self.author[question, place, what] += sums[0]
            self.viewer[question, place, what] += sums[1]

    def _sums(self, world: World, strata: Strata, c: Candidates, rows: Bools) -> tuple[Longs, Longs]:
        """(K, 1 + H) chosen candidates by author's stratum and truth, (K,) by viewer's stratum."""
        author, viewer = np.zeros(self.author.shape[3:], np.int64), np.zeros(self.viewer.shape[3:], np.int64)
        _count(rows, c.start, strata.of[c.sessions.user], c.post, world.posts.base, world.posts.author,
               world.posts.harm, strata.of, author, viewer)  # fmt: skip
        return author, viewer


@kernel
def _count(
    rows: Bools, start: Longs, viewer: Ints, post: Ints, base: int, author: Ints, harm: Codes, stratum: Ints,
    by_author: Longs, by_viewer: Longs,
) -> None:  # fmt: skip
    for s in range(viewer.size):
        many = 0
        for r in range(start[s], start[s + 1]):
            if rows[r]:
                p = post[r] - base
                by_author[stratum[author[p]], harm[p] + 1] += 1
                many += 1
        by_viewer[viewer[s]] += many


def answer_cells(answers: Answers, strata: Strata, harms: tuple[str, ...]) -> Iterator[Cell]:
    """`filtered_share`: candidates that were taken out / candidates while it was in force; `demotion_rate`:
    candidates whose score was lowered / scored candidates while it was in force. Of all policies together,
    then with the part policy=<name>; of everyone, by level of authors (each also at equal truth: with truth=harmless,
    or of the class of `harm`), and by level of viewers. No cells of a policy that never acted."""
    for question, metric in enumerate(METRICS):
        for place, name in enumerate(("", *answers.policies)):
            part = f"policy={name}" if name else ""
            # A policy that does nothing shall leave the same rows as none.
            if not answers.author[question, place, ACTED].any():
                continue
            for where, mine in strata.with_everyone("author"):
                yield from _by_truth(metric, answers.author[question, place][:, mine].sum(axis=1), where, part, harms)
            for where, mine in strata.cuts("viewer"):
                asked, acted = answers.viewer[question, place][:, mine].sum(axis=1)
                yield from ratio(metric, acted, asked, where, part=part)


def _by_truth(metric: str, sums: Longs, where: Where, part: str, harms: tuple[str, ...]) -> Iterator[Cell]:
    """Cells of counts (2, 1 + H): of all, of what is harmless, of each class."""
    asked, acted = sums
    harmless = ",".join(filter(None, (part, "truth=harmless")))
    yield from ratio(metric, acted.sum(), asked.sum(), where, part=part)
    yield from ratio(metric, acted[0], asked[0], where, part=harmless)
    for h, harm in enumerate(harms):
        yield from ratio(metric, acted[1 + h], asked[1 + h], where, harm, part)
