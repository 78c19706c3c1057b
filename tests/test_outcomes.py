"""What became of posts: every formula on a handful of posts, and rates by group against Fairlearn's."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, selection_rate
from sklearn.metrics import precision_score, recall_score
from worlds import HARMS, add_posts, world_of

from feedsim.measures.cells import Cell
from feedsim.measures.outcomes import (
    BANDS,
    Offenders,
    Outcomes,
    band,
    offender_cells,
    outcome_cells,
)
from feedsim.measures.strata import Strata
from feedsim.world.arrays import NEVER
from feedsim.world.posts import AUDIT, DEMOTED, DETECTOR, LABELLED, LIVE, MODALITIES, REMOVED, REPORT
from feedsim.world.rng import Streams
from feedsim.world.world import World

MISINFORMATION, HATE = range(2)
Told = dict[tuple[str, str, str, str], tuple[float, int]]


def strata_of(world: World) -> Strata:
    return Strata.sorted_from(world.users.groups, world.levels, len(world.users))


def told(cells: Iterable[Cell]) -> Told:
    """(metric, harm, level, part) -> value, n."""
    return {(c.metric, c.harm, c.level, c.part): (c.value, c.n) for c in cells}


def outcomes_of(world: World, author: Sequence[int], of: dict[str, Any]) -> Told:
    """Cells of these posts, published at minute 60."""
    add_posts(world, author, [60] * len(author), {"removed_minute": NEVER, "found_as": -1} | of)
    outcomes, strata = Outcomes.empty(strata_of(world).many, len(HARMS)), strata_of(world)
    outcomes.count(world.posts, np.arange(len(author)), strata, world.graph.followers)
    return told(outcome_cells(outcomes, strata, HARMS))


def five_hateful_posts() -> Told:
    """Of five hateful posts one is removed after an hour, one labelled, one demoted; so is a harmless one, removed."""
    return outcomes_of(world_of([]), [0] * 7, {
        "harm": [1, 1, 1, 1, 1, -1, -1],
        "status": [REMOVED, LABELLED, DEMOTED, LIVE, LIVE, REMOVED, LIVE],
        "found_as": [HATE, HATE, HATE, -1, -1, HATE, -1],
        "found_by": [DETECTOR, REPORT, AUDIT, 0, 0, REPORT, 0],
        "removed_minute": [120, NEVER, NEVER, NEVER, NEVER, 90, NEVER],
        "impressions": [4, 10, 6, 8, 12, 3, 20],
    })  # fmt: skip


def everyone(found: Told, harm: str, part: str = "") -> dict[str, tuple[float, int]]:
    return {metric: of for (metric, h, level, p), of in found.items() if (h, level, p) == (harm, "", part)}


def test_a_class_by_hand() -> None:
    assert everyone(five_hateful_posts(), "hate") == {
        "recall": (3 / 5, 5),
        "precision": (3 / 4, 4),
        "proactive_rate": (2 / 4, 4),
        "removal_rate": (1 / 5, 5),
        "removed_views_share": (4 / 40, 40),
        "hours_to_removal": (1.0, 1),
        "views_before_removal": (4.0, 1),
        # Those left alone had 10 each: 6 of the removed one's were prevented.
        "prevented_share": (6 / 46, 46),
    }


def test_the_harmless_and_all_posts_by_hand() -> None:
    found = five_hateful_posts()
    assert everyone(found, "", "truth=harmless") == {
        "action_rate": (1 / 2, 2),
        "removal_rate": (1 / 2, 2),
        "removed_views_share": (3 / 23, 23),
        "hours_to_removal": (0.5, 1),
        "views_before_removal": (3.0, 1),
        "reach_lost": (17 / 40, 40),
    }
    assert everyone(found, "") == {
        "action_rate": (4 / 7, 7),
        "removal_rate": (2 / 7, 7),
        "removed_views_share": (7 / 63, 63),
        "hours_to_removal": (0.75, 2),
        "views_before_removal": (3.5, 2),
        "precision": (3 / 4, 4),
        "proactive_rate": (2 / 4, 4),
    }
    assert everyone(found, "misinformation") == {}


def test_posts_are_told_by_level_of_their_authors() -> None:
    world = world_of([])
    world.users.groups["dialect"][:] = [0, 1, 1]
    of = {"harm": [-1, -1, -1, 0], "status": [LIVE, REMOVED, LIVE, REMOVED], "removed_minute": [NEVER, 60, NEVER, 60]}
    found = outcomes_of(world, [0, 1, 2, 2], of)
    assert {(level, harm, part): of for (name, harm, level, part), of in found.items() if name == "removal_rate"} == {
        ("", "", ""): (2 / 4, 4),
        ("", "", "truth=harmless"): (1 / 3, 3),
        ("", "misinformation", ""): (1.0, 1),
        ("", "misinformation", "modality=text"): (1.0, 1),
        ("young", "", ""): (2 / 4, 4),
        ("young", "", "truth=harmless"): (1 / 3, 3),
        ("young", "misinformation", ""): (1.0, 1),
        ("majority", "", ""): (0.0, 1),
        ("majority", "", "truth=harmless"): (0.0, 1),
        ("minority", "", ""): (2 / 3, 3),
        ("minority", "", "truth=harmless"): (1 / 2, 2),
        ("minority", "misinformation", ""): (1.0, 1),
    }  # fmt: skip


def test_posts_of_a_class_are_told_by_how_they_are_made() -> None:
    text, meme = MODALITIES.index("text"), MODALITIES.index("meme")
    found = outcomes_of(world_of([]), [0] * 6, {
        "harm": [1, 1, 1, 1, 0, -1],
        "modality": [meme, meme, meme, text, meme, meme],
        "status": [REMOVED, LABELLED, LIVE, LIVE, LIVE, REMOVED],
        "found_as": [HATE, HATE, -1, -1, -1, HATE],
    })  # fmt: skip
    assert {of: value for of, value in found.items() if of[3].startswith("modality=")} == {
        ("recall", "misinformation", "", "modality=meme"): (0.0, 1),
        ("removal_rate", "misinformation", "", "modality=meme"): (0.0, 1),
        ("recall", "hate", "", "modality=text"): (0.0, 1),
        ("removal_rate", "hate", "", "modality=text"): (0.0, 1),
        ("recall", "hate", "", "modality=meme"): (2 / 3, 3),
        ("removal_rate", "hate", "", "modality=meme"): (1 / 3, 3),
    }


def test_like_is_compared_with_like() -> None:
    """Person 0 has three followers, person 1 none: what is left of posts by person 1 tells nothing of a star's."""
    world = world_of([(1, 0), (2, 0), (3, 0)], users=4)
    of = {"harm": 0, "status": [REMOVED, LIVE, LIVE, REMOVED], "impressions": [10, 50, 2, 1]}
    found = outcomes_of(world, [0, 0, 1, 1], of | {"removed_minute": [70, NEVER, NEVER, 70]})
    assert found["prevented_share", "misinformation", "", ""] == ((40 + 1) / (63 + 41), 104)


