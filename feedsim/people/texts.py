"""How each post is written: hostility, words, novelty, quality, and what a machine could see of it."""

from dataclasses import dataclass

import numpy as np

from feedsim.people.content import Content, Harms
from feedsim.people.drafts import Births
from feedsim.people.matter import Mixes, by_kind, pick
from feedsim.people.spread import at_quantile, beta_table, mean_table
from feedsim.world.arrays import NOBODY, Bools, Codes, Doubles, Floats, Keys, Longs
from feedsim.world.population import Group
from feedsim.world.posts import KINDS, MODALITIES
from feedsim.world.rng import Streams

# Assumptions: 12 % of hostile posts and 0.07 % of others pass a line of 0.6.
_SEVERITY = np.array([beta_table(1, 8), beta_table(1.5, 3)])
_NOVELTY_MEAN, _NOVELTY_CONCENTRATION = 0.4, 5.0
_QUALITY_MEAN = {"personal": 0.5, "news": 0.6, "civic": 0.5, "entertainment": 0.45}
_QUALITY_CONCENTRATION = 6.0

# Assumptions: how much of a class's signal is left. Pictures and moving ones hide what text shows, the irony of memes
# hides more; manipulation is made to pass; models have learned mostly from the first language.
_SIGNAL_BY_MODALITY = np.array([{"photo": 0.8, "video": 0.6, "meme": 0.5}.get(name, 1.0) for name in MODALITIES])
_SIGNAL_IF_MANIPULATED = 0.7
_SIGNAL_IN_OTHER_LANGUAGES = 0.6
# Of a meme that violates by severity, and of another: how often words and picture fit together in the way that makes
# the attack. Each alone says nothing: both must be read. The noise is in units of what they say.
_FIT_IF_HARMFUL, _FIT_OTHERWISE, _CUE_NOISE = 0.9, 0.25, 0.5


@dataclass(frozen=True)
class Targets:
    """Whom hostile posts are aimed at."""

    edges: Doubles
    """(levels, levels) shares of targets for each own level, added up along the targets"""
    smallest: int
    """level of the smallest group"""

    @staticmethod
    def of(group: Group, levels: tuple[str, ...]) -> "Targets":
        """Never the own level; the smaller a group, the likelier a target (assumption)."""
        shares = np.array([group.shares[level] for level in levels])
        return Targets(np.cumsum((1 - shares) * ~np.eye(len(levels), dtype=bool), axis=1), int(shares.argmin()))


def hostility(mixes: Mixes, targets: Targets, actor: Codes, level: Codes, key: Keys, streams: Streams) -> Codes:
    """(P,) the level that a post is aimed at, or -1, given its author's kind of account and own `level` (P,)."""
    hostile = streams.uniform("hostile", key) < mixes.hostile_share[actor]
    target = pick(targets.edges, level, streams.uniform("target", key))
    return np.where(hostile, target, np.int8(NOBODY))


def severity_of(hostile: Bools, key: Keys, streams: Streams) -> Floats:
    """(P,)"""
    return at_quantile(_SEVERITY, hostile.astype(np.int64), streams.uniform("severity", key)).astype(np.float32)


def words_of(content: Content, kind: Codes, false: Bools, severity: Floats, key: Keys, streams: Streams) -> Longs:
    """(P,) moral-emotional words."""
    mean = by_kind(content.words_mean)[kind] + content.words_if_false * false + content.words_per_severity * severity
    return streams.poisson("words", mean, key)


def terms_of(content: Content, kind: Codes, false: Bools, severity: Floats, key: Keys, streams: Streams) -> Longs:
    """(P,) out-group terms."""
    mean = by_kind(content.terms_mean)[kind] + content.terms_if_false * false + content.terms_per_severity * severity
    return streams.poisson("terms", mean, key)


@dataclass(frozen=True)
class Crafts:
    """How novel and how good posts are: quantiles of Beta distributions whose means a false story shifts."""

    novelty: Doubles
    """(2, K) for true and false"""
    quality: Doubles
    """(KINDS x 2, K) for each kind, true and false"""

    @staticmethod
    def of(content: Content) -> "Crafts":
        """The distributions of a scenario's content."""
        novelty = [mean_table(_NOVELTY_MEAN + shift, _NOVELTY_CONCENTRATION) for shift in (0, content.novelty_if_false)]
        shifts = (0, content.quality_if_false)
        quality = [mean_table(_QUALITY_MEAN[k] + shift, _QUALITY_CONCENTRATION) for k in KINDS for shift in shifts]
        return Crafts(np.array(novelty), np.array(quality))

    def novelty_of(self, false: Bools, key: Keys, streams: Streams) -> Floats:
        """(P,)"""
        return at_quantile(self.novelty, false.astype(np.int64), streams.uniform("novelty", key)).astype(np.float32)

    def quality_of(self, kind: Codes, false: Bools, key: Keys, streams: Streams) -> Floats:
        """(P,)"""
        row = 2 * kind.astype(np.int64) + false
        return at_quantile(self.quality, row, streams.uniform("quality", key)).astype(np.float32)


def manipulated(share: float, modality: Codes, key: Keys, streams: Streams) -> Bools:
    """(P,) which photos, videos and memes are made with manipulated media, whatever they tell."""
    visual = np.array([name in ("photo", "video", "meme") for name in MODALITIES])
    return visual[modality] & (streams.uniform("manipulated", key) < share)


def legibility(modality: Codes, manipulated: Bools, language: Codes) -> Doubles:
    """(P,) share of a class's signal that is left: 1 for text in the first language."""
    made = _SIGNAL_BY_MODALITY[modality] * np.where(manipulated, _SIGNAL_IF_MANIPULATED, 1.0)
    return np.asarray(made * np.where(language == 0, 1.0, _SIGNAL_IN_OTHER_LANGUAGES))


def signals_of(harms: Harms, harm: Codes, strength: Doubles, bias: Doubles, births: Births, streams: Streams) -> Floats:
    """(P, H) what a content model could see: noise, plus `strength` (P,) in the column of the post's own class, plus
    `bias` (P,), whether harmful or not, in those of classes that are aimed at groups."""
    signals = np.empty((len(harm), len(harms)), np.float32)
    for place, (name, kind) in enumerate(harms.items()):
        # Addressed by name: another class more or less leaves this one's signals as they are.
        noise = streams.normal(f"signal of {name}", births.key)
        of_groups = kind.rests_on == "severity" and kind.aimed_at_group is not False
        signals[:, place] = noise + strength * (harm == place) + (bias if of_groups else 0.0)
    return signals


def cues_of(harms: Harms, harm: Codes, modality: Codes, key: Keys, streams: Streams) -> Floats:
    """(P, 2) what a meme's words and its picture say, with noise; 0 for other posts.

    Each says 1 or -1 by lot, so that neither tells anything alone; where the two are equal, an attack is likely.
    """
    severe = np.array([kind.rests_on == "severity" for kind in harms.values()] + [False])
    fit = streams.uniform("cues fit", key) < np.where(severe[harm], _FIT_IF_HARMFUL, _FIT_OTHERWISE)
    words = np.where(streams.uniform("cue of words", key) < 0.5, 1.0, -1.0)
    said = np.column_stack([words, np.where(fit, words, -words)])
    noise = _CUE_NOISE * streams.normal("noise of cues", key[:, None], np.arange(2))
    return np.where((modality == MODALITIES.index("meme"))[:, None], said + noise, 0).astype(np.float32)
