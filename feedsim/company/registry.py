"""The registry of model versions: what lies in `models/`."""

import json
from collections.abc import Iterable
from pathlib import Path

from feedsim.company.training import Model
from feedsim.feed.forest import Heads
from feedsim.measures.cells import Cell
from feedsim.world.world import ACTIONS


def card_json(model: Model, cells: Iterable[Cell]) -> str:
    """The model card: what it was trained on and, once it has been replaced, how good it was, overall and by group."""
    columns = ("metric", "side", "group", "level", "part", "value", "n")
    metrics = [{name: getattr(cell, name) for name in columns} for cell in cells]
    return json.dumps({**model.card, "metrics": metrics}, indent=1) + "\n"


def load(folder: Path, version: int) -> Heads:
    """The heads of a stored version, to score with. Raises FileNotFoundError where there is none."""
    return Heads.read([(folder / f"v{version:03d}_{action}.txt").read_text(encoding="utf-8") for action in ACTIONS])
