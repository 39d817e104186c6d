"""CSV tables of labels: for spreadsheets and pandas, and complete all the same.

An export has one row per vote; a picture without votes has one row too, and so has every picture
when only labels are wanted. What is known of the picture stands again in each of its rows. The
questions, their classes and the types of the columns lie beside the table in
``<file>.manifest.json``, for a comment above the header would break spreadsheets and pandas. The
table is UTF-8 with a byte order mark, without which Excel spoils accents and which pandas passes
over. A cell that a spreadsheet would run as a formula has an apostrophe in front, which reading
takes away again. Several classes in one cell are separated by ``|``.

A table from elsewhere needs a column of pictures and one of labels: see ``foreign_table.py``.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from fieldguide.errors import SourceError
from fieldguide.formats.delimited import Delimited, look_at
from fieldguide.formats.labels import as_json, foreign_table
from fieldguide.formats.labels.cells import (
    ColumnKinds,
    group_rows,
    join_names,
    protect,
    read_column,
    read_number,
    read_whole,
    restore,
    split_names,
    write_column,
    write_number,
)
from fieldguide.formats.labels.checking import Checker
from fieldguide.formats.labels.manifest_file import path_beside, read_manifest, write_manifest
from fieldguide.formats.labels.reading import LabelOptions, opening, placing
from fieldguide.formats.labels.record import (
    LabelFile,
    LabelledPicture,
    LabelRecord,
    Manifest,
    QuestionRecord,
    VoteRecord,
)
from fieldguide.formats.labels.writing import Fetch, Tally, WriteReport, chosen, new_files
from fieldguide.formats.names import some

NAME = "csv"
SUFFIXES = (".csv", ".tsv")

_PICTURE = ("image", "sha256", "width", "height", "group", "part")
_LABEL = ("label", "certainty", "label_votes")
_VOTE = (
    *("question", "annotator", "annotator_kind", "verdict", "answer", "decides", "answered_at"),
    *("milliseconds", "vote_key"),
)
_ADDED = ("vote_certainty", "aided")
"""Columns of votes that tables of earlier releases lack."""
_COLUMN = "column:"


def matches(path: Path) -> bool:
    """Whether the path is a file with the suffix of a text table."""
    return path.is_file() and path.suffix.lower() in SUFFIXES


def write(
    target: Path,
    manifest: Manifest,
    pictures: Iterable[LabelledPicture],
    *,
    fetch: Fetch | None = None,
    labels_only: bool = False,
) -> WriteReport:
    """Write one row per vote, or per picture, in constant memory.

    The pictures are noted in a temporary file first, for the header names all of their columns.

    Args:
        target: The table; one that exists is replaced when all is written.
        manifest: What the export says of itself; it goes beside the table.
        pictures: The pictures, in the order of the dataset.
        fetch: Not used: the bytes stay where they are.
        labels_only: Whether to leave the votes out and write one row per picture.

    Raises:
        InputError: If a picture does not fit the questions, or the files cannot be written.
    """
    del fetch
    tally = Tally()
    kinds = ColumnKinds()
    beside = path_beside(target)
    with (
        new_files(target, beside) as (table, side),
        tempfile.TemporaryFile("w+", dir=target.parent, encoding="utf-8", newline="\n") as notes,
        table.open("w", encoding="utf-8-sig", newline="") as stream,
    ):
        for picture in chosen(pictures, manifest, labels_only=labels_only):
            kinds.see(picture)
            notes.write(as_json.dump(as_json.picture_as_json(picture)) + "\n")
        notes.seek(0)
        shape = _Shape(manifest, kinds.settle(), votes=not labels_only)
        rows = csv.writer(stream)
        rows.writerow(shape.header())
        for line in notes:
            cells = shape.rows_of(as_json.picture_from_json(json.loads(line)))
            rows.writerows(cells)
            tally.pictures += 1
            tally.rows += len(cells)
        about = {"columns": shape.columns, "votes": shape.votes}
        counts = {"pictures": tally.pictures, "rows": tally.rows}
        write_manifest(side, manifest, table=about, counts=counts)
    return tally.report(target, beside)


def read(path: Path, options: LabelOptions | None = None) -> LabelFile:
    """Open a table: an export with its manifest, or one from elsewhere.

    The names are gone through once; all else is read and checked while the pictures are.

    Args:
        path: The table.
        options: The columns that a person named, for a table from elsewhere.

    Raises:
        SourceError: If it cannot be read, or an export's manifest is missing.
        UnknownNameError: If a named column does not exist.
    """
    with opening(path):
        text = look_at(path)
        # What separates the cells of an export is seen right after its first column's name.
        text = replace(text, delimiter=_own_delimiter(text) or text.delimiter)
        header = next(text.rows(), (0, [""]))[1]
    beside = path_beside(path)
    if not beside.is_file():
        _refuse_half(path, header, beside)
        return foreign_table.read(text, options or LabelOptions())
    manifest, further = read_manifest(beside)
    with placing(beside, "'table'"):
        shape = _shape_of(manifest, further)
    _require(path, header, shape)
    return _open(text, header, shape, further.get("counts"))


@dataclass(frozen=True)
class _Shape:
    """What the columns of an export are.

    Attributes:
        manifest: The manifest, with the questions.
        columns: How each further column is written.
        votes: Whether there are columns for votes.
    """

    manifest: Manifest
    columns: Mapping[str, str]
    votes: bool

    @cached_property
    def questions(self) -> dict[str, QuestionRecord]:
        return {question.name: question for question in self.manifest.questions}

    def header(self) -> list[str]:
        return [*self.of_picture(), *((*_VOTE, *_ADDED) if self.votes else ())]

    def of_picture(self) -> list[str]:
        """Name the columns that are the same in all rows of a picture."""
        labels = [name for question in self.questions for name in self.of_label(question)]
        return [*_PICTURE, *labels, *(_COLUMN + name for name in self.columns)]

    def of_label(self, question: str) -> list[str]:
        """Name the columns of a label; the only question need not be named in them."""
        suffix = f":{question}" if len(self.manifest.questions) > 1 else ""
        return [name + suffix for name in _LABEL]

    def rows_of(self, picture: LabelledPicture) -> list[list[str]]:
        """Write a picture's rows."""
        of_picture = [
            protect(picture.name),
            protect(picture.sha256 or ""),
            "" if picture.width is None else str(picture.width),
            "" if picture.height is None else str(picture.height),
            protect(picture.group or ""),
            protect(picture.part or ""),
        ]
        for name, question in self.questions.items():
            of_picture += _write_label(picture.labels.get(name), question)
        for name, kind in self.columns.items():
            there = name in picture.columns
            of_picture.append(write_column(picture.columns[name], kind) if there else "")
        if not self.votes:
            return [of_picture]
        votes = [_write_vote(vote, self.questions[vote.question]) for vote in picture.votes]
        return [of_picture + vote for vote in votes or [[""] * len((*_VOTE, *_ADDED))]]

    def picture_of(self, cells: Mapping[str, str]) -> LabelledPicture:
        """Read what a row says of its picture.

        Raises:
            SourceError: If a cell is wrong.
        """
        labels = {
            name: label
            for name, question in self.questions.items()
            if (label := _read_label(cells, self.of_label(name), question)) is not None
        }
        columns = {
            name: value[0]
            for name, kind in self.columns.items()
            if (value := read_column(cells.get(_COLUMN + name, ""), name, kind)) is not None
        }
        return LabelledPicture(
            name=as_json.safe_name(restore(cells["image"])),
            sha256=restore(cells["sha256"]) or None,
            width=read_whole(cells["width"], "width") if cells["width"] else None,
            height=read_whole(cells["height"], "height") if cells["height"] else None,
            group=restore(cells["group"]) or None,
            part=restore(cells["part"]) or None,
            columns=columns,
            labels=labels,
        )

    def vote_of(self, cells: Mapping[str, str]) -> VoteRecord | None:
        """Read a row's vote, if it has one.

        Raises:
            SourceError: If a cell is wrong.
        """
        if not self.votes or not any(cells[name] for name in _VOTE):
            return None
        for name in ("question", "annotator", "vote_key"):
            if not cells[name]:
                raise SourceError(f"the column '{name}' is empty, and the row has a vote")
        question = self.questions.get(restore(cells["question"]))
        if question is None:
            raise SourceError(
                f"the question '{restore(cells['question'])}' is unknown; known are "
                f"{some(self.questions)}"
            )
        choices, number = _read_answer(cells["answer"], question, "answer")
        return VoteRecord(
            question=question.name,
            annotator=restore(cells["annotator"]),
            kind=as_json.annotator_kind(cells["annotator_kind"], "'annotator_kind'"),
            verdict=as_json.verdict(cells["verdict"], "'verdict'"),
            choices=choices,
            number=number,
            decides=_read_flag(cells["decides"], "decides"),
            at=as_json.moment(cells["answered_at"], "'answered_at'"),
            milliseconds=(
                read_whole(cells["milliseconds"], "milliseconds") if cells["milliseconds"] else None
            ),
            key=restore(cells["vote_key"]),
            certainty=(
                read_number(cells["vote_certainty"], "vote_certainty")
                if cells.get("vote_certainty")
                else None
            ),
            aided=_read_flag(cells["aided"], "aided") if cells.get("aided") else False,
        )


