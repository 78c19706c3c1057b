"""Who the people are: group attributes, traits with heavy tails, and kinds of actor."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from feedsim.block import Block, NotNegative, Positive, Share

Kind: TypeAlias = Literal["personal", "news", "civic", "entertainment"]
Rate: TypeAlias = Literal["sessions_per_day", "posts_per_day", "followees", "followers"]
Score: TypeAlias = Literal["reactivity", "discernment", "harm_aversion"]
Trait: TypeAlias = Rate | Score
ActorName: TypeAlias = Literal["supersharer", "bot", "coordinated", "hate_producer", "publisher"]
Correlation = Annotated[float, Field(ge=-0.95, le=0.95)]


class Group(Block):
    """One attribute that people have, such as age: its levels, and what goes with them."""

    shares: Annotated[dict[str, Share], Field(min_length=2, max_length=100)]
    """share of people at each level, in order; they add up to 1"""
    visible_to_company: bool = False
    """whether company-side models and policies may read it"""
    correlations: dict[str, Correlation] = Field(default_factory=dict)
    """with other attributes, between the normal scores that the levels are cut from"""
    modifiers: dict[str, dict[Trait, float]] = Field(default_factory=dict)
    """level -> trait -> what it changes: a factor on rates and counts, an addition to scores"""


class Actor(Block):
    """A kind of account: how common it is and how it posts."""

    share: Share
    """of all users"""
    posts_per_day: NotNegative | None = None
    """mean; nothing = like everybody else's"""
    sessions_per_day: NotNegative | None = None
    """mean; nothing = like everybody else's"""
    popularity: Positive = 1.0
    """factor on the chance of being followed"""
    kinds: dict[Kind, Share]
    """mix of what they post; adds up to 1"""
    false_share: Share = 0.0
    """of their posts that tell a story, those that tell a false one"""
    hostile_share: Share = 0.0
    """of their posts, those aimed at a group of people"""
    reshare_own_odds: Positive = 1.0
    """factor on the odds that they reshare an account of their own kind"""


def _default_groups() -> dict[str, Group]:
    return {
        "leaning": Group(shares={"left": 0.35, "centre": 0.3, "right": 0.35}),
        # Guess, Nagler and Tucker 2019 (E15): 65+ share 7 times the false articles of the youngest, 2.3 times those
        # of the next-oldest. In log-odds 0, 0.5 (interpolated), 1.11, 1.95; here minus that, around a mean of 0.
        "age": Group(
            shares={"18-29": 0.22, "30-44": 0.26, "45-64": 0.34, "65+": 0.18},
            visible_to_company=True,
            modifiers={
                "18-29": {"discernment": 0.86},
                "30-44": {"discernment": 0.36},
                "45-64": {"discernment": -0.25},
                "65+": {"discernment": -1.09},
            },
        ),
        "dialect": Group(shares={"majority": 0.87, "minority": 0.13}),
        "language": Group(
            shares={"english": 0.8, "spanish": 0.2}, visible_to_company=True, correlations={"dialect": 0.3}
        ),
    }


def _default_actors() -> dict[ActorName, Actor]:
    return {
        # What is not cited is an assumption.
        "supersharer": Actor(
            share=0.003,  # 2,107 of 664,391 people (Baribi-Bartov et al. 2024)
            posts_per_day=31.8,  # 15.9 political links a day (E13), taken as half of what they post: mostly news
            kinds={"personal": 0.2, "news": 0.4, "civic": 0.1, "entertainment": 0.3},
            false_share=0.18,  # 2.8 of 15.9 links (E13)
            hostile_share=0.02,
        ),
        "bot": Actor(
            share=0.01,
            posts_per_day=3,
            kinds={"personal": 0.2, "news": 0.2, "civic": 0.2, "entertainment": 0.4},
            false_share=0.2,
        ),
        "coordinated": Actor(
            share=0.0005,
            posts_per_day=5,
            kinds={"personal": 0.2, "news": 0.2, "civic": 0.4, "entertainment": 0.2},
            false_share=0.4,
            hostile_share=0.05,
            reshare_own_odds=3,
        ),
        "hate_producer": Actor(
            share=0.01,
            posts_per_day=3,
            kinds={"personal": 0.5, "news": 0.06, "civic": 0.12, "entertainment": 0.32},
            false_share=0.05,
            hostile_share=0.2,
        ),
        "publisher": Actor(
            share=0.004,
            posts_per_day=10,
            popularity=15,
            kinds={"news": 0.6, "civic": 0.15, "entertainment": 0.25},
            false_share=0.01,
        ),
    }


def _default_kinds() -> dict[Kind, Share]:
    return {"personal": 0.6, "news": 0.06, "civic": 0.03, "entertainment": 0.31}


class Population(Block):
    """The people of a world."""

    users: Annotated[int, Field(ge=10, le=20_000_000)] = 10_000
    groups: dict[str, Group] = Field(default_factory=_default_groups)
    """attribute -> its levels; an attribute called `leaning` also sets the number that politics reads"""
    actors: dict[ActorName, Actor] = Field(default_factory=_default_actors)
    """accounts out of the ordinary; everybody else is ordinary"""
    ordinary_kinds: dict[Kind, Share] = Field(default_factory=_default_kinds)
    """mix of what ordinary people post; adds up to 1"""
    ordinary_false_share: Share = 0.03
    ordinary_hostile_share: Share = 0.01
    sessions_per_day: Positive = 1.6
    """mean over people: with feed.slate, the scale of impressions a day (fact B02 is ten times the default)"""
    sessions_spread: NotNegative = 0.8
    """standard deviation of its logarithm"""
    posts_per_day: Positive = 0.8
    """mean over people"""
    posts_spread: NotNegative = 2.1
    """standard deviation of its logarithm: 2.12 gives 80 % of posts to the top 10 % (A01)"""
    reactivity_spread: NotNegative = 1.7
    """standard deviation, in log-odds: with the spread of sessions, the top 3 % make about 50 % of interactions
    (52 % in A08)"""
    discernment_spread: NotNegative = 0.5
    """standard deviation within a group"""
    topics: Annotated[int, Field(ge=2, le=100)] = 16
    """topics that people have a taste for"""
    interest_concentration: Positive = 0.3
    """of the Dirichlet distribution of tastes: lower = fewer topics a person"""
