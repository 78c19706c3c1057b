"""Operations."""

from dashboard.frame import Shown, page


def show(shown: Shown) -> None:
    """The page."""


page("Operations", show)
