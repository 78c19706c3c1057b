"""The cards of detectors: what each version says of itself, in `models/` of a run."""

import json
from pathlib import Path

import pandas as pd

from dashboard.frame import Shown
from dashboard.operating import CARD, card_rows
from dashboard.shelf import checked
from feedsim.results import Run

MOST = 1_000_000
"""Letters of a card that are read."""


def held_out(shown: Shown) -> pd.DataFrame:
    """Quality of every version of every detector on verdicts that it had not learned from: arm, seed, CARD."""
    root = shown.study.root
    return shown.per_run("cards", lambda run: _cards(run, root))


def _cards(run: Run, root: Path) -> pd.DataFrame:
    rows = []
    for path in run.models():
        if path.name.startswith("detector_") and path.suffix == ".json":
            try:
                card = json.loads(checked(root, path).read_text(encoding="utf-8")[:MOST])
            except (OSError, ValueError):
                # A card that can't be read tells nothing; the others do.
                continue
            rows += list(card_rows(card)) if isinstance(card, dict) else []
    return pd.DataFrame(rows, columns=CARD)
