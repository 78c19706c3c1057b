"""From what was said to scenarios: the base, every arm, and every arm under every assumption."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from feedsim.block import Block
from feedsim.faults import Fault, Finding, Where
from feedsim.inputs import Inputs
from feedsim.integrity.policies import Policy
from feedsim.layers import Layer, Sheet, apply_sets, placed
from feedsim.merging import Data, merged
from feedsim.own_code import OwnCode
from feedsim.study.assuming import Assumed, under
from feedsim.study.points import Point

if TYPE_CHECKING:
    from feedsim.scenario import Scenario

BASE = ""
"""Where the base stands among the arms."""
Own: TypeAlias = tuple[type[Policy], ...]
Examined: TypeAlias = "tuple[Scenario | None, list[Finding]]"
"""A scenario, and all that is wrong with it."""


class Resolver:
    """Makes scenarios of what was said; what is wrong goes to `faults`, once, where it was said."""

    def __init__(
        self,
        sheet: Sheet,
        sets: Sequence[tuple[Where, Layer]],
        code: OwnCode,
        model_with: Callable[[Own], type["Scenario"]],
        examined: Callable[[Data, Inputs, type["Scenario"]], Examined],
        faults: list[Fault],
    ) -> None:
        self.sheet, self.sets, self.code, self.examined, self.faults = sheet, sets, code, examined, faults
        self.inputs = Inputs()
        model = model_with(code.take_in(_trees(sheet, model_with(())).values()))
        self.before = _trees(sheet, model)
        """settings of the base (under BASE) and of every arm, as the files say them"""
        trees = apply_sets(self.before, sets, model, faults)
        self.model = model_with(code.take_in(trees.values()))
        self.found = {arm: self._examined(tree) for arm, tree in trees.items()}

    @property
    def choices(self) -> dict[str, Data]:
        """Settings of what is run: the arms, or the base where there are none."""
        return {arm: tree for arm, tree in self.before.items() if arm != BASE or not self.sheet.arms}

    def _examined(self, tree: Data) -> Examined:
        scenario, found = self.examined(self.code.usable(tree), self.inputs, self.model)
        return scenario, [*self.code.findings(tree), *found]

    @property
    def _set_layers(self) -> list[Layer]:
        return [layer for _, layer in self.sets]

    def _layers(self, arm: str) -> list[Layer]:
        return self.sheet.base if arm == BASE else self.sheet.arms[arm]

    def arms(self) -> dict[str, "Scenario"]:
        """The base (under BASE) and every arm."""
        of_base: list[Finding] = self.found[BASE][1]
        for arm, (_, found) in self.found.items():
            own = self._layers(arm)
            self.faults += [
                placed(finding, [*own, *self._set_layers])
                for finding in found
                # What the base says wrongly is told once, unless an arm says it again.
                if arm == BASE
                or finding not in of_base
                or any(layer.depth(finding.reads[0]) == len(finding.reads[0]) for layer in own)
            ]
        return {arm: scenario for arm, (scenario, _) in self.found.items() if scenario is not None}

    def under(self, assumed: Assumed, points: Mapping[str, Point]) -> dict[str, dict[str, "Scenario"]]:
        """Point -> arm -> scenario; of many points that are wrong alike, the first is told."""
        told: dict[tuple[str, int | None, str, str], Fault] = {}
        resolved: dict[str, dict[str, Scenario]] = {}
        for name, point in points.items():
            trees = apply_sets(under(point, self.choices, self.model), self.sets, self.model, [])
            for arm, tree in trees.items():
                scenario, found = self._examined(tree)
                layers = [*assumed.said(point), *self._layers(arm), *assumed.said(point), *self._set_layers]
                for fault in (placed(finding, layers) for finding in found):
                    told.setdefault((fault.file, fault.line, fault.path, fault.right), fault)
                if scenario is not None:
                    resolved.setdefault(name, {})[arm] = scenario
        self.faults += told.values()
        return resolved


def _trees(sheet: Sheet, model: type[Block]) -> dict[str, Data]:
    """The settings of the base and of every arm, merged."""
    base: Data = {}
    for layer in sheet.base:
        base = merged(base, layer.data, model, in_file=True)
    trees = {BASE: base}
    for arm, layers in sheet.arms.items():
        tree = base
        for layer in layers:
            tree = merged(tree, layer.data, model)
        trees[arm] = tree
    return trees
