"""Stage 5, score: four rankers, chosen by `kind`."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from feedsim.block import Block, Positive

PRESETS: dict[str, dict[str, float]] = {
    # Washington Post 2021, Facebook Papers (H25): a reaction against a like of 1.
    # Comments and reshares of 2018 are quoted from memory: plain reshare 5, comment 15, significant comment or reshare 30.
    "facebook_2017": {"like": 1, "angry": 5, "love": 5, "comment": 15, "reshare": 5},
    "facebook_2018": {"like": 1, "angry": 4, "love": 4, "comment": 15, "reshare": 5, "significant_comment": 30, "significant_reshare": 30},
    "facebook_2020": {"like": 1, "angry": 0, "love": 2, "sad": 2, "comment": 15, "reshare": 5, "significant_comment": 30, "significant_reshare": 30},
    # twitter/the-algorithm-ml, projects/home/recap/README.md (H27), March and April 2023.
    "twitter_2023_03": {"like": 0.5, "reshare": 1, "comment": 27, "click": 11, "author_reply": 75, "profile_click": 12, "video_half": 0.005, "hide": -74, "report": -369},
    "twitter_2023_04": {"like": 0.5, "reshare": 1, "comment": 13.5, "click": 11, "click_2": 10, "author_reply": 75, "profile_click": 12, "video_half": 0.005, "hide": -74, "report": -369},
}
"""Published weights of predicted probabilities, all terms; those without a head are dropped and listed in the manifest."""

Preset: TypeAlias = Literal["facebook_2017", "facebook_2018", "facebook_2020", "twitter_2023_03", "twitter_2023_04"]
Head: TypeAlias = Literal["click", "like", "angry", "comment", "reshare", "hide", "report"]


class EngagementRanker(Block):
    """Learns what engages: one boosted forest an action, score = weights . p."""

    kind: Literal["engagement"] = "engagement"
    weights: Preset | dict[Head, float] = "facebook_2018"
    trees: Annotated[int, Field(ge=1, le=1000)] = 50
    leaves: Annotated[int, Field(ge=2, le=64)] = 16
    learning_rate: Annotated[float, Field(gt=0, le=1)] = 0.1
    training_rows: Annotated[int, Field(ge=100)] = 30_000
    """at most, a head"""
    window_days: Annotated[int, Field(ge=1, le=30)] = 3
    """of logged impressions to learn from"""
    retrain_days: Annotated[int, Field(ge=1)] = 1
    out_of_network_factor: Annotated[float, Field(ge=0, le=1)] = 1.0
    """on the score of what no followee brought; Twitter used 0.75 (C07)"""


class ChronologicalRanker(Block):
    """Followees' posts and reshares, newest first."""

    kind: Literal["chronological"]


class PopularRanker(Block):
    """What gathered most engagement for its age, for everybody alike."""

    kind: Literal["popular"]


class RandomRanker(Block):
    """Any candidate, by lot."""

    kind: Literal["random"]


RankerBlock: TypeAlias = Annotated[EngagementRanker | ChronologicalRanker | PopularRanker | RandomRanker, Field(discriminator="kind")]
