from __future__ import annotations

import dataclasses
import json
import subprocess
import sys

import pytest

from fieldguide.train.recipe import Recipe


def test_a_recipe_survives_json() -> None:
    recipe = Recipe(backbone="efficientnet-lite2", head="svm", seed=5)
    assert Recipe(**json.loads(json.dumps(recipe.to_dict()))) == recipe


def test_equal_recipes_have_equal_fingerprints() -> None:
    assert Recipe(head="svm").fingerprint == Recipe(head="svm", seed=0).fingerprint
    assert len(Recipe().fingerprint) == 64
    assert set(Recipe().fingerprint) <= set("0123456789abcdef")


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    code = "from fieldguide.train.recipe import Recipe; print(Recipe(head='mlp').fingerprint)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert found.strip() == Recipe(head="mlp").fingerprint


def test_every_choice_changes_the_fingerprint() -> None:
    others: dict[str, str | int] = {"backbone": "other", "head": "tree", "seed": 1}
    assert set(others) == {field.name for field in dataclasses.fields(Recipe)}
    fingerprints = {Recipe(**{name: value}).fingerprint for name, value in others.items()}  # type: ignore[arg-type]
    assert len(fingerprints | {Recipe().fingerprint}) == len(others) + 1


def test_a_recipe_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Recipe().head = "svm"  # type: ignore[misc]
