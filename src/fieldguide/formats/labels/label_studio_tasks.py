"""Label Studio's tasks, annotations and predictions, as pictures and votes.

``completed_by`` becomes the annotator (the e-mail address where there is one), ``lead_time`` the
time that the answers took, shared among them, ``was_cancelled`` a skip of every question, and
``ground_truth`` a vote that decides. Of the results, ``choices``, ``number`` and ``rating`` are
read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fieldguide.errors import SourceError
from fieldguide.formats.columns import IMAGE_NAMES
from fieldguide.formats.labels.as_json import as_list, as_number, as_object, moment, safe_name
from fieldguide.formats.labels.checking import Checker
from fieldguide.formats.labels.folder_names import PICTURE_SUFFIXES
from fieldguide.formats.labels.reading import (
    IMPORT_ANNOTATOR,
    ForeignNames,
    LabelOptions,
    answer,
    choices_named,
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
from fieldguide.formats.names import clean, some
from fieldguide.types import AnnotatorKind, QuestionKind

_UPLOAD = re.compile(r"(?:.*/)?data/upload/\d+/(?:[0-9a-f]{8}-)?([^/]+)")
_NOT_ANSWERS = frozenset(
    ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement")
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """The picture of a task: its address, the name it seems to stand for, and whose name it is."""

    address: str
    name: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """One annotation's or prediction's answer to one question; None for a skip of all."""

    question: str | None
    kind: QuestionKind
    choices: tuple[str, ...]
    number: float | None
    at: datetime | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class _Annotation:
    """One annotation or prediction."""

    annotator: str
    kind: AnnotatorKind
    answers: tuple[_Answer, ...]
    given: tuple[str, ...]
    at: datetime | None
    milliseconds: int | None
    decides: bool
    skipped: bool


@dataclass(slots=True)
class _Found:
    """What is known of a picture, from all of its tasks."""

    sha256: str | None = None
    group: str | None = None
    part: str | None = None
    annotations: list[_Annotation] = field(default_factory=list)


@dataclass(slots=True)
class _Survey:
    """What reading the tasks has found."""

    pictures: dict[str, _Found] = field(default_factory=dict)
    classes: dict[str, dict[str, None]] = field(default_factory=dict)
    kinds: dict[str, QuestionKind] = field(default_factory=dict)
    unread: Counter[str] = field(default_factory=Counter)
    repeated: list[str] = field(default_factory=list)
    untimed: int = 0
    bare: int = 0


def read(path: Path, value: Any, manifest: Manifest | None, options: LabelOptions) -> LabelFile:
    """Read the tasks of a file.

    Args:
        path: The file, for messages.
        value: Its content.
        manifest: What stands beside an export of ours.
        options: The key of the picture in a task's data.

    Raises:
        SourceError: If they are no tasks.
    """
    with placing(path, "its beginning"):
        tasks = as_list(value, "the file")
    names = ForeignNames()
    survey = _Survey()
    pictures = _name_pictures(path, tasks, options, names)
    for number, (task, name) in enumerate(zip(tasks, pictures, strict=True), start=1):
        if name is None:
            continue
        with placing(path, f"task {number} ({name})"):
            _take(survey, name, task, options)
    questions = manifest.questions if manifest else _questions(survey)
    notes = [*names.notes(), *_explain(survey)]
    found = LabelFile(
        "label-studio",
        questions,
        manifest,
        tuple(notes),
        partial(_pictures, survey, questions, time_of(path)),
    )
    if manifest is not None:
        checker = Checker(questions)
        for picture in found.pictures():
            fault = checker.fault_of(picture)
            if fault:
                raise SourceError(
                    f"The picture '{picture.name}' in {path} does not fit the manifest beside it: "
                    f"{fault}. Correct it, or remove the manifest to read the file as one from "
                    "elsewhere."
                )
    return found


def _name_pictures(
    path: Path, tasks: Sequence[Any], options: LabelOptions, names: ForeignNames
) -> list[str | None]:
    """Name each task's picture; the prefix of an upload stays where two would be the same."""
    shown: list[_Shown] = []
    for number, task in enumerate(tasks, start=1):
        with placing(path, f"task {number}"):
            shown.append(_picture_of(_data(task), options))
    counts = Counter({found.address: found.name for found in shown}.values())
    return [
        found.name
        if found.ours
        else names.take(found.name if counts[found.name] == 1 else found.address)
        for found in shown
    ]


