"""Numbers as people read them: a few digits, a real minus, a space before the unit."""

import math

SPACE = "\u202f"
"""Narrow, and does not break."""
GLUE = "\u00a0"
"""Does not break either."""


def places(size: float, digits: int = 3) -> int:
    """Decimals that show `digits` significant digits of a number of this size, at most six."""
    if size == 0 or not math.isfinite(size):
        return 0
    return min(max(digits - 1 - math.floor(math.log10(abs(size))), 0), 6)


def fixed(value: float, decimals: int, sign: bool = False) -> str:
    """A number with so many decimals and thousands apart."""
    if not math.isfinite(value):
        return "\u2013"
    text = f"{abs(value):,.{decimals}f}"
    is_zero = not text.strip("0.,")
    return ("\u2212" if value < 0 and not is_zero else "+" if sign and not is_zero else "") + text.replace(",", SPACE)


def number(value: float, digits: int = 3) -> str:
    """A number with a few significant digits."""
    return fixed(value, places(value, digits))


def counted(value: float, one: str, many: str) -> str:
    """How many of something: `1 day`, `2 days`."""
    said = fixed(value, 0)
    return f"{said} {one if said == '1' else many}"


def percent(share: float, digits: int = 3) -> str:
    """A share as a percentage: 0.0213 is 2.13 %."""
    return f"{number(100 * share, digits)}{SPACE}%"


def change(mean: float, low: float, high: float, unit: str) -> tuple[str, str]:
    """A difference and its interval, with as many decimals each; the interval is empty where there is none."""
    has_interval = math.isfinite(low) and math.isfinite(high)
    decimals = places(max(abs(mean), abs(low), abs(high)) if has_interval else mean, 2)
    # A narrow interval should not look like a point.
    decimals = max(decimals, places(high - low, 1)) if has_interval and high > low else decimals
    interval = (
        f"{fixed(low, decimals, sign=True)}{GLUE}to{GLUE}{fixed(high, decimals, sign=True)}" if has_interval else ""
    )
    return f"{fixed(mean, decimals, sign=True)}{SPACE}{unit}", interval


def direction(mean: float, low: float, high: float) -> int:
    """1 more, -1 less, 0 no clear difference: the interval includes 0. Without an interval the sign decides."""
    if math.isfinite(low) and math.isfinite(high):
        return 1 if low > 0 else -1 if high < 0 else 0
    return int(mean > 0) - int(mean < 0)


def agreement(least: float, greatest: float) -> int:
    """1 where every seed has more, -1 where every seed has less, 0 where they disagree."""
    return 1 if least > 0 else -1 if greatest < 0 else 0
