"""Tables for a screen, at several widths."""

import io

import pytest
from rich.console import Console

from feedsim.grid import GLUE, Grid
from feedsim.sheet import Row, Sheet, interval_texts

SHEET = Sheet(
    ("mean", "interval"),
    (
        Row("engagement", is_heading=True),
        Row("a", ("1.5", ""), level=1),
        Row("bcd", ("10.25", "-1 to +2"), level=1),
        Row("harm", is_heading=True),
        Row("a", ("0", ""), level=1),
        Row("over there", level=2),
    ),
    title="Two",
    caption="Means.",
)
GRID = Grid(
    ("#", "what", "did"),
    [("1", f"a{GLUE}b", ""), ("12", "c", "one two three")],
    "Title",
    ("note: so",),
    frozenset({"#"}),
    frozenset({"did"}),
)


def shown(what: Sheet | Grid, width: int) -> list[str]:
    screen = io.StringIO()
    Console(file=screen, width=width).print(what)
    return screen.getvalue().splitlines()


def test_numbers_stand_below_each_other_beside_their_names() -> None:
    assert shown(SHEET, 80) == [
        "Two",
        "        mean  interval",
        "\u2500" * 22,
        "engagement",
        "  a      1.5",
        "  bcd  10.25  -1 to +2",
        "",
        "harm",
        "  a        0",
        "    over there",
        "",
        "Means.",
    ]


def test_a_name_without_room_has_a_line_of_its_own() -> None:
    assert shown(SHEET, 20)[1:6] == [
        "      mean  interval",
        "\u2500" * 20,
        "engagement",
        "  a    1.5",
        "  bcd",
    ]
    assert shown(SHEET, 20)[6] == "     10.25  -1 to +2"


def test_numbers_without_room_for_their_columns_are_a_list() -> None:
    assert shown(SHEET, 16)[1:8] == [
        "engagement",
        "  a",
        "    mean 1.5",
        "  bcd",
        "    mean 10.25",
        "    interval -1",
        "    to +2",
    ]


@pytest.mark.parametrize("width", range(1, 40))
@pytest.mark.parametrize("what", [SHEET, GRID])
def test_nothing_is_wider_than_the_screen(what: Sheet | Grid, width: int) -> None:
    assert max(map(len, shown(what, width))) <= width


def test_intervals_stand_below_each_other() -> None:
    assert interval_texts(["-1", "", "-10.5"], ["+2.25", "", "0"]) == ["   -1 to +2.25", "", "-10.5 to     0"]


def test_words_wrap_in_their_column_and_glue_holds() -> None:
    assert shown(GRID, 80) == [
        "Title",
        " #  what  did",
        "\u2500" * 23,
        " 1  a b",
        "12  c     one two three",
        "note: so",
    ]
    assert shown(GRID, 17) == [
        "Title",
        " #  what  did",
        "\u2500" * 17,
        " 1  a b",
        "12  c     one two",
        "          three",
        "note: so",
    ]


def test_a_grid_without_room_is_a_list_of_what_there_is() -> None:
    assert shown(GRID, 14) == ["Title", "1  what: a b", "12  what: c;", "  did: one two", "  three", "note: so"]


def test_a_rule_is_plain_where_the_screen_knows_no_other() -> None:
    assert [line for line in SHEET.lines(80) if "---" in line[0]]
