"""What detectors read, and what they believe."""

import numpy as np
import pytest
from worlds import HARMS, add_posts, world_of

from feedsim.integrity.clues import clues, names, reactions
from feedsim.integrity.detectors import LearnedDetectors, NoDetectors, Oracle, Panel, constant, detect
from feedsim.world.world import World

LEARNED = LearnedDetectors(kind="learned")


def two_languages(posts: int) -> World:
    world = world_of([])
    add_posts(world, [0] * posts, [0] * posts, {"language": np.arange(posts) % 2})
    return world


def test_the_oracle_knows_the_newest_posts_and_touches_no_other() -> None:
    world = world_of([])
    add_posts(world, [0] * 4, [0] * 4, {"harm": [0, 1, -1, 1]})
    assert detect(world, Oracle(kind="oracle"), 3).tolist() == [1, 2, 3]
    assert world.posts.live("p_harm").tolist() == [[0, 0], [0, 1], [0, 0], [0, 1]]
    assert detect(world, Oracle(kind="oracle"), 0).tolist() == []
    assert world.posts.live("p_harm").sum() == 2


def test_without_detectors_nothing_is_suspected() -> None:
    world = world_of([])
    add_posts(world, [0] * 2, [0] * 2, {"harm": [0, 1]})
    detect(world, NoDetectors(), 2)
    assert world.posts.live("p_harm").sum() == 0


def test_what_learns_believes_nothing_before_its_first_panel() -> None:
    world = two_languages(2)
    assert detect(world, LEARNED, 2).tolist() == [0, 1]
    assert world.posts.live("p_harm").sum() == 0


def test_every_language_has_its_own_beliefs() -> None:
    world = two_languages(4)
    panel = Panel.of(1, [[0.25, 0.5], [0.125, 0.001]], HARMS)
    assert detect(world, LEARNED, 3, panel).tolist() == [1, 2, 3]
    expected = [[0, 0], [0.125, 0.001], [0.25, 0.5], [0.125, 0.001]]
    assert world.posts.live("p_harm") == pytest.approx(np.array(expected))


def test_posts_with_new_strong_reactions_are_looked_at_again_when_it_is_time() -> None:
    world, panel = two_languages(4), Panel.of(1, [[0.25, 0.5], [0.125, 0.001]], HARMS)
    detect(world, LEARNED, 4, panel)
    posts = world.posts
    posts.comments[0], posts.reports[2], posts.likes[1], posts.clicks[3] = 1, 2, 5, 5
    seen = []
    for minute in (30, 45, 60, 75, 120):
        world.minute = minute
        seen.append(detect(world, LEARNED, 0, panel).tolist())
    assert seen == [[], [], [0, 2], [], []]
    assert posts.live("reactions_weighed").tolist() == [1, 0, 2, 0]


def test_strong_reactions_are_all_but_clicks_and_likes() -> None:
    world = two_languages(1)
    for i, name in enumerate(world.posts.COUNTERS):
        getattr(world.posts, name)[0] = 10**i
    assert reactions(world.posts, np.array([0])).tolist() == [1_111_100]


@pytest.mark.parametrize("p", [0.001, 0.5, 0.9])
def test_a_prior_is_the_same_for_every_row(p: float) -> None:
    panel = Panel.of(1, [[p]], HARMS[:1])
    x = np.arange(66, dtype=np.float32).reshape(3, 22)
    assert panel.by_language[0].predict(x).ravel() == pytest.approx(p)
    assert constant(p, 20).leaf.tolist() == [pytest.approx(np.log(p / (1 - p)))]


def test_clues_are_what_the_company_sees() -> None:
    world = world_of([(1, 0), (2, 0)])
    add_posts(world, [0, 1, 0], [0, 30, 60], {
        "moral_emotional_words": [2, 0, 1], "outgroup_terms": [1, 0, 0], "kind": [2, 0, 3], "modality": [4, 0, 1],
        "impressions": [80, 0, 0], "reports": [5, 0, 0], "hides": [10, 0, 0], "angries": [20, 0, 0],
        "comments": [30, 0, 0], "reshares": [40, 0, 0], "likes": [50, 0, 0],
    })  # fmt: skip
    world.posts.signals[:3] = [[0.5, -1], [1, 2], [3, 4]]
    world.posts.cues[0] = [-1.25, 0.75]
    world.profiles.author_posts[:] = [2, 1, 0]
    world.desk.confirmed[0], world.desk.cleared[0] = 3, 1
    world.minute = 90
    rows = clues(world, np.array([0, 1]))
    told = [dict(zip(names(HARMS), row.tolist(), strict=True)) for row in rows]
    assert told[0] == pytest.approx({
        "words": 2, "terms": 1, "kind": 2, "modality": 4, "hours": 1.5, "impressions": np.log(81),
        "reports": np.log(6), "report_rate": 0.05, "hide_rate": 0.1, "angry_rate": 0.2, "comment_rate": 0.3,
        "reshare_rate": 0.4, "like_rate": 0.5, "author_followers": np.log(3), "author_posts": np.log(3),
        "author_reports": 0.05, "author_hides": 0.1, "author_confirmed": np.log(4), "author_cleared": np.log(2),
        "cue_of_words": -1.25, "cue_of_picture": 0.75, "signal_misinformation": 0.5, "signal_hate": -1,
    })  # fmt: skip
    nothing = dict.fromkeys(told[0], 0.0)
    own = {"hours": 1.0, "author_posts": np.log(2), "signal_misinformation": 1, "signal_hate": 2}
    assert told[1] == pytest.approx(nothing | own)
