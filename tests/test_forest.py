from collections.abc import Callable
from functools import partial

import lightgbm as lgb
import numba
import numpy as np
import pytest

from feedsim.feed import forest as module
from feedsim.feed.forest import Forest, Heads, UnsupportedForest, bare_rate
from feedsim.feed.trees import float32_below, random_forest
from feedsim.world.arrays import Doubles, Floats
from feedsim.world.rng import Streams

STREAMS = Streams(7)
TREE = """tree
version=v4
num_tree_per_iteration=1
max_feature_idx=1
objective=binary sigmoid:1

Tree=0
num_leaves=3
num_cat=0
split_feature=1 0
threshold=0.5 2
decision_type=0 0
left_child=1 -1
right_child=-2 -3
leaf_value=10 20 30
is_linear=0

Tree=1
num_leaves=1
num_cat=0
leaf_value=0.25
is_linear=0

end of trees

parameters:
[objective: binary]
end of parameters
"""
"""x1 <= 0.5 and x0 <= 2: leaf 0; x1 <= 0.5 and x0 > 2: leaf 2; x1 > 0.5: leaf 1. And a quarter for everybody."""


def rows(n: int, width: int = 6) -> Floats:
    return STREAMS.normal("x", np.arange(n)[:, None], np.arange(width)).astype(np.float32)


def boosted(head: int, leaves: int = 16, trees: int = 20, **more: object) -> lgb.Booster:
    x = rows(3000)
    y = x[:, head % 5] * x[:, 5] + STREAMS.normal("noise", head, np.arange(len(x))) > 0.5
    parameters = {
        "objective": "binary", "num_leaves": leaves, "use_missing": False, "num_threads": 1, "verbose": -1,
        "min_data_in_leaf": 5, **more,
    }  # fmt: skip
    return lgb.train(parameters, lgb.Dataset(x, y.astype(int), params=parameters), trees)


def walked(forest: Forest, x: Floats) -> Doubles:
    """(n,) raw scores, a row and a tree at a time: the first leaf that no failed test puts out of reach."""
    result = np.zeros(len(x))
    for r, row in enumerate(x):
        for t in range(forest.trees):
            tests = slice(*forest.start[t : t + 2])
            stay = np.ones(tests.stop - tests.start + 1, np.bool_)
            for f, limit, a, b in zip(
                forest.feature[tests], forest.threshold[tests], forest.left[tests], forest.right[tests], strict=True
            ):
                if row[f] > limit:
                    stay[a:b] = False
            result[r] += forest.leaf[tests.start + t + int(np.argmax(stay))]
    return result


def test_a_tree_read_by_hand_gives_every_row_its_leaf() -> None:
    x = np.array([[2, 0.5], [2.001, 0.5], [0, 0.501], [9, 9]], np.float32)
    np.testing.assert_array_equal(Heads.read([TREE]).raw(x), [[10.25], [30.25], [20.25], [20.25]])


def test_leaves_are_numbered_from_left_to_right() -> None:
    forest = Forest.read(TREE)
    assert (forest.width, forest.trees, forest.most_leaves) == (2, 2, 3)
    assert forest.feature.tolist() == [1, 0]
    assert (forest.left.tolist(), forest.right.tolist()) == ([0, 0], [2, 1])
    assert forest.start.tolist() == [0, 2, 2]
    assert forest.leaf.tolist() == [10, 30, 20, 0.25]


def test_a_probability_is_the_sigmoid_of_the_raw_score() -> None:
    head = Heads.read([TREE.replace("10 20 30", "-0.25 0.75 -1000")])
    p = head.predict(np.array([[0, 0], [0, 1], [3, 0]], np.float32))
    assert p.dtype == np.float32
    np.testing.assert_array_equal(p, np.array([[0.5], [1 / (1 + np.exp(-1))], [0]], np.float32))


@pytest.mark.parametrize(("leaves", "bins"), [(2, 63), (5, 255), (16, 63), (31, 255), (64, 255)])
def test_raw_scores_equal_lightgbm_to_the_bit(leaves: int, bins: int) -> None:
    boosters = [boosted(head, leaves, max_bin=bins) for head in range(7)]
    heads = Heads.read([booster.model_to_string() for booster in boosters])
    x = rows(4000)
    np.testing.assert_array_equal(heads.raw(x), np.stack([b.predict(x, raw_score=True) for b in boosters], axis=1))


def test_values_on_a_threshold_go_where_lightgbm_sends_them() -> None:
    booster = boosted(0, 31, 10)
    heads = Heads.read([booster.model_to_string()])
    near = heads.layout.cut[np.arange(600) % len(heads.layout.cut)]
    steps = np.array([-np.inf, 0, np.inf], np.float32)[np.arange(600) % 3]
    x = np.repeat(np.where(steps == 0, near, np.nextafter(near, steps))[:, None], 6, axis=1).astype(np.float32)
    np.testing.assert_array_equal(heads.raw(x)[:, 0], booster.predict(x, raw_score=True))


def test_nan_counts_as_zero_and_infinity_is_large_as_in_lightgbm() -> None:
    booster = boosted(1)
    x = rows(300)
    x[::3, 1], x[1::3, 5], x[2::3, 5] = np.nan, np.inf, -np.inf
    np.testing.assert_array_equal(
        Heads.read([booster.model_to_string()]).raw(x)[:, 0], booster.predict(x, raw_score=True)
    )


