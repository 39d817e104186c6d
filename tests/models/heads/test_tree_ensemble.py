from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier

from fieldguide.models.heads.tree_ensemble import EXACT_IN_FLOAT32, TreeEnsemble, round_down
from fieldguide.types import FloatArray

Run = Callable[..., FloatArray]


def grown(seed: int) -> tuple[DecisionTreeClassifier, np.ndarray]:
    random = np.random.default_rng(seed)
    x = random.normal(0, 1, (300, 4)).astype(np.float32)
    model = DecisionTreeClassifier(random_state=0).fit(x, random.integers(0, 3, 300))
    table = np.rint(model.tree_.value[:, 0] * model.tree_.n_node_samples[:, None])
    return model, table.astype(np.int32)


def test_a_vector_exactly_on_a_threshold_goes_the_same_way(run: Run) -> None:
    model, table = grown(0)
    tree = model.tree_
    ensemble = TreeEnsemble([tree], [table], count=3)
    inner = np.flatnonzero(tree.children_left != -1)
    below = round_down(tree.threshold[inner])
    nearest = tree.threshold[inner].astype(np.float32)
    assert (nearest > tree.threshold[inner]).any(), "no threshold was rounded up; test in vain"
    cases = []
    for values in (below, nearest, np.nextafter(below, np.float32(np.inf))):
        # Start from a training vector's neighbourhood and put one dimension onto the threshold.
        vectors = np.random.default_rng(1).normal(0, 1, (len(inner), 4)).astype(np.float32)
        vectors[np.arange(len(inner)), tree.feature[inner]] = values
        on_all = np.repeat(values[:, None], 4, axis=1)
        cases += [vectors, on_all]
    x = np.concatenate(cases)
    expected = table[model.apply(x)]
    np.testing.assert_array_equal(ensemble.apply(x), expected)
    np.testing.assert_array_equal(run(ensemble.add_to, x, 3), expected)


def test_one_split_decides_like_scikit_learn_at_every_step_around_it(run: Run) -> None:
    # The threshold lies half-way between neighbours and is rounded to the even one, the upper one.
    low = np.nextafter(np.float32(1000), np.float32(2000))
    high = np.nextafter(low, np.float32(2000))
    x = np.array([[low], [high]])
    model = DecisionTreeClassifier().fit(x, [0, 1])
    assert model.tree_.threshold[0].astype(np.float32) == high
    table = np.array([[1, 1], [1, 0], [0, 1]], np.int32)
    ensemble = TreeEnsemble([model.tree_], [table], count=2)
    np.testing.assert_array_equal(run(ensemble.add_to, x, 2), [[1, 0], [0, 1]])


def test_values_between_two_float32_are_cast_like_scikit_learn_does(run: Run) -> None:
    model, table = grown(2)
    ensemble = TreeEnsemble([model.tree_], [table], count=3)
    x = np.random.default_rng(3).normal(0, 1, (2000, 4))
    expected = table[model.apply(x)]
    np.testing.assert_array_equal(ensemble.apply(x), expected)
    np.testing.assert_array_equal(run(ensemble.add_to, x, 3), expected)


def test_sums_are_exact_up_to_the_limit(run: Run) -> None:
    pairs = [grown(seed) for seed in range(256)]
    trees = [model.tree_ for model, _ in pairs]
    random = np.random.default_rng(4)
    tables = [random.integers(0, 2**16, (tree.node_count, 3), dtype=np.int32) for tree in trees]
    ensemble = TreeEnsemble(trees, tables, count=3)
    x = random.normal(0, 1, (100, 4))
    total = ensemble.apply(x)
    assert total.max() > 2**22
    np.testing.assert_array_equal(run(ensemble.add_to, x, 3), total)


def test_refuses_evidence_that_would_be_rounded() -> None:
    model, table = grown(0)
    with pytest.raises(ValueError, match=f"at most {EXACT_IN_FLOAT32}, not {2**24 + 1}"):
        TreeEnsemble([model.tree_], [np.full_like(table, 2**24 + 1)], count=3)


@given(st.floats(-1e30, 1e30))
def test_rounds_down_to_the_next_float32(threshold: float) -> None:
    rounded = round_down(np.array([threshold]))
    assert rounded.dtype == np.float32
    assert float(rounded[0]) <= threshold
    assert float(np.nextafter(rounded[0], np.float32(np.inf))) > threshold
