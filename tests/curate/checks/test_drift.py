from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from tests.curate.checks import plain
from tests.curate.checks.pools import make_pool, run

from fieldguide.curate.checks.drift import CHECK, _area, principal_components


def pool(rows: list[dict[str, Any]], vectors: np.ndarray) -> Any:
    return make_pool(rows, vectors=lambda: vectors)


def shifted(n: int, where: np.ndarray, by: float = 0.5) -> np.ndarray:
    """Return vectors of which some lie a little to one side."""
    vectors = plain.vectors(n).astype(np.float64)
    vectors[where, :8] += by
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_a_part_that_looks_different() -> None:
    rows = plain.rows(300)
    for number, row in enumerate(rows):
        row["part"] = "test" if number % 3 == 0 else "train"
    vectors = shifted(300, np.arange(300) % 3 == 0)
    (finding,) = run(CHECK, pool(rows, vectors))
    (case,) = finding.cases
    assert finding.severity == "warning"
    assert "of the part 'test'" in case.why
    assert {s.member_id % 3 for s in case.suspects} == {0}


def test_the_source_and_the_camera_that_differ_most_come_first() -> None:
    rows = plain.rows(400)
    for number, row in enumerate(rows):
        row["source"] = f"/data/{number % 4}"
        row["columns"] = {"camera": "old" if number % 4 == 2 else "new"}
    vectors = shifted(400, np.arange(400) % 4 == 2)
    (finding,) = run(CHECK, pool(rows, vectors))
    assert finding.severity == "hint"
    assert {case.why.partition(" can be")[0] for case in finding.cases[:2]} == {
        "The 100 pictures from '/data/2'",
        "The 100 pictures by 'old'",
    }


def test_a_later_half_that_looks_different() -> None:
    rows = plain.rows(200)
    for number, row in enumerate(rows):
        row["columns"] = {"taken_at": f"2023-{1 + number // 20:02d}-{1 + number % 20:02d}T10:00:00"}
    (finding,) = run(CHECK, pool(rows, shifted(200, np.arange(200) >= 100)))
    assert "since 2023-06-01" in finding.cases[0].why


def test_another_mix_of_classes_is_no_drift() -> None:
    rng = np.random.default_rng(0)
    rows = plain.rows(600)
    oak = np.array([row["label"] == "oak" for row in rows])
    for row, is_oak in zip(rows, oak, strict=True):
        row["source"] = "A" if rng.random() < (0.85 if is_oak else 0.15) else "B"
    assert run(CHECK, pool(rows, shifted(600, oak))) == []
    for row in rows:
        row["label"] = None
    assert len(run(CHECK, pool(rows, shifted(600, oak)))) == 1


@pytest.mark.parametrize("n", [0, 1, 20, 60, 1000])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_parts_drawn_by_chance_are_quiet(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = plain.rows(n)
    for row in rows:
        row.update(part=("train", "test")[rng.integers(2)], source=f"/data/{rng.integers(3)}")
        row["columns"] = {"camera": f"C{rng.integers(2)}"}
    assert run(CHECK, pool(rows, plain.vectors(n, seed))) == []
    assert run(CHECK, make_pool(rows)) == []


def test_groups_are_not_tested_on_themselves() -> None:
    rng = np.random.default_rng(5)
    rows = plain.rows(400, ("ash",))
    looks = rng.normal(size=(50, 32))
    for number, row in enumerate(rows):
        row["group"] = f"tree {number % 50}"
        row["source"] = f"/data/{number % 50 % 2}"
    vectors = np.array([looks[k % 50] + 0.1 * rng.normal(size=32) for k in range(400)])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert run(CHECK, pool(rows, vectors.astype(np.float32))) == []


def test_the_area_is_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    scores, sides = rng.integers(0, 9, 200).astype(float), rng.integers(0, 2, 200)
    assert _area(scores, sides) == pytest.approx(roc_auc_score(sides, scores))


def test_components_keep_distances_when_all_are_kept() -> None:
    vectors = plain.vectors(80, dimensions=20)
    found = principal_components(vectors)
    assert found.shape == (80, 20)
    np.testing.assert_allclose(
        np.linalg.norm(found[0] - found[1]), np.linalg.norm(vectors[0] - vectors[1]), rtol=1e-4
    )
