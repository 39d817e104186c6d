from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.curate.checks import plain
from tests.curate.checks.pools import make_pool, run

from fieldguide.curate.checks.coverage import CHECK


def rows(n: int, seed: int = 0, **columns: list[Any]) -> list[dict[str, Any]]:
    """Return n pictures of three classes; columns are drawn from their lists."""
    rng = np.random.default_rng(seed)
    found = plain.rows(n, ("ash", "elm", "oak"))
    for row in found:
        row["columns"] = {
            name: values[rng.integers(len(values))] for name, values in columns.items()
        }
    return found


def test_a_class_that_exists_at_one_site_only() -> None:
    pictures = rows(120, site=["A", "B", "C"], weather=["sun", "rain"])
    for row in pictures:
        if row["label"] == "elm":
            row["columns"]["site"] = "B"
    (finding,) = run(CHECK, make_pool(pictures))
    (case,) = finding.cases
    assert case.why.startswith("'site': 100% of 'elm' (40 independent pictures) have the value 'B'")
    assert case.certainty > 0.99
    assert all(pictures[s.member_id]["label"] == "elm" for s in case.suspects)


def test_a_site_with_one_class_only() -> None:
    pictures = rows(200, site=["A", "B", "C", "D"])
    for row in pictures:
        if row["columns"]["site"] == "D":
            row["label"] = "oak"
    (finding,) = run(CHECK, make_pool(pictures))
    assert "100% of those with the value 'D'" in finding.cases[0].why
    assert "are 'oak'" in finding.cases[0].why


def test_numbers_are_counted_in_ranges() -> None:
    rng = np.random.default_rng(3)
    pictures = rows(300)
    for row in pictures:
        low = row["label"] == "ash"
        row["columns"] = {"depth": float(rng.uniform(0, 10) if low else rng.uniform(10, 50))}
    (finding,) = run(CHECK, make_pool(pictures))
    assert "'depth'" in finding.cases[0].why


def test_a_column_that_is_the_class_is_called_so() -> None:
    pictures = rows(90)
    for row in pictures:
        row["columns"] = {"kind": row["label"].upper()}
    (finding,) = run(CHECK, make_pool(pictures))
    assert "says the class itself" in finding.cases[0].why


def test_groups_count_once() -> None:
    pictures = rows(120, site=["A", "B"])
    for number, row in enumerate(pictures):
        # Four trees of each class: that they stand at one site each is chance.
        row["group"] = f"{row['label']} {number % 12 // 3}"
        row["columns"]["site"] = "A" if row["label"] == "elm" or number % 2 else "B"
    for group in {row["group"] for row in pictures}:
        site = next(row["columns"]["site"] for row in pictures if row["group"] == group)
        for row in pictures:
            if row["group"] == group:
                row["columns"]["site"] = site
    assert run(CHECK, make_pool(pictures)) == []
    for row in pictures:
        row["group"] = None
    assert len(run(CHECK, make_pool(pictures))) == 1


@pytest.mark.parametrize("n", [0, 20, 1000])
@pytest.mark.parametrize("seed", range(5))
def test_columns_that_have_nothing_to_do_with_the_class(n: int, seed: int) -> None:
    pictures = rows(
        n,
        seed,
        site=["A", "B", "C"],
        camera=["X", None],
        year=[2020.0, 2021.0],
        depth=np.random.default_rng(seed).uniform(0, 1, 200).tolist(),
        note=[f"note {k}" for k in range(5000)],
        same=["yes"],
    )
    assert run(CHECK, make_pool(pictures)) == []
