"""What the defaults of policies rest on: a published figure by its id, or an assumption that says so."""

import re

import pytest

from feedsim.block import fields_of
from feedsim.integrity.policies import LIBRARY, Policy
from feedsim.listing import NO_FIGURE, policy_lines
from feedsim.merging import kind_of

FIGURES = {
    "G13": "behind warning screens, people did not look 95 % of the time",
    "H25": "a reaction counted for 5 likes, the angry one for 4 and then for nothing",
    "I01": "accuracy prompts cut sharing of false headlines by 10 %",
    "I03": "33 % more articles were opened before a reshare",
    "I04": "of 100 posts asked about, 9 were cancelled and 8 sent in milder words",
    "I06": "warnings cut belief by 27.6 % and sharing by 24.7 %; by 12.9 % and 16.7 % where trust is least",
    "I07": "a note cut reposts by 46 %, likes by 44 %, replies by 22 %",
    "I11": "notes near 48 hours do almost nothing",
    "I16": "three strikes in 90 days end an account",
}
"""The published figures that defaults are taken from."""
DEFAULTS = {
    f"{kind_of(block)}.{name}": field
    for block in LIBRARY
    for name, field in fields_of(block).items()
    if name != "kind" and name not in fields_of(Policy) and not field.is_required()
}
_FIGURE, _ASSUMPTION = re.compile(r"\(([A-Z]\d{2})\)"), re.compile(r"\(assumption\)")


@pytest.mark.parametrize("name", DEFAULTS)
def test_every_default_names_its_figure_or_says_that_there_is_none(name: str) -> None:
    said = DEFAULTS[name].description or ""
    figures = _FIGURE.findall(said)
    assert len(figures) + len(_ASSUMPTION.findall(said)) == 1
    assert set(figures) <= set(FIGURES)


def test_every_figure_is_the_source_of_some_default() -> None:
    said = " ".join(field.description or "" for field in DEFAULTS.values())
    assert set(_FIGURE.findall(said)) == set(FIGURES)


def test_settings_without_a_default_are_named_too() -> None:
    for block in LIBRARY:
        for name, field in fields_of(block).items():
            assert field.description or name == "kind", f"{kind_of(block)}.{name}"


def test_the_list_says_it_in_full() -> None:
    text = "\n".join(policy_lines(400))
    assert "open_share (default 0.05): share of times that somebody looks at what is behind (G13)" in text
    assert f"reshares in a row that may bring a post ({NO_FIGURE})" in text
    assert "(assumption)" not in text
    assert text.count(NO_FIGURE) == sum("(assumption)" in (field.description or "") for field in DEFAULTS.values())
