"""Each policy of the library against a world built by hand: its whole answer."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from desks import Sharp, review
from worlds import add_posts, add_reshare, candidates_of, everything, retyped, sessions_of, world_of

from feedsim.feed.flow import Candidates
from feedsim.feed.friction import Submitted
from feedsim.integrity.cases import open_cases, suspects
from feedsim.integrity.desk import decided, settle
from feedsim.integrity.orders import Orders, apply
from feedsim.integrity.policies import LIBRARY
from feedsim.integrity.policies.accounts import AccountBan, BotThrottle, RepeatOffenders, Strikes
from feedsim.integrity.policies.base import Policy, Referral
from feedsim.integrity.policies.choice import UserControl
from feedsim.integrity.policies.demote import Demote, DemoteOnReview
from feedsim.integrity.policies.labels import Interstitial, WarningLabel
from feedsim.integrity.policies.limits import CircuitBreaker, ForwardLimit, ReshareDepthLimit, ShareButtonRemoval
from feedsim.integrity.policies.notes import CrowdNotes, FactCheck
from feedsim.integrity.policies.prompts import AccuracyPrompt, ReadFirst, Reconsider
from feedsim.integrity.policies.ranking import (
    Bridging,
    ChronologicalShare,
    CivicWeights,
    ReactionWeights,
    StatedPreference,
)
from feedsim.integrity.policies.reach import BorderlineOutOfNetwork, HyperactiveDiscount, SourceDiversity
from feedsim.integrity.policies.remove import Remove, RemoveOnReview
from feedsim.integrity.policies.review import HumanReview
from feedsim.people.panel import Panel
from feedsim.world.arrays import FOREVER, NEVER, Bools, Longs
from feedsim.world.desk import APPEAL, HARMFUL, HARMLESS, RESTORE
from feedsim.world.desk import DETECTOR as BY_DETECTOR
from feedsim.world.desk import REPORTERS as BY_REPORT
from feedsim.world.posts import (
    CIVIC,
    DEMOTED,
    DETECTOR,
    LABELLED,
    LIVE,
    MODALITIES,
    NEWS,
    NOTE,
    REMOVED,
    REPORT,
    SCREEN,
    WARNING,
)
from feedsim.world.world import ACTIONS, HIDE, LIKE, RESHARE, World
from feedsim.world.world import REPORT as REPORTED

DAY = 1440


class Obliging:
    """Judges who call false whatever story has an even number, and agree on posts with an even row; row 3 corrects."""

    def fact_check(self, narrative: Longs, accuracy: float) -> Bools:
        return np.asarray(narrative % 2 == 0)

    def corrects(self, post: Longs, accuracy: float) -> Bools:
        return np.asarray(post == 3)

    def agree(self, post: Longs, raters: int, share: float) -> Bools:
        return np.asarray(post % 2 == 0)


JUDGES = Obliging()


def suspected(p: Sequence[float], minute: int = 0, users: int = 3) -> tuple[World, Candidates]:
    """Posts which the detectors believe to be misinformation with these probabilities, all shown to person 1."""
    world = world_of([], minute=minute, users=users)
    add_posts(world, [0] * len(p), [minute] * len(p))
    world.posts.p_harm[: len(p), 0] = p
    return world, candidates_of(sessions_of([1]), [range(len(p))])


def obey(world: World, policy: Policy) -> Orders | None:
    """What it orders now, carried out."""
    orders = policy.orders(world, JUDGES)
    if orders is not None:
        apply(world, orders)
    return orders


# Demotion


@pytest.mark.parametrize(
    ("curve", "factors"),
    [("linear", [1, 0.8, 0.6, 0.2]), ("step", [1, 0.2, 0.2, 0.2]), ("steep", [1, 0.99687, 0.95, 0.2])],
)
def test_a_demotion_follows_its_curve(curve: str, factors: list[float]) -> None:
    world, c = suspected([0, 0.25, 0.5, 1])
    policy = Demote.model_validate({"kind": "demote", "harm": "misinformation", "strength": 0.8, "curve": curve})
    assert policy.factor(world, c) == pytest.approx(factors, abs=1e-5)


def test_a_steeper_curve_spares_what_is_less_than_certain() -> None:
    world, c = suspected([0.5, 1])
    policy = Demote(kind="demote", harm="misinformation", strength=1.0, curve="steep", steepness=1.0)
    assert policy.factor(world, c) == pytest.approx([0.5, 0])


def test_a_step_takes_all_of_it_from_the_threshold_on() -> None:
    world, c = suspected([0.2, 0.3, 1])
    policy = Demote(kind="demote", harm="misinformation", strength=0.5, curve="step", threshold=0.3)
    assert policy.factor(world, c) == pytest.approx([1, 0.5, 0.5])


def test_what_reviewers_demoted_sinks() -> None:
    world, c = suspected([0, 0, 0])
    world.posts.status[:3] = [LIVE, DEMOTED, LABELLED]
    assert DemoteOnReview(kind="demote_on_review", strength=0.75).factor(world, c).tolist() == [1, 0.25, 1]


# Removal


def test_removal_is_of_the_post_itself_and_once() -> None:
    world, c = suspected([0.89, 0.9, 1], minute=60)
    policy = Remove(kind="remove", harm="misinformation")
    obey(world, policy)
    assert world.posts.live("status").tolist() == [LIVE, REMOVED, REMOVED]
    assert world.posts.live("found_by").tolist() == [0, DETECTOR, DETECTOR]
    assert world.posts.live("removed_minute").tolist() == [NEVER, 60, 60]
    assert policy.orders(world, JUDGES) is None
    # What was put back, on appeal say, stays, though the detectors have not changed their mind.
    apply(world, Orders.on_posts(np.array([2], np.int32), LIVE, REPORT))
    assert policy.orders(world, JUDGES) is None
    assert policy.keep(world, c).tolist() == [True, False, True]


def test_removal_for_some_viewers_takes_no_post_away_from_the_others() -> None:
    world, _ = suspected([1])
    said = {"kind": "remove", "harm": "misinformation"}
    for scope in ({"groups": {"age": ["young"]}}, {"surfaces": ["trending"]}):
        assert Remove.model_validate(said | {"for": scope}).orders(world, JUDGES) is None


def test_removal_in_one_language_leaves_the_others() -> None:
    world, _ = suspected([1, 1])
    world.levels["language"] = ("english", "spanish")
    world.posts.language[:2] = [0, 1]
    obey(world, Remove.model_validate({"kind": "remove", "harm": "misinformation", "for": {"languages": ["spanish"]}}))
    assert world.posts.live("status").tolist() == [LIVE, REMOVED]


def case(world: World, post: int, harm: int, decided: float, verdict: int, source: int = BY_DETECTOR) -> None:
    """A case about a post (absolute row) that somebody has decided."""
    said = {"post": post, "harm": harm, "decided_minute": decided, "verdict": verdict, "source": source}
    world.desk.cases.append(**{name: np.array([value]) for name, value in said.items()})


def test_what_is_suspected_and_was_never_looked_at_is_reviewed() -> None:
    world, _ = suspected([0.49, 0.5, 0.9, 0.9])
    world.posts.cased[2, 0] = True
    world.posts.status[3] = REMOVED
    referral = RemoveOnReview(kind="remove_on_review", harm="misinformation").review(world)
    assert referral is not None
    assert (referral.post.tolist(), referral.harm) == ([1], 0)
    assert RemoveOnReview(kind="remove_on_review", harm="misinformation", threshold=1.0).review(world) is None


def test_what_reviewers_found_in_the_last_tick_is_removed_and_nothing_else() -> None:
    world, _ = suspected([0] * 7, minute=600)
    case(world, 0, 0, 585.1, HARMFUL)
    case(world, 1, 0, 600.0, HARMFUL, BY_REPORT)
    case(world, 2, 0, 590.0, HARMLESS)
    case(world, 3, 1, 590.0, HARMFUL)
    case(world, 4, 0, 585.0, HARMFUL)
    case(world, 5, 0, 590.0, HARMFUL, APPEAL)
    case(world, 6, 0, 601.0, HARMFUL)
    obey(world, RemoveOnReview(kind="remove_on_review", harm="misinformation"))
    assert np.flatnonzero(world.posts.live("status") == REMOVED).tolist() == [0, 1]
    assert world.posts.live("found_by").tolist() == [DETECTOR, REPORT, 0, 0, 0, 0, 0]
    assert world.posts.live("found_as").tolist() == [0, 0, -1, -1, -1, -1, -1]


def test_people_look_at_memes_though_nothing_is_suspected_of_them() -> None:
    world, _ = suspected([0] * 6)
    text, meme = MODALITIES.index("text"), MODALITIES.index("meme")
    world.posts.modality[:6] = [text, meme, meme, meme, text, meme]
    world.posts.cased[2, 1] = True
    world.posts.status[3] = REMOVED
    for modality, rows in (("meme", [1, 5]), (None, [0, 1, 4, 5])):
        referral = HumanReview(kind="human_review", harm="hate", share=1.0, modality=modality).review(world)
        assert referral is not None
        assert (referral.post.tolist(), referral.harm) == (rows, 1)


def test_who_looks_at_more_looks_at_the_same_posts_and_at_others() -> None:
    world, _ = suspected([0] * 400)
    drawn = []
    for share in (0.1, 0.3):
        referral = HumanReview(kind="human_review", harm="hate", share=share).review(world)
        assert referral is not None
        drawn.append(set(referral.post.tolist()))
    assert drawn[0] < drawn[1]
    assert 20 < len(drawn[0]) < 60
    assert 90 < len(drawn[1]) < 150


# Labels


@pytest.mark.parametrize(("kind", "bit"), [("warning_label", WARNING), ("interstitial", SCREEN)])
def test_labels_and_screens_are_put_on_what_is_suspected_and_not_removed(kind: str, bit: int) -> None:
    world, c = suspected([0.4, 0.5, 0.9, 0.9], minute=60)
    world.posts.status[3] = REMOVED
    block = {"warning_label": WarningLabel, "interstitial": Interstitial}[kind]
    policy = block.model_validate({"kind": kind, "harm": "misinformation", "threshold": 0.5})
    obey(world, policy)
    assert world.posts.live("status").tolist() == [LIVE, LABELLED, LABELLED, REMOVED]
    assert world.posts.live("labels").tolist() == [0, bit, bit, 0]
    assert world.posts.live("labelled_minute").tolist() == [NEVER, 60, 60, NEVER]
    assert policy.orders(world, JUDGES) is None
    friction = policy.friction(world, c, everything(c))
    assert friction is not None
    assert friction.rows.tolist() == [1, 2]


def test_where_detectors_are_not_asked_a_warning_is_what_reviewers_put_on() -> None:
    world, c = suspected([1, 1])
    policy = WarningLabel(kind="warning_label", harm="misinformation", threshold=None)
    assert policy.orders(world, JUDGES) is None
    assert policy.requires() == {"desk"}
    apply(world, Orders.on_posts(np.array([1], np.int32), LABELLED, REPORT))
    assert policy.friction(world, c, everything(c)).rows.tolist() == [1]


def test_a_warning_says_what_it_prevents_and_a_screen_how_often_it_is_opened() -> None:
    world, c = suspected([1])
    warning = WarningLabel(
        kind="warning_label", harm="misinformation", sharing_cut=0.5, low_trust_sharing_cut=0.25, belief_cut=0.75,
        low_trust_belief_cut=0.125,
    ).friction(world, c, everything(c))  # fmt: skip
    assert (warning.factors, warning.low_trust) == ({"reshare": 0.5}, {"reshare": 0.75})
    assert (warning.belief, warning.low_trust_belief, warning.opened) == (0.25, 0.875, None)
    screen = Interstitial(kind="interstitial", harm="hate", open_share=0.25).friction(world, c, everything(c))
    assert (screen.opened, screen.factors, screen.belief) == (0.25, {}, 1.0)


# Fact-checks and notes


def stories() -> World:
    """Posts that tell stories 0, 1, 2, 0 and none, seen 10, 40, 20, 20 and 90 times, suspected alike."""
    world, _ = suspected([0.5] * 5)
    world.posts.narrative[:5] = [0, 1, 2, 0, -1]
    world.posts.impressions[:5] = [10, 40, 20, 20, 90]
    return world


def test_the_most_suspicious_stories_are_checked_at_midnight_and_known_after_the_delay() -> None:
    world = stories()
    policy = FactCheck(kind="fact_check", checks_per_day=2, delay_hours=3.0)
    orders = obey(world, policy)
    assert orders is not None
    assert orders.narrative.tolist() == [1, 0]
    assert orders.found_false.tolist() == [False, True]
    assert orders.known_minute.tolist() == [180, 180]
    world.minute = DAY - 15
    obey(world, policy)
    assert policy.orders(world, JUDGES) is None
    world.minute = DAY
    orders = obey(world, policy)
    assert orders is not None
    assert orders.narrative.tolist() == [2]


def test_what_nobody_suspects_is_not_checked() -> None:
    world = stories()
    world.posts.p_harm[:] = 0
    orders = FactCheck(kind="fact_check").orders(world, JUDGES)
    assert orders is not None
    assert orders.narrative.tolist() == []


def test_whatever_tells_a_story_found_false_sinks_from_the_verdict_on() -> None:
    world = stories()
    policy = FactCheck(kind="fact_check", checks_per_day=3, delay_hours=3.0, strength=0.75)
    obey(world, policy)
    c = candidates_of(sessions_of([1]), [range(5)])
    world.minute = 179
    assert policy.factor(world, c).tolist() == [1, 1, 1, 1, 1]
    world.minute = 180
    assert policy.factor(world, c).tolist() == [0.25, 1, 0.25, 0.25, 1]


def test_what_corrects_a_story_found_false_stays_where_it_is() -> None:
    world = stories()
    policy = FactCheck(kind="fact_check", checks_per_day=3, delay_hours=3.0, strength=0.75)
    obey(world, policy)
    world.minute = 180
    orders = obey(world, policy)
    assert orders is not None
    # Of posts about stories 0 and 2, which are false, the last corrects its own; story 1 is true, and not read.
    assert (orders.about.tolist(), orders.corrects.tolist()) == ([0, 2, 3], [False, False, True])
    c = candidates_of(sessions_of([1]), [range(5)])
    assert policy.factor(world, c).tolist() == [0.25, 1, 0.25, 1, 1]
    # What was read is not read again, and what comes later is.
    assert policy.orders(world, JUDGES) is None
    (late,) = add_posts(world, [0], [180], {"narrative": 2})
    orders = obey(world, policy)
    assert orders is not None
    assert orders.about.tolist() == [late]


def test_fact_checkers_take_some_corrections_for_what_they_correct() -> None:
    world, _ = suspected([0.5] * 4000)
    world.posts.stance[:4000] = np.where(np.arange(4000) % 4, 1, -1)
    corrects = world.posts.stance[:4000] == -1
    verdict = Panel(world).corrects(np.arange(4000), 0.9)
    assert (verdict == corrects).mean() == pytest.approx(0.9, abs=0.02)
    assert (verdict == corrects)[corrects].mean() == pytest.approx(0.9, abs=0.03)
    assert (Panel(world).corrects(np.arange(4000), 1.0) == corrects).all()


def test_fact_checkers_are_right_as_often_as_the_setting_says() -> None:
    world = world_of([])
    world.narrative_is_false = np.arange(4000) % 3 == 0
    verdict = Panel(world).fact_check(np.arange(4000), 0.9)
    assert (verdict == world.narrative_is_false).mean() == pytest.approx(0.9, abs=0.02)
    assert (Panel(world).fact_check(np.arange(4000), 1.0) == world.narrative_is_false).all()


def test_notes_come_once_a_post_is_old_enough_and_seen_enough_and_both_sides_agree() -> None:
    world = world_of([], minute=615)
    # Of age in this tick are posts of minutes 1 to 15.
    add_posts(world, [0] * 6, [0, 1, 15, 15, 15, 16], {"impressions": [9, 9, 9, 9, 5, 9]})
    policy = CrowdNotes(kind="crowd_notes", delay_hours=10.0, views=9, proposed_share=1.0)
    obey(world, policy)
    assert world.posts.live("labels").tolist() == [0, 0, NOTE, 0, 0, 0]
    assert world.posts.live("status").tolist() == [LIVE, LIVE, LABELLED, LIVE, LIVE, LIVE]
    assert world.posts.live("found_by").tolist() == [0, 0, REPORT, 0, 0, 0]
    assert CrowdNotes(kind="crowd_notes", delay_hours=10.0, proposed_share=0.0).orders(world, JUDGES) is None


def test_raters_of_both_sides_must_agree_and_few_notes_are_ever_shown() -> None:
    """I11: 7.1 % of English notes were published, 16.9 % of another sample; most are about what is not false."""
    many = 6000
    world = world_of([])
    false = np.arange(many) % 10 == 0
    add_posts(world, [0] * many, [0] * many, {"false": false, "side": np.where(np.arange(many) % 3, 0.5, -0.5)})
    rows, panel = np.arange(many), Panel(world)
    shown = panel.agree(rows, 5, 0.6)
    assert shown[false].mean() > 5 * shown[~false].mean()
    assert 0.02 < shown.mean() < 0.17
    assert not (panel.agree(rows, 5, 0.8) > shown).any()
    # What speaks for a side is defended by it: a note on it needs the other side and its own.
    world.posts.side[:many] = 0
    assert panel.agree(rows, 5, 0.6)[false].mean() > shown[false].mean()


# Prompts


def test_an_accuracy_prompt_is_put_to_some_sessions_whole() -> None:
    world = world_of([], users=400)
    add_posts(world, [0, 0], [0, 0])
    c = candidates_of(sessions_of(range(400)), [[0, 1]] * 400)
    friction = AccuracyPrompt(kind="accuracy_prompt", sharing_cut=0.25, session_share=0.5).friction(
        world, c, everything(c)
    )
    assert (friction.factors, friction.only_if_false) == ({"reshare": 0.75}, True)
    assert friction.rows[::2].tolist() == (friction.rows[1::2] - 1).tolist()
    assert len(friction.rows) / len(c) == pytest.approx(0.5, abs=0.1)
    everybody = AccuracyPrompt(kind="accuracy_prompt").friction(world, c, everything(c))
    assert everybody.rows.tolist() == list(range(800))


def test_only_links_are_to_be_read_first() -> None:
    world, c = suspected([0] * 3)
    world.posts.modality[:3] = [MODALITIES.index(name) for name in ("text", "link", "photo")]
    friction = ReadFirst(kind="read_first", opens=2.0, abandon_share=0.5).friction(world, c, everything(c))
    assert (friction.rows.tolist(), friction.reads, friction.abandons) == ([1], 2.0, 0.5)


def drafts(author: Sequence[int], terms: Sequence[int] | int = 0) -> Submitted:
    many = len(author)
    codes, shorts = np.zeros(many, np.int8), np.zeros(many, np.int16)
    return Submitted(
        np.arange(many, dtype=np.uint64), np.array(author, np.int32), codes, codes, codes, codes, shorts, shorts,
        np.broadcast_to(np.array(terms, np.int16), many), np.zeros((many, 2), np.float32),
    )  # fmt: skip


def test_who_writes_hostile_words_is_asked_to_reconsider() -> None:
    gate = Reconsider(kind="reconsider", terms=2).publish(world_of([]), drafts([0, 1, 2], [1, 2, 3]))
    assert gate.asked.tolist() == [False, True, True]
    assert gate.withheld.tolist() == [False, False, False]
    assert (gate.cancel_share, gate.soften_share) == (0.09, 0.08)


# Limits


def travelled() -> tuple[World, Candidates]:
    """Post 0 as its author's, by one reshare, by two and by three, then out of network; person 0 has it from 1."""
    world = world_of([(0, 1), (2, 1), (0, 2), (1, 2)], users=3)
    add_posts(world, [2], [0])
    items = [0, *(add_reshare(world, 1, 0, 5, depth) for depth in (1, 2, 3)), -1]
    edges = [1, 0, 0, 0, -1]
    return world, candidates_of(sessions_of([0]), [[0] * 5], item=items, edge=edges)


