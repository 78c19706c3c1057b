"""The feed as an environment of gymnasium."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from sheets import study
from worlds import Tables, assert_same, differs, read, run

from feedsim.environment import FeedEnvironment
from feedsim.faults import Faults
from feedsim.results import RunWriter
from feedsim.scenario import Study
from feedsim.steering import steered

WORLD = """
days: 2
burn_in_days: 1
tick_minutes: 120
population: {users: 150}
detectors: {kind: oracle}
ranker: {kind: engagement, trees: 5, leaves: 4, weights: {like: 1, comment: 15, reshare: 5}}
policies: {d: {kind: demote, harm: misinformation, strength: 0.5, curve: step, threshold: 0.2}}
measures: {impression_sample: 0.2}
"""
SEARCH = """
optimize:
  levers:
    policies.d.strength: {low: 0, high: 1}
    ranker.out_of_network_factor: {low: 0.01, high: 1, scale: log}
    ranker.weights.angry: {low: 0, high: 4}
  objectives: {engagement_value: up, "prevalence[misinformation]": down, widest_gap: down}
"""


@pytest.fixture
def said(tmp_path: Path) -> Study:
    return study(tmp_path, WORLD + SEARCH)


@pytest.mark.parametrize(
    ("prices", "wrong"),
    [
        ({}, "there are none"),
        ({"prevalence": -1.0}, "there is none for all classes of harm together"),
        ({"prevalence[nohate]": -1.0}, "'nohate' is no class of harm here"),
        ({"engagement_value": "much"}, "much; it should be a finite number"),
        ({"engagement_value": float("nan")}, "nan; it should be a finite number"),
        ({"harm_reach[hate]": -1.0}, "is not measured day by day"),
    ],
)
def test_prices_that_mean_nothing_are_faults(said: Study, prices: dict[str, float], wrong: str) -> None:
    with pytest.raises(Faults) as caught:
        FeedEnvironment(said, prices=prices)
    assert wrong in str(caught.value)


@pytest.mark.parametrize("threads", [0, -1, 1.5, True])
def test_threads_that_are_none_are_a_fault(said: Study, threads: int) -> None:
    with pytest.raises(Faults, match=r"^threads: .*; it should be a whole number, at least 1$"):
        FeedEnvironment(said, threads=threads)


def test_a_study_of_a_day_is_no_environment(tmp_path: Path) -> None:
    short = study(tmp_path, WORLD + SEARCH, sets=["days=1"])
    with pytest.raises(Faults, match=r"days: 1 is one step, and no episode; it should be at least 2"):
        FeedEnvironment(short)


def test_no_day_is_lived_before_the_first_and_after_the_last(said: Study) -> None:
    env = FeedEnvironment(said)
    with pytest.raises(RuntimeError, match="no day"):
        env.step(np.zeros(3, np.float32))
    env.reset(seed=1)
    with pytest.raises(ValueError, match="each of 3 levers"):
        env.step(np.zeros(2, np.float32))
    assert [env.step(np.zeros(3, np.float32))[3] for _ in range(2)] == [False, True]
    with pytest.raises(RuntimeError, match="no day"):
        env.step(np.zeros(3, np.float32))


def lived(env: FeedEnvironment, folder: Path, seed: int, *actions: list[float]) -> Tables:
    """Every table of an episode, as a run would write them."""
    with RunWriter(folder / "run") as writer:
        env.writer = writer
        env.reset(seed=seed)
        for action in actions:
            env.step(np.array(action, np.float32))
        assert env.simulation is not None
        env.simulation.finish(writer)
        writer.finish({}, "")
    return read(folder / "run")


def test_it_passes_the_check_of_gymnasium(said: Study) -> None:
    with warnings.catch_warnings():
        # There is nothing to see, so that there are no modes of rendering to check.
        warnings.filterwarnings("ignore", "(?s).*Not able to test alternative render modes")
        warnings.simplefilter("error", UserWarning)
        warnings.filterwarnings("ignore", "(?s).*Not able to test alternative render modes")
        check_env(FeedEnvironment(said))


def test_an_episode_of_one_action_is_the_run_with_those_settings(said: Study, tmp_path: Path) -> None:
    """To the bit: what is steered at midnight is what a scenario says from the first."""
    env = FeedEnvironment(said)
    action = [0.25, 0.5, 1.0]
    settings = env.settings(np.array(action, np.float32))
    assert settings == {
        "policies.d.strength": 0.25,
        "ranker.out_of_network_factor": pytest.approx(0.1),
        "ranker.weights.angry": 4.0,
    }
    whole = run(steered(said.scenario, settings), seed=3)
    assert_same(lived(env, tmp_path, 3, action, action), whole)
    assert differs(whole, run(said.scenario, seed=3))


def test_what_is_set_holds_from_midnight_to_midnight(said: Study, tmp_path: Path) -> None:
    one = lived(FeedEnvironment(said), tmp_path / "one", 1, [0, 1, 0], [0, 1, 0])["metrics"]
    two = lived(FeedEnvironment(said), tmp_path / "two", 1, [0, 1, 0], [1, 0, 1])["metrics"]
    first, second = ([rows[rows["day"] == day].reset_index(drop=True) for rows in (one, two)] for day in (0, 1))
    assert first[0].equals(first[1])
    assert not second[0].equals(second[1])


def test_one_seed_and_the_same_actions_are_one_episode(said: Study) -> None:
    def episode(seed: int | None) -> list[np.ndarray]:
        env = FeedEnvironment(said)
        env.reset(seed=seed)
        return [env.step(np.full(3, 0.5, np.float32))[0] for _ in range(2)]

    assert np.array_equal(episode(5), episode(5))
    assert not np.array_equal(episode(5), episode(6))
    assert np.isfinite(episode(None)).all()


def test_an_episode_ends_with_the_days(said: Study) -> None:
    env = FeedEnvironment(said)
    observation, info = env.reset(seed=1)
    assert (observation.tolist(), info) == ([0.0] * len(env.observed), {"day": 0, "seed": 1})
    ends = [env.step(np.zeros(3, np.float32))[2:4] for _ in range(2)]
    assert ends == [(False, False), (False, True)]


def test_the_reward_is_what_the_objectives_come_to(said: Study, tmp_path: Path) -> None:
    """Of figures of the day, at their prices; those of metrics.parquet are the same."""
    env = FeedEnvironment(said)
    with RunWriter(tmp_path / "run") as writer:
        env.writer = writer
        env.reset(seed=2)
        _, reward, _, _, info = env.step(np.zeros(3, np.float32))
        env.step(np.zeros(3, np.float32))
        assert env.simulation is not None
        env.simulation.finish(writer)
        writer.finish({}, "")
    value, harm, gap = info["figures"].values()
    assert reward == pytest.approx(value - 100 * harm - 100 * gap)
    rows = read(tmp_path / "run")["metrics"]
    rows = rows[(rows["tick"] == -1) & (rows["day"] == 0) & (rows["group"] == "") & (rows["part"] == "")]
    of = {(row.metric, row.harm): row.value for row in rows.itertuples()}
    assert (value, harm) == (of["engagement_value", ""], of["prevalence", "misinformation"])


def test_prices_are_whoever_trains_it_s_to_set(said: Study) -> None:
    env = FeedEnvironment(said, prices={"like_rate": 1000, "misbelief": -2})
    env.reset(seed=2)
    _, reward, _, _, info = env.step(np.zeros(3, np.float32))
    assert reward == pytest.approx(1000 * info["figures"]["like_rate"] - 2 * info["figures"]["misbelief"])


def test_the_company_sees_nothing_of_the_truth(said: Study) -> None:
    """With every post's true class turned round before the day is counted, observations are the same to the bit."""

    def first_day(liar: bool) -> tuple[np.ndarray, float]:
        env = FeedEnvironment(said)
        env.reset(seed=1)
        assert env.simulation is not None
        if liar:
            count, books = env.simulation.books.day.count, env.simulation.books

            def lying(world, slate, inventory):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
                truth = world.posts.harm.copy()
                world.posts.harm[:] = 0
                sums = count(world, slate, inventory)
                world.posts.harm[:] = truth
                return sums

            books.day.count = lying  # type: ignore[method-assign]
        observation, reward, *_ = env.step(np.zeros(3, np.float32))
        return observation, reward

    (told, reward), (still, other) = first_day(False), first_day(True)
    assert np.array_equal(told, still)
    assert reward != other


