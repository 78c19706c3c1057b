"""Which narratives people tell."""

import numpy as np
import pytest
from pydantic import ValidationError
from writers import CROWD, POPULATION, supply

from feedsim.people.content import GeneratedContent
from feedsim.people.drafts import Drafts
from feedsim.people.stories import OFF_INTEREST, coordinated_narrative, narratives, topic_of_interest
from feedsim.world.posts import CIVIC, ENTERTAINMENT, NEWS, PERSONAL
from feedsim.world.rng import Streams
from feedsim.world.users import COORDINATED

MISINFORMATION = 0


@pytest.fixture(scope="module")
def drafts() -> Drafts:
    return supply(CROWD).draft(0)


def test_news_and_civic_posts_tell_a_narrative_and_no_others_do(drafts: Drafts) -> None:
    known = supply(CROWD).narratives
    tells = np.isin(drafts.kind, (NEWS, CIVIC))
    assert np.array_equal(drafts.narrative >= 0, tells)
    assert np.array_equal(drafts.stance != 0, tells)
    assert np.array_equal(drafts.topic[tells], known.topic[drafts.narrative[tells]])
    assert not drafts.side[~tells].any()


def test_false_posts_tell_a_false_narrative_and_corrections_speak_against_one(drafts: Drafts) -> None:
    known = supply(CROWD).narratives
    tells = drafts.narrative >= 0
    of_false = tells & known.is_false[drafts.narrative]
    assert np.array_equal(drafts.harm == MISINFORMATION, of_false & (drafts.stance == 1))
    assert np.all(of_false[drafts.stance == -1])
    true = tells & (drafts.harm != MISINFORMATION)
    assert (drafts.stance[true] == -1).mean() == pytest.approx(0.05, abs=0.01)
    publishers = CROWD.actor[drafts.author] == CROWD.actor[5]
    assert of_false[publishers & tells & (drafts.stance == 1)].mean() == pytest.approx(0.01, abs=0.007)


def test_the_side_of_a_post_is_halfway_between_its_story_and_its_author(drafts: Drafts) -> None:
    known, tells = supply(CROWD).narratives, drafts.narrative >= 0
    story = drafts.stance * known.side[drafts.narrative]
    expected = (story + CROWD.leaning[drafts.author]) / 2
    np.testing.assert_allclose(drafts.side[tells], expected[tells], atol=1e-6)
    assert np.corrcoef(story[tells], CROWD.leaning[drafts.author[tells]])[0, 1] > 0.3  # people tell what suits them


def test_people_correct_stories_of_the_other_side(drafts: Drafts) -> None:
    corrects = drafts.stance == -1
    story = supply(CROWD).narratives.side[drafts.narrative[corrects]]
    assert np.corrcoef(story, CROWD.leaning[drafts.author[corrects]])[0, 1] < -0.3


def test_coordinated_accounts_push_one_false_narrative(drafts: Drafts) -> None:
    made = supply(CROWD)
    theirs = (CROWD.actor[drafts.author] == COORDINATED) & (drafts.harm == MISINFORMATION)
    one = coordinated_narrative(made.narratives, made.streams)
    assert theirs.sum() > 1000
    assert set(drafts.narrative[theirs].tolist()) == {one}
    assert made.narratives.is_false[one]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_true_and_false_narratives_cover_all_sides_and_all_topics_can_have_one(seed: int) -> None:
    known = narratives(GeneratedContent(narratives=200, false_narratives=80), 16, Streams(seed))
    assert known.is_false.sum() == 80
    assert set(known.topic.tolist()) == set(range(16))
    for false, many in ((True, 80), (False, 120)):
        gaps = np.diff(np.sort(known.side[known.is_false == false]), prepend=-1, append=1)
        assert gaps.max() <= 2 * 2 / many
    # The number of a narrative says nothing about its truth.
    assert 20 < known.is_false[:100].sum() < 60


def test_every_narrative_false_is_refused() -> None:
    with pytest.raises(ValidationError, match="false_narratives: 5 of 5 narratives are false; at most 4 can be"):
        GeneratedContent(narratives=5, false_narratives=5)


def test_personal_posts_follow_their_authors_interest(drafts: Drafts) -> None:
    own = np.isin(drafts.kind, (PERSONAL, ENTERTAINMENT))
    on_interest = drafts.topic[own] == drafts.author[own] % POPULATION.topics
    assert on_interest.mean() == pytest.approx(1 - OFF_INTEREST * 15 / 16, abs=0.01)


def test_topics_are_drawn_as_plain_numpy_draws_them() -> None:
    streams = Streams(4)
    interest = streams.uniform("taste", np.arange(20)[:, None], np.arange(7)).astype(np.float32)
    author, u = np.arange(2000, dtype=np.int32) % 20, streams.uniform("u", np.arange(2000))
    share = interest.astype(np.float64) / interest.sum(axis=1, dtype=np.float64)[:, None]
    edges = np.cumsum((1 - OFF_INTEREST) * share + OFF_INTEREST / 7, axis=1)
    expected = (u[:, None] >= edges[author, :-1]).sum(axis=1)
    assert topic_of_interest(u, author, interest).tolist() == expected.tolist()
