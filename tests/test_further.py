"""What else an answer tells: by hand, from a small summary."""

from pathlib import Path

import pandas as pd
import pytest
from studies import ARMS, QUESTION, write_study

from feedsim.report.answer import answer
from feedsim.report.evidence import gather
from feedsim.report.further import HARMLESS, Slant, slant_differences, slants, told
from feedsim.results import read_summary
from feedsim.study.compare import means, plain

BLIND, AWARE = "blind", "aware"
FLAGGED = Slant("false_positive_rate", "hate", "dialect", "minority", "majority")


def cell(arm: str, seed: int, level: str, value: float, group: str = "dialect", **said: str) -> dict[str, object]:
    of = {"metric": "false_positive_rate", "harm": "hate", "side": "author", "part": ""} | said
    return {"arm": arm, "assumption": "", "seed": seed, **of, "group": group, "level": level, "value": value, "n": 9}


def rates() -> pd.DataFrame:
    """Of the minority's harmless posts 8 and 10 % are flagged, of the majority's 4 and 4; the aware arm halves it. By
    age the gap is wider, but not the same way in both seeds."""
    rows = [
        *(cell(BLIND, 1, level, value) for level, value in (("majority", 0.04), ("minority", 0.08))),
        *(cell(BLIND, 2, level, value) for level, value in (("majority", 0.04), ("minority", 0.10))),
        *(cell(AWARE, seed, "majority", 0.04) for seed in (1, 2)),
        *(cell(AWARE, seed, "minority", value) for seed, value in ((1, 0.04), (2, 0.06))),
        *(cell(BLIND, 1, level, value, "age") for level, value in (("young", 0.01), ("old", 0.3))),
        *(cell(BLIND, 2, level, value, "age") for level, value in (("young", 0.05), ("old", 0.01))),
    ]
    return pd.DataFrame(rows)


def test_whom_mistakes_hit_is_the_widest_gap_that_every_seed_has() -> None:
    assert slants(rates(), BLIND) == [FLAGGED]
    acted = [cell(BLIND, seed, level, value, metric="action_rate", harm="", part=HARMLESS)
             for seed in (1, 2) for level, value in (("majority", 0.0), ("minority", 0.01))]  # fmt: skip
    of_class = cell(BLIND, 1, "minority", 0.9, metric="action_rate", harm="hate")
    both = slants(pd.concat([pd.DataFrame([*acted, of_class]), rates()]), BLIND)
    assert both == [FLAGGED, Slant("action_rate", "", "dialect", "minority", "majority")]


def test_where_all_groups_fare_alike_nobody_is_named() -> None:
    assert slants(rates().assign(value=0.0), BLIND) == []


def test_it_is_told_in_shares_and_times() -> None:
    assert told(FLAGGED, means(rates()), BLIND) == (
        "harmless posts of dialect minority are held to be hate in 9.00\u202f% of cases, of majority in 4.00\u202f%, "
        "2.2\u202ftimes as often"
    )
    assert told(FLAGGED, means(rates().assign(value=lambda of: of.value.where(of.level != "majority", 0))), BLIND) == (
        "harmless posts of dialect minority are held to be hate in 9.00\u202f% of cases, of majority in 0\u202f%"
    )
    assert told(FLAGGED, means(rates()), "nowhere") == ""


def test_the_gap_is_compared_seed_by_seed() -> None:
    (row,) = slant_differences(rates(), FLAGGED, BLIND).to_dict("records")
    assert (row["arm"], row["mean"], row["base"]) == (AWARE, pytest.approx(-0.04), pytest.approx(0.05))
    assert (row["least"], row["greatest"]) == (pytest.approx(-0.04), pytest.approx(-0.04))


def with_more(folder: Path, more: pd.DataFrame) -> Path:
    """A study with further cells in its summary."""
    study = write_study(folder)
    summary = pd.concat([plain(read_summary(study)), more], ignore_index=True)
    summary.to_parquet(study / "summary.parquet")
    return study


def test_the_answer_names_what_differs_for_sure_and_is_silent_about_the_rest(tmp_path: Path) -> None:
    seeds = gather(write_study(tmp_path / "plain"), ARMS, (), "demotion", QUESTION).seeds
    first, second = ARMS[:2]
    of_all = {"metric": "misbelief", "harm": "", "side": "", "group": "", "part": ""}
    belief = [
        {**cell(arm, seed, "", value), **of_all} for seed in seeds for arm, value in ((first, 0.2), (second, 0.1))
    ]
    spread = [{**cell(arm, seed, "", 1.0 + (arm == second) * (seed - 1.5)), **of_all, "metric": "harm_reshares",
               "harm": "hate"} for seed in seeds for arm in (first, second)]  # fmt: skip
    flagged = [cell(arm, seed, level, value) for seed in seeds
               for arm, minority in ((first, 0.08), (second, 0.05))
               for level, value in (("majority", 0.04), ("minority", minority))]  # fmt: skip
    study = with_more(tmp_path / "more", pd.DataFrame([*belief, *spread, *flagged]))
    verdict = answer(gather(study, ARMS, (), "demotion", QUESTION))[0]
    assert "less belief in false stories" in verdict.short
    assert "harmless posts held to be hate more evenly" in verdict.short
    assert "resharing of hate" not in verdict.short
    assert any(sentence.startswith("Belief in false stories, from 0 to 1: 0.100 instead of 0.200") for sentence in
               verdict.figures)  # fmt: skip
