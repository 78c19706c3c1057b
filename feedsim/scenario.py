"""Scenario and Study: YAML in, checked objects out."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Union

import yaml
from pydantic import Field, SerializeAsAny, create_model

from feedsim import checks
from feedsim.block import Block
from feedsim.faults import Fault, Faults, Finding, nearest, one_of
from feedsim.feed.ranking import EngagementRanker, RankerBlock
from feedsim.feed.sources import Feed
from feedsim.heading import heading
from feedsim.inputs import PATHS, Inputs, digest
from feedsim.integrity.desk import NoReview, ReviewBlock
from feedsim.integrity.detectors import DetectorsBlock, NoDetectors
from feedsim.integrity.policies import LIBRARY, Policy, PolicyBlock
from feedsim.layers import Sheet, open_sheet, read_sets
from feedsim.lever_checks import Start, read_search
from feedsim.levers import Optimize
from feedsim.measures.block import Measures
from feedsim.merging import Data, merged
from feedsim.own_code import OwnCode, code_digests, own_policies
from feedsim.people.content import ContentBlock, GeneratedContent, Harm, default_harms, enabled
from feedsim.people.judge import Judges
from feedsim.people.minds import MindsBlock
from feedsim.people.reflect import Reflection
from feedsim.people.responses import Responses
from feedsim.resolving import BASE, Resolver
from feedsim.study.assuming import known_settings, read_assumed, settle
from feedsim.study.assumptions import Unknown
from feedsim.study.points import Point, Sampling
from feedsim.validation import validated
from feedsim.world.graph import GeneratedGraph, GraphBlock
from feedsim.world.population import Population
from feedsim.writing import Plain, settings

__all__ = ["People", "Scenario", "Study", "content_hash", "dump", "load_study"]


class People(Block):
    """How people act, and how they change."""

    responses: Responses = Responses()
    reflection: Reflection = Reflection()
    minds: MindsBlock = MindsBlock()
    judges: Judges = Judges()
    """how reviewers err"""


class Scenario(Block):
    """One world and one company: all that a run needs, with its seed."""

    days: Annotated[int, Field(ge=1, le=3650)] = 10
    """measured days"""
    burn_in_days: Annotated[int, Field(ge=0, le=365)] = 3
    """chronological days before them, not measured"""
    tick_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    """a divisor of a day"""
    harms: dict[str, Harm] = Field(default_factory=default_harms)
    """classes of harmful post; what a file says is merged onto the defaults, and null takes one out"""
    population: Population = Population()
    graph: GraphBlock = GeneratedGraph()
    content: ContentBlock = GeneratedContent()
    people: People = People()
    feed: Feed = Feed()
    ranker: RankerBlock = EngagementRanker()
    detectors: DetectorsBlock = NoDetectors()
    review: ReviewBlock = NoReview()
    policies: dict[str, PolicyBlock] = Field({})
    """name -> what holds harm back; null takes one out"""
    measures: Measures = Measures()
    snapshot_every_days: Annotated[int, Field(ge=0, le=3650)] = 0
    """days counted from the end of burn-in, at whose midnights all is stored, so that a run that is killed goes on from
    there, and others can begin there; nothing that a run measures hangs on it. 0 = never"""


def scenario_with(own: tuple[type[Policy], ...]) -> type[Scenario]:
    """Scenario, which may name these policies besides those of the library."""
    if not own:
        return Scenario
    known: Any = Union[(*LIBRARY, *own)]
    policy = SerializeAsAny[Annotated[known, Field(discriminator="kind")]]
    return create_model("Scenario", __base__=Scenario, policies=(dict[str, policy], Field({})))


class Study(Block):
    """A question, and the arms and seeds that answer it."""

    name: str
    """folder of its runs"""
    question: str = ""
    scenario: Scenario
    """the base, with what --set changed"""
    arms: dict[str, Scenario]
    """each resolved, in the order of the file"""
    seeds: tuple[int, ...]
    file: Path
    unknown: dict[str, SerializeAsAny[Unknown]] = Field({})
    """dotted path of a setting -> what is known of it"""
    whole: frozenset[str] = frozenset()
    """those of them that take whole numbers only"""
    sampling: Sampling = Sampling()
    points: dict[str, Point] = Field({})
    """name of an assumption -> settings and their values; empty where the study assumes one thing"""
    optimize: Optimize | None = None
    """what `feedsim optimize` searches for"""
    under: dict[str, dict[str, Scenario]] = Field({})
    """assumption -> arm -> resolved; empty likewise"""

    @property
    def scenarios(self) -> dict[str, dict[str, Scenario]]:
        """Arm -> assumption -> resolved; the assumption is empty where the study assumes one thing."""
        under = self.under or {"": self.arms}
        return {arm: {name: arms[arm] for name, arms in under.items()} for arm in self.arms}


def load_study(
    path: Path,
    sets: Sequence[str] = (),
    seeds: Sequence[int] | None = None,
    arms: Sequence[str] | None = None,
    allow_code: bool = False,
    points: Mapping[str, Point] | None = None,
) -> Study:
    """The study in a file, checked to the last arm. Raises Faults with all that is wrong with it.

    An arm is the base with its settings merged onto it (the rules are in `feedsim.merging`). Assumptions go over every
    arm: the file's own, or `points` (name -> settings and their values). `sets` are `path=value` and go over the base
    and over every arm and assumption, so that they win against what those say; a setting that an arm's kind of block
    does not know is left out there. `seeds` and `arms` choose among what the file has. A file without arms has one,
    `baseline`. What it extends gives it everything but its name. Policies that are code of somebody's own
    (`kind: my_module.MyPolicy`) are loaded with `allow_code`, and a fault without it.
    """
    sheet = open_sheet(Path(path), Scenario)
    faults = sheet.faults
    head = heading(sheet, seeds, faults)
    chosen = {arm: arm if sheet.arms else BASE for arm in _chosen_arms(sheet, arms, faults)}
    said = read_sets(sets, faults)
    assumed = read_assumed(sheet, said, faults)
    resolver = Resolver(sheet, said, OwnCode(Path(path).parent, allow_code), scenario_with, examined, faults)
    resolved = resolver.arms()
    whole = known_settings(assumed, resolver.choices, resolver.model, faults)
    if points is None:
        points = settle(assumed, whole, faults)
    search = read_search(sheet, _start(resolved.get(BASE)), faults)
    # Of arms that are wrong already, assumptions would only say it again.
    found = {} if faults else resolver.under(assumed, points)
    if faults:
        raise Faults(faults)
    return Study(
        name=head.name,
        question=head.question,
        scenario=resolved[BASE],
        arms={arm: resolved[of] for arm, of in chosen.items()},
        seeds=head.seeds,
        file=Path(path),
        unknown=assumed.unknown,
        whole=whole,
        sampling=assumed.sampling,
        points=dict(points),
        under={name: {arm: by_arm[of] for arm, of in chosen.items()} for name, by_arm in found.items()},
        optimize=search,
    )


def _chosen_arms(sheet: Sheet, wanted: Sequence[str] | None, faults: list[Fault]) -> list[str]:
    """The arms to run, in the order of the file."""
    known = list(sheet.arms) or ["baseline"]
    if wanted is not None and not wanted:
        faults.append(Fault("--arm", None, "", "an empty list", f"it should be {one_of(known)}"))
    for name in wanted or ():
        if name not in known:
            faults.append(Fault("--arm", None, "", f"there is no arm '{name}'", nearest(name, known)))
    return [name for name in known if wanted is None or name in wanted]


def examined(tree: Data, inputs: Inputs, model: type[Scenario]) -> tuple[Scenario | None, list[Finding]]:
    """The scenario, and all that is wrong with it."""
    result = validated(tree, model)
    further = [] if result.block is None else checks.findings(result.block, inputs)
    return _plain(result.block), [*result.findings, *(finding for finding in further if result.stands(finding))]


def model_of(scenario: Scenario) -> type[Scenario]:
    """Scenario, which may name the policies that this one has."""
    return scenario_with(own_policies(scenario.policies.values()))


def tree_of(scenario: Scenario) -> Data:
    """All settings, as a file with nothing but them would give them."""
    tree: Data = merged({}, settings(scenario), model_of(scenario), in_file=True)
    return tree


def _start(base: Scenario | None) -> Start | None:
    """Where a search starts."""
    if base is None:
        return None
    model, harms = model_of(base), tuple(enabled(base.harms))
    return Start(tree_of(base), model, harms, lambda tree: examined(tree, Inputs(), model)[1])


def _plain(scenario: Scenario | None) -> Scenario | None:
    """The same as a Scenario and nothing else, so that it can be handed to another process."""
    if scenario is None or type(scenario) is Scenario:
        return scenario
    return Scenario.model_construct(scenario.model_fields_set, **dict(scenario))


def dump(scenario: Scenario, name: str = "", question: str = "") -> str:
    """The resolved scenario as YAML; `load_study` makes an equal one of it."""
    said = settings(scenario)
    head = {key: value for key, value in (("name", name), ("question", question)) if value}
    return yaml.dump(head | said, Dumper=Plain, sort_keys=False, allow_unicode=True, width=120)


def content_hash(scenario: Scenario, seed: int, version: str) -> str:
    """What a run's results follow from, in 64 characters: settings, seed, version and the bytes of input files
    and of policies that the library does not hold."""
    own = own_policies(scenario.policies.values())
    data = told_apart(scenario)
    # Order has a meaning (of groups, levels and harms), so keys are not sorted.
    text = json.dumps([data, seed, version, *code_digests(own)], separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def told_apart(scenario: Scenario) -> Data:
    """All settings that results follow from, as data; in place of an input file's path, what it holds."""
    # Through JSON once, so that 1 and 1.0 in a number's place are one scenario.
    own = own_policies(scenario.policies.values())
    data: Data = scenario_with(own).model_validate_json(scenario.model_dump_json()).model_dump(mode="json")
    for block, key in PATHS:
        if key in data[block]:
            data[block][key] = digest(data[block][key])
    # It says what is kept, not what comes out.
    del data["snapshot_every_days"]
    return data
