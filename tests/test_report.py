"""The report of a study: what it says, and that it can be opened anywhere."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from studies import ARMS, QUESTION, write_run, write_study

from feedsim.report import legend as legends
from feedsim.report import write_report
from feedsim.report.answer import NOTHING, answer, bests, certainty, sureness, tendency
from feedsim.report.charts import COLOURS, DARK, DASHES, HATCHES, MARKERS, group_bars, looks, over_time, plane
from feedsim.report.evidence import gather
from feedsim.report.legend import SHAPES
from feedsim.report.numbers import change, counted, direction, fixed, number, percent
from feedsim.results import NotARun, read_comparison, read_summary, write_summary
from feedsim.study.comparing import record_comparison
from feedsim.study.table import arms_table

VOID = {"meta", "link", "br"}


class Outline(HTMLParser):
    """What a page consists of; fails where tags are not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.targets: list[str] = []
        self.specs: list[str] = []
        self.loads: list[str] = []
        self.arms: list[str] = []
        self.words: list[str] = []
        self.is_spec = False
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        self.ids += [of["id"]] if of.get("id") else []
        self.targets += [(of["href"] or "")[1:]] if tag == "a" else []
        self.loads += [of[name] or "" for name in ("src", "href") if of.get(name) and tag != "a"]
        self.arms += [of["data-arm"] or ""] if "data-arm" in of else []
        self.is_spec = of.get("type") == "application/json"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        where = self.open[-1] if self.open else ""
        if where == "script" and self.is_spec:
            self.specs.append(data)
        elif where in ("h1", "h2", "h3"):
            self.headings.append(data)
        elif where not in ("script", "style"):
            self.words.append(data)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("demotion"))


@pytest.fixture(scope="module")
def outline(study: Path) -> Outline:
    return Outline(write_report(study, "demotion", QUESTION, ARMS).read_text(encoding="utf-8"))


def test_the_title_is_the_question_and_every_section_asks_one(outline: Outline) -> None:
    assert outline.headings[:2] == [QUESTION, "In short"]
    assert all(heading.endswith("?") for heading in outline.headings[2:])


def test_every_link_leads_to_a_section_of_the_page(outline: Outline) -> None:
    assert set(outline.targets) <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))
    assert {"arms", "trade-off", "time", "groups", "ranker", "settings", "runs"} <= set(outline.targets)


def test_nothing_is_loaded_from_elsewhere(outline: Outline) -> None:
    assert outline.loads == ["data:,"]


def test_charts_are_one_a_question_with_axes_named(outline: Outline) -> None:
    # Trade-off and days of 2 harms, days of engagement, 2 harms x 2 attributes, 2 actions.
    assert len(outline.specs) == 2 + 2 + 1 + 4 + 2
    for spec in map(json.loads, outline.specs):
        assert "title" not in spec["layout"]
        assert all(spec["layout"][axis]["title"]["text"] for axis in ("xaxis", "yaxis"))


def test_a_report_can_be_written_from_the_folder_alone(study: Path, tmp_path: Path) -> None:
    alone = Outline(write_report(study).read_text(encoding="utf-8"))
    assert alone.headings[0] == QUESTION


def test_the_answer_is_in_the_numbers(study: Path) -> None:
    evidence = gather(study, ARMS, (), "demotion", QUESTION)
    verdicts = answer(evidence)
    assert [verdict.arm for verdict in verdicts] == ["engagement", "demote"]
    assert verdicts[0].short == "more engagement, more misinformation, more hate, a wider gap between groups"
    assert [sentence.partition(":")[0] for sentence in verdicts[0].figures] == [
        "Engagement",
        "Misinformation",
        "Hate",
        "Widest gap between groups in harm seen",
    ]
    found = evidence.differences
    row = found[(found["arm"] == "engagement") & (found["metric"] == "engagement_value")].iloc[0]
    assert f"{fixed(row['percent'], 0, sign=True)}\u202f%" in verdicts[0].figures[0]
    assert bests(evidence) == (
        "Most engagement: \u201cengagement\u201d; least misinformation: \u201cchronological\u201d; "
        "least hate: \u201cchronological\u201d."
    )
    assert "over 3 seeds" in certainty(evidence)


