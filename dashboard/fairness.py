"""What happens to groups, side by side: which measures there are of a side, contrasts between levels, calibration.

Pure functions, DataFrame in, DataFrame out.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from feedsim.study.compare import intervals

HARMLESS = "truth=harmless"
"""Part of what is told of posts of no class."""
REACH = "reach_per_person"
"""Of authors, made of `reach_share`: over the group's share of people."""
BINS = 10
"""Of a calibration curve: as many posts in each, so that the few that are suspected are told apart."""
LEAST = 20
"""Posts, below which a bin of a curve is left out."""


@dataclass(frozen=True)
class Measured:
    """A measure of what happens to groups."""

    metric: str
    label: str
    unit: str
    asks: str
    """with {harm} and {group}"""
    kind: str
    """reach, harm, impact or accuracy"""
    part: str = ""
    of_harm: bool = False

    @property
    def is_share(self) -> bool:
        """Whether it is shown in per cent."""
        return self.unit.startswith("%")


_POSTS = "% of harmless posts"
_CANDIDATES = "% of harmless candidates"
OF_VIEWERS = (
    Measured("impressions", "posts seen", "per person and day", "How much does each {group} see?", "reach"),
    Measured("prevalence", "harm seen", "% of impressions", "Who sees {harm}, by {group}?", "harm", of_harm=True),
    Measured("exposed_users", "people who saw harm", "% of people", "How many of each {group} met {harm}?", "harm",
             of_harm=True),
    # Of viewers it is not told apart what is harmless: who sees more harm loses more to demotion, rightly.
    Measured("demotion_rate", "posts demoted", "% of candidates, harmful ones too",
             "Whose feeds lose posts to demotion, by {group}?", "impact"),
    Measured("filtered_share", "posts kept out", "% of candidates, harmful ones too",
             "Whose feeds have posts kept out, by {group}?", "impact"),
    Measured("false_positive_rate", "false positives", "% of impressions of harmless posts",
             "In whose feeds are harmless posts held to be {harm}, by {group}?", "accuracy", of_harm=True),
    Measured("false_negative_rate", "false negatives", "% of impressions of harmful posts",
             "In whose feeds is {harm} missed, by {group}?", "accuracy", of_harm=True),
    Measured("auc", "AUC", "0.5 = guessing, 1 = perfect", "For whom is {harm} told apart, by {group}?", "accuracy",
             of_harm=True),
)  # fmt: skip
OF_AUTHORS = (
    Measured(REACH, "reach", "times the group's share of people", "Whose posts are seen, by {group}?", "reach"),
    Measured("prevalence", "harm in what is seen of them", "% of impressions", "Whose posts bring {harm}, by {group}?",
             "harm", of_harm=True),
    Measured("action_rate", "harmless posts acted on", _POSTS, "Whose harmless posts are acted on, by {group}?",
             "impact", HARMLESS),
    Measured("removal_rate", "harmless posts removed", _POSTS, "Whose harmless posts are removed, by {group}?",
             "impact", HARMLESS),
    Measured("demotion_rate", "harmless posts demoted", _CANDIDATES,
             "Whose harmless posts are demoted in feeds, by {group}?", "impact", HARMLESS),
    Measured("filtered_share", "harmless posts kept out", _CANDIDATES,
             "Whose harmless posts are kept out of feeds, by {group}?", "impact", HARMLESS),
    Measured("reach_lost", "reach lost by harmless posts", "% of impressions, estimated",
             "How much reach do harmless posts lose, by {group}?", "impact", HARMLESS),
    Measured("false_positive_rate", "false positives", _POSTS,
             "Whose harmless posts are held to be {harm}, by {group}?", "accuracy", of_harm=True),
    Measured("false_negative_rate", "false negatives", "% of harmful posts", "Whose {harm} is missed, by {group}?",
             "accuracy", of_harm=True),
    Measured("auc", "AUC", "0.5 = guessing, 1 = perfect", "Whose {harm} is told apart, by {group}?", "accuracy",
             of_harm=True),
    Measured("calibration_error", "calibration error", "% of probability",
             "For whom are probabilities of {harm} wrong, by {group}?", "accuracy", of_harm=True),
)  # fmt: skip
MEASURES = {"viewer": OF_VIEWERS, "author": OF_AUTHORS}
METRICS = tuple(dict.fromkeys(one.metric for of in MEASURES.values() for one in of))


