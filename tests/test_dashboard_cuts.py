"""Cells in, what charts draw out: by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard.cuts import ANY, EVERYONE, HARM, SOURCE, Cut, cut_rows, cuts_of, harms_of, value_by_source
from dashboard.fairness import OF_AUTHORS, REACH, calibration, contrasts, reach_per_person, rows_of
from dashboard.operating import card_rows, policy_touch, prevented, reviewer_hours, versions_of
from dashboard.points import contrast_table, difference_table, of_cut, plane_points, verdict
from feedsim.study.compare import differences


def cells(*rows: tuple[Any, ...], seed: int = 1) -> pd.DataFrame:
    """Rows of (arm, metric, harm, side, group, level, part, value, n)."""
    names = ["arm", "metric", "harm", "side", "group", "level", "part", "value", "n"]
    return pd.DataFrame(rows, columns=names).assign(assumption="", seed=seed)


PREVALENCE = cells(
    ("a", "prevalence", "hate", "", "", "", "", 0.02, 100),
    ("a", "prevalence", "lies", "", "", "", "", 0.05, 100),
    ("a", "prevalence", "hate", "viewer", "age", "old", "", 0.03, 60),
    ("a", "prevalence", "lies", "viewer", "age", "old", "", 0.04, 60),
    ("a", "prevalence", "hate", "author", "age", "old", "", 0.07, 60),
    ("a", "prevalence", "hate", "", "", "", "source=trending", 0.09, 20),
)


def test_the_cuts_that_there_are_cells_of() -> None:
    names = [cut.name for cut in cuts_of(PREVALENCE)]
    assert names == ["everyone", "harm", "viewer:age", "author:age", "source"]
    assert [cut.label for cut in cuts_of(PREVALENCE)][2:4] == ["age of viewers", "age of authors"]
    assert [cut.name for cut in cuts_of(PREVALENCE.head(1))] == ["everyone"]


def test_parts_of_one_cut_are_told_from_those_of_several() -> None:
    said = {"modality=meme": 0.2, "modality=text": 0.4, "modality=text,truth=x": 0.9, "pool=english": 0.7}
    rows = cells(*[("a", "recall", "hate", "", "", "", part, value, 10) for part, value in said.items()])
    assert [cut.name for cut in cuts_of(rows)] == ["everyone", "pool", "modality"]
    found = cut_rows(rows, "recall", "hate", Cut("modality"))
    assert dict(zip(found["panel"], found["value"], strict=True)) == {"meme": 0.2, "text": 0.4}
    assert of_cut(rows, Cut("pool"))["value"].tolist() == [0.7]


def test_classes_come_the_most_prevalent_first() -> None:
    assert harms_of(PREVALENCE) == ["lies", "hate"]


@pytest.mark.parametrize(
    ("harm", "cut", "expected"),
    [
        ("hate", Cut(EVERYONE), {"": 0.02}),
        (ANY, Cut(EVERYONE), {"": 0.07}),
        ("hate", Cut("viewer", "age"), {"old": 0.03}),
        (ANY, Cut("viewer", "age"), {"old": 0.07}),
        ("hate", Cut("author", "age"), {"old": 0.07}),
        ("hate", Cut(SOURCE), {"trending": 0.09}),
        ("hate", Cut(HARM), {"hate": 0.02, "lies": 0.05}),
        ("lies", Cut(SOURCE), {}),
    ],
)
@pytest.mark.parametrize("as_categories", [False, True])
def test_a_cut_gives_its_cells_each_in_its_panel(
    harm: str, cut: Cut, expected: dict[str, float], as_categories: bool
) -> None:
    text = dict.fromkeys(["arm", "metric", "harm", "side", "group", "level", "part"], "category")
    rows = cut_rows(PREVALENCE.astype(text) if as_categories else PREVALENCE, "prevalence", harm, cut)
    assert dict(zip(rows["panel"], rows["value"].round(10), strict=True)) == expected


def test_engagement_by_source_adds_up_to_engagement_for_everyone() -> None:
    rates = ("like_rate", "angry_rate", "comment_rate", "reshare_rate")
    by = {"trending": (0.25, (0.1, 0.0, 0.01, 0.02)), "profile": (0.75, (0.2, 0.1, 0.0, 0.0))}
    rows: list[tuple[Any, ...]] = [("a", "impressions", "", "", "", "", "", 40.0, 10)]
    for source, (share, values) in by.items():
        part = f"source={source}"
        rows.append(("a", "impressions_share", "", "", "", "", part, share, 10))
        rows += [("a", rate, "", "", "", "", part, value, 10) for rate, value in zip(rates, values, strict=True)]
    found = value_by_source(cells(*rows)).set_index("panel")["value"]
    # 10 impressions of trending at 0.1 + 15 x 0.01 + 5 x 0.02 points, 30 of profile at 0.3.
    assert found.to_dict() == pytest.approx({"trending": 3.5, "profile": 9.0})


def test_a_point_of_the_plane_is_the_mean_over_seeds_with_their_range() -> None:
    x = pd.DataFrame({"arm": "a", "panel": ["old", "old"], "seed": [1, 2], "value": [1.0, 3.0]})
    y = pd.DataFrame({"arm": "a", "panel": ["", ""], "seed": [1, 2], "value": [5.0, 6.0]})
    (point,) = plane_points(x, y).to_dict("records")
    assert (point["x"], point["x_low"], point["x_high"], point["y"], point["panel"]) == (2.0, 1.0, 3.0, 5.5, "old")
    assert plane_points(x.assign(panel=""), y)["y"].tolist() == [5.5]


def test_differences_are_told_of_the_cut_alone_in_the_unit_that_is_shown() -> None:
    rows = pd.concat(
        cells(("a", "prevalence", "hate", "viewer", "age", "old", "", 0.02, 9),
              ("b", "prevalence", "hate", "viewer", "age", "old", "", 0.02 + 0.01 * seed, 9),
              ("b", "prevalence", "hate", "", "", "", "", 0.5, 9), seed=seed)
        for seed in (1, 2, 3)
    )  # fmt: skip
    cut = Cut("viewer", "age")
    (row,) = difference_table(differences(of_cut(rows, cut), "a"), cut).to_dict("records")
    assert (row["arm"], row["measure"], row["age"], row["compared with"]) == ("b", "harm seen, %", "old", "2.00")
    # Differences of 1, 2 and 3 points: t(0.975, 2) = 4.303, times 1 / sqrt(3).
    assert (row["difference"], row["95 % interval"]) == ("+2.0", "\u22120.5 to +4.5")
    assert row["verdict"] == "\u25b3 more in every seed"


@pytest.mark.parametrize(
    ("low", "high", "least", "greatest", "said"),
    [(0.1, 0.9, 0.2, 0.8, "\u25b2 more"), (-0.9, -0.1, -0.8, -0.2, "\u25bc less"),
     (-0.1, 0.9, 0.1, 0.8, "\u25b3 more in every seed"), (-0.1, 0.9, -0.1, 0.8, "\u2248 no clear difference")],
)  # fmt: skip
def test_a_verdict_is_by_the_interval_or_by_what_seeds_agree_on(
    low: float, high: float, least: float, greatest: float, said: str
) -> None:
    mean = (low + high) / 2
    assert verdict({"mean": mean, "low": low, "high": high, "least": least, "greatest": greatest}) == said


# Groups


def test_reach_per_person_is_a_share_of_impressions_over_a_share_of_people() -> None:
    rows = cells(
        ("a", "reach_share", "", "author", "age", "old", "", 0.25, 9),
        ("a", "reach_share", "", "author", "age", "young", "", 0.75, 9),
        ("a", "sessions", "", "viewer", "age", "old", "", 1.0, 500),
        ("a", "sessions", "", "viewer", "age", "young", "", 2.0, 500),
    )
    found = reach_per_person(rows, "age").set_index("level")["value"]
    assert found.to_dict() == {"old": 0.5, "young": 1.5}
    measured = next(one for one in OF_AUTHORS if one.metric == REACH)
    assert rows_of(rows, measured, "author", "age", "hate")["value"].tolist() == [0.5, 1.5]


def test_contrasts_are_paired_by_seed() -> None:
    rows = pd.DataFrame(
        [("a", seed, level, value) for seed, (old, young) in enumerate([(1, 2), (2, 8)])
         for level, value in (("old", old), ("young", young))], columns=["arm", "seed", "level", "value"],
    )  # fmt: skip
    (row,) = contrasts(rows, "old").to_dict("records")
    assert (row["level"], row["difference"], row["ratio"]) == ("young", 3.5, pytest.approx(np.sqrt(2 * 4)))
    half = 12.7062 * np.std([np.log(2), np.log(4)], ddof=1) / np.sqrt(2)
    assert row["ratio_high"] == pytest.approx(np.sqrt(8) * np.exp(half), rel=1e-4)
    (told,) = contrast_table(contrasts(rows, "old").assign(panel="x", unit="% of posts"), "old", "age").to_dict(
        "records"
    )
    assert (told["unit"], told["age"]) == ("points, % of posts", "young over old")


def test_where_a_level_has_nothing_there_is_no_ratio() -> None:
    rows = pd.DataFrame({"arm": "a", "seed": [1, 1], "level": ["old", "young"], "value": [0.0, 2.0]})
    (row,) = contrasts(rows, "old").to_dict("records")
    assert row["difference"] == 2.0
    assert np.isnan(row["ratio"])
    assert np.isnan(row["difference_low"])


def test_a_calibration_curve_tells_how_often_what_is_believed_is_true() -> None:
    p = np.repeat([0.05, 0.3, 0.8], 100)
    harmful = np.concatenate([np.arange(100) < 5, np.arange(100) < 60, np.arange(100) < 80])
    posts = pd.DataFrame({"p": p, "harmful": harmful})
    found = calibration(posts, pd.Series(["old"] * 300))
    assert found["x"].tolist() == pytest.approx([5, 30, 80])
    assert found["y"].tolist() == pytest.approx([5, 60, 80])
    assert found["n"].tolist() == [100, 100, 100]
    assert calibration(posts.head(10), pd.Series(["old"] * 10)).empty


# Operations


def test_a_version_of_the_ranker_is_a_number() -> None:
    rows = cells(
        ("a", "ranker_auc", "", "", "", "", "action=click,version=10", 0.7, 9),
        ("a", "ranker_auc", "", "", "", "", "action=like,version=2", 0.6, 9),
        ("a", "ranker_auc", "", "", "", "", "action=click,version=x", 0.6, 9),
    )
    assert versions_of(rows, "click")["version"].tolist() == [10]


def test_a_card_tells_what_was_held_out_and_a_strange_one_nothing() -> None:
    said = {"metric": "auc", "group": "age", "level": "old", "value": 0.7, "n": 40}
    card = {"version": 3, "harm": "hate", "language": "", "held_out": {"metrics": [said, {"value": None}, 5]}}
    assert list(card_rows(card)) == [{"version": 3, "harm": "hate", "language": "", **said}]
    for strange in ({}, {"held_out": None}, {"held_out": {"metrics": 3}}, {"held_out": []}):
        assert list(card_rows(strange)) == []


def test_what_was_prevented_is_its_share_times_what_it_is_a_share_of() -> None:
    rows = cells(("a", "prevented_share", "hate", "", "", "", "", 0.25, 8000))
    assert prevented(rows)["value"].tolist() == [2.0]


def test_what_a_policy_touches_is_told_of_all_and_of_harmless_posts() -> None:
    rows = cells(
        ("a", "demotion_rate", "", "", "", "", "policy=calm", 0.1, 9),
        ("a", "demotion_rate", "", "", "", "", "policy=calm,truth=harmless", 0.05, 9),
        ("a", "filtered_share", "", "", "", "", "policy=gate", 0.2, 9),
        ("a", "filtered_share", "", "viewer", "age", "old", "policy=gate", 0.9, 9),
        ("a", "demotion_rate", "", "", "", "", "", 0.7, 9),
    )
    found = policy_touch(rows, Cut(EVERYONE))
    assert found[["panel", "level", "value"]].to_numpy().tolist() == [
        ["lowered, of all", "calm", 10.0], ["lowered, of harmless posts", "calm", 5.0],
        ["taken out, of all", "gate", 20.0],
    ]  # fmt: skip
    of_viewers = policy_touch(rows, Cut("viewer", "age"))
    assert of_viewers[["panel", "level", "value"]].to_numpy().tolist() == [["taken out, of all: old", "gate", 90.0]]


def test_hours_of_reviewers_are_cases_times_minutes() -> None:
    rows = cells(
        ("a", "review_hours", "", "", "", "", "", 0.5, 600), ("a", "review_hours", "hate", "", "", "", "", 1, 9)
    )
    assert reviewer_hours(rows, {"a": 3.0}, days=10)["value"].tolist() == [3.0]
