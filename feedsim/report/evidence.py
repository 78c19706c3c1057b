"""What the report rests on: everything it reads from a study's folder, as DataFrames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from feedsim.beside import read_beside
from feedsim.origin import is_present
from feedsim.report.further import Slant, slants
from feedsim.report.gap import Gap, widest_gaps
from feedsim.results import NotARun, Run, RunPath, find_runs, open_run, read_summary
from feedsim.study.compare import CELL, differences, means, plain
from feedsim.study.frontier import FILE as FRONTIER
from feedsim.study.frontier import Frontier, read_frontier

ENGAGEMENT, PREVALENCE, QUALITY = "engagement_value", "prevalence", "ranker_auc"


@dataclass(frozen=True)
class Evidence:
    """A study's numbers. Charts and most tables are about one assumption: the first."""

    study: str
    question: str
    arms: tuple[str, ...]
    """those with a finished run, in the study's order; the others are compared with the first"""
    unfinished: tuple[str, ...]
    """arms without a finished run"""
    assumptions: tuple[str, ...]
    runs: tuple[tuple[RunPath, Run], ...]
    """of every arm and assumption, in the study's order"""
    every_cell: pd.DataFrame
    """the summary, with the widest gap between groups as one metric more"""
    every_gap: Mapping[tuple[str, str], Gap]
    """where that is, of an arm and an assumption"""
    daily: pd.DataFrame
    """cells of days, of the first assumption: arm, seed, day, CELL, value"""
    points: pd.DataFrame
    """what each assumption says: `assumptions.parquet`; no rows where one thing is assumed"""
    effects: pd.DataFrame
    """what moves what: `sensitivity.parquet`; no rows where it was not asked of what these runs are of"""
    frontier: Frontier | None = None
    """where settings have been searched for, from what these runs are of"""

    @property
    def base(self) -> str:
        """The arm that the others are compared with."""
        return self.arms[0]

    @property
    def cells(self) -> pd.DataFrame:
        """Whole-run cells of the first assumption."""
        return self.every_cell[self.every_cell["assumption"] == self.assumptions[0]]

    @cached_property
    def means(self) -> pd.DataFrame:
        """Each cell of each arm: mean, low, high, seeds."""
        return means(self.cells)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Each cell of each other arm, minus the first arm's."""
        return differences(self.cells, self.base)

    @cached_property
    def harms(self) -> tuple[str, ...]:
        """Classes of harm, the most prevalent first."""
        of = self.means[(self.means["metric"] == PREVALENCE) & (self.means["side"] == "") & (self.means["part"] == "")]
        sizes = of[of["harm"] != ""].groupby("harm")["mean"].max()
        return tuple(sizes.sort_values(ascending=False).index)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """Group attributes that prevalence is cut by, on the viewer's side."""
        of = self.means[(self.means["metric"] == PREVALENCE) & (self.means["side"] == "viewer")]
        return tuple(dict.fromkeys(of["group"]))

    @cached_property
    def gaps(self) -> dict[str, Gap]:
        """Where the widest gap between viewers' groups is, of each arm that has one."""
        return {arm: gap for (arm, assumption), gap in self.every_gap.items() if assumption == self.assumptions[0]}

    @cached_property
    def slants(self) -> list[Slant]:
        """Whom mistakes hit more often in the first arm: one for each kind of mistake."""
        return slants(self.cells, self.base)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds that any arm has run with."""
        return tuple(sorted({run.seed for run, _ in self.runs}))


def gather(study_dir: Path, arms: Sequence[str], assumptions: Sequence[str], study: str, question: str) -> Evidence:
    """Read a study's folder; what is left empty is taken from its files. Raises NotARun where nothing has finished."""
    summary = plain(read_summary(study_dir))
    there = tuple(dict.fromkeys(summary["arm"]))
    kept = tuple(arm for arm in arms or there if arm in there)
    if not kept:
        raise NotARun(f"{study_dir}: no run of {', '.join(arms) or 'any arm'} has finished")
    summary = summary[summary["arm"].isin(kept)]
    found = tuple(dict.fromkeys(summary["assumption"]))
    order = tuple(name for name in assumptions if name in found) or found
    runs = _runs(study_dir, summary, kept, order)
    daily = pd.concat([_daily(place, run) for place, run in runs if place.assumption == order[0]])
    gaps, where = widest_gaps(summary)
    cells = pd.concat([summary, gaps], ignore_index=True)
    said = runs[0][1].manifest
    named = (study or str(said.get("study", Path(study_dir).name)), question or str(said.get("question", "")))
    unfinished = tuple(arm for arm in arms if arm not in there)
    assumed, effects = (read_beside(study_dir, name) for name in ("assumptions", "sensitivity"))
    if not is_present(study_dir / "sensitivity.parquet"):
        effects = effects[:0]
    searched = read_frontier(study_dir) if is_present(study_dir / FRONTIER) else None
    return Evidence(*named, kept, unfinished, order, runs, cells, where, daily, assumed, effects, searched)


def _runs(
    study_dir: Path, summary: pd.DataFrame, arms: tuple[str, ...], assumptions: tuple[str, ...]
) -> tuple[tuple[RunPath, Run], ...]:
    """The runs that the summary is of: the folder may hold others, of what the study said at another time."""
    of = set(summary[["arm", "assumption", "seed"]].itertuples(index=False, name=None))
    found = [run for run in find_runs(study_dir) if (run.arm, run.assumption, run.seed) in of]
    found = [run for run in found if run.assumption in assumptions]
    found.sort(key=lambda run: (assumptions.index(run.assumption), arms.index(run.arm), run.seed))
    if not found:
        raise NotARun(f"{study_dir}: the runs of its summary are gone; run the study again")
    return tuple((run, open_run(run.path)) for run in found)


def _daily(place: RunPath, run: Run) -> pd.DataFrame:
    rows = run.table("metrics", ["tick", "day", *CELL, "value"])
    rows = rows[(rows["tick"] == -1) & (rows["day"] >= 0) & rows["metric"].isin([ENGAGEMENT, PREVALENCE, QUALITY])]
    return plain(rows).assign(arm=place.arm, seed=place.seed)
