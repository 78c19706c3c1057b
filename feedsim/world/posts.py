"""The posts, one column a property: what they are, what detectors believe of them, and what was done with them."""

from typing import ClassVar

import numpy as np

from feedsim.world.arrays import NEVER, Bools, Bytes, Codes, Floats, Ints, Keys, Shorts
from feedsim.world.columns import Columns

KINDS = ("personal", "news", "civic", "entertainment")
PERSONAL, NEWS, CIVIC, ENTERTAINMENT = range(len(KINDS))
MODALITIES = ("text", "link", "photo", "video", "meme")
STATUSES = ("live", "demoted", "labelled", "removed")
LIVE, DEMOTED, LABELLED, REMOVED = range(len(STATUSES))
FINDERS = ("detector", "report", "audit")
NOBODY_FOUND, DETECTOR, REPORT, AUDIT = range(len(FINDERS) + 1)
"""Who found it, in `found_by`."""
LABELS = ("warning", "screen", "note")
WARNING, SCREEN, NOTE = (np.uint8(1 << place) for place in range(len(LABELS)))
"""What is put on a post for its viewers to see, as bits of `labels`."""


class Posts(Columns):
    """Everything published, oldest first, while it is alive (the scenario's retention window)."""

    schema: ClassVar = {
        "key": np.uint64,  # identity, equal in every arm
        "author": np.int32,
        "minute": np.int32,  # of publication; minutes count from the end of burn-in
        "kind": np.int8,  # place in KINDS
        "modality": np.int8,  # place in MODALITIES
        "manipulated": np.bool_,  # made with manipulated media: a way of making, found in satire too
        "language": np.int8,  # the author's level of the language attribute (0 where there is none)
        "topic": np.int8,
        "narrative": np.int16,  # -1 where it tells none
        "stance": np.int8,  # 1 tells its narrative, -1 corrects it, 0 has none (truth)
        "side": np.float32,  # leaning that it speaks for (truth)
        "target_group": np.int8,  # level of the attribute it is aimed at, or -1 (truth)
        "moral_emotional_words": np.int16,
        "outgroup_terms": np.int16,
        "novelty": np.float32,  # [0, 1] (truth)
        "quality": np.float32,  # [0, 1] (truth)
        "severity": np.float32,  # [0, 1] (truth)
        "proximity": np.float32,  # severity over the policy line, at most 1 (truth)
        "false": np.bool_,  # tells a false story (truth); in a placebo, what people take for one
        "harm": np.int8,  # class of harm, or -1 (truth)
        "signals": np.float32,  # (P, H) what a content model could see: noisy, drawn at publication
        "cues": np.float32,  # (P, 2) what a meme's words and its picture say, each by itself; 0 for other posts
        "p_harm": np.float32,  # (P, H) what detectors believe
        "reactions_weighed": np.int32,  # strong reactions it had when detectors last looked
        "cased": np.bool_,  # (P, H) whether a reviewer was ever asked
        "cleared": np.bool_,  # (P, H) whether the last reviewer who was found no harm
        "fact_checked": np.int8,  # by fact-checkers: 1 tells a false story, -1 corrects one, 0 unread
        "status": np.int8,  # place in STATUSES
        "labels": np.uint8,  # bits of LABELS
        "found_by": np.int8,  # 0 nobody, otherwise a place in FINDERS + 1
        "found_as": np.int8,  # class of harm that it was found to be, or -1
        "removed_minute": np.int32,
        "labelled_minute": np.int32,
        "seen_by": np.int32,  # (P, 2) impressions of each audience, while a policy asks for them
        "liked_by": np.int32,  # (P, 2) likes of each audience, likewise
        "viewers_1500_minute": np.int32,  # when impressions reached 1,500; NEVER until then
        "impressions": np.int32,
        "clicks": np.int32,
        "likes": np.int32,
        "angries": np.int32,
        "comments": np.int32,
        "reshares": np.int32,
        "hides": np.int32,
        "reports": np.int32,
    }
    blank: ClassVar[dict[str, int]] = {
        "found_as": -1,
        "removed_minute": NEVER,
        "labelled_minute": NEVER,
        "viewers_1500_minute": NEVER,
    }
    COUNTERS = ("clicks", "likes", "angries", "comments", "reshares", "hides", "reports")
    """The counter of each of ACTIONS."""

    key: Keys
    author: Ints
    minute: Ints
    kind: Codes
    modality: Codes
    manipulated: Bools
    language: Codes
    topic: Codes
    narrative: Shorts
    stance: Codes
    side: Floats
    target_group: Codes
    moral_emotional_words: Shorts
    outgroup_terms: Shorts
    novelty: Floats
    quality: Floats
    severity: Floats
    proximity: Floats
    false: Bools
    harm: Codes
    signals: Floats
    cues: Floats
    p_harm: Floats
    reactions_weighed: Ints
    cased: Bools
    cleared: Bools
    fact_checked: Codes
    status: Codes
    labels: Bytes
    found_by: Codes
    found_as: Codes
    removed_minute: Ints
    labelled_minute: Ints
    seen_by: Ints
    liked_by: Ints
    viewers_1500_minute: Ints
    impressions: Ints
    clicks: Ints
    likes: Ints
    angries: Ints
    comments: Ints
    reshares: Ints
    hides: Ints
    reports: Ints

    def __init__(self, harms: int, room: int = 1024) -> None:
        self.harms = harms
        super().__init__(room)

    def width(self, name: str) -> tuple[int, ...]:
        """(H,) for what there is one of a class of harm, (2,) for cues and audiences, a plain column otherwise."""
        of_harms = ("signals", "p_harm", "cased", "cleared")
        return (self.harms,) if name in of_harms else (2,) if name in ("cues", "seen_by", "liked_by") else ()
