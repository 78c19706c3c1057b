"""A society: the people and whom they follow, built in the order that the graph asks for."""

import numba

from feedsim.world.crowd import build_users, levels_of
from feedsim.world.edges import graph_of, read_edges
from feedsim.world.graph import EdgeListGraph, GeneratedGraph, GraphBlock
from feedsim.world.growth import grow_graph
from feedsim.world.latents import draw_latents, smooth
from feedsim.world.population import Population
from feedsim.world.rng import Streams
from feedsim.world.users import Users
from feedsim.world.world import Graph


def build_people(
    population: Population, block: GraphBlock, streams: Streams, threads: int = 1
) -> tuple[Users, Graph, dict[str, tuple[str, ...]]]:
    """Users, their graph, and the names of the levels of each group attribute; any number of threads gives the same."""
    before = numba.get_num_threads()
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    try:
        if isinstance(block, EdgeListGraph):
            users, graph = _from_edges(population, block, streams)
        else:
            users, graph = _grown(population, block, streams)
    finally:
        numba.set_num_threads(before)
    return users, graph, levels_of(population)


def _grown(population: Population, block: GeneratedGraph, streams: Streams) -> tuple[Users, Graph]:
    """People first: they choose whom to follow."""
    users = build_users(population, streams, draw_latents(population, streams))
    return users, grow_graph(block, population, users, streams)


def _from_edges(population: Population, block: EdgeListGraph, streams: Streams) -> tuple[Users, Graph]:
    """The graph first: people become like those whom they follow."""
    source, target = read_edges(block.path)
    graph = graph_of(source, target, population.users, block.directed)
    latents = smooth(draw_latents(population, streams), graph, block.homophily)
    return build_users(population, streams, latents, graph.followers), graph
