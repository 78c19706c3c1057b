"""Day zero: the world as a scenario describes it, and the people ready to act."""

import numpy as np

from feedsim.people.content import enabled
from feedsim.people.falsity import false_minus_true
from feedsim.people.minds import CALM
from feedsim.people.respond import Responder
from feedsim.people.supply import Supply
from feedsim.scenario import Scenario
from feedsim.world.posts import Posts
from feedsim.world.rng import Streams
from feedsim.world.society import build_people
from feedsim.world.users import ACTORS, Users
from feedsim.world.world import ACTIONS, Graph, Items, Minds, Profiles, Seen, World

FIRST_BELIEF = np.float32(0.1)
"""In every story, before anything is seen (assumption)."""


def found(scenario: Scenario, streams: Streams, threads: int) -> tuple[World, Supply, Responder]:
    """Build the people, their graph and their supply of posts; nobody has seen or learned anything yet."""
    population = scenario.population
    users, graph, levels = build_people(population, scenario.graph, streams, threads)
    supply = Supply.build(population, scenario.content, scenario.harms, users, levels, streams)
    harms = tuple(enabled(scenario.harms))
    world = World(
        streams=streams,
        users=users,
        graph=graph,
        posts=Posts(len(harms)),
        items=Items(),
        seen=Seen(len(users)),
        minds=_minds(users, len(supply.narratives.is_false)),
        profiles=_profiles(users, graph),
        narrative_is_false=supply.narratives.is_false,
        harms=harms,
        levels=levels,
        visible=tuple(name for name, group in population.groups.items() if group.visible_to_company),
        tick_minutes=scenario.tick_minutes,
    )
    responses = scenario.people.responses
    odds = np.ones(len(ACTORS))
    for name, actor in population.actors.items():
        odds[ACTORS.index(name)] = actor.reshare_own_odds
    responder = Responder.of(
        responses,
        scenario.people.reflection,
        users,
        false_minus_true(scenario.content, responses),
        users.groups[scenario.content.target_attribute],
        odds,
    )
    return world, supply, responder


def _minds(users: Users, narratives: int) -> Minds:
    many = len(users)
    return Minds(
        satisfaction=np.zeros(many, np.float32),
        interest=users.interest.copy(),
        habit=np.ones(many, np.float32),
        belief=np.full((many, narratives), FIRST_BELIEF),
        warmth=np.full(many, CALM, np.float32),
    )


def _profiles(users: Users, graph: Graph) -> Profiles:
    many, topics = users.interest.shape

    def nothing(*shape: int) -> np.ndarray:
        return np.zeros(shape, np.float32)

    return Profiles(
        topic_clicks=nothing(many, topics),
        seen=nothing(many),
        acted=nothing(many, len(ACTIONS)),
        author_seen=nothing(many),
        author_value=nothing(many),
        author_posts=nothing(many),
        affinity=nothing(len(graph.followee)),
    )
