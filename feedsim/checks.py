"""What must hold between the settings of a scenario, beyond what each block checks of itself."""

import re
from collections.abc import Iterable, Iterator
from math import fsum
from typing import TYPE_CHECKING, get_args

from feedsim.desk_checks import desk_findings
from feedsim.faults import Finding, Where, nearest
from feedsim.inputs import Inputs
from feedsim.people.content import CatalogueContent
from feedsim.people.responses import Responses
from feedsim.policy_checks import policy_findings
from feedsim.study_tables import FILES, FOLDERS
from feedsim.tables import TABLES
from feedsim.validation import number, shown
from feedsim.world.graph import EdgeListGraph
from feedsim.world.latents import attributes, correlation_matrix
from feedsim.world.population import Population, Rate
from feedsim.world.world import ACTIONS

if TYPE_CHECKING:
    from feedsim.scenario import Scenario

TOLERANCE = 1e-6
"""How far shares may be from adding up to 1."""
DAY = 1440
FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
FOLDER_RULE = "it should be letters, digits, - _ and ., at most 64 of them"
_COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")
_LEVEL = re.compile(r"[\w+.<>&/-][\w +.<>&/-]{0,63}")
_IN_A_COLUMN = "it should be letters, digits and _, and begin with a letter: it names columns"


def findings(scenario: "Scenario", inputs: Inputs) -> Iterator[Finding]:
    """All that is wrong with a scenario whose blocks are right, each by itself."""
    yield from _mixes(scenario)
    yield from _names(scenario)
    yield from _funnel(scenario)
    yield from _groups(scenario.population)
    yield from _targets(scenario)
    yield from policy_findings(scenario)
    yield from desk_findings(scenario)
    yield from _base_rates(scenario.people.responses)
    yield from _files(scenario, inputs)


def _mixes(scenario: "Scenario") -> Iterator[Finding]:
    """Shares add up to 1."""
    people = scenario.population
    mixes: dict[Where, Iterable[float]] = {
        ("population", "groups", name, "shares"): group.shares.values() for name, group in people.groups.items()
    }
    mixes |= {("population", "actors", name, "kinds"): actor.kinds.values() for name, actor in people.actors.items()}
    mixes["population", "ordinary_kinds"] = people.ordinary_kinds.values()
    mixes["feed", "sources"] = scenario.feed.sources.values()
    for path, shares in mixes.items():
        total = fsum(shares)
        if abs(total - 1) > TOLERANCE:
            yield Finding((path,), f"shares add up to {number(total)}", "they should add up to 1")
    total = fsum(actor.share for actor in people.actors.values())
    if total > 1 - TOLERANCE:
        wrong = f"shares add up to {number(total)}"
        yield Finding((("population", "actors"),), wrong, "they should leave some people ordinary: less than 1")


def _names(scenario: "Scenario") -> Iterator[Finding]:
    """Names can be columns of tables."""
    for path, names in (
        (("harms",), scenario.harms),
        (("population", "groups"), scenario.population.groups),
        (("policies",), scenario.policies),
    ):
        for name in names:
            if not _COLUMN.fullmatch(name):
                yield Finding(((*path, name),), f"{shown(name)} can't be a name here", _IN_A_COLUMN)
    for name, group in scenario.population.groups.items():
        for level in group.shares:
            if not _LEVEL.fullmatch(level):
                right = "it should be letters, digits, spaces and + . < > & / -, at most 64 of them"
                yield Finding((("population", "groups", name, "shares", level),), f"{shown(level)} can't be one", right)
    taken = {column.name for column in TABLES["users"] if not column.is_family} - {"leaning"}
    taken |= {f"{verb}_{harm}" for verb in ("seen", "posted", "reshared") for harm in scenario.harms}
    # The attribute called leaning is written as leaning_group, beside the number.
    taken |= {"leaning_group"} if "leaning" in scenario.population.groups else set()
    for name in scenario.population.groups:
        if name in taken:
            wrong = f"'{name}' is a column of users.parquet already"
            yield Finding((("population", "groups", name),), wrong, f"it should be called something else: {name}_group")


