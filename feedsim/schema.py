"""The JSON schema of a study file, so that an editor completes one and explains what it completes.

It describes what may be written, not what comes of it: since defaults, `extends` and arms fill in the rest, no key is
required, `kind` may be left out where the base says it, and null takes a name out of a mapping.
"""

from typing import Any

from feedsim.block import Block
from feedsim.checks import FOLDER
from feedsim.heading import MOST_SEEDS
from feedsim.levers import Optimize
from feedsim.merging import MIXES, Data
from feedsim.scenario import Scenario
from feedsim.study.assumptions import KINDS, Range
from feedsim.study.points import Sampling

DIALECT = "https://json-schema.org/draft/2020-12/schema"
UNKNOWN: tuple[type[Block], ...] = (Range, *KINDS.values())
"""What an assumption may be, beside a list."""
BESIDE: tuple[type[Block], ...] = (*UNKNOWN, Sampling)
"""Blocks that stand beside the settings of a scenario."""


def schema() -> Data:
    """JSON schema, draft 2020-12."""
    whole = Scenario.model_json_schema(mode="validation")
    blocks = {name: _partial(block, name) for name, block in whole.pop("$defs").items()}
    scenario = _partial(whole, "Scenario")
    search = Optimize.model_json_schema(mode="validation")
    blocks |= search.pop("$defs")
    unknown = {block.__name__: block.model_json_schema() for block in BESIDE}
    return {
        "$schema": DIALECT,
        "title": "feedsim study",
        "description": "One question, the world that it is asked of, and the arms that may answer it.",
        "type": "object",
        "additionalProperties": False,
        "properties": _head() | scenario["properties"],
        "$defs": {**blocks, **unknown, "Optimize": search, "Scenario": scenario},
    }


def _head() -> Data:
    """What stands beside the settings of the base."""
    seed = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
    folder = {"type": "string", "pattern": f"^{FOLDER.pattern}$"}
    return {
        "name": folder | {"description": "Folder of the runs; the file's own name where it is not given."},
        "question": {"type": "string", "description": "What the study is meant to answer."},
        "extends": {"type": "string", "description": "A study file that this one is merged onto."},
        "arms": {
            "type": ["object", "null"],
            "description": "What we choose: name -> settings, merged onto the base.",
            "propertyNames": folder,
            "additionalProperties": {"anyOf": [{"$ref": "#/$defs/Scenario"}, {"type": "null"}]},
        },
        "optimize": {"$ref": "#/$defs/Optimize"},
        "assumptions": {
            "type": ["object", "null"],
            "description": "What we don't know: path of a setting -> a list of values (crossed), a range or a "
            "distribution (sampled). Goes over every arm.",
            "additionalProperties": {
                "anyOf": [
                    {"type": "array", "minItems": 2, "description": "values, crossed with those of other settings"},
                    *({"$ref": f"#/$defs/{block.__name__}"} for block in UNKNOWN),
                    {"type": "null"},
                ]
            },
        },
        "sampling": {"$ref": "#/$defs/Sampling"},
        "seeds": {
            "description": "Chance: how many seeds, counted from 1, or which.",
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MOST_SEEDS},
                {"type": "array", "items": seed, "minItems": 1, "maxItems": MOST_SEEDS, "uniqueItems": True},
            ],
        },
    }


def _partial(block: Data, name: str) -> Data:
    """A block of which any part may be left to the layer below."""
    result = {key: value for key, value in block.items() if key != "required"}
    result["properties"] = {
        key: _any_of(part) if (name, key) in MIXES else _removable(_any_of(part))
        for key, part in block.get("properties", {}).items()
    }
    return result


def _any_of(part: Any) -> Any:
    """Choices among blocks, told apart by what they allow: `kind` may be missing."""
    if isinstance(part, list):
        return [_any_of(item) for item in part]
    if not isinstance(part, dict):
        return part
    # A default is data, in which a key means something else.
    found = {key: value if key == "default" else _any_of(value) for key, value in part.items()}
    found.pop("discriminator", None)
    return {"anyOf" if key == "oneOf" else key: value for key, value in found.items()}


def _removable(part: Data) -> Data:
    """A mapping of names, each of which null takes out."""
    if isinstance(part.get("anyOf"), list):
        part = part | {"anyOf": [_removable(branch) for branch in part["anyOf"]]}
    inside = part.get("additionalProperties")
    if not isinstance(inside, dict):
        return part
    # Fewer names than it needs may be given where the layer below has the others.
    kept = {key: value for key, value in part.items() if key != "minProperties"}
    return kept | {"additionalProperties": {"anyOf": [_removable(inside), {"type": "null"}]}}
