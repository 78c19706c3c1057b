"""What must hold between detectors, the review desk and the rest of a scenario."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from feedsim.faults import Finding, Where, nearest
from feedsim.integrity.desk import Review
from feedsim.integrity.detectors import LearnedDetectors
from feedsim.people.content import enabled

if TYPE_CHECKING:
    from feedsim.scenario import Scenario


def desk_findings(scenario: "Scenario") -> Iterator[Finding]:
    """Labels come from a desk; what the desk and the detectors name exists, and the company may know it."""
    detectors, review = scenario.detectors, scenario.review
    if isinstance(detectors, LearnedDetectors):
        if not isinstance(review, Review):
            wrong = "detectors learn from reviewers' verdicts, and there are no reviewers"
            yield Finding((("detectors", "kind"), ("review", "kind")), wrong, "review should be {kind: desk}")
        if not enabled(scenario.harms):
            wrong = "detectors learn to tell classes of harm, and none is enabled"
            yield Finding((("detectors", "kind"), ("harms",)), wrong, "detectors.kind should be none")
        yield from _languages(scenario, ("detectors", "languages"), detectors.languages or ())
    if scenario.measures.line_of_belief is None and not isinstance(review, Review):
        wrong = "it is the desk's threshold, and there is no desk"
        yield Finding((("measures", "line_of_belief"), ("review", "kind")), wrong, "review should be {kind: desk}")
    yield from _languages(scenario, ("people", "judges", "error_factors"), scenario.people.judges.error_factors)
    if isinstance(review, Review):
        yield from _languages(scenario, ("review", "reviewers"), review.reviewers)
        yield from _outcomes(scenario, review)
        yield from _group_thresholds(scenario, review)


def _outcomes(scenario: "Scenario", review: Review) -> Iterator[Finding]:
    known = enabled(scenario.harms)
    for harm in review.outcomes:
        if harm not in known:
            reads: tuple[Where, ...] = (("review", "outcomes", harm), ("harms",))
            exists = "is not enabled" if harm in scenario.harms else "does not exist"
            yield Finding(reads, f"the harm '{harm}' {exists}", nearest(harm, known))


def _group_thresholds(scenario: "Scenario", review: Review) -> Iterator[Finding]:
    groups = scenario.population.groups
    visible = [name for name, group in groups.items() if group.visible_to_company]
    for attribute, levels in review.group_thresholds.items():
        path: Where = ("review", "group_thresholds", attribute)
        if attribute not in visible:
            why = "is hidden from the company" if attribute in groups else "does not exist"
            reads: tuple[Where, ...] = (path, ("population", "groups"))
            yield Finding(reads, f"the attribute '{attribute}' {why}", nearest(attribute, visible))
            continue
        for level in levels:
            if level not in groups[attribute].shares:
                wrong = f"there is no level '{level}'"
                yield Finding(((*path, level), path), wrong, nearest(level, groups[attribute].shares))


def _languages(scenario: "Scenario", path: Where, named: Iterable[str]) -> Iterator[Finding]:
    """Those named are levels of the attribute `language`."""
    group = scenario.population.groups.get("language")
    known = list(group.shares) if group else []
    for language in named:
        if language not in known:
            reads: tuple[Where, ...] = (path, ("population", "groups"))
            yield Finding(reads, f"there is no language '{language}'", nearest(language, known))
