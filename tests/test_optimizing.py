"""The search, with the simulator replaced by a formula whose frontier is known."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from sheets import study as read

from feedsim.scenario import Scenario, Study
from feedsim.study.compare import CELL
from feedsim.study.frontier import Frontier, read_frontier, write_frontier
from feedsim.study.frontier_table import frontier_table
from feedsim.study.optimizing import Measured, Search, SearchFailed
from feedsim.study.pareto import hypervolume
from feedsim.tables import I64

TOY = """
name: toy
seeds: {seeds}
detectors: {{kind: oracle}}
policies: {{d: {{kind: demote, harm: misinformation, strength: 0.5}}}}
optimize:
  levers:
    policies.d.strength: {{low: 0, high: 1}}
    ranker.out_of_network_factor: {{low: 0, high: 1}}
  objectives: {{engagement_value: up, "prevalence[misinformation]": down}}
  trials: {trials}
  sampler: {sampler}
{more}
"""
Cells = list[dict[str, object]]


def toy(folder: Path, trials: int = 8, seeds: int = 3, sampler: str = "tpe", more: str = "") -> Study:
    return read(folder, TOY.format(trials=trials, seeds=seeds, sampler=sampler, more=more))


def levers(scenario: Scenario) -> tuple[float, float]:
    return scenario.policies["d"].strength, scenario.ranker.out_of_network_factor  # type: ignore[attr-defined,union-attr]


def cell(arm: str, seed: int, metric: str, value: float, harm: str = "") -> dict[str, object]:
    named = {**dict.fromkeys(CELL, ""), "metric": metric, "harm": harm}
    return {"arm": arm, "assumption": "", "seed": seed, **named, "value": value, "n": 1}


class Formula:
    """Engagement 1 - x^2 - (y - 0.3)^2, prevalence (1 - x)^2 + (y - 0.3)^2: the frontier is y = 0.3, any x."""

    def __init__(self, seeds: Sequence[int], noise: float = 0.0) -> None:
        self.seeds, self.noise = seeds, noise
        self.calls: list[list[str]] = []
        self.broken: dict[str, str] = {}
        self.stop_at = 10**9

    def __call__(self, arms: Mapping[str, Scenario]) -> Measured:
        self.calls.append(list(arms))
        stopped = len(self.calls) >= self.stop_at
        kept = {
            arm: of for arm, of in arms.items() if arm not in self.broken and not (stopped and arm != next(iter(arms)))
        }
        rows = [row for arm, scenario in kept.items() for row in self.rows(arm, *levers(scenario))]
        return Measured(pd.DataFrame(rows), {arm: self.broken[arm] for arm in arms if arm in self.broken}, stopped)

    def rows(self, arm: str, x: float, y: float) -> Cells:
        off, found = (y - 0.3) ** 2, []
        for at, seed in enumerate(self.seeds):
            by = self.noise * (at - 1)
            found += [
                cell(arm, seed, "engagement_value", 1 - x**2 - off + by),
                cell(arm, seed, "prevalence", (1 - x) ** 2 + off, "misinformation"),
            ]
        return found


def ended(said: Study, formula: Formula) -> Frontier:
    *_, found = Search(said).batches(formula)
    return found


def truth() -> float:
    """What the whole frontier covers, of what the base (x 0.5, y 1) does."""
    x = np.linspace(0, 1, 4001)
    size = np.array([0.75 - 0.49, 0.25 + 0.49])
    losses = np.stack([-(1 - x**2), (1 - x) ** 2], axis=1) / size
    return hypervolume(losses, np.array([0.0, 2.0]))


def test_a_search_comes_near_to_the_frontier_and_nearer_than_chance(tmp_path: Path) -> None:
    covered = ended(toy(tmp_path, trials=40), Formula((1, 2, 3))).rows["hypervolume"]
    assert covered.iloc[0] == pytest.approx(1)
    assert (covered.diff().dropna() >= 0).all()
    assert covered.iloc[10] < 0.93 * truth()
    assert 0.94 * truth() < covered.iloc[-1] < truth()


@pytest.mark.parametrize("sampler", ["tpe", "nsga2"])
def test_the_same_search_tries_the_same(tmp_path: Path, sampler: str) -> None:
    first, second = (ended(toy(tmp_path, 30, sampler=sampler), Formula((1, 2, 3))) for _ in range(2))
    pd.testing.assert_frame_equal(first.rows, second.rows, check_exact=True)


def test_a_longer_search_begins_as_the_shorter_one_did(tmp_path: Path) -> None:
    short, long = (ended(toy(tmp_path, trials), Formula((1, 2, 3))).rows for trials in (13, 17))
    names = [name for name in short if name not in ("point", "p_non_dominated", "non_dominated")]
    pd.testing.assert_frame_equal(short[names], long[names].head(14), check_exact=True)
    other = ended(read(tmp_path, TOY.format(trials=13, seeds="[4, 5, 6]", sampler="tpe", more="")), Formula((4, 5, 6)))
    assert not other.rows.equals(short)


def test_the_frontier_is_that_of_the_means_by_hand(tmp_path: Path) -> None:
    rows = ended(toy(tmp_path, 12), Formula((1, 2, 3))).rows
    engagement, harm = rows["objective:engagement_value:mean"], rows["objective:prevalence[misinformation]:mean"]
    both = list(zip(engagement, harm, strict=True))
    beaten = [any(a >= e and b <= h and (a, b) != (e, h) for a, b in both) for e, h in both]
    assert rows["non_dominated"].tolist() == [not was for was in beaten]
    assert rows["p_non_dominated"].tolist() == [float(not was) for was in beaten]
    assert rows["trial"].tolist() == list(range(13))
    x, y = rows["lever:policies.d.strength"], rows["lever:ranker.out_of_network_factor"]
    assert (x[0], y[0]) == (0.5, 1)
    assert engagement.to_numpy() == pytest.approx((1 - x**2 - (y - 0.3) ** 2).to_numpy())
    # Four digits, as a person would write them down.
    assert all(float(f"{value:.4g}") == value for value in [*x, *y])


def test_seeds_make_intervals_and_common_noise_leaves_differences(tmp_path: Path) -> None:
    rows = ended(toy(tmp_path, 4), Formula((1, 2, 3), noise=0.1)).rows
    # Of -0.1, 0, 0.1 the deviation is 0.1; t with 2 degrees of freedom is 4.3027.
    half = 4.302653 * 0.1 / 3**0.5
    name = "objective:engagement_value:"
    assert (rows[f"{name}high"] - rows[f"{name}mean"]).to_numpy() == pytest.approx(half)
    assert (rows[f"{name}change_high"] - rows[f"{name}change_low"]).to_numpy() == pytest.approx(0)
    assert rows[f"{name}change"].to_numpy() == pytest.approx((rows[f"{name}mean"] - rows[f"{name}mean"][0]).to_numpy())


def test_one_seed_has_no_interval_and_no_probability(tmp_path: Path) -> None:
    rows = ended(toy(tmp_path, 3, seeds=1), Formula((1,))).rows
    assert rows[["p_non_dominated", "objective:engagement_value:low"]].isna().all(axis=None)
    assert rows["non_dominated"].any()


def test_what_breaks_a_constraint_is_not_on_the_frontier(tmp_path: Path) -> None:
    more = "  constraints: [engagement_value >= 150 % of base, 'prevalence[misinformation] <= 0.5']\n"
    rows = ended(toy(tmp_path, 25, more=more), Formula((1, 2, 3))).rows
    engagement, harm = rows["objective:engagement_value:mean"], rows["objective:prevalence[misinformation]:mean"]
    kept = (engagement >= 1.5 * engagement[0]) & (harm <= 0.5)
    assert kept.any()
    assert not kept[0]
    assert rows["feasible"].tolist() == kept.tolist()
    assert not (rows["non_dominated"] & ~kept).any()
    assert rows["constraint:engagement_value >= 150 % of base"].to_numpy() == pytest.approx(
        (1.5 * engagement[0] - engagement).to_numpy()
    )
    assert (rows["hypervolume"] > 0).to_numpy().tolist() == (kept.cumsum() > 0).tolist()


def test_what_was_tried_before_is_not_measured_again(tmp_path: Path) -> None:
    """Three choices, of which one is the base: ten trials are two arms."""
    text = TOY.format(trials=10, seeds=3, sampler="tpe", more="")
    text = text.replace("{low: 0, high: 1}", "{choices: [0.5, 0.6, 0.7]}", 1).replace(
        "    ranker.out_of_network_factor: {low: 0, high: 1}\n", ""
    )
    formula = Formula((1, 2, 3))
    rows = ended(read(tmp_path, text), formula).rows
    measured = [arm for call in formula.calls for arm in call]
    assert len(measured) == len(set(measured)) == 3
    assert set(rows["arm"]) == set(measured)
    assert len(rows) == 11
    assert rows.drop_duplicates(["arm", "lever:policies.d.strength"])["arm"].is_unique


def test_a_trial_that_fails_is_told_and_the_search_goes_on(tmp_path: Path) -> None:
    formula = Formula((1, 2, 3))
    formula.broken = {"trial-002": "too little memory"}
    rows = ended(toy(tmp_path, 12), formula).rows
    assert rows["error"].tolist() == ["", "", "too little memory", *[""] * 10]
    assert not rows["feasible"][2]
    assert rows.loc[2, ["objective:engagement_value:mean"]].isna().all()
    assert rows["hypervolume"][2] == rows["hypervolume"][1]


def test_without_the_base_there_is_no_search(tmp_path: Path) -> None:
    formula = Formula((1, 2, 3))
    formula.broken = {"baseline": "too little memory"}
    with pytest.raises(SearchFailed, match="nothing came of it: too little memory"):
        ended(toy(tmp_path), formula)


def test_settings_that_do_not_fit_together_are_no_arm(tmp_path: Path) -> None:
    text = (
        TOY.format(trials=12, seeds=3, sampler="tpe", more="")
        .replace(
            "    ranker.out_of_network_factor: {low: 0, high: 1}\n",
            "    feed.slate: {low: 10, high: 40}\n    feed.keep: {choices: [64, 120]}\n",
        )
        .replace("detectors:", "feed: {keep: 120}\ndetectors:")
    )
    said = read(tmp_path, text)
    rows = ended(said, Formula((1, 2, 3))).rows
    bad = 3 * rows["lever:feed.slate"] > rows["lever:feed.keep"]
    assert bad.any()
    assert rows["error"].str.contains("slate of").tolist() == bad.tolist()


def test_an_interrupted_search_keeps_what_is_finished_and_goes_on_the_same(tmp_path: Path) -> None:
    said, formula = toy(tmp_path, 12), Formula((1, 2, 3))
    formula.stop_at = 2
    search = Search(said)
    *_, part = search.batches(formula)
    assert search.interrupted
    # Of the second batch one trial is whole.
    assert part.rows["trial"].tolist() == [0, 1, 2, 3, 4, 5]
    whole = ended(said, Formula((1, 2, 3)))
    names = [name for name in part.rows if name.startswith(("lever:", "objective:", "arm"))]
    pd.testing.assert_frame_equal(part.rows[names], whole.rows[names].head(6), check_exact=True)


def test_the_file_says_all_that_a_reader_needs(tmp_path: Path) -> None:
    more = "  constraints: [engagement_value >= 50 % of base]\n"
    found = ended(toy(tmp_path, 6, more=more), Formula((1, 2, 3)))
    write_frontier(tmp_path, found)
    again = read_frontier(tmp_path)
    assert again is not None
    pd.testing.assert_frame_equal(again.rows, found.rows, check_dtype=False)
    assert again.objectives == found.objectives
    assert [(one.name, one.is_up) for one in again.objectives] == [
        ("engagement_value", True),
        ("prevalence[misinformation]", False),
    ]
    # Twice as bad as the base: no engagement, and twice its prevalence.
    assert [one.reference for one in again.objectives] == pytest.approx([0, 2 * 0.74])
    assert again.levers == ("policies.d.strength", "ranker.out_of_network_factor")
    assert again.constraints == ("engagement_value >= 50 % of base",)
    schema = pq.read_schema(tmp_path / "frontier.parquet")
    assert all(field.metadata[b"unit"] and field.metadata[b"meaning"] for field in schema)
    assert read_frontier(tmp_path / "nowhere") is None
    (tmp_path / "frontier.parquet").write_text("half a file", encoding="utf-8")
    assert read_frontier(tmp_path) is None
    assert schema.field("trial").type != I64


@pytest.mark.parametrize("width", [120, 60])
def test_the_table_names_every_point_and_fits(tmp_path: Path, width: int) -> None:
    found = ended(toy(tmp_path, 12), Formula((1, 2, 3), noise=0.01))
    lines = [line for line, _ in frontier_table(found).lines(width)]
    assert max(map(len, lines)) <= width
    for point, arm in zip(found.points["point"], found.points["arm"], strict=True):
        assert any(f"{point} ({arm})" in line for line in lines)
    assert any("12 trials besides baseline." in line for line in lines)
