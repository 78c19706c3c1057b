"""What makes people act on what they are shown: the settings of stage 8."""

from typing import Annotated

from pydantic import Field

from feedsim.block import Block, NotNegative, Positive
from feedsim.world.world import Action


class Responses(Block):
    """What makes people act: additive log-odds. What is not cited is an assumption."""

    base_rates: dict[Action, Annotated[float, Field(gt=0, lt=0.5)]] = Field(
        {
            "click": 0.06,
            "like": 0.03,
            "angry": 0.004,
            "comment": 0.005,
            "reshare": 0.012,
            "hide": 0.003,
            "report": 0.0005,
        }
    )
    """mean over people, for a neutral post in the first place"""
    position_effect: NotNegative = 0.25
    """lost for every e-fold of the place on the screen"""
    interest_effect: NotNegative = 0.5
    """per unit of interest over the mean"""
    tie_effect: NotNegative = 0.4
    """for what a followee brings, on average"""
    closeness_spread: NotNegative = 0.8
    """standard deviation, over pairs, of how much a person cares for a followee"""
    agreement_effect: NotNegative = 0.6
    """leaning x side of the post: for liking and sharing; against, for anger"""
    quality_effect: NotNegative = 1.2
    """per unit of quality"""
    novelty_effect: NotNegative = 0.3
    """per unit of novelty"""
    proximity_effect: NotNegative = 0.7
    """at the policy line, growing with the square of proximity (shape: Zuckerberg 2018, F01)"""
    reshare_odds_per_word: Positive = 1.2
    """Brady et al. 2017 (F03): +20 % per moral-emotional word"""
    reshare_odds_per_term: Positive = 1.67
    """Rathje et al. 2021 (F04): +67 % odds per out-group term"""
    reshare_odds_if_false: Positive = 1.7
    """Vosoughi et al. 2018 (E01): +70 % odds, all causes together"""
    spill: NotNegative = 0.5
    """how much of the words' and terms' effect on sharing other reactions feel"""
    anger_per_term: NotNegative = 0.25
    """more for the angry reaction, per out-group term and per moral-emotional word x 1/2"""
    aversion_effect: NotNegative = 2.0
    """of severity x aversion: against liking and sharing, for hiding and reporting"""
    target_effect: NotNegative = 1.5
    """for anger, hiding and reporting, in the group that a post is aimed at"""
    discernment_effect: NotNegative = 1.0
    """per unit of discernment, against sharing a false story"""
