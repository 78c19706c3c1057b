"""What must hold between a policy and the rest of its scenario."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from feedsim.faults import Finding, Where, nearest
from feedsim.integrity.policies import Policy, Scope
from feedsim.integrity.policies.base import OF_ROWS
from feedsim.merging import kind_of
from feedsim.people.content import enabled

if TYPE_CHECKING:
    from feedsim.scenario import Scenario


def policy_findings(scenario: "Scenario") -> Iterator[Finding]:
    """All that is wrong with the policies of a scenario."""
    for name, policy in scenario.policies.items():
        path: Where = ("policies", name)
        yield from _harm(scenario, policy, path)
        yield from _days(policy, path)
        yield from _needs(scenario, policy, path)
        if policy.scope is not None:
            yield from _scope(scenario, policy, policy.scope, (*path, "for"))


def _harm(scenario: "Scenario", policy: Policy, path: Where) -> Iterator[Finding]:
    known, harm = enabled(scenario.harms), getattr(policy, "harm", None)
    if harm is not None and harm not in known:
        exists = "is not enabled" if harm in scenario.harms else "does not exist"
        yield Finding(((*path, "harm"), ("harms",)), f"the harm '{harm}' {exists}", nearest(harm, known))


def _days(policy: Policy, path: Where) -> Iterator[Finding]:
    if policy.end_day is not None and policy.end_day <= policy.start_day:
        reads: tuple[Where, ...] = ((*path, "end_day"), (*path, "start_day"))
        wrong = f"it ends on day {policy.end_day} and starts on day {policy.start_day}"
        yield Finding(reads, wrong, "end_day should be after start_day")


def _needs(scenario: "Scenario", policy: Policy, path: Where) -> Iterator[Finding]:
    """Nobody is left to believe that a policy acts which can't."""
    kind, needs = kind_of(type(policy)), policy.requires()
    if "detectors" in needs and scenario.detectors.kind == "none":
        wrong = f"{kind} acts on what detectors believe, and there are none"
        yield Finding(((*path, "kind"), ("detectors", "kind")), wrong, "detectors.kind should be another than none")
    if "desk" in needs and scenario.review.kind == "none":
        wrong = f"{kind} acts on what reviewers decide, and there are none"
        yield Finding(((*path, "kind"), ("review", "kind")), wrong, "review should be {kind: desk}")
    if "heads" in needs and scenario.ranker.kind != "engagement":
        wrong = f"{kind} changes the weights of the ranker's heads, and a {scenario.ranker.kind} ranker has none"
        yield Finding(((*path, "kind"), ("ranker", "kind")), wrong, "ranker.kind should be engagement")


def _scope(scenario: "Scenario", policy: Policy, scope: Scope, path: Where) -> Iterator[Finding]:
    groups = scenario.population.groups
    for name, levels in scope.groups.items():
        where: Where = (*path, "groups", name)
        reads: tuple[Where, ...] = (where, ("population", "groups"))
        seen = [known for known, group in groups.items() if group.visible_to_company]
        if name not in groups:
            yield Finding(reads, f"there is no group attribute '{name}'", nearest(name, seen))
        elif name not in seen:
            wrong = f"the company does not see the attribute '{name}'"
            yield Finding(reads, wrong, f"population.groups.{name}.visible_to_company should be true")
        else:
            yield from _levels(levels, groups[name].shares, where, ("population", "groups", name, "shares"))
    known = groups["language"].shares if "language" in groups else {}
    yield from _levels(scope.languages, known, (*path, "languages"), ("population", "groups"))
    if (scope.groups or scope.surfaces) and not any(policy.answers(question) for question in OF_ROWS):
        part = "groups" if scope.groups else "surfaces"
        wrong = f"{kind_of(type(policy))} is about posts and accounts, not about what one viewer sees"
        yield Finding(((*path, part),), wrong, "it should be left out")


def _levels(levels: list[str], known: dict[str, float], path: Where, of: Where) -> Iterator[Finding]:
    for level in levels:
        if level not in known:
            yield Finding((path, of), f"there is no level '{level}'", nearest(level, known))
