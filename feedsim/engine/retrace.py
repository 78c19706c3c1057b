"""Repeating a run up to a tick, to see what it did not keep."""

from collections.abc import Collection
from pathlib import Path

from feedsim.engine.simulation import Simulation
from feedsim.results import Run, RunWriter, open_run
from feedsim.scenario import Scenario


def retrace(scenario: Scenario, seed: int, watch: Collection[int], until_tick: int, folder: Path, threads: int) -> Run:
    """The same run in `folder`, ended after `until_tick`, with every candidate of the watched viewers."""
    with RunWriter(folder) as writer:
        Simulation(scenario, seed, threads=threads, watch=watch).run(writer, until_tick=until_tick)
        writer.finish({"seed": seed}, "")
    return open_run(folder)
