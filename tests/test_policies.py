"""What policies answer."""

from collections.abc import Sequence

import numpy as np
import pytest
from pydantic import ValidationError
from worlds import add_posts, candidates_of, sessions_of, world_of

from feedsim.feed.flow import Candidates
from feedsim.integrity.policies import Demote, Policy, Remove, believed
from feedsim.world.world import World


def suspected(p: Sequence[Sequence[float]]) -> tuple[World, Candidates]:
    """Posts of which the detectors believe (misinformation, hate) with these probabilities, for one viewer."""
    world = world_of([])
    add_posts(world, [0] * len(p), [0] * len(p))
    world.posts.p_harm[: len(p)] = p
    return world, candidates_of(sessions_of([1]), [range(len(p))])


@pytest.mark.parametrize(
    ("minute", "start", "end", "acts"),
    [
        (0, 0, None, True),
        (-1, 0, None, False),
        (1439, 1, None, False),
        (1440, 1, None, True),
        (1439, 0, 1, True),
        (1440, 0, 1, False),
        (-1440, -1, None, True),
    ],
)
def test_a_policy_acts_from_its_first_day_to_the_day_before_its_last(
    minute: int, start: int, end: int | None, acts: bool
) -> None:
    world = world_of([], minute=minute)
    assert Policy(start_day=start, end_day=end).acts(world) == acts


def test_a_bare_policy_answers_nothing() -> None:
    world, c = suspected([[1, 1]])
    assert Policy().keep(world, c) is None
    assert Policy().factor(world, c) is None


def test_demotion_takes_its_strength_times_the_probability_of_its_harm() -> None:
    world, c = suspected([[0, 1], [0.5, 0], [1, 0.25], [0.25, 0.5]])
    assert Demote(kind="demote", harm="misinformation", strength=0.8).factor(world, c) == pytest.approx(
        [1, 0.6, 0.2, 0.8]
    )
    assert Demote(kind="demote", harm="hate", strength=1.0).factor(world, c) == pytest.approx([0, 1, 0.75, 0.5])


def test_nothing_is_taken_below_the_threshold_and_something_at_it() -> None:
    world, c = suspected([[0.49, 0], [0.5, 0], [0.51, 0]])
    policy = Demote(kind="demote", harm="misinformation", strength=1.0, threshold=0.5)
    assert policy.factor(world, c) == pytest.approx([1, 0.5, 0.49])


def test_a_demotion_of_no_strength_leaves_every_score_as_it_is_to_the_bit() -> None:
    world, c = suspected([[0.3, 0], [1, 0], [0, 0]])
    factor = Demote(kind="demote", harm="misinformation", strength=0.0).factor(world, c)
    assert factor.tobytes() == np.ones(3, np.float32).tobytes()


def test_removal_takes_out_what_is_believed_from_the_threshold_on() -> None:
    world, c = suspected([[0.9, 0], [0.899, 1], [1, 0], [0, 0]])
    assert Remove(kind="remove", harm="misinformation", threshold=0.9).keep(world, c).tolist() == [
        False,
        True,
        False,
        True,
    ]
    assert Remove(kind="remove", harm="hate", threshold=1.0).keep(world, c).tolist() == [True, False, True, True]
    assert Remove(kind="remove", harm="hate").factor(world, c) is None


def test_belief_is_read_by_post_though_rows_have_been_forgotten() -> None:
    world, _ = suspected([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])
    world.posts.drop(1)
    c = candidates_of(sessions_of([1]), [[2, 1]])
    assert believed(world, c, "hate") == pytest.approx([0.6, 0.4])


@pytest.mark.parametrize("said", [{"strength": 1.1}, {"strength": -0.1}, {"threshold": 2.0}, {"harm": None}])
def test_what_is_no_demotion_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Demote.model_validate({"kind": "demote", "harm": "hate"} | said)
