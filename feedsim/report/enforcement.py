"""What the report says of integrity: how much harm is found, how soon, and whom it hits by mistake."""

import math
from collections.abc import Callable, Sequence

import pandas as pd

from feedsim.report.answer import whole
from feedsim.report.charts import group_bars, looks
from feedsim.report.evidence import Evidence
from feedsim.report.finding import cut_of
from feedsim.report.further import HARMLESS
from feedsim.report.legend import legend, mark
from feedsim.report.numbers import number, percent
from feedsim.report.page import Html, figure, table, text
from feedsim.report.pictures import SMALL, grid

FOUND: dict[str, tuple[str, Callable[[float], str]]] = {
    "recall": ("Recall: share of it that is found", percent),
    "removal_rate": ("Recall of removal: share that is removed", percent),
    "precision": ("Precision: share of what is found that is it", percent),
    "proactive_rate": ("Proactive rate: share of what is found that nobody had to report", percent),
    "hours_to_removal": ("Hours from publication to removal", number),
    "prevented_share": ("Share of its impressions that removal prevented, estimated", percent),
    "decided_within_24h": ("Share of cases decided within 24 hours", percent),
}
"""Metric of a class -> what the table calls it, and how its values are written."""
OF_DECISIONS = ("precision", "proactive_rate", "decided_within_24h")
"""Those that are told of all classes together too."""
ALL = ""
"""Of no one class."""
BY_GROUP = {
    "false_positive_rate": "Whose harmless posts are held to be {harm}, by {group}?",
    "action_rate": "Whose harmless posts are acted on, by {group}?",
    "demotion_rate": "Whose harmless posts are demoted in feeds, by {group}?",
    "filtered_share": "Whose harmless posts are kept out of feeds, by {group}?",
}
"""Metric by level of authors -> the question that its chart answers. The first is of equal accuracy, the others are of
equal impact."""
CAPTION = (
    "Means over seeds. Found: removed, labelled or demoted by a decision; what a policy only demotes in feeds or keeps "
    "out of them is not. A dash: there is nothing to tell."
)
UNITS = {metric: "candidates" if metric in ("demotion_rate", "filtered_share") else "posts" for metric in BY_GROUP}
"""What the shares are of."""
EQUAL = (
    "Of posts that are harmless in truth, by group of their authors. That a detector errs as often in every group is "
    "equal accuracy; that as many are acted on is equal impact. One does not give the other, and a difference is a "
    "question to ask, not a verdict."
)
NEITHER = (
    "Recall and proactive rate are not the same: the company that published a proactive rate of 94.7 % for hate speech "
    "(fact G05) found, by its own estimate, 3 to 5 % of it (fact G06). Neither implies the other."
)
WITHIN_A_DAY = "Of notices of hate speech, platforms in Europe assessed 76.6 to 95.7 % within 24 hours (fact G11)."


def found(evidence: Evidence) -> Html:
    """A row an arm and class of harm: what is found of it, how soon, and what that prevents. Nothing where no arm finds
    any."""
    rows = evidence.means[(evidence.means["side"] == "") & (evidence.means["part"] == "")]
    recall = rows[rows["metric"] == "recall"]
    if not recall["mean"].any():
        return ""
    there = [metric for metric in FOUND if (rows["metric"] == metric).any()]
    arms = [arm for arm in evidence.arms if (recall["arm"] == arm).any()]
    head = ["Arm", "Harm", *(text(FOUND[metric][0]) for metric in there)]
    body = [
        [f"{mark(looks(evidence.arms)[arm])}{text(arm)}", text(harm or "all together"), *_row(rows, there, arm, harm)]
        for arm in arms
        for harm in (*evidence.harms, ALL)
    ]
    notes = _neither(rows, evidence) * ("proactive_rate" in there) + [WITHIN_A_DAY] * ("decided_within_24h" in there)
    said = "".join(f'<p class="small">{text(note)}</p>' for note in notes)
    return table(head, body, CAPTION, kind="cards") + said


def _neither(rows: pd.DataFrame, evidence: Evidence) -> list[str]:
    """That recall and proactive rate are two things, and what each is here."""
    here = []
    for arm in evidence.arms:
        for harm in evidence.harms:
            of = [whole(rows[rows["arm"] == arm], metric, harm) for metric in ("proactive_rate", "recall")]
            if all(of):
                rate, recall = (percent(row["mean"]) for (row,) in of)
                here.append(f"{arm}, {harm}: proactive rate {rate}, recall {recall}")
    return [NEITHER, f"Here: {'; '.join(here)}."] if here else [NEITHER]


def by_kind(evidence: Evidence) -> Html:
    """Recall by how posts are made and by language, a table each, a row an arm and class; nothing where there is no
    more than one kind."""
    found = cut_of(evidence.means)
    tables = [_kinds(str(cut), of) for cut, of in found.groupby("cut", sort=False) if of["mean"].any()]
    return "".join(tables)


