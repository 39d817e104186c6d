"""YOLO's folders: for classification a folder per part and class, for detection files of labels.

An export is the layout that Ultralytics trains classifiers from: ``train/<class>/<file>``, ``val``
and ``test``, with a ``data.yaml`` that numbers the classes as that software does, in the order of
their folders' names. What survives and what does not is as in ``class_folders.py``, and the parts
survive too. In a folder made for detection, whose ``labels/*.txt`` have a class id per box, the
classes of the boxes count for their picture.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath

from fieldguide.errors import SourceError
from fieldguide.formats.files import read_file
from fieldguide.formats.labels.folder_names import PICTURE_SUFFIXES
from fieldguide.formats.labels.folders import MANIFEST, Written, read_folders, write_folders
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
from fieldguide.formats.labels.writing import Fetch, WriteReport
from fieldguide.formats.labels.yaml_names import parse_names, write_names
from fieldguide.formats.layout import part_named
from fieldguide.formats.names import clean, some
from fieldguide.formats.walk import Walk
from fieldguide.types import PARTS

NAME = "yolo"
SUFFIXES: tuple[str, ...] = ()

_LISTS = ("data.yaml", "data.yml", "dataset.yaml")
_CLASSES = "classes.txt"
_LONGEST = 16 << 20


def matches(path: Path) -> bool:
    """Whether the path is a folder with a list of YOLO's classes, or such a list itself."""
    if path.is_file():
        return path.name.lower() in _LISTS
    return any((path / name).is_file() for name in (*_LISTS, _CLASSES))


def write(
    target: Path,
    manifest: Manifest,
    pictures: Iterable[LabelledPicture],
    *,
    fetch: Fetch | None = None,
    labels_only: bool = False,
    question: str | None = None,
) -> WriteReport:
    """Write the pictures into ``train``, ``val`` and ``test``, and one folder per class below.

    Args:
        target: The folder, which must not exist.
        manifest: What the export says of itself.
        pictures: The pictures; those without a part go to ``train``.
        fetch: Gives a picture's bytes; needed.
        labels_only: Changes nothing, for votes have no place here.
        question: Name of the question that sorts them; None for the first that can.

    Raises:
        InputError: If the target exists, there are no bytes, or no question asks for a class.
    """
    del labels_only
    parts: Counter[str] = Counter()
    return write_folders(
        target,
        manifest,
        pictures,
        fetch=fetch,
        question=question,
        place=partial(_place, parts),
        finish=partial(_finish, parts),
    )


def read(path: Path, options: LabelOptions | None = None) -> LabelFile:
    """Open a folder, made for classification or for detection.

    Args:
        path: The folder, or the ``data.yaml`` in it.
        options: The name of the question, and what several classes on one picture mean.

    Raises:
        SourceError: If the list of classes or a file of labels cannot be understood.
    """
    root = (path.parent if path.is_file() else path).resolve()
    options = options or LabelOptions()
    with opening(root):
        files = Walk(str(root)).run().files
    labels = [file for file in files if _is_labels(file)]
    if not labels or (root / MANIFEST).is_file():
        return read_folders(root, options, NAME)
    return _read_detection(root, files, labels, options)


def _place(parts: Counter[str], picture: LabelledPicture) -> str:
    part = part_named(picture.part or "")
    parts[part or ""] += 1
    return part or "train"


def _finish(parts: Counter[str], written: Written) -> None:
    """Write ``data.yaml``, and a folder of every class in every part that is used."""
    used = [part for part in PARTS if (written.folder / part).is_dir()]
    for part in used:
        for folder in written.used:
            (written.folder / part / folder).mkdir(exist_ok=True)
    if parts[""]:
        written.notes.append(f"{parts['']} pictures have no part and are in 'train'.")
    if written.used and "val" not in used:
        written.notes.append("There is no part 'val', which training with YOLO needs.")
    lines = [f"{part}: {part}\n" for part in used]
    text = "".join(["path: .\n", *lines, f"nc: {len(written.used)}\n"])
    # Folders, and not classes, are numbered: where a name had to change, the folder's counts.
    (written.folder / _LISTS[0]).write_text(text + write_names(list(written.used)), "utf-8")


def _is_labels(file: str) -> bool:
    return file.endswith(".txt") and "labels" in file.split("/")[:-1]


@dataclass(frozen=True, slots=True)
class _Boxes:
    """What a file of labels says: the picture, its part, and a class per box."""

    picture: str
    part: str | None
    classes: tuple[str, ...]