def test_nothing_is_shown_that_more_reshares_brought_than_the_limit() -> None:
    world, c = travelled()
    assert ReshareDepthLimit(kind="reshare_depth_limit", depth=1).keep(world, c).tolist() == [
        True,
        True,
        False,
        False,
        True,
    ]
    assert ReshareDepthLimit(kind="reshare_depth_limit", depth=2).keep(world, c).tolist() == [
        True,
        True,
        True,
        False,
        True,
    ]


def test_there_is_no_share_button_after_so_many_reshares() -> None:
    world, c = travelled()
    friction = ShareButtonRemoval(kind="share_button_removal", depth=2).friction(world, c, everything(c))
    assert (friction.rows.tolist(), friction.factors) == ([2, 3], {"reshare": 0.0})


def test_depth_is_nothing_where_nothing_has_been_handed_on() -> None:
    world, c = suspected([0, 0])
    world.items.drop(2)
    assert ReshareDepthLimit(kind="reshare_depth_limit", depth=1).keep(world, c).tolist() == [True, True]
    assert ForwardLimit(kind="forward_limit", followers=0).keep(world, c).tolist() == [True, True]
    assert ShareButtonRemoval(kind="share_button_removal").friction(world, c, everything(c)).rows.tolist() == []


def test_a_reshare_reaches_so_many_followers_by_lot() -> None:
    many = 1000
    world = world_of([(u, 0) for u in range(1, many + 1)], users=many + 2)
    add_posts(world, [many + 1], [0])
    item = add_reshare(world, 0, 0, 5)
    c = candidates_of(sessions_of(range(1, many + 1)), [[0]] * many, item=[item] * many, edge=[0] * many)
    kept = ForwardLimit(kind="forward_limit", followers=200).keep(world, c)
    assert kept.sum() == pytest.approx(200, abs=40)
    assert ForwardLimit(kind="forward_limit", followers=1000).keep(world, c).all()
    assert not ForwardLimit(kind="forward_limit", followers=0).keep(world, c).any()
    assert not (kept > ForwardLimit(kind="forward_limit", followers=500).keep(world, c)).any()


