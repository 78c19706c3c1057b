"""Block: the frozen, strict base of every piece of a scenario."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

Share = Annotated[float, Field(ge=0, le=1)]
"""A share of something, or a probability: in [0, 1]."""
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Weight = Annotated[float, Field(ge=-1e6, le=1e6)]
"""What a prediction counts for: within bounds, so that a score stays a number."""


class Block(BaseModel):
    """A piece of a scenario: checked once, then never changed.

    Unknown keys, wrong types, infinities and NaN are refused. Blocks are read from JSON (which YAML
    becomes), so that strictness still lets a list fill a tuple.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        serialize_by_alias=True,
    )


def fields_of(block: type[Block]) -> dict[str, FieldInfo]:
    """The settings of a block, by the name that a file gives them: `for` is no name in Python."""
    return {field.alias or name: field for name, field in block.model_fields.items()}


def setting(block: Block, said: str) -> Any:
    """What a setting is set to, by the name that a file gives it."""
    return next(getattr(block, own) for own, field in type(block).model_fields.items() if said == (field.alias or own))
