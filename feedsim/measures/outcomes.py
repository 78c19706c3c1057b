"""What became of posts: found or not, by whom, when removed, and what that took from their reach."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from feedsim.measures.cells import EVERYONE, Cell, Where, ratio
from feedsim.measures.strata import Strata
from feedsim.world.arrays import NEVER, Bools, Codes, Doubles, Ints, Longs
from feedsim.world.posts import AUDIT, DETECTOR, LIVE, MODALITIES, REMOVED, Posts

BANDS = 24
"""Of authors by followers: none, 1, 2 to 3, 4 to 7 and so on; like is compared with like."""
SUMS = (
    "posts", "views", "found", "found_views", "unreported", "removed", "removed_views", "removed_minutes", "left",
    "left_views",
)  # fmt: skip
"""Summed over posts: found ones, those of them that nobody had to report, removed ones, and those that were left alone.
"""
POSTS, VIEWS, FOUND, FOUND_VIEWS, UNREPORTED, GONE, GONE_VIEWS, GONE_MINUTES, LEFT, LEFT_VIEWS = range(len(SUMS))
AS_CLASS, RIGHTLY, BY_ITSELF = range(3)
"""Of posts found to be of a class: all, those that are of it, those that nobody had to report."""
MADE, MADE_FOUND, MADE_GONE = range(3)
"""Of posts of a class that are made in one way: all, found ones, removed ones."""


@dataclass
class Outcomes:
    """Sums over posts, by stratum of the author."""

    posts: Longs
    """(K, 1 + H, BANDS, SUMS) by truth: harmless, then each class"""
    found: Longs
    """(K, H, 3) posts found to be of each class: AS_CLASS, RIGHTLY, BY_ITSELF"""
    made: Longs
    """(H, MODALITIES, 3) posts of each class (truth): MADE, MADE_FOUND, MADE_GONE"""

    @classmethod
    def empty(cls, strata: int, harms: int) -> "Outcomes":
        """Of no posts yet."""
        return cls(
            np.zeros((strata, 1 + harms, BANDS, len(SUMS)), np.int64),
            np.zeros((strata, harms, 3), np.int64),
            np.zeros((harms, len(MODALITIES), 3), np.int64),
        )

    @property
    def any_found(self) -> bool:
        """Whether anything was decided of any post."""
        return bool(self.posts[..., FOUND].any())

    def count(self, posts: Posts, rows: Longs, strata: Strata, followers: Ints) -> None:
        """Add some posts, by their places in the columns. `followers` (U,) of each author."""
        of = {name: getattr(posts, name)[rows] for name in
              ("author", "harm", "status", "impressions", "minute", "removed_minute")}  # fmt: skip
        stratum = strata.of[of["author"]]
        place = (stratum, of["harm"] + 1, band(followers[of["author"]]))
        found, gone = of["status"] != LIVE, of["status"] == REMOVED
        unreported = found & np.isin(posts.found_by[rows], (DETECTOR, AUDIT))
        views = of["impressions"].astype(np.int64)
        lived = np.where(of["removed_minute"] == NEVER, 0, of["removed_minute"] - of["minute"])
        one = np.ones(len(views), np.int64)
        sums = (one, views, found, found * views, unreported, gone, gone * views, gone * lived, ~found, ~found * views)
        np.add.at(self.posts, place, np.stack(sums, axis=1))
        found_as = np.where(found, posts.found_as[rows], -1)
        self._count_found(stratum, of["harm"], found_as, unreported)
        bad = np.flatnonzero(of["harm"] >= 0)
        made_so = (of["harm"][bad], posts.modality[rows[bad]])
        np.add.at(self.made, made_so, np.stack((one, found, gone), axis=1)[bad])

    def _count_found(self, stratum: Ints, harm: Codes, found_as: Codes, unreported: Bools) -> None:
        rows = np.flatnonzero(found_as >= 0)
        columns = (np.ones(len(rows), np.bool_), found_as[rows] == harm[rows], unreported[rows])
        np.add.at(self.found, (stratum[rows], found_as[rows]), np.stack(columns, axis=1))


def band(followers: Ints) -> Longs:
    """(R,) the band of authors with so many followers."""
    return np.minimum(np.frexp(followers.astype(np.float64))[1], BANDS - 1).astype(np.int64)


def outcome_cells(outcomes: Outcomes, strata: Strata, harms: tuple[str, ...]) -> Iterator[Cell]:
    """Of everyone's posts, then by level of authors; with `harm`, of posts of that class (truth); with the part
    truth=harmless, of posts of no class; else of all posts.

    Of a class: `recall` (found / posts of the class; found: removed, labelled or demoted by a decision), `precision`
    (of the class / found to be of it) and `proactive_rate` (found by a detector or an audit / found to be of it). Of
    all classes together: `precision` (of any / found) and `proactive_rate` (by a detector or an audit / found).
    Of all three: what `_treatment` says. Of a class, by the part modality=...: what `_modalities` says.
    """
    for where, mine in strata.with_everyone("author"):
        posts, found = outcomes.posts[mine].sum(axis=0), outcomes.found[mine].sum(axis=0)
        for h, harm in enumerate(harms):
            of = posts[1 + h].sum(axis=0)
            yield from ratio("recall", of[FOUND], of[POSTS], where, harm)
            yield from ratio("precision", found[h, RIGHTLY], found[h, AS_CLASS], where, harm)
            yield from ratio("proactive_rate", found[h, BY_ITSELF], found[h, AS_CLASS], where, harm)
            yield from _treatment(posts[1 + h], where, harm)
            yield from prevented(posts[1 + h], where, harm)
        all_found, harmful = posts[..., FOUND].sum(), posts[1:, :, FOUND].sum()
        yield from ratio("precision", harmful, all_found, where)
        yield from ratio("proactive_rate", posts[..., UNREPORTED].sum(), all_found, where)
        yield from _treatment(posts.sum(axis=0), where)
        yield from _treatment(posts[0], where, part="truth=harmless")
        yield from reach_lost(posts[0], where)
    yield from _modalities(outcomes.made, harms)


def _modalities(made: Longs, harms: tuple[str, ...]) -> Iterator[Cell]:
    """Of everyone's posts of a class that are made in one way (H, MODALITIES, 3): `recall` and `removal_rate`."""
    for h, harm in enumerate(harms):
        for modality, of in zip(MODALITIES, made[h], strict=True):
            part = f"modality={modality}"
            yield from ratio("recall", of[MADE_FOUND], of[MADE], harm=harm, part=part)
            yield from ratio("removal_rate", of[MADE_GONE], of[MADE], harm=harm, part=part)


