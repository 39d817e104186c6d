"""Labelled pictures of every kind, drawn by hypothesis, and one small set written by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st

from fieldguide.formats.labels.available import open_labels
from fieldguide.formats.labels.record import (
    ChoiceRecord,
    LabelFile,
    LabelledPicture,
    LabelRecord,
    Manifest,
    QuestionRecord,
    VoteRecord,
)
from fieldguide.formats.names import clean

NASTY = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''", "\n=1", "007", "1e5", "1.50"),
    *('a"b', "a,b", "a;b", "a|b", "a\\", "a\\|b", "two\nlines", "two\r\nlines", " spaces ", "NaN"),
    *("größe", "写真", "🍃", "é", "null", "true", "{}", "[]", "#x", "train", "con", "..", "a/b"),
)
WORDS = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
    .map(clean)
    .filter(bool),
)
TIMES = st.integers(0, 4 * 10**15).map(
    lambda n: datetime.fromtimestamp(n // 10**6, UTC).replace(microsecond=n % 10**6)
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def questions(draw: st.DrawFn) -> tuple[QuestionRecord, ...]:
    names = draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))
    found = []
    for name in names:
        kind = draw(st.sampled_from(["single", "many", "number"]))
        classes = draw(st.lists(WORDS, min_size=1, max_size=5, unique=True))
        other = st.none() | st.sampled_from(classes)
        choices = tuple(
            ChoiceRecord(
                label,
                key=draw(st.none() | st.sampled_from("123abc")),
                colour=draw(st.none() | st.just("#00ff7f")),
                description=draw(st.just("") | WORDS),
                parent=draw(other),
                archived=draw(st.booleans()),
                merged_into=draw(other),
                split=draw(st.booleans()),
            )
            for label in classes
        )
        guidelines = draw(st.just("") | WORDS)
        values = st.none() | st.booleans() | st.integers(-9, 9) | NUMBERS | WORDS
        settings = draw(st.dictionaries(WORDS, values, max_size=2))
        asked = () if kind == "number" else choices
        found.append(QuestionRecord(name, kind, guidelines, asked, settings))
    return tuple(found)


@st.composite
def answers(
    draw: st.DrawFn, question: QuestionRecord, *, settled: bool
) -> tuple[tuple[str, ...], float | None]:
    if question.kind == "number":
        return (), draw(NUMBERS if settled else st.none() | NUMBERS)
    names = [choice.name for choice in question.choices]
    most = 1 if question.kind == "single" else len(names)
    least = 1 if settled and question.kind == "single" else 0
    chosen = draw(st.lists(st.sampled_from(names), min_size=least, max_size=most, unique=True))
    return tuple(chosen), None


@st.composite
def votes(draw: st.DrawFn, asked: tuple[QuestionRecord, ...]) -> VoteRecord:
    question = draw(st.sampled_from(asked))
    verdict = draw(
        st.sampled_from(["answer", "answer", "unsure", "cannot_tell", "skip", "withdrawn"])
    )
    chosen, number = ((), None) if verdict != "answer" else draw(answers(question, settled=True))
    return VoteRecord(
        question=question.name,
        annotator=draw(WORDS),
        kind=draw(st.sampled_from(["person", "import", "model"])),
        verdict=verdict,
        choices=chosen,
        number=number,
        decides=draw(st.booleans()),
        at=draw(TIMES),
        milliseconds=draw(st.none() | st.integers(0, 10**9)),
        key=draw(WORDS),
    )


@st.composite
def pictures(draw: st.DrawFn, asked: tuple[QuestionRecord, ...], name: str) -> LabelledPicture:
    labelled = draw(st.lists(st.sampled_from(asked), max_size=len(asked), unique=True))
    labels = {}
    for question in labelled:
        chosen, number = draw(answers(question, settled=False))
        certainty = draw(st.none() | st.floats(0, 1))
        labels[question.name] = LabelRecord(chosen, number, certainty, draw(st.integers(0, 99)))
    values = st.none() | WORDS | st.just("") | NUMBERS
    return LabelledPicture(
        name=name,
        sha256=draw(st.none() | st.text("0123456789abcdef", min_size=64, max_size=64)),
        width=draw(st.none() | st.integers(1, 10**6)),
        height=draw(st.none() | st.integers(1, 10**6)),
        group=draw(st.none() | WORDS),
        part=draw(st.sampled_from([None, "train", "val", "test"])),
        columns=draw(st.dictionaries(WORDS, values, max_size=3)),
        labels=labels,
        votes=tuple(draw(st.lists(votes(asked), max_size=4))),
    )


def _is_name(text: str) -> bool:
    parts = text.replace("\\", "/").split("/")
    return not text.startswith("/") and ".." not in parts and any(p not in {"", "."} for p in parts)


@st.composite
def states(draw: st.DrawFn) -> tuple[Manifest, list[LabelledPicture]]:
    """Draw a manifest and its pictures."""
    asked = draw(questions())
    manifest = Manifest(
        dataset=draw(WORDS),
        filter=draw(st.dictionaries(WORDS, WORDS, max_size=2)),
        named=draw(st.booleans()),
        exported_at=draw(TIMES),
        fieldguide="0.2.0",
        questions=asked,
        dataset_identity=draw(st.none() | st.just("0123abcd" * 4)),
    )
    names = draw(st.lists(WORDS.filter(_is_name), max_size=4, unique=True))
    return manifest, [draw(pictures(asked, name)) for name in names]


TREE = QuestionRecord(
    "tree",
    "single",
    "Look at the bark.",
    (
        ChoiceRecord("oak", key="1", colour="#aa5500", description="Lobed leaves"),
        ChoiceRecord("wych elm", merged_into="elm"),
        ChoiceRecord("elm", archived=True, parent="oak"),
        ChoiceRecord("=1+1"),
    ),
)
MARKS = QuestionRecord("marks", "many", choices=(ChoiceRecord("rust"), ChoiceRecord("hole|big")))
AGE = QuestionRecord("age", "number")
NOON = datetime(2025, 6, 30, 12, tzinfo=timezone(timedelta(hours=2)))


def make_vote(question: str, annotator: str, *chosen: str, **given: Any) -> VoteRecord:
    fields: dict[str, Any] = {
        "question": question,
        "annotator": annotator,
        "kind": "person",
        "verdict": "answer",
        "choices": chosen,
        "number": None,
        "decides": False,
        "at": NOON,
        "milliseconds": 1500,
        "key": f"{question}-{annotator}-{'-'.join(chosen)}",
    }
    return VoteRecord(**{**fields, **given})


def make_pictures() -> list[LabelledPicture]:
    return [
        LabelledPicture(
            "a/1.jpg",
            "0" * 64,
            640,
            480,
            "leaf 1",
            "train",
            {"site": "007", "wind": 2.5},
            {"tree": LabelRecord(("oak",), None, 0.9, 2), "age": LabelRecord((), 12.5, None, 1)},
            (
                make_vote("tree", "anna", "wych elm"),
                make_vote("tree", "bo", verdict="unsure"),
                make_vote("tree", "anna", "oak", at=NOON + timedelta(minutes=1)),
                make_vote("age", "anna", number=12.5),
                make_vote("tree", "lite0", "elm", kind="model", milliseconds=None),
            ),
        ),
        LabelledPicture(
            "b/1.jpg",
            "1" * 64,
            part="test",
            labels={
                "tree": LabelRecord(("wych elm",), None, 1.0, 1),
                "marks": LabelRecord(("rust", "hole|big"), None, 0.5, 1),
            },
            votes=(
                make_vote("tree", "bo", "wych elm", decides=True),
                make_vote("marks", "bo", "rust", "hole|big"),
            ),
        ),
        LabelledPicture(
            "c,d/größe.png",
            "2" * 64,
            labels={"tree": LabelRecord(("=1+1",), None, 1.0, 1)},
            votes=(make_vote("tree", "anna", "=1+1"),),
        ),
        LabelledPicture(
            "skipped.jpg",
            labels={"tree": LabelRecord((), None, None, 0)},
            votes=(make_vote("tree", "anna", verdict="skip"),),
        ),
        LabelledPicture("nothing.jpg"),
    ]


@pytest.fixture(scope="session")
def drawn() -> st.SearchStrategy[tuple[Manifest, list[LabelledPicture]]]:
    """Give what draws a manifest and its pictures."""
    return states()


@pytest.fixture
def manifest() -> Manifest:
    """Give the manifest of the small set."""
    return Manifest("trees", {"label": "oak or elm"}, True, NOON, "0.2.0", (TREE, MARKS, AGE))


@pytest.fixture
def small() -> list[LabelledPicture]:
    """Give the small set."""
    return make_pictures()


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file below the test's folder."""

    def put(name: str, data: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return put


@pytest.fixture
def labelled() -> Callable[[Path], SimpleNamespace]:
    """Open a file of labels, and give its pictures by name beside it."""

    def labelled(path: Path, **options: Any) -> SimpleNamespace:
        found: LabelFile = open_labels(path, **options)
        listed = list(found.pictures())
        assert list(found.pictures()) == listed
        by_name = {picture.name: picture for picture in listed}
        assert len(by_name) == len(listed)
        assert all(note.endswith(".") for note in found.notes)
        return SimpleNamespace(file=found, pictures=by_name)

    return labelled
