from collections.abc import Callable

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from fieldguide.models.heads import projection
from fieldguide.models.heads.projection import Projection, Standardisation
from fieldguide.types import FloatArray


def vectors(n: int, dimensions: int, seed: int = 0) -> FloatArray:
    random = np.random.default_rng(seed)
    return random.gamma(1, 1, (n, dimensions)) @ random.normal(0, 1, (dimensions, dimensions)) + 5


def test_standardises_like_scikit_learn() -> None:
    x = vectors(50, 8)
    x[:, 3] = 0.1
    x[:, 4] = 0
    ours, theirs = Standardisation().fit(x), StandardScaler().fit(x)
    np.testing.assert_allclose(ours.scale_, theirs.scale_, rtol=1e-12)
    np.testing.assert_allclose(ours.apply(x), theirs.transform(x), atol=1e-12)
    assert ours.apply(x.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize(("n", "dimensions"), [(200, 20), (15, 40)])
def test_projects_like_scikit_learn_up_to_sign_and_one_scale(n: int, dimensions: int) -> None:
    x, fresh = vectors(n, dimensions), vectors(9, dimensions, seed=1)
    scaler = StandardScaler().fit(x)
    pca = PCA(6).fit(scaler.transform(x))
    theirs = pca.transform(scaler.transform(fresh)) / np.sqrt(
        pca.explained_variance_.mean() * (n - 1) / n
    )
    ours = Projection(6).fit(x).apply(fresh)
    signs = np.sign((ours * theirs).sum(axis=0))
    np.testing.assert_allclose(ours, theirs * signs, atol=1e-9)


def test_the_mean_variance_of_a_component_is_one() -> None:
    x = vectors(200, 20)
    assert Projection(7).fit(x).apply(x).var(axis=0).mean() == pytest.approx(1)


def test_keeps_no_more_components_than_there_are() -> None:
    assert Projection(128).fit(vectors(10, 40)).apply(vectors(3, 40)).shape == (3, 9)
    assert Projection(128).fit(vectors(50, 4)).apply(vectors(3, 4)).shape == (3, 4)
    flat = vectors(50, 4)
    flat[:, 3] = flat[:, 2]
    assert Projection(128).fit(flat).apply(flat).shape == (50, 3)


def test_same_vectors_project_to_zero() -> None:
    x = np.full((10, 4), 0.1)
    assert Projection(3).fit(x).apply(x + 7).tolist() == [[0.0]] * 10


def test_the_size_of_the_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x = vectors(100, 10)
    whole = Projection(5).fit(x).apply(x)
    monkeypatch.setattr(projection, "_BLOCK", 33)
    np.testing.assert_allclose(Projection(5).fit(x).apply(x), whole, atol=1e-9)


def test_the_nodes_project_like_python(run: Callable[..., FloatArray]) -> None:
    fitted = Projection(6).fit(vectors(200, 20))
    fresh = vectors(50, 20, seed=1)
    np.testing.assert_allclose(run(fitted.add_to, fresh, 6), fitted.apply(fresh), atol=1e-11)
