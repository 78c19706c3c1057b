"""What lies beside the arms of a study: the comparison, what moves the answer, the frontier of a search."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.shelf import MOST_LETTERS, StudyFolder, checked, text_of
from feedsim.origin import SUMMARY, is_present
from feedsim.results import NotARun
from feedsim.study.frontier import FOLDER, LEVER, OBJECTIVE

MOST = 500 * MOST_LETTERS
"""Letters of such a file that are read."""
TRIAL = ("trial", "arm", "error", "feasible", "non_dominated", "p_non_dominated", "point", "hypervolume")
EFFECT = ("method", "arm", "against", "metric", "harm", "side", "group", "level", "part", "assumption", "effect", "low",
          "high", "first_order", "sigma", "chance", "runs")  # fmt: skip
CONTRAST = ("arm", "assumption", "metric", "harm", "side", "group", "level", "part", "base_arm", "base", "mean", "low",
            "high", "least", "greatest", "percent", "seeds", "method", "p_holm", "variance_kept")  # fmt: skip


@dataclass(frozen=True)
class Objective:
    """What a search raised or lowered."""

    name: str
    is_up: bool
    unit: str

    @property
    def scale(self) -> float:
        """Shares are shown in per cent."""
        return 100.0 if self.unit == "share" else 1.0

    @property
    def axis(self) -> str:
        """Its name with the unit."""
        return f"{self.name}, {'%' if self.unit == 'share' else self.unit}"


@dataclass(frozen=True)
class Search:
    """A search for settings that nothing beats."""

    trials: pd.DataFrame
    objectives: tuple[Objective, ...]

    @property
    def levers(self) -> tuple[str, ...]:
        """Settings that were moved."""
        return tuple(name.removeprefix(LEVER) for name in map(str, self.trials) if name.startswith(LEVER))

    def of(self, objective: Objective, what: str = "mean") -> "pd.Series[float]":
        """A column of an objective, as it is shown."""
        return self.trials[f"{OBJECTIVE}{objective.name}:{what}"] * objective.scale


def table(study: StudyFolder, name: str, columns: Sequence[str]) -> pd.DataFrame | None:
    """A table with at least these columns, texts as texts; nothing where there is no such file. Raises NotARun."""
    found = _read(study, name)
    if found is None:
        return None
    if lacking := [column for column in columns if column not in found.column_names]:
        raise NotARun(f"{name}.parquet: has no {', '.join(lacking)}; it is of another version: make it again")
    return _texts(cast(pd.DataFrame, found.to_pandas()))


def search(study: StudyFolder) -> Search | None:
    """The search of a study; nothing where there was none. Raises NotARun where it can't be read."""
    trials, found = table(study, "frontier", TRIAL), _read(study, "frontier")
    if trials is None or found is None:
        return None
    objectives = []
    for field in found.schema:
        said = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        if field.name.startswith(OBJECTIVE) and "direction" in said:
            name = field.name.removeprefix(OBJECTIVE).removesuffix(":mean")
            objectives.append(Objective(name, said["direction"] == "up", said.get("unit", "")))
    if not objectives:
        raise NotARun("frontier.parquet: names no objective; make it again")
    return Search(trials, tuple(objectives))


def scenario_file(study: StudyFolder, point: str) -> str | None:
    """The scenario file of a point of the frontier; nothing where there is none."""
    path = study.folder / FOLDER / f"{point}.yaml"
    return text_of(study.root, path, MOST) if path.is_file() else None


def _read(study: StudyFolder, name: str) -> pa.Table | None:
    """A table of what the runs beside it are of."""
    path = study.folder / f"{name}.parquet"
    if not path.is_file():
        return None
    checked(study.root, study.folder / SUMMARY)
    if not is_present(checked(study.root, path)):
        return None
    try:
        return pq.read_table(path, partitioning=None)
    except (pa.ArrowException, OSError) as error:
        raise NotARun(f"{name}.parquet: can't be read; make it again") from error


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.astype(dict.fromkeys(rows.columns[rows.dtypes == "category"], str))
