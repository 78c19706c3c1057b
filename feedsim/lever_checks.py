"""Reading the block `optimize` of a study file, and what must hold between it and the settings that it moves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from feedsim.block import Block
from feedsim.faults import Fault, Finding, Where, nearest
from feedsim.goals import Goal, wrong_goal
from feedsim.layers import Layer, Sheet, placed
from feedsim.levers import Lever, Optimize, moved, steps, whole
from feedsim.merging import Data, refusal, walk
from feedsim.validation import number, shown, validated

KEY = "optimize"


@dataclass(frozen=True)
class Start:
    """Where a search starts: the base of a study."""

    tree: Data
    """all its settings"""
    model: type[Block]
    """of a scenario"""
    harms: tuple[str, ...]
    """classes that are looked for"""
    examine: Callable[[Data], list[Finding]]
    """all that is wrong with other settings"""


def read_search(sheet: Sheet, start: Start | None, faults: list[Fault]) -> Optimize | None:
    """The block, if there is one; what is wrong with it goes to `faults`."""
    said, document = sheet.heading(KEY, inherited=True)
    if said is None:
        return None
    layer = Layer(document.file, {}, {**document.lines}, (KEY,))
    if not isinstance(said, dict):
        found = [Finding(((),), shown(said), "it should be a mapping of levers and objectives")]
        faults += [layer.fault(finding, ()) for finding in found]
        return None
    result = validated(said, Optimize)
    found = result.findings
    if result.block is not None and start is not None and not found:
        found = list(findings(result.block, start))
    faults += [placed(finding, [layer]) for finding in found]
    return result.block


def findings(optimize: Optimize, start: Start) -> Iterator[Finding]:
    """What is wrong with a search, by its place in the block."""
    for text in optimize.objectives:
        if wrong := wrong_goal(Goal.said(text), start.harms):
            yield Finding((("objectives", text),), *wrong)
    for limit in optimize.limits:
        if wrong := wrong_goal(limit.goal, start.harms):
            yield Finding((("constraints",),), f"{limit}: {wrong[0]}", wrong[1])
    for path, lever in optimize.levers.items():
        yield from _of_lever(path, lever, start)


def _of_lever(path: str, lever: Lever, start: Start) -> Iterator[Finding]:
    where: Where = ("levers", path)
    if refused := refusal(steps(path), start.tree, start.model):
        wrong = f"there is no setting {'.'.join(steps(path)[: refused[0]])}"
        known = refused[1].known
        right = nearest(steps(path)[refused[0] - 1], known) if known else "the base should have it"
        yield Finding((where,), wrong, right)
    elif parent := _undivided(path, start):
        wrong = f"{parent} is one value, of which no part can be moved"
        yield Finding((where,), wrong, "the base should name its parts")
    else:
        yield from _out_of_reach(path, lever, start)


def _undivided(path: str, start: Start) -> str:
    """The setting above, where the base names a whole mapping by a word, as with weights that were published."""
    *above, _ = walk(steps(path), start.tree, start.model)
    return ".".join(steps(path)[:-1]) if above and not isinstance(above[-1].data, dict) else ""


def _out_of_reach(path: str, lever: Lever, start: Start) -> Iterator[Finding]:
    """Values that the setting can't take."""
    known, is_whole = start.examine(start.tree), whole(path, start.tree, start.model)
    for place, values in lever.extremes.items():
        for value in values:
            said = int(value) if is_whole and isinstance(value, float) and value.is_integer() else value
            found = start.examine(moved(start.tree, {path: said}, start.model))
            for finding in [one for one in found if one not in known][:1]:
                yield Finding((("levers", path, place),), _told(said, finding.wrong), finding.right)


def _told(value: Any, wrong: str) -> str:
    """What is wrong, with the value in front unless it is there."""
    name = number(value) if isinstance(value, float) else shown(value)
    return f"{name}" if wrong == shown(value) else f"{name}: {wrong}"
