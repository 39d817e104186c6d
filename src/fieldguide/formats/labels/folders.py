"""Folders of pictures sorted by class: written for two formats, and read with the same eyes.

Such a folder holds, beside the pictures, ``fieldguide.json`` with the manifest and the class of
each folder, and ``fieldguide.csv`` with the picture's name in the dataset for each file. The labels
are where the files lie, so a person may correct them by moving files: each file has a name that no
other has.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from fieldguide.errors import FieldguideError, InputError, SourceError
from fieldguide.formats.class_folder import ClassFolder
from fieldguide.formats.delimited import look_at
from fieldguide.formats.labels.as_json import as_object, safe_name
from fieldguide.formats.labels.cells import protect, restore
from fieldguide.formats.labels.classes import pick_question, remaining, resolve, targets
from fieldguide.formats.labels.folder_names import PICTURE_SUFFIXES, FileNames, name_folders
from fieldguide.formats.labels.manifest_file import read_manifest, write_manifest
from fieldguide.formats.labels.reading import (
    QUESTION,
    LabelOptions,
    answer,
    choices_named,
    opening,
    placing,
    time_of,
)
from fieldguide.formats.labels.record import (
    LabelFile,
    LabelledPicture,
    Manifest,
    QuestionRecord,
)
from fieldguide.formats.labels.writing import Fetch, Tally, WriteReport, chosen, new_folder
from fieldguide.formats.names import some
from fieldguide.types import Entry, Source, SourceOptions

MANIFEST = "fieldguide.json"
NAMES = "fieldguide.csv"


@dataclass(frozen=True, slots=True)
class Written:
    """What an export has done, for what its format adds to it.

    Attributes:
        folder: The unfinished export.
        used: The classes that have pictures, by folder, sorted by folder.
        notes: What a person should know; the format may add to it.
    """

    folder: Path
    used: Mapping[str, str]
    notes: list[str]


def write_folders(
    target: Path,
    manifest: Manifest,
    pictures: Iterable[LabelledPicture],
    *,
    fetch: Fetch | None,
    question: str | None,
    place: Callable[[LabelledPicture], str],
    finish: Callable[[Written], None] | None = None,
) -> WriteReport:
    """Write each picture that has exactly one class into the folder of that class.

    Args:
        target: The folder, which must not exist.
        manifest: What the export says of itself.
        pictures: The pictures.
        fetch: Gives a picture's bytes.
        question: Name of the question that sorts them; None for the first that can.
        place: Gives the folder above that of the class, or nothing.
        finish: Writes what else the format needs.

    Raises:
        InputError: If the target exists, there are no bytes, or no question asks for a class.
    """
    if fetch is None:
        raise InputError(
            f"The export to {target} needs the pictures' bytes, and nothing gives them. Choose CSV "
            "or JSON Lines to export labels alone."
        )
    asked = pick_question(manifest, question)
    sorting = _Sorting(asked, targets(asked), name_folders(remaining(asked)))
    tally = Tally()
    used: dict[str, str] = {}
    files = FileNames()
    notes = _explain(manifest, asked)
    with new_folder(target) as folder:
        with (folder / NAMES).open("w", encoding="utf-8-sig", newline="") as stream:
            rows = csv.writer(stream)
            rows.writerow(["file", "name", "sha256"])
            for picture in chosen(pictures, manifest, labels_only=True):
                kind = sorting.class_of(picture, tally)
                data = None if kind is None else _bytes_of(picture, fetch, tally)
                if kind is None or data is None:
                    continue
                below = f"{place(picture)}/{sorting.folders[kind]}".strip("/")
                name = f"{below}/{files.claim(picture.name, data)}"
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                rows.writerow([protect(name), protect(picture.name), picture.sha256 or ""])
                used[sorting.folders[kind]] = kind
                tally.pictures += 1
                tally.rows += 1
                tally.bytes += len(data)
        about = {"question": asked.name, "classes": {f: c for c, f in sorting.folders.items()}}
        write_manifest(folder / MANIFEST, manifest, folders=about)
        if finish is not None:
            finish(Written(folder, dict(sorted(used.items())), notes))
        tally.bytes += sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return tally.report(target, notes=notes)


def read_folders(path: Path, options: LabelOptions, name: str) -> LabelFile:
    """Open a folder of class folders; the bytes of the pictures are not read.

    Args:
        path: The folder.
        options: The name of the question.
        name: The format's name.

    Raises:
        SourceError: If it cannot be listed, or an export's own files are damaged.
    """
    source = ClassFolder().open(path, SourceOptions())
    manifest: Manifest | None = None
    question: QuestionRecord | None = None
    folders: dict[str, str] = {}
    names: dict[str, tuple[str, str | None]] = {}
    if (path / MANIFEST).is_file():
        manifest, further = read_manifest(path / MANIFEST)
        with placing(path / MANIFEST, "'folders'"):
            folders, question = _about(manifest, further)
        names = _names(path / NAMES)
    entries = [entry for entry in source.entries() if _is_picture(entry, names)]
    found = {kind for e in entries if (kind := _class_of(e, folders)) is not None}
    if question is None:
        choices = choices_named(sorted(found))
        question = QuestionRecord(options.question or QUESTION, "single", choices=choices)
    elif found - {choice.name for choice in question.choices}:
        strange = found - {choice.name for choice in question.choices}
        raise SourceError(
            f"The folders {some(sorted(strange))} in {path} are no classes of the question "
            f"'{question.name}'. Move their pictures into the folders of classes, or remove "
            f"{MANIFEST} and {NAMES} to read the folder as one from elsewhere."
        )
    notes = [] if manifest else [*source.guesses]
    strangers = source.count - len(entries) if source.count is not None else 0
    strangers -= sum((path / own).is_file() for own in (MANIFEST, NAMES))
    if strangers:
        notes.append(f"{strangers} files are not named like pictures and are passed over.")
    return LabelFile(
        format=name,
        questions=(question,) if manifest is None else manifest.questions,
        manifest=manifest,
        notes=tuple(notes),
        pictures=partial(_pictures, source, folders, question, names),
    )


@dataclass(frozen=True, slots=True)
class _Sorting:
    """Where the pictures of each class go.

    Attributes:
        question: The question whose labels sort.
        targets: The class that each class counts for.
        folders: The folder of each class.
    """

    question: QuestionRecord
    targets: dict[str, str]
    folders: Mapping[str, str]

    def class_of(self, picture: LabelledPicture, tally: Tally) -> str | None:
        """Give a picture's only class, or note why it has none."""
        label = picture.labels.get(self.question.name)
        kinds = () if label is None else resolve(label.choices, self.targets)
        if len(kinds) == 1:
            return kinds[0]
        reason = "it has several classes, and a folder is for one" if kinds else "it has no label"
        tally.leave_out(picture.name, reason)
        return None


