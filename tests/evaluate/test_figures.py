from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldguide.evaluate.figures import svg
from fieldguide.evaluate.figures.comparison import Bar, comparison
from fieldguide.evaluate.figures.curve import learning_curve
from fieldguide.evaluate.figures.heatmap import heatmap
from fieldguide.evaluate.figures.interval import interval
from fieldguide.evaluate.figures.reliability import reliability
from fieldguide.evaluate.record import CurvePoint, Figure, ReliabilityBin

HOSTILE = "<b onload='x'>\"&"

share = st.floats(0.0, 1.0)


def figure(value: float | None, low: float | None = None, high: float | None = None) -> Figure:
    return {"value": value, "low": low, "high": high}


def check(drawing: str) -> ET.Element:
    """Parse a drawing and check that all of it lies inside its view box."""
    root = ET.fromstring(drawing)  # noqa: S314
    assert root.get("role") == "img"
    assert root.get("aria-label")
    box = root.get("viewBox")
    if box:
        width, height = (float(number) for number in box.split()[2:])
    else:
        width, height = 100.0, float(root.get("height") or 0)
    for element in root.iter():
        across, down = _places(element)
        assert all(-0.01 <= x <= width + 0.01 for x in across), ET.tostring(element)
        assert all(-0.01 <= y <= height + 0.01 for y in down), ET.tostring(element)
    return root


def _places(element: ET.Element) -> tuple[list[float], list[float]]:
    def number(name: str) -> float:
        return float((element.get(name) or "0").rstrip("%"))

    across = [number(name) for name in ("x", "x1", "x2", "cx") if element.get(name)]
    down = [number(name) for name in ("y", "y1", "y2", "cy") if element.get(name)]
    if element.tag == "rect":
        across.append(number("x") + number("width"))
        down.append(number("y") + number("height"))
    for pair in (element.get("points") or "").split():
        x, y = pair.split(",")
        across.append(float(x))
        down.append(float(y))
    return across, down


def words(root: ET.Element) -> list[str]:
    return [element.text or "" for element in root.iter("text")]


def test_elements_escape_text_and_attributes() -> None:
    made = svg.element("text", HOSTILE, title=HOSTILE, x=1.0, stroke_width=0.126)
    root = ET.fromstring(made)  # noqa: S314
    assert root.text == HOSTILE
    assert root.attrib == {"title": HOSTILE, "x": "1", "stroke-width": "0.13"}


@pytest.mark.parametrize(
    ("value", "written"), [(10.0, "10"), (-0.0, "0"), (0.125, "0.12"), (1e6, "1000000"), (0, "0")]
)
def test_places_are_short_and_stable(value: float, written: str) -> None:
    assert svg.place(value) == written


def test_a_scale_holds_values_at_its_ends() -> None:
    scale = svg.linear((0.0, 2.0), (10.0, 0.0))
    assert [scale(value) for value in (-1, 0, 1, 2, 3)] == [10, 10, 5, 0, 0]
    assert svg.linear((1.0, 1.0), (0.0, 10.0))(1.0) == 5


def test_nothing_to_draw_is_an_empty_drawing() -> None:
    assert comparison([]) == ""
    assert interval(figure(None)) == ""
    assert interval(figure(float("nan"))) == ""
    assert heatmap([], []) == ""
    assert learning_curve([]) == ""
    assert reliability([]) == ""
    empty: ReliabilityBin = {
        "low": 0.0,
        "high": 1.0,
        "count": 0,
        "confidence": None,
        "accuracy": None,
    }
    assert reliability([empty]) == ""


def test_comparison_says_names_and_numbers() -> None:
    bars = [
        Bar("This model", figure(0.907, 0.882, 0.929), main=True),
        Bar(HOSTILE + "x" * 300, figure(0.5)),
        Bar("undefined", figure(None)),
    ]
    root = check(comparison(bars))
    assert "90.7 % (88.2-92.9)" in words(root)
    assert "50.0 %" in words(root)
    assert "–" in words(root)
    assert all(len(word) <= 40 for word in words(root))
    assert len(root.findall("rect")) == 2
    assert "90.7 % (88.2-92.9)" in (root.get("aria-label") or "")


