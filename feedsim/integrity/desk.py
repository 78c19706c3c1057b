"""The review desk: how it is staffed, and what follows from its verdicts."""

from typing import Annotated, Literal, TypeAlias

import numpy as np
from pydantic import Field

from feedsim.block import Block, NotNegative, Share
from feedsim.integrity.orders import Orders
from feedsim.world.arrays import NEVER, NOBODY, Codes, Ints, Longs
from feedsim.world.desk import APPEAL, DEMOTE, HARMFUL, LABEL, LAPSE, NOTHING, OUTCOMES, REMOVE, RESTORE
from feedsim.world.posts import DEMOTED, LABELLED, LIVE, REMOVED
from feedsim.world.world import World

Outcome: TypeAlias = Literal["remove", "label", "demote", "nothing"]
STATUS_AFTER = {REMOVE: REMOVED, LABEL: LABELLED, DEMOTE: DEMOTED}


class NoReview(Block):
    """Nobody looks at posts."""

    kind: Literal["none"] = "none"


class Review(Block):
    """A desk of reviewers: what they look at, in which order, and what follows from their verdicts."""

    kind: Literal["desk"]
    reviewers: dict[str, Annotated[int, Field(ge=0, le=100_000)]] = Field({})
    """language -> how many; a language not named has `reviewers_per_10000` of those who write it, rounded up"""
    reviewers_per_10000: NotNegative = 5.0
    """people (assumption)"""
    shift_hours: Annotated[float, Field(gt=0, le=12)] = 8.0
    """a day and reviewer; shifts are spread evenly over the day, and none reaches midnight"""
    overtime_hours: Annotated[float, Field(ge=0, le=4)] = 0.0
    """a reviewer stays longer, at most, while cases wait"""
    minutes_per_case: Annotated[float, Field(gt=0, le=1440)] = 3.0
    """mean; each takes half to one and a half times as long (assumption)"""
    harmful_per_day: Annotated[int, Field(ge=1)] = 100
    """posts found harmful after which a reviewer goes home for the day: a limit to exposure (assumption)"""
    audit_share: Share = 0.01
    """of all posts, burn-in's too, drawn by lot for review as soon as they are published: the only fair sample"""
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.5
    """probability from which detectors send a post to review (assumption)"""
    group_thresholds: dict[str, dict[str, Annotated[float, Field(gt=0, le=1)]]] = Field({})
    """attribute -> level of the author -> threshold in place of that, for what the company may see of authors"""
    reports: Annotated[int, Field(ge=1)] = 2
    """from which a post is reviewed; a report does not say of what, so that it is looked at for every class of harm"""
    order: Literal["risk", "reach", "age"] = "reach"
    """first the likeliest harm; the likeliest harm times the logarithm of its impressions; or the oldest case"""
    outcomes: dict[str, Outcome] = Field({})
    """class of harm -> what is done when a reviewer finds it; where it is not named, the post is removed"""
    appeal_share: Share = 0.1
    """of authors against whose post reviewers did something, or that a policy removed, those who appeal (assumption);
    a reviewer decides who has not seen it before"""


ReviewBlock: TypeAlias = Annotated[NoReview | Review, Field(discriminator="kind")]


def decided(world: World) -> Longs:
    """(n,) cases that have been decided and not been settled, by post key and harm."""
    cases, n = world.desk.cases, len(world.desk.cases)
    rows = np.flatnonzero((cases.decided_minute[:n] != NEVER) & ~cases.settled[:n])
    return np.asarray(rows[np.lexsort((cases.source[rows], cases.harm[rows], cases.key[rows]))])


def settle(world: World, review: Review, rows: Longs) -> Orders:
    """Write down what follows from the decided cases `rows` (n,): their outcome, the author's record, and orders."""
    desk, cases = world.desk, world.desk.cases
    appeal, harmful = cases.source[rows] == APPEAL, cases.verdict[rows] == HARMFUL
    found = _outcome_of(world, review)[cases.harm[rows]]
    outcome = np.where(appeal, np.where(harmful, NOTHING, RESTORE), np.where(harmful, found, NOTHING)).astype(np.int8)
    cases.outcome[rows], cases.settled[rows] = outcome, True
    alive = cases.post[rows] >= world.posts.base
    world.posts.cleared[cases.post[rows[alive]] - world.posts.base, cases.harm[rows[alive]]] = ~harmful[alive]
    again = cases.not_by[rows] != NOBODY
    np.add.at(desk.confirmed, cases.author[rows], np.where(again, -(outcome == RESTORE).astype(int), harmful))
    np.add.at(desk.cleared, cases.author[rows], ~again & ~harmful)
    back = Orders.on_posts(_put_back(world, cases.post[rows[outcome == RESTORE]]), LIVE, 0)
    return Orders.joined([_acted(world, rows[~appeal & (outcome != NOTHING)]), back])


def _acted(world: World, rows: Longs) -> Orders:
    """What is done with the posts of cases in which harm was found."""
    cases = world.desk.cases
    status = np.array([STATUS_AFTER.get(outcome, LIVE) for outcome in range(len(OUTCOMES))], np.int8)
    return Orders(
        post=cases.post[rows],
        status=status[cases.outcome[rows]],
        labels=np.zeros(len(rows), np.uint8),
        found_by=(cases.source[rows] + 1).astype(np.int8),
        found_as=cases.harm[rows],
    )


def _put_back(world: World, post: Ints) -> Ints:
    """Those of the posts (absolute rows) against which no other class's verdict stands."""
    cases, n, many = world.desk.cases, len(world.desk.cases), len(world.harms)
    about = np.flatnonzero(np.isin(cases.post[:n], post))
    code, outcome = cases.post[about].astype(np.int64) * many + cases.harm[about], cases.outcome[about]
    standing = np.setdiff1d(code[np.isin(outcome, list(STATUS_AFTER))], code[outcome == RESTORE])
    return np.asarray(post[~np.isin(post, standing // many)])


def _outcome_of(world: World, review: Review) -> Codes:
    """(H,) place in OUTCOMES of what is done about each class, or -1."""
    said = [review.outcomes.get(harm, "remove") for harm in world.harms]
    return np.array([NOTHING if name == "nothing" else OUTCOMES.index(name) for name in said], np.int8)


def appeals(world: World, review: Review, rows: Longs) -> Longs:
    """Those of the cases `rows` just settled against which the author appeals."""
    cases = world.desk.cases
    acted = (cases.outcome[rows] != NOTHING) & (cases.source[rows] != APPEAL)
    lot = world.streams.uniform("appeal", cases.key[rows], cases.harm[rows])
    return np.asarray(rows[acted & (lot < review.appeal_share)])


def forget_dead(world: World) -> None:
    """Cases of posts that nobody is shown any more lapse where they wait, and lose their post's row."""
    cases, n = world.desk.cases, len(world.desk.cases)
    dead = cases.post[:n] < world.posts.base
    cases.outcome[:n][dead & cases.waiting] = LAPSE
    cases.post[:n][dead] = NOBODY
