"""A record of an evaluation, with any number of classes and any names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from fieldguide.evaluate.record import EvaluationRecord, Figure, Reading

MakeRecord = Callable[..., EvaluationRecord]

_LETTERS = ("beech", "oak", "maple")
_SUPPORT = 10


@pytest.fixture
def make_record() -> MakeRecord:
    """Give a complete record; keyword arguments replace its top-level entries."""

    def make(names: Sequence[str] = _LETTERS, **changes: Any) -> EvaluationRecord:
        record = _record(names)
        record.update(changes)  # type: ignore[typeddict-item]
        return record

    return make


def _figure(value: float, half: float = 0.02) -> Figure:
    return {"value": value, "low": value - half, "high": value + half}


def _reading(names: Sequence[str], pictures: int) -> Reading:
    size = len(names)
    each = pictures // size
    confusion = [[0] * size for _ in names]
    for index in range(size):
        confusion[index][index] = each - 1
        confusion[index][(index + 1) % size] += 1
    return {
        "part": "test",
        "pictures": pictures,
        "groups": pictures,
        "metrics": {
            "accuracy": {"value": 0.907, "low": 0.882, "high": 0.929},
            "macro_f1": _figure(0.875),
            "lift_at_10": {"value": None, "low": None, "high": None},
        },
        "per_class": [
            {
                "name": name,
                "support": each,
                "predicted": each,
                "precision": _figure(0.9 - index / 1000),
                "recall": _figure(0.9),
                "f1": _figure(0.95 - index / 1000),
            }
            for index, name in enumerate(names)
        ],
        "confusion": confusion,
        "reliability": [
            {"low": 0.0, "high": 0.5, "count": 0, "confidence": None, "accuracy": None},
            {"low": 0.5, "high": 1.0, "count": 37, "confidence": 0.93, "accuracy": 0.91},
        ],
    }


def _record(names: Sequence[str]) -> EvaluationRecord:
    return {
        "schema": 1,
        "run": "7",
        "created": "2025-03-04T10:12:13+00:00",
        "fieldguide": "0.1.0",
        "verdict": ["The model names the right class for most pictures."],
        "next_steps": ["Look at the mistakes."],
        "data": {
            "dataset": "leaves",
            "version": 3,
            "content_hash": "c0" * 32,
            "source": "leaves/",
            "pictures": 1400,
            "distinct": 1399,
            "unlabelled": 2,
            "excluded": {"under two labels": 2},
            "outcomes": {"added": 1400, "broken": 4},
            "classes": [
                {"name": name, "train": 80, "val": 0, "test": 20, "examples": [f"{index:064x}"] * 2}
                for index, name in enumerate(names)
            ],
            "groups": 320,
            "columns": ["site"],
            "width": [150, 600, 4000],
            "height": [150, 150, 150],
        },
        "split": {
            "origin": "given",
            "seed": 0,
            "parts": {"train": 1100, "val": 0, "test": 300},
            "leaks": [
                {
                    "kind": "group",
                    "parts": ["test", "train"],
                    "pictures": 312,
                    "test_pictures": 80,
                    "groups": 54,
                    "examples": [
                        {
                            "a": "train/a.jpg",
                            "a_part": "train",
                            "a_label": names[0],
                            "a_sha256": "a" * 64,
                            "b": "test/b.jpg",
                            "b_part": "test",
                            "b_label": None,
                            "b_sha256": "b" * 64,
                            "group": "tree-9",
                        }
                    ],
                }
            ],
            "near_duplicate_pairs": 41,
            "duplicate_copies": 1,
            "notes": ["A note on the split."],
        },
        "recipe": {
            "backbone": "tiny-net",
            "backbone_title": "Tiny Net",
            "backbone_licence": "Apache-2.0",
            "head": "linear",
            "head_title": "Logistic regression",
            "settings": {"C": 0.1, "balance": None},
            "candidates": [
                {"settings": {"C": 0.1}, "log_loss": 0.31, "accuracy": 0.9, "chosen": True},
                {"settings": {"C": 1.0}, "log_loss": 0.35, "accuracy": 0.89, "chosen": False},
            ],
            "folds": 5,
            "calibration": "temperature scaling",
            "temperature": 1.087,
            "seed": 11,
        },
        "test": _reading(names, _SUPPORT * len(names)),
        "as_given": None,
        "test_readings": 1,
        "test_models": 1,
        "baselines": [
            {
                "name": "colour histograms",
                "accuracy": _figure(0.514),
                "macro_f1": _figure(0.5),
                "beaten": True,
            }
        ],
        "learning_curve": [
            {"pictures": 200, "accuracy": 0.8, "low": 0.77, "high": 0.83},
            {"pictures": 1100, "accuracy": 0.82, "low": 0.8, "high": 0.84},
        ],
        "mistakes": [
            {
                "name": "test/m.jpg",
                "sha256": "d" * 64,
                "label": names[0],
                "predicted": names[-1],
                "confidence": 0.991,
            }
        ],
        "cost": {
            "seconds": 75.0,
            "cpu_seconds": 140.0,
            "steps": [{"name": "embed", "seconds": 60.0, "cpu_seconds": 120.0}],
            "pictures_embedded": 1399,
            "pictures_from_cache": 0,
            "bundle_bytes": 18_234_567,
            "milliseconds_per_picture": 14.2,
        },
        "environment": {"python": "3.11.9"},
        "hashes": {"recipe": "ef" * 32},
        "bundle": "runs/7/model.onnx",
    }