def _data(task: Any) -> dict[str, Any]:
    found = as_object(task, "the task")
    data = found.get("data", found) if _is_full(found) else found
    return as_object(data, "'data'")


def _is_full(task: Mapping[str, Any]) -> bool:
    return isinstance(task.get("data"), dict)


def _picture_of(data: dict[str, Any], options: LabelOptions) -> _Shown:
    ours = data.get("fieldguide_name")
    if isinstance(ours, str):
        name = safe_name(ours)
        return _Shown(name, name, ours=True)
    key = _picture_key(data, options)
    value = None if key is None else data.get(key)
    if not isinstance(value, str) or not value:
        raise SourceError("it has no picture in 'data'; name the key with --image")
    upload = _UPLOAD.fullmatch(value.split("?")[0])
    if upload:
        return _Shown(value, upload.group(1))
    if "/local-files/" in value:
        local = parse_qs(urlsplit(value).query).get("d", [""])[0]
        return _Shown(local, local)
    return _Shown(value, value)


def _picture_key(data: Mapping[str, Any], options: LabelOptions) -> str | None:
    if options.picture is not None:
        return options.picture
    lowered = {key.lower(): key for key in data}
    by_name = next((lowered[name] for name in IMAGE_NAMES if name in lowered), None)
    if by_name is not None:
        return by_name
    likely = [
        key
        for key, value in data.items()
        if isinstance(value, str) and value.lower().split("?")[0].endswith(PICTURE_SUFFIXES)
    ]
    return likely[0] if len(likely) == 1 else None


def _take(survey: _Survey, name: str, task: dict[str, Any], options: LabelOptions) -> None:
    if name in survey.pictures and _is_full(task):
        survey.repeated.append(name)
    found = survey.pictures.setdefault(name, _Found())
    data = _data(task)
    if "fieldguide_name" in data:
        found.sha256, found.group, found.part = (
            clean(value) if isinstance(value := data.get(key), str) else None
            for key in ("sha256", "group", "part")
        )
    if not _is_full(task):
        annotation = _min_annotation(survey, task, options)
        found.annotations += [] if annotation is None else [annotation]
        return
    for given in as_list(task.get("annotations", task.get("completions", [])), "'annotations'"):
        found.annotations.append(_annotation(survey, as_object(given, "an annotation")))
    for prediction in as_list(task.get("predictions", []), "'predictions'"):
        # Label Studio's plain export gives predictions by their ids only.
        survey.bare += not isinstance(prediction, dict)
        if isinstance(prediction, dict):
            found.annotations.append(_prediction(survey, prediction))


def _annotation(survey: _Survey, found: dict[str, Any]) -> _Annotation:
    result = as_list(found.get("result", []), "'result'")
    skipped = found.get("was_cancelled") is True
    changed = found.get("updated_by") is not None
    return _Annotation(
        annotator=_annotator(found, result),
        kind="import" if _annotator(found, result) == IMPORT_ANNOTATOR else "person",
        answers=_skips(found) if skipped else _answers(survey, result, changed=changed),
        given=_given(found, "unique_id", "id", "updated_at"),
        at=_moment(survey, found),
        milliseconds=_milliseconds(found),
        decides=found.get("ground_truth") is True,
        skipped=skipped,
    )


def _prediction(survey: _Survey, found: dict[str, Any]) -> _Annotation:
    model = found.get("model_version")
    return _Annotation(
        annotator=clean(model) if isinstance(model, str) and model else "model",
        kind="model",
        answers=_answers(survey, as_list(found.get("result", []), "'result'"), changed=False),
        given=_given(found, "id", "updated_at"),
        at=_moment(survey, found),
        milliseconds=None,
        decides=False,
        skipped=False,
    )