def _kinds(cut: str, rows: pd.DataFrame) -> Html:
    kinds = tuple(dict.fromkeys(rows["kind"]))
    body = []
    for (arm, harm), of in rows.groupby(["arm", "harm"], sort=False):
        said = {row["kind"]: f"{percent(row['mean'])}{_interval(row)}" for _, row in of.iterrows()}
        body.append([text(str(arm)), text(str(harm)), *(said.get(kind, "\u2013") for kind in kinds)])
    caption = (
        f"Recall: share of the posts of a class that is found, by {cut}. Means over seeds, below them the intervals."
    )
    return table(["Arm", "Harm", *map(text, kinds)], body, caption, kind="cards")


def _interval(row: pd.Series) -> Html:
    if not (math.isfinite(row["low"]) and math.isfinite(row["high"])):
        return ""
    low, high = (max(min(end, 1.0), 0.0) for end in (row["low"], row["high"]))
    return f'<span class="change">{percent(low)} to {percent(high)}</span>'


def _row(rows: pd.DataFrame, metrics: Sequence[str], arm: str, harm: str) -> list[Html]:
    """The cells of an arm and a class. Of all classes together only what is of decisions, not of posts."""
    told = [metric if harm or metric in OF_DECISIONS else "" for metric in metrics]
    found = [whole(rows[rows["arm"] == arm], metric, harm) for metric in told]
    return [
        "".join(FOUND[metric][1](row["mean"]) for row in of) or "\u2013" for metric, of in zip(told, found, strict=True)
    ]


def mistakes(evidence: Evidence) -> Html:
    """What happens to harmless posts, by group of their authors: a chart for each measure of which there is any."""
    rows = evidence.means[(evidence.means["side"] == "author") & evidence.means["metric"].isin(BY_GROUP)]
    # Held to be of a class: a row a class. What is done to the harmless: one row.
    rows = rows[((rows["part"] == HARMLESS) & (rows["harm"] == "")) | (rows["metric"] == "false_positive_rate")]
    made = [
        _chart(evidence, of, title.format(harm=harm, group=group), str(group), f"% of harmless {UNITS[metric]}")
        for group, of_group in rows.groupby("group", sort=False)
        for metric, title in BY_GROUP.items()
        for harm, of in of_group[of_group["metric"] == metric].groupby("harm", sort=False)
        if of["mean"].any()
    ]
    shown = [arm for arm in evidence.arms if (rows["arm"] == arm).any()]
    return grid(made, legend(evidence.arms, shown, "bar"), "many")


def _chart(evidence: Evidence, rows: pd.DataFrame, title: str, group: str, unit: str) -> Html:
    drawn = rows.assign(y=100 * rows["mean"], y_low=100 * rows["least"], y_high=100 * rows["greatest"])
    wide = rows.pivot_table(index="level", columns="arm", values="mean", sort=False)
    body = [[text(level), *map(percent, row)] for level, row in zip(wide.index, wide.to_numpy(), strict=True)]
    chart = group_bars(drawn, evidence.arms, title, group, unit).update_layout(height=SMALL)
    return figure(chart, table([text(group), *map(text, wide.columns)], body, title))


def reviewers(evidence: Evidence) -> Html:
    """Sensitivity and criterion of reviewers, a row a pool and group of authors."""
    rows = evidence.means[evidence.means["metric"].isin(("d_prime", "criterion"))]
    if rows.empty:
        return ""
    keys = ["arm", "harm", "part", "group", "level"]
    wide = rows.pivot_table(index=keys, columns="metric", values="mean", sort=False).reset_index()
    head = ["Arm", "Harm", "Reviewers", "Authors", "Sensitivity d\u2032", "Criterion"]
    body = [
        [
            text(row["arm"]),
            text(row["harm"]),
            text(str(row["part"]).removeprefix("pool=") or "all"),
            text(f"{row['group']}: {row['level']}" if row["level"] else "all"),
            number(row["d_prime"]),
            number(row["criterion"]),
        ]
        for _, row in wide.iterrows()
    ]
    caption = "Means over seeds. A sensitivity of 0 is guessing; a criterion above 0 is reluctance to call harm."
    return table(head, body, caption, kind="tall")


COLD = (
    "A detector that has had too few verdicts of harm to learn from (fewer than detectors.min_positives) gives every "
    "post of its language the same probability, the share of harm in the audit: a cold start. Nothing is found by it."
)


def cold_starts(evidence: Evidence) -> Html:
    """Detectors that ended the run without having learned anything, a row each; nothing where all have."""
    rows = evidence.means[(evidence.means["metric"] == "cold_start") & (evidence.means["mean"] > 0)]
    if rows.empty:
        return ""
    body = [
        [text(row["arm"]), text(row["harm"]), text(str(row["part"]).removeprefix("language=") or "all"),
         percent(row["mean"])]
        for _, row in rows.iterrows()
    ]  # fmt: skip
    return table(["Arm", "Harm", "Language", "Share of runs"], body, COLD)
