import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from feedsim.cli import app
from feedsim.engine.retrace import retrace
from feedsim.feed_tables import FEW, passed_over
from feedsim.results import open_run
from feedsim.scenario import Scenario, load_study
from feedsim.story import told, told_absence
from feedsim.study.plan import plan_study
from feedsim.study.work import simulate
from feedsim.trace import Feed, NoSession, final_scores, find_feed, is_sampled, ordered
from feedsim.world.world import ACTIONS

STUDY = """
name: traced
days: 1
burn_in_days: 1
population: {users: 200}
detectors: {kind: oracle}
measures: {impression_sample: 0.1}
policies:
  demote_lies: {kind: demote, harm: misinformation, strength: 0.9}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of 200 people, a tenth of them sampled."""
    place = tmp_path_factory.mktemp("traced")
    (place / "traced.yaml").write_text(STUDY)
    (run,) = plan_study(load_study(place / "traced.yaml"), place).runs
    simulate(run, 1, lambda event: None)
    return run.folder


@pytest.fixture(scope="module")
def sampled(folder: Path) -> pd.DataFrame:
    return open_run(folder).table("impressions")


def trace(folder: Path, user: int, tick: int, columns: int = 80) -> Result:
    words = ["trace", str(folder), "--user", str(user), "--tick", str(tick)]
    return CliRunner().invoke(app, words, env={"COLUMNS": str(columns)})


def silence(line: str) -> None:
    """Nobody listens."""


def an_outsider(folder: Path) -> int:
    """The most active viewer outside the sample."""
    run = open_run(folder)
    scenario = load_study(folder / "scenario.yaml").scenario
    users = run.table("users").sort_values("sessions", ascending=False)["user"]
    return next(int(user) for user in users if not is_sampled(scenario, 1, int(user)))


def test_a_sampled_feed_is_told_from_the_files(folder: Path, sampled: pd.DataFrame) -> None:
    user, tick = (int(sampled[column].iloc[-1]) for column in ("user", "tick"))
    rows = sampled[(sampled["user"] == user) & (sampled["tick"] == tick)]
    result = trace(folder, user, tick)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"User {user} opened the feed in tick {tick} (day 0, ")
    assert f"\nCandidates: {len(rows)}\n" in result.stdout
    assert f"\nNot shown (the nearest of {int(rows['rank'].isna().sum())})\n" in result.stdout
    assert "Ranking: by predicted actions, weighted (facebook_2018)." in result.stdout
    assert f"{int(rows['rank'].notna().sum())} were looked at." in result.stdout.replace("\n", " ")


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_a_story_is_never_wider_than_the_screen(folder: Path, sampled: pd.DataFrame, columns: int) -> None:
    result = trace(folder, int(sampled["user"].iloc[-1]), int(sampled["tick"].iloc[-1]), columns)
    assert max(map(len, result.stdout.splitlines())) <= columns


def test_a_repeated_run_tells_the_feed_that_the_sample_kept(
    folder: Path, sampled: pd.DataFrame, tmp_path: Path
) -> None:
    user, tick = (int(sampled[column].iloc[-1]) for column in ("user", "tick"))
    scenario = load_study(folder / "scenario.yaml").scenario
    again = retrace(scenario, 1, {user}, tick, tmp_path / "seed=1", threads=2).table("impressions")
    here = [table[(table["user"] == user) & (table["tick"] == tick)] for table in (sampled, again)]
    pd.testing.assert_frame_equal(*(rows.reset_index(drop=True) for rows in here), check_categorical=False)


def test_a_feed_outside_the_sample_is_told_by_running_it_again(folder: Path) -> None:
    user = an_outsider(folder)
    absent = find_feed(folder, user, 95, silence)
    last = absent.before if isinstance(absent, NoSession) else absent.tick
    assert last is not None
    result = trace(folder, user, last)
    assert result.stdout.startswith(f"User {user} opened the feed in tick {last} (")
    assert result.stderr.startswith(
        f"User {user} is not among the sampled viewers: the run is repeated up to tick {last}, in about "
    )


def test_a_tick_without_a_session_names_the_nearest(folder: Path, sampled: pd.DataFrame) -> None:
    user = int(sampled["user"].value_counts().index[0])
    ticks = np.unique(sampled.loc[sampled["user"] == user, "tick"])
    i = int(np.argmax(np.diff(ticks)))
    result = trace(folder, user, int(ticks[i]) + 1, 200)
    assert result.stdout.startswith(f"User {user} had no session in tick {ticks[i] + 1} (day ")
    assert result.stdout.endswith(f"The nearest sessions are in tick {ticks[i]} and tick {ticks[i + 1]}.\n")


