"""Two audiences, learned from who follows whom."""

import numpy as np
from worlds import add_posts, bits, candidates_of, sessions_of, slate_of, world_of

from feedsim.feed.audiences import count, learned
from feedsim.world.world import CLICK, LIKE


def test_two_camps_that_hardly_follow_one_another_are_two_audiences() -> None:
    """Sixty people; everybody follows the next seven of the own camp; one in ten somebody of the other one."""
    inside = [(u, u // 30 * 30 + (u % 30 + k) % 30) for u in range(60) for k in range(1, 8)]
    across = [(u, (u + 30) % 60) for u in range(0, 60, 10)]
    audience = learned(world_of(inside + across, users=60))
    assert set(audience[:30]) | set(audience[30:]) == {0, 1}
    assert len(set(audience[:30])) == len(set(audience[30:])) == 1


def test_people_without_ties_belong_to_some_audience() -> None:
    assert set(learned(world_of([], users=5))) <= {0, 1}


def test_each_audience_s_impressions_and_likes_are_counted_by_post() -> None:
    world = world_of([])
    world.audience[:] = [0, 1, 1]
    add_posts(world, [0, 0, 0], [0] * 3)
    world.posts.drop(1)
    c = candidates_of(sessions_of([0, 1, 2]), [[1, 2], [1], [1, 2]])
    for _ in range(2):
        count(world, slate_of(c, [bits(LIKE), 0, bits(LIKE, CLICK), bits(CLICK), bits(LIKE)]))
    assert world.posts.live("seen_by").tolist() == [[2, 4], [2, 2]]
    assert world.posts.live("liked_by").tolist() == [[2, 2], [0, 2]]
    assert np.array_equal(world.posts.live("likes"), [0, 0])
