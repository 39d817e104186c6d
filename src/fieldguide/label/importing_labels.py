"""Import labels from a file: questions and classes as it has them, votes as events, once each."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from fieldguide.errors import DataError, InputError, UnknownNameError
from fieldguide.formats.labels.record import (
    ChoiceRecord,
    LabelFile,
    LabelledPicture,
    QuestionRecord,
)
from fieldguide.formats.names import some
from fieldguide.label import editing_classes, posteriors, setting_up
from fieldguide.label.editing_classes import ChoiceValues
from fieldguide.label.recording import NAMELESS, LabelImportReport, Origin, Recorder
from fieldguide.records import choices, datasets, members, questions
from fieldguide.records.clock import now
from fieldguide.records.database import Records
from fieldguide.records.questions import QuestionSettings

_CHUNK = 500

_ABSENT = {"answers_most": int, "order_column": str, "least": float, "greatest": float}
"""What the settings are that may be absent, where they are not."""


@dataclass(frozen=True, slots=True)
class Places:
    """The pictures of a dataset, to be found by what a file says of them.

    Attributes:
        by_hash: Ids by the hash of the bytes.
        by_name: The id by the whole name.
        by_ending: Ids by each end of a name that begins after a ``/``.
    """

    by_hash: Mapping[str, list[int]]
    by_name: Mapping[str, int]
    by_ending: Mapping[str, list[int]]


def prepare(
    connection: sa.Connection,
    dataset_id: int,
    file: LabelFile,
    *,
    author: str,
    notes: list[str] | None = None,
) -> dict[str, int]:
    """Make the questions and classes that a file has and the dataset lacks.

    A new question is asked as the file says; one that is there already stays as it is.

    Args:
        connection: A writing connection.
        dataset_id: The dataset.
        file: The file.
        author: Who imports.
        notes: Where to note what of the file cannot be taken over.

    Returns:
        The questions' ids by name.

    Raises:
        DataError: If a question of that name is of another kind, or classes lie below or are merged
            into each other in a ring.
    """
    held = {q.name: q for q in questions.of_dataset(connection, dataset_id, archived=True)}
    found = {}
    for record in file.questions:
        _check_rings(record)
        question = held.get(record.name)
        if question is not None and question.kind != record.kind:
            raise DataError(
                f"The dataset's question {record.name!r} is of the kind {question.kind!r}, the "
                f"file's is {record.kind!r}. Rename one of them first."
            )
        if question is None:
            question_id = setting_up.add_question(
                connection,
                dataset_id=dataset_id,
                name=record.name,
                kind=record.kind,
                guidelines=record.guidelines,
                settings=_settings(connection, dataset_id, record, [] if notes is None else notes),
                author=author,
            )
        else:
            question_id = question.id
        _make_choices(connection, question_id, record, author)
        found[record.name] = question_id
    return found


def places(connection: sa.Connection, dataset_id: int) -> Places:
    """Return the pictures of a dataset, to be found by hash and name."""
    by_hash: dict[str, list[int]] = {}
    by_name: dict[str, int] = {}
    by_ending: dict[str, list[int]] = {}
    for row in members.of_dataset(connection, dataset_id):
        by_hash.setdefault(row.sha256, []).append(row.id)
        by_name[row.name] = row.id
        parts = row.name.split("/")
        for start in range(len(parts)):
            by_ending.setdefault("/".join(parts[start:]), []).append(row.id)
    return Places(by_hash, by_name, by_ending)


def origin_of(connection: sa.Connection, dataset_id: int, file: LabelFile) -> Origin:
    """Find out where a file is from, as seen from the dataset that it is imported into."""
    manifest = file.manifest
    own = manifest is not None and manifest.dataset_identity == datasets.identity(
        connection, dataset_id
    )
    return Origin(
        secret=datasets.secret(connection, dataset_id),
        foreign=manifest is None,
        nameless_return=own and manifest is not None and not manifest.named,
    )


def import_pictures(
    records: Records,
    known: Places,
    pictures: Sequence[LabelledPicture],
    question_ids: Mapping[str, int],
    report: LabelImportReport,
    *,
    origin: Origin,
) -> None:
    """Record the votes about some pictures; what is recorded already stays as it is.

    A picture is found by the hash of its bytes, else by its name, else by the end of its name where
    that belongs to one picture only.

    Args:
        records: Where to.
        known: The dataset's pictures.
        pictures: What the file says of some pictures.
        question_ids: The questions' ids by name.
        report: Counts what becomes of the votes.
        origin: Where the file is from.
    """

    def work(connection: sa.Connection) -> None:
        asked = {name: questions.get(connection, i) for name, i in question_ids.items()}
        recorder = Recorder(connection, asked, report, origin=origin)
        touched: dict[int, set[int]] = {}
        for picture in pictures:
            found = _find(picture, known)
            if not found:
                report.missing += 1
                if len(report.examples) < 5:
                    report.examples.append(picture.name)
                continue
            report.pictures += 1
            for member in found:
                for question_id in recorder.record(member, picture):
                    touched.setdefault(question_id, set()).add(member)
        for question_id, changed in touched.items():
            posteriors.settle_again(connection, question_id, sorted(changed))

    records.write(work)


def in_chunks(pictures: Iterator[LabelledPicture]) -> Iterator[list[LabelledPicture]]:
    """Cut a stream of pictures into lists of a few hundred."""
    part: list[LabelledPicture] = []
    for picture in pictures:
        part.append(picture)
        if len(part) == _CHUNK:
            yield part
            part = []
    if part:
        yield part


def check_report(report: LabelImportReport) -> None:
    """Refuse an import of which not one picture is in the dataset, and note what it left out.

    Raises:
        DataError: Naming the first pictures of the file.
    """
    if report.missing and not report.pictures:
        raise DataError(
            f"None of the file's {report.missing} pictures is in the dataset, for example "
            f"{some(report.examples)}. Import the pictures first; they are found by the hash of "
            "their bytes, or by name."
        )
    if left := report.outcomes.get(NAMELESS):
        report.notes.append(
            f"{left} answers of this dataset's own export are not in it now, and the file does not "
            "say who gave them, so they were left out. Import an export with names to bring them "
            "back."
        )


def _check_rings(record: QuestionRecord) -> None:
    for way, above in (
        ("below", {choice.name: choice.parent for choice in record.choices}),
        ("merged into", {choice.name: choice.merged_into for choice in record.choices}),
    ):
        for name in above:
            seen, last = {name}, above[name]
            while last is not None and last not in seen:
                seen.add(last)
                last = above.get(last)
            if last is not None:
                raise DataError(
                    f"In the file's question {record.name!r} the class {last!r} is {way} itself by "
                    "way of other classes. Correct it there."
                )


def _settings(
    connection: sa.Connection, dataset_id: int, record: QuestionRecord, notes: list[str]
) -> QuestionSettings:
    given: dict[str, Any] = {}
    for one in dataclasses.fields(QuestionSettings):
        value = record.settings.get(one.name, one.default)
        if not _fits(one.name, value, one.default):
            notes.append(
                f"The setting {one.name} of the question {record.name!r} cannot be {value!r}; it "
                f"is {one.default!r}."
            )
            value = one.default
        given[one.name] = value
    wanted = QuestionSettings(**given)
    try:
        questions.check_settings(connection, dataset_id, wanted)
    except UnknownNameError as error:
        notes.append(f"The pictures of {record.name!r} come in a random order: {error}")
        wanted = dataclasses.replace(wanted, order="random", order_column=None)
        questions.check_settings(connection, dataset_id, wanted)
    except InputError as error:
        notes.append(f"The question {record.name!r} has the usual settings: {error}")
        wanted = QuestionSettings()
    return wanted


def _fits(name: str, value: object, default: object) -> bool:
    if value is None or isinstance(value, bool) or isinstance(default, bool):
        return type(value) is type(default)
    kind = _ABSENT.get(name, type(default))
    return isinstance(value, (int, float) if kind is float else kind)


def _make_choices(
    connection: sa.Connection, question_id: int, record: QuestionRecord, author: str
) -> None:
    question = questions.get(connection, question_id)
    # A name that a class once had still means that class.
    known = questions.choice_ids(connection, question_id, set())
    named = {choice.name.strip(): choice for choice in reversed(record.choices)}
    fresh = [
        choice
        for choice in reversed(named.values())
        if choice.name not in known and choice.name.strip() not in known
    ]
    taken = {choice.key for choice in question.choices if choice.offered}
    values = []
    for choice in fresh:
        key = choice.key if _is_offered(choice) and choice.key not in taken else None
        taken.add(key)
        values.append(
            ChoiceValues(
                name=choice.name,
                key=key or "",
                colour=choice.colour,
                description=choice.description,
            )
        )
    editing_classes.add_all(
        connection, question, values, author=author, client_key=f"edit:{uuid4()}"
    )
    ids = questions.choice_ids(connection, question_id, set())
    moment = now()
    for choice in fresh:
        further: dict[str, Any] = {
            "parent_id": ids.get(choice.parent.strip()) if choice.parent else None,
            "merged_into": ids.get(choice.merged_into.strip()) if choice.merged_into else None,
            "archived_at": moment if choice.archived else None,
            "split_at": moment if choice.split else None,
        }
        if not _is_offered(choice):
            # It keeps its key for the day on which it is offered again.
            further["key"] = choice.key
        if any(further.values()):
            choices.change(connection, ids[choice.name.strip()], further)
    if fresh:
        questions.changed(connection, question_id)


def _is_offered(choice: ChoiceRecord) -> bool:
    return not choice.archived and choice.merged_into is None and not choice.split


def _find(picture: LabelledPicture, known: Places) -> list[int]:
    named = known.by_name.get(picture.name)
    if picture.sha256 is not None:
        same = known.by_hash.get(picture.sha256, [])
        return [named] if named in same and named is not None else same
    if named is not None:
        return [named]
    for ending in (picture.name, picture.name.rsplit("/", 1)[-1]):
        found = known.by_ending.get(ending, [])
        if len(found) == 1:
            return found
    return []
