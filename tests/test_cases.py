"""Which posts become cases, which comes first, and what is done about those decided."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from desks import Fickle, Sharp, review
from worlds import HARMS, add_posts, world_of

from feedsim.integrity.cases import Docket, flags, objections, open_cases, priority, suspects
from feedsim.integrity.desk import appeals, decided, forget_dead, settle
from feedsim.integrity.orders import Orders, apply
from feedsim.integrity.policies.base import Referral
from feedsim.world.arrays import NEVER
from feedsim.world.desk import APPEAL, AUDIT, DETECTOR, LAPSE, REPORTERS, RESTORE
from feedsim.world.posts import DEMOTED, LABELLED, LIVE, REMOVED
from feedsim.world.world import World

MISINFORMATION, HATE = range(len(HARMS))
NONE = np.zeros(0, np.int64)


def published(many: int, of: dict[str, Any] | None = None) -> World:
    """Posts of one author, of which detectors believe what `p_harm` (many, H) says."""
    world, columns = world_of([], room=many), dict(of or {})
    belief = columns.pop("p_harm", 0.0)
    add_posts(world, [0] * many, [0] * many, columns)
    world.posts.p_harm[:many] = belief
    return world


def appealed(rows: list[int], harm: int) -> Docket:
    """Posts that reviewer 3 has judged before."""
    return replace(Docket.of(np.array(rows), harm, APPEAL), not_by=np.full(len(rows), 3, np.int32))


def found(world: World, said: Any, looked_at: np.ndarray, new: int) -> Docket:
    """What the desk looks for by itself, each once."""
    return suspects(world, said, looked_at, new, 0.0)


def listed(row: Any, harm: Any, source: Any) -> Docket:
    """Posts from several sources."""
    parts = zip(row, harm, source, strict=True)
    return Docket.joined(Docket.of(np.array([r]), h, s) for r, h, s in parts)


def rows(docket: Docket) -> list[tuple[int, int, int]]:
    return list(zip(docket.row.tolist(), docket.harm.tolist(), docket.source.tolist(), strict=True))


def opened(world: World, docket: Docket, judges: Any = None, **said: Any) -> np.ndarray:
    return open_cases(world, review(**said), judges or Sharp(), docket)


def decide(world: World, cases: np.ndarray, minute: float = 5.0, reviewer: int = 3) -> None:
    """A reviewer decides these cases, each as its judge found."""
    desk = world.desk.cases
    desk.reviewer[cases], desk.started_minute[cases], desk.decided_minute[cases] = reviewer, minute - 2, minute
    desk.verdict[cases] = desk.opinion[cases]


# What is looked at


def test_detectors_send_what_they_believe_from_the_threshold_on() -> None:
    world = published(4, {"p_harm": [[0.5, 0.1], [0.49, 0.9], [0.0, 0.49], [1.0, 1.0]]})
    chosen = found(world, review(threshold=0.5), np.arange(3), 0)
    assert rows(chosen) == [(0, MISINFORMATION, DETECTOR), (1, HATE, DETECTOR)]


def test_reported_posts_are_looked_at_for_every_harm() -> None:
    world = published(3, {"reports": [1, 2, 5]})
    assert rows(found(world, review(reports=2), NONE, 0)) == [
        (1, MISINFORMATION, REPORTERS), (1, HATE, REPORTERS), (2, MISINFORMATION, REPORTERS), (2, HATE, REPORTERS),
    ]  # fmt: skip


def test_an_audit_draws_its_share_of_new_posts_whatever_is_believed_of_them() -> None:
    world = published(20_000)
    chosen = found(world, review(audit_share=0.1), NONE, 10_000)
    assert set(chosen.source.tolist()) == {AUDIT}
    assert chosen.row.min() >= 10_000
    assert len(chosen) == 2 * len(np.unique(chosen.row))
    assert len(chosen) / 2 == pytest.approx(1000, abs=100)
    assert len(found(world, review(audit_share=1.0), NONE, 3)) == 6
    assert len(found(world, review(audit_share=0.0), NONE, 10_000)) == 0


def test_each_post_is_asked_about_once_for_each_harm_and_audits_come_before_reports_and_flags() -> None:
    world = published(3, {"reports": [0, 9, 9], "p_harm": [[1.0, 0.0]] * 3, "status": [LIVE, LIVE, REMOVED]})
    chosen = found(world, review(audit_share=1.0), np.arange(3), 0)
    assert rows(chosen) == [(0, MISINFORMATION, DETECTOR), (1, MISINFORMATION, REPORTERS), (1, HATE, REPORTERS)]
    drawn = found(world, review(audit_share=1.0), np.arange(3), 3)
    assert [source for row, _, source in rows(drawn) if row == 1] == [AUDIT, AUDIT]
    opened(world, chosen)
    assert rows(found(world, review(), np.arange(3), 0)) == []


def test_detectors_ask_most_about_what_they_are_least_sure_of() -> None:
    many = 20_000
    p = np.repeat([0.5, 0.1, 0.0], [many, many, many])
    world = published(3 * many, {"p_harm": np.column_stack([p, 0 * p])})
    asked = flags(world, review(threshold=1.0), np.arange(3 * many), 0.2)[:, 0].reshape(3, many)
    assert asked.mean(axis=1).tolist() == pytest.approx([0.2, 0.2 * 0.36, 0], abs=0.01)


def test_a_group_may_have_a_threshold_of_its_own() -> None:
    world = published(4, {"p_harm": [[0.6, 0.0], [0.6, 0.0], [0.8, 0.0], [0.4, 0.0]]})
    world.posts.author[:4] = [0, 1, 1, 0]
    world.users.groups["age"][:] = [0, 1, 0]
    said = review(threshold=0.5, group_thresholds={"age": {"old": 0.8}})
    assert flags(world, said, np.arange(4), 0.0)[:, 0].tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    ("order", "urgency"),
    [
        ("risk", [0.9, 0.3, 0.2, 1e6]),
        ("reach", [0.9 * np.log(2), 0.3 * np.log(102), 0.2 * np.log(2), 1e6]),
        ("age", [0, 0, 0, 1e6]),
    ],
)
def test_urgency_is_by_risk_by_reach_or_by_age_and_audits_come_at_once(order: str, urgency: list[float]) -> None:
    world = published(4, {"p_harm": [[0.9, 0.0], [0.3, 0.0], [0.1, 0.0], [0.0, 0.0]], "impressions": [0, 100, 0, 0]})
    docket = listed(range(4), [0] * 4, [DETECTOR, DETECTOR, REPORTERS, AUDIT])
    assert priority(world, review(order=order), docket) == pytest.approx(urgency)


def test_a_case_says_what_it_is_about() -> None:
    world = published(3, {"key": [9, 7, 8], "language": [0, 1, 0], "harm": [HATE, MISINFORMATION, -1]})
    world.minute = 30
    new = opened(world, Docket.of(np.arange(3), np.array([HATE, HATE, MISINFORMATION]), AUDIT), minutes_per_case=4)
    cases = world.desk.cases
    told = {name: cases.live(name).tolist() for name in cases.schema}
    minutes = told.pop("minutes")
    assert new.tolist() == [0, 1, 2]
    assert told == {
        "key": [7, 8, 9], "post": [1, 2, 0], "author": [0, 0, 0], "language": [1, 0, 0],
        "harm": [HATE, MISINFORMATION, HATE], "opened_minute": [30] * 3, "source": [AUDIT] * 3, "priority": [1e6] * 3,
        "reviewer": [-1] * 3, "not_by": [-1] * 3, "started_minute": [NEVER] * 3, "decided_minute": [NEVER] * 3,
        "opinion": [0, 0, 1], "harmful": [False, False, True], "verdict": [-1] * 3, "outcome": [-1] * 3,
        "settled": [False] * 3,
    }  # fmt: skip
    assert all(2 <= m <= 6 for m in minutes)
    assert len(set(minutes)) == 3
    assert world.posts.live("cased").tolist() == [[False, True], [False, True], [True, False]]


def test_policies_send_posts_to_the_desk_that_nobody_was_asked_about() -> None:
    world = published(3)
    opened(world, Docket.of(np.array([1]), HATE, AUDIT))
    sent = [Referral(np.array([1, 2]), HATE), Referral(np.array([2]), HATE), Referral(np.array([0]), MISINFORMATION)]
    chosen = suspects(world, review(), NONE, 0, 0.0, sent)
    assert rows(chosen) == [(0, MISINFORMATION, DETECTOR), (2, HATE, DETECTOR)]


# What is done


def test_posts_found_harmful_get_what_the_desk_says_of_their_class() -> None:
    world = published(3, {"harm": [HATE, MISINFORMATION, -1]})
    cases = opened(world, listed(range(3), [HATE, MISINFORMATION, HATE], [REPORTERS, DETECTOR, AUDIT]))
    decide(world, cases)
    world.minute = 15
    apply(world, settle(world, review(outcomes={"misinformation": "label"}), decided(world)))
    posts, desk = world.posts, world.desk
    assert posts.live("status").tolist() == [REMOVED, LABELLED, LIVE]
    assert posts.live("found_by").tolist() == [REPORTERS + 1, DETECTOR + 1, 0]
    assert posts.live("found_as").tolist() == [HATE, MISINFORMATION, -1]
    assert posts.live("removed_minute").tolist() == [15, NEVER, NEVER]
    assert posts.live("labelled_minute").tolist() == [NEVER, 15, NEVER]
    assert (desk.confirmed.tolist(), desk.cleared.tolist()) == ([2, 0, 0], [1, 0, 0])
    assert decided(world).tolist() == []


@pytest.mark.parametrize(("said", "status"), [("demote", DEMOTED), ("nothing", LIVE)])
def test_a_desk_may_demote_or_do_nothing(said: str, status: int) -> None:
    world = published(1, {"harm": [HATE]})
    decide(world, opened(world, Docket.of(np.arange(1), np.array([HATE]), AUDIT)))
    apply(world, settle(world, review(outcomes={"hate": said}), decided(world)))
    assert world.posts.live("status").tolist() == [status]
    assert world.desk.confirmed.tolist() == [1, 0, 0]


def test_what_finds_a_post_again_does_not_change_as_what_it_was_found() -> None:
    world = published(1)
    for harm, source in ((HATE, AUDIT), (MISINFORMATION, DETECTOR)):
        decide(world, opened(world, Docket.of(np.zeros(1, int), np.array([harm]), source), Fickle()))
        apply(world, settle(world, review(), decided(world)))
    assert (world.posts.live("found_by").tolist(), world.posts.live("found_as").tolist()) == ([AUDIT + 1], [HATE])


def test_undecided_cases_lead_to_nothing() -> None:
    world = published(2, {"harm": [HATE, HATE]})
    opened(world, Docket.of(np.arange(2), np.array([HATE, HATE]), AUDIT))
    assert decided(world).tolist() == []
    assert len(settle(world, review(), decided(world)).post) == 0


def test_an_appeal_that_is_won_puts_the_post_back() -> None:
    world = published(2)
    first = opened(world, Docket.of(np.arange(2), np.array([HATE, HATE]), AUDIT), Fickle())
    decide(world, first)
    apply(world, settle(world, review(appeal_share=1.0), decided(world)))
    assert world.posts.live("status").tolist() == [REMOVED, REMOVED]
    heard = appeals(world, review(appeal_share=1.0), first)
    assert heard.tolist() == [0, 1]
    assert appeals(world, review(appeal_share=0.0), first).tolist() == []
    second = opened(world, appealed([0, 1], HATE), Fickle())
    assert world.desk.cases.not_by[second].tolist() == [3, 3]
    decide(world, second[:1], minute=9, reviewer=4)
    apply(world, settle(world, review(), decided(world)))
    assert world.posts.live("status").tolist() == [LIVE, REMOVED]
    assert world.desk.cases.outcome[second].tolist() == [RESTORE, -1]
    assert world.desk.confirmed.tolist() == [1, 0, 0]
    assert appeals(world, review(appeal_share=1.0), second).tolist() == []


def test_a_post_stays_down_while_another_classes_verdict_stands() -> None:
    world = published(1)
    decide(world, opened(world, Docket.of(np.zeros(2, int), np.array([MISINFORMATION, HATE]), AUDIT), Fickle()))
    apply(world, settle(world, review(), decided(world)))
    statuses = []
    for harm in (HATE, MISINFORMATION):
        decide(world, opened(world, appealed([0], harm), Fickle()))
        apply(world, settle(world, review(), decided(world)))
        statuses.append(world.posts.status[0])
    assert statuses == [REMOVED, LIVE]


def test_a_share_of_authors_appeals() -> None:
    world = published(20_000)
    cases = opened(world, Docket.of(np.arange(20_000), np.zeros(20_000, int), AUDIT), Fickle())
    decide(world, cases)
    settle(world, review(), decided(world))
    assert len(appeals(world, review(appeal_share=0.3), cases)) == pytest.approx(6000, abs=250)


def test_cases_of_forgotten_posts_lapse_where_they_wait() -> None:
    world = published(4, {"harm": [HATE] * 4})
    cases = opened(world, Docket.of(np.arange(4), np.full(4, HATE), AUDIT))
    decide(world, cases[[0]])
    settle(world, review(outcomes={"hate": "nothing"}), decided(world))
    world.posts.drop(2)
    forget_dead(world)
    desk = world.desk.cases
    assert desk.live("post").tolist() == [-1, -1, 2, 3]
    assert desk.live("outcome").tolist() == [-1, LAPSE, -1, -1]
    assert desk.waiting.tolist() == [False, False, True, True]


def test_who_loses_a_post_to_a_policy_may_appeal_before_any_reviewer_has_seen_it() -> None:
    world = published(5, {"harm": [-1, HATE, -1, -1, HATE]})
    world.minute = 15
    opened(world, Docket.of(np.array([2]), HATE, AUDIT))
    apply(world, Orders.on_posts(np.arange(4), REMOVED, 1, found_as=HATE))
    assert rows(objections(world, review(appeal_share=1.0))) == []
    world.minute = 30
    apply(world, Orders.on_posts(np.array([4]), REMOVED, 1, found_as=HATE))
    heard = objections(world, review(appeal_share=1.0))
    assert rows(heard) == [(0, HATE, APPEAL), (1, HATE, APPEAL), (3, HATE, APPEAL)]
    assert len(objections(world, review(appeal_share=0.0))) == 0
    decide(world, opened(world, heard))
    apply(world, settle(world, review(), decided(world)))
    assert world.posts.live("status").tolist() == [LIVE, REMOVED, REMOVED, LIVE, REMOVED]
    assert (world.desk.confirmed[0], world.desk.cleared[0]) == (1, 2)
    assert len(objections(world, review(appeal_share=1.0))) == 0


# Orders


def test_of_several_orders_the_severest_holds_and_who_found_a_post_first_stays_its_finder() -> None:
    world = published(3, {"found_by": [0, 0, 3]})
    world.minute = 60
    parts = [
        Orders.on_posts(np.array([0, 2]), LABELLED, 2),
        Orders.on_posts(np.array([0]), REMOVED, 1),
        Orders.on_posts(np.array([0]), DEMOTED, 3),
    ]
    apply(world, Orders.joined(parts))
    posts = world.posts
    assert posts.live("status").tolist() == [REMOVED, LIVE, LABELLED]
    assert posts.live("found_by").tolist() == [1, 0, 3]
    assert posts.live("removed_minute").tolist() == [60, NEVER, NEVER]
    assert posts.live("labelled_minute").tolist() == [60, NEVER, 60]
    world.minute = 90
    apply(world, Orders.on_posts(np.array([0, 2]), DEMOTED, 1))
    assert posts.live("status").tolist() == [REMOVED, LIVE, LABELLED]
    apply(world, Orders.on_posts(np.array([0]), LIVE, 0))
    assert posts.live("status").tolist() == [LIVE, LIVE, LABELLED]
    assert posts.live("removed_minute").tolist() == [60, NEVER, NEVER]
    apply(world, Orders())