def _open(text: Delimited, header: list[str], shape: _Shape, counts: Any) -> LabelFile:
    names: set[str] = set()
    last: str | None = None
    rows = 0
    together = True
    for line, cells in _rows(text, header):
        name = cells["image"]
        if name != last and name in names:
            together = False
        if not shape.votes and name in names:
            raise SourceError(
                f"The picture '{restore(name)}' stands in {text.path} a second time in line "
                f"{line}. A table without votes has one row per picture: remove one."
            )
        names.add(name)
        last = name
        rows += 1
    notes = list(text.guesses)
    said = as_json.as_object(counts or {}, "'counts'")
    found = {"pictures": len(names), "rows": rows}
    if said and said != found:
        notes.append(
            f"The manifest speaks of {said.get('pictures')} pictures in {said.get('rows')} rows, "
            f"and the table has {found['pictures']} in {rows}: it was changed, or cut off."
        )
    if not together:
        notes.append("The table was sorted anew: the votes are put in the order of their times.")
    return LabelFile(
        format=NAME,
        questions=shape.manifest.questions,
        manifest=shape.manifest,
        notes=tuple(notes),
        pictures=partial(_pictures, text, header, shape, together=together),
    )


def _pictures(
    text: Delimited, header: list[str], shape: _Shape, *, together: bool
) -> Iterator[LabelledPicture]:
    checker = Checker(shape.manifest.questions)
    shared = shape.of_picture()
    rows = ((cells["image"], (line, cells)) for line, cells in _rows(text, header))
    for _, group in group_rows(rows, together=together):
        line, first = group[0]
        with placing(text.path, f"line {line}"):
            picture = shape.picture_of(first)
        votes = []
        for other, cells in group:
            with placing(text.path, f"line {other}"):
                _compare(shared, first, cells, line)
                vote = shape.vote_of(cells)
                votes += [] if vote is None else [vote]
                fault = checker.fault_of(replace(picture, votes=tuple(votes[-1:])))
                if fault:
                    raise SourceError(f"the picture '{picture.name}' does not fit: {fault}")
        if not together:
            votes.sort(key=lambda vote: vote.at)
        yield replace(picture, votes=tuple(votes))