def test_the_circuit_breaker_trips_for_what_spreads_fast_while_it_is_young() -> None:
    world = world_of([], minute=600)
    # Three hours old, half an hour old, and too old: 12, 10 (an hour counts whole) and 60 an hour; then a slow one.
    add_posts(world, [0] * 4, [0, 420, 570, 570], {"reshares": [600, 36, 10, 9]})
    c = candidates_of(sessions_of([1]), [range(4)])
    policy = CircuitBreaker(kind="circuit_breaker", reshares_per_hour=10.0, hours=5.0, strength=0.5, sharing_cut=0.75)
    assert policy.factor(world, c).tolist() == [1, 0.5, 0.5, 1]
    friction = policy.friction(world, c, everything(c))
    assert (friction.rows.tolist(), friction.factors) == ([1, 2], {"reshare": 0.25})
    referral = policy.review(world)
    assert referral is not None
    assert np.transpose([referral.post, referral.harm]).tolist() == [[1, 0], [1, 1], [2, 0], [2, 1]]
    world.minute = 720
    assert policy.factor(world, c).tolist() == [1, 1, 1, 1]
    assert policy.review(world) is None


def test_the_circuit_breaker_lets_go_of_what_reviewers_find_harmless_in_every_class() -> None:
    world = world_of([], minute=600)
    add_posts(world, [0] * 3, [420] * 3, {"reshares": 600, "harm": [-1, 1, -1]})
    c, policy = candidates_of(sessions_of([1]), [range(3)]), CircuitBreaker(kind="circuit_breaker", strength=0.5)
    docket = suspects(world, review(), np.zeros(0, np.int64), 0, 0.0, [_sent(policy, world)])
    assert docket.row.tolist() == [0, 0, 1, 1, 2, 2]
    cases = open_cases(world, review(), Sharp(), docket)
    assert policy.factor(world, c).tolist() == [0.5, 0.5, 0.5]
    for settled, factors in ((slice(0, 1), [0.5, 0.5, 0.5]), (slice(1, 5), [1, 0.5, 0.5])):
        world.desk.cases.decided_minute[cases[settled]] = 601
        world.desk.cases.verdict[cases[settled]] = world.desk.cases.opinion[cases[settled]]
        settle(world, review(), decided(world))
        assert policy.factor(world, c).tolist() == factors
    assert policy.friction(world, c, everything(c)).rows.tolist() == [1, 2]