def test_detectors_estimate_is_the_mean_belief_of_what_was_shown(said: Study) -> None:
    """The oracle believes what is so: its estimate is the prevalence itself."""
    env = FeedEnvironment(said)
    env.reset(seed=4)
    for _ in range(2):
        observation, _, _, _, info = env.step(np.zeros(3, np.float32))
        told = dict(zip(env.observed, observation.tolist(), strict=True))
        assert told["estimated_prevalence[misinformation]"] == pytest.approx(
            info["figures"]["prevalence[misinformation]"], rel=1e-4
        )
    assert info["figures"]["prevalence[misinformation]"] > 0


@pytest.mark.parametrize(
    ("lever", "objective", "wrong"),
    [
        ("graph.homophily: {low: 0, high: 1}", "engagement_value", "optimize.levers.graph.homophily: can't be moved"),
        ("policies.d.start_day: {low: 0, high: 1}", "engagement_value", "start_day: can't be moved day by day"),
        ("policies.d.curve: {choices: [linear, step]}", "engagement_value", "curve: can't be moved day by day"),
        ("policies.d.strength: {low: 0, high: 1}", "ranker_auc", "optimize.objectives.ranker_auc: is not measured day"),
    ],
)
def test_what_cannot_be_an_environment_says_why(tmp_path: Path, lever: str, objective: str, wrong: str) -> None:
    text = f"{WORLD}optimize:\n  levers: {{{lever}}}\n  objectives: {{{objective}: up}}\n"
    with pytest.raises(Faults) as told:
        FeedEnvironment(study(tmp_path, text))
    assert wrong in str(told.value)
    with pytest.raises(Faults, match="does not say what an agent may move"):
        FeedEnvironment(study(tmp_path, WORLD))