def test_the_gap_is_told_with_the_groups_it_is_between(study: Path) -> None:
    evidence = gather(study, ARMS, (), "demotion", QUESTION)
    assert {arm: str(gap) for arm, gap in evidence.gaps.items()} == dict.fromkeys(ARMS, "age: 50+ over 18-29")
    levels = evidence.cells[(evidence.cells["metric"] == "prevalence") & (evidence.cells["arm"] == "engagement")]
    of = [levels.loc[levels["level"] == level].groupby("seed")["value"].sum() for level in ("50+", "18-29")]
    said = f"{number(100 * (of[0] - of[1]).mean())} points (age: 50+ over 18-29) instead of "
    assert answer(evidence)[0].figures[3].startswith(f"Widest gap between groups in harm seen: {said}")


@pytest.mark.parametrize(
    ("of", "way", "sure"),
    [
        ({"mean": 2.0, "low": 1.0, "high": 3.0, "least": 1.5, "greatest": 2.5}, 1, 2),
        ({"mean": 2.0, "low": -1.0, "high": 5.0, "least": 1.5, "greatest": 2.5}, 1, 1),
        ({"mean": -2.0, "low": -5.0, "high": 1.0, "least": -2.5, "greatest": -1.5}, -1, 1),
        ({"mean": 2.0, "low": -1.0, "high": 5.0, "least": -0.5, "greatest": 4.5}, 0, 0),
        ({"mean": -2.0, "low": float("nan"), "high": float("nan"), "least": -2.0, "greatest": -2.0}, -1, 2),
    ],
)
def test_a_difference_is_certain_or_what_all_seeds_agree_on_or_open(of: dict[str, float], way: int, sure: int) -> None:
    assert (tendency(pd.Series(of)), sureness(pd.Series(of))) == (way, sure)


def test_what_all_seeds_agree_on_is_told_apart_from_what_is_certain(tmp_path: Path) -> None:
    # Engagement is 1.0 +- 0.4 higher in both seeds: for an interval that leaves 0 out, two are too few.
    for arm, values in {"chronological": (1.0, 1.0), "engagement": (1.6, 2.4)}.items():
        for seed, value in enumerate(values):
            write_run(tmp_path / arm / f"seed={seed}", arm, seed)
            rewrite(tmp_path / arm / f"seed={seed}" / "metrics.parquet", "engagement_value", value)
    write_summary(tmp_path, ARMS[:2])
    page = write_report(tmp_path).read_text(encoding="utf-8")
    outline = Outline(page)
    said = "".join(outline.words)
    assert "in each of the 2 seeds, which are too few to be certain: more engagement" in said
    assert "\u25b3 +100\u202f%" in said
    # Of two arms, the verdict says which has more.
    assert "Most engagement" not in said


def rewrite(path: Path, metric: str, value: float) -> None:
    """Give a metric another value, in a file of as many bytes as its manifest says."""
    table = pq.read_table(path, partitioning=None)
    rows = table.to_pandas()
    rows.loc[rows["metric"] == metric, "value"] = value
    pq.write_table(pa.Table.from_pandas(rows, table.schema, preserve_index=False), path)
    manifest = path.with_name("manifest.json")
    said = json.loads(manifest.read_text())
    said["bytes"][path.name] = path.stat().st_size
    manifest.write_text(json.dumps(said))


def test_an_arm_that_changes_nothing_at_all_is_told_from_one_that_changes_nothing_for_sure(tmp_path: Path) -> None:
    for arm in ("nothing", "idle", "hardly"):
        for seed in (0, 1):
            write_run(tmp_path / arm / f"seed={seed}", "engagement", seed)
            value = 1.0 + (arm == "hardly") * (0.1 - 0.2 * seed)
            rewrite(tmp_path / arm / f"seed={seed}" / "metrics.parquet", "engagement_value", value)
    write_summary(tmp_path, ["nothing", "idle", "hardly"])
    said = "".join(Outline(write_report(tmp_path).read_text(encoding="utf-8")).words)
    assert said.count(NOTHING) == 1
    assert f"idle: {NOTHING}" in said
    assert "hardly: no clear difference in engagement" in said