def _sent(policy: Policy, world: World) -> Referral:
    referral = policy.review(world)
    assert referral is not None
    return referral


# Accounts


def removed(world: World, authors: Sequence[int], status: int = REMOVED) -> None:
    """Posts of these authors are dealt with now; a tick later it is known."""
    rows = add_posts(world, authors, [world.minute] * len(authors))
    apply(world, Orders.on_posts(rows, status, DETECTOR))
    world.minute += world.tick_minutes


def test_the_third_strike_within_the_window_suspends_for_a_week() -> None:
    world = world_of([])
    policy = Strikes(kind="strikes")
    removed(world, [0, 1, 1])
    obey(world, policy)
    assert world.accounts.strikes.tolist() == [1, 2, 0]
    assert not world.accounts.suspended(world.minute).any()
    removed(world, [1])
    obey(world, policy)
    assert world.accounts.strikes.tolist() == [1, 3, 0]
    assert world.accounts.suspended_until.tolist() == [NEVER, 30 + 7 * DAY, NEVER]
    assert world.accounts.suspended_minute.tolist() == [NEVER, 30, NEVER]
    assert policy.orders(world, JUDGES) is not None
    world.minute += 15
    assert policy.orders(world, JUDGES) is None


def test_strikes_are_forgotten_after_the_window() -> None:
    world = world_of([])
    policy = Strikes(kind="strikes", window_days=1.0, limit=2, suspension_days=0.5)
    removed(world, [0, 1])
    obey(world, policy)
    world.minute = 15 + DAY - 15
    removed(world, [0])
    obey(world, policy)
    assert world.accounts.strikes.tolist() == [2, 1, 0]
    assert world.accounts.suspended_until.tolist() == [15 + DAY + 720, NEVER, NEVER]
    world.minute += DAY
    removed(world, [1])
    obey(world, policy)
    assert world.accounts.strikes.tolist() == [2, 1, 0]