def _min_annotation(
    survey: _Survey, found: dict[str, Any], options: LabelOptions
) -> _Annotation | None:
    """Read an entry of JSON-MIN: the task's data, its id, any answers, then the annotator."""
    keys = list(found)
    if "id" in keys and "annotator" in keys:
        keys = keys[keys.index("id") + 1 : keys.index("annotator")]
    answers: list[_Answer] = []
    for key in keys:
        if key in _NOT_ANSWERS or key == _picture_key(found, options):
            continue
        value = found[key]
        values = value if isinstance(value, list) else [value]
        for item in values:
            read = _value(survey, key, _min_value(key, item))
            answers += [] if read is None else [read]
    if not answers:
        return None
    return _Annotation(
        annotator=_annotator({"completed_by": found.get("annotator")}, []),
        kind="import" if found.get("annotator") is None else "person",
        answers=_once(survey, answers),
        given=_given(found, "annotation_id", "updated_at"),
        at=_moment(survey, found),
        milliseconds=_milliseconds(found),
        decides=False,
        skipped=False,
    )


def _min_value(key: str, item: Any) -> dict[str, Any]:
    if isinstance(item, str):
        return {"choices": [item]}
    is_number = isinstance(item, int | float) and not isinstance(item, bool)
    return {"number": item} if is_number else as_object(item, f"'{key}'")


def _annotator(found: Mapping[str, Any], result: Sequence[Any]) -> str:
    names = [name for item in result if isinstance(name := _meta(item).get("annotator"), str)]
    editor = found.get("updated_by")
    if names and editor is None:
        return clean(names[0])
    if names:
        return _person(editor)
    if isinstance(found.get("annotator"), str):
        return clean(found["annotator"])
    return _person(found.get("completed_by"))


def _person(person: Any) -> str:
    if isinstance(person, dict):
        person = person.get("email") or person.get("id")
    if isinstance(person, str) and person:
        return clean(person)
    # Ids are those of one installation of Label Studio, so they say where they come from.
    return IMPORT_ANNOTATOR if person is None else f"label-studio-{person}"


def _meta(item: Any) -> dict[str, Any]:
    """Give what an export of ours has noted beside a result."""
    meta = item.get("meta") if isinstance(item, dict) else None
    return meta if isinstance(meta, dict) else {}


def _skips(found: Mapping[str, Any]) -> tuple[_Answer, ...]:
    """Give what an export of ours has noted of skips; others skip every question."""
    keys = found.get("keys")
    if not isinstance(keys, dict) or found.get("updated_by") is not None:
        return ()
    return tuple(
        _Answer(clean(name), "single", (), None, key=clean(key))
        for name, key in keys.items()
        if isinstance(key, str) and key
    )


def _answers(survey: _Survey, result: Sequence[Any], *, changed: bool) -> tuple[_Answer, ...]:
    answers = []
    for item in result:
        found = as_object(item, "a result")
        name, kind = found.get("from_name"), found.get("type")
        if kind not in {"choices", "number", "rating"} or not isinstance(name, str):
            survey.unread[str(kind)] += 1
            continue
        read = _value(survey, name, as_object(found.get("value"), "'value'"))
        meta = {} if changed else _meta(item)
        told, key = meta.get("answered_at"), meta.get("key")
        if read is not None:
            at = None if told is None else moment(told, "'answered_at'")
            key = clean(key) if isinstance(key, str) and key else None
            answers.append(replace(read, at=at, key=key))
    return _once(survey, answers)


def _value(survey: _Survey, name: str, value: Mapping[str, Any]) -> _Answer | None:
    question = clean(name)
    if "choices" in value:
        classes = as_list(value["choices"], f"the choices of '{name}'")
        if not all(isinstance(kind, str) and kind for kind in classes):
            raise SourceError(f"the choices of '{name}' are not all names of classes")
        kinds = tuple(dict.fromkeys(clean(kind) for kind in classes))
        return _Answer(question, "single" if len(kinds) == 1 else "many", kinds, None)
    for key in ("number", "rating"):
        if key in value:
            return _Answer(question, "number", (), as_number(value[key], f"'{name}'"))
    survey.unread[next(iter(value), "an empty value")] += 1
    return None