def _rows(text: Delimited, header: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    rows = text.rows()
    next(rows)
    for line, cells in rows:
        if len(cells) < len(header):
            raise SourceError(
                f"Line {line} of {text.path} has {len(cells)} cells, and the header has "
                f"{len(header)}. Correct the line, or export the table again."
            )
        yield line, dict(zip(header, cells, strict=False))


def _compare(
    columns: Sequence[str], first: Mapping[str, str], cells: Mapping[str, str], line: int
) -> None:
    for column in columns:
        if first.get(column) != cells.get(column):
            raise SourceError(
                f"it says '{cells.get(column)}' in the column '{column}', and line {line} says "
                f"'{first.get(column)}' of the same picture"
            )


def _write_label(label: LabelRecord | None, question: QuestionRecord) -> list[str]:
    if label is None:
        return ["", "", ""]
    certainty = "" if label.certainty is None else write_number(label.certainty)
    return [_write_answer(label.choices, label.number, question), certainty, str(label.votes)]


def _read_label(
    cells: Mapping[str, str], columns: Sequence[str], question: QuestionRecord
) -> LabelRecord | None:
    answer, certainty, votes = (cells[column] for column in columns)
    if not votes:
        return None
    choices, number = _read_answer(answer, question, columns[0])
    return LabelRecord(
        choices=choices,
        number=number,
        certainty=read_number(certainty, columns[1]) if certainty else None,
        votes=read_whole(votes, columns[2]),
    )


def _write_vote(vote: VoteRecord, question: QuestionRecord) -> list[str]:
    return [
        protect(vote.question),
        protect(vote.annotator),
        vote.kind,
        vote.verdict,
        _write_answer(vote.choices, vote.number, question),
        "yes" if vote.decides else "no",
        vote.at.astimezone(UTC).isoformat(),
        "" if vote.milliseconds is None else str(vote.milliseconds),
        protect(vote.key),
        "" if vote.certainty is None else write_number(vote.certainty),
        "yes" if vote.aided else "no",
    ]


def _write_answer(choices: Sequence[str], number: float | None, question: QuestionRecord) -> str:
    if number is not None:
        return write_number(number)
    return protect(join_names(choices) if question.kind == "many" else "".join(choices))


def _read_answer(
    cell: str, question: QuestionRecord, column: str
) -> tuple[tuple[str, ...], float | None]:
    if question.kind == "number":
        return (), read_number(cell, column) if cell else None
    text = restore(cell)
    if question.kind == "many":
        return split_names(text), None
    return ((text,) if text else ()), None


def _read_flag(cell: str, column: str) -> bool:
    if cell not in {"yes", "no"}:
        raise SourceError(f"'{cell}' in the column '{column}' is neither yes nor no")
    return cell == "yes"


def _own_delimiter(text: Delimited) -> str | None:
    with text.path.open(encoding=text.encoding, newline="") as stream:
        line = stream.readline(1000)
    return next((mark for mark in ",;\t|" if line.startswith(mark.join(_PICTURE[:2]))), None)


def _shape_of(manifest: Manifest, further: Mapping[str, Any]) -> _Shape:
    about = as_json.as_object(further.get("table"), "the description of the table")
    columns = as_json.as_object(about.get("columns"), "'columns'")
    return _Shape(
        manifest, {name: str(kind) for name, kind in columns.items()}, votes=bool(about["votes"])
    )


def _require(path: Path, header: Sequence[str], shape: _Shape) -> None:
    missing = [name for name in shape.header() if name not in header]
    missing = [name for name in missing if not name.startswith(_COLUMN) and name not in _ADDED]
    if missing:
        raise SourceError(
            f"{path} is an export whose columns {some(missing)} are missing. Export it again, or "
            f"remove {path_beside(path).name} to read it as a plain table of pictures and labels."
        )
    if len(set(header)) < len(header):
        twice = sorted({name for name in header if header.count(name) > 1})
        raise SourceError(f"{path} has the columns {some(twice)} twice. Remove one of each.")


def _refuse_half(path: Path, header: Sequence[str], beside: Path) -> None:
    if "sha256" in header and ("vote_key" in header or "certainty" in header):
        raise SourceError(
            f"{path} is an export whose other half is missing: {beside.name}, which has the "
            "questions and classes. Put it beside the table; or keep only the columns 'image' and "
            "'label' to read it as a plain table."
        )
