"""Block: the frozen, strict base of every piece of a scenario."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
"""A share of something, or a probability: in [0, 1]."""
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


class Block(BaseModel):
    """A piece of a scenario: checked once, then never changed.

    Unknown keys, wrong types, infinities and NaN are refused. Blocks are read from JSON (which YAML
    becomes), so that strictness still lets a list fill a tuple.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )
