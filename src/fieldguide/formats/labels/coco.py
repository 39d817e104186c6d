"""COCO's JSON, with one annotation per picture and class.

An annotation of ours has the box, the outline and the area of the whole picture, and ``iscrowd`` 0:
the format has no annotation of a picture as a whole, and these are what pycocotools and most
loaders ask each annotation for. Where a picture's size is unknown, box and area are left away and
the outline is empty; pycocotools opens the file all the same, but draws no mask of such a picture.
All ids begin with 1, for pycocotools takes an annotation 0 for none. Each image carries its
complete record, with all votes, in the extra field ``fieldguide``, and ``info`` carries the
manifest, so that an export of ours is read back whole.

Writing streams. Reading loads the whole file, for there is no streaming JSON parser among the
requirements: count on about seven times the file's size in memory.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from fieldguide.errors import SourceError
from fieldguide.formats.labels.as_json import (
    as_list,
    as_object,
    dump,
    manifest_as_json,
    manifest_from_json,
    picture_as_json,
    picture_from_json,
)
from fieldguide.formats.labels.checking import Checker
from fieldguide.formats.labels.classes import asks_for_class, remaining, resolve, targets
from fieldguide.formats.labels.reading import (
    QUESTION,
    ForeignNames,
    LabelOptions,
    answer,
    beginning_of,
    choices_named,
    load_json,
    placing,
    time_of,
)
from fieldguide.formats.labels.record import (
    LabelFile,
    LabelledPicture,
    Manifest,
    QuestionRecord,
    VoteRecord,
)
from fieldguide.formats.labels.writing import Fetch, Tally, WriteReport, chosen, new_files
from fieldguide.formats.names import clean, some

NAME = "coco"
SUFFIXES = (".json",)


def matches(path: Path) -> bool:
    """Whether the path is a JSON file that holds an object, not a list."""
    if not path.is_file() or path.suffix.lower() not in SUFFIXES:
        return False
    return beginning_of(path).lstrip().startswith("{")


def write(
    target: Path,
    manifest: Manifest,
    pictures: Iterable[LabelledPicture],
    *,
    fetch: Fetch | None = None,
    labels_only: bool = False,
) -> WriteReport:
    """Write images, categories and annotations, in constant memory.

    Questions that ask for a number have no place among the annotations; their answers are in the
    extra field only.

    Args:
        target: The file; one that exists is replaced when all is written.
        manifest: What the export says of itself.
        pictures: The pictures, in the order of the dataset.
        fetch: Not used: the bytes stay where they are.
        labels_only: Whether to leave the votes out.

    Raises:
        InputError: If a picture does not fit the questions, or the file cannot be written.
    """
    del fetch
    tally = Tally()
    categories = _Categories.of(manifest.questions)
    with (
        new_files(target) as (unfinished,),
        tempfile.TemporaryFile("w+", dir=target.parent, encoding="utf-8") as annotations,
        unfinished.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        stream.write('{"info":' + dump(_info(manifest)) + ',\n"licenses":[],\n"categories":')
        stream.write(dump(categories.as_json()) + ',\n"images":[')
        for picture in chosen(pictures, manifest, labels_only=labels_only):
            stream.write(",\n" if tally.pictures else "\n")
            tally.pictures += 1
            stream.write(dump(_image(picture, tally.pictures)))
            for category in categories.of_picture(picture):
                annotations.write(",\n" if tally.rows else "\n")
                tally.rows += 1
                annotation = _annotation(picture, tally.rows, tally.pictures, category)
                annotations.write(dump(annotation))
        stream.write('],\n"annotations":[')
        annotations.seek(0)
        shutil.copyfileobj(annotations, stream)
        stream.write("]}\n")
    return tally.report(target)


def read(path: Path, options: LabelOptions | None = None) -> LabelFile:
    """Read a file; boxes and outlines count as the classes of their picture.

    Args:
        path: The file.
        options: The name of the question, and what several classes on one picture mean.

    Raises:
        SourceError: If it is not COCO, or an id or a picture stands in it twice or not at all.
    """
    value = load_json(path)
    with placing(path, "its beginning"):
        content = as_object(value, "the file")
        missing = [name for name in ("images", "categories") if name not in content]
        if missing:
            raise SourceError(
                f"it has no {some(missing)}, and COCO's files have images, categories and "
                "annotations"
            )
        info = content.get("info")
        ours = info.get("fieldguide") if isinstance(info, dict) else None
        manifest = None if ours is None else manifest_from_json(ours)
    index = _index(path, content)
    if manifest is not None:
        return _read_ours(path, manifest, index)
    return _read_foreign(path, index, options or LabelOptions())


@dataclass(frozen=True, slots=True)
class _Categories:
    """The ids of the classes, over all questions; merged classes have that of their target.

    Attributes:
        ids: Id by question and class.
        pairs: Question and class by id.
        questions: The questions by name.
        targets: By question, the class that each class counts for.
    """

    ids: Mapping[tuple[str, str], int]
    pairs: Mapping[int, tuple[str, str]]
    questions: Mapping[str, QuestionRecord]
    targets: Mapping[str, dict[str, str]]

    @classmethod
    def of(cls, questions: Iterable[QuestionRecord]) -> _Categories:
        known = {question.name: question for question in questions if asks_for_class(question)}
        pairs = [(name, kind) for name, question in known.items() for kind in remaining(question)]
        return cls(
            ids={pair: number for number, pair in enumerate(pairs, start=1)},
            pairs=dict(enumerate(pairs, start=1)),
            questions=known,
            targets={name: targets(question) for name, question in known.items()},
        )

    def as_json(self) -> list[dict[str, Any]]:
        """Write the categories; where there are several questions, their names tell them apart."""
        several = len(self.questions) > 1
        return [
            {
                "id": number,
                "name": f"{question}: {kind}" if several else kind,
                "supercategory": self._above(question, kind) or question,
            }
            for (question, kind), number in self.ids.items()
        ]

    def of_picture(self, picture: LabelledPicture) -> list[int]:
        """Give the ids of all classes of a picture's labels."""
        return [
            self.ids[name, kind]
            for name, label in picture.labels.items()
            if name in self.questions
            for kind in resolve(label.choices, self.targets[name])
        ]

    def _above(self, question: str, kind: str) -> str | None:
        choices = self.questions[question].choices
        return next(choice.parent for choice in choices if choice.name == kind)