def test_a_removed_post_without_its_like_counts_as_if_nothing_was_prevented() -> None:
    world = world_of([(1, 0), (2, 0), (3, 0)], users=4)
    of = {"harm": 0, "status": [REMOVED, LIVE], "impressions": [10, 50], "removed_minute": [70, NEVER]}
    assert outcomes_of(world, [0, 1], of)["prevented_share", "misinformation", "", ""] == (0.0, 60)


def test_posts_removed_late_prevent_less_than_nothing() -> None:
    of = {"harm": 0, "status": [REMOVED, LIVE], "impressions": [30, 20], "removed_minute": [70, NEVER]}
    assert outcomes_of(world_of([]), [0, 0], of)["prevented_share", "misinformation", "", ""] == (-10 / 40, 40)


def test_posts_that_are_not_chosen_do_not_count() -> None:
    world = world_of([])
    add_posts(world, [0, 0], [-5, 5], {"harm": 0, "status": [LIVE, REMOVED], "found_as": [-1, 0], "found_by": [0, 1]})
    outcomes = Outcomes.empty(1, 2)
    outcomes.count(world.posts, np.array([1]), strata_of(world), world.graph.followers)
    found = told(outcome_cells(outcomes, strata_of(world), HARMS))
    assert found["recall", "misinformation", "", ""] == (1.0, 1)
    assert found["precision", "misinformation", "", ""] == (1.0, 1)