def _once(survey: _Survey, answers: Sequence[_Answer]) -> tuple[_Answer, ...]:
    """Put several results for one question into one answer, and note what the question asks."""
    merged: dict[str | None, _Answer] = {}
    for found in answers:
        before = merged.get(found.question)
        if before is not None and found.kind != "number" and before.kind != "number":
            classes = tuple(dict.fromkeys((*before.choices, *found.choices)))
            kind: QuestionKind = "many" if len(classes) != 1 else before.kind
            merged[found.question] = replace(before, kind=kind, choices=classes)
        else:
            merged[found.question] = found
    for found in merged.values():
        name = found.question or ""
        survey.classes.setdefault(name, {}).update(dict.fromkeys(found.choices))
        before_kind = survey.kinds.get(name, found.kind)
        if (before_kind == "number") != (found.kind == "number"):
            raise SourceError(f"'{name}' is answered by a number here and by classes elsewhere")
        survey.kinds[name] = "many" if "many" in {before_kind, found.kind} else found.kind
    return tuple(merged.values())


def _given(found: Mapping[str, Any], *keys: str) -> tuple[str, ...]:
    return tuple(f"{key}={found[key]}" for key in keys if found.get(key) is not None)


def _moment(survey: _Survey, found: Mapping[str, Any]) -> datetime | None:
    keys = ("created_at", "updated_at")
    for key in keys if found.get("updated_by") is None else reversed(keys):
        if found.get(key) is not None:
            return moment(found[key], f"'{key}'")
    survey.untimed += 1
    return None


def _milliseconds(found: Mapping[str, Any]) -> int | None:
    seconds = found.get("lead_time")
    return None if seconds is None else round(as_number(seconds, "'lead_time'") * 1000)


def _questions(survey: _Survey) -> tuple[QuestionRecord, ...]:
    return tuple(
        QuestionRecord(name, kind, choices=choices_named(survey.classes[name]))
        for name, kind in survey.kinds.items()
    )


def _explain(survey: _Survey) -> list[str]:
    notes = []
    if survey.unread:
        kinds = ", ".join(f"{kind} ({count})" for kind, count in survey.unread.most_common(5))
        notes.append(f"Results other than choices, numbers and ratings are not read: {kinds}.")
    if survey.repeated:
        notes.append(
            f"{len(survey.repeated)} tasks show a picture that an earlier task shows "
            f"({some(survey.repeated)}): their answers are put together."
        )
    if survey.untimed:
        notes.append(
            f"{survey.untimed} annotations have no time and get that of the file's last change."
        )
    if survey.bare:
        notes.append(
            f"{survey.bare} predictions are given by their ids only and are not read; export a "
            "snapshot with predictions to have them."
        )
    if not survey.kinds:
        notes.append("There is no answer that could be read, so skips are left out too.")
    return notes


def _pictures(
    survey: _Survey, questions: Sequence[QuestionRecord], file_time: datetime
) -> Iterator[LabelledPicture]:
    for name, found in survey.pictures.items():
        votes = [
            vote
            for annotation in found.annotations
            for vote in _votes(name, annotation, questions, file_time)
        ]
        votes.sort(key=lambda vote: vote.at)
        yield LabelledPicture(
            name,
            sha256=found.sha256,
            group=found.group,
            part=found.part,
            votes=tuple(votes),
        )


def _votes(
    picture: str,
    annotation: _Annotation,
    questions: Sequence[QuestionRecord],
    file_time: datetime,
) -> Iterator[VoteRecord]:
    answers = annotation.answers
    if annotation.skipped and not answers:
        answers = tuple(_Answer(question.name, question.kind, (), None) for question in questions)
    for found in answers:
        vote = answer(
            picture=picture,
            question=found.question or "",
            at=found.at or annotation.at or file_time,
            given=annotation.given,
            annotator=annotation.annotator,
            kind=annotation.kind,
            verdict="skip" if annotation.skipped else "answer",
            choices=found.choices,
            number=found.number,
        )
        took = annotation.milliseconds
        yield replace(
            vote,
            key=found.key or vote.key,
            decides=annotation.decides,
            milliseconds=None if took is None else round(took / len(answers)),
        )
