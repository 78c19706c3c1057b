"""A scenario with other settings: what searches and agents make of it, by dotted paths."""

from typing import Any

from feedsim.faults import Fault, Faults
from feedsim.inputs import Inputs
from feedsim.levers import Values, moved, steps, whole
from feedsim.merging import walk
from feedsim.scenario import Scenario, examined, model_of, tree_of


def steered(scenario: Scenario, values: Values) -> Scenario:
    """The scenario with some settings set anew, as --set would. Raises Faults where they do not fit."""
    model = model_of(scenario)
    result, found = examined(moved(tree_of(scenario), values, model), Inputs(), model)
    if found or result is None:
        raise Faults([Fault("", None, ".".join(one.reads[0]), one.wrong, one.right) for one in found])
    return result


def setting_at(scenario: Scenario, path: str) -> Any:
    """What a setting is set to, as data."""
    *_, last = walk(steps(path), tree_of(scenario), model_of(scenario))
    return last.data


def takes_whole_numbers(scenario: Scenario, path: str) -> bool:
    """Whether a setting takes whole numbers only."""
    return whole(path, tree_of(scenario), model_of(scenario))