def won_appeal(world: World, row: int) -> None:
    """The post in this row is put back now; a tick later it is known."""
    post, posts = row + world.posts.base, world.posts
    world.desk.cases.append(
        post=[post], key=posts.key[[row]], author=posts.author[[row]], harm=[0], source=[APPEAL], not_by=[0],
        decided_minute=[world.minute + 1.5], verdict=[HARMLESS], outcome=[RESTORE], settled=[True],
    )  # fmt: skip
    apply(world, Orders.on_posts(np.array([post]), LIVE, 0))
    world.minute += world.tick_minutes


@pytest.mark.parametrize("kind", ["strikes", "account_ban"])
def test_a_removal_that_is_taken_back_is_no_strike_any_more_and_ends_what_it_brought(kind: str) -> None:
    world = world_of([])
    policy = Strikes(kind="strikes", limit=2) if kind == "strikes" else AccountBan(kind="account_ban", limit=2)
    removed(world, [0, 0, 1])
    obey(world, policy)
    assert world.accounts.suspended(world.minute).tolist() == [True, False, False]
    won_appeal(world, 1)
    obey(world, policy)
    assert world.accounts.strikes.tolist() == [1, 1, 0]
    assert not world.accounts.suspended(world.minute).any()
    # When the account was first suspended stays on record, and nobody has a new strike.
    assert world.accounts.suspended_minute.tolist() == [15, NEVER, NEVER]
    assert world.accounts.last_strike_minute.tolist() == [15, 15, NEVER]
    world.minute += 15
    assert policy.orders(world, JUDGES) is None
    removed(world, [0])
    obey(world, policy)
    assert world.accounts.strikes.tolist() == [2, 1, 0]
    assert world.accounts.suspended(world.minute).tolist() == [True, False, False]


