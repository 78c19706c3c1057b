"""One feed as tables: every candidate with what became of it, and what each head added to its score. Pure functions."""

import numpy as np
import pandas as pd

from feedsim.feed.ranking import EngagementRanker, head_weights
from feedsim.story import DEEDS
from feedsim.trace import Feed
from feedsim.world.world import ACTIONS

SHOWN, PASSED_ON, LIGHT_CUT = "shown", "scored", "light cut"
FATES = (SHOWN, PASSED_ON, LIGHT_CUT)
"""What may become of a candidate, besides a policy that takes it out: it is shown; heads score it, but others are
better; or the light model, which knows less, passes others on."""
CLOSE = 1e-3
"""Of a score: how far what the heads add up to may be from it, as figures are stored in single precision."""
SOURCES = {
    "in_network": "network", "profile": "own topics", "trending": "trending", "exploration": "exploration",
}  # fmt: skip
"""Where a candidate comes from, in a word."""


def fates(feed: Feed) -> pd.Series:
    """(C,) what became of each candidate."""
    by, rank = feed.candidates["removed_by"].astype(str), feed.candidates["rank"]
    taken_out = by.map(lambda name: LIGHT_CUT if name == "light_cut" else f"by {name}")
    return taken_out.where(by != "", pd.Series(np.where(rank.notna(), SHOWN, PASSED_ON), rank.index))


def candidate_table(feed: Feed) -> pd.DataFrame:
    """A row a candidate: those that were shown in their order, then the rest, the best score first."""
    rows = feed.candidates.assign(fate=fates(feed)).sort_values(["rank", "final", "light_rank", "key"], ascending=ORDER)
    now = feed.tick * feed.scenario.tick_minutes
    said = {
        "#": rows["rank"] + 1,
        "post": rows["post_kind"].astype(str) + ", topic " + rows["post_topic"].astype(str),
        "author": rows["post_author"],
        "source": rows["source"].astype(str).map(lambda name: SOURCES.get(name, name)),
        "sharer": rows["sharer"].map(lambda user: "" if pd.isna(user) else str(int(user))),
        "hours old": (now - rows["post_minute"]).clip(lower=0) / 60,
        "harm (truth)": rows["post_harm"].astype(str),
        **{f"p {action}, %": 100 * rows[f"p_{action}"].astype(float) for action in _heads(feed)},
        "score": rows["score"].astype(float),
        **{f"factor {name}": rows[f"factor_{name}"].astype(float) for name in feed.policies},
        **({"final score": rows["final"], "# by score alone": rows["place_before"]} if feed.policies else {}),
        "what became of it": rows["fate"],
        "seconds": rows["seconds"].where(rows["rank"].notna()),
        "the person": [_did(row) for _, row in rows.iterrows()],
    }
    return pd.DataFrame(said)


ORDER = [True, False, True, True]
"""Of rank, final, light_rank and key: whether the smallest comes first."""


def _heads(feed: Feed) -> list[str]:
    """The actions that were predicted."""
    return [action for action in ACTIONS if feed.candidates[f"p_{action}"].notna().any()]


def _did(row: "pd.Series") -> str:
    return ", ".join(word for action, word in DEEDS.items() if row[action])


def funnel(feed: Feed) -> pd.DataFrame:
    """How many candidates of each source came to which end: a row a source, a column a fate, and all of them."""
    source = feed.candidates["source"].astype(str).map(lambda name: SOURCES.get(name, name))
    counts = pd.crosstab(source, fates(feed))
    order = [*(name for name in FATES if name in counts), *sorted({str(name) for name in counts} - set(FATES))]
    table = counts[order].assign(found=counts.sum(axis=1)).loc[lambda of: of["found"].sort_values().index[::-1]]
    return table.rename_axis(index="source", columns=None).reset_index()


def contributions(feed: Feed) -> pd.DataFrame:
    """What each predicted action added to the score of every post that was shown: `place`, `action`, `points`.

    Probability times weight, and the ranker's factor on what is from outside the network. Empty where the score is
    something else: another ranker's, or of weights that a policy changed.
    """
    ranker, shown = feed.scenario.ranker, feed.shown
    if not isinstance(ranker, EngagementRanker) or not feed.has_predictions:
        return pd.DataFrame(columns=["place", "action", "points"])
    p = shown[[f"p_{action}" for action in ACTIONS]].fillna(0.0).to_numpy(float)
    points = p * head_weights(ranker.weights)
    outside = (shown["source"].astype(str) != "in_network").to_numpy() & (points.sum(axis=1) > 0)
    points[outside] *= ranker.out_of_network_factor
    if not np.allclose(points.sum(axis=1), shown["score"].to_numpy(float), rtol=CLOSE, atol=CLOSE):
        return pd.DataFrame(columns=["place", "action", "points"])
    rows = pd.DataFrame(points, columns=list(ACTIONS)).assign(place=shown["rank"].to_numpy(int) + 1)
    long = rows.melt("place", var_name="action", value_name="points")
    return long[long["action"].isin(long.loc[long["points"] != 0, "action"])].reset_index(drop=True)


def final_points(feed: Feed) -> pd.DataFrame:
    """What the shown posts were ordered by: `place`, `points`; empty where no policy put a factor on a score."""
    shown = feed.shown
    return pd.DataFrame({"place": shown["rank"] + 1, "points": shown["final"]}) if feed.policies else pd.DataFrame()


def places_in_both(left: Feed, right: Feed, arms: tuple[str, str]) -> pd.DataFrame:
    """Where posts stand in two feeds: `key`, `arm`, `place`, `harm`, and `in_both`."""
    parts = [
        pd.DataFrame({"key": feed.shown["key"], "arm": arm, "place": feed.shown["rank"] + 1,
                      "harm": feed.shown["post_harm"].astype(str)})
        for feed, arm in zip((left, right), arms, strict=True)
    ]  # fmt: skip
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(in_both=rows.groupby("key")["key"].transform("size") == 2)
