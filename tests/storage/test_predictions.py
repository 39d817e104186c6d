from __future__ import annotations

from pathlib import Path

import numpy as np

from fieldguide.storage.predictions import PredictionCache, Predictions

MADE = Predictions(
    ids=np.array([3, 5]),
    choices=np.array([11, 12]),
    probabilities=np.array([0.5, 0.75], np.float32),
    labelled=np.array([True, False]),
)


def test_predictions_come_back_until_they_are_removed(tmp_path: Path) -> None:
    cache = PredictionCache(tmp_path / "maps")
    assert (cache.load(4), cache.stamp(4), cache.questions()) == (None, None, [])
    cache.save(4, MADE)
    cache.save(12, MADE)
    found = cache.load(4)
    assert found is not None
    assert found.choices.tolist() == [11, 12]
    assert found.labelled.tolist() == [True, False]
    assert cache.questions() == [4, 12]
    cache.remove(4)
    cache.remove(4)
    assert (cache.load(4), cache.questions()) == (None, [12])


def test_damaged_predictions_are_as_good_as_none(tmp_path: Path) -> None:
    cache = PredictionCache(tmp_path)
    cache.save(4, MADE)
    (tmp_path / "predictions-4.npz").write_bytes(b"PK")
    assert cache.load(4) is None