def test_who_is_still_over_the_limit_after_a_pardon_stays_suspended_no_longer_than_before() -> None:
    world = world_of([])
    policy = Strikes(kind="strikes", limit=2)
    removed(world, [0, 0, 0])
    obey(world, policy)
    end = world.accounts.suspended_until.tolist()
    won_appeal(world, 0)
    obey(world, policy)
    assert world.accounts.strikes.tolist() == [2, 0, 0]
    assert world.accounts.suspended_until.tolist() == end


def test_a_label_is_a_strike_where_labels_count() -> None:
    world = world_of([])
    removed(world, [0], LABELLED)
    assert Strikes(kind="strikes").orders(world, JUDGES) is None
    obey(world, Strikes(kind="strikes", labels_count=True))
    assert world.accounts.strikes.tolist() == [1, 0, 0]


def test_a_ban_is_for_ever_and_takes_all_posts_of_the_account_along() -> None:
    world = world_of([])
    policy = AccountBan(kind="account_ban", limit=2)
    removed(world, [0, 1, 1])
    obey(world, policy)
    assert world.accounts.suspended_until.tolist() == [NEVER, FOREVER, NEVER]
    add_posts(world, [0, 1, 2], [world.minute] * 3)
    c = candidates_of(sessions_of([2]), [[3, 4, 5]])
    assert policy.keep(world, c).tolist() == [True, False, True]
    assert world.accounts.suspended(FOREVER - 1).tolist() == [False, True, False]


