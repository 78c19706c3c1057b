"""A golden study: a small world whose every number is kept in golden.json, so that none moves unnoticed.

`python tests/test_golden.py` renews the file. What moved goes into README's change log, as `Results change:`.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path

import pytest
from worlds import Tables, run

from feedsim.feed.ranking import ChronologicalRanker, EngagementRanker, RankerBlock
from feedsim.scenario import Scenario
from feedsim.study.manifest import cpu, versions
from feedsim.world.population import Population

FILE = Path(__file__).with_name("golden.json")
SEED = 1
ARMS: dict[str, RankerBlock] = {
    "chronological": ChronologicalRanker(kind="chronological"),
    "engagement": EngagementRanker(trees=20, leaves=8, training_rows=5000),
}
SAME = 1e-6
"""How far numbers may be apart, relative, where the machine and the versions are those of the file."""
ELSEWHERE = {"chronological": 0.01, "engagement": 0.1}
"""The same, on another machine or with other versions: a rounding error may send a learned arm another way."""
STURDY = {
    "sessions", "impressions", "click_rate", "in_network_share", "inventory", "active_users",
    "minutes_per_active_user", "outgroup_warmth", "misbelief", "habit", "posts", "posts misinformation", "posts hate",
}  # fmt: skip
"""What a learned arm that goes another way keeps within a tenth. Of rarer things there are too few in a small world."""
HOW = """
If that is meant, renew the file with `python tests/test_golden.py`, and say which way they moved in README's change
log, in an entry that begins with `Results change:`."""
Values = dict[str, float]


def scenario(arm: str) -> Scenario:
    """Hostile posts are five times as common as by default, so that there are some."""
    people = Population(users=400, ordinary_hostile_share=0.05)
    return Scenario(days=2, burn_in_days=1, population=people, ranker=ARMS[arm])


def values(tables: Tables) -> Values:
    """Every cell of everyone for the whole run: metric, harm and part -> value."""
    cells = tables["metrics"]
    cells = cells[(cells.tick == -1) & (cells.day == -1) & (cells.level == "")]
    names = [" ".join(filter(None, name)) for name in zip(cells.metric, cells.harm, cells.part, strict=True)]
    return dict(zip(names, cells.value.tolist(), strict=True))


def machine() -> dict[str, str]:
    """What the last digits depend on."""
    return {name: versions()[name] for name in ("numpy", "numba", "lightgbm", "scipy")} | {"cpu": cpu()}


def moved(old: Mapping[str, float], new: Mapping[str, float], tolerance: float) -> list[str]:
    """A line for each number that is new, gone or further off than `tolerance`, relative."""
    lines = [f"{name}: {old[name]!r} -> gone" for name in old if name not in new]
    lines += [f"{name}: new -> {new[name]!r}" for name in new if name not in old]
    for name in (name for name in old if name in new):
        if not math.isclose(new[name], old[name], rel_tol=tolerance, abs_tol=1e-12):
            percent = f" ({new[name] / old[name] - 1:+.3g} of it)" if old[name] else ""
            lines.append(f"{name}: {old[name]!r} -> {new[name]!r}{percent}")
    return lines


@pytest.mark.parametrize("arm", ARMS)
def test_the_golden_study_gives_the_numbers_it_gave(arm: str) -> None:
    golden = json.loads(FILE.read_text(encoding="utf-8"))
    old, new, tolerance = golden["values"][arm], values(run(scenario(arm), SEED)), SAME
    if golden["machine"] != machine():
        tolerance = ELSEWHERE[arm]
        if arm == "engagement":
            old, new = ({name: of[name] for name in STURDY & of.keys()} for of in (old, new))
    lines = moved(old, new, tolerance)
    assert not lines, f"{len(lines)} numbers of the {arm} arm moved:\n" + "\n".join(lines) + HOW


def test_the_golden_study_has_something_of_everything_in_it() -> None:
    """A number that is zero in both arms could not move."""
    golden = json.loads(FILE.read_text(encoding="utf-8"))["values"]
    zero = {name for name, value in golden["engagement"].items() if value == 0} - {"l6of7"}
    assert {name for name in zero if golden["chronological"].get(name, 0) == 0 and "source=" not in name} == set()
    assert golden["engagement"].keys() >= STURDY
    assert golden.keys() == {*ARMS}


def test_a_number_that_moved_is_told_with_what_it_was() -> None:
    old = {"a": 1.0, "b": 2.0, "c": 0.0, "d": 4.0}
    assert moved(old, old, 0) == []
    assert moved(old, {"a": 1.05, "b": 2.0, "c": 0.0, "d": 3.7}, 0.1) == []
    assert moved(old, {"a": 1.05, "b": 2.0, "c": 0.1, "e": 5.0}, 0.01) == [
        "d: 4.0 -> gone",
        "e: new -> 5.0",
        "a: 1.0 -> 1.05 (+0.05 of it)",
        "c: 0.0 -> 0.1",
    ]


def renew() -> None:
    """Write the file anew, and say what moved."""
    old = json.loads(FILE.read_text(encoding="utf-8"))["values"] if FILE.exists() else {}
    new = {arm: values(run(scenario(arm), SEED)) for arm in ARMS}
    text = json.dumps({"machine": machine(), "seed": SEED, "values": new}, indent=1, ensure_ascii=False)
    FILE.write_text(text + "\n", encoding="utf-8")
    for arm, of in new.items():
        lines = moved(old.get(arm, {}), of, SAME)
        print(f"{arm}: {len(lines)} of {len(of)} numbers moved", *lines, sep="\n  ")


if __name__ == "__main__":
    renew()
