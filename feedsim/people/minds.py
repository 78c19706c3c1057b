"""Stage 9, minds: what the feed does to people."""

from typing import Annotated

from pydantic import Field

from feedsim.block import Block, NotNegative, Share


class MindsBlock(Block):
    """How people change. What is not cited is an assumption."""

    look_on: Annotated[float, Field(gt=0, lt=1)] = 0.95
    """probability to look at one post more, at satisfaction 0"""
    look_on_effect: NotNegative = 0.8
    """log-odds of looking on, per unit of satisfaction"""
    satisfaction_rate: Share = 0.1
    """weight of one session in the moving mean"""
    habit_from_engagement: NotNegative = 0.04
    """log-factor on sessions gained per engaging session, quickly"""
    habit_from_satisfaction: NotNegative = 0.01
    """log-factor per session and unit of satisfaction, slowly"""
    habit_reversion: Share = 0.1
    """share of the way back to 1 that habit goes in a day"""
    belief_rate: Share = 0.02
    """share of the way to full belief per exposure, at discernment 0"""
    correction_rate: Share = 0.1
    """share of the way to disbelief per correction seen"""
    interest_drift: Share = 0.01
    """how far tastes move towards a topic acted on"""
    warmth_per_term: NotNegative = 0.05
    """points lost per out-group term seen in civic posts (scale: Piccardi et al. 2025, H24)"""
    warmth_reversion: Share = 0.05
    """share of the way back to 50 in a day"""
