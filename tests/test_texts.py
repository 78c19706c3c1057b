"""How posts are written, what they are, and what a machine could see of them."""

import numpy as np
import pytest
from writers import CROWD, POPULATION, supply, users

from feedsim.measures.predictions import auc
from feedsim.people.content import GeneratedContent, Harm, default_harms
from feedsim.people.drafts import Drafts
from feedsim.people.texts import cues_of, legibility
from feedsim.people.truth import harm_of, proximity_of
from feedsim.world.posts import CIVIC, MODALITIES
from feedsim.world.rng import Streams
from feedsim.world.users import ACTORS, HATE_PRODUCER, SUPERSHARER

MISINFORMATION, HATE = 0, 1


@pytest.fixture(scope="module")
def drafts() -> Drafts:
    return supply(CROWD).draft(0)


def test_hostile_posts_are_aimed_at_another_group_than_the_authors(drafts: Drafts) -> None:
    hostile = drafts.target_group >= 0
    own = CROWD.groups["dialect"][drafts.author]
    assert np.array_equal(drafts.target_group[hostile], 1 - own[hostile])
    said = {name: actor.hostile_share for name, actor in POPULATION.actors.items()}
    for code, name in enumerate(ACTORS):
        share = said.get(name, POPULATION.ordinary_hostile_share)
        assert hostile[CROWD.actor[drafts.author] == code].mean() == pytest.approx(share, abs=0.02), name
    assert said["hate_producer"] > 0.1
    assert drafts.severity[hostile].mean() == pytest.approx(1 / 3, abs=0.02)
    assert drafts.severity[~hostile].mean() == pytest.approx(1 / 9, abs=0.005)
    assert np.array_equal(drafts.harm == HATE, hostile & (drafts.severity > 0.6) & (drafts.harm != MISINFORMATION))


def test_the_first_class_that_fits_is_the_harm_of_a_post() -> None:
    harms = {
        "hate": Harm(rests_on="severity", line=0.5, aimed_at_group=True),
        "misinformation": Harm(rests_on="falsity"),
        "extremism": Harm(rests_on="severity", line=0.7, aimed_at_group=False),
        "cruelty": Harm(rests_on="severity", line=0.8),
    }
    false = np.array([0, 1, 1, 0, 0, 0, 0], bool)
    hostile = np.array([1, 1, 0, 1, 0, 0, 0], bool)
    severity = np.array([0.6, 0.6, 0.9, 0.4, 0.75, 0.65, 0.35], np.float32)
    assert harm_of(harms, false, hostile, severity).tolist() == [0, 0, 1, -1, 2, -1, -1]
    # Lines: 0.5 for posts aimed at a group, 0.7 for others.
    expected = [1, 1, 1, 0.8, 1, 0.65 / 0.7, 0.5]
    np.testing.assert_allclose(proximity_of(harms, hostile, severity), expected, rtol=1e-6)


def test_without_a_class_of_severity_proximity_is_to_the_usual_line() -> None:
    proximity = proximity_of({}, np.array([True, False]), np.array([0.3, 0.9], np.float32))
    np.testing.assert_allclose(proximity, [0.5, 1], rtol=1e-6)


def test_a_disabled_class_has_no_column_and_leaves_the_others_as_they_are(drafts: Drafts) -> None:
    harms = {"new": Harm(rests_on="severity", line=0.99), **default_harms()}
    more = supply(CROWD, harms=harms).draft(0)
    assert drafts.signals.shape == (len(drafts), 2)
    assert more.signals.shape == (len(drafts), 3)
    same = more.harm != 0
    assert np.array_equal(more.signals[same, 1:], drafts.signals[same])


def test_signals_stand_apart_by_what_is_legible_and_by_dialect(drafts: Drafts) -> None:
    minority = CROWD.groups["dialect"][drafts.author] == 1
    left = legibility(drafts.modality, drafts.manipulated, drafts.language)
    expected = 1.5 * left[:, None] * (drafts.harm[:, None] == [MISINFORMATION, HATE])
    noise = drafts.signals - expected - np.outer(minority * 0.5, [0, 1])
    np.testing.assert_allclose(noise.mean(axis=0), 0, atol=0.02)
    np.testing.assert_allclose(noise.std(axis=0), 1, atol=0.02)
    assert noise[drafts.harm == MISINFORMATION, 0].mean() == pytest.approx(0, abs=0.07)
    assert noise[minority, 1].mean() == pytest.approx(0, abs=0.07)