def _funnel(scenario: "Scenario") -> Iterator[Finding]:
    """A feed has more to choose from than it shows, and days are cut into whole ticks."""
    feed, keep, slate = scenario.feed, ("feed", "keep"), ("feed", "slate")
    if feed.keep < 3 * feed.slate:
        wrong = f"{feed.keep} for a slate of {feed.slate}"
        right = f"it should be at least three slates, {3 * feed.slate}, so that a demotion can act"
        yield Finding((keep, slate), wrong, right)
    if feed.keep > feed.candidates:
        wrong = f"{feed.keep} of {feed.candidates} candidates"
        yield Finding((keep, ("feed", "candidates")), wrong, f"it should be at most feed.candidates, {feed.candidates}")
    if DAY % scenario.tick_minutes:
        whole = [minutes for minutes in range(1, DAY + 1) if DAY % minutes == 0]
        above = next(minutes for minutes in whole if minutes > scenario.tick_minutes)
        below = whole[whole.index(above) - 1]
        wrong = f"a day is no whole number of {scenario.tick_minutes} minutes"
        yield Finding((("tick_minutes",),), wrong, f"it should divide {DAY}, as {below} and {above} do")


def _groups(population: Population) -> Iterator[Finding]:
    for name, group in population.groups.items():
        for level, changes in group.modifiers.items():
            path: Where = ("population", "groups", name, "modifiers", level)
            if level not in group.shares:
                reads = (path, ("population", "groups", name, "shares"))
                yield Finding(reads, f"there is no level '{level}'", nearest(level, group.shares))
            for trait, change in changes.items():
                if trait in get_args(Rate) and change < 0:
                    wrong = f"{number(change)} is a factor on {trait}"
                    yield Finding(((*path, trait),), wrong, "it should be at least 0")
    wrong_names = list(_correlations(population))
    yield from wrong_names
    if not wrong_names:
        yield from _all_at_once(population)


def _correlations(population: Population) -> Iterator[Finding]:
    told: dict[frozenset[str], float] = {}
    for name, group in population.groups.items():
        for other, r in group.correlations.items():
            path: Where = ("population", "groups", name, "correlations", other)
            others = [known for known in attributes(population) if known != name]
            if other not in others:
                reads: tuple[Where, ...] = (path, ("population", "groups"))
                yield Finding(reads, f"there is no other attribute '{other}'", nearest(other, others))
            elif told.setdefault(frozenset((name, other)), r) != r:
                reads = (path, ("population", "groups", other, "correlations", name))
                wrong = f"{number(r)} here, but not on the other side"
                yield Finding(reads, wrong, "it should be given on one side only")


def _all_at_once(population: Population) -> Iterator[Finding]:
    try:
        correlation_matrix(population)
    except ValueError:
        wrong = "these correlations cannot all hold at once"
        yield Finding((("population", "groups"),), wrong, "some should be smaller")


def _targets(scenario: "Scenario") -> Iterator[Finding]:
    """Hostile posts are aimed at people whom there are."""
    attribute, groups = scenario.content.target_attribute, scenario.population.groups
    if attribute not in groups:
        reads = (("content", "target_attribute"), ("population", "groups"))
        yield Finding(reads, f"there is no group attribute '{attribute}'", nearest(attribute, groups))


def _base_rates(responses: Responses) -> Iterator[Finding]:
    for action in ACTIONS:
        if action not in responses.base_rates:
            path = ("people", "responses", "base_rates", action)
            yield Finding((path,), "is missing", "it should be a rate; 0.0001 is hardly ever")


def _files(scenario: "Scenario", inputs: Inputs) -> Iterator[Finding]:
    if isinstance(scenario.graph, EdgeListGraph) and "${" not in scenario.graph.path:
        yield from inputs.edge_findings(scenario.graph, scenario.population.users)
    if isinstance(scenario.content, CatalogueContent) and "${" not in scenario.content.path:
        yield from inputs.catalogue_findings(scenario.content)


def folder_names(names: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Of arms: name, what is wrong with it as a folder, and what would be right."""
    seen: dict[str, str] = {}
    for name in names:
        if not FOLDER.fullmatch(name):
            yield name, f"{shown(name)} can't be a folder", FOLDER_RULE
        elif name in (*FILES, *FOLDERS):
            what = "file" if name in FILES else "folder"
            yield name, f"'{name}' is a {what} of the study", "it should be called something else"
        elif (other := seen.setdefault(name.lower(), name)) != name:
            wrong = f"'{name}' and '{other}' are one folder on some computers"
            yield name, wrong, "they should differ in more than capitals"
