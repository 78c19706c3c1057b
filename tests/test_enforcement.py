"""What the report says of integrity, from cells by hand."""

import re

import pandas as pd
from test_report import Outline

from feedsim.report.answer import answer
from feedsim.report.enforcement import COLD, NEITHER, WITHIN_A_DAY, by_kind, cold_starts, found, mistakes, reviewers
from feedsim.report.evidence import Evidence

Row = tuple[str, int, str, str, str, str, str, str, float]
"""Arm, seed, metric, harm, side, group, level, part, value."""
COLUMNS = ["arm", "seed", "metric", "harm", "side", "group", "level", "part", "value"]


def cells(arm: str, seed: int, of: dict[tuple[str, str], float]) -> list[Row]:
    """(metric, harm) -> value, of everyone."""
    return [(arm, seed, metric, harm, "", "", "", "", value) for (metric, harm), value in of.items()]


def by_dialect(arm: str, metric: str, harm: str, part: str, majority: float, minority: float) -> list[Row]:
    levels = {"majority": majority, "minority": minority}
    return [(arm, 0, metric, harm, "author", "dialect", level, part, value) for level, value in levels.items()]


def evidence_of(rows: list[Row], arms: tuple[str, ...] = ("free", "held")) -> Evidence:
    """A study with these cells, and hate as its only harm."""
    seen = [(arm, 0, "prevalence", "hate", "", "", "", "", 0.001) for arm in arms]
    table = pd.DataFrame([*seen, *rows], columns=COLUMNS).assign(assumption="")
    return Evidence(
        "study", "question?", arms, (), ("",), (), table, {}, *(pd.DataFrame(columns=["metric"]) for _ in range(3))
    )