@given(share, share, share)
def test_comparison_and_interval_stay_inside(a: float, b: float, c: float) -> None:
    low, value, high = sorted((a, b, c))
    check(comparison([Bar("model", figure(value, low, high))]))
    check(interval(figure(value, low, high)))


def test_interval_says_its_numbers() -> None:
    root = check(interval(figure(0.5, 0.25, 0.75)))
    assert root.get("aria-label") == "0.500 (0.250-0.750)"
    assert root.findall("line[@class='range']")
    assert not check(interval(figure(0.5))).findall("line[@class='range']")


@pytest.mark.parametrize("size", [1, 2, 60, 120])
def test_heatmap_draws_only_cells_with_pictures(size: int) -> None:
    confusion = [[0] * size for _ in range(size)]
    for index in range(size):
        confusion[index][index] = 3
        confusion[index][(index + 1) % size] += 1
    confusion[0] = [0] * size
    root = check(heatmap([f"{HOSTILE} {index}" for index in range(size)], confusion))
    cells = [cell for cell in root.findall("rect") if "heat" in (cell.get("class") or "")]
    assert len(cells) == sum(number > 0 for row in confusion for number in row)
    assert all(0 < float(cell.get("fill-opacity") or 0) <= 1 for cell in cells)
    assert bool(words(root)) is (size <= 100)
    right, all_ = sum(row[i] for i, row in enumerate(confusion)), sum(map(sum, confusion))
    assert f"{right} of {all_} picture" in (root.get("aria-label") or "")


def test_heatmap_names_each_confusion() -> None:
    root = check(heatmap(["oak", "elm"], [[3, 1], [0, 2]]))
    titles = [title.text for title in root.iter("title")]
    assert titles == ["oak: 3 of 4 right", "oak: 1 of 4 predicted elm", "elm: 2 of 2 right"]


@pytest.mark.parametrize("size", [1, 10, 15, 25])
def test_reliability_counts_its_bins(size: int) -> None:
    bins: list[ReliabilityBin] = [
        {
            "low": index / size,
            "high": (index + 1) / size,
            "count": index * 700,
            "confidence": (index + 0.5) / size if index else None,
            "accuracy": index / size if index else None,
        }
        for index in range(size)
    ]
    if size == 1:
        bins[0].update(count=5, confidence=1.0, accuracy=1.0)
    root = check(reliability(bins))
    filled = sum(bin_["count"] > 0 for bin_ in bins)
    assert len(root.findall("circle")) == filled
    counts = [e.text for e in root.iter("text") if "count" in (e.get("class") or "")]
    assert len(counts) == (filled if size <= 20 else 0)
    if size == 10:
        assert counts[-1] == "6,300"
    if size == 15:
        assert counts[-1] == "9.8k"


points = st.lists(
    st.tuples(st.integers(0, 10**6), st.tuples(share, share, share).map(sorted)),
    min_size=1,
    max_size=8,
)


@given(points)
def test_curve_stays_inside(drawn: list[tuple[int, list[float]]]) -> None:
    curve: list[CurvePoint] = [
        {"pictures": pictures, "low": low, "accuracy": accuracy, "high": high}
        for pictures, (low, accuracy, high) in sorted(drawn)
    ]
    root = check(learning_curve(curve))
    assert len(root.findall("circle")) == len(curve)


def test_curve_says_its_numbers_and_keeps_labels_apart() -> None:
    curve: list[CurvePoint] = [
        {"pictures": pictures, "low": 0.8, "accuracy": 0.85, "high": 0.9}
        for pictures in (100, 1000, 1001)
    ]
    root = check(learning_curve(curve))
    assert "1,001" in words(root)
    assert "1,000" not in words(root)
    assert "1,000 pictures: 85.0 % (80.0-90.0)" in (root.get("aria-label") or "")
    ticks = [float(word) for word in words(root) if re.fullmatch(r"\d+", word) and word != "100"]
    assert all(before > after or after > before for before, after in itertools.pairwise(ticks))
    assert min(ticks) <= 80
    assert max(ticks) >= 90
