"""Pages, counts and marks against sorting and filtering in Python."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldguide.config import read_config
from fieldguide.errors import InputError
from fieldguide.label import answering, setting_up
from fieldguide.label.answering import Submission
from fieldguide.records import comments, datasets, images, labels, members, pictures, questions
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember
from fieldguide.records.pictures import PictureFilter, PictureLabel
from fieldguide.workspace import Workspace

NAMES = (
    "a.jpg",
    "A.jpg",
    "a/b.jpg",
    "a/100%.jpg",
    "a/100x.jpg",
    "a_b.jpg",
    "axb.jpg",
    "größe.png",
    "GRÖSSE.png",
    "写真/1.jpg",
    "🍃.webp",
    "e\u0301.jpg",
    "é.jpg",
    "[a].jpg",
    "a\\b.jpg",
    "'; --.jpg",
    "gone.jpg",
)
AREAS = (1.0, 2.5, 20240115.0, 0.1 + 0.2, -3.0, 1e300)


@dataclass
class Field:
    """A dataset of odd names, with labels of all kinds, and what is true of each picture."""

    workspace: Workspace
    dataset_id: int
    single: int
    many: int
    facts: dict[int, dict[str, Any]]


@pytest.fixture(scope="module")
def meadow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    folder: Path = tmp_path_factory.mktemp("meadow")
    with Workspace(read_config({"FIELDGUIDE_WORKSPACE": str(folder / "ws")})) as workspace:
        yield workspace.records.write(lambda c: _sow(c, workspace))


def _sow(connection: sa.Connection, workspace: Workspace) -> Field:
    images.add(
        connection,
        [ImageRow(f"{n:064x}", 10, "JPEG", "RGB", n + 1, 3, n) for n in range(len(NAMES))],
    )
    dataset = datasets.ensure(connection, "meadow", "tests").id
    other = datasets.ensure(connection, "other", "tests").id
    facts: dict[int, dict[str, Any]] = {}
    new = []
    for n, name in enumerate(NAMES):
        fact = {
            "name": name,
            "group": (None, "g", "%")[n % 3],
            "part": (None, "train")[n % 2],
            "site": ("north", "South", "1")[n % 3],
            "area": AREAS[n % len(AREAS)],
        }
        new.append(
            NewMember(
                name,
                f"{n:064x}",
                group=fact["group"],
                part=fact["part"],
                columns={"site": fact["site"], "area": fact["area"]},
            )
        )
        facts[n] = fact
    ids = members.add(connection, dataset, new)
    members.add(connection, other, [NewMember("a.jpg", f"{0:064x}", columns={"site": "north"})])
    for kind in ("single", "many"):
        setting_up.add_question(
            connection,
            dataset_id=dataset,
            name=kind,
            kind=kind,  # type: ignore[arg-type]
            choices=("ibex", "yak", "zebu"),
            author="mia",
        )
    asked = {q.name: q for q in questions.of_dataset(connection, dataset)}
    for n, name in enumerate(NAMES):
        for kind, question in asked.items():
            choices = [choice.id for choice in question.choices]
            for place, who in enumerate(("ada", "ben", "cleo")[: n % 4]):
                chosen = (
                    (choices[(n + place) % 3],)
                    if kind == "single"
                    else tuple(choices[: (n + place) % 4])
                )
                verdict = ("answer", "answer", "unsure", "skip")[(n + place) % 4]
                answering.give(
                    connection,
                    question,
                    Submission(
                        ids[name],
                        verdict,  # type: ignore[arg-type]
                        chosen if verdict == "answer" else (),
                        None,
                        None,
                        f"{kind}-{n}-{who}",
                    ),
                    annotator=who,
                )
                said = facts[n].setdefault(f"{kind} said", {})
                if verdict != "skip":
                    said[who] = chosen if verdict == "answer" else ()
        if n % 4 == 1:
            comments.raise_flag(connection, ids[name], author="ada", client_key=f"flag-{n}")
        if n % 8 == 1:
            comments.clear_flag(connection, ids[name], author="ada")
        facts[n]["flagged"] = n % 4 == 1 and n % 8 != 1
        facts[n]["comment"] = "Looks ODD to me" if n % 5 == 2 else ""
        if facts[n]["comment"]:
            comments.add(
                connection, ids[name], author="ada", text=facts[n]["comment"], client_key=f"c-{n}"
            )
    members.set_aside(connection, dataset, ["gone.jpg"])
    del facts[NAMES.index("gone.jpg")]
    by_id = {ids[fact["name"]]: fact for fact in facts.values()}
    return Field(workspace, dataset, asked["single"].id, asked["many"].id, by_id)


def _label(meadow: Field, question_id: int) -> dict[int, PictureLabel]:
    with meadow.workspace.records.read() as connection:
        rows = pictures.by_ids(connection, list(meadow.facts), question_id)
    return {row.id: row.label for row in rows if row.label is not None}


def _has_word(fact: dict[str, Any], word: str) -> bool:
    texts = [fact["name"], fact["site"], fact["comment"]]
    in_number = word.replace(".", "", 1).isdigit() and fact["area"] == float(word)
    return any(word.lower() in text.lower() for text in texts) or in_number


CHECKS: dict[str, Callable[[dict[str, Any], PictureLabel, Any], bool]] = {
    "choice_ids": lambda _, label, value: bool(set(label.choice_ids) & set(value)),
    "unlabelled": lambda _, label, value: not value or label.verdict is None,
    "state": lambda _, label, value: label.state == value,
    "verdict": lambda _, label, value: label.verdict == value,
    "least_certain": lambda _, label, value: (
        label.certainty is not None and label.certainty >= value
    ),
    "most_certain": lambda _, label, value: (
        label.certainty is not None and label.certainty <= value
    ),
    "text": lambda fact, _, value: all(_has_word(fact, word) for word in pictures.words_of(value)),
    "part": lambda fact, _, value: fact["part"] == value,
    "group": lambda fact, _, value: fact["group"] == value,
    "flagged": lambda fact, _, value: fact["flagged"] == value,
}

TEXTS = (
    "",
    "a",
    "A.J",
    "%",
    "_",
    "100%",
    "\\",
    "/",
    "ö",
    "RÖS",
    "写",
    "'",
    "[",
    "É.J",
    "nothing",
    "north",
    "odd a",
    '"odd to"',
    "2.5",
)


@st.composite
def filters(draw: st.DrawFn, meadow: Field) -> PictureFilter:
    question = draw(st.sampled_from([meadow.single, meadow.many]))
    with meadow.workspace.records.read() as connection:
        ids = [choice.id for choice in questions.get(connection, question).choices]
    drawn: dict[str, Any] = {
        "choice_ids": st.lists(st.sampled_from(ids), max_size=2).map(tuple),
        "unlabelled": st.booleans(),
        "state": st.sampled_from(["open", "review", "closed"]),
        "verdict": st.sampled_from(["answer", "unsure", "cannot_tell"]),
        "least_certain": st.sampled_from([0.0, 0.5, 1.0]),
        "most_certain": st.sampled_from([0.0, 0.5, 1.0]),
        "text": st.sampled_from(TEXTS),
        "part": st.sampled_from(["train", "test", ""]),
        "group": st.sampled_from(["g", "%", "G"]),
        "flagged": st.booleans(),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(drawn)), max_size=2))
    columns = draw(st.sampled_from([{}, {}, {"site": "north"}, {"site": "1"}, {"area": "2.50"}]))
    who = draw(st.sampled_from([None, None, "ada", "ben", "nobody"]))
    return PictureFilter(
        question_id=question,
        annotator=who,
        answered=draw(st.sampled_from([None, *ids])) if who else None,
        columns=columns,
        sort=draw(st.sampled_from(["name", "added", "certainty", "order"])),
        descending=draw(st.booleans()),
        **{name: draw(drawn[name]) for name in chosen},
    )


def _expected(meadow: Field, wanted: PictureFilter) -> list[int]:
    assert wanted.question_id is not None
    known = _label(meadow, wanted.question_id)
    kind = "single" if wanted.question_id == meadow.single else "many"
    found = []
    for picture, fact in meadow.facts.items():
        label = known[picture]
        checks = [
            check(fact, label, value)
            for name, check in CHECKS.items()
            if (value := getattr(wanted, name)) is not None and value != ()
        ]
        for column, value in wanted.columns.items():
            held = fact[column]
            checks.append(held == value if isinstance(held, str) else held == float(value))
        said = fact.get(f"{kind} said", {})
        if wanted.annotator is not None:
            checks.append(wanted.annotator in said)
            if wanted.answered is not None:
                checks.append(wanted.answered in said.get(wanted.annotator, ()))
        if all(checks):
            found.append(picture)
    return sorted(found, key=lambda p: _key(meadow, wanted, known, p), reverse=wanted.descending)


def _key(meadow: Field, wanted: PictureFilter, known: Any, picture: int) -> tuple[Any, int]:
    if wanted.sort == "name":
        # Code points and UTF-8 order alike.
        return meadow.facts[picture]["name"], picture
    if wanted.sort == "certainty":
        certainty = known[picture].certainty
        return -1.0 if certainty is None else certainty, picture
    if wanted.sort == "order":
        return labels.random_place(0, picture), picture
    return picture, picture


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_pages_counts_and_marks_agree_with_a_sorted_list(
    meadow: Field, data: st.DataObject
) -> None:
    wanted = data.draw(filters(meadow))
    limit = data.draw(st.integers(1, 7))
    expected = _expected(meadow, wanted)
    with meadow.workspace.records.read() as connection:
        found, after = [], None
        while rows := pictures.page(
            connection, meadow.dataset_id, wanted, after=after, limit=limit
        ):
            found += [row.id for row in rows]
            after = (rows[-1].key, rows[-1].id)
        assert found == expected
        assert pictures.ids(connection, meadow.dataset_id, wanted) == expected
        assert pictures.count(connection, meadow.dataset_id, wanted) == len(expected)
        marks = pictures.marks(connection, meadow.dataset_id, wanted, every=limit)
        assert [place[1] for place in marks] == expected[limit - 1 :: limit]
        for number, mark in enumerate(marks, start=1):
            rows = pictures.page(connection, meadow.dataset_id, wanted, after=mark, limit=limit)
            assert [row.id for row in rows] == expected[number * limit :][:limit]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("narrowed", ["nothing", "one class", "one of many", "state", "verdict"])
def test_a_page_by_name_needs_no_sorting(meadow: Field, narrowed: str, descending: bool) -> None:
    with meadow.workspace.records.read() as connection:
        (choice, *_) = questions.get(connection, meadow.single).choices
        (mark, *_) = questions.get(connection, meadow.many).choices
        wanted = {
            "nothing": PictureFilter(question_id=meadow.single),
            "one class": PictureFilter(question_id=meadow.single, choice_ids=(choice.id,)),
            "one of many": PictureFilter(question_id=meadow.many, choice_ids=(mark.id,)),
            "state": PictureFilter(question_id=meadow.single, state="closed"),
            "verdict": PictureFilter(question_id=meadow.single, verdict="unsure"),
        }[narrowed]
        wanted = dataclasses.replace(wanted, descending=descending)
        assert not wanted.is_search
        for after in (None, ("a/b.jpg", 3)):
            steps = _plan(connection, meadow.dataset_id, wanted, after)
            assert "USE TEMP B-TREE FOR ORDER BY" not in steps, steps
            assert steps[0].startswith("SEARCH"), steps


def _plan(
    connection: sa.Connection, dataset_id: int, wanted: PictureFilter, after: Any
) -> list[str]:
    """Say how SQLite finds a page, step by step."""
    seen: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        seen.append((statement, parameters))

    sa.event.listen(connection, "before_cursor_execute", note)
    pictures.page(connection, dataset_id, wanted, after=after, limit=5)
    sa.event.remove(connection, "before_cursor_execute", note)
    statement, parameters = next(one for one in seen if "images" in one[0])
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return [row.detail for row in rows]


def test_the_values_of_a_column_find_their_pictures_again(meadow: Field) -> None:
    with meadow.workspace.records.read() as connection:
        choices = pictures.column_choices(connection, meadow.dataset_id)
        assert choices["site"] == ["1", "South", "north"]
        assert len(choices["area"]) == len(AREAS)
        for name, values in choices.items():
            found = [
                pictures.ids(connection, meadow.dataset_id, PictureFilter(columns={name: value}))
                for value in values
            ]
            assert all(found)
            assert sorted(picture for part in found for picture in part) == sorted(meadow.facts)


def test_texts_are_found_whatever_the_case_of_their_letters(meadow: Field) -> None:
    with meadow.workspace.records.read() as connection:
        for text, names in {"RÖS": {"GRÖSSE.png"}, "ö": {"GRÖSSE.png", "größe.png"}}.items():
            rows = pictures.page(connection, meadow.dataset_id, PictureFilter(text=text))
            assert {row.name for row in rows} == names


def test_words_find_classes_of_the_questions_that_may_be_seen(meadow: Field) -> None:
    with meadow.workspace.records.read() as connection:
        for question_id in (meadow.single, meadow.many):
            held = _label(meadow, question_id)
            for choice in questions.get(connection, question_id).choices:
                labelled = [p for p, label in held.items() if choice.id in label.choice_ids]
                word = choice.name.upper()
                seen = PictureFilter(text=word, text_questions=(question_id,))
                assert pictures.ids(connection, meadow.dataset_id, seen) == sorted(
                    labelled, key=lambda picture: meadow.facts[picture]["name"]
                )
                unseen = PictureFilter(text=word)
                assert pictures.ids(connection, meadow.dataset_id, unseen) == []
            assert any(label.choice_ids for label in held.values())


def test_a_column_of_too_many_values_lists_none(meadow: Field) -> None:
    with meadow.workspace.records.read() as connection:
        assert pictures.column_choices(connection, meadow.dataset_id, most=2) == {
            "area": [],
            "site": [],
        }
        assert pictures.column_choices(connection, 4711) == {}


def test_pictures_come_in_the_order_of_their_ids(meadow: Field) -> None:
    some = list(meadow.facts)[5:1:-1]
    with meadow.workspace.records.read() as connection:
        for question in (None, meadow.single):
            rows = pictures.by_ids(connection, [*some, 4711], question)
            assert [row.id for row in rows] == some
        assert [face.id for face in pictures.faces(connection, [*some, 4711])] == some
        assert pictures.by_ids(connection, []) == []
        values = pictures.values_of_members(connection, some)
        assert {m: v["area"] for m, v in values.items()} == {
            m: meadow.facts[m]["area"] for m in some
        }
        assert pictures.values_of(connection, 4711) == {}


@pytest.mark.parametrize(
    "wanted",
    [
        PictureFilter(choice_ids=(1,)),
        PictureFilter(unlabelled=True),
        PictureFilter(state="open"),
        PictureFilter(verdict="answer"),
        PictureFilter(annotator="ada"),
        PictureFilter(least_certain=0.0),
        PictureFilter(most_certain=0.0),
        PictureFilter(sort="certainty"),
        PictureFilter(sort="order"),
    ],
)
def test_what_belongs_to_a_question_needs_one(meadow: Field, wanted: PictureFilter) -> None:
    with meadow.workspace.records.read() as connection:
        for ask in (pictures.page, pictures.count, pictures.ids):
            with pytest.raises(InputError, match="question=ID"):
                ask(connection, meadow.dataset_id, wanted)
        with pytest.raises(InputError, match="question=ID"):
            pictures.marks(connection, meadow.dataset_id, wanted, every=10)


def test_whose_answer_is_meant_must_be_said(meadow: Field) -> None:
    with meadow.workspace.records.read() as connection:
        wanted = PictureFilter(question_id=meadow.single, answered=1)
        with pytest.raises(InputError, match="annotator=NAME"):
            pictures.count(connection, meadow.dataset_id, wanted)
