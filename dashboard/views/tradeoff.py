"""Engagement and harm."""

from dashboard.frame import Shown, page


def show(shown: Shown) -> None:
    """The page."""


page("Engagement and harm", show)
