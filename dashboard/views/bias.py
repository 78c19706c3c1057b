"""Per-group bias."""

from dashboard.frame import Shown, page


def show(shown: Shown) -> None:
    """The page."""


page("Per-group bias", show)
