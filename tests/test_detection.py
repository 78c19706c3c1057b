"""The detection team: what it learns from verdicts, and what it says where there are too few."""

import json
from typing import Any

import numpy as np
import pytest
from worlds import HARMS, add_posts, world_of

from feedsim.company.detection import DetectionTeam, Detector, prior_of
from feedsim.company.labels import Labels
from feedsim.feed.forest import Forest
from feedsim.integrity.detectors import LearnedDetectors
from feedsim.measures.predictions import auc
from feedsim.world.arrays import Bools
from feedsim.world.world import World

MISINFORMATION, HATE = range(len(HARMS))
MANY = 4000
FAST = {"kind": "learned", "min_positives": 100, "trees": 20}


def society() -> World:
    """Posts of which every fifth is hateful, with signals that tell it apart; the second user's dialect looks worse."""
    world = world_of([], room=MANY)
    world.levels["language"] = ("english", "spanish")
    who = np.arange(MANY)
    harm = np.where(who % 5 == 0, HATE, -1)
    add_posts(world, (who % 2).tolist(), [0] * MANY, {"harm": harm, "language": (who % 4 == 3).astype(int)})
    noise = world.streams.normal("signal", who)
    world.posts.signals[:MANY, HATE] = noise + 2.0 * (harm == HATE)
    world.users.groups["dialect"][1] = 1
    return world


def team_of(world: World, audit_share: float = 0.5, **said: Any) -> DetectionTeam:
    return DetectionTeam(LearnedDetectors.model_validate(FAST | said), world, audit_share)


def judged(world: World, team: DetectionTeam, posts: np.ndarray, harm: int = HATE, audited: bool = True) -> None:
    """Reviewers have found the truth of these posts."""
    desk, first, many = world.desk.cases, len(world.desk.cases), len(posts)
    said = (world.posts.harm[posts] == harm).astype(np.int8)
    desk.append(
        key=world.posts.key[posts], post=posts.astype(np.int32), author=world.posts.author[posts],
        language=world.posts.language[posts], harm=np.full(many, harm, np.int8), verdict=said,
        source=np.full(many, 2 if audited else 1, np.int8), decided_minute=np.arange(many, dtype=np.float64),
    )  # fmt: skip
    team.labels.keep(world, np.arange(first, first + many))


def retrained(world: World, team: DetectionTeam) -> list[Detector]:
    """The next version of each detector, after it has looked at every post."""
    detectors = team.retrain(world)
    assert team.panel is not None
    team.panel.believe(world, np.arange(len(world.posts)))
    return detectors


