import numpy as np
import pytest

from fieldguide.models.heads.examples import check_examples, check_vectors, thin


def test_gives_the_classes_that_have_an_example() -> None:
    present = check_examples(np.zeros((3, 2)), np.array([4, 1, 4], np.int32), 6)
    assert present.tolist() == [1, 4]
    assert present.dtype == np.int64


def test_refuses_types_that_are_not_numbers_of_the_right_kind() -> None:
    with pytest.raises(ValueError, match="must be floats, but their type is int64"):
        check_examples(np.zeros((2, 2), np.int64), np.array([0, 1]), 2)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="whole numbers, but its type is float64"):
        check_examples(np.zeros((2, 2)), np.array([0.0, 1.0]), 2)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"in 0 to 1 .* but they lie in -1 to 1"):
        check_examples(np.zeros((2, 2)), np.array([-1, 1]), 2)
    with pytest.raises(ValueError, match=r"\(n, dimensions\), but it is \(2, 0\)"):
        check_examples(np.zeros((2, 0)), np.array([0, 1]), 2)


def test_names_at_most_five_rows() -> None:
    with pytest.raises(ValueError, match=r"7 of 7 rows .* row 0, 1, 2, 3, 4 \.\.\.\."):
        check_vectors(np.full((7, 2), np.nan), 2)


def test_refuses_what_overflows_in_float32() -> None:
    check_vectors(np.full((1, 2), -3e38), 2)
    with pytest.raises(ValueError, match="finite in float32"):
        check_vectors(np.full((1, 2), -1e39), 2)


def test_keeps_all_examples_up_to_the_limit() -> None:
    assert thin(np.array([1, 0, 1]), 3, seed=0).tolist() == [0, 1, 2]


def test_thins_in_proportion_and_keeps_every_class() -> None:
    classes = np.random.default_rng(0).permutation(np.repeat([0, 1, 2, 3], [6000, 3000, 999, 1]))
    rows = thin(classes, 1000, seed=1)
    assert len(np.unique(rows)) == 1000
    assert (np.diff(rows) > 0).all()
    np.testing.assert_allclose(np.bincount(classes[rows]), [600, 300, 100, 1], atol=1)
    np.testing.assert_array_equal(thin(classes, 1000, seed=1), rows)
    assert (thin(classes, 1000, seed=2) != rows).any()