def rows_of(html: str) -> list[list[str]]:
    """The words of a table, row by row, without markup and marks."""
    found = re.findall(r"<tr>(.*?)</tr>", html)
    return [
        [re.sub(r"<[^>]*>|[\u25cf\u25a0]", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in found
    ]


HELD = {
    ("recall", "hate"): 0.04, ("removal_rate", "hate"): 0.03, ("removal_rate", ""): 0.5, ("precision", "hate"): 0.8,
    ("proactive_rate", "hate"): 0.947, ("proactive_rate", ""): 0.95, ("decided_within_24h", ""): 0.9,
}  # fmt: skip


def test_what_is_found_is_a_row_a_class_with_the_mean_over_seeds() -> None:
    html = found(evidence_of(cells("held", 0, HELD) + cells("held", 1, {**HELD, ("recall", "hate"): 0.02})))
    head, hate, together = rows_of(html)
    assert [words.partition(":")[0] for words in head] == [
        "Arm", "Harm", "Recall", "Recall of removal", "Precision", "Proactive rate",
        "Share of cases decided within 24 hours",
    ]  # fmt: skip
    assert hate == ["held", "hate", "3.00\u202f%", "3.00\u202f%", "80.0\u202f%", "94.7\u202f%", "\u2013"]
    assert together == ["held", "all together", "\u2013", "\u2013", "\u2013", "95.0\u202f%", "90.0\u202f%"]


def test_that_a_proactive_rate_is_no_recall_is_said_where_both_are_told() -> None:
    whole = found(evidence_of(cells("held", 0, HELD)))
    assert NEITHER in whole
    assert "Here: held, hate: proactive rate 94.7\u202f%, recall 4.00\u202f%." in whole
    assert WITHIN_A_DAY in whole
    neither = found(evidence_of(cells("held", 0, {("recall", "hate"): 0.04})))
    assert "recall" in neither.lower()
    assert NEITHER not in neither
    assert WITHIN_A_DAY not in neither


def test_nothing_is_told_of_what_finds_nothing() -> None:
    assert found(evidence_of([])) == ""
    assert found(evidence_of(cells("held", 0, {("recall", "hate"): 0.0}))) == ""


def test_arms_without_integrity_have_no_row() -> None:
    assert len(rows_of(found(evidence_of(cells("held", 0, HELD))))) == 3
    assert len(rows_of(found(evidence_of(cells("held", 0, HELD) + cells("free", 0, HELD))))) == 5


def test_mistakes_are_a_chart_a_measure_and_group_where_there_are_any() -> None:
    rows = by_dialect("held", "false_positive_rate", "hate", "", 0.01, 0.02)
    rows += by_dialect("held", "action_rate", "", "truth=harmless", 0.001, 0.003)
    rows += by_dialect("held", "action_rate", "", "", 0.5, 0.5)
    rows += by_dialect("held", "demotion_rate", "", "policy=it,truth=harmless", 0.5, 0.5)
    rows += by_dialect("held", "filtered_share", "", "truth=harmless", 0, 0)
    html = mistakes(evidence_of(rows))
    outline = Outline(html)
    assert outline.headings == [
        "Whose harmless posts are held to be hate, by dialect?",
        "Whose harmless posts are acted on, by dialect?",
    ]
    assert rows_of(html)[:3] == [["dialect", "held"], ["majority", "1.00\u202f%"], ["minority", "2.00\u202f%"]]
    assert mistakes(evidence_of([])) == ""


def test_detectors_that_could_not_learn_are_named_with_the_share_of_runs() -> None:
    def of(seed: int, language: str, value: float) -> Row:
        return ("held", seed, "cold_start", "hate", "", "", "", f"language={language}", value)

    learned = [of(0, "english", 0), of(1, "english", 0)]
    html = cold_starts(evidence_of([*learned, of(0, "spanish", 1), of(1, "spanish", 0)]))
    assert rows_of(html)[1:] == [["held", "hate", "spanish", "50.0\u202f%"]]
    assert COLD in html
    assert cold_starts(evidence_of(learned)) == ""


def test_reviewers_are_told_by_pool_and_group() -> None:
    rows = [("held", 0, "d_prime", "hate", "", "", "", "", 1.5), ("held", 0, "criterion", "hate", "", "", "", "", 0.25)]
    pool = ("author", "dialect", "minority", "pool=english")
    rows += [("held", 0, "d_prime", "hate", *pool, 1.1), ("held", 0, "criterion", "hate", *pool, -0.5)]
    assert rows_of(reviewers(evidence_of(rows)))[1:] == [
        ["held", "hate", "all", "all", "1.50", "0.250"],
        ["held", "hate", "english", "dialect: minority", "1.10", "\u22120.500"],
    ]
    assert reviewers(evidence_of([])) == ""


def made(arm: str, text: tuple[float, ...], meme: tuple[float, ...]) -> list[Row]:
    """Recall of hateful texts and memes in some seeds."""
    of = {"text": text, "meme": meme}
    return [
        (arm, seed, "recall", "hate", "", "", "", f"modality={kind}", value)
        for kind, values in of.items()
        for seed, value in enumerate(values)
    ]


def test_what_is_found_is_told_by_how_posts_are_made_and_by_language() -> None:
    languages = [("held", 0, "recall", "hate", "author", "language", "spanish", "", 0.25)]
    rows = [*made("held", (0.5,), (0.1,)), *languages, ("held", 0, "recall", "hate", "author", "age", "young", "", 0.9)]
    assert rows_of(by_kind(evidence_of(rows))) == [
        ["Arm", "Harm", "text", "meme"],
        ["held", "hate", "50.0\u202f%", "10.0\u202f%"],
        ["Arm", "Harm", "spanish"],
        ["held", "hate", "25.0\u202f%"],
    ]
    assert "9.88\u202f% to 10.1\u202f%" in by_kind(evidence_of(made("held", (0.5, 0.5), (0.1, 0.1002))))
    assert by_kind(evidence_of([])) == ""


def test_an_answer_names_the_kind_of_post_that_is_found_more_often_for_sure() -> None:
    before = made("free", (0.5, 0.5, 0.5), (0.1, 0.1, 0.1))
    (verdict,) = answer(evidence_of([*before, *made("held", (0.9, 0.6, 0.51), (0.3, 0.31, 0.32))]))
    assert "more hate found (modality: meme)" in verdict.short
    assert "text" not in verdict.short
    assert any("31.0\u202f% instead of 10.0\u202f%, +21" in figures for figures in verdict.figures)


def test_an_answer_tells_whether_cases_are_decided_in_time() -> None:
    rows = [(arm, seed, "decided_within_24h", "", "", "", "", "", value)
            for arm, value in (("free", 0.9), ("held", 0.2)) for seed in range(2)]  # fmt: skip
    (verdict,) = answer(evidence_of(rows))
    assert "less of the cases decided within 24 hours" in verdict.short