@pytest.mark.parametrize("leaves", [2, 8, 9, 16, 64])
def test_the_kernel_scores_as_a_walk_through_the_trees(leaves: int) -> None:
    forests = [random_forest(trees, leaves, 6, Streams(trees)) for trees in (1, 4, 6)]
    x = rows(60)
    np.testing.assert_array_equal(Heads.of(forests).raw(x), np.stack([walked(f, x) for f in forests], axis=1))


@pytest.mark.parametrize(
    ("trees", "thresholds", "place"), [(17, 255, np.uint8), (18, 256, np.uint16), (40, 600, np.uint16)]
)
def test_more_than_255_thresholds_of_a_feature_take_two_bytes(
    trees: int, thresholds: int, place: type[np.unsignedinteger]
) -> None:
    base = random_forest(trees, 16, 1, STREAMS)
    threshold = np.linspace(-1, 1, thresholds, dtype=np.float32)[np.arange(15 * trees) % thresholds]
    forest = Forest(1, base.feature, threshold, base.left, base.right, base.start, base.leaf)
    heads, x = Heads.of([forest]), np.linspace(-1.1, 1.1, 100, dtype=np.float32)[:, None]
    assert heads.layout.limit.dtype == place
    np.testing.assert_array_equal(heads.raw(x)[:, 0], walked(forest, x))


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    heads, x = Heads.of([random_forest(10, 16, 6, Streams(i)) for i in range(3)]), rows(1100)
    expected = heads.raw(x)
    for block in (1, 64, 100, 4096):
        monkeypatch.setattr(module, "BLOCK", block)
        np.testing.assert_array_equal(heads.raw(x), expected)


def test_threads_change_nothing() -> None:
    heads, x = Heads.of([random_forest(10, 16, 6, Streams(i)) for i in range(3)]), rows(3000)
    expected, threads = heads.predict(x), numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        np.testing.assert_array_equal(heads.predict(x), expected)
    finally:
        numba.set_num_threads(threads)


@pytest.mark.parametrize("n", [0, 1, 511, 512, 513])
def test_a_row_scores_alike_in_any_company(n: int) -> None:
    heads, x = Heads.of([random_forest(5, 16, 6, STREAMS)]), rows(600)
    np.testing.assert_array_equal(heads.raw(x[:n]), heads.raw(x)[:n])


def test_rows_in_another_order_of_memory_score_alike() -> None:
    heads, x = Heads.of([random_forest(5, 16, 6, STREAMS)]), rows(100)
    np.testing.assert_array_equal(heads.raw(np.asfortranarray(x)), heads.raw(x))


def test_a_head_that_saw_one_class_is_a_constant() -> None:
    parameters = {"objective": "binary", "verbose": -1, "use_missing": False, "num_threads": 1}
    nobody = lgb.train(parameters, lgb.Dataset(rows(100), np.zeros(100)), 5)
    p = Heads.read([TREE.replace("max_feature_idx=1", "max_feature_idx=5"), nobody.model_to_string()]).predict(rows(3))
    np.testing.assert_allclose(p[:, 1], nobody.predict(rows(3)), rtol=1e-6)
    assert p[:, 1].max() < 1e-6


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("decision_type=0 0", "decision_type=0 1", "categories"),
        ("decision_type=0 0", "decision_type=8 0", "missing"),
        ("is_linear=0", "is_linear=1", "linear"),
        ("num_tree_per_iteration=1", "num_tree_per_iteration=3", "several classes"),
        ("objective=binary sigmoid:1", "objective=regression", "regression"),
        ("version=v4", "version=v4\naverage_output", "averaged"),
        ("num_leaves=3", "num_leaves=65", "64 leaves"),
    ],
)
def test_a_forest_that_would_score_otherwise_is_refused(old: str, new: str, why: str) -> None:
    with pytest.raises(UnsupportedForest, match=why):
        Heads.read([TREE.replace(old, new)])


@pytest.mark.parametrize("more", [{"use_missing": True, "zero_as_missing": True}, {"num_leaves": 80}])
def test_lightgbms_own_unsupported_forests_fall_back(more: dict[str, object]) -> None:
    good, odd = boosted(0), boosted(1, **more)
    texts = [good.model_to_string(), odd.model_to_string()]
    with pytest.raises(UnsupportedForest):
        Heads.read(texts)
    scorers: list[Callable[[Floats], Doubles]] = [partial(b.predict, raw_score=True) for b in (good, odd)]
    heads, x = Heads.read(texts, scorers), rows(500)
    assert list(heads.others) == [1]
    np.testing.assert_array_equal(heads.raw(x), np.stack([scorer(x) for scorer in scorers], axis=1))
    np.testing.assert_allclose(heads.predict(x), np.stack([good.predict(x), odd.predict(x)], axis=1), rtol=1e-6)


def test_rows_with_too_few_features_are_refused() -> None:
    with pytest.raises(ValueError, match=r"read 2 features a row.*\(3, 1\)"):
        Heads.read([TREE]).predict(np.zeros((3, 1), np.float32))


def test_a_threshold_is_rounded_down_never_up() -> None:
    limit = np.array([0.1, 0.25, -0.1, 1e-35, 1e300, -1e300])
    below = float32_below(limit)
    assert below.dtype == np.float32
    assert (below.astype(np.float64) <= limit).all()
    with np.errstate(over="ignore"):
        assert (np.nextafter(below, np.float32(np.inf)).astype(np.float64) > limit).all()


def test_the_bench_times_one_core_and_leaves_the_threads_as_they_were() -> None:
    threads = numba.get_num_threads()
    assert bare_rate(0.01) > 1e5
    assert numba.get_num_threads() == threads
