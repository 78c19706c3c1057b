"""What the ranker may know of a candidate: the kernels against plain numpy, and where each number stands."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pasts import NOW, TOPICS, lived, offered
from worlds import add_posts, add_reshare, candidates_of, sessions_of, world_of

from feedsim.feed.features import (
    LIGHT_POST,
    PAIR_FEATURES,
    POST_FEATURES,
    PRIOR,
    SMOOTHING,
    VIEWER_FEATURES,
    FeatureSpace,
    features,
)
from feedsim.feed.flow import Candidates
from feedsim.feed.post_table import PostTable
from feedsim.world.world import CLICK, LIKE, RESHARE, World

Columns = dict[str, np.ndarray]
SEEDS = st.integers(0, 10**6)


# The twins


def hours(minutes: np.ndarray) -> np.ndarray:
    return np.log1p(np.maximum(0, minutes) / 60)


def table_of(world: World) -> Columns:
    """(P,) every feature of the living posts, by name."""
    posts, profiles, n = world.posts, world.profiles, len(world.posts)
    author, seen = posts.author[:n], posts.impressions[:n]

    def rate(count: np.ndarray, prior: float) -> np.ndarray:
        return (count[:n] + SMOOTHING * prior) / (seen + SMOOTHING)

    return {
        "age": hours(world.minute - posts.minute[:n]),
        "impressions": np.log1p(seen),
        "click_rate": rate(posts.clicks, PRIOR[0]),
        "like_rate": rate(posts.likes, PRIOR[1]),
        "angry_rate": rate(posts.angries, PRIOR[2]),
        "comment_rate": rate(posts.comments, PRIOR[3]),
        "reshare_rate": rate(posts.reshares, PRIOR[4]),
        "negative_rate": rate(posts.hides + posts.reports, PRIOR[5]),
        "author_followers": np.log1p(world.graph.followers[author]),
        "author_value": (profiles.author_value[author] + 10) / (profiles.author_seen[author] + 50),
        "author_posts": np.log1p(profiles.author_posts[author]),
        "kind": posts.kind[:n],
        "modality": posts.modality[:n],
        "words": posts.moral_emotional_words[:n],
        "terms": posts.outgroup_terms[:n],
        "topic": posts.topic[:n],
    }


def features_of(world: World, c: Candidates) -> Columns:
    """(C,) every feature of the candidates, by name."""
    profiles, items, user, posts = world.profiles, world.items, c.user, c.post - world.posts.base
    inside, item, edge = c.item >= 0, np.maximum(0, c.item - world.items.base), np.maximum(0, c.edge)
    clicks, topic = profiles.topic_clicks, world.posts.topic[posts]
    acted, seen = profiles.acted[user], profiles.seen[user]
    return {name: column[posts] for name, column in table_of(world).items()} | {
        "viewer_clicks": (acted[:, CLICK] + 1.2) / (seen + SMOOTHING),
        "viewer_likes": (acted[:, LIKE] + 0.6) / (seen + SMOOTHING),
        "viewer_reshares": (acted[:, RESHARE] + 0.24) / (seen + SMOOTHING),
        "viewer_seen": np.log1p(seen),
        "in_network": inside,
        "reshared": inside & (items.depth[item] > 0),
        "entered": np.where(inside, hours(c.sessions.minute[c.session] - items.minute[item]), 0),
        "affinity": np.where(c.edge >= 0, np.log1p(profiles.affinity[edge]), 0),
        "taste": (clicks[user, topic] + 0.25) / (clicks[user].sum(axis=1) + 0.25 * clicks.shape[1]),
        **{f"viewer_{name}": world.users.groups[name][user] for name in world.visible},
    }


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_the_table_of_posts_is_that_of_plain_numpy(seed: int) -> None:
    world = lived(seed)
    twin, table = table_of(world) | {"age": world.posts.live("minute")}, PostTable().renew(world)
    assert tuple(twin) == POST_FEATURES
    assert table.dtype == np.float32
    for i, (name, column) in enumerate(twin.items()):
        np.testing.assert_allclose(table[:, i], column, rtol=1e-6, err_msg=name)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_rows_of_features_are_those_of_plain_numpy_and_stand_under_their_names(seed: int) -> None:
    world = lived(seed)
    c, space = offered(world, seed), FeatureSpace.of(world)
    twin, x = features_of(world, c), features(world, space, PostTable().renew(world), c)
    assert space.names == tuple(twin) == (*POST_FEATURES, *VIEWER_FEATURES, *PAIR_FEATURES, "viewer_age")
    assert x.shape == (len(c), len(space))
    for i, (name, column) in enumerate(twin.items()):
        np.testing.assert_allclose(x[:, i], column, rtol=2e-6, err_msg=name)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.data())
def test_some_rows_are_those_of_the_whole(seed: int, data: st.DataObject) -> None:
    world = lived(seed)
    c, space, table = offered(world, seed), FeatureSpace.of(world), PostTable().renew(world)
    rows = np.array(sorted(data.draw(st.sets(st.integers(0, len(c) - 1)))), np.int64)
    whole = features(world, space, table, c)
    np.testing.assert_array_equal(features(world, space, table, c, rows), whole[rows])
    np.testing.assert_array_equal(features(world, space, table, c.take(rows)), whole[rows])


# By hand


def test_a_new_post_starts_from_the_prior_rates_and_its_author_from_his() -> None:
    world = world_of([(0, 1), (2, 1)], minute=60)
    add_posts(world, [1], [60], {"modality": 3, "moral_emotional_words": 2, "topic": 1})
    c, space = candidates_of(sessions_of([0]), [[0]]), FeatureSpace.of(world)
    x = features(world, space, PostTable().renew(world), c)[0, : len(POST_FEATURES)]
    of = dict(zip(POST_FEATURES, x.tolist(), strict=True))
    assert [of[name] for name in POST_FEATURES[2:8]] == pytest.approx(PRIOR.tolist(), rel=1e-6)
    assert {name: value for name, value in of.items() if not name.endswith("_rate")} == pytest.approx(
        {
            "age": 0, "impressions": 0, "author_followers": np.log(3), "author_value": 0.2, "author_posts": 0,
            "kind": 0, "modality": 3, "words": 2, "terms": 0, "topic": 1,
        },
        rel=1e-6,
    )  # fmt: skip


def test_a_pair_by_hand() -> None:
    """Person 0 follows 1, who reshared an hour before the session; the same post found among strangers' has none."""
    world = world_of([(0, 1)], minute=60)
    add_posts(world, [2, 1], [0, 90], {"topic": 1})
    reshare = add_reshare(world, 1, 0, 30)
    world.profiles.affinity[0] = 4
    world.profiles.topic_clicks[0] = (1, 2)
    c = candidates_of(sessions_of([0], 90), [[0, 0, 1]], item=[reshare, -1, 1], edge=[0, -1, 0])
    first = len(POST_FEATURES) + len(VIEWER_FEATURES)
    pair = features(world, FeatureSpace.of(world), PostTable().renew(world), c)[:, first : first + len(PAIR_FEATURES)]
    taste = 2.25 / 3.5
    expected = [[1, 1, np.log(2), np.log(5), taste], [0, 0, 0, 0, taste], [1, 0, 0, np.log(5), taste]]
    np.testing.assert_allclose(pair, expected, rtol=1e-6)


