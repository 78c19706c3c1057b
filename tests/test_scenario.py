"""From a study file to the resolved scenario of every arm."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import study, told, told_of, written

from feedsim.faults import Faults
from feedsim.feed.ranking import ChronologicalRanker, EngagementRanker
from feedsim.integrity.detectors import Oracle
from feedsim.integrity.policies import LIBRARY, Demote, Remove
from feedsim.merging import kind_of
from feedsim.people.content import Harm
from feedsim.scenario import Scenario, content_hash, dump, load_study
from feedsim.world.graph import EdgeListGraph
from feedsim.world.population import Group

FOLDERS = "; it should be letters, digits, - _ and ., at most 64 of them"


def test_a_file_without_arms_has_one(tmp_path: Path) -> None:
    found = study(tmp_path, "days: 4\n")
    assert (found.name, found.question, found.seeds, found.file) == ("a", "", (1,), tmp_path / "a.yaml")
    assert found.scenario == Scenario(days=4)
    assert found.arms == {"baseline": Scenario(days=4)}


def test_the_head_names_the_study_its_question_and_its_seeds(tmp_path: Path) -> None:
    found = study(tmp_path, "name: b-1\nquestion: Why?\nseeds: 3\n")
    assert (found.name, found.question, found.seeds) == ("b-1", "Why?", (1, 2, 3))
    assert study(tmp_path, "seeds: [7, 0]\n").seeds == (7, 0)


def test_the_command_line_chooses_seeds_and_arms(tmp_path: Path) -> None:
    path = written(tmp_path, "seeds: 3\narms: {x: , y: {days: 2}, z: {days: 3}}\n")
    found = load_study(path, seeds=[9], arms=["z", "x"])
    assert found.seeds == (9,)
    assert {name: arm.days for name, arm in found.arms.items()} == {"x": 10, "z": 3}
    assert list(found.arms) == ["x", "z"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("name: a/b\n", f"1: name: 'a/b' can't be a folder{FOLDERS}"),
        ("days: 1\nname: 3\n", f"2: name: 3 can't be a folder{FOLDERS}"),
        ("question: 3\n", "1: question: 3; it should be text; quotes make text of a number"),
        (
            "seeds: 0\n",
            "1: seeds: 0; it should be how many, from 1 to 10000, or a list of different whole numbers from 0",
        ),
        (
            "seeds: [1, 2, 1]\n",
            "1: seeds: 1 is given twice; it should be how many, from 1 to 10000, or a list of different whole numbers "
            "from 0",
        ),
        (
            "seeds: [true]\n",
            "1: seeds: true; it should be how many, from 1 to 10000, or a list of different whole numbers from 0",
        ),
        ("- days\n", "1: a list of 1 is all that it holds; it should be a mapping, as in days: 10"),
        ("dayz: 3\narms: {}\n", "1: dayz: unknown key; did you mean 'days'?"),
        ("arm: {}\n", "1: arm: unknown key; did you mean 'arms'?"),
        ("arms: [x]\n", "1: arms: a list of 1; it should be a mapping, as in arm: settings"),
        ("arms:\n  x: 3\n", "2: arms.x: 3; it should be a mapping of settings, or {} for none"),
        (
            "arms:\n  a/b: {}\n",
            f"2: arms.a/b: 'a/b' can't be a folder{FOLDERS}",
        ),
        (
            "arms:\n  x: {}\n  X: {}\n",
            "3: arms.X: 'X' and 'x' are one folder on some computers; they should differ in more than capitals",
        ),
        (
            "arms:\n  report.html:\n",
            "2: arms.report.html: 'report.html' is a file of the study; it should be called something else",
        ),
        (
            "arms: {frontier: {}}\n",
            "1: arms.frontier: 'frontier' is a folder of the study; it should be called something else",
        ),
        (
            "arms: {frontier.parquet: {}}\n",
            "1: arms.frontier.parquet: 'frontier.parquet' is a file of the study; it should be called something else",
        ),
    ],
)
def test_a_wrong_head_is_a_fault_with_its_line(tmp_path: Path, text: str, fault: str) -> None:
    assert told(tmp_path, text) == [f"a.yaml:{fault}"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("days: -1\n", "1: days: -1; it should be at least 1"),
        ("days: 1.5\n", "1: days: 1.5; it should be a whole number"),
        ("days: ten\n", "1: days: 'ten'; it should be a whole number"),
        ("days:\n", "1: days: nothing; it should be a whole number"),
        ("population:\n  users: 3\n", "2: population.users: 3; it should be at least 10"),
        (
            "people: {responses: {base_rates: {\n  like: -1}}}\n",
            "2: people.responses.base_rates.like: -1; it should be greater than 0",
        ),
        (
            "people: {minds: {look_on: .inf}}\n",
            "1: people.minds.look_on: Infinity; it should be a finite number",
        ),
        (
            "population: {actors: {bott: {share: 1}}}\n",
            "1: population.actors.bott: 'bott'; did you mean 'bot'?",
        ),
        ("feed: 3\n", "1: feed: 3; it should be a mapping, as in name: value"),
        ("ranker: {kind: chronologcal}\n", "1: ranker.kind: 'chronologcal'; did you mean 'chronological'?"),
        ("ranker: {weights: facebook}\n", "1: ranker.weights: 'facebook'; did you mean 'facebook_2020'?"),
        ("ranker: {weights: {lik: 1}}\n", "1: ranker.weights.lik: 'lik'; did you mean 'like'?"),
        ("ranker: {weights: {like: x}}\n", "1: ranker.weights.like: 'x'; it should be a number"),
        (
            "policies:\n  x: {harm: hate}\n",
            f"2: policies.x.kind: is missing; it should be one of {', '.join(map(kind_of, LIBRARY))}",
        ),
        (
            "policies:\n  x: {kind: null}\n",
            f"2: policies.x.kind: is missing; it should be one of {', '.join(map(kind_of, LIBRARY))}",
        ),
        (
            "policies:\n  x: {kind: demote}\n",
            "2: policies.x.harm: is missing; "
            "it should be given: a class that the scenario names, such as misinformation",
        ),
        (
            "population:\n  groups:\n    age: {visible_to_company: yes, shares: {a: 0.5, b: 0.5}}\n"
            "content: {target_attribute: age}\n",
            "3: population.groups.age.visible_to_company: 'yes'; it should be true or false",
        ),
        (
            "population: {groups: {age: {shares: {a: 1}}}}\ncontent: {target_attribute: age}\n",
            "1: population.groups.age.shares: a mapping of 1; it should be at least 2 long",
        ),
        (
            "content: {narratives: 5}\n",
            "1: content.false_narratives: 10 of 5 narratives are false; "
            "at most 4 can be, so that true posts have one to tell",
        ),
        ("policies: {x: }\n", "1: policies.x: there is nothing of that name to take out; it should be left out"),
        ("harms: {hat: }\n", "1: harms.hat: there is nothing of that name to take out; did you mean 'hate'?"),
    ],
)
def test_a_wrong_setting_is_a_fault_in_plain_words(tmp_path: Path, text: str, fault: str) -> None:
    assert told(tmp_path, text) == [f"a.yaml:{fault}"]


def test_all_faults_are_told_in_one_go_by_line(tmp_path: Path) -> None:
    text = (
        "days: -1\nfeed: {slate: 30}\npolicies:\n  x: {kind: demote, harm: hat}\n"
        "arms:\n  one: {rankr: {}}\n  two: {feed: {keep: 5000}}\nseeds: 0\ndetectors: {kind: oracle}\n"
    )
    assert [line.split(": ")[0:2] for line in told(tmp_path, text)] == [
        ["a.yaml:1", "days"],
        ["a.yaml:2", "feed.keep"],
        ["a.yaml:4", "policies.x.harm"],
        ["a.yaml:6", "arms.one.rankr"],
        ["a.yaml:7", "arms.two.feed.keep"],
        ["a.yaml:8", "seeds"],
    ]


def test_a_fault_of_the_base_is_told_once_however_many_arms_there_are(tmp_path: Path) -> None:
    arms = "".join(f"  arm{n}: {{days: {n}}}\n" for n in range(1, 6))
    assert told(tmp_path, f"feed: {{slate: -2}}\narms:\n{arms}") == [
        "a.yaml:1: feed.slate: -2; it should be at least 1"
    ]
    assert len(told(tmp_path, "days: -1\narms: {x: {days: -1}}\n")) == 2


def test_an_arm_is_merged_onto_the_base(tmp_path: Path) -> None:
    found = study(
        tmp_path,
        "days: 4\ndetectors: {kind: oracle}\npolicies:\n  slow: {kind: demote, harm: hate, strength: 0.5}\n"
        "arms:\n  more: {policies: {slow: {strength: 0.9}, out: {kind: remove, harm: hate}}}\n"
        "  none: {policies: {slow: null}, days: 5}\n",
    )
    slow = Demote(kind="demote", harm="hate", strength=0.5)
    assert found.scenario.policies == {"slow": slow}
    assert found.arms["more"].policies == {
        "slow": Demote(kind="demote", harm="hate", strength=0.9),
        "out": Remove(kind="remove", harm="hate"),
    }
    assert found.arms["none"] == Scenario(days=5, detectors=Oracle(kind="oracle"))


def test_another_kind_of_block_starts_anew(tmp_path: Path) -> None:
    text = (
        "ranker: {trees: 10}\ndetectors: {kind: oracle}\npolicies: {p: {kind: demote, harm: hate, threshold: 0.3}}\n"
        "arms:\n  time: {ranker: {kind: chronological}}\n  same: {ranker: {kind: engagement, leaves: 8}}\n"
        "  out: {policies: {p: {kind: remove, harm: hate}}}\n"
    )
    arms = study(tmp_path, text).arms
    assert arms["time"].ranker == ChronologicalRanker(kind="chronological")
    assert arms["same"].ranker == EngagementRanker(trees=10, leaves=8)
    assert arms["out"].policies == {"p": Remove(kind="remove", harm="hate", threshold=0.9)}


def test_null_is_a_value_where_a_setting_may_have_none(tmp_path: Path) -> None:
    text = "harms: {hate: {aimed_at_group: null}}\npopulation: {actors: {bot: {posts_per_day: null}}}\n"
    found = study(tmp_path, text).scenario
    assert found.harms["hate"] == Harm(rests_on="severity", aimed_at_group=None)
    assert found.population.actors["bot"].posts_per_day is None


def test_what_names_its_entries_is_merged_onto_the_defaults_and_keeps_their_order(tmp_path: Path) -> None:
    text = (
        "harms: {spam: {rests_on: severity}, extremism: null, hate: {line: 0.5}}\n"
        "population: {actors: {bot: null}}\npeople: {responses: {base_rates: {like: 0.1}}}\n"
        "content: {words_mean: {civic: 2}}\n"
    )
    found, usual = study(tmp_path, text).scenario, Scenario()
    assert list(found.harms) == ["misinformation", "hate", "spam"]
    assert found.harms["hate"] == Harm(rests_on="severity", aimed_at_group=True, line=0.5)
    assert list(found.population.actors) == ["supersharer", "coordinated", "hate_producer", "publisher"]
    assert found.people.responses.base_rates == {**usual.people.responses.base_rates, "like": 0.1}
    assert found.content.words_mean == {**usual.content.words_mean, "civic": 2}


def test_a_mix_is_replaced_as_given_in_files_and_arms(tmp_path: Path) -> None:
    text = "feed: {sources: {profile: 1}}\narms: {x: {feed: {sources: {trending: 0.5, exploration: 0.5}}}}\n"
    found = study(tmp_path, text)
    assert found.scenario.feed.sources == {"profile": 1}
    assert found.arms["x"].feed.sources == {"trending": 0.5, "exploration": 0.5}


def test_groups_of_a_file_replace_the_default_groups_and_an_arm_changes_them(tmp_path: Path) -> None:
    sex = "population: {groups: {sex: {shares: {m: 0.5, w: 0.5}}}}\ncontent: {target_attribute: sex}\n"
    found = study(tmp_path, sex + "arms: {x: {population: {groups: {sex: {visible_to_company: true}}}}}\n")
    assert found.scenario.population.groups == {"sex": Group(shares={"m": 0.5, "w": 0.5})}
    assert found.arms["x"].population.groups["sex"].visible_to_company
    by_arm = study(tmp_path, "arms: {x: {population: {groups: {age: {visible_to_company: false}}}}}\n")
    changed = by_arm.arms["x"].population.groups
    assert (list(changed), changed["age"].visible_to_company) == (["leaning", "age", "dialect", "language"], False)


def test_a_fault_that_an_arm_causes_is_told_at_the_arm(tmp_path: Path) -> None:
    text = "days: 3\narms:\n  x:\n    population: {groups: {dialect: null}}\n"
    assert told(tmp_path, text) == [
        "a.yaml:4: arms.x.population.groups.language.correlations.dialect: there is no other attribute 'dialect'; "
        "it should be one of leaning, age",
        "a.yaml:4: arms.x.content.target_attribute: there is no group attribute 'dialect'; "
        "it should be one of leaning, age, language",
    ]


def test_a_file_is_merged_onto_what_it_extends(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    written(tmp_path, "days: 7\nquestion: Old?\n", "first.yaml")
    written(
        tmp_path,
        "extends: first.yaml\nname: b\nseeds: 4\nfeed: {slate: 10}\narms: {x: {days: 3}, y: {}, z: {days: 6}}\n",
        "base.yaml",
    )
    path = written(
        tmp_path / "more",
        "extends: ../base.yaml\nfeed: {keep: 80}\narms: {x: {tick_minutes: 30}, y: null, w: {days: 5}}\n",
    )
    found = load_study(path)
    assert (found.name, found.question, found.seeds) == ("a", "Old?", (1, 2, 3, 4))
    assert (found.scenario.days, found.scenario.feed.slate, found.scenario.feed.keep) == (7, 10, 80)
    assert {name: (arm.days, arm.tick_minutes) for name, arm in found.arms.items()} == {
        "x": (3, 30),
        "z": (6, 15),
        "w": (5, 15),
    }


def test_a_fault_in_an_extended_file_names_that_file(tmp_path: Path) -> None:
    written(tmp_path, "# base\ndays: -3\ntick_minutes: 7\n", "base.yaml")
    assert told(tmp_path, "extends: base.yaml\ntick_minutes: 11\n") == [
        "a.yaml:2: tick_minutes: a day is no whole number of 11 minutes; it should divide 1440, as 10 and 12 do",
        "base.yaml:2: days: -3; it should be at least 1",
    ]


def test_files_that_extend_one_another_in_a_circle_are_a_fault(tmp_path: Path) -> None:
    written(tmp_path, "extends: a.yaml\n", "b.yaml")
    assert told(tmp_path, "days: 1\nextends: b.yaml\n") == [
        "b.yaml:1: extends: files extend one another in a circle: a.yaml -> b.yaml -> a.yaml; one should extend none"
    ]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("none.yaml", "there is no file none.yaml; it should be the path of a study file, such as base.yaml"),
        ("3", "3; it should be the path of a study file, such as base.yaml"),
        (
            "${NOWHERE_SET}/b.yaml",
            "${NOWHERE_SET} is not set; "
            "the environment variable NOWHERE_SET should be set to a folder: export NOWHERE_SET=...",
        ),
    ],
)
def test_a_file_that_cannot_be_extended_is_a_fault(tmp_path: Path, said: str, wrong: str) -> None:
    assert told(tmp_path, f"extends: {said}\n") == [f"a.yaml:1: extends: {wrong}"]


def test_paths_are_expanded_and_count_from_the_file_that_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    written(tmp_path / "data", "source,target\n0,1\n", "e.csv")
    written(tmp_path, "graph: {kind: edges, path: e.csv}\n", "data/base.yaml")
    edges = EdgeListGraph(kind="edges", path=str(tmp_path / "data" / "e.csv"))
    assert study(tmp_path, "extends: data/base.yaml\n").scenario.graph == edges
    monkeypatch.setenv("SOME_DATA", str(tmp_path / "data"))
    assert study(tmp_path, "arms: {x: {graph: {kind: edges, path: '${SOME_DATA}/e.csv'}}}\n").arms["x"].graph == edges
    monkeypatch.chdir(tmp_path)
    assert study(tmp_path, "days: 1\n", ["graph={kind: edges, path: data/e.csv}"]).scenario.graph == edges


def test_a_path_with_an_unset_variable_says_what_to_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_DATA", raising=False)
    assert told(tmp_path, "graph:\n  kind: edges\n  path: ${SOME_DATA}/e.csv\n") == [
        "a.yaml:3: graph.path: ${SOME_DATA} is not set; "
        "the environment variable SOME_DATA should be set to a folder: export SOME_DATA=..."
    ]


def test_a_set_goes_over_the_base_and_over_every_arm(tmp_path: Path) -> None:
    text = "days: 4\narms: {x: {days: 5}, y: {ranker: {kind: chronological}}}\n"
    found = study(tmp_path, text, ["days=2", "ranker.trees=7", "population.groups.age.visible_to_company=false"])
    assert [found.scenario.days, *(arm.days for arm in found.arms.values())] == [2, 2, 2]
    assert found.arms["x"].ranker == EngagementRanker(trees=7)
    assert found.arms["y"].ranker == ChronologicalRanker(kind="chronological")
    assert not found.arms["x"].population.groups["age"].visible_to_company


def test_a_set_can_add_take_out_and_change_part_of_a_mix(tmp_path: Path) -> None:
    text = "detectors: {kind: oracle}\npolicies: {slow: {kind: demote, harm: hate}}\n"
    sets = ["policies.slow=", "policies.out={kind: remove, harm: hate}", "ranker.kind=random"]
    sets += ["feed.sources.profile=0.3", "feed.sources.in_network=0.45"]
    found = study(tmp_path, text, sets).scenario
    assert found.policies == {"out": Remove(kind="remove", harm="hate")}
    assert found.ranker.kind == "random"
    assert found.feed.sources == {"in_network": 0.45, "profile": 0.3, "trending": 0.2, "exploration": 0.05}


def test_a_set_can_add_a_policy_by_its_kind_and_then_its_other_settings(tmp_path: Path) -> None:
    text = "detectors: {kind: oracle}\narms: {one: {}, two: {policies: {old: {kind: demote, harm: hate}}}}\n"
    sets = ["policies.new.kind=demote", "policies.new.harm=hate", "policies.new.strength=0.3"]
    new, old = Demote(kind="demote", harm="hate", strength=0.3), Demote(kind="demote", harm="hate")
    arms = study(tmp_path, text, sets).arms
    assert {name: arm.policies for name, arm in arms.items()} == {"one": {"new": new}, "two": {"old": old, "new": new}}
    # Where an arm has it already, it is that arm's alone to change.
    arms = study(tmp_path, text, ["policies.old.kind=strikes"]).arms
    assert [list(arm.policies) for arm in arms.values()] == [[], ["old"]]


@pytest.mark.parametrize(
    "sets",
    [
        ["policies.new.kind=demot", "policies.new.strength=2"],
        ["policies.new={}", "policies.new.kind=demot", "policies.new.strength=2"],
    ],
)
def test_what_a_wrong_kind_makes_unknown_is_told_of_the_kind_alone(tmp_path: Path, sets: list[str]) -> None:
    assert told(tmp_path, "days: 3\n", sets) == ["--set: policies.new.kind: 'demot'; did you mean 'demote'?"]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("days_=3", "days_: unknown key; did you mean 'days'?"),
        ("feed.slte=3", "feed.slte: unknown key; did you mean 'slate'?"),
        ("feed.slate=0", "feed.slate: 0; it should be at least 1"),
        ("feed.sources.profile=0.5", "feed.sources: shares add up to 1.25; they should add up to 1"),
        (
            "policies.slow.strength=1",
            "policies.slow: unknown key; --set policies.slow.kind=... adds it, and stands before its other settings",
        ),
        ("policies.slow.kind=demot", "policies.slow.kind: 'demot'; did you mean 'demote'?"),
        ("days.x=3", "days.x: unknown key; it should be left out"),
        ("seeds=3", "seeds: unknown key; --seed N sets it"),
        ("arms.x.days=3", "arms: unknown key; --set changes every arm, --arm NAME chooses among them"),
        ("days", "'days'; it should be path=value, such as feed.slate=20"),
        ("=3", "'=3'; it should be path=value, such as feed.slate=20"),
        (
            "days=[1",
            "days: can't be read as YAML: expected ',' or ']', but got '<stream end>'; "
            "check indents, colons and quotes there",
        ),
        ("days=!x 3", "days: the tag !x asks for another type; the tag should be left out"),
    ],
)
def test_a_wrong_set_is_a_fault_of_the_command_line(tmp_path: Path, said: str, fault: str) -> None:
    assert told(tmp_path, "days: 3\narms: {x: {}}\n", [said]) == [f"--set: {fault}"]


def test_an_unknown_arm_or_seed_is_a_fault_of_the_command_line(tmp_path: Path) -> None:
    assert told(tmp_path, "arms: {before: {}, after: {}}\n", arms=["befor"]) == [
        "--arm: there is no arm 'befor'; did you mean 'before'?"
    ]
    assert told(tmp_path, "arms: {before: {}, after: {}}\n", arms=[]) == [
        "--arm: an empty list; it should be one of before, after"
    ]
    with pytest.raises(Faults, match="--seed: -1; seeds should be different whole numbers from 0"):
        load_study(written(tmp_path, "days: 1\n"), seeds=[-1])


def test_what_was_dumped_reads_back_as_it_was(tmp_path: Path) -> None:
    text = (
        "days: 4\nharms: {hate: null, spam: {rests_on: severity}}\nranker: {weights: {like: 1}}\n"
        "population: {actors: {bot: null}}\ncontent: {words_mean: {civic: null}}\n"
        "detectors: {kind: oracle}\npolicies: {slow: {kind: demote, harm: spam}}\n"
    )
    scenario = study(tmp_path, text).scenario
    found = study(tmp_path, dump(scenario, "yes", "What: is\nit? # 'no'"))
    assert (found.name, found.question) == ("yes", "What: is\nit? # 'no'")
    assert found.scenario == scenario
    assert dump(found.scenario) == dump(scenario)
    assert list(found.scenario.harms) == list(scenario.harms) == ["misinformation", "extremism", "spam"]


SHARE = st.floats(0, 1)
LEVEL = st.text("abcXYZ019+<> -_.é", min_size=1, max_size=8).filter(lambda name: name[0] != " ")


@st.composite
def tweaked(draw: st.DrawFn) -> dict[str, object]:
    """Settings of a scenario, away from their defaults here and there."""
    levels = draw(st.lists(LEVEL | st.sampled_from(["yes", "1e5", "65+", "10", "null"]), min_size=2, unique=True))
    first = draw(st.floats(0.01, 0.99))
    group = draw(st.sampled_from(["age", "yes", "null"]))
    usual = {"trees": 3}, {"weights": {"like": 1, "hide": -0.5}}, {"window_days": 9}
    return {
        "days": draw(st.integers(1, 3650)),
        "population": {
            "groups": {group: {"shares": {levels[0]: first, levels[1]: 1 - first}}},
            "posts_per_day": draw(st.floats(1e-300, 1e300)),
            "actors": draw(st.fixed_dictionaries({}, optional={"bot": st.none()})),
        },
        "harms": draw(st.fixed_dictionaries({}, optional={"hate": st.none(), "no": st.just({"rests_on": "falsity"})})),
        "feed": {"burn_in_explore_share": draw(SHARE)},
        "content": {"target_attribute": group},
        "ranker": draw(st.sampled_from([{"kind": "random"}, *usual])),
        "detectors": {"kind": "oracle"},
        "policies": {
            "on": {
                "kind": "demote",
                "harm": "misinformation",
                "threshold": draw(SHARE),
                "for": {"surfaces": draw(st.sampled_from([[], ["trending", "profile"]]))},
            }
        },
    }


@settings(max_examples=50, deadline=None)
@given(tweaked())
def test_any_scenario_that_was_dumped_reads_back_as_it_was(tweak: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as name:
        # JSON is YAML, so a tweak is a study file.
        scenario = study(Path(name), json.dumps(tweak)).scenario
        again = study(Path(name), dump(scenario)).scenario
    assert again == scenario
    assert again.model_dump_json() == scenario.model_dump_json()


SNIPPETS = ["days", "feed", "arms", "policies", "extends", "x", ": ", "{", "}", "\n", "\n  ", "- ", "1", "null", ", "]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80) | st.lists(st.sampled_from(SNIPPETS)).map(lambda parts: "".join(parts).encode()))
def test_no_file_makes_anything_but_a_study_or_faults(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "a.yaml").write_bytes(raw)
        # `told_of` lets out whatever is not a list of faults.
        assert all("; " in line for line in told_of(Path(name) / "a.yaml"))


def test_the_hash_follows_from_settings_seed_version_and_the_bytes_of_input_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written(tmp_path, "source,target\n0,1\n", f"{name}/e.csv")
    one, two = (
        study(tmp_path, f"graph: {{kind: edges, path: {name}/e.csv}}\nquestion: {name}\n").scenario
        for name in ("one", "two")
    )
    same = content_hash(one, 1, "0.1.0")
    assert content_hash(two, 1, "0.1.0") == same
    assert len({same, content_hash(one, 2, "0.1.0"), content_hash(one, 1, "0.1.1")}) == 3
    assert content_hash(one.model_copy(update={"days": 9}), 1, "0.1.0") != same
    written(tmp_path, "source,target\n0,2\n", "two/e.csv")
    assert content_hash(two, 1, "0.1.0") != same


def test_the_hash_is_the_same_in_every_process_and_for_every_way_to_write_a_number(tmp_path: Path) -> None:
    whole, decimal = (study(tmp_path, f"population: {{sessions_per_day: {n}}}\n").scenario for n in ("3", "3.0"))
    assert content_hash(whole, 1, "0.1.0") == content_hash(decimal, 1, "0.1.0")
    assert content_hash(Scenario(), 1, "0.1.0") == content_hash(study(tmp_path, "{}\n").scenario, 1, "0.1.0")