def test_repeat_offenders_sink_while_their_strikes_stand() -> None:
    world = world_of([])
    policy = RepeatOffenders(kind="repeat_offender_demotion", strength=0.75, window_days=1.0)
    removed(world, [0, 1, 1])
    obey(world, policy)
    add_posts(world, [0, 1, 2], [world.minute] * 3)
    c = candidates_of(sessions_of([2]), [[3, 4, 5]])
    assert policy.factor(world, c).tolist() == [1, 0.25, 1]
    assert not world.accounts.suspended(world.minute).any()
    world.minute += DAY + 1
    assert policy.factor(world, c).tolist() == [1, 1, 1]


def test_whoever_has_published_too_much_in_a_day_has_to_wait() -> None:
    world = world_of([], minute=DAY)
    add_posts(world, [1, 1, 0, 0, 1], [-1, 0, 1, 700, 1439])
    gate = BotThrottle(kind="bot_throttle", posts_per_day=2).publish(world, drafts([0, 1, 2, 0]))
    assert gate.withheld.tolist() == [True, False, False, True]
    assert not gate.asked.any()


# Reach


def test_what_is_borderline_is_not_recommended_to_strangers() -> None:
    world, c = suspected([0.29, 0.3, 1, 1])
    c = replace(c, item=np.array([-1, -1, 0, -1], np.int32))
    policy = BorderlineOutOfNetwork(kind="borderline_out_of_network", harm="misinformation")
    assert policy.keep(world, c).tolist() == [True, False, True, False]


def test_what_the_busiest_hand_on_counts_for_less() -> None:
    world = world_of([(0, 1), (0, 2)], minute=0)
    world.tick = 96
    add_posts(world, [1, 2, 1], [0] * 3)
    world.profiles.acted[1:, RESHARE] = [20, 5]
    c = candidates_of(sessions_of([0]), [[0, 1, 2]], item=[0, 1, -1], edge=[0, 1, -1])
    half = HyperactiveDiscount(kind="hyperactive_discount", strength=0.5).factor(world, c)
    assert half == pytest.approx([1 - 0.5 * 0.75, 1, 1])
    assert HyperactiveDiscount(kind="hyperactive_discount").factor(world, c) == pytest.approx([0.25, 1, 1])
    # Ten days of which each night forgets a tenth hold 6.5 days' worth.
    world.tick = 960
    assert HyperactiveDiscount(kind="hyperactive_discount", reshares_per_day=2.0).factor(world, c) == pytest.approx(
        [2 / (20 / 6.5132156), 1, 1], abs=1e-4
    )


def test_each_further_post_of_an_author_counts_for_less() -> None:
    world = world_of([])
    add_posts(world, [0, 0, 1, 0, 0], [0] * 5)
    c = candidates_of(sessions_of([1, 2]), [range(5), [0, 1]], score=[1, 3, 2, 2, 2, 5, 5])
    factor = SourceDiversity(kind="source_diversity", decay=0.5).factor(world, c)
    assert factor.tolist() == [0.125, 1, 1, 0.5, 0.25, 1, 0.5]


def test_one_voice_alone_is_all_that_is_left_where_nothing_counts_for_a_second() -> None:
    world = world_of([])
    add_posts(world, [0, 0, 1], [0] * 3)
    c = candidates_of(sessions_of([2]), [range(3)], score=[2, 1, 0])
    assert SourceDiversity(kind="source_diversity", decay=0.0).factor(world, c).tolist() == [1, 0, 1]


# Ranking

WEIGHTS = np.array([0, 1, 4, 15, 5, 0, 0], float)


def weighed(policy: Policy, kinds: Sequence[int] = (NEWS, CIVIC)) -> np.ndarray:
    world, c = suspected([0] * len(kinds))
    world.posts.kind[: len(kinds)] = kinds
    weights = policy.weights(world, c, np.tile(WEIGHTS, (len(c), 1)))
    assert weights is not None
    return weights


def test_a_reaction_gets_another_weight() -> None:
    assert weighed(ReactionWeights(kind="reaction_weights"), [NEWS]).tolist() == [[0, 1, 0, 15, 5, 0, 0]]
    policy = ReactionWeights(kind="reaction_weights", reactions={"angry": 1.5, "hide": -50.0, "like": 0.0})
    assert weighed(policy, [NEWS]).tolist() == [[0, 0, 1.5, 15, 5, -50, 0]]
    assert policy.heads() == ("angry", "hide")


