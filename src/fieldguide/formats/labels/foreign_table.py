"""Tables of labels from elsewhere: a column of pictures, one of labels, maybe one of annotators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from fieldguide.errors import SourceError, UnknownNameError
from fieldguide.formats.columns import IMAGE_NAMES, assign_roles
from fieldguide.formats.delimited import Delimited
from fieldguide.formats.labels.as_json import moment
from fieldguide.formats.labels.cells import group_rows
from fieldguide.formats.labels.reading import (
    IMPORT_ANNOTATOR,
    QUESTION,
    ForeignNames,
    LabelOptions,
    answer,
    choices_named,
    time_of,
)
from fieldguide.formats.labels.record import (
    LabelFile,
    LabelledPicture,
    QuestionRecord,
    VoteRecord,
)
from fieldguide.formats.layout import part_named
from fieldguide.formats.names import clean, some
from fieldguide.types import SourceOptions

LABEL_NAMES = (
    *("labels", "answer", "choice", "annotation", "classification", "class_name", "diagnosis"),
    *("label_name", "category_name"),
)
"""Names of columns of labels, after those that a table of pictures may use."""

ANNOTATOR_NAMES = (
    *("annotator", "annotator_id", "annotated_by", "labeler", "labeller", "labelled_by"),
    *("labeled_by", "rater", "reader", "coder", "expert", "worker", "worker_id", "workerid"),
    *("user", "username", "user_name", "completed_by", "email"),
)
TIME_NAMES = ("answered_at", "created_at", "annotated_at", "timestamp", "datetime", "date", "time")

_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")


@dataclass(frozen=True, slots=True)
class _Columns:
    picture: int
    label: int
    annotator: int | None
    time: int | None
    group: int | None
    part: int | None


@dataclass(slots=True)
class _Survey:
    """What one pass over the rows found out."""

    rows: int = 0
    together: bool = True
    timed: bool = True
    empty: int = 0
    classes: dict[str, None] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    foreign: ForeignNames = field(default_factory=ForeignNames)


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    label: str
    annotator: str
    at: datetime | None
    group: str | None
    part: str | None


def read(text: Delimited, options: LabelOptions) -> LabelFile:
    """Open a table from elsewhere; what its columns are taken for is announced.

    Args:
        text: The table.
        options: The columns that a person named.

    Raises:
        SourceError: If there is no column of pictures or of labels, or a row does not fit.
        UnknownNameError: If a named column does not exist.
    """
    header = _header(text)
    columns, notes = _assign(text, header, options)
    survey = _survey(text, header, columns)
    if columns.time is not None and not survey.timed:
        notes.append(
            f"The column '{header[columns.time]}' is not used, for not all of its cells are times "
            "in ISO 8601."
        )
    if columns.time is None or not survey.timed:
        notes.append("The answers have no time and get the time of the file's last change.")
    if survey.empty:
        notes.append(f"{survey.empty} rows have no label and count as no answer.")
    notes += survey.foreign.notes()
    name = options.question or QUESTION
    question = QuestionRecord(name, "single", choices=choices_named(survey.classes))
    return LabelFile(
        format="csv",
        questions=(question,),
        manifest=None,
        notes=(*text.guesses, *notes),
        pictures=partial(
            _pictures, text, header, columns, name, together=survey.together, timed=survey.timed
        ),
    )


def _header(text: Delimited) -> list[str]:
    _, cells = next(text.rows(), (0, [""]))
    names = [clean(cell.strip()) or f"column {i}" for i, cell in enumerate(cells, start=1)]
    data = [name for name in names if name.lower().endswith(_PICTURES)]
    if data:
        raise SourceError(
            f"The first line of {text.path} looks like data ({some(data)}), not like names of "
            "columns. Put a line with the names above it, for example: image,label"
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(f"Several columns of {text.path} are called {some(twice)}. Rename them.")
    return names


def _assign(
    text: Delimited, header: list[str], options: LabelOptions
) -> tuple[_Columns, list[str]]:
    if options.annotator is not None and options.annotator not in header:
        raise UnknownNameError("column", options.annotator, header)
    annotator = options.annotator or _named(header, ANNOTATOR_NAMES)
    time = _named(header, TIME_NAMES)
    left = [name for name in header if name not in {annotator, time}]
    label = options.label or _first_unusual(left)
    likely = _likely_picture(text, header)
    given = SourceOptions(image=options.picture, label=label)
    roles, notes = assign_roles(header, given, text.path, likely_image=likely)
    if options.label is None and label is not None:
        notes.append(f"The labels are taken from the column '{label}'.")
    label = roles.label
    others = [name for name in left if name not in {roles.image, roles.group, roles.split}]
    if label is None and len(others) == 1:
        label = others[0]
        notes = [*notes[:1], f"The labels are taken from '{label}', the only other column."]
    if label is None:
        raise SourceError(
            f"No column of {text.path} is known to hold the labels. Its columns are "
            f"{some(header, 10)}. Name the one with the label of each picture: --label COLUMN."
        )
    if annotator is not None:
        notes.append(f"The column '{annotator}' says who answered.")
    used = {roles.image, label, annotator, time, roles.group, roles.split}
    unused = [name for name in header if name not in used]
    if unused:
        notes.append(f"The columns {some(unused)} are not read.")
    places = (roles.image, label, annotator, time, roles.group, roles.split)
    found = [None if name is None else header.index(name) for name in places]
    return _Columns(header.index(roles.image), header.index(label), *found[2:]), notes


def _first_unusual(columns: Sequence[str]) -> str | None:
    """Give a column of labels by the names that only files of labels use."""
    usual = ("label", "class", "category", "species", "target", "y")
    return None if _named(columns, usual) else _named(columns, LABEL_NAMES)


def _named(columns: Sequence[str], names: Sequence[str]) -> str | None:
    lowered = {column.lower().replace(" ", "_"): column for column in reversed(columns)}
    return next((lowered[name] for name in names if name in lowered), None)


def _likely_picture(text: Delimited, header: Sequence[str]) -> str | None:
    if _named(header, IMAGE_NAMES):
        return None
    rows = text.rows()
    next(rows)
    _, cells = next(rows, (0, []))
    likely = [
        name
        for name, cell in zip(header, cells, strict=False)
        if cell.strip().lower().endswith(_PICTURES)
    ]
    return likely[0] if len(likely) == 1 else None


def _survey(text: Delimited, header: Sequence[str], columns: _Columns) -> _Survey:
    survey = _Survey()
    last: str | None = None
    for _, cells in _rows(text, header):
        survey.rows += 1
        name = survey.foreign.take(cells[columns.picture])
        if name is None:
            continue
        if name != last and name in survey.names:
            survey.together = False
        survey.names.add(name)
        last = name
        label = cells[columns.label]
        if label:
            survey.classes.setdefault(label)
        else:
            survey.empty += 1
        if columns.time is not None and survey.timed:
            survey.timed = _time(cells[columns.time]) is not None
    survey.timed = survey.timed and columns.time is not None
    return survey


def _pictures(
    text: Delimited,
    header: Sequence[str],
    columns: _Columns,
    question: str,
    *,
    together: bool,
    timed: bool,
) -> Iterator[LabelledPicture]:
    file_time = time_of(text.path)
    for name, rows in group_rows(_read_rows(text, header, columns, timed=timed), together=together):
        _refuse_contradiction(text, name, rows, columns)
        yield LabelledPicture(
            name,
            group=next((row.group for row in rows if row.group), None),
            part=next((row.part for row in rows if row.part), None),
            votes=_votes(name, question, rows, file_time),
        )


def _read_rows(
    text: Delimited, header: Sequence[str], columns: _Columns, *, timed: bool
) -> Iterator[tuple[str, _Row]]:
    names = ForeignNames()
    for line, cells in _rows(text, header):
        name = names.take(cells[columns.picture])
        if name is None:
            continue
        row = _Row(
            line,
            cells[columns.label],
            "" if columns.annotator is None else cells[columns.annotator],
            _time(cells[columns.time]) if timed and columns.time is not None else None,
            cells[columns.group] or None if columns.group is not None else None,
            part_named(cells[columns.part]) if columns.part is not None else None,
        )
        yield name, row


def _votes(
    picture: str, question: str, rows: Sequence[_Row], file_time: datetime
) -> tuple[VoteRecord, ...]:
    votes: dict[str, VoteRecord] = {}
    for row in rows:
        if not row.label:
            continue
        vote = answer(
            picture=picture,
            question=question,
            at=row.at or file_time,
            given=(row.at.isoformat(),) if row.at else (),
            annotator=row.annotator or IMPORT_ANNOTATOR,
            kind="person" if row.annotator else "import",
            choices=(row.label,),
        )
        votes.setdefault(vote.key, vote)
    return tuple(sorted(votes.values(), key=lambda vote: vote.at))


def _refuse_contradiction(
    text: Delimited, picture: str, rows: Sequence[_Row], columns: _Columns
) -> None:
    if columns.annotator is not None:
        return
    labelled = [row for row in rows if row.label]
    for row in labelled[1:]:
        if row.label != labelled[0].label:
            raise SourceError(
                f"The picture '{picture}' stands in {text.path} twice with different labels: "
                f"'{labelled[0].label}' in line {labelled[0].line} and '{row.label}' in line "
                f"{row.line}. Remove one, or name the column that says who answered: "
                "--annotator COLUMN."
            )


def _rows(text: Delimited, header: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    rows = text.rows()
    next(rows, None)
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
            raise SourceError(
                f"Line {line} of {text.path} has {len(cells)} cells, and the header has "
                f"{len(header)}. Correct the line, and start again."
            )
        yield line, [clean(cell.strip()) for cell in cells]


def _time(cell: str) -> datetime | None:
    try:
        return moment(cell, "")
    except SourceError:
        return None