def test_someone_of_whom_nothing_is_known_has_prior_rates_and_an_even_taste() -> None:
    world = world_of([], topics=4)
    add_posts(world, [1], [0])
    x = features(world, FeatureSpace.of(world), PostTable().renew(world), candidates_of(sessions_of([0]), [[0]]))[0]
    names = FeatureSpace.of(world).names
    assert {name: x[names.index(name)] for name in (*VIEWER_FEATURES, "taste")} == pytest.approx(
        {"viewer_clicks": 0.06, "viewer_likes": 0.03, "viewer_reshares": 0.012, "viewer_seen": 0, "taste": 0.25}
    )


def test_no_candidates_and_no_posts_have_no_rows() -> None:
    world = world_of([])
    space = FeatureSpace.of(world)
    assert PostTable().renew(world).shape == (0, len(POST_FEATURES))
    assert features(world, space, PostTable().renew(world), candidates_of(sessions_of([0]), [[]])).shape == (
        0,
        len(space),
    )


# Who may be known


@pytest.mark.parametrize("visible", [(), ("age",), ("dialect", "age")])
def test_of_group_attributes_only_the_visible_are_there(visible: tuple[str, ...]) -> None:
    world = lived(3)
    world.visible = visible
    space = FeatureSpace.of(world)
    assert space.names[-len(visible) or len(space) :] == tuple(f"viewer_{name}" for name in visible)
    assert len(space) == 25 + len(visible)
    x = features(world, space, PostTable().renew(world), offered(world, 3))
    for i, name in enumerate(visible):
        np.testing.assert_array_equal(x[:, 25 + i], world.users.groups[name][offered(world, 3).user])


