"""What comes out is learned: without causes, ranking for engagement amplifies next to no harm."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from feedsim.results import Run, read_summary
from feedsim.scenario import load_study
from feedsim.study.scripting import run

FILE = Path(__file__).parents[1] / "scenarios" / "placebo.yaml"


def amplification(summary: pd.DataFrame, harm: str, of: str) -> "pd.Series[float]":
    """By seed: logarithm of prevalence in the engagement arm over the chronological one."""
    mine = summary[(summary.metric == "prevalence") & (summary.harm == harm) & (summary.group == "")]
    arms = mine[mine.part == ""].pivot_table(index="seed", columns="arm", values="value", observed=True)
    return np.log(arms[f"{of}engagement"] / arms[f"{of}chronological"])


def aucs(finished: Run) -> "pd.Series[float]":
    """Of the heads that the score weighs, on what came after each training."""
    cells = finished.table("metrics")
    cells = cells[(cells.metric == "ranker_auc") & (cells.group == "")]
    heads = cells.part.str.extract(r"action=(\w+)")[0]
    return cells.value[heads.isin(["like", "comment", "reshare"])]


@pytest.mark.slow
def test_without_causes_the_ranker_learns_and_harm_is_hardly_amplified(tmp_path: Path) -> None:
    study = load_study(FILE)
    runs = dict(zip([(arm, seed) for arm in study.arms for seed in study.seeds], run(study, tmp_path), strict=True))
    summary = read_summary(tmp_path / study.name)
    for harm in ("misinformation", "hate"):
        real, placebo = amplification(summary, harm, ""), amplification(summary, harm, "placebo_")
        share = placebo / real
        assert (real > 0.5).all()
        assert (share < 0.25).all(), f"{harm}: {dict(share)}"
    for seed in study.seeds:
        assert aucs(runs["placebo_engagement", seed]).min() > 0.55