def test_what_is_not_in_the_run_is_told_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    for result, text in (
        (trace(folder, 200, 0), f"{folder}: there is no user 200; users are 0 to 199\n"),
        (trace(folder, 0, 96), f"{folder}: there is no tick 96; ticks are -96 to 95\n"),
        (
            trace(folder.parent.parent, 0, 0),
            f"{folder.parent.parent}: holds runs of a study; name one of them, such as {folder}\n",
        ),
        (trace(tmp_path, 0, 0), f"{tmp_path}: not a finished run: there is no manifest.json\n"),
    ):
        assert (result.exit_code, result.stdout, result.stderr) == (2, "", text)


def test_a_final_score_is_the_score_times_all_factors() -> None:
    rows = pd.DataFrame(
        {"score": [2.0, -2.0, np.nan], "factor_a": [0.5, 0.5, np.nan], "factor_b": [0.1, np.nan, np.nan]}
    )
    # A negative score is divided, so that a factor never raises it.
    np.testing.assert_allclose(final_scores(rows), [0.1, -4.0, np.nan])


def test_places_are_those_of_the_feed(sampled: pd.DataFrame) -> None:
    ranked = sampled[sampled["score"].notna() & (sampled["tick"] >= 0)]
    assert len(ranked) > 0
    for _, rows in ranked.groupby(["user", "tick"]):
        shown = ordered(rows)[rows["rank"].notna()]
        np.testing.assert_array_equal(shown["place"], shown["rank"] + 1)


def test_ties_go_to_the_smaller_key() -> None:
    rows = pd.DataFrame({"key": np.array([2**63 + 1, 7, 2**63], np.uint64), "score": [1.0, np.nan, 1.0]})
    assert ordered(rows)["place"].tolist()[::2] == [2.0, 1.0]
    assert np.isnan(ordered(rows)["place"][1])


@pytest.fixture
def feed() -> Feed:
    """Six candidates: one taken out, one cut, one demoted off the screen, one next, and two shown."""
    nan = np.nan
    candidates = pd.DataFrame(
        {
            "tick": 42, "user": 7, "key": np.arange(6, dtype=np.uint64),
            "source": ["in_network", "in_network", "trending", "in_network", "profile", "exploration"],
            "sharer": [nan, 5.0, nan, nan, nan, nan], "removed_by": ["light_cut", "", "", "gone", "", ""],
            "light_rank": [64.0, 0, 1, 2, 3, 4], "score": [nan, 3.0, 2.0, nan, 2.5, 0.25],
            "factor_calm": [nan, 0.5, 1.0, nan, 0.05, 1.0], "rank": [nan, 1.0, 0.0, nan, nan, nan],
            "seconds": [0, 61, 4, 0, 0, 0], "post_author": [1, 2, 3, 4, 8, 9],
            "post_kind": ["news", "civic", "personal", "news", "civic", "civic"], "post_topic": [4, 5, 6, 7, 8, 9],
            "post_minute": [0, 500, 600, 0, 0, 629], "post_harm": ["", "hate", "", "hate", "", ""],
        }
    )  # fmt: skip
    for action in ACTIONS:
        candidates[action] = False
        candidates[f"p_{action}"] = [nan, 0.125, 0.0004, nan, 0.5, 0.5]
    candidates.loc[1, ["click", "angry", "report"]] = True
    names = {"leaning_group": "left", "age": "65+", "dialect": "majority", "language": "english"}
    person = pd.Series({"user": 7, "actor": "ordinary", "followers": 1, "followees": 20, **names})
    policies = {"gone": {"kind": "remove", "harm": "hate"}, "calm": {"kind": "demote", "harm": "hate"}}
    scenario = Scenario.model_validate({"policies": policies, "detectors": {"kind": "oracle"}})
    return Feed(scenario, person, 42, ordered(candidates))


def test_what_stood_between_the_person_and_a_post_is_told_where_anything_did(feed: Feed) -> None:
    feed.candidates["friction_ask"] = feed.candidates["rank"] == 1
    feed.candidates["friction_never"] = False
    told_now = lines(feed)
    shown = told_now.index("Shown")
    assert told_now[shown + 1].split() == [
        "#",
        "from",
        "kind,",
        "topic",
        "age",
        "harm",
        "between",
        "sec.",
        "the",
        "person",
    ]
    assert [line.split()[0] for line in told_now[shown + 3 :] if " ask " in line] == ["2"]
    assert "between: policies that put a label, a screen or a question before it." in told_now


def lines(feed: Feed) -> list[str]:
    screen = io.StringIO()
    Console(file=screen, width=80).print(*told(feed), sep="\n")
    return [line.rstrip() for line in screen.getvalue().splitlines() if line.strip()]


