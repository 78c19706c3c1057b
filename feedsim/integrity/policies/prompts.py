"""Prompts: people are asked something before they act, and some think again."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from feedsim.block import Share
from feedsim.feed.flow import Candidates, Choice
from feedsim.feed.friction import Friction, Gate, Submitted
from feedsim.integrity.policies.base import Policy
from feedsim.world.posts import MODALITIES
from feedsim.world.world import World

LINK = MODALITIES.index("link")


class AccuracyPrompt(Policy):
    """Turn people's minds to accuracy when they open the feed: they share less of what is false, and of nothing else.

    The default is what survey experiments found (I01); a field experiment found half of it, 4.9 % (I02).
    """

    kind: Literal["accuracy_prompt"]
    sharing_cut: Share = 0.10
    """share of reshares of false stories that a prompt prevents (I01)"""
    session_share: Share = 1.0
    """of sessions, those that begin with a prompt (assumption)"""

    def friction(self, world: World, c: Candidates, choice: Choice) -> Friction:
        """Fewer reshares of what people themselves find false."""
        user = c.sessions.user
        prompted = world.streams.uniform("accuracy prompt", world.tick, user) < self.session_share
        rows = np.flatnonzero(prompted[c.session[choice.candidate]])
        return Friction(rows, {"reshare": 1 - self.sharing_cut}, only_if_false=True)


class ReadFirst(Policy):
    """Ask 'read it first?' of whoever is about to reshare a link that he has not opened."""

    kind: Literal["read_first"]
    opens: Annotated[float, Field(ge=1)] = 1.33
    """factor on how often a link has been opened before it is reshared (I03)"""
    abandon_share: Share = 0.1
    """of reshares that stay unread, those that come to nothing (assumption)"""

    def friction(self, world: World, c: Candidates, choice: Choice) -> Friction:
        """More links read first; fewer shared unread."""
        link = world.posts.modality[c.post[choice.candidate] - world.posts.base] == LINK
        return Friction(np.flatnonzero(link), reads=self.opens, abandons=self.abandon_share)


class Reconsider(Policy):
    """Ask people to think again before they publish hostile words: some let it be, some find milder ones.

    What is hostile is told by a list of words, as posts have not been looked at by detectors yet.
    """

    kind: Literal["reconsider"]
    terms: Annotated[int, Field(ge=1)] = 1
    """out-group terms from which a post is asked about (assumption)"""
    cancel_share: Share = 0.09
    """of posts asked about, those that are not sent (I04)"""
    soften_share: Share = 0.08
    """of posts asked about, those that are sent in milder words (I04)"""

    def publish(self, world: World, drafts: Submitted) -> Gate:
        """Whoever uses so many terms is asked."""
        asked = drafts.outgroup_terms >= self.terms
        return Gate(np.zeros(len(drafts), np.bool_), asked, self.cancel_share, self.soften_share)