def test_with_many_arms_the_figures_are_left_to_the_table(tmp_path: Path) -> None:
    arms = [f"arm {i}" for i in range(5)]
    for arm in arms:
        write_run(tmp_path / arm / "seed=0", "engagement", 0)
    write_summary(tmp_path, arms)
    said = "".join(Outline(write_report(tmp_path).read_text(encoding="utf-8")).words)
    assert "points per person and day instead of" not in said


def test_every_number_of_the_arms_table_is_that_of_the_summary(study: Path, outline: Outline) -> None:
    rows = read_summary(study)
    rows = rows[(rows["side"] == "") & (rows["part"] == "")]
    for arm in ARMS:
        mine = rows[rows["arm"] == arm]
        engagement = mine.loc[mine["metric"] == "engagement_value", "value"].mean()
        shares = mine[mine["metric"] == "prevalence"].groupby("harm", observed=True)["value"].mean()
        assert number(engagement) in outline.words
        assert {percent(share) for share in shares} <= set(outline.words)


def test_report_and_screen_tell_the_intervals_of_the_comparison(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "s", seeds=11)
    record_comparison(folder)
    rows = read_comparison(folder)
    screen = "\n".join(line for line, _ in arms_table(read_summary(folder)).lines(80))
    page = write_report(folder).read_text(encoding="utf-8")
    mine = rows[(rows["group"] == "") & (rows["part"] == "") & rows["metric"].isin(["engagement_value", "prevalence"])]
    assert mine["method"].tolist() == ["bca"] * 6
    for cell in mine.to_dict("records"):
        is_share = cell["metric"] == "prevalence"
        names = ("mean", "low", "high") if is_share else ("percent", "percent_low", "percent_high")
        _, interval = change(*(float(cell[name]) * (100 if is_share else 1) for name in names), unit="")
        assert interval in page
        scale = 100 if is_share else 1
        assert any(
            f"{cell['low'] * scale:+.{digits}f} to {cell['high'] * scale:+.{digits}f}" in " ".join(screen.split())
            for digits in range(5)
        )


def test_every_section_of_charts_has_a_key_to_its_arms(outline: Outline) -> None:
    # Trade-off, time, groups; the ranker's has no chronological arm.
    assert [outline.arms.count(arm) for arm in ARMS] == [3, 4, 4]
    traces = [trace for spec in map(json.loads, outline.specs) for trace in spec["data"]]
    assert {trace["legendgroup"] for trace in traces} == set(outline.arms)
    assert not any(json.loads(spec)["layout"]["showlegend"] for spec in outline.specs)


def test_every_look_has_a_key() -> None:
    assert (set(SHAPES), set(legends.DASHES), {"", *legends.HATCHES}) == (set(MARKERS), set(DASHES), set(HATCHES))


def test_what_comes_from_files_is_escaped(tmp_path: Path) -> None:
    evil = "</script><b>x&"
    for arm in ("chronological", "demote"):
        write_run(tmp_path / arm.replace("demote", "<i>demote") / "seed=0", arm, 0)
    write_summary(tmp_path, ("chronological", "<i>demote"))
    page = write_report(tmp_path, evil, f"{evil}?").read_text(encoding="utf-8")
    outline = Outline(page)
    assert outline.headings[0] == f"{evil}?"
    assert "<i>" not in page
    assert "<b>x" not in page
    assert "<i>demote" in {trace["name"] for trace in json.loads(outline.specs[0])["data"]}


def test_one_arm_and_one_seed_are_told_without_intervals(tmp_path: Path) -> None:
    write_study(tmp_path, arms=("engagement",), seeds=1)
    words = " ".join(Outline(write_report(tmp_path).read_text(encoding="utf-8")).words)
    assert "One seed: there are no intervals" in words
    assert "nan" not in words.lower().split()
    assert "2.5" in words


def test_arms_that_are_not_finished_are_named(tmp_path: Path) -> None:
    write_study(tmp_path, arms=("chronological",), seeds=1)
    page = write_report(tmp_path, arms=ARMS).read_text(encoding="utf-8")
    assert "Not finished, and not in this report: engagement, demote." in page


def test_a_run_that_the_summary_does_not_hold_is_left_out(tmp_path: Path) -> None:
    write_study(tmp_path, arms=("chronological",), seeds=2)
    write_run(tmp_path / "chronological" / "seed=9", "chronological", 9)
    assert [place.seed for place, _ in gather(tmp_path, (), (), "", "").runs] == [0, 1]


