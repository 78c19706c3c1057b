"""What friction does to people, and the published effects that labels, notes and prompts are built from."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from worlds import add_posts, candidates_of, everything, sessions_of, slate_of, world_of

from feedsim.feed.flow import Candidates, Slate
from feedsim.feed.friction import Friction
from feedsim.integrity.policies.base import Policy
from feedsim.integrity.policies.labels import Interstitial, WarningLabel
from feedsim.integrity.policies.notes import CrowdNotes
from feedsim.integrity.policies.prompts import AccuracyPrompt, ReadFirst
from feedsim.people.friction import LOW_TRUST_SHARE, NONE, felt, trusts_little
from feedsim.people.minds import MindsBlock, change
from feedsim.people.reflect import Reflection
from feedsim.people.respond import Responder
from feedsim.people.responses import Responses
from feedsim.world.posts import MODALITIES, NOTE, SCREEN, WARNING
from feedsim.world.world import ACTIONS, CLICK, COMMENT, LIKE, RESHARE, World

OFTEN = Responses(base_rates=dict.fromkeys(Responses().base_rates, 0.2))
"""Everything is done often enough for a share to be measured."""
MANY = 40


def shown(users: int, posts: int, of: dict[str, object] | None = None) -> tuple[World, Candidates]:
    """Every post is shown to everybody."""
    world = world_of([], users=users)
    add_posts(
        world,
        [0] * posts,
        [0] * posts,
        {"narrative": 0, "stance": 1, "modality": MODALITIES.index("link"), **(of or {})},
    )
    return world, candidates_of(sessions_of(range(users)), [range(posts)] * users)


def respond(world: World, c: Candidates, frictions: Sequence[Friction] = ()) -> Slate:
    responder = Responder.of(OFTEN, Reflection(), world.users, 0.0, world.users.groups["dialect"], np.ones(6))
    return responder.respond(world, c, everything(c), frictions)


def count(slate: Slate, action: int, rows: np.ndarray | slice = slice(None)) -> int:
    return int(np.count_nonzero(slate.actions[rows] & (1 << action)))


# What people feel


def test_without_friction_there_is_nothing_to_feel() -> None:
    world, _ = shown(3, 1)
    assert felt(world, np.arange(3, dtype=np.int32), np.zeros(3, np.int32), []) is NONE


def test_factors_of_several_frictions_multiply_where_they_meet() -> None:
    world, _ = shown(3, 1)
    post = np.zeros(3, np.int32)
    all_of_it = felt(
        world,
        np.arange(3, dtype=np.int32),
        post,
        [
            Friction(np.array([0, 1]), {"reshare": 0.5, "like": 0.25}, belief=0.5),
            Friction(np.array([1, 2]), {"reshare": 0.5}, belief=0.5, reads=2.0, abandons=0.5),
            Friction(np.array([2]), reads=2.0, abandons=0.5),
        ],
    )
    assert all_of_it.factor[:, RESHARE].tolist() == [0.5, 0.25, 0.5]
    assert all_of_it.factor[:, LIKE].tolist() == [0.25, 0.25, 1]
    assert all_of_it.factor[:, COMMENT].tolist() == [1, 1, 1]
    assert all_of_it.credence.tolist() == [0.5, 0.25, 0.5]
    assert all_of_it.unread.tolist() == [[1, 0], [2, 0.5], [4, 0.75]]
    assert not all_of_it.hidden.any()


def test_what_works_on_false_stories_only_leaves_true_ones_alone() -> None:
    world, c = shown(1, 2, {"false": [True, False]})
    only = felt(world, c.user, c.post, [Friction(np.array([0, 1]), {"reshare": 0.5}, only_if_false=True)])
    assert only.factor[:, RESHARE].tolist() == [0.5, 1]


def test_those_who_trust_little_feel_less_and_all_together_what_was_published() -> None:
    world, _ = shown(30_000, 1)
    user, post = np.arange(30_000, dtype=np.int32), np.zeros(30_000, np.int32)
    low = trusts_little(world, user)
    assert low.mean() == pytest.approx(LOW_TRUST_SHARE, abs=0.01)
    label = Friction(np.arange(30_000), {"reshare": 0.753}, {"reshare": 0.833}, belief=0.724, low_trust_belief=0.871)
    all_of_it = felt(world, user, post, [label])
    assert set(all_of_it.factor[low, RESHARE]) == {0.833}
    assert all_of_it.factor[~low, RESHARE] == pytest.approx(0.713)
    assert all_of_it.factor[:, RESHARE].mean() == pytest.approx(0.753, abs=0.001)
    assert all_of_it.credence.mean() == pytest.approx(0.724, abs=0.001)


def test_a_screen_is_opened_by_lot_and_a_person_who_opens_it_once_opens_it_in_every_arm() -> None:
    world, c = shown(500, MANY)
    rows = np.arange(len(c))
    few, some = (felt(world, c.user, c.post, [Friction(rows, opened=share)]).hidden for share in (0.05, 0.5))
    assert 1 - few.mean() == pytest.approx(0.05, abs=0.005)
    assert 1 - some.mean() == pytest.approx(0.5, abs=0.02)
    assert not (few < some).any()


# What comes of it


def test_friction_of_factor_one_changes_nothing_to_the_bit() -> None:
    world, c = shown(200, MANY)
    free = respond(world, c)
    neutral = respond(world, c, [Friction(np.arange(len(c)), dict.fromkeys(ACTIONS, 1.0), opened=1.0)])
    for name in ("actions", "seconds", "value"):
        assert getattr(free, name).tobytes() == getattr(neutral, name).tobytes()
    assert free.hidden is None
    assert neutral.hidden is not None
    assert not neutral.hidden.any()


def test_friction_only_takes_actions_away_and_only_where_it_stands() -> None:
    world, c = shown(200, MANY)
    rows = np.arange(0, len(c), 2)
    free, held = respond(world, c), respond(world, c, [Friction(rows, {"reshare": 0.5})])
    assert (held.actions & ~free.actions).sum() == 0
    assert (free.actions[1::2] == held.actions[1::2]).all()
    assert count(held, RESHARE, rows) == pytest.approx(count(free, RESHARE, rows) / 2, rel=0.1)
    assert count(held, LIKE) == count(free, LIKE)


def test_nothing_is_done_felt_or_believed_behind_a_screen_that_stays_shut() -> None:
    world, c = shown(200, 3, {"quality": 1.0})
    slate = respond(world, c, [Friction(np.flatnonzero(c.post > 0), opened=0.0)])
    assert slate.hidden is not None
    assert slate.hidden.tolist() == [False, True, True] * 200
    assert slate.actions[slate.hidden].sum() == 0
    assert slate.value[slate.hidden].sum() == 0
    assert len(slate) == 600
    change(world, slate, MindsBlock(belief_rate=0.5))
    once = world.minds.belief[0, 0]
    # Whoever sees a story once believes it half the way more; twice more were shown, behind a screen.
    assert once == pytest.approx(0.1 + 0.5 * 0.9, abs=1e-6)


def test_belief_grows_less_where_a_label_says_so() -> None:
    world, c = shown(3, 1)
    slate = slate_of(c, [0, 0, 0])
    change(world, replace(slate, credence=np.array([1, 0.5, 0], np.float32)), MindsBlock(belief_rate=0.5))
    assert world.minds.belief[:, 0] == pytest.approx([0.55, 0.325, 0.1])


def test_slates_of_chunks_with_and_without_friction_join() -> None:
    _, c = shown(2, 2)
    parts = [slate_of(candidates_of(sessions_of([u]), [[0, 1]]), [0, 0]) for u in (0, 1)]
    plain = Slate.joined(c.sessions, parts)
    assert plain.hidden is None
    assert plain.credence is None
    parts[1] = replace(parts[1], hidden=np.array([True, False]), credence=np.array([0.5, 1], np.float32))
    both = Slate.joined(c.sessions, parts)
    assert both.hidden is not None
    assert both.credence is not None
    assert both.hidden.tolist() == [False, False, True, False]
    assert both.credence.tolist() == [1, 1, 0.5, 1]


# Published effects


def effect(world: World, c: Candidates, policy: Policy, action: int, rows: np.ndarray | slice = slice(None)) -> float:
    """By how much a policy lowers the number of actions, as a share."""
    friction = policy.friction(world, c, everything(c))
    assert friction is not None
    held = respond(world, c, [friction])
    return 1 - count(held, action, rows) / count(respond(world, c), action, rows)


def test_a_warning_lowers_sharing_by_as_much_as_was_published() -> None:
    """I06: -24.7 %, and -16.7 % among those who trust fact-checkers least."""
    world, c = shown(4000, MANY, {"labels": WARNING, "false": True})
    policy = WarningLabel(kind="warning_label", harm="misinformation")
    low = trusts_little(world, c.user)
    assert effect(world, c, policy, RESHARE) == pytest.approx(0.247, abs=0.015)
    assert effect(world, c, policy, RESHARE, low) == pytest.approx(0.167, abs=0.02)
    assert effect(world, c, policy, LIKE) == 0


def test_a_warning_lowers_the_growth_of_belief_by_as_much_as_was_published() -> None:
    """I06: -27.6 %, and -12.9 % among those who trust fact-checkers least."""
    world, c = shown(4000, 1, {"labels": WARNING, "false": True})
    friction = WarningLabel(kind="warning_label", harm="misinformation").friction(world, c, everything(c))
    slates = [respond(world, c, frictions) for frictions in ((), [friction])]
    gains = []
    for slate in slates:
        world.minds.belief[:] = 0.1
        change(world, slate, MindsBlock())
        gains.append(world.minds.belief[:, 0] - 0.1)
    low = trusts_little(world, np.arange(4000))
    assert 1 - gains[1].mean() / gains[0].mean() == pytest.approx(0.276, abs=0.005)
    assert 1 - gains[1][low].mean() / gains[0][low].mean() == pytest.approx(0.129, abs=0.001)


def test_screens_stay_shut_as_often_as_was_published() -> None:
    """G13: 95 % of the time."""
    world, c = shown(1000, MANY, {"labels": SCREEN})
    slate = respond(world, c, [Interstitial(kind="interstitial", harm="hate").friction(world, c, everything(c))])
    assert slate.hidden is not None
    assert slate.hidden.mean() == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize(("action", "cut"), [(RESHARE, 0.46), (LIKE, 0.44), (COMMENT, 0.22), (CLICK, 0.0)])
def test_a_note_lowers_what_it_was_published_to_lower(action: int, cut: float) -> None:
    """I07: reposts -46 %, likes -44 %, replies -22 %."""
    world, c = shown(2000, MANY, {"labels": NOTE})
    assert effect(world, c, CrowdNotes(kind="crowd_notes"), action) == pytest.approx(cut, abs=0.02)


def test_an_accuracy_prompt_lowers_sharing_of_false_stories_alone() -> None:
    """I01: -10 % of what is false, and of what is true nearly nothing."""
    world, c = shown(4000, MANY, {"false": np.arange(MANY) % 2 == 0})
    false = world.posts.false[c.post]
    policy = AccuracyPrompt(kind="accuracy_prompt")
    assert effect(world, c, policy, RESHARE, false) == pytest.approx(0.10, abs=0.015)
    assert effect(world, c, policy, RESHARE, ~false) == 0


def test_asked_to_read_first_a_third_more_have_read_before_they_share() -> None:
    """I03: +33 % opens before a reshare."""
    world, c = shown(4000, MANY)
    policy = ReadFirst(kind="read_first", abandon_share=0.0)
    free, asked = respond(world, c), respond(world, c, [policy.friction(world, c, everything(c))])
    assert count(asked, RESHARE) == count(free, RESHARE)
    shared = (free.actions & (1 << RESHARE)) > 0
    assert count(asked, CLICK, shared) / count(free, CLICK, shared) == pytest.approx(1.33, abs=0.03)
    assert count(asked, CLICK, ~shared) == count(free, CLICK, ~shared)


def test_of_reshares_that_stay_unread_some_come_to_nothing() -> None:
    world, c = shown(2000, MANY)
    policy = ReadFirst(kind="read_first", opens=1.0, abandon_share=0.25)
    free, asked = respond(world, c), respond(world, c, [policy.friction(world, c, everything(c))])
    unread = (free.actions & ((1 << RESHARE) | (1 << CLICK))) == 1 << RESHARE
    assert count(asked, RESHARE, unread) / count(free, RESHARE, unread) == pytest.approx(0.75, abs=0.02)
    assert count(asked, RESHARE, ~unread) == count(free, RESHARE, ~unread)


def test_what_is_no_link_need_not_be_read() -> None:
    world, c = shown(200, MANY, {"modality": 0})
    friction = ReadFirst(kind="read_first").friction(world, c, everything(c))
    assert friction.rows.tolist() == []
