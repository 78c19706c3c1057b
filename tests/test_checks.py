"""What must hold between the settings of a scenario."""

from pathlib import Path

import pytest
from sheets import told

from feedsim.checks import findings
from feedsim.inputs import Inputs
from feedsim.scenario import Scenario

AGE = "population: {groups: {age: {shares: {young: 0.5, old: 0.5}%s}}}\ncontent: {target_attribute: age}\n"


def test_the_defaults_are_in_order() -> None:
    assert list(findings(Scenario(), Inputs())) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "population: {groups: {age: {shares: {a: 0.5, b: 0.4}}}}\ncontent: {target_attribute: age}\n",
            "1: population.groups.age.shares: shares add up to 0.9; they should add up to 1",
        ),
        (
            "population:\n  actors: {bot: {kinds: {news: 0.5}}}\n",
            "2: population.actors.bot.kinds: shares add up to 0.5; they should add up to 1",
        ),
        (
            "population:\n  ordinary_kinds: {news: 0.5}\n",
            "2: population.ordinary_kinds: shares add up to 0.5; they should add up to 1",
        ),
        ("feed: {sources: {}}\n", "1: feed.sources: shares add up to 0; they should add up to 1"),
        (
            "population: {actors: {bot: {share: 1}, supersharer: , coordinated: , hate_producer: , publisher: }}\n",
            "1: population.actors: shares add up to 1; they should leave some people ordinary: less than 1",
        ),
        (
            "feed:\n  slate: 30\n",
            "2: feed.keep: 64 for a slate of 30; it should be at least three slates, 90, so that a demotion can act",
        ),
        (
            "feed:\n  candidates: 63\n",
            "2: feed.keep: 64 of 63 candidates; it should be at most feed.candidates, 63",
        ),
        (
            "detectors: {kind: learned}\n",
            "1: detectors.kind: detectors learn from reviewers' verdicts, and there are no reviewers; "
            "review should be {kind: desk}",
        ),
        (
            "harms: {misinformation: , hate: {enabled: false}}\nreview: {kind: desk}\ndetectors: {kind: learned}\n",
            "3: detectors.kind: detectors learn to tell classes of harm, and none is enabled; "
            "detectors.kind should be none",
        ),
        (
            "ranker:\n  weights: {like: 1.0e+300}\n",
            "2: ranker.weights.like: 1e+300; it should be at most 1000000",
        ),
        (
            "policies:\n  it: {kind: stated_preference, stated: {hide: -1.0e+50}}\n",
            "2: policies.it.stated.hide: -1e+50; it should be at least -1000000",
        ),
        (
            "policies:\n  it: {kind: strikes, suspension_days: 1.0e+12}\n",
            "2: policies.it.suspension_days: 1000000000000; it should be at most 36500",
        ),
        (
            "detectors: {kind: oracle}\npolicies: {it: {kind: fact_check, delay_hours: 1.0e+12}}\n",
            "2: policies.it.delay_hours: 1000000000000; it should be at most 87600",
        ),
        (
            "review: {kind: desk, minutes_per_case: 1.0e+300}\n",
            "1: review.minutes_per_case: 1e+300; it should be at most 1440",
        ),
        (
            "review: {kind: desk}\ndetectors: {kind: learned, languages: [english, spanich]}\n",
            "2: detectors.languages: there is no language 'spanich'; did you mean 'spanish'?",
        ),
        (
            "people: {judges: {error_factors: {french: 2}}}\n",
            "1: people.judges.error_factors: there is no language 'french'; it should be one of english, spanish",
        ),
        (
            "review: {kind: desk, reviewers: {englisch: 2}}\n",
            "1: review.reviewers: there is no language 'englisch'; did you mean 'english'?",
        ),
        (
            "review: {kind: desk, outcomes: {extremism: label}}\n",
            "1: review.outcomes.extremism: the harm 'extremism' is not enabled; "
            "it should be one of misinformation, hate",
        ),
        (
            "review: {kind: desk, group_thresholds: {dialect: {minority: 0.8}}}\n",
            "1: review.group_thresholds.dialect: the attribute 'dialect' is hidden from the company; "
            "it should be one of age, language",
        ),
        (
            "review: {kind: desk, group_thresholds: {age: {old: 0.8}}}\n",
            "1: review.group_thresholds.age.old: there is no level 'old'; it should be one of 18-29, 30-44, 45-64, 65+",
        ),
        (
            "measures: {line_of_belief: null}\n",
            "1: measures.line_of_belief: it is the desk's threshold, and there is no desk; "
            "review should be {kind: desk}",
        ),
        (
            "tick_minutes: 7\n",
            "1: tick_minutes: a day is no whole number of 7 minutes; it should divide 1440, as 6 and 8 do",
        ),
        (
            "content: {target_attribute: dialct}\n",
            "1: content.target_attribute: there is no group attribute 'dialct'; did you mean 'dialect'?",
        ),
        (
            AGE % ", modifiers: {yung: {discernment: 1}}",
            "1: population.groups.age.modifiers.yung: there is no level 'yung'; did you mean 'young'?",
        ),
        (
            AGE % ", modifiers: {young: {followees: -1}}",
            "1: population.groups.age.modifiers.young.followees: -1 is a factor on followees; it should be at least 0",
        ),
        (
            AGE % ", correlations: {leanin: 0.5}",
            "1: population.groups.age.correlations.leanin: there is no other attribute 'leanin'; "
            "did you mean 'leaning'?",
        ),
        (
            AGE % ", correlations: {age: 0.5}",
            "1: population.groups.age.correlations.age: there is no other attribute 'age'; it should be leaning",
        ),
        (
            "policies: {x: {kind: remove, harm: extremism}}\ndetectors: {kind: oracle}\n",
            "1: policies.x.harm: the harm 'extremism' is not enabled; it should be one of misinformation, hate",
        ),
        (
            "policies: {x: {kind: remove, harm: hate, start_day: 3, end_day: 3}}\ndetectors: {kind: oracle}\n",
            "1: policies.x.end_day: it ends on day 3 and starts on day 3; end_day should be after start_day",
        ),
        (
            "policies: {x: {kind: demote, harm: hate}}\n",
            "1: policies.x.kind: demote acts on what detectors believe, and there are none; "
            "detectors.kind should be another than none",
        ),
        (
            "policies: {x: {kind: civic_weights}}\nranker: {kind: popular}\n",
            "1: policies.x.kind: civic_weights changes the weights of the ranker's heads, and a popular ranker has "
            "none; ranker.kind should be engagement",
        ),
        (
            "policies: {x: {kind: read_first, for: {groups: {sex: [f]}}}}\n",
            "1: policies.x.for.groups.sex: there is no group attribute 'sex'; it should be one of age, language",
        ),
        (
            "policies: {x: {kind: read_first, for: {groups: {dialect: [minority]}}}}\n",
            "1: policies.x.for.groups.dialect: the company does not see the attribute 'dialect'; "
            "population.groups.dialect.visible_to_company should be true",
        ),
        (
            "policies: {x: {kind: read_first, for: {groups: {age: [65]}}}}\n",
            "1: policies.x.for.groups.age.0: 65; it should be text; quotes make text of a number",
        ),
        (
            "policies: {x: {kind: read_first, for: {groups: {age: ['65']}}}}\n",
            "1: policies.x.for.groups.age: there is no level '65'; did you mean '65+'?",
        ),
        (
            "policies: {x: {kind: read_first, for: {languages: [finnish]}}}\n",
            "1: policies.x.for.languages: there is no level 'finnish'; it should be one of english, spanish",
        ),
        (
            "policies: {x: {kind: read_first, for: {surfaces: [search]}}}\n",
            "1: policies.x.for.surfaces.0: 'search'; it should be one of in_network, profile, trending, exploration",
        ),
        (
            "policies: {x: {kind: strikes, for: {surfaces: [trending]}}}\n",
            "1: policies.x.for.surfaces: strikes is about posts and accounts, not about what one viewer sees; "
            "it should be left out",
        ),
        (
            "policies: {x: {kind: strikes, fro: {}}}\n",
            "1: policies.x.fro: unknown key; did you mean 'for'?",
        ),
        (
            "policies: {x: {kind: strikes, scope: {}}}\n",
            "1: policies.x.scope: unknown key; it should be one of start_day, end_day, for, window_days, labels_count, "
            "kind, limit, suspension_days",
        ),
        (
            "people: {responses: {base_rates: {like: null}}}\n",
            "1: people.responses.base_rates.like: is missing; it should be a rate; 0.0001 is hardly ever",
        ),
        (
            "policies: {a-b: {kind: remove, harm: hate}}\ndetectors: {kind: oracle}\n",
            "1: policies.a-b: 'a-b' can't be a name here; "
            "it should be letters, digits and _, and begin with a letter: it names columns",
        ),
        (
            "harms: {1st: {rests_on: falsity}}\n",
            "1: harms.1st: '1st' can't be a name here; "
            "it should be letters, digits and _, and begin with a letter: it names columns",
        ),
        (
            "population: {groups: {age: {shares: {'a/=': 0.5, b: 0.5}}}}\ncontent: {target_attribute: age}\n",
            "1: population.groups.age.shares.a/=: 'a/=' can't be one; "
            "it should be letters, digits, spaces and + . < > & / -, at most 64 of them",
        ),
        (
            "population: {groups: {likes: {shares: {a: 0.5, b: 0.5}}}}\ncontent: {target_attribute: likes}\n",
            "1: population.groups.likes: 'likes' is a column of users.parquet already; "
            "it should be called something else: likes_group",
        ),
        (
            "population: {groups: {seen_hate: {shares: {a: 0.5, b: 0.5}}}}\ncontent: {target_attribute: seen_hate}\n",
            "1: population.groups.seen_hate: 'seen_hate' is a column of users.parquet already; "
            "it should be called something else: seen_hate_group",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_a_fault(tmp_path: Path, text: str, fault: str) -> None:
    assert told(tmp_path, text) == [f"a.yaml:{fault}"]


def test_correlations_hold_all_at_once_and_are_given_on_one_side(tmp_path: Path) -> None:
    text = "content: {target_attribute: a}\npopulation:\n  groups:\n"
    for name, others in {"a": "b: 0.9, c: 0.9", "b": "c: -0.9", "c": ""}.items():
        text += f"    {name}: {{shares: {{x: 0.5, y: 0.5}}, correlations: {{{others}}}}}\n"
    assert told(tmp_path, text) == [
        "a.yaml:3: population.groups: these correlations cannot all hold at once; some should be smaller"
    ]
    assert told(tmp_path, text.replace("{}}", "{b: 0.5}}")) == [
        "a.yaml:6: population.groups.c.correlations.b: 0.5 here, but not on the other side; "
        "it should be given on one side only"
    ]


def test_the_attribute_leaning_may_stand_beside_the_number(tmp_path: Path) -> None:
    shares = "{shares: {a: 0.5, b: 0.5}}"
    head = "content: {target_attribute: leaning}\n"
    assert told(tmp_path, head + f"population: {{groups: {{leaning: {shares}}}}}\n") == []
    both = f"population: {{groups: {{leaning: {shares}, leaning_group: {shares}}}}}\n"
    assert told(tmp_path, head + both) == [
        "a.yaml:2: population.groups.leaning_group: 'leaning_group' is a column of users.parquet already; "
        "it should be called something else: leaning_group_group"
    ]


def test_a_wrong_share_is_told_as_such_and_not_as_a_wrong_sum(tmp_path: Path) -> None:
    text = "population: {groups: {age: {shares: {a: -0.5, b: 0.5}}}}\ncontent: {target_attribute: age}\n"
    assert told(tmp_path, text) == ["a.yaml:1: population.groups.age.shares.a: -0.5; it should be at least 0"]


def test_shares_may_miss_1_by_rounding(tmp_path: Path) -> None:
    third = "0.3333333"
    text = f"population: {{groups: {{age: {{shares: {{a: {third}, b: {third}, c: {third}}}}}}}}}\n"
    assert told(tmp_path, text + "content: {target_attribute: age}\n") == []
