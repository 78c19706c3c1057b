"""The table that ends a run, computed by hand."""

import pandas as pd
import pytest
from rich.console import Console

from feedsim.report.gap import Gap, widest_gaps
from feedsim.study.compare import CELL, differences, means
from feedsim.study.table import arms_table


def row(
    arm: str, seed: int, metric: str, value: float, harm: str = "", group: str = "", level: str = ""
) -> dict[str, object]:
    side = "viewer" if group else ""
    cell = dict(zip(CELL, (metric, harm, side, group, level, ""), strict=True))
    return {"arm": arm, "assumption": "", "seed": seed, **cell, "value": value, "n": 10}


def seen(arm: str, seed: int, shares: dict[tuple[str, str], tuple[float, float]]) -> list[dict[str, object]]:
    """Lies and hate that a level of a group sees, in %."""
    return [
        row(arm, seed, "prevalence", share / 100, harm, group, level)
        for (group, level), both in shares.items()
        for harm, share in zip(("lies", "hate"), both, strict=True)
    ]


@pytest.fixture
def summary() -> pd.DataFrame:
    """Two arms and two seeds, with the widest gap elsewhere in each arm."""
    rows = []
    for seed, more in ((1, 0.0), (2, 2.0)):
        for arm, value, share in (("old", 10.0, 2.0), ("new", 20.0 + more, 4.0 + more)):
            rows += [row(arm, seed, "engagement_value", value), row(arm, seed, "prevalence", share / 100, "lies")]
        rows += seen(
            "old",
            seed,
            {("age", "young"): (1, 1), ("age", "grey"): (2, 3), ("town", "a"): (3, 2), ("town", "b"): (1, 2)},
        )
        rows += seen(
            "new",
            seed,
            {("age", "young"): (1, 1), ("age", "grey"): (1, 1), ("town", "a"): (1, 1), ("town", "b"): (6 + more, 0)},
        )
    return pd.DataFrame(rows)


def test_the_widest_gap_is_of_all_harm_in_the_means_over_seeds(summary: pd.DataFrame) -> None:
    rows, where = widest_gaps(summary)
    assert where == {("old", ""): Gap("age", "grey", "young"), ("new", ""): Gap("town", "b", "a")}
    # Grey sees 5 % and young 2 %; b sees 6 and 8 %, a 2 %.
    assert rows["value"].tolist() == pytest.approx([0.03, 0.03, 0.04, 0.06])
    assert means(rows)["mean"].tolist() == pytest.approx([0.03, 0.05])
    assert differences(rows, "old")["mean"].tolist() == pytest.approx([0.02])


def test_a_gap_is_between_the_same_two_levels_in_every_seed() -> None:
    rows = seen("old", 1, {("age", "young"): (0, 1), ("age", "grey"): (0, 5)})
    rows += seen("old", 2, {("age", "young"): (0, 3), ("age", "grey"): (0, 1)})
    found, where = widest_gaps(pd.DataFrame(rows))
    assert str(where["old", ""]) == "age: grey over young"
    assert found["value"].tolist() == pytest.approx([0.04, -0.02])


def test_equal_groups_and_no_groups_have_no_gap() -> None:
    for rows in (
        [row("old", 1, "prevalence", 0.1, "lies")],
        seen("old", 1, {("age", "young"): (1, 1), ("age", "grey"): (1, 1)}),
    ):
        found, where = widest_gaps(pd.DataFrame(rows))
        assert (len(found), where) == (0, {})


def test_every_measure_has_its_means_differences_and_intervals(summary: pd.DataFrame) -> None:
    lines = [line for line, _ in arms_table(summary).lines(80) if line]
    # Differences by seed: 10 and 12, 2 and 4, 1 and 3. Half an interval of two that differ by 2 is 12.706.
    assert lines[:13] == [
        "       mean  difference     95 % interval",
        "-" * 41,
        "engagement value, points per person and day",
        "  old  10.0",
        "  new  21.0       +11.0     -1.7 to +23.7",
        "lies, % of impressions",
        "  old  2.00",
        "  new  5.00       +3.00   -9.71 to +15.71",
        "widest gap between groups in harm seen, percentage points",
        "  old  3.00",
        "    age: grey over young",
        "  new  5.00       +2.00  -10.71 to +14.71",
        "    town: b over a",
    ]
    assert lines[13].startswith("Means over 2 seeds; differences to old, paired by seed.")


def test_one_seed_has_no_intervals_and_one_arm_no_differences(summary: pd.DataFrame) -> None:
    once = summary[summary["seed"] == 1]
    assert arms_table(once).head == ("mean", "difference")
    alone = arms_table(once[once["arm"] == "old"])
    assert alone.head == ("mean",)
    assert "One seed: there are no intervals." in alone.caption


def test_no_word_is_cut_at_any_width(summary: pd.DataFrame) -> None:
    long = summary.assign(harm=summary["harm"].replace("lies", "misinformation"))
    for width in (20, 40, 60, 80, 200):
        with (console := Console(width=width)).capture() as screen:
            console.print(arms_table(long))
        text = screen.get()
        assert max(map(len, text.splitlines())) <= width
        assert "misinformation" in text
        assert "engagement value" in " ".join(text.split())