@dataclass(slots=True)
class _Index:
    """A file's content by id.

    Attributes:
        categories: Name by id.
        images: Image by id.
        of_image: The category ids of an image's annotations, one for each annotation.
        boxed: How many annotations have a box or an outline.
    """

    categories: dict[Any, str] = field(default_factory=dict)
    images: dict[Any, dict[str, Any]] = field(default_factory=dict)
    of_image: dict[Any, list[Any]] = field(default_factory=dict)
    boxed: int = 0


def _index(path: Path, content: dict[str, Any]) -> _Index:
    index = _Index()
    with placing(path, "'categories'"):
        for found in as_list(content["categories"], "'categories'"):
            number = _id(found, "a category", index.categories)
            name = found.get("name")
            if not isinstance(name, str) or not name:
                raise SourceError(f"the category {number} has no name")
            index.categories[number] = clean(name)
    with placing(path, "'images'"):
        for found in as_list(content["images"], "'images'"):
            number = _id(found, "an image", index.images)
            if not isinstance(found.get("file_name"), str):
                raise SourceError(f"the image {number} has no 'file_name'")
            index.images[number] = found
    with placing(path, "'annotations'"):
        for found in as_list(content.get("annotations", []), "'annotations'"):
            annotation = as_object(found, "an annotation")
            place = f"the annotation {annotation.get('id')!r}"
            image, category = annotation.get("image_id"), annotation.get("category_id")
            if not _is_known(image, index.images):
                raise SourceError(f"{place} belongs to the image {image!r}, which is not there")
            if not _is_known(category, index.categories):
                raise SourceError(
                    f"{place} has the category id {category!r}, which is unknown; known are "
                    f"{some(str(known) for known in index.categories)}"
                )
            index.of_image.setdefault(image, []).append(category)
            index.boxed += bool(annotation.get("bbox") or annotation.get("segmentation"))
    return index


def _id(found: Any, what: str, known: Mapping[Any, Any]) -> int | str:
    number = as_object(found, what).get("id")
    if isinstance(number, bool) or not isinstance(number, int | str):
        raise SourceError(f"{what} has the id {number!r}, which is neither a number nor text")
    if number in known:
        raise SourceError(f"the id {number!r} is given to {what} twice")
    return number


def _is_known(number: Any, known: Mapping[Any, Any]) -> bool:
    return isinstance(number, int | str) and number in known


def _read_foreign(path: Path, index: _Index, options: LabelOptions) -> LabelFile:
    names = ForeignNames()
    by_name: dict[str, Any] = {}
    for number, image in index.images.items():
        name = names.take(image["file_name"])
        if name is not None and name in by_name:
            raise SourceError(
                f"The picture '{name}' stands in {path} twice, as the images {by_name[name]!r} and "
                f"{number!r}. Remove one of them, or give them different names."
            )
        if name is not None:
            by_name[name] = number
    notes = [*_explain_boxes(index), *names.notes()]
    notes.append("The answers have no time and get the time of the file's last change.")
    several = [
        name
        for name, number in by_name.items()
        if len({index.categories[c] for c in index.of_image.get(number, [])}) > 1
    ]
    many = bool(several) and options.several == "many"
    if several:
        meaning = "an answer with many choices" if many else "the most frequent one, or the first"
        notes.append(
            f"{len(several)} pictures have several classes ({some(several)}): they count as "
            f"{meaning}."
        )
    question = QuestionRecord(
        options.question or QUESTION,
        "many" if many else "single",
        choices=choices_named(index.categories.values()),
    )
    return LabelFile(
        format=NAME,
        questions=(question,),
        manifest=None,
        notes=tuple(notes),
        pictures=partial(_foreign_pictures, by_name, index, question, time_of(path)),
    )