def test_a_feed_is_told_as_a_story(feed: Feed) -> None:
    assert lines(feed)[:31] == [
        "User 7 opened the feed in tick 42 (day 0, 10:30 to 10:45).",
        "Who: leaning left, age 65+ *, dialect majority, language english * (* the",
        "company may see it); an account of kind ordinary with 1 follower, following 20.",
        "Ranking: by predicted actions, weighted (facebook_2018).",
        "Candidates: 6",
        "  3 in_network: somebody they follow posted or reshared them",
        "  1 trending: most engaged with at the time",
        "  1 profile: on topics that they clicked on",
        "  1 exploration: drawn from everything",
        "Taken out: 1 by the light model, 1 by the policy gone. Of the 4 left, 2 were",
        "looked at.",
        "Shown",
        "#  from          kind, topic  age     harm  sec.  the person",
        "\u2500" * 80,
        "1  3 (trending)  personal 6   30 min           4",
        "2  2 via 5       civic 5      2 h     hate    61  clicked, was angry, reported",
        " " * 50 + "it",
        "from: the author, then whose reshare or which source brought it.",
        "harm: the truth, which neither the person nor the company knows.",
        "Why in this order",
        "#  click  like  angry  comm.  share  hide  rep.  score  factor  final  was",
        "\u2500" * 74,
        "1   <0.1  <0.1   <0.1   <0.1   <0.1  <0.1  <0.1      2       1      2    3",
        "2     12    12     12     12     12    12    12      3    0.50    1.5    1",
        "x      0     1      4     15      5     0     0",
        "Predictions in %. Score: their sum, each times its weight (the row x).",
        "factor: of the policy calm; below 1 it demotes.",
        "final: score times factors; was: the place by score alone.",
        "Not shown (the nearest of 4)",
        "left out    #  from             kind, topic  age    harm  score",
        "\u2500" * 63,
    ]


def test_what_was_not_shown_is_told_with_why(feed: Feed) -> None:
    assert lines(feed)[31:] == [
        "by gone        4                news 7       10 h   hate",
        "demoted     4  8 (profile)      civic 8      10 h           2.5",
        "next        3  9 (exploration)  civic 9      1 min         0.25",
        "light cut  65  1                news 4       10 h",
        "by ...: the policy that took it out.",
        "demoted: among the first 2 by score, but not after a policy's factor.",
        "next by score: the person stopped at 2.",
        "light cut: its place by the light model, which passes 64 on.",
        "In all: 1:05 minutes on 2 posts; 1 click, 1 angry reaction, 1 report.",
    ]


def test_an_empty_feed_is_told_too(feed: Feed) -> None:
    nothing = feed.candidates.assign(rank=np.nan, seconds=0, **dict.fromkeys(ACTIONS, False))
    said = lines(replace(feed, candidates=nothing))
    assert not any(line.startswith(("Shown", "Why")) for line in said)
    assert said[-1] == "Nothing was shown."


def test_no_more_than_a_few_are_told_of_each_reason(folder: Path, sampled: pd.DataFrame) -> None:
    user, tick = (int(sampled[column].iloc[-1]) for column in ("user", "tick"))
    feed = find_feed(folder, user, tick, silence)
    assert isinstance(feed, Feed)
    found = list(passed_over(feed))
    reasons = [why for why, _, _ in found]
    assert max(map(reasons.count, reasons)) == FEW
    rest = feed.candidates[feed.candidates["rank"].isna()]
    best = rest[rest["removed_by"] == ""].nlargest(FEW, "final")["key"]
    assert {row["key"] for why, _, row in found if why in ("next", "demoted")} >= set(best)
    cut = rest[rest["removed_by"] == "light_cut"].nsmallest(FEW, "light_rank")["key"]
    assert [row["key"] for why, _, row in found if why == "light cut"] == list(cut)


def test_in_burn_in_nobody_is_next(folder: Path, sampled: pd.DataFrame) -> None:
    user, tick = (int(sampled[column].iloc[0]) for column in ("user", "tick"))
    result = trace(folder, user, tick)
    assert "Ranking: newest first, with 10% of the places given by lot, as always in" in result.stdout
    assert "\nWhy" not in result.stdout
    assert "\nnext" not in result.stdout


def test_who_did_not_come_is_told(feed: Feed) -> None:
    said = [told_absence(NoSession(feed.scenario, 7, -1, before, after, repeated)) for before, after, repeated in (
        (None, None, False), (None, None, True), (-9, None, False), (-9, 3, False), (-9, None, True),
    )]  # fmt: skip
    start = "User 7 had no session in tick -1 (day -1, 23:45 to 24:00, in burn-in)."
    assert said == [
        f"{start} There is none in all of the run.",
        f"{start} There is none up to then.",
        f"{start} The nearest session is in tick -9.",
        f"{start} The nearest sessions are in tick -9 and tick 3.",
        f"{start} The last session before it is in tick -9.",
    ]
