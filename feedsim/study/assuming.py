"""Reading the `assumptions` of a study file, and putting them into the settings of its arms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from feedsim.block import Block
from feedsim.faults import Fault, Finding, Where, nearest
from feedsim.layers import Layer, Sheet, placed
from feedsim.merging import Data, assigned, refusal, walk
from feedsim.reading import Document
from feedsim.study.assumptions import KINDS, Choices, Listed, Range, Unknown
from feedsim.study.points import MOST_POINTS, Point, Sampling, count, points
from feedsim.validation import shown, validated

KEY, HOW = "assumptions", "sampling"
_FORMS = "a list of values, a range such as {low: 0.5, high: 2}, or a distribution such as {normal: [1.7, 0.2]}"


@dataclass(frozen=True)
class Assumed:
    """What a study file says that it does not know."""

    unknown: dict[str, Unknown] = field(default_factory=dict)
    """dotted path of a setting -> what is known of it"""
    layers: dict[str, Layer] = field(default_factory=dict)
    """where each was said"""
    sampling: Sampling = field(default_factory=Sampling)

    def said(self, point: Point) -> list[Layer]:
        """Where the values of a point were said, for a fault to point at."""
        return [self._said(path, value) for path, value in point.items()]

    def _said(self, path: str, value: Any) -> Layer:
        layer = self.layers[path]
        line = layer.lines.get(f"{KEY}.{path}")
        return Layer(layer.file, {}, {f"{KEY}.{inner}": line for inner in _inside(path, value)}, (KEY,))


def _inside(path: str, value: Any) -> list[str]:
    """The path, and those of all settings in the value."""
    below = value.items() if isinstance(value, dict) else ()
    return [path, *(inner for name, part in below for inner in _inside(f"{path}.{name}", part))]


def read_assumed(sheet: Sheet, sets: Sequence[tuple[Where, Layer]], faults: list[Fault]) -> Assumed:
    """What all files say, the later over the earlier, null taking one out. What `sets` set is known: it is left out.

    What is wrong goes to `faults`.
    """
    found = Assumed(sampling=_sampling(sheet, faults))
    for document in sheet.documents:
        for path, said in _mapping(document, faults).items():
            if said is None and path in found.unknown:
                del found.unknown[path], found.layers[path]
                continue
            layer = Layer(document.file, {}, {**document.lines}, (KEY, path))
            one = _unknown(said, layer, faults)
            if one is not None:
                found.unknown[path], found.layers[path] = one, layer
    known = {path for path in found.unknown for _, layer in sets if path in layer.lines}
    return replace(found, unknown={path: one for path, one in found.unknown.items() if path not in known})


def _mapping(document: Document, faults: list[Fault]) -> dict[str, Any]:
    said = document.data.get(KEY)
    if said is None or isinstance(said, dict):
        return said or {}
    right = "it should be a mapping, as in people.responses.spill: [0.3, 0.7]"
    faults.append(Fault(document.file, document.lines[KEY], KEY, shown(said), right))
    return {}


def _sampling(sheet: Sheet, faults: list[Fault]) -> Sampling:
    said, document = sheet.heading(HOW, inherited=True)
    if said is None:
        return Sampling()
    layer = Layer(document.file, {}, {**document.lines}, (HOW,))
    if not isinstance(said, dict):
        right = "it should be a mapping, as in {method: sobol, samples: 32}"
        faults.append(Fault(document.file, document.lines[HOW], HOW, shown(said), right))
        return Sampling()
    result = validated(said, Sampling)
    faults += [placed(finding, [layer]) for finding in result.findings]
    return result.block or Sampling()


def _unknown(said: Any, layer: Layer, faults: list[Fault]) -> Unknown | None:
    """What is known of one setting."""
    if not isinstance(said, list | dict) or not said:
        faults.append(layer.fault(Finding(((),), shown(said), f"it should be {_FORMS}"), ()))
        return None
    kind: type[Unknown] = Listed
    if isinstance(said, list):
        said = {"choices": said}
    else:
        kind = next((block for key, block in KINDS.items() if key in said), Range)
        if kind is Range and not {"low", "high"} & said.keys():
            wrong = f"has {', '.join(said)}, but neither low nor high"
            right = f"a setting is named by its whole path, and it should be {_FORMS}"
            faults.append(layer.fault(Finding(((),), wrong, right), ()))
            return None
    result = validated(said, kind)
    if issubclass(kind, Choices):
        # The list is the whole of it: no key of ours should stand in a fault of the user's file.
        faults += [layer.fault(replace(finding, reads=((),)), ()) for finding in result.findings]
    else:
        faults += [placed(finding, [layer]) for finding in result.findings]
    return result.block if not result.findings else None


def known_settings(
    assumed: Assumed, trees: Mapping[str, Data], model: type[Block], faults: list[Fault]
) -> frozenset[str]:
    """Of what is not known, the settings that take whole numbers only. One that no arm has goes to `faults`."""
    whole = set()
    for path in assumed.unknown:
        steps = tuple(path.split("."))
        refusals = [refusal(steps, tree, model) for tree in trees.values()]
        has_it = next((tree for tree, no in zip(trees.values(), refusals, strict=True) if not no), None)
        if has_it is None:
            depth = max(no[0] for no in refusals if no)
            known = dict.fromkeys(name for no in refusals if no and no[0] == depth for name in no[1].known)
            wrong = f"there is no setting {'.'.join(steps[:depth])}"
            finding = Finding(((),), wrong, nearest(steps[depth - 1], known))
            faults.append(assumed.layers[path].fault(finding, ()))
        elif [*walk(steps, has_it, model)][-1].is_whole:
            whole.add(path)
    return frozenset(whole)


def settle(assumed: Assumed, whole: frozenset[str], faults: list[Fault]) -> dict[str, Point]:
    """Name -> point. Too many are a fault."""
    many = count(assumed.unknown, assumed.sampling)
    if many > MOST_POINTS:
        layer = next(iter(assumed.layers.values()))
        right = f"{MOST_POINTS} should do: lists are crossed, {{choices: [...]}} are sampled"
        faults.append(Fault(layer.file, layer.lines.get(KEY), KEY, f"{many} combinations", right))
    return points(assumed.unknown, assumed.sampling, whole) if assumed.unknown and not faults else {}


def under(point: Point, trees: Mapping[str, Data], model: type[Block]) -> dict[str, Data]:
    """The settings of every arm with those of a point; one that an arm lacks is left out there."""
    result = dict(trees)
    for path, value in point.items():
        steps = tuple(path.split("."))
        for arm, tree in result.items():
            if not refusal(steps, tree, model):
                result[arm] = assigned(tree, steps, value, model)
    return result