def test_memes_manipulation_and_other_languages_hide_a_signal() -> None:
    text, video, meme = (MODALITIES.index(name) for name in ("text", "video", "meme"))
    modality, false = np.array([text, video, meme, meme, text], np.int8), np.zeros(5, bool)
    manipulated, language = np.array([0, 0, 0, 1, 0], bool), np.array([0, 0, 0, 0, 1], np.int8)
    assert legibility(modality, manipulated, language).tolist() == pytest.approx([1, 0.6, 0.5, 0.35, 0.6])
    assert legibility(modality, false, np.zeros(5, np.int8))[[0, 4]].tolist() == [1, 1]


def test_a_memes_words_and_picture_tell_of_an_attack_together_and_not_alone() -> None:
    streams, key = Streams(3), np.arange(40_000, dtype=np.uint64)
    harm = np.where(key % 2 == 0, HATE, -1).astype(np.int8)
    meme = np.full(len(key), MODALITIES.index("meme"), np.int8)
    cues = cues_of(default_harms(), harm, meme, key, streams)
    hateful = harm == HATE
    for cue in cues.T:
        assert auc(cue, hateful, np.ones(len(key))) == pytest.approx(0.5, abs=0.01)
    assert auc(cues[:, 0] * cues[:, 1], hateful, np.ones(len(key))) > 0.8
    stories = cues_of(default_harms(), np.where(hateful, MISINFORMATION, -1).astype(np.int8), meme, key, streams)
    assert auc(stories[:, 0] * stories[:, 1], hateful, np.ones(len(key))) == pytest.approx(0.5, abs=0.01)
    assert not cues_of(default_harms(), harm, np.zeros(len(key), np.int8), key, streams).any()


def test_only_pictures_and_moving_ones_are_manipulated_satire_or_not() -> None:
    drafts = supply(CROWD, GeneratedContent(manipulated_share=0.5)).draft(0)
    visual = np.isin(drafts.modality, [MODALITIES.index(name) for name in ("photo", "video", "meme")])
    assert not drafts.manipulated[~visual].any()
    for harmful in (True, False):
        assert drafts.manipulated[visual & ((drafts.harm >= 0) == harmful)].mean() == pytest.approx(0.5, abs=0.06)


def test_false_stories_are_worded_and_made_differently_by_what_the_content_says() -> None:
    content = GeneratedContent(words_per_severity=0, terms_per_severity=0)
    drafts = supply(users(60.0, np.zeros(3000), SUPERSHARER), content).draft(0)
    civic = drafts.kind == CIVIC
    false = drafts.harm == MISINFORMATION

    def gap(column: str) -> float:
        values = getattr(drafts, column)
        return float(values[civic & false].mean() - values[civic & ~false].mean())

    assert gap("moral_emotional_words") == pytest.approx(0.4, abs=0.03)
    assert gap("outgroup_terms") == pytest.approx(0.25, abs=0.03)
    assert gap("novelty") == pytest.approx(0.15, abs=0.01)
    assert gap("quality") == pytest.approx(-0.15, abs=0.01)
    assert drafts.moral_emotional_words[civic & ~false].mean() == pytest.approx(0.4, abs=0.02)
    assert drafts.novelty[~false].mean() == pytest.approx(0.4, abs=0.01)


def test_severe_posts_are_worded_more_strongly() -> None:
    silent = {"personal": 0.0, "news": 0.0, "civic": 0.0, "entertainment": 0.0}
    plain = {"words_mean": silent, "terms_mean": silent, "words_if_false": 0, "terms_if_false": 0}
    content = GeneratedContent.model_validate(plain | {"words_per_severity": 1.0, "terms_per_severity": 1.5})
    drafts = supply(users(60.0, np.zeros(2000), HATE_PRODUCER), content).draft(0)
    severity = drafts.severity.mean()
    assert drafts.moral_emotional_words.mean() == pytest.approx(1.0 * severity, rel=0.03)
    assert drafts.outgroup_terms.mean() == pytest.approx(1.5 * severity, rel=0.03)
    rough = drafts.severity > 0.5
    assert drafts.outgroup_terms[rough].mean() == pytest.approx(1.5 * drafts.severity[rough].mean(), rel=0.05)
