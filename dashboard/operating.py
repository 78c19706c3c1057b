"""What it takes to hold harm back, from cells and the cards of models: pure functions."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from dashboard.cuts import SIDES, Cut

CARD = ["version", "harm", "language", "group", "level", "metric", "value", "n"]
"""Columns of what detectors' cards say."""


def with_parts(rows: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Rows whose `part` has all of these names, each as a column of text: `action=click,version=3`."""
    said = rows["part"].astype(str)
    for name in names:
        rows = rows.assign(**{name: said.str.extract(rf"(?:^|,){name}=([^,]*)", expand=False)})
    return rows.dropna(subset=list(names))


def versions_of(days: pd.DataFrame, action: str) -> pd.DataFrame:
    """Quality of one head of the ranker by version: the rows with `version` as a number."""
    rows = with_parts(days, "action", "version")
    rows = rows[(rows["action"] == action) & rows["version"].str.isdigit()]
    return rows.assign(version=rows["version"].astype(int))


def card_rows(card: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What a detector's card says of its quality on verdicts that it had not learned from; nothing of a cold start."""
    held_out = card.get("held_out")
    metrics = held_out.get("metrics") if isinstance(held_out, dict) else None
    for said in metrics if isinstance(metrics, list) else []:
        if isinstance(said, dict) and isinstance(said.get("value"), int | float):
            names = {name: str(card.get(name, "")) for name in ("harm", "language")}
            of = {name: str(said.get(name, "")) for name in ("group", "level", "metric")}
            numbers = {"value": float(said["value"]), "n": _whole(said.get("n"))}
            yield {"version": _whole(card.get("version")), **names, **of, **numbers}


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) and np.isfinite(value) else 0


def prevented(cells: pd.DataFrame) -> pd.DataFrame:
    """Impressions that removal prevented, estimated, in thousands: the share times what it is a share of."""
    rows = cells[cells["metric"] == "prevented_share"]
    return rows.assign(value=rows["value"] * rows["n"] / 1000)


def policy_touch(cells: pd.DataFrame, cut: Cut) -> pd.DataFrame:
    """Candidates that each policy lowered or took out, in %, of all and of harmless posts: arm, seed, panel (with the
    level of a group), level (the policy), value."""
    kinds = {"demotion_rate": "lowered", "filtered_share": "taken out"}
    side = cut.by if cut.by in SIDES else ""
    rows = cells[cells["metric"].isin(kinds) & (cells["harm"] == "")]
    rows = with_parts(rows[(rows["side"] == side) & (rows["group"] == cut.group)], "policy")
    harmless = rows["part"].str.endswith("truth=harmless")
    of = harmless.map({True: ", of harmless posts", False: ", of all"})
    panel = rows["metric"].map(kinds) + of + (": " + rows["level"] if cut.group else "")
    return rows.assign(panel=panel, level=rows["policy"], value=100 * rows["value"])


def reviewer_hours(cells: pd.DataFrame, minutes_per_case: Mapping[str, float], days: float) -> pd.DataFrame:
    """Hours of reviewers' work a day: cases decided times minutes a case: arm, seed, value."""
    rows = cells[(cells["metric"] == "review_hours") & (cells["side"] == "") & (cells["harm"] == "")]
    rows = rows[rows["part"] == ""]
    minutes = rows["arm"].map(minutes_per_case).astype(float)
    return rows.assign(value=rows["n"] * minutes / 60 / max(days, 1))