def test_every_assumption_has_its_differences_and_charts_show_the_first(tmp_path: Path) -> None:
    for assumption in ("calm", "angry"):
        write_study(tmp_path, arms=ARMS[:2], seeds=2, assumption=assumption)
    outline = Outline(write_report(tmp_path, arms=ARMS[:2], assumptions=("calm", "angry")).read_text(encoding="utf-8"))
    assert "Does the order of the arms survive what is assumed?" in outline.headings
    assert any("Under the assumption: calm." in words for words in outline.words)


def test_a_study_without_a_finished_run_has_no_report(study: Path) -> None:
    with pytest.raises(NotARun, match="no run of popular has finished"):
        write_report(study, arms=("popular",))


def test_an_arm_looks_the_same_in_every_chart() -> None:
    arms = ["a", "b"]
    days = pd.DataFrame({"arm": ["b", "b"], "day": [0, 0], "value": [1.0, 3.0]})
    points = pd.DataFrame(
        {"arm": ["b"], "level": ["x"], **{f"{axis}{end}": [1.0] for axis in "xy" for end in ("", "_low", "_high")}}
    )
    band, line = over_time(days, arms, "?", "day", "u").data
    (point,), (bar,) = plane(points, arms, "?", "x", "y").data, group_bars(points, arms, "?", "g", "y").data
    assert {line.line.color, point.marker.color, bar.marker.color} == {COLOURS[1]}
    assert line.marker.symbol == point.marker.symbol == "square"
    assert list(line.y) == [2.0]
    assert (list(band.y), band.fillcolor[:7]) == ([3.0, 1.0], COLOURS[1])


def test_arms_of_one_colour_differ_in_marker() -> None:
    seen = looks([f"arm {i}" for i in range(40)]).values()
    assert len({(look.colour, look.marker) for look in seen}) == 40


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_stands_out_on_paper_and_on_a_dark_screen(colour: str) -> None:
    # WCAG 2.1 asks 3 : 1 of what a chart is drawn with.
    assert (luminance("#FFFFFF") + 0.05) / (luminance(colour) + 0.05) >= 3
    assert (luminance(DARK[colour]) + 0.05) / (luminance("#1B2026") + 0.05) >= 3


def test_numbers_are_written_for_people() -> None:
    assert [number(x) for x in (1234567.0, 12.345, 0.0123456, 0.0)] == ["1\u202f234\u202f567", "12.3", "0.0123", "0"]
    assert [percent(x) for x in (0.0213, 0.00034, 1.0)] == ["2.13\u202f%", "0.0340\u202f%", "100\u202f%"]
    assert [fixed(x, 1, sign=True) for x in (-1.26, 0.04, 2.0)] == ["\u22121.3", "0.0", "+2.0"]
    assert number(float("nan")) == "\u2013"


def test_one_day_is_a_day() -> None:
    assert [counted(n, "day", "days") for n in (0, 1, 2, 1000)] == ["0 days", "1 day", "2 days", "1\u202f000 days"]


def test_a_change_is_told_with_its_interval_in_equal_decimals() -> None:
    assert change(31.2, 28.94, 33.5, "%") == ("+31\u202f%", "+29\u00a0to\u00a0+34")
    assert change(-0.62, -0.81, -0.43, "points") == ("\u22120.62\u202fpoints", "\u22120.81\u00a0to\u00a0\u22120.43")
    assert change(0.5, float("nan"), float("nan"), "%") == ("+0.50\u202f%", "")
    # An interval is never rounded to a point.
    assert change(-1.2, -1.23, -1.17, "%") == ("\u22121.20\u202f%", "\u22121.23\u00a0to\u00a0\u22121.17")


def test_a_direction_is_clear_only_when_the_interval_leaves_out_nothing() -> None:
    nan = float("nan")
    assert [direction(*of) for of in ((1, 0.5, 2), (1, -0.5, 2), (-1, -2, -0.1), (-1, nan, nan))] == [1, 0, -1, -1]


def test_the_script_draws_what_the_page_holds(outline: Outline) -> None:
    shown = {colour.upper() for spec in outline.specs for colour in re.findall(r"#[0-9A-Fa-f]{6}", spec)}
    assert shown <= set(DARK)
