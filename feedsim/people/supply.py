"""The supply of posts: what people would write on each day, whatever the feed does, so that all arms face the same."""

from dataclasses import dataclass

import numpy as np

from feedsim.people.catalogue import Catalogue
from feedsim.people.content import CatalogueContent, ContentBlock, Harms, enabled
from feedsim.people.drafts import Births, Drafts, born, permuted
from feedsim.people.matter import Matter, Mixes
from feedsim.people.stories import Narratives, Told, narratives, tell
from feedsim.people.texts import (
    Crafts,
    Targets,
    cues_of,
    hostility,
    legibility,
    manipulated,
    severity_of,
    signals_of,
    terms_of,
    words_of,
)
from feedsim.people.truth import harm_of, proximity_of
from feedsim.world.arrays import NOBODY, Codes
from feedsim.world.population import Population
from feedsim.world.rng import Streams
from feedsim.world.users import Users


@dataclass(frozen=True)
class Supply:
    """All that the posts of a run are drawn from; built once, then a day at a time."""

    content: ContentBlock
    harms: Harms
    """the enabled ones"""
    users: Users
    streams: Streams
    narratives: Narratives
    mixes: Mixes
    targets: Targets
    crafts: Crafts
    catalogue: Catalogue | None

    @staticmethod
    def build(
        population: Population,
        content: ContentBlock,
        harms: Harms,
        users: Users,
        levels: dict[str, tuple[str, ...]],
        streams: Streams,
    ) -> "Supply":
        """Check what only a run can know (the target attribute, the catalogue's file), and get ready to draft."""
        attribute = content.target_attribute
        if attribute not in levels:
            raise ValueError(
                f"content.target_attribute: {attribute!r} is no attribute of population.groups; "
                f"it should be one of {', '.join(levels) or '(there is none)'}"
            )
        return Supply(
            content,
            enabled(harms),
            users,
            streams,
            narratives(content, population.topics, streams),
            Mixes.of(population),
            Targets.of(population.groups[attribute], levels[attribute]),
            Crafts.of(content),
            Catalogue.read(content) if isinstance(content, CatalogueContent) else None,
        )

    def draft(self, day: int) -> Drafts:
        """The posts of `day`, counted from the end of burn-in. A pure function of the day: it can be asked again."""
        births = born(self.users.posts_per_day, day, self.streams)
        actor = self.users.actor[births.author]
        matter = self._matter(births, actor)
        told = tell(self.narratives, matter, births, self.users, self.content, self.streams)
        drafts = self._written(births, matter, told, actor)
        return permuted(drafts, actor, self.streams) if self.content.placebo else drafts

    def _matter(self, births: Births, actor: Codes) -> Matter:
        if self.catalogue is not None:
            return self.catalogue.matter(births, self.users.leaning, self.streams)
        return self.mixes.matter(births, actor, self.streams)

    def _group(self, attribute: str, births: Births) -> Codes:
        """(P,) the author's level; 0 where the scenario has no such attribute."""
        if attribute not in self.users.groups:
            return np.zeros(len(births.author), np.int8)
        return self.users.groups[attribute][births.author]

    def _written(self, births: Births, matter: Matter, told: Told, actor: Codes) -> Drafts:
        key, streams, content = births.key, self.streams, self.content
        level = self._group(content.target_attribute, births)
        language = self._group("language", births)
        target = hostility(self.mixes, self.targets, actor, level, key, streams)
        hostile = target != NOBODY
        severity = severity_of(hostile, key, streams)
        harm = harm_of(self.harms, told.false, hostile, severity)
        made = manipulated(content.manipulated_share, matter.modality, key, streams)
        strength = content.signal_strength * legibility(matter.modality, made, language)
        bias = content.signal_bias * (level == self.targets.smallest)
        return Drafts(
            key=key,
            author=births.author,
            minute=births.minute,
            kind=matter.kind,
            modality=matter.modality,
            manipulated=made,
            language=language,
            topic=told.topic,
            narrative=told.narrative.astype(np.int16),
            stance=told.stance,
            side=told.side.astype(np.float32),
            target_group=target,
            moral_emotional_words=words_of(content, matter.kind, told.false, severity, key, streams).astype(np.int16),
            outgroup_terms=terms_of(content, matter.kind, told.false, severity, key, streams).astype(np.int16),
            novelty=self.crafts.novelty_of(told.false, key, streams),
            quality=self.crafts.quality_of(matter.kind, told.false, key, streams),
            severity=severity,
            proximity=proximity_of(self.harms, hostile, severity),
            false=told.false,
            harm=harm,
            signals=signals_of(self.harms, harm, strength, bias, births, streams),
            cues=cues_of(self.harms, harm, matter.modality, key, streams),
        )
