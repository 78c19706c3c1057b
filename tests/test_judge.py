"""What reviewers find, and how often they are wrong."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from worlds import add_posts, world_of

from feedsim.people.content import Harm, default_harms, enabled
from feedsim.people.judge import Bench, Judges
from feedsim.world.world import World

HARMS = enabled(default_harms())
MISINFORMATION, HATE = 0, 1
MANY = 40_000


def judged(of: dict[str, object], harm: int, judges: Judges | None = None, hearing: int = 0) -> np.ndarray:
    """(MANY,) what is found of as many posts alike, in a world whose second user writes the minority's dialect."""
    world, bench = bench_of(judges or Judges())
    rows = add_posts(world, [1 if of.pop("minority", False) else 0] * MANY, [0] * MANY, of)
    return bench.opinions(world, rows.astype(np.int64), np.full(MANY, harm, np.int8), hearing)


def bench_of(judges: Judges) -> tuple[World, Bench]:
    return world_of([], room=MANY), Bench.of(judges, HARMS, np.array([False, True, False]), ("english", "spanish"))


@pytest.mark.parametrize(
    ("of", "harm", "share"),
    [
        ({"harm": HATE}, HATE, 1 - 0.274),
        ({"harm": -1, "proximity": 0.0}, HATE, 0.0),
        ({"harm": -1, "proximity": 0.75}, HATE, 0.02),
        ({"harm": -1, "proximity": 0.25}, HATE, 0.055 * 0.25 ** (np.log(0.055 / 0.02) / np.log(4 / 3))),
        ({"harm": -1, "proximity": 1.0}, HATE, 0.055),
        ({"harm": -1, "proximity": 1.0, "minority": True}, HATE, 0.11),
        ({"harm": HATE, "minority": True}, HATE, 1 - 0.274),
        ({"harm": MISINFORMATION, "proximity": 0.75}, HATE, 0.02),
        ({"harm": MISINFORMATION}, MISINFORMATION, 0.7),
        ({"harm": -1, "narrative": 2, "proximity": 1.0, "minority": True}, MISINFORMATION, 0.05),
        ({"harm": -1, "proximity": 1.0}, MISINFORMATION, 0.0),
    ],
)
def test_reviewers_are_wrong_as_often_as_the_settings_say(of: dict[str, object], harm: int, share: float) -> None:
    assert judged(of, harm).mean() == pytest.approx(share, abs=0.006)


def test_one_post_is_judged_alike_whatever_stands_beside_it_and_anew_on_appeal() -> None:
    world, bench = bench_of(Judges())
    rows = add_posts(world, [0] * 100, [0] * 100, {"harm": HATE}).astype(np.int64)
    first = bench.opinions(world, rows, np.full(100, HATE, np.int8), 0)
    assert bench.opinions(world, rows[::-1], np.full(100, HATE, np.int8), 0).tolist() == first[::-1].tolist()
    assert bench.opinions(world, rows, np.full(100, HATE, np.int8), 1).tolist() != first.tolist()


def test_errors_of_a_language_are_multiplied_and_never_pass_certainty() -> None:
    for factor, missed in ((0.0, 0.0), (2.0, 0.548), (10.0, 1.0)):
        judges = Judges(error_factors={"spanish": factor})
        assert 1 - judged({"harm": HATE, "language": 1}, HATE, judges).mean() == pytest.approx(missed, abs=0.01)
        assert 1 - judged({"harm": HATE, "language": 0}, HATE, judges).mean() == pytest.approx(0.274, abs=0.01)


def test_the_truth_is_of_the_class_that_was_asked_about() -> None:
    world, bench = bench_of(Judges())
    rows = add_posts(world, [0] * 3, [0] * 3, {"harm": [HATE, MISINFORMATION, -1]}).astype(np.int64)
    assert bench.truth(world, rows, np.full(3, HATE, np.int8)).tolist() == [True, False, False]


def test_alarms_do_not_fall_towards_the_line_and_may_be_none() -> None:
    with pytest.raises(ValidationError, match="it should be at most as much"):
        Judges(false_alarm=0.1)
    for none in (Judges(false_alarm=0), Judges(false_alarm=0, false_alarm_at_line=0)):
        assert not judged({"harm": -1, "proximity": 0.7}, HATE, none).any()


def test_a_dialect_is_misread_only_where_a_class_may_be_aimed_at_groups() -> None:
    harms = {"abuse": Harm(rests_on="severity", aimed_at_group=False)}
    bench = Bench.of(Judges(), harms, np.array([False, True, False]), ("",))
    world = world_of([], room=MANY)
    rows = add_posts(world, [1] * MANY, [0] * MANY, {"proximity": 0.75}).astype(np.int64)
    found = bench.opinions(world, rows, np.zeros(MANY, np.int8), 0)
    assert found.mean() == pytest.approx(0.02, abs=0.004)


DATA = Path(os.environ.get("FEEDSIM_DATA", "")) / "hate_label_votes.csv"


@pytest.mark.realdata
@pytest.mark.skipif(not DATA.is_file(), reason="FEEDSIM_DATA names no folder with hate_label_votes.csv")
def test_the_rates_are_the_wrong_votes_of_coders_by_what_most_of_them_said() -> None:
    votes = pd.read_csv(DATA).groupby("majority")[["hate_votes", "offensive_votes", "neither_votes"]].sum()
    hate = votes.hate_votes / votes.sum(axis=1)
    judges = Judges()
    assert round(1 - hate["hate"], 3) == judges.missed
    assert round(hate["offensive"], 3) == judges.false_alarm_at_line
    assert round(hate["neither"], 3) == judges.false_alarm