@pytest.fixture(scope="module")
def trained() -> tuple[World, DetectionTeam]:
    """A team that has learned from the first half of the posts."""
    world = society()
    team = team_of(world)
    judged(world, team, np.arange(MANY // 2))
    world.minute = 1440
    retrained(world, team)
    return world, team


def test_a_detector_beats_chance_by_far_on_posts_that_it_has_not_seen(trained: tuple[World, DetectionTeam]) -> None:
    world, _ = trained
    p, harm = (getattr(world.posts, name)[MANY // 2 : MANY] for name in ("p_harm", "harm"))
    perfect = 0.921  # of the signal itself: two standard deviations apart
    assert auc(p[:, HATE], harm == HATE, np.ones(MANY // 2)) == pytest.approx(perfect, abs=0.03)
    assert p[:, HATE].mean() == pytest.approx(0.2, abs=0.03)


def test_a_version_is_told_in_full_on_its_card(trained: tuple[World, DetectionTeam]) -> None:
    world, team = trained
    files = dict(file for detector in team.trained for file in detector.files())
    assert sorted(files) == [
        "detector_v001_hate_0_english.json", "detector_v001_hate_0_english.txt", "detector_v001_hate_1_spanish.json",
        "detector_v001_hate_1_spanish.txt", "detector_v001_misinformation_0_english.json",
        "detector_v001_misinformation_1_spanish.json",
    ]  # fmt: skip
    card = json.loads(files["detector_v001_hate_0_english.json"])
    english = world.posts.language[: MANY // 2] == 0
    held_out, gain = card.pop("held_out"), card.pop("gain")
    assert card == {
        "version": 1, "minute": 1440, "harm": "hate", "language": "english", "kind": "forest", "wanted": True,
        "cold_start": False, "rows": 1500, "positives": 300, "audited_rows": 1500, "min_positives": 100,
        "prior": pytest.approx(0.2, abs=0.001), "features": list(team.names),
    }  # fmt: skip
    assert np.count_nonzero(english) == card["rows"]
    assert next(iter(gain)) == "signal_hate"
    assert held_out["rows"] == 300
    assert held_out["since_minute"] == team.labels.minute[np.flatnonzero(english)[1200]]
    of = {(m["metric"], m["group"], m["level"]): m for m in held_out["metrics"]}
    assert of["auc", "", ""]["value"] == pytest.approx(0.92, abs=0.04)
    assert of["auc", "", ""]["n"] == 300
    assert {m for m, group, _ in of if group == "dialect"} == {
        "auc", "logloss", "calibration_error", "calibration_ratio",
    }  # fmt: skip
    assert sum(of["auc", "dialect", level]["n"] for level in world.levels["dialect"]) == 300
    assert Forest.read(files["detector_v001_hate_0_english.txt"]).width == len(team.names)


def test_too_few_verdicts_of_harm_leave_the_audits_share_and_the_card_says_so() -> None:
    world = society()
    team = team_of(world, min_positives=20_000)
    judged(world, team, np.arange(1000))
    judged(world, team, np.arange(1000, 1500)[world.posts.harm[1000:1500] == HATE], audited=False)
    card = next(d.card for d in retrained(world, team) if (d.card["harm"], d.card["language"]) == ("hate", "english"))
    assert (card["kind"], card["cold_start"]) == ("prior", True)
    assert "held_out" not in card
    english = world.posts.language[:MANY] == 0
    assert world.posts.p_harm[:MANY][english][:, HATE] == pytest.approx((150 + 0.01) / 751, rel=1e-5)
    cells = {(cell.harm, cell.part): (cell.value, cell.n) for cell in team.cold_starts()}
    assert cells == {
        ("hate", "language=english"): (1.0, 225), ("hate", "language=spanish"): (1.0, 75),
        ("misinformation", "language=english"): (1.0, 0), ("misinformation", "language=spanish"): (1.0, 0),
    }  # fmt: skip


def test_a_language_without_a_detector_stays_at_the_prior() -> None:
    world = society()
    team = team_of(world, languages=["english"])
    judged(world, team, np.arange(MANY))
    retrained(world, team)
    p, spanish = world.posts.p_harm[:MANY, HATE], world.posts.language[:MANY] == 1
    assert p[spanish] == pytest.approx(np.full(MANY // 4, 0.2), abs=0.001)
    assert len(np.unique(p[spanish])) == 1
    assert p[~spanish].std() > 0.1
    cards = {d.card["language"]: d.card for d in team.trained if d.card["harm"] == "hate"}
    assert [cards["spanish"][name] for name in ("kind", "wanted", "cold_start")] == ["prior", False, False]
    assert {cell.part for cell in team.cold_starts()} == {"language=english"}


def test_the_prior_comes_from_the_audit_alone_and_is_never_certain() -> None:
    labels = Labels(1)
    labels.append(harmful=np.array([1, 0, 0, 0, 1, 1], bool), audited=np.array([1, 1, 1, 1, 0, 0], bool))
    assert prior_of(labels, np.arange(6)) == pytest.approx(1.01 / 5)
    assert prior_of(labels, np.array([4, 5])) == pytest.approx(0.01)
    assert 0 < prior_of(labels, np.array([1, 2, 3])) < 0.01


def test_audits_stand_for_all_posts_so_that_flags_do_not_inflate_beliefs() -> None:
    """A tenth is audited; of the rest all hateful posts are flagged and no other."""
    world = society()
    team = team_of(world, audit_share=0.1)
    who = np.arange(MANY)
    audited: Bools = world.streams.uniform("audited", who) < 0.1
    judged(world, team, who[audited])
    judged(world, team, who[~audited & (world.posts.harm[:MANY] == HATE)][:40], audited=False)
    retrained(world, team)
    assert world.posts.p_harm[:MANY, HATE].mean() == pytest.approx(0.2, abs=0.05)


def test_a_detector_learns_that_a_meme_attacks_by_words_and_picture_together() -> None:
    world = society()
    posts = world.posts
    fit = (posts.harm[:MANY] == HATE) | (world.streams.uniform("fit", np.arange(MANY)) < 0.1)
    words = np.where(world.streams.uniform("words", np.arange(MANY)) < 0.5, 1, -1)
    posts.cues[:MANY] = np.column_stack([words, np.where(fit, words, -words)])
    posts.signals[:MANY] = 0
    team = team_of(world)
    judged(world, team, np.arange(MANY // 2))
    retrained(world, team)
    late = slice(MANY // 2, MANY)
    assert auc(posts.p_harm[late, HATE], posts.harm[late] == HATE, np.ones(MANY // 2)) > 0.9


def test_labels_are_capped_at_the_newest() -> None:
    world = society()
    team = team_of(world, training_rows=100)
    judged(world, team, np.arange(1000))
    retrained(world, team)
    assert len(team.labels) == 100 * 4
    assert team.labels.key[0] == world.posts.key[600]
    assert max(d.card["rows"] for d in team.trained) == 100


def test_versions_follow_one_another_and_equal_labels_make_equal_detectors() -> None:
    worlds = [society(), society()]
    teams = [team_of(world) for world in worlds]
    for world, team in zip(worlds, teams, strict=True):
        judged(world, team, np.arange(2000))
        assert retrained(world, team)[0].card["version"] == 1
        assert retrained(world, team)[0].card["version"] == 2
    assert [d.said for d in teams[0].trained] == [d.said for d in teams[1].trained]
