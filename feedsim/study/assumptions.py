"""What may be said of a setting that is not known: values, a range, a distribution."""

from math import exp, log
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from scipy.special import ndtr, ndtri

from feedsim.block import Block, Positive
from feedsim.validation import number

EDGE = 0.005
"""Share of a distribution without an end that is left out there: of a normal one the middle 99 % are sampled."""


class Unknown(Block):
    """A setting of which only this is known."""

    @property
    def crossed(self) -> tuple[Any, ...]:
        """Values that are crossed with those of other settings; none where it is sampled."""
        return ()

    def at(self, share: float) -> Any:
        """The value at or below which lies this share of it, in [0, 1]."""
        raise NotImplementedError


class Choices(Unknown):
    """One of several values, each as likely as another."""

    choices: Annotated[tuple[Any, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _differ(self) -> "Choices":
        if any(one in self.choices[:at] for at, one in enumerate(self.choices)):
            raise ValueError("choices: one value is given twice; they should differ")
        return self

    def at(self, share: float) -> Any:
        """Values in their order, each over an equal share."""
        return self.choices[min(int(share * len(self.choices)), len(self.choices) - 1)]


class Listed(Choices):
    """The same as a bare list in a file: crossed, not sampled."""

    @property
    def crossed(self) -> tuple[Any, ...]:
        """All of them."""
        return self.choices


class Range(Unknown):
    """Anything between two ends, as likely as anything else."""

    low: float
    high: float
    scale: Literal["linear", "log"] = "linear"
    """log: each factor is as likely as another, for what may differ by orders of magnitude"""
    levels: Annotated[int, Field(ge=2, le=100)] | None = None
    """so many values from end to end, crossed instead of sampled"""

    @model_validator(mode="after")
    def _has_an_inside(self) -> "Range":
        if self.low >= self.high:
            raise ValueError(f"low: {number(self.low)} is not below high; it should be less than {number(self.high)}")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"low: {number(self.low)} has no logarithm; it should be greater than 0")
        return self

    @property
    def crossed(self) -> tuple[Any, ...]:
        """Evenly spaced on the scale, both ends among them."""
        return () if self.levels is None else tuple(self.at(i / (self.levels - 1)) for i in range(self.levels))

    def at(self, share: float) -> float:
        """On a straight line between the ends, or between their logarithms."""
        if self.scale == "log":
            return exp((1 - share) * log(self.low) + share * log(self.high))
        return (1 - share) * self.low + share * self.high


class Bell(Unknown):
    """A distribution that has no ends of its own."""

    low: float | None = None
    """nothing lies below"""
    high: float | None = None
    """nothing lies above"""

    @model_validator(mode="after")
    def _has_an_inside(self) -> "Bell":
        low, high = (self.place(end) for end in (self.low, self.high))
        if (EDGE if low is None else low) >= (1 - EDGE if high is None else high):
            name, end = ("high", self.high) if self.low is None else ("low", self.low)
            raise ValueError(f"{name}: {number(end or 0)} leaves nothing; it should be nearer to the middle")
        return self

    def place(self, end: float | None) -> float | None:
        """Share that lies below an end; nothing where there is none."""
        return None if end is None else float(ndtr(self.score(end)))

    def at(self, share: float) -> float:
        """Between the ends that were given; where none was, the outermost 0.5 % are left out."""
        low, high = self.place(self.low), self.place(self.high)
        least, most = EDGE if low is None else low, 1 - EDGE if high is None else high
        return self.value(float(ndtri(least + share * (most - least))))

    def score(self, value: float) -> float:
        """Standard deviations from the middle."""
        raise NotImplementedError

    def value(self, score: float) -> float:
        """What lies so many standard deviations from the middle."""
        raise NotImplementedError


class Normal(Bell):
    """A normal distribution."""

    normal: tuple[float, Positive]
    """mean, standard deviation"""

    def score(self, value: float) -> float:
        """Of a value."""
        return (value - self.normal[0]) / self.normal[1]

    def value(self, score: float) -> float:
        """Of a score."""
        return self.normal[0] + score * self.normal[1]


class Lognormal(Bell):
    """A normal distribution of the logarithm: for what is known up to a factor."""

    lognormal: tuple[Positive, Annotated[float, Field(gt=1)]]
    """median, and the factor up or down that is one standard deviation"""

    def score(self, value: float) -> float:
        """Of a value; nothing that is 0 or less is above any other."""
        return log(value / self.lognormal[0]) / log(self.lognormal[1]) if value > 0 else -40.0

    def value(self, score: float) -> float:
        """Of a score."""
        return self.lognormal[0] * exp(score * log(self.lognormal[1]))


class Triangular(Unknown):
    """Between two ends, likeliest somewhere between them."""

    triangular: tuple[float, float, float]
    """least, likeliest, most"""

    @model_validator(mode="after")
    def _is_in_order(self) -> "Triangular":
        least, likeliest, most = self.triangular
        if not least <= likeliest <= most or least == most:
            raise ValueError("triangular: is not in order; it should be least, likeliest, most")
        return self

    def at(self, share: float) -> float:
        """The inverse of its two parabolas."""
        least, likeliest, most = self.triangular
        rise = (likeliest - least) / (most - least)
        if share < rise:
            return least + float((share * rise) ** 0.5) * (most - least)
        return most - float(((1 - share) * (1 - rise)) ** 0.5) * (most - least)


KINDS: dict[str, type[Unknown]] = {
    "choices": Choices,
    "normal": Normal,
    "lognormal": Lognormal,
    "triangular": Triangular,
}
"""The key that tells what a mapping is; one without any of them is a range."""
