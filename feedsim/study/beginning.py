"""Where a run begins: at its first day, where its history ends, or at its own last snapshot; and how it keeps some."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from feedsim.results import RunWriter
from feedsim.scenario import Scenario
from feedsim.study.plan import RunPlan

if TYPE_CHECKING:
    from feedsim.engine.simulation import Simulation
    from feedsim.engine.snapshot import About

DAY = 1440
"""Minutes."""
NAME = "day={}"
"""Of a snapshot's folder: the day that begins at its midnight, counted from the end of burn-in."""


def begin(run: RunPlan, simulation: "Simulation", writer: RunWriter) -> "About | None":
    """Let it go on from the latest snapshot of itself, else from its history; which that is, none where it begins anew.

    A history saves time and changes nothing: one that is gone, for another command has ended, is lived again.
    """
    from feedsim.engine.snapshot import NotASnapshot, about, restore

    past = latest(writer.snapshots, run.content_hash)
    if past is None and run.history is not None:
        with suppress(NotASnapshot):
            past = about(run.history)
    if past is not None:
        restore(simulation, writer, past)
    return past


def latest(folder: Path, content_hash: str) -> "About | None":
    """The latest whole snapshot of a run; what can't be gone on from is removed."""
    from feedsim.engine.snapshot import About, NotASnapshot, about

    found: list[About] = []
    for path in sorted(folder.glob("*")):
        try:
            said = about(path)
        except NotASnapshot:
            said = None
        if said is not None and said.content_hash == content_hash and not path.name.startswith("."):
            found.append(said)
        else:
            shutil.rmtree(path, ignore_errors=True)
    return max(found, key=lambda said: said.minute, default=None)


def live(run: RunPlan, simulation: "Simulation", writer: RunWriter) -> None:
    """Live all days and write all tables, with snapshots in between where they are wanted."""
    from feedsim.engine.snapshot import save

    for day in snapshot_days(run.scenario):
        folder = writer.snapshots / NAME.format(day)
        if day * DAY >= simulation.minute and not folder.exists():
            simulation.advance(writer, day * DAY)
            save(simulation, folder, run.content_hash)
    simulation.run(writer)
    if not run.scenario.snapshot_every_days:
        shutil.rmtree(writer.snapshots, ignore_errors=True)


def snapshot_days(scenario: Scenario) -> list[int]:
    """Days at whose midnight a snapshot is taken: every so many from the end of burn-in, its own among them."""
    every = scenario.snapshot_every_days
    return [day for day in range(1 - scenario.burn_in_days, scenario.days + 1) if every and day % every == 0]
