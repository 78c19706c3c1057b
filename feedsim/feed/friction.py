"""What policies ask of people: before they publish (Gate), and when they act on what they are shown (Friction)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from feedsim.world.arrays import Bools, Codes, Floats, Ints, Keys, Longs, Shorts
from feedsim.world.world import Action


@dataclass(frozen=True)
class Submitted:
    """What the company sees of posts that are about to be published (D of them)."""

    key: Keys
    """(D,)"""
    author: Ints
    """(D,)"""
    kind: Codes
    """(D,) place in KINDS"""
    modality: Codes
    """(D,) place in MODALITIES"""
    language: Codes
    """(D,)"""
    topic: Codes
    """(D,)"""
    narrative: Shorts
    """(D,) or -1"""
    moral_emotional_words: Shorts
    """(D,)"""
    outgroup_terms: Shorts
    """(D,)"""
    signals: Floats
    """(D, H)"""

    def __len__(self) -> int:
        return len(self.key)


@dataclass(frozen=True)
class Gate:
    """What a policy says of posts that are about to be published."""

    withheld: Bools
    """(D,) not published"""
    asked: Bools
    """(D,) whose authors are asked to think again"""
    cancel_share: float = 0.0
    """of those asked, who let it be"""
    soften_share: float = 0.0
    """of those asked, who publish a milder version"""


@dataclass(frozen=True)
class Friction:
    """What a policy puts between people and some of the impressions that they are shown."""

    rows: Longs
    """(n,) rows of the choice, in ascending order"""
    factors: Mapping[Action, float] = field(default_factory=dict)
    """on the probability of an action, on average over people; what is not named stays as it is"""
    low_trust: Mapping[Action, float] | None = None
    """the same in those who trust fact-checkers least; none = as in everybody"""
    only_if_false: bool = False
    """whether people change only what they do with false stories: they know what the company does not"""
    belief: float = 1.0
    """factor on how far belief in a story grows, on average over people"""
    low_trust_belief: float | None = None
    """the same in those who trust fact-checkers least; none = as in everybody"""
    opened: float | None = None
    """share of times that somebody looks behind the screen; none = there is no screen"""
    reads: float = 1.0
    """factor on the probability of having clicked, for somebody about to reshare"""
    abandons: float = 0.0
    """of those about to reshare what they have not clicked even so, who let it be"""
