"""A scenario file for every point of a frontier: it runs to the figures that the search found."""

import inspect
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import yaml

from feedsim.own_code import own_policies
from feedsim.scenario import Scenario, Study, dump
from feedsim.study.frontier import FOLDER, LEVER, OBJECTIVE, Frontier


def write_points(study_dir: Path, study: Study, arms: Mapping[str, Scenario], frontier: Frontier) -> list[Path]:
    """Write `frontier/point-01.yaml` and so on; those of an earlier search go."""
    folder = Path(study_dir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("point-*.yaml"):
        old.unlink()
    return [_write(folder, study, arms, frontier, row) for _, row in frontier.points.iterrows()]


def _write(folder: Path, study: Study, arms: Mapping[str, Scenario], frontier: Frontier, row: "pd.Series[str]") -> Path:
    name, scenario = str(row["point"]), arms[str(row["arm"])]
    _bring_code(folder, scenario)
    path = folder / f"{name}.yaml"
    whole = dump(scenario, f"{study.name}-{name}", study.question)
    seeds = yaml.safe_dump({"seeds": list(study.seeds)}, default_flow_style=None)
    path.write_text("\n".join(["\n".join(_told(study, frontier, row)), whole + seeds]), encoding="utf-8")
    return path


def _told(study: Study, frontier: Frontier, row: "pd.Series[str]") -> list[str]:
    """What the point is, in comments."""
    lines = [f"# {row['point']} of the frontier of {study.name}: what {row['arm']} set, and what came of it."]
    lines += [f"#   {path}: {row[LEVER + path]}" for path in frontier.levers]
    for one in frontier.objectives:
        mean, low, high = (float(row[f"{OBJECTIVE}{one.name}:{what}"]) for what in ("mean", "low", "high"))
        interval = "" if pd.isna(low) else f" ({low:.6g} to {high:.6g})"
        lines.append(f"#   {one.name}: {mean:.6g}{interval}, {one.unit}")
    return lines


def _bring_code(folder: Path, scenario: Scenario) -> None:
    """Policies of somebody's own are looked for beside the file that names them."""
    for policy in own_policies(scenario.policies.values()):
        if "." not in policy.__module__:
            shutil.copy(inspect.getfile(policy), folder)
