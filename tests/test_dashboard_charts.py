"""The dashboard's charts: DataFrame in, Figure out."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard.charts.contrasts import differences, ratios
from dashboard.charts.curves import curves, tree, with_diagonal
from dashboard.charts.effects import BAR, effects
from dashboard.charts.panels import Mark, bars, by_version, frontier, over_time, planes, told_apart
from dashboard.look import THEME, dressed
from dashboard.show import is_dark
from dashboard.spread import cascade_tree
from feedsim.report.charts import COLOURS, CROSSING, DARK, DOMINATED, ON, POINT, START, cloud, looks, steps
from feedsim.report.frontier import kinds

ARMS = ("base", "calm")
DAYS = pd.DataFrame(
    [(arm, panel, seed, day, 10.0 * a + day + seed) for a, arm in enumerate(ARMS) for panel in ("old", "young")
     for seed in (0, 1) for day in range(3)], columns=["arm", "panel", "seed", "day", "value"],
)  # fmt: skip
POINTS = pd.DataFrame(
    {"arm": ARMS, "panel": "", "x": [2.0, 1.0], "x_low": [1.0, 0.5], "x_high": [3.0, 2.0], "y": [5.0, 4.0],
     "y_low": [4.0, 3.0], "y_high": [6.0, 5.0]}
)  # fmt: skip
LEVELS = POINTS.assign(level="old")
CONTRASTS = pd.DataFrame(
    {"arm": ARMS, "panel": "reach", "level": "old", "ratio": [0.5, 2.0], "ratio_low": [0.01, 1.0],
     "ratio_high": [9.0, 4.0], "difference": [-1.0, 1.0], "difference_low": [-2.0, 0.0], "difference_high": [0.0, 2.0]}
)  # fmt: skip
CURVES = pd.DataFrame({"arm": ["base", "base", "calm"], "panel": "", "x": [1.0, 300.0, 2.0], "y": [1.0, 0.001, 0.5]})
NODES = cascade_tree(
    pd.DataFrame({"user": [5, 6], "parent_user": [1, 5], "minute": [60, 90], "depth": [1, 2]}), 1, 0
).assign(who="<b>old</b>")  # fmt: skip

FIGURES = {
    "over time": over_time(DAYS, ARMS, "How does it develop?", "points", [Mark(1, "calm begins")], 3),
    "by version": by_version(DAYS.rename(columns={"day": "version"}), ARMS, "Does it learn?", "AUC"),
    "planes": planes(POINTS, ARMS, "What does it cost?", "harm, %", "points"),
    "bars": bars(LEVELS, ARMS, "Who sees it?", "age", "%"),
    "ratios": ratios(CONTRASTS, ARMS, "Does any differ?", "age", "young"),
    "differences": differences(CONTRASTS, ARMS, "What does each pay?", "", "%"),
    "curves": with_diagonal(curves(CURVES, ARMS, "How large?", "people", "share", "xy"), CURVES),
}
"""Of arms."""


@pytest.mark.parametrize("name", FIGURES)
def test_an_arm_looks_the_same_in_every_chart_and_stands_in_the_key_once(name: str) -> None:
    for arm, look in looks(ARMS).items():
        mine = [trace for trace in FIGURES[name].data if trace.name == arm or trace.legendgroup == arm]
        assert mine
        assert sum(trace.showlegend is not False for trace in mine) == 1
        for trace in mine:
            drawn = {trace.marker.color, getattr(trace, "line", trace.marker.line).color, trace.marker.line.color}
            assert look.colour in drawn or str(trace.fillcolor).startswith(look.colour)


@pytest.mark.parametrize("name", FIGURES)
def test_a_title_asks_a_question_and_axes_have_names(name: str) -> None:
    layout = FIGURES[name].layout
    assert layout.title.text.endswith("?")
    axes = [axis for axis in layout.to_plotly_json() if axis.startswith("yaxis")]
    assert any(layout[axis].title.text for axis in axes)


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("dark", [False, True])
def test_a_dressed_figure_is_one_that_plotly_takes(name: str, dark: bool) -> None:
    figure = go.Figure(dressed(FIGURES[name], dark))
    assert figure.layout.paper_bgcolor == THEME["dark" if dark else "light"]["backgroundColor"]
    colours = figure.to_json()
    assert (COLOURS[0] in colours) is not dark
    assert (DARK[COLOURS[0]] in colours) is dark


def test_each_panel_has_its_axes_its_name_and_the_scale_of_the_others() -> None:
    figure = FIGURES["over time"]
    assert {trace.yaxis for trace in figure.data} == {"y", "y2"}
    assert [note.text for note in figure.layout.annotations][:2] == ["old", "young"]
    assert figure.layout.yaxis2.matches == "y"
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]
    assert figure.layout.xaxis2.title.text == "day"


def test_bands_reach_from_the_least_seed_to_the_greatest() -> None:
    band, line = (t for t in FIGURES["over time"].data if t.legendgroup == "base" and t.yaxis in (None, "y"))
    assert list(band.y) == [1, 2, 3, 2, 1, 0]
    assert list(line.y) == [0.5, 1.5, 2.5]


def test_burn_in_and_what_happened_when_are_marked_in_every_panel() -> None:
    shapes = FIGURES["over time"].layout.shapes
    assert [(shape.type, shape.x1) for shape in shapes] == [("rect", -0.02)] * 2 + [("line", 1)] * 2
    assert {shape.yref for shape in shapes} == {"y domain", "y2 domain"}
    texts = [note.text for note in FIGURES["over time"].layout.annotations]
    assert {"burn-in", "calm begins"} <= set(texts)
    assert not over_time(DAYS, ARMS, "How?", "points").layout.shapes


def test_the_frontier_is_what_no_other_beats() -> None:
    points = pd.DataFrame({"x": [1.0, 2.0, 2.0, 3.0, 1.0], "y": [1.0, 3.0, 2.0, 3.0, 1.0]})
    assert frontier(points)[["x", "y"]].to_numpy().tolist() == [[1, 1], [1, 1], [2, 3]]
    line = next(trace for trace in FIGURES["planes"].data if trace.name == "frontier")
    assert (list(line.x), list(line.y)) == ([1, 2], [4, 5])


def test_whatever_comes_from_a_file_is_escaped_in_a_dressed_figure() -> None:
    evil = '<a href="javascript:x">y</a>'
    rows = LEVELS.assign(arm=evil, level=evil, panel=[evil, "b"])
    figure = bars(rows, [evil], f"Who is {evil}?", evil, evil).update_xaxes(ticktext=[evil], tickvals=[0])
    text = go.Figure(dressed(figure, False)).to_json()
    assert "<a" not in text
    assert "\\u003ca" not in text
    # plotly writes "<" as an escape of its own: of ours there is one for every place.
    assert text.count("&lt;a href") + text.count("\\u0026lt;a href") >= 7


def test_a_long_title_is_broken_and_takes_its_own_room() -> None:
    short, long = (dressed(bars(LEVELS, ARMS, title, "age", "%"), False)["layout"] for title in ("Why?", "why " * 30))
    assert long["title"]["text"].count("<br>") == 3
    assert long["height"] - short["height"] == long["margin"]["t"] - short["margin"]["t"] == 60


def test_the_key_is_left_out_where_nothing_is_told_apart() -> None:
    figure = steps(pd.DataFrame({"x": [1], "y": [2]}), "Is it enough?", "trial", "volume")
    assert dressed(figure, False)["layout"]["showlegend"] is False
    assert dressed(FIGURES["bars"], False)["layout"]["showlegend"] is True


def test_wide_intervals_do_not_squeeze_what_can_be_told() -> None:
    low, high = FIGURES["ratios"].layout.yaxis.range
    assert (10**low, 10**high) == pytest.approx((0.5 / 1.5, 3.0))


@pytest.mark.parametrize(("least", "expected"), [(0.5, [0.1, 0.2, 0.5, 1, 2, 5]), (0.001, [0.001, 0.01, 0.1, 1])])
def test_ticks_of_a_logarithmic_axis_are_round(least: float, expected: list[float]) -> None:
    rows = pd.DataFrame({"arm": "base", "panel": "", "x": [1.0, 1.0], "y": [least, 1.0]})
    assert list(curves(rows, ARMS, "?", "x", "y", "y").layout.yaxis.tickvals) == pytest.approx(expected)


def test_a_tree_has_an_edge_for_all_but_the_root() -> None:
    edges, nodes = tree(NODES, ARMS, "calm", "How?").data
    assert len([x for x in edges.x if x is None]) == 2
    assert list(nodes.x) == [0, 1, 1.5]
    assert list(edges.x[:3]) == [0, 0, 1]
    assert [one[3] for one in nodes.customdata] == ["the author", "from person 1", "from person 5"]
    assert dressed(tree(NODES, ARMS, "calm", "How?"), False)["data"][1]["customdata"][0][1] == "&lt;b&gt;old&lt;/b&gt;"
    assert (nodes.marker.color, nodes.marker.symbol) == (looks(ARMS)["calm"].colour, looks(ARMS)["calm"].marker)


def test_a_trial_is_drawn_as_what_it_is() -> None:
    trials = pd.DataFrame(
        {"trial": range(5), "point": ["", "point-01", "", "", ""], "feasible": [True, True, True, True, False],
         "non_dominated": [False, True, True, False, None]}
    )  # fmt: skip
    said = kinds(trials)
    assert said.tolist() == [START, POINT, ON, DOMINATED, CROSSING]
    drawn = cloud(trials.assign(kind=said, label="", name="a", x=1.0, y=2.0), "What?", "x", "y")
    assert len({(trace.marker.symbol, trace.marker.color) for trace in drawn.data}) == 5


def test_what_moves_most_is_on_top_and_chance_is_beside_it() -> None:
    rows = pd.DataFrame(
        {"assumption": ["graph.homophily", "people.minds.satisfaction_rate"], "effect": [1.0, 3.0], "low": [0.5, 2.0],
         "high": [1.5, 4.0], "chance": [0.4, np.nan]}
    )  # fmt: skip
    figure = effects(rows, "What does it depend on?", "points")
    assert list(figure.layout.yaxis.ticktext) == ["graph.homophily", "people.minds.\nsatisfaction_rate"]
    assert list(figure.data[0].x) == [1.0, 3.0]
    assert figure.layout.height == 110 + 3 * BAR
    assert dressed(figure, False)["layout"]["yaxis"]["ticktext"][1] == "people.minds.<br>satisfaction_rate"
    assert len(effects(rows.assign(chance=np.nan), "?", "x").data) == 1


@pytest.mark.parametrize(("auc", "low"), [([0.6, 0.9], 0.48), ([0.4, 0.9], 0.38)])
def test_an_axis_of_auc_goes_from_guessing_to_perfect(auc: list[float], low: float) -> None:
    assert told_apart(pd.Series(auc)) == pytest.approx([low, 1.02])


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("kind", THEME)
def test_lines_and_text_can_be_told_from_the_ground(kind: str) -> None:
    theme: dict[str, Any] = THEME[kind]
    for colour in COLOURS:
        assert contrast(DARK[colour] if kind == "dark" else colour, theme["backgroundColor"]) >= 3
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(theme["textColor"], theme[ground]) >= 7
        assert contrast(theme["linkColor"], theme[ground]) >= 4.5


def test_without_a_browser_the_screen_is_light() -> None:
    assert is_dark() is False