def test_what_was_put_back_was_not_found() -> None:
    of = {
        "harm": [0, 0],
        "status": [LIVE, LABELLED],
        "found_as": 0,
        "found_by": DETECTOR,
        "removed_minute": [70, NEVER],
    }
    found = outcomes_of(world_of([]), [0, 0], of)
    assert found["recall", "misinformation", "", ""] == (1 / 2, 2)
    assert found["precision", "misinformation", "", ""] == (1.0, 1)
    assert found["proactive_rate", "", "", ""] == (1.0, 1)
    assert found["removal_rate", "", "", ""] == (0.0, 2)


def test_bands_double() -> None:
    assert band(np.array([0, 1, 2, 3, 4, 7, 8, 2**30], np.int32)).tolist() == [0, 1, 2, 2, 3, 3, 4, BANDS - 1]


def test_rates_by_group_are_those_of_fairlearns_metric_frame() -> None:
    lots, who = Streams(8), np.arange(800)
    world = world_of([], users=800)
    world.users.groups["age"][:] = lots.choice("age", [0.6, 0.4], who)
    world.users.groups["dialect"][:] = lots.choice("dialect", [0.7, 0.3], who)
    harm = lots.choice("harm", [0.6, 0.2, 0.2], who) - 1
    held = lots.choice("held", [0.5, 0.2, 0.3], who) - 1
    of = {"harm": harm, "found_as": held, "status": np.where(held >= 0, REMOVED, LIVE), "removed_minute": 60}
    found = outcomes_of(world, who.tolist(), of)
    measures = {"rate": selection_rate, "recall": recall_score, "precision": precision_score}
    for group, names in world.levels.items():
        level = pd.Series(np.array(names)[world.users.groups[group]], name=group)
        frame = MetricFrame(metrics=measures, y_true=harm == HATE, y_pred=held == HATE, sensitive_features=level)
        harmless = MetricFrame(
            metrics=selection_rate, y_true=harm[harm < 0] >= 0, y_pred=held[harm < 0] >= 0,
            sensitive_features=level[harm < 0],
        )  # fmt: skip
        of_class = MetricFrame(
            metrics=recall_score, y_true=harm == HATE, y_pred=held >= 0, sensitive_features=level
        )  # found as another class is found too
        for name in names:
            assert found["precision", "hate", name, ""][0] == pytest.approx(frame.by_group["precision"][name])
            assert found["recall", "hate", name, ""][0] == pytest.approx(of_class.by_group[name])
            assert found["removal_rate", "", name, "truth=harmless"][0] == pytest.approx(harmless.by_group[name])


def test_repeat_offenders_by_hand() -> None:
    """Person 0 was found twice and wrote three, person 1 once of two, person 2 never; in hate nobody was found."""
    offenders = Offenders.empty(3, 2)
    author, harm = np.array([0, 0, 0, 1, 1, 2, 0, 2], np.int32), np.array([0, 0, 0, 0, 0, 0, -1, 1], np.int8)
    offenders.count(author, harm, np.array([1, 1, 0, 1, 0, 0, 1, 0], np.bool_))
    assert told(offender_cells(offenders, HARMS)) == {
        ("repeat_offender_share", "misinformation", "", ""): (3 / 6, 6),
        ("second_found_share", "misinformation", "", ""): (1 / 2, 2),
        ("repeat_offender_share", "hate", "", ""): (0.0, 1),
    }


def test_nothing_is_told_of_no_posts() -> None:
    world = world_of([])
    assert list(outcome_cells(Outcomes.empty(1, 2), strata_of(world), HARMS)) == []
    assert list(offender_cells(Offenders.empty(3, 2), HARMS)) == []
