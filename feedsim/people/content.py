"""What there is to write about: harms and the content block of a scenario."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from feedsim.block import Block, NotNegative, Share
from feedsim.world.population import Kind

DEFAULT_LINE = 0.6


class Harm(Block):
    """A class of harmful post, and what it rests on."""

    rests_on: Literal["falsity", "severity"]
    """falsity: it tells a false story; severity: it passes the policy line"""
    line: Annotated[float, Field(gt=0, lt=1)] = DEFAULT_LINE
    """severity over which a post violates the policy; unused by falsity"""
    aimed_at_group: bool | None = None
    """only posts aimed at a group of people (true), only others (false), either (nothing)"""
    enabled: bool = True


def default_harms() -> dict[str, Harm]:
    """What a scenario that names no harms looks at."""
    return {
        "misinformation": Harm(rests_on="falsity"),
        "hate": Harm(rests_on="severity", aimed_at_group=True),
        "extremism": Harm(rests_on="severity", aimed_at_group=False, enabled=False),
    }


Harms: TypeAlias = dict[str, Harm]


def enabled(harms: Harms) -> Harms:
    """The classes that posts are sorted into, in order; a post's `harm` is a place in this order."""
    return {name: harm for name, harm in harms.items() if harm.enabled}


class Content(Block):
    """What every supply of posts has in common: what is not in a file is drawn from here."""

    retention_hours: Annotated[int, Field(ge=24, le=24 * 14)] = 48
    """how long a post lives: 95 % of posts gain no impressions after 24 h (Pfeffer et al. 2023, B04)"""
    narratives: Annotated[int, Field(ge=2, le=1000)] = 24
    false_narratives: Annotated[int, Field(ge=1, le=999)] = 10
    correction_share: Share = 0.05
    """of true news and civic posts, those that correct a false story"""
    target_attribute: str = "dialect"
    """group attribute whose levels hostile posts are aimed at"""
    words_mean: dict[Kind, NotNegative] = Field({"personal": 0.2, "news": 0.2, "civic": 0.4, "entertainment": 0.2})
    """moral-emotional words a post (Poisson); civic posts carry twice as many as others (assumption)"""
    words_if_false: NotNegative = 0.4
    """more of them in a false story"""
    words_per_severity: NotNegative = 0.5
    """more of them per unit of severity"""
    terms_mean: dict[Kind, NotNegative] = Field({"personal": 0.02, "news": 0.02, "civic": 0.1, "entertainment": 0.02})
    """out-group terms a post (Poisson), before falsity and severity add theirs (assumption)"""
    terms_if_false: NotNegative = 0.25
    terms_per_severity: NotNegative = 0.8
    novelty_if_false: Annotated[float, Field(ge=0, le=0.5)] = 0.15
    """false stories are more novel by this much, on [0, 1] (sign: Vosoughi et al. 2018, E07)"""
    quality_if_false: Annotated[float, Field(ge=-0.4, le=0)] = -0.15
    manipulated_share: Share = 0.02
    """of photos, videos and memes"""
    signal_strength: NotNegative = 1.5
    """standard deviations between the signals of a violating post and others', for text in the first language"""
    signal_bias: NotNegative = 0.5
    """standard deviations by which what the smallest group writes, harmless or not, looks more like hate (Sap et al.
    2019, J01: signals correlate with dialect; the size is an assumption)"""
    placebo: bool = False
    """deal words, terms, novelty, quality, severity and falsity anew within author kind and day: no cause is left"""

    @model_validator(mode="after")
    def _some_narratives_are_true(self) -> Self:
        if self.false_narratives >= self.narratives:
            raise ValueError(
                f"false_narratives: {self.false_narratives} of {self.narratives} narratives are false; "
                f"at most {self.narratives - 1} can be, so that true posts have one to tell"
            )
        return self


class GeneratedContent(Content):
    """Posts drawn from distributions alone."""

    kind: Literal["generated"] = "generated"


class CatalogueColumns(Block):
    """Which column of the file holds what."""

    rating: str
    leaning: str | None = None
    modality: str | None = None
    source: str | None = None
    """who published it; kept together, so that a page's mix of posts stays its own"""


class CatalogueContent(Content):
    """Each post is drawn from a file of real posts; what the file lacks is drawn as for generated ones.

    Counts of shares and reactions in the file are never read.
    """

    kind: Literal["catalogue"]
    path: str
    """CSV or Parquet; ${FEEDSIM_DATA} is expanded"""
    columns: CatalogueColumns
    false_ratings: Annotated[list[str], Field(min_length=1)]
    """ratings that mean a false story; every other rating is a true one"""
    leanings: dict[str, Annotated[float, Field(ge=-1, le=1)]] = Field({})
    """value in the leaning column -> leaning that the post speaks for"""
    modalities: dict[str, Literal["text", "link", "photo", "video", "meme"]] = Field({})
    """value in the modality column -> modality, where the names differ"""
    kind_of_post: Kind = "civic"
    leaning_match: Annotated[float, Field(gt=0, le=10)] = 2.0
    """how strongly people post what speaks for their own leaning, per unit of distance"""


ContentBlock: TypeAlias = Annotated[GeneratedContent | CatalogueContent, Field(discriminator="kind")]