def test_comments_and_reshares_count_for_less_in_civic_posts() -> None:
    policy = CivicWeights(kind="civic_weights", keep_share=0.2)
    assert weighed(policy).tolist() == [WEIGHTS.tolist(), [0, 1, 4, 3, 1, 0, 0]]


def test_what_people_would_say_counts_instead_of_what_they_do() -> None:
    stated = np.zeros(len(ACTIONS))
    stated[[LIKE, HIDE, REPORTED]] = 1, -20, -100
    assert weighed(StatedPreference(kind="stated_preference"), [NEWS]).tolist() == [stated.tolist()]
    mixed = weighed(StatedPreference(kind="stated_preference", blend=0.25), [NEWS])
    assert mixed == pytest.approx(np.array([0.75 * WEIGHTS + 0.25 * stated]))
    assert StatedPreference(kind="stated_preference").heads() == ("like", "hide", "report")
    assert StatedPreference(kind="stated_preference", blend=0.0).heads() == ()


def test_some_people_get_their_network_newest_first() -> None:
    many = 200
    world = world_of([(u, 0) for u in range(1, many)], users=many)
    add_posts(world, [0, 0, 0], [0, 60, 90])
    c = candidates_of(
        sessions_of(range(1, many), minute=120), [[0, 1, 2]] * (many - 1), item=[0, 1, -1] * (many - 1),
        edge=[0, 0, -1] * (many - 1), score=[3, 2, 9] * (many - 1),
    )  # fmt: skip
    policy = ChronologicalShare(kind="chronological_share", share=0.5)
    keep, order = policy.keep(world, c).reshape(-1, 3), policy.order(world, c, np.array(c.score)).reshape(-1, 3)
    theirs = ~keep[:, 2]
    assert theirs.mean() == pytest.approx(0.5, abs=0.12)
    assert keep[:, :2].all()
    assert order[theirs][0] == pytest.approx([1 / 3, 1 / 2, 0])
    assert order[~theirs][0].tolist() == [3, 2, 9]
    assert not ChronologicalShare(kind="chronological_share", share=1.0).keep(world, c)[2::3].any()


def test_bridging_raises_what_both_audiences_like_and_lowers_what_one_of_them_does_not() -> None:
    world, c = suspected([0] * 4)
    posts = world.posts
    posts.impressions[:4], posts.likes[:4] = 200, [20, 20, 20, 20]
    posts.seen_by[:4] = 100
    posts.liked_by[:4] = [[10, 10], [20, 0], [40, 40], [10, 10]]
    score = np.array([2, 2, 2, -2], np.float32)
    policy = Bridging(kind="bridging", strength=1.0, prior_views=0.0001, most=3.0)
    assert policy.order(world, c, score) == pytest.approx([2, 0, 6, -2], abs=0.1)
    assert Bridging(kind="bridging", strength=0.0).order(world, c, score).tolist() == score.tolist()
    half = Bridging(kind="bridging", strength=0.5, prior_views=0.0001).order(world, c, score)
    assert half == pytest.approx([2, 1, 4, -2], abs=0.1)
    shy = Bridging(kind="bridging", strength=1.0, prior_views=1e9).order(world, c, score)
    assert shy == pytest.approx([2, 2, 2, -2], abs=1e-3)


def test_before_anybody_has_seen_anything_bridging_leaves_the_order_as_it_is() -> None:
    world, c = suspected([0] * 2)
    assert Bridging(kind="bridging").order(world, c, np.array([1, 2], np.float32)) == pytest.approx([1, 2])


# Choice


def test_whoever_switched_the_filter_on_is_spared_and_nobody_else() -> None:
    many = 300
    world, _ = suspected([0.29, 0.3], users=many + 1)
    c = candidates_of(sessions_of(range(1, many)), [[0, 1]] * (many - 1))
    keep = UserControl(kind="user_control", harm="misinformation", share=0.5).keep(world, c).reshape(-1, 2)
    assert keep[:, 0].all()
    assert keep[:, 1].mean() == pytest.approx(0.5, abs=0.1)
    assert UserControl(kind="user_control", harm="misinformation", share=0.0).keep(world, c).all()
    # Different harms are switched on by different people; surfaces do not matter.
    other = UserControl(kind="user_control", harm="hate", share=0.5)
    world.posts.p_harm[:2, 1] = 1
    assert (other.keep(world, retyped(c, [2] * len(c))).reshape(-1, 2)[:, 1] != keep[:, 1]).any()


def test_no_policy_of_the_library_was_forgotten_here() -> None:
    here = {thing for thing in globals().values() if isinstance(thing, type) and issubclass(thing, Policy)}
    assert set(LIBRARY) - here == set()
