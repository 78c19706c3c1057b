"""Harm spread."""

from dashboard.frame import Shown, page


def show(shown: Shown) -> None:
    """The page."""


page("Harm spread", show)
