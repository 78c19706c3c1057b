"""Writing a scenario as YAML that reads back as what it was."""

from typing import Any

import yaml

from feedsim.block import Block, fields_of, setting
from feedsim.merging import GROUPS, MIXES, Data, default_of
from feedsim.reading import scalar


class Plain(yaml.SafeDumper):
    """Writes text in quotes wherever `reading.scalar` would make something else of it."""

    def ignore_aliases(self, data: Any) -> bool:
        """Reading refuses aliases, so whatever stands twice is written twice."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if scalar(text) == text else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Plain.add_representer(str, _text)


def settings(block: Block) -> Data:
    """A block's settings as data that, merged onto the defaults, gives the block again."""
    data = block.model_dump(mode="json")
    return {name: _written(type(block), name, setting(block, name), value) for name, value in data.items()}


def _written(model: type[Block], name: str, value: Any, data: Any) -> Any:
    field = fields_of(model)[name]
    if isinstance(value, Block):
        return settings(value)
    if not isinstance(value, dict):
        return data
    said = {key: settings(part) if isinstance(part, Block) else data[key] for key, part in value.items()}
    default = default_of(field)
    if (model.__name__, name) in MIXES or (model.__name__, name) == GROUPS or not isinstance(default, dict):
        return said
    # A default that is not there was taken out: that has to be said.
    return said | {key: None for key in default if key not in said}
