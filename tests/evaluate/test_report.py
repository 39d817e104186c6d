from __future__ import annotations

import copy
import io
import itertools
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from PIL import Image

from fieldguide.evaluate.record import EvaluationRecord
from fieldguide.evaluate.report import SECTIONS, render

MakeRecord = Callable[..., EvaluationRecord]

SCRIPT = "<script>alert(1)</script>"
HOSTILE = [
    SCRIPT,
    "line\nbreak",
    "\u202egpj.exe",
    "\udcff\x00\"'&",
    "x" * 300,
    "עברית" * 40,
    "{{ 7 * 7 }}",
    "",
]

_VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """Reads a page, checks that its elements nest, and keeps what the tests ask for."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len({name for name, _ in attrs}), (tag, attrs)
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def words(self) -> str:
        return " ".join(self.text.split())


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (90, 140, 60)).save(buffer, "JPEG")
    return buffer.getvalue()


def read(record: EvaluationRecord, thumbnail: Callable[[str], bytes | None]) -> Page:
    return Page(render(record, thumbnail))


def gone(_: str) -> None:
    return None


def test_every_section_is_there_in_order(make_record: MakeRecord, jpeg: bytes) -> None:
    page = read(make_record(), lambda _: jpeg)
    ids = [attributes["id"] for attributes in page.all("h2")]
    assert ids == [anchor for anchor, _ in SECTIONS]
    links = [attributes["href"] for attributes in page.all("a")]
    assert {f"#{anchor}" for anchor, _ in SECTIONS} <= set(links)
    for said in (
        "leaves",
        "2025-03-04 10:12 UTC",
        "The model names the right class for most pictures.",
        "Look at the mistakes.",
        "90.7 % (88.2-92.9)",
        "0.875 (0.855-0.895)",
        "colour histograms",
        "under two labels",
        "150 to 4,000, median 600",
        "within the noise",
        "54 groups have pictures both in train and in test: 312 pictures in all",
        "temperature scaling",
        "1 min 15 s",
        'fg.load("runs/7/model.onnx")',
        "fieldguide predict runs/7/model.onnx photo.jpg",
        "onnxruntime.InferenceSession",
    ):
        assert said in page.words(), said


def test_the_page_asks_for_nothing_outside_itself(make_record: MakeRecord, jpeg: bytes) -> None:
    html = render(make_record(), lambda _: jpeg)
    page = Page(html)
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert any(attributes.get("content") == policy for attributes in page.all("meta"))
    assert not {"script", "link", "iframe", "object", "base", "form"} & {t for t, _ in page.tags}
    for _, attributes in page.tags:
        for name in ("src", "href", "xlink:href", "action"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:image/jpeg;base64,"))
        assert not any(name.startswith("on") for name in attributes)
    assert "url(" not in html
    assert "@import" not in html
    assert "http://" not in html
    assert "https://" not in html


def test_headings_go_down_one_step_at_a_time(make_record: MakeRecord) -> None:
    page = read(make_record(), gone)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_tables_and_figures_can_be_read_without_seeing(
    make_record: MakeRecord, jpeg: bytes
) -> None:
    page = read(make_record(), lambda _: jpeg)
    assert all(attributes.get("scope") in {"row", "col"} for attributes in page.all("th"))
    assert all(attributes.get("role") == "img" for attributes in page.all("svg"))
    assert all(attributes.get("aria-label") for attributes in page.all("svg"))
    assert all(attributes.get("alt") for attributes in page.all("img"))


def test_hostile_text_stays_text(make_record: MakeRecord) -> None:
    record = _replace_text(make_record(HOSTILE), SCRIPT)
    html = render(record, gone)
    page = Page(html)
    assert "<script" not in html.lower()
    assert "alert(1)" in page.text
    assert not page.all("script")
    html.encode("utf-8")


def test_hostile_names_stay_short_and_plain(make_record: MakeRecord) -> None:
    html = render(make_record(HOSTILE), gone)
    page = Page(html)
    assert "\u202e" not in html
    assert "\x00" not in html
    assert "line break" in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert "(no name)" in page.text
    assert "x" * 80 not in page.text
    html.encode("utf-8")


def test_a_hostile_bundle_path_stays_one_argument(make_record: MakeRecord) -> None:
    page = read(make_record(bundle='a "b"; $(rm).onnx'), gone)
    assert 'fg.load("a \\"b\\"; $(rm).onnx")' in page.text
    assert "fieldguide predict 'a \"b\"; $(rm).onnx' photo.jpg" in page.text


def test_undefined_figures_are_dashes(make_record: MakeRecord) -> None:
    record = make_record()
    nan = float("nan")
    record["test"]["metrics"] = {
        "accuracy": {"value": None, "low": None, "high": None},
        "log_loss": {"value": nan, "low": nan, "high": nan},
    }
    for row in record["test"]["per_class"]:
        row["f1"] = row["recall"] = row["precision"] = {"value": None, "low": None, "high": None}
    record["learning_curve"][0]["low"] = nan
    record["cost"]["milliseconds_per_picture"] = None
    page = read(record, gone)
    assert not re.search(r"\b(nan|inf|None)\b", page.text)
    assert "–" in page.text
    assert "no interval could be computed" in page.words()
    assert "one point only" in page.words()


def test_empty_parts_read_well(make_record: MakeRecord) -> None:
    record = make_record(
        verdict=[],
        next_steps=[],
        baselines=[],
        learning_curve=[],
        mistakes=[],
        environment={},
        hashes={},
    )
    record["data"].update(outcomes={}, excluded={}, columns=[], width=[], height=[], groups=None)
    for class_ in record["data"]["classes"]:
        class_["examples"] = []
    record["split"].update(leaks=[], notes=[], parts={})
    record["recipe"].update(settings={}, candidates=[])
    record["cost"]["steps"] = []
    words = read(record, gone).words()
    for said in (
        "No verdict was recorded.",
        "No next step was recorded.",
        "No baseline was measured",
        "No import outcomes were recorded.",
        "No picture was left out.",
        "The source names no groups",
        "No example pictures were kept.",
        "None of them was kept to be shown.",
        "No learning curve was measured",
        "None found. What was looked for: pictures with the same bytes",
        "No candidates were compared",
        "No environment was recorded.",
    ):
        assert said in words, said


def test_nothing_measured_at_all(make_record: MakeRecord) -> None:
    record = make_record()
    record["test"].update(
        pictures=0, groups=0, metrics={}, per_class=[], confusion=[], reliability=[]
    )
    record["data"]["classes"] = []
    words = read(record, gone).words()
    assert "there is no confusion matrix" in words
    assert "No classes were measured." in words
    assert "No metrics were recorded." in words


@pytest.mark.parametrize(("size", "numbered"), [(2, True), (20, True), (21, False), (60, False)])
def test_confusion_shows_numbers_or_heat(
    make_record: MakeRecord, size: int, numbered: bool
) -> None:
    page = read(make_record([f"species {index}" for index in range(size)]), gone)
    classes = [attributes.get("class") or "" for _, attributes in page.tags]
    assert any(class_.split()[:1] == ["matrix"] for class_ in classes) is numbered
    assert ("figure heatmap" in classes) is not numbered
    assert ("Most confused pairs" in page.text) is (size > 2)


def test_leaks_left_in_stand_beside(make_record: MakeRecord) -> None:
    record = make_record()
    given = copy.deepcopy(record["test"])
    given["metrics"]["accuracy"] = {"value": 0.951, "low": 0.93, "high": 0.97}
    given["pictures"] += 80
    record["as_given"] = given
    words = read(record, gone).words()
    assert "As given, leaks left in" in words
    assert "95.1 % (93.0-97.0)" in words
    assert "Left in, accuracy would read 95.1 %, 4.4 points more." in words


def test_the_validation_part_stands_beside_when_read(make_record: MakeRecord) -> None:
    record = make_record()
    record["val"] = copy.deepcopy(record["test"])
    assert "Validation part" in read(record, gone).text


def test_pictures_are_embedded_once_a_place_and_asked_for_once(
    make_record: MakeRecord, jpeg: bytes
) -> None:
    asked: list[str] = []

    def thumbnail(sha256: str) -> bytes:
        asked.append(sha256)
        return jpeg

    record = make_record()
    record["mistakes"] *= 2
    record["mistakes"][0]["sha256"] = record["data"]["classes"][0]["examples"][0]
    page = read(record, thumbnail)
    assert len(asked) == len(set(asked))
    # Three classes whose two examples are one picture, one mistake named twice, one pair.
    assert len(page.all("img")) == 3 + 1 + 2
    assert "same picture as shown before" in page.text


def test_pictures_that_are_gone_are_said_to_be_gone(make_record: MakeRecord) -> None:
    page = read(make_record(), gone)
    assert not page.all("img")
    assert page.text.count("picture no longer stored") == 3 + 1 + 2


def test_one_picture_under_two_names_is_shown_once(make_record: MakeRecord, jpeg: bytes) -> None:
    record = make_record()
    leak = record["split"]["leaks"][0]
    leak["kind"] = "conflict"
    leak["examples"][0].update(b_sha256=leak["examples"][0]["a_sha256"], b_part="", group=None)
    page = read(record, lambda _: jpeg)
    assert len(page.all("img")) == 3 + 1 + 1
    assert "one picture under two names" in page.text
    assert "in no part" in page.text


def test_the_lowest_class_comes_first_and_is_marked(make_record: MakeRecord) -> None:
    words = read(make_record(), gone).words()
    table = words[words.index("The worst class comes first.") :]
    assert table.index("maple lowest") < table.index("oak") < table.index("beech")
    assert table.count(" lowest ") == 1


def test_same_input_gives_same_bytes_and_stays_as_it_is(
    make_record: MakeRecord, jpeg: bytes
) -> None:
    record = make_record(HOSTILE)
    before = copy.deepcopy(record)
    assert render(record, lambda _: jpeg) == render(record, lambda _: jpeg)
    assert record == before


def _replace_text(value: Any, text: str) -> Any:
    """Replace every free text in a record; enumerations keep their words."""
    if isinstance(value, dict):
        return {
            key: inner if key in {"kind", "origin", "part"} else _replace_text(inner, text)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_replace_text(inner, text) for inner in value]
    return text if isinstance(value, str) else value
