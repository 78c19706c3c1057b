"""The policy library: each policy is one short block, and answers one question, rarely two."""

from typing import Annotated, TypeAlias, get_args

from pydantic import Field, SerializeAsAny

from feedsim.integrity.policies.accounts import AccountBan, BotThrottle, RepeatOffenders, Strikes
from feedsim.integrity.policies.base import Policy, Scope, believed
from feedsim.integrity.policies.choice import UserControl
from feedsim.integrity.policies.demote import Demote, DemoteOnReview
from feedsim.integrity.policies.labels import Interstitial, WarningLabel
from feedsim.integrity.policies.limits import CircuitBreaker, ForwardLimit, ReshareDepthLimit, ShareButtonRemoval
from feedsim.integrity.policies.notes import CrowdNotes, FactCheck
from feedsim.integrity.policies.prompts import AccuracyPrompt, ReadFirst, Reconsider
from feedsim.integrity.policies.ranking import (
    Bridging,
    ChronologicalShare,
    CivicWeights,
    ReactionWeights,
    StatedPreference,
)
from feedsim.integrity.policies.reach import BorderlineOutOfNetwork, HyperactiveDiscount, SourceDiversity
from feedsim.integrity.policies.remove import Remove, RemoveOnReview
from feedsim.integrity.policies.review import HumanReview

__all__ = ["LIBRARY", "Demote", "Policy", "PolicyBlock", "Remove", "Scope", "believed"]

Library: TypeAlias = (
    Demote
    | DemoteOnReview
    | Remove
    | RemoveOnReview
    | HumanReview
    | WarningLabel
    | Interstitial
    | FactCheck
    | CrowdNotes
    | AccuracyPrompt
    | ReadFirst
    | Reconsider
    | ReshareDepthLimit
    | ForwardLimit
    | ShareButtonRemoval
    | CircuitBreaker
    | Strikes
    | AccountBan
    | RepeatOffenders
    | BotThrottle
    | BorderlineOutOfNetwork
    | HyperactiveDiscount
    | SourceDiversity
    | ReactionWeights
    | CivicWeights
    | StatedPreference
    | Bridging
    | ChronologicalShare
    | UserControl
)
"""What a scenario may name, in the order in which it is listed."""
LIBRARY: tuple[type[Policy], ...] = get_args(Library)
PolicyBlock: TypeAlias = SerializeAsAny[Annotated[Library, Field(discriminator="kind")]]
