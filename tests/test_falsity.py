"""How much of the spread of false news its words, terms, novelty and quality already explain."""

import numpy as np
import pytest
from writers import POPULATION, supply, users

from feedsim.people.content import GeneratedContent
from feedsim.people.falsity import false_minus_true
from feedsim.people.responses import Responses
from feedsim.world.posts import CIVIC, NEWS


def test_the_log_odds_add_up_by_hand() -> None:
    content = GeneratedContent(words_if_false=0.5, terms_if_false=0.2, novelty_if_false=0.1, quality_if_false=-0.3)
    responses = Responses(reshare_odds_per_word=1.2, reshare_odds_per_term=1.5, novelty_effect=0.4, quality_effect=0.2)
    # 0.5 x 0.2 + 0.2 x 0.5 + 0.1 x 0.4 - 0.3 x 0.2
    assert false_minus_true(content, responses) == pytest.approx(0.1 + 0.1 + 0.04 - 0.06)


def test_a_placebo_leaves_people_as_they_are() -> None:
    responses = Responses()
    assert false_minus_true(GeneratedContent(placebo=True), responses) == false_minus_true(
        GeneratedContent(), responses
    )


def test_drafts_carry_the_log_odds_that_the_formula_says() -> None:
    content, responses = GeneratedContent(), Responses()
    population = POPULATION.model_copy(
        update={"ordinary_false_share": 0.5, "ordinary_kinds": {"news": 0.5, "civic": 0.5}}
    )
    drafts = supply(users(50.0, np.zeros(4000)), content, population).draft(0)
    assert set(np.unique(drafts.kind)) == {NEWS, CIVIC}
    odds = (
        responses.reshare_odds_per_word**drafts.moral_emotional_words
        * responses.reshare_odds_per_term**drafts.outgroup_terms
        * np.exp(responses.novelty_effect * drafts.novelty + responses.quality_effect * drafts.quality)
    )
    false = drafts.harm == 0
    measured = np.log(odds[false].mean() / odds[~false].mean())
    assert false.sum() > 90_000
    # Noise of the means: about 0.5 % each.
    assert measured == pytest.approx(false_minus_true(content, responses), abs=0.015)
