"""What policies answered: how many candidates each took out, and of how many each lowered the score."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from feedsim.feed.flow import Candidates
from feedsim.kernels import kernel
from feedsim.measures.cells import Cell, Where, ratio
from feedsim.measures.strata import Strata
from feedsim.world.arrays import Bools, Codes, Ints, Longs
from feedsim.world.rng import Streams
from feedsim.world.world import World

METRICS = ("filtered_share", "demotion_rate")
"""One a question: keep, factor."""
KEEP, FACTOR = range(len(METRICS))
ASKED, ACTED = range(2)


MOST_VIEWERS = 2000
"""About as many are looked at, of more people a share by address: to count every candidate of 100,000 people would take
a tenth of the run, and rates over so many candidates are exact enough."""


def looked_at(streams: Streams, people: int) -> Bools:
    """(U,) viewers whose candidates are counted: everyone, or a share by address."""
    return np.asarray(streams.uniform("answers", np.arange(people)) * people < MOST_VIEWERS)


@dataclass
class Answers:
    """Counts of the candidates of some viewers: whole numbers, so that chunks change nothing. Of all policies together
    (row 0), then of each, while it was in force."""

    policies: tuple[str, ...]
    viewers: Bools
    """(U,) whose candidates are counted"""
    author: Longs
    """(questions, 1 + policies, 2, K, 1 + H) asked and acted on, by stratum and truth: harmless, then each class"""
    viewer: Longs
    """(questions, 1 + policies, 2, K)"""

    @classmethod
    def empty(cls, policies: tuple[str, ...], viewers: Bools, strata: int, harms: int) -> "Answers":
        """Nobody has asked yet."""
        shape = (len(METRICS), 1 + len(policies), 2, strata)
        return cls(policies, viewers, np.zeros((*shape, 1 + harms), np.int64), np.zeros(shape, np.int64))

    def of_nothing(self) -> "Answers":
        """Empty ones of the same policies and viewers."""
        return Answers(self.policies, self.viewers, np.zeros_like(self.author), np.zeros_like(self.viewer))

    def of_others(self, policies: tuple[str, ...]) -> "Answers":
        """The same counts where the policies are these: a new one has none yet, and one that is gone takes its own."""
        places = [0, *(1 + self.policies.index(name) for name in policies if name in self.policies)]
        stand = [0, *(1 + place for place, name in enumerate(policies) if name in self.policies)]
        others = Answers.empty(policies, self.viewers, self.viewer.shape[-1], self.author.shape[-1] - 1)
        others.author[:, stand], others.viewer[:, stand] = self.author[:, places], self.viewer[:, places]
        return others

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
        spoke = np.zeros((len(acting), len(found)), np.bool_)
        for name, rows in removed.items():
            spoke[acting.index(name), np.searchsorted(found.row, rows)] = True
        self._count(world, strata, KEEP, acting, found, spoke)

    def count_lowered(self, world: World, strata: Strata, acting: Sequence[str], scored: Candidates) -> None:
        """Add a chunk's scored candidates, and those of which each policy lowered the score."""
        spoke = np.zeros((len(acting), len(scored)), np.bool_)
        for name, factor in scored.factors.items():
            np.less(factor, 1, out=spoke[acting.index(name)])
        self._count(world, strata, FACTOR, acting, scored, spoke)

    def _count(
        self, world: World, strata: Strata, question: int, acting: Sequence[str], c: Candidates, spoke: Bools
    ) -> None:
        """Add what the policies in force were asked about, whether or not they answered: how many rows an answer comes
        for depends on chunks."""
        tables = (self.author, self.viewer)
        author, viewer = (np.zeros((1 + len(acting), 2, *table.shape[3:]), np.int64) for table in tables)
        user, posts = c.sessions.user, world.posts
        _count(
            self.viewers[user], strata.of[user], c.start, c.post, posts.base, posts.author, posts.harm, strata.of,
            spoke, author, viewer,
        )  # fmt: skip
        places = [0, *(1 + self.policies.index(name) for name in acting)]
        for table, sums in zip(tables, (author, viewer), strict=True):
            sums[:, ASKED] = sums[0, ASKED]
            table[question, places] += sums


@kernel
def _count(
    is_counted: Bools, viewer: Ints, start: Longs, post: Ints, base: int, author: Ints, harm: Codes, stratum: Ints,
    spoke: Bools, by_author: Longs, by_viewer: Longs,
) -> None:  # fmt: skip
    """One pass for all policies: row 0 of the sums is of all candidates, and of those that any policy acted on."""
    for s in range(viewer.size):
        if not is_counted[s]:
            continue
        v = viewer[s]
        by_viewer[0, ASKED, v] += start[s + 1] - start[s]
        for r in range(start[s], start[s + 1]):
            p = post[r] - base
            a, h = stratum[author[p]], harm[p] + 1
            by_author[0, ASKED, a, h] += 1
            any_spoke = False
            for k in range(spoke.shape[0]):
                if spoke[k, r]:
                    any_spoke = True
                    by_author[1 + k, ACTED, a, h] += 1
                    by_viewer[1 + k, ACTED, v] += 1
            if any_spoke:
                by_author[0, ACTED, a, h] += 1
                by_viewer[0, ACTED, v] += 1


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