def rows_of(cells: pd.DataFrame, measured: Measured, side: str, group: str, harm: str) -> pd.DataFrame:
    """A measure's cells by level: arm, seed, level, value (in per cent where it is a share)."""
    if measured.metric == REACH:
        return reach_per_person(cells, group)
    rows = cells[(cells["metric"] == measured.metric) & (cells["side"] == side) & (cells["group"] == group)]
    rows = rows[(rows["part"] == measured.part) & (rows["harm"] == (harm if measured.of_harm else ""))]
    scale = 100.0 if measured.is_share else 1.0
    return rows.assign(value=scale * rows["value"])[["arm", "seed", "level", "value"]]


def reach_per_person(cells: pd.DataFrame, group: str) -> pd.DataFrame:
    """Of authors: a level's share of impressions over its share of people; 1 = as many as there are of them.

    People are the denominators of `sessions` by viewers' level. Columns arm, seed, level, value.
    """
    by = ["arm", "seed", "level"]
    shares = cells[(cells["metric"] == "reach_share") & (cells["side"] == "author") & (cells["group"] == group)]
    people = cells[(cells["metric"] == "sessions") & (cells["side"] == "viewer") & (cells["group"] == group)]
    both = shares[[*by, "value"]].merge(people[[*by, "n"]], on=by)
    share_of_people = both["n"] / both.groupby(["arm", "seed"], sort=False)["n"].transform("sum")
    return both.assign(value=both["value"] / share_of_people)[[*by, "value"]]


def contrasts(rows: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Each other level against the reference, paired by seed: arm, level, difference and ratio with `_low`, `_high`.

    The interval of a ratio is that of its logarithm; of seeds in which a level has 0 there is no ratio.
    """
    base = rows.loc[rows["level"] == reference, ["arm", "seed", "value"]].rename(columns={"value": "base"})
    pairs = rows[rows["level"] != reference].merge(base, on=["arm", "seed"])
    found = _interval(pairs.assign(value=pairs["value"] - pairs["base"]), "difference")
    both = pairs[(pairs["value"] > 0) & (pairs["base"] > 0)]
    logs = _interval(both.assign(value=np.log(both["value"] / both["base"])), "ratio")
    names = ["ratio", "ratio_low", "ratio_high"]
    return found.merge(logs.assign(**{name: np.exp(logs[name]) for name in names}), on=["arm", "level"], how="left")


def _interval(pairs: pd.DataFrame, name: str) -> pd.DataFrame:
    found = intervals(pairs, ["arm", "level"])
    names = {"mean": name, "low": f"{name}_low", "high": f"{name}_high"}
    return found.rename(columns=names)[["arm", "level", *names.values()]]


def calibration(posts: pd.DataFrame, level: "pd.Series[str]") -> pd.DataFrame:
    """How often posts are harmful that were given a probability: level, x (mean probability, %), y (share, %), n.

    `posts`: p, harmful. Posts of all levels are put into BINS of equal numbers; a level's bin of fewer than LEAST
    posts is left out. Posts that share a probability share a bin.
    """
    edges = np.unique(np.quantile(posts["p"], np.linspace(0, 1, BINS + 1)[1:-1])) if len(posts) else np.array([])
    # The few that are suspected most have bins of their own: that is where decisions fall.
    edges = np.unique(np.concatenate([edges, [0.1, 0.25, 0.5, 0.75]]))
    bins = np.searchsorted(edges, posts["p"], side="left")
    of = posts.assign(level=level.to_numpy(), bin=bins).groupby(["level", "bin"], sort=True)
    found = of.agg(x=("p", "mean"), y=("harmful", "mean"), n=("p", "size")).reset_index()
    found = found[found["n"] >= LEAST]
    return found.assign(x=100 * found["x"], y=100 * found["y"])[["level", "x", "y", "n"]]
