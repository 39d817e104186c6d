from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.curate.checks import plain
from tests.curate.checks.pools import make_pool, run

from fieldguide.curate.checks.shortcuts import CHECK
from fieldguide.pictures.measures import MEASURES

CLASSES = ("ash", "elm", "oak", "yew")


def told(rows: list[dict[str, Any]], figures: np.ndarray | None = None) -> list[tuple[str, str]]:
    """Return the severity and the first words of each case."""
    others = {} if figures is None else {"measures": lambda: figures}
    return [
        (finding.severity, case.why.partition(" alone")[0])
        for finding in run(CHECK, make_pool(rows, **others))
        for case in finding.cases
    ]


def mostly(rows: list[dict[str, Any]], rng: np.random.Generator, values: list[Any]) -> list[Any]:
    """Give each class its own value, in four of five pictures."""
    return [
        values[CLASSES.index(row["label"])] if rng.random() < 0.8 else values[rng.integers(4)]
        for row in rows
    ]


def test_the_camera_alone_tells_the_class() -> None:
    rows = plain.rows(400, CLASSES)
    cameras = mostly(rows, np.random.default_rng(0), ["Canon", "Nikon", "Sony", "Leica"])
    for row, camera in zip(rows, cameras, strict=True):
        row["columns"] = {"camera": camera}
    (finding,) = run(CHECK, make_pool(rows))
    (case,) = finding.cases
    assert finding.severity == "warning"
    assert case.why.startswith("The camera alone tells the class in 0.8")
    assert "by chance 0.25" in case.why
    assert finding.figures["camera"] == pytest.approx(0.85, abs=0.05)
    assert case.suspects


def test_size_format_place_time_and_source_tell_the_class() -> None:
    rows = plain.rows(400, CLASSES)
    rng = np.random.default_rng(1)
    for row, which in zip(rows, mostly(rows, rng, [0, 1, 2, 3]), strict=True):
        row.update(width=640 + 100 * which, format=("JPEG", "PNG", "WEBP", "TIFF")[which])
        row["source"] = f"/home/{which}"
        row["columns"] = {
            "Site": "ABCD"[which],
            "latitude": 10.0 * which + rng.random(),
            "longitude": rng.random(),
            "taken_at": f"2023-0{1 + 2 * which}-{1 + rng.integers(28):02d}T10:00:00",
        }
    assert {name for _, name in told(rows)} == {
        "The size",
        "The file format",
        "The source",
        "The Site",
        "The coordinates",
        "The time",
    }


@pytest.mark.parametrize(
    ("measure", "name"),
    [
        ("frame_red", "The background"),
        ("centre_blue", "The colour"),
        ("brightness", "The light"),
        ("sharpness", "The sharpness"),
    ],
)
def test_what_is_seen_is_a_hint(measure: str, name: str) -> None:
    rows = plain.rows(400, CLASSES)
    figures = plain.measures(400)
    levels = mostly(rows, np.random.default_rng(2), [0.3, 0.45, 0.6, 0.75])
    figures[:, MEASURES.index(measure)] = levels
    assert told(rows, figures) == [("hint", name)]


def test_the_hand_of_a_group_is_not_tested_on_itself() -> None:
    rows = plain.rows(400, CLASSES)
    rng = np.random.default_rng(3)
    # 20 trees of each class with a site of their own: it says nothing of other trees.
    for number, row in enumerate(rows):
        row["group"] = f"{row['label']} {number // 4 % 20}"
    spots = {row["group"]: rng.uniform(0, 90, 2) for row in rows}
    for row in rows:
        latitude, longitude = spots[row["group"]]
        row["columns"] = {"latitude": float(latitude), "longitude": float(longitude)}
    assert told(rows) == []
    for row in rows:
        row["group"] = None
    assert [name for _, name in told(rows)] == ["The coordinates"]


@pytest.mark.parametrize("n", [0, 1, 20, 60, 600])
@pytest.mark.parametrize("seed", [0, 1])
def test_circumstances_that_tell_nothing_are_quiet(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = plain.rows(n, CLASSES)
    for row in rows:
        row.update(width=int(rng.integers(400, 800)), source=f"/home/{rng.integers(3)}")
        row["columns"] = {"camera": f"C{rng.integers(4)}", "site": f"S{rng.integers(9)}"}
    assert told(rows, plain.measures(n, seed)) == []


def test_without_labels_nothing_is_said() -> None:
    rows = [{"width": 10 * k + 1, "height": 9} for k in range(100)]
    assert told(rows, plain.measures(100)) == []