def test_what_is_not_visible_changes_nothing() -> None:
    def served(world: World) -> np.ndarray:
        return features(world, FeatureSpace.of(world), PostTable().renew(world), offered(world, 5))

    world, before = lived(5), served(lived(5))
    world.users.groups["dialect"][:] ^= 1
    np.testing.assert_array_equal(served(world), before)
    world.users.groups["age"][:] ^= 1
    assert (served(world)[:, :-1] == before[:, :-1]).all()
    assert (served(world)[:, -1] != before[:, -1]).all()


def test_the_light_model_reads_what_differs_within_a_session_and_has_an_order() -> None:
    space = FeatureSpace.of(lived(1))
    read = {space.names[i] for i in space.light}
    assert read == {*POST_FEATURES, *PAIR_FEATURES} - {"kind", "modality", "topic"}
    assert set(LIGHT_POST) == read - set(PAIR_FEATURES)


def test_the_features_of_the_tick_do_not_know_what_happens_after_it() -> None:
    """A post of this very tick is not older than new."""
    world = world_of([], minute=NOW, topics=TOPICS)
    add_posts(world, [0, 0], [NOW, NOW + 14])
    c = candidates_of(sessions_of([1]), [[0, 1]])
    x = features(world, FeatureSpace.of(world), PostTable().renew(world), c)
    assert x[:, POST_FEATURES.index("age")].tolist() == [0, 0]


# From tick to tick


def test_what_was_shown_and_what_is_new_has_new_rows_and_nothing_else() -> None:
    world = world_of([], minute=NOW, topics=TOPICS)
    add_posts(world, [0, 0, 1], [0, 0, 0])
    table = PostTable()
    before = table.renew(world).copy()
    world.posts.impressions[:3], world.posts.clicks[:3] = 10, 5
    add_posts(world, [1], [NOW])
    after = table.catch_up(world, np.array([1, 1], np.int32))
    np.testing.assert_array_equal(after[[0, 2]], before[[0, 2]])
    np.testing.assert_array_equal(after[[1, 3]], PostTable().renew(world)[[1, 3]])


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_a_table_that_was_kept_is_that_made_anew_but_for_what_authors_did_since(seed: int) -> None:
    world, author = lived(seed), [POST_FEATURES.index(name) for name in POST_FEATURES if name.startswith("author_")]
    table = PostTable()
    table.renew(world)
    posts, profiles = world.posts, world.profiles
    posts.impressions[: len(posts)] += 3
    posts.likes[: len(posts)] += 1
    profiles.author_value += 7
    kept = table.catch_up(world, np.arange(posts.base, posts.base + len(posts), dtype=np.int32)).copy()
    new = PostTable().renew(world)
    np.testing.assert_array_equal(np.delete(kept, author, axis=1), np.delete(new, author, axis=1))
    assert (kept[:, author] != new[:, author]).any()
    np.testing.assert_array_equal(table.renew(world), new)


def test_rows_outlive_the_growth_of_the_table_and_follow_posts_that_moved() -> None:
    world = world_of([], minute=NOW, topics=TOPICS)
    table = PostTable()
    assert table.renew(world).shape == (0, len(POST_FEATURES))
    for n in (1, 7, 40):
        add_posts(world, [0] * n, [0] * n, {"moral_emotional_words": n})
        np.testing.assert_array_equal(table.catch_up(world, np.zeros(0, np.int32)), PostTable().renew(world))
    world.posts.drop(8)
    assert table.renew(world)[:, POST_FEATURES.index("words")].tolist() == [40] * 40