def _treatment(posts: Longs, where: Where, harm: str = "", part: str = "") -> Iterator[Cell]:
    """Of posts that are alike in truth (BANDS, SUMS): `action_rate` (found / posts), `removal_rate` (removed / posts),
    `removed_views_share` (impressions of removed posts / of posts: the same, weighted by views),
    `hours_to_removal` (mean hours from publication to removal), `views_before_removal` (mean impressions of a removed
    post, all of which came before)."""
    of = posts.sum(axis=0)
    if not harm:  # of a class it is its recall
        yield from ratio("action_rate", of[FOUND], of[POSTS], where, harm, part)
    yield from ratio("removal_rate", of[GONE], of[POSTS], where, harm, part)
    yield from ratio("removed_views_share", of[GONE_VIEWS], of[VIEWS], where, harm, part)
    yield from ratio("hours_to_removal", of[GONE_MINUTES] / 60, of[GONE], where, harm, part)
    yield from ratio("views_before_removal", of[GONE_VIEWS], of[GONE], where, harm, part)


def prevented(posts: Longs, where: Where, harm: str) -> Iterator[Cell]:
    """`prevented_share`: impressions that removal kept from happening / those plus the ones that did, of a class.

    What a removed post would have had is not known. It is taken to be the mean of posts of the class of which nothing
    was decided, whose authors have about as many followers (a band of BANDS); removed posts of bands with none are left
    out. Posts are often removed because they spread, so that this rather understates; below 0, removed posts had more
    impressions before their removal than others ever. What is certain is the difference to an arm without removal.
    """
    saved = _expected(posts, GONE) - posts[_has_like(posts), GONE_VIEWS].sum()
    yield from ratio("prevented_share", saved, posts[:, VIEWS].sum() + saved, where, harm)


def reach_lost(posts: Longs, where: Where) -> Iterator[Cell]:
    """`reach_lost` of harmless posts: impressions that decisions by mistake took from them (removal, label, demotion) /
    those plus the ones they had. What they would have had is estimated as in `prevented`."""
    lost = _expected(posts, FOUND) - posts[_has_like(posts), FOUND_VIEWS].sum()
    yield from ratio("reach_lost", lost, posts[:, VIEWS].sum() + lost, where, part="truth=harmless")


def _has_like(posts: Longs) -> Bools:
    """(BANDS,) where there are posts of which nothing was decided."""
    return np.asarray(posts[:, LEFT] > 0)


def _expected(posts: Longs, treated: int) -> float:
    """Impressions that the treated posts would have had if they had fared as those that were left alone."""
    like = posts[_has_like(posts)]
    mean: Doubles = like[:, LEFT_VIEWS] / like[:, LEFT]
    return float((like[:, treated] * mean).sum())


@dataclass
class Offenders:
    """Posts by author and class, over the whole run."""

    posts: Ints
    """(U, H) of each class (truth)"""
    found: Ints
    """(U, H) of these, found"""

    @classmethod
    def empty(cls, users: int, harms: int) -> "Offenders":
        """Nobody has posted yet."""
        return cls(np.zeros((users, harms), np.int32), np.zeros((users, harms), np.int32))

    def count(self, author: Ints, harm: Codes, found: Bools) -> None:
        """Add posts."""
        bad = harm >= 0
        np.add.at(self.posts, (author[bad], harm[bad]), 1)
        np.add.at(self.found, (author[bad & found], harm[bad & found]), 1)


def offender_cells(offenders: Offenders, harms: tuple[str, ...]) -> Iterator[Cell]:
    """`repeat_offender_share`: posts of the class by authors of whom two or more were found / posts of the class.
    `second_found_share`: authors of whom two or more were found / authors of whom one was."""
    for h, harm in enumerate(harms):
        posts, found = offenders.posts[:, h], offenders.found[:, h]
        yield from ratio("repeat_offender_share", posts[found > 1].sum(), posts.sum(), EVERYONE, harm)
        yield from ratio("second_found_share", np.count_nonzero(found > 1), np.count_nonzero(found), EVERYONE, harm)
