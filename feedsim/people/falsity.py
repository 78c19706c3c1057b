"""How much of the spread of false news its words, terms, novelty and quality already explain."""

from typing import TYPE_CHECKING

from feedsim.people.content import Content

if TYPE_CHECKING:
    from feedsim.people.responses import Responses


def false_minus_true(content: Content, responses: "Responses") -> float:
    """Log odds of a reshare that a false story gains over a true one through how it is written.

    Words and terms are Poisson, for which E[odds ** words] = exp(mean x (odds - 1)): a false story multiplies it by
    exp(words_if_false x (odds - 1)). Novelty and quality shift by a mean, and count as that. What is missing up to
    `reshare_odds_if_false` is the coefficient of falsity itself. `placebo` changes nothing here: it permutes posts, and
    leaves people as they are.
    """
    words = content.words_if_false * (responses.reshare_odds_per_word - 1)
    terms = content.terms_if_false * (responses.reshare_odds_per_term - 1)
    novelty = content.novelty_if_false * responses.novelty_effect
    quality = content.quality_if_false * responses.quality_effect
    return words + terms + novelty + quality
