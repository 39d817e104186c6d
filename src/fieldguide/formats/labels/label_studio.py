"""Label Studio's JSON: its full export, its JSON-MIN, and files that it imports.

An export of ours is a list of tasks, with the manifest beside it in ``<file>.manifest.json`` and
the labelling configuration in ``<file>.config.xml``. Pictures are named by the path under which
Label Studio serves local files: set ``LOCAL_FILES_SERVING_ENABLED=true`` and
``LOCAL_FILES_DOCUMENT_ROOT`` to the folder with the pictures. Each person's current answers become
one annotation, each model's one prediction; a skip is a cancelled annotation. Label Studio refuses
annotations by people whom it does not know, and gives all others the time of their import, so the
annotator's name, the answer's time and its key are in each result's ``meta``, which it keeps; on
reading they count as long as nobody has changed the annotation there. So a file of ours brings
nothing twice to where it came from. What does not survive: earlier
answers, "unsure" and "cannot tell", withdrawn answers, certainties, columns; a question's own
merged classes become their targets.

Files are read as a whole, as with COCO; ``label_studio_tasks.py`` reads them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from fieldguide.formats.labels import label_studio_tasks
from fieldguide.formats.labels.as_json import dump
from fieldguide.formats.labels.classes import remaining, resolve, targets
from fieldguide.formats.labels.manifest_file import path_beside, read_manifest, write_manifest
from fieldguide.formats.labels.reading import LabelOptions, beginning_of, load_json
from fieldguide.formats.labels.record import (
    LabelFile,
    LabelledPicture,
    Manifest,
    QuestionRecord,
    VoteRecord,
)
from fieldguide.formats.labels.writing import Fetch, Tally, WriteReport, chosen, new_files

NAME = "label-studio"
SUFFIXES = (".json",)

# What XML cannot hold, not even as an escape.
_UNWRITABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\ufffd")

_Answers = Mapping[str, tuple[Sequence[str], float | None, dict[str, str]]]
"""Classes, number and ``meta`` by question."""


def matches(path: Path) -> bool:
    """Whether the path is a JSON file that holds a list."""
    if not path.is_file() or path.suffix.lower() not in SUFFIXES:
        return False
    return beginning_of(path).lstrip().startswith("[")


def write(
    target: Path,
    manifest: Manifest,
    pictures: Iterable[LabelledPicture],
    *,
    fetch: Fetch | None = None,
    labels_only: bool = False,
) -> WriteReport:
    """Write tasks with annotations and predictions, in constant memory.

    Args:
        target: The file; one that exists is replaced when all is written.
        manifest: What the export says of itself; it goes beside the file.
        pictures: The pictures, in the order of the dataset.
        fetch: Not used: the bytes stay where they are.
        labels_only: Whether to write each label as one annotation, in place of the votes.

    Raises:
        InputError: If a picture does not fit the questions, or the files cannot be written.
    """
    del fetch
    tally = Tally()
    beside = path_beside(target)
    config = target.with_name(f"{target.name}.config.xml")
    tasks = _Tasks(manifest.questions, tally)
    with (
        new_files(target, beside, config) as (unfinished, side, xml),
        unfinished.open("w", encoding="utf-8", newline="\n") as stream,
    ):
        stream.write("[")
        for picture in chosen(pictures, manifest, labels_only=labels_only):
            stream.write(",\n" if tally.pictures else "\n")
            stream.write(dump(tasks.task_of(picture)))
            tally.pictures += 1
        stream.write("\n]\n")
        write_manifest(side, manifest)
        xml.write_text(config_xml(manifest.questions), encoding="utf-8")
    return tally.report(target, beside, config)


def read(path: Path, options: LabelOptions | None = None) -> LabelFile:
    """Read a full export, a JSON-MIN export, or a file of ours.

    Args:
        path: The file.
        options: The key of the picture in a task's data.

    Raises:
        SourceError: If it is not Label Studio's JSON.
    """
    beside = path_beside(path)
    manifest = read_manifest(beside)[0] if beside.is_file() else None
    return label_studio_tasks.read(path, load_json(path), manifest, options or LabelOptions())


def config_xml(questions: Sequence[QuestionRecord]) -> str:
    """Give the labelling configuration with which Label Studio asks these questions.

    Merged classes are left out, archived ones are not, for annotations may have them. Source:
    https://labelstud.io/tags/choices
    """
    picture = picture_tag(questions)
    lines = ["<View>", f"  <Image{_attributes(name=picture, value='$image')}/>"]
    for question in questions:
        lines.append(f"  <Header{_attributes(value=question.name)}/>")
        if question.guidelines:
            about = _attributes(name=_about(question, questions), value=question.guidelines)
            lines.append(f"  <Text{about}/>")
        lines += _control(question, picture)
    return "\n".join([*lines, "</View>", ""])


def picture_tag(questions: Sequence[QuestionRecord]) -> str:
    """Name the tag of the picture, otherwise than any question."""
    name = "image"
    while name in {question.name for question in questions}:
        name += "_"
    return name


def _control(question: QuestionRecord, picture: str) -> list[str]:
    names = {"name": question.name, "toName": picture}
    if question.kind == "number":
        return [f"  <Number{_attributes(**names)}/>"]
    several = "multiple" if question.kind == "many" else "single"
    lines = [f"  <Choices{_attributes(**names, choice=several, showInline='true')}>"]
    known = {choice.name: choice for choice in question.choices}
    for name in remaining(question):
        choice = known[name]
        further = {
            "hotkey": choice.key,
            "background": choice.colour,
            "hint": choice.description or None,
        }
        given = {key: value for key, value in further.items() if value is not None}
        lines.append(f"    <Choice{_attributes(value=name, **given)}/>")
    return [*lines, "  </Choices>"]


def _about(question: QuestionRecord, questions: Sequence[QuestionRecord]) -> str:
    name = f"{question.name} - guidelines"
    while name in {other.name for other in questions}:
        name += "_"
    return name


def _attributes(**values: str) -> str:
    return "".join(
        f" {name}={quoteattr(value.translate(_UNWRITABLE))}" for name, value in values.items()
    )


class _Tasks:
    """Makes tasks of pictures, and notes what they cannot hold."""

    def __init__(self, questions: Sequence[QuestionRecord], tally: Tally) -> None:
        self._questions = {question.name: question for question in questions}
        self._targets = {question.name: targets(question) for question in questions}
        self._picture = picture_tag(questions)
        self._tally = tally

    def task_of(self, picture: LabelledPicture) -> dict[str, Any]:
        """Write one task."""
        data: dict[str, Any] = {
            "image": f"/data/local-files/?d={quote(picture.name)}",
            "fieldguide_name": picture.name,
        }
        for name in ("sha256", "group", "part"):
            value = getattr(picture, name)
            if value is not None:
                data[name] = value
        if picture.columns:
            self._tally.leave_out(picture.name, "Label Studio's tasks get no columns")
        annotations, predictions = self._of_votes(picture)
        if not picture.votes and picture.labels:
            annotations = self._of_labels(picture)
        self._tally.rows += len(annotations) + len(predictions)
        return {"data": data, "annotations": annotations, "predictions": predictions}

    def _of_votes(
        self, picture: LabelledPicture
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        current: dict[tuple[str, str], dict[str, VoteRecord]] = {}
        for vote in picture.votes:
            answers = current.setdefault((vote.kind, vote.annotator), {})
            if answers.pop(vote.question, None) is not None:
                reason = "a later answer by the same annotator is in its place"
                self._tally.leave_out(picture.name, reason)
            answers[vote.question] = vote
        annotations, predictions = [], []
        for (kind, annotator), votes in current.items():
            answered = [vote for vote in votes.values() if vote.verdict == "answer"]
            skips = any(vote.verdict == "skip" for vote in votes.values()) and not answered
            self._note_others(picture, votes.values(), skips=skips)
            result = self._result(
                picture,
                annotator,
                {v.question: (v.choices, v.number, _meta(v)) for v in answered},
            )
            if kind == "model" and result:
                predictions.append({"model_version": annotator, "result": result})
            elif kind != "model" and (result or skips):
                used = answered or list(votes.values())
                annotations.append(_annotation(annotator, used, result, cancelled=skips))
        return annotations, predictions

    def _note_others(
        self, picture: LabelledPicture, votes: Iterable[VoteRecord], *, skips: bool
    ) -> None:
        reasons = {
            "unsure": "Label Studio has no 'unsure'",
            "cannot_tell": "Label Studio has no 'cannot tell'",
            "withdrawn": "the answer was withdrawn",
            "skip": "an annotation that answers another question cannot be a skip",
        }
        for vote in votes:
            if vote.verdict in reasons and not (skips and vote.verdict == "skip"):
                self._tally.leave_out(picture.name, reasons[vote.verdict])

    def _of_labels(self, picture: LabelledPicture) -> list[dict[str, Any]]:
        answers: _Answers = {
            name: (label.choices, label.number, {})
            for name, label in picture.labels.items()
            if label.choices or label.number is not None
        }
        result = self._result(picture, None, answers)
        return [{"was_cancelled": False, "ground_truth": False, "result": result}] if result else []

    def _result(
        self, picture: LabelledPicture, annotator: str | None, answers: _Answers
    ) -> list[dict[str, Any]]:
        result = []
        for name, (choices, number, meta) in answers.items():
            kind: str = "number"
            value: dict[str, Any] = {"number": number}
            if self._questions[name].kind != "number":
                kind = "choices"
                value = {"choices": list(resolve(choices, self._targets[name]))}
            told = f"{picture.name}\n{annotator}\n{name}"
            found: dict[str, Any] = {
                "id": hashlib.sha256(told.encode()).hexdigest()[:10],
                "from_name": name,
                "to_name": self._picture,
                "type": kind,
                "value": value,
            }
            result.append({**found, "meta": meta} if meta else found)
        return result


def _meta(vote: VoteRecord) -> dict[str, str]:
    return {"annotator": vote.annotator, "answered_at": _time(vote), "key": vote.key}


def _time(vote: VoteRecord) -> str:
    return vote.at.astimezone(UTC).isoformat()


def _annotation(
    annotator: str, votes: Sequence[VoteRecord], result: list[dict[str, Any]], *, cancelled: bool
) -> dict[str, Any]:
    times = [vote.milliseconds for vote in votes if vote.milliseconds is not None]
    found: dict[str, Any] = {
        "annotator": annotator,
        "was_cancelled": cancelled,
        "ground_truth": any(vote.decides for vote in votes),
        "created_at": _time(max(votes, key=lambda vote: vote.at)),
        "result": result,
    }
    if cancelled:
        # It has no results that could carry them.
        found["keys"] = {vote.question: vote.key for vote in votes if vote.verdict == "skip"}
    return {**found, "lead_time": sum(times) / 1000} if times else found
