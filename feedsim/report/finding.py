"""What an answer says of how harm is found: in time or not, and of which kind of post more or less."""

from collections.abc import Iterator

import pandas as pd

from feedsim.report.evidence import Evidence
from feedsim.report.numbers import change, direction, percent

IN_TIME = "decided_within_24h"
LANGUAGE, MODALITY = "language", "modality"


def cut_of(rows: pd.DataFrame) -> pd.DataFrame:
    """The cells of `recall` that are cut by how posts are made or by the language of their authors, with the columns
    `cut` and `kind`: modality and meme, say."""
    recall = rows[rows["metric"] == "recall"]
    made = recall[recall["part"].str.startswith(f"{MODALITY}=")]
    made = made.assign(cut=MODALITY, kind=made["part"].str.removeprefix(f"{MODALITY}="))
    spoken = recall[(recall["side"] == "author") & (recall["group"] == LANGUAGE)]
    return pd.concat([made, spoken.assign(cut=LANGUAGE, kind=spoken["level"])])


def of_finding(evidence: Evidence, rows: pd.DataFrame) -> Iterator[tuple[str, pd.Series, str]]:
    """(what there is more or less of, the difference, figures) of an arm, given its differences to the first.

    Of each class and cut the kind of post whose recall differs most, of those whose interval leaves out 0; the caller
    leaves out what is open.
    """
    for row in _in_time(rows):
        yield "of the cases decided within 24 hours", row, f"Cases decided within 24 hours: {_shares(row)}"
    for row in _most_different(rows):
        of = f"{row['cut']}: {row['kind']}"
        yield f"{row['harm']} found ({of})", row, f"Share of {row['harm']} that is found ({of}): {_shares(row)}"


def _in_time(rows: pd.DataFrame) -> Iterator[pd.Series]:
    mine = rows[(rows["metric"] == IN_TIME) & (rows["harm"] == "") & (rows["part"] == "")]
    yield from (row for _, row in mine.iterrows())


def _most_different(rows: pd.DataFrame) -> Iterator[pd.Series]:
    found = cut_of(rows)
    for _, of in found.groupby(["cut", "harm"], sort=False):
        # The largest of many differences is often chance: seeds that agree are not enough here.
        clear = [row for _, row in of.iterrows() if direction(row["mean"], row["low"], row["high"])]
        if clear:
            yield max(clear, key=lambda row: abs(float(row["mean"])))


def _shares(row: pd.Series) -> str:
    said, interval = change(100 * row["mean"], 100 * row["low"], 100 * row["high"], "points")
    shares = f"{percent(row['base'] + row['mean'])} instead of {percent(row['base'])}"
    return f"{shares}, {said} ({interval})" if interval else f"{shares}, {said}"
