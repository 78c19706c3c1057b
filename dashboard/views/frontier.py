"""Sensitivity and frontier."""

from dashboard.frame import Shown, page


def show(shown: Shown) -> None:
    """The page."""


page("Sensitivity and frontier", show)
