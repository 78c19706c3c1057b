"""Weights of predicted actions that companies have published: what a feed was told to want."""

from typing import Literal, TypeAlias

PRESETS: dict[str, dict[str, float]] = {
    # Washington Post 2021, Facebook Papers (H25): a reaction against a like of 1.
    # Comments and reshares of 2018 are quoted from memory: reshare 5, comment 15, a significant one of either 30.
    "facebook_2017": {"like": 1, "angry": 5, "love": 5, "comment": 15, "reshare": 5},
    "facebook_2018": {
        "like": 1,
        "angry": 4,
        "love": 4,
        "comment": 15,
        "reshare": 5,
        "significant_comment": 30,
        "significant_reshare": 30,
    },
    "facebook_2020": {
        "like": 1,
        "angry": 0,
        "love": 2,
        "sad": 2,
        "comment": 15,
        "reshare": 5,
        "significant_comment": 30,
        "significant_reshare": 30,
    },
    # twitter/the-algorithm-ml, projects/home/recap/README.md (H27), March and April 2023.
    "twitter_2023_03": {
        "like": 0.5,
        "reshare": 1,
        "comment": 27,
        "click": 11,
        "author_reply": 75,
        "profile_click": 12,
        "video_half": 0.005,
        "hide": -74,
        "report": -369,
    },
    "twitter_2023_04": {
        "like": 0.5,
        "reshare": 1,
        "comment": 13.5,
        "click": 11,
        "click_2": 10,
        "author_reply": 75,
        "profile_click": 12,
        "video_half": 0.005,
        "hide": -74,
        "report": -369,
    },
}
"""Published weights of predicted probabilities, all terms; the manifest lists those dropped for want of a head."""

Preset: TypeAlias = Literal["facebook_2017", "facebook_2018", "facebook_2020", "twitter_2023_03", "twitter_2023_04"]