def _read_detection(
    root: Path, files: list[str], labels: list[str], options: LabelOptions
) -> LabelFile:
    names = _class_names(root)
    pictures = {_stem(file): file for file in files if file.lower().endswith(PICTURE_SUFFIXES)}
    found: dict[str, _Boxes] = {}
    lost: list[str] = []
    for file in labels:
        boxes = _boxes(root, file, names, pictures)
        lost += [] if _beside(file) in pictures else [file]
        if boxes.picture in found:
            raise SourceError(
                f"Two files of labels in {root} belong to the picture '{boxes.picture}', one of "
                f"them {clean(file)}. Remove one."
            )
        found[boxes.picture] = boxes
    several = [name for name, boxes in found.items() if len(set(boxes.classes)) > 1]
    many = bool(several) and options.several == "many"
    notes = [
        "The boxes are not read: their classes count for the whole picture.",
        "The answers have no time and get the time of the files' last change.",
    ]
    if lost:
        notes.append(f"{len(lost)} files of labels have no picture beside them: {some(lost)}.")
    if several:
        meaning = "an answer with many choices" if many else "the most frequent one"
        notes.append(
            f"{len(several)} pictures have several classes ({some(several)}): they count as "
            f"{meaning}."
        )
    empty = sum(not boxes.classes for boxes in found.values())
    if empty:
        notes.append(f"{empty} pictures have no box, which counts as no answer.")
    choices = choices_named(names[number] for number in sorted(names))
    kind = "many" if many else "single"
    question = QuestionRecord(
        options.question or QUESTION, "many" if kind == "many" else "single", choices=choices
    )
    return LabelFile(
        format=NAME,
        questions=(question,),
        manifest=None,
        notes=tuple(notes),
        pictures=partial(_detected, found, question, time_of(root)),
    )


def _detected(
    found: Mapping[str, _Boxes], question: QuestionRecord, at: datetime
) -> Iterator[LabelledPicture]:
    order = {choice.name: place for place, choice in enumerate(question.choices)}
    for name, boxes in found.items():
        counts = Counter(boxes.classes)
        classes = sorted(counts, key=order.__getitem__)
        if question.kind == "single" and classes:
            classes = [max(classes, key=lambda kind: counts[kind])]
        vote = answer(picture=name, question=question.name, at=at, choices=classes)
        yield LabelledPicture(name, part=boxes.part, votes=(vote,) if classes else ())


def _class_names(root: Path) -> dict[int, str]:
    for name in _LISTS:
        path = root / name
        if path.is_file():
            with placing(path, "the key 'names'"):
                return parse_names(_text(path))
    path = root / _CLASSES
    if path.is_file():
        lines = [clean(line.strip()) for line in _text(path).splitlines()]
        return {number: line for number, line in enumerate(lines) if line}
    raise SourceError(
        f"{root} has files of YOLO's labels, and no list of classes. Put a data.yaml with 'names', "
        "or a classes.txt with one name per line, into it."
    )


def _boxes(root: Path, file: str, names: Mapping[int, str], pictures: Mapping[str, str]) -> _Boxes:
    path = root / file
    classes = []
    for number, line in enumerate(_text(path).splitlines(), start=1):
        cells = line.split()
        if not cells:
            continue
        with placing(path, f"line {number}"):
            if not re.fullmatch(r"\d{1,9}", cells[0], re.ASCII):
                raise SourceError(f"it begins with '{cells[0][:40]}', and not with a class id")
            if int(cells[0]) not in names:
                raise SourceError(
                    f"the class id {int(cells[0])} is unknown; the list of classes has "
                    f"{some(f'{key}: {name}' for key, name in names.items())}"
                )
        classes.append(names[int(cells[0])])
    picture = pictures.get(_beside(file), _beside(file))
    part = next((p for folder in file.split("/")[:-1] if (p := part_named(folder))), None)
    return _Boxes(clean(picture), part, tuple(classes))


def _text(path: Path) -> str:
    with opening(path):
        return read_file(path, _LONGEST).decode("utf-8-sig")


def _stem(file: str) -> str:
    return str(PurePosixPath(file).with_suffix(""))


def _beside(file: str) -> str:
    """Give the path, without suffix, of the picture that a file of labels belongs to."""
    folders = PurePosixPath(_stem(file)).parts
    last = max(place for place, folder in enumerate(folders[:-1]) if folder == "labels")
    return "/".join((*folders[:last], "images", *folders[last + 1 :]))