def _explain_boxes(index: _Index) -> list[str]:
    if not index.boxed:
        return []
    text = (
        f"{index.boxed} annotations have boxes or outlines, which are not read: their classes "
        "count for the whole picture."
    )
    return [text]


def _foreign_pictures(
    by_name: Mapping[str, Any], index: _Index, question: QuestionRecord, at: datetime
) -> Iterator[LabelledPicture]:
    order = [choice.name for choice in question.choices]
    for name, number in by_name.items():
        image = index.images[number]
        counts = Counter(index.categories[category] for category in index.of_image.get(number, []))
        classes = sorted(counts, key=order.index)
        if question.kind == "single" and classes:
            classes = [max(classes, key=lambda kind: counts[kind])]
        votes = (
            [answer(picture=name, question=question.name, at=at, choices=classes)]
            if classes
            else []
        )
        yield LabelledPicture(
            name,
            width=_size(image.get("width")),
            height=_size(image.get("height")),
            votes=tuple(votes),
        )


def _size(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _read_ours(path: Path, manifest: Manifest, index: _Index) -> LabelFile:
    categories = _Categories.of(manifest.questions)
    checker = Checker(manifest.questions)
    pictures: dict[str, LabelledPicture] = {}
    changed: list[str] = []
    emptied: list[str] = []
    at = time_of(path)
    for number, image in index.images.items():
        with placing(path, f"the image {number!r}"):
            picture = picture_from_json(image.get("fieldguide"))
            fault = checker.fault_of(picture)
            if fault:
                raise SourceError(f"the picture '{picture.name}' does not fit: {fault}")
            if picture.name in pictures:
                raise SourceError(f"the picture '{picture.name}' stands in the file twice")
            found = index.of_image.get(number, [])
            votes = _changed_votes(picture, found, categories, at)
            if not votes and set(found) != set(categories.of_picture(picture)):
                emptied.append(picture.name)
        changed += [picture.name] if votes else []
        pictures[picture.name] = replace(picture, votes=(*picture.votes, *votes))
    notes = []
    if changed:
        notes.append(
            f"The annotations of {len(changed)} pictures ({some(changed)}) are not those that were "
            "exported: they count as new answers by 'import'."
        )
    if emptied:
        notes.append(
            f"The annotations of {len(emptied)} pictures ({some(emptied)}) were removed since the "
            "export: their answers stay as they were."
        )
    return LabelFile(NAME, manifest.questions, manifest, tuple(notes), lambda: _each(pictures))


def _each(pictures: Mapping[str, LabelledPicture]) -> Iterator[LabelledPicture]:
    yield from pictures.values()


def _changed_votes(
    picture: LabelledPicture, found: list[Any], categories: _Categories, at: datetime
) -> list[VoteRecord]:
    """Make votes of annotations that another tool has changed since the export."""
    before = set(categories.of_picture(picture))
    if set(found) - set(categories.pairs):
        raise SourceError("its annotations have categories that were not exported")
    answers: dict[str, list[str]] = {}
    touched = {categories.pairs[number][0] for number in before ^ set(found)}
    for number in sorted(set(found)):
        name, kind = categories.pairs[number]
        answers.setdefault(name, []).append(kind)
    votes = []
    for name in sorted(touched):
        classes = answers.get(name, [])
        single = categories.questions[name].kind == "single"
        if single and not classes:
            continue
        if single and len(classes) > 1:
            raise SourceError(
                f"its annotations answer the question '{name}' with {len(classes)} classes, and it "
                "asks for one"
            )
        votes.append(answer(picture=picture.name, question=name, at=at, choices=classes))
    return votes


def _info(manifest: Manifest) -> dict[str, Any]:
    exported = manifest.exported_at.astimezone(UTC)
    return {
        "description": manifest.dataset,
        "date_created": exported.isoformat(),
        "year": exported.year,
        "fieldguide": manifest_as_json(manifest),
    }


def _image(picture: LabelledPicture, number: int) -> dict[str, Any]:
    sizes = {"width": picture.width, "height": picture.height}
    known = {name: value for name, value in sizes.items() if value is not None}
    record = picture_as_json(picture)
    return {"id": number, "file_name": picture.name, **known, "fieldguide": record}


def _annotation(picture: LabelledPicture, number: int, image: int, category: int) -> dict[str, Any]:
    found: dict[str, Any] = {"id": number, "image_id": image, "category_id": category, "iscrowd": 0}
    width, height = picture.width, picture.height
    if width is None or height is None:
        return {**found, "segmentation": []}
    return {
        **found,
        "bbox": [0, 0, width, height],
        "area": width * height,
        "segmentation": [[0, 0, width, 0, width, height, 0, height]],
    }