def _bytes_of(picture: LabelledPicture, fetch: Fetch, tally: Tally) -> bytes | None:
    try:
        return fetch(picture)
    except (OSError, FieldguideError) as error:
        tally.leave_out(picture.name, f"its bytes cannot be read ({type(error).__name__})")
        return None


def _explain(manifest: Manifest, asked: QuestionRecord) -> list[str]:
    others = [question.name for question in manifest.questions if question.name != asked.name]
    notes = ["Votes, certainties, groups and columns have no place in folders."]
    if others:
        notes.append(
            f"The folders are the classes of '{asked.name}'; the answers to {some(others)} are not "
            "in the export."
        )
    return notes


def _about(manifest: Manifest, further: dict[str, Any]) -> tuple[dict[str, str], QuestionRecord]:
    about = as_object(further.get("folders"), "the description of the folders")
    classes = as_object(about.get("classes"), "'classes'")
    for question in manifest.questions:
        if question.name == about.get("question"):
            return {folder: str(kind) for folder, kind in classes.items()}, question
    raise SourceError(f"the question {about.get('question')!r} is not in the manifest")


def _names(path: Path) -> dict[str, tuple[str, str | None]]:
    """Read the name and the hash of each file; without the table they are not known."""
    if not path.is_file():
        return {}
    names: dict[str, tuple[str, str | None]] = {}
    with opening(path):
        rows = look_at(path).rows()
        next(rows)
        for line, cells in rows:
            with placing(path, f"line {line}"):
                if len(cells) != 3:
                    raise SourceError(f"it has {len(cells)} cells and not 3")
                file, name, sha256 = (restore(cell) for cell in cells)
                names[_last(file)] = (safe_name(name), sha256 or None)
    return names


def _pictures(
    source: Source,
    folders: Mapping[str, str],
    question: QuestionRecord,
    names: Mapping[str, tuple[str, str | None]],
) -> Iterator[LabelledPicture]:
    at = time_of(source.location)
    for entry in source.entries():
        if not _is_picture(entry, names):
            continue
        name, sha256 = names.get(_last(entry.name), (entry.name, None))
        kind = _class_of(entry, folders)
        votes = (
            ()
            if kind is None
            else (answer(picture=name, question=question.name, at=at, choices=(kind,)),)
        )
        yield LabelledPicture(name, sha256=sha256, part=entry.part, votes=votes)


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _is_picture(entry: Entry, names: Container[str]) -> bool:
    like_one = _last(entry.name) in names or entry.name.lower().endswith(PICTURE_SUFFIXES)
    return entry.refusal is None and like_one


def _class_of(entry: Entry, folders: Mapping[str, str]) -> str | None:
    return None if entry.label is None else folders.get(entry.label, entry.label)
