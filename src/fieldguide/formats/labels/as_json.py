"""Manifests and pictures as JSON objects, and back, with every field checked."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar, get_args

from fieldguide.errors import SourceError
from fieldguide.formats.labels.checking import check_questions
from fieldguide.formats.labels.record import (
    ChoiceRecord,
    LabelledPicture,
    LabelRecord,
    Manifest,
    QuestionRecord,
    Setting,
    VoteRecord,
)
from fieldguide.formats.members import refuse_name
from fieldguide.formats.names import clean
from fieldguide.types import AnnotatorKind, ColumnValue, QuestionKind, Verdict

FORMAT = "fieldguide-labels"
FORMAT_VERSION = 1

Object = dict[str, Any]
T = TypeVar("T")
_MISSING = object()


def dump(value: Any) -> str:
    """Write JSON on one line, readable in any script."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def manifest_as_json(manifest: Manifest) -> Object:
    """Give a manifest as a JSON object; its first field names the format."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "dataset": manifest.dataset,
        "dataset_identity": manifest.dataset_identity,
        "filter": dict(manifest.filter),
        "named": manifest.named,
        "exported_at": manifest.exported_at.astimezone(UTC).isoformat(),
        "fieldguide": manifest.fieldguide,
        "questions": [_question_as_json(question) for question in manifest.questions],
    }


def manifest_from_json(value: Any) -> Manifest:
    """Read a manifest.

    Raises:
        SourceError: If it is not one, or one of a later release.
    """
    found = as_object(value, "the manifest")
    if found.get("format") != FORMAT:
        raise SourceError(f'the manifest does not say "format": "{FORMAT}"')
    version = _get(found, "format_version", _whole)
    if version > FORMAT_VERSION:
        raise SourceError(
            f"it has version {version} of the format, and this release reads up to "
            f"{FORMAT_VERSION}: update Fieldguide"
        )
    words = as_object(found.get("filter", {}), "'filter'")
    manifest = Manifest(
        dataset=_get(found, "dataset", _text),
        filter={name: _text(word, f"'{name}'") for name, word in words.items()},
        named=_get(found, "named", _flag),
        exported_at=_get(found, "exported_at", moment),
        fieldguide=_get(found, "fieldguide", _text),
        questions=tuple(_question_from_json(q) for q in _get(found, "questions", as_list)),
        dataset_identity=_get(found, "dataset_identity", _text, default=None),
    )
    fault = check_questions(manifest.questions)
    if fault:
        raise SourceError(f"the manifest does not hold together: {fault}")
    return manifest


def picture_as_json(picture: LabelledPicture) -> Object:
    """Give a picture as a JSON object; fields that say nothing are left away."""
    found: Object = {"name": picture.name}
    for name in ("sha256", "width", "height", "group", "part"):
        value = getattr(picture, name)
        if value is not None:
            found[name] = value
    if picture.columns:
        found["columns"] = dict(picture.columns)
    if picture.labels:
        found["labels"] = {q: _label_as_json(label) for q, label in picture.labels.items()}
    if picture.votes:
        found["votes"] = [_vote_as_json(vote) for vote in picture.votes]
    return found


def picture_from_json(value: Any) -> LabelledPicture:
    """Read a picture.

    Raises:
        SourceError: If a field is missing or wrong, or the name could lead out of a folder.
    """
    found = as_object(value, "the picture")
    name = safe_name(_get(found, "name", _text))
    columns = as_object(found.get("columns", {}), "'columns'")
    labels = as_object(found.get("labels", {}), "'labels'")
    return LabelledPicture(
        name=name,
        sha256=_get(found, "sha256", _text, default=None),
        width=_get(found, "width", _whole, default=None),
        height=_get(found, "height", _whole, default=None),
        group=_get(found, "group", _text, default=None),
        part=_get(found, "part", _text, default=None),
        columns={storable(key): parse_column(key, value) for key, value in columns.items()},
        labels={storable(q): _label_from_json(label) for q, label in labels.items()},
        votes=tuple(_vote_from_json(vote) for vote in as_list(found.get("votes", []), "'votes'")),
    )


def safe_name(text: str) -> str:
    """Check a picture's name in a file of ours.

    Raises:
        SourceError: If it could lead out of a folder.
    """
    # A file on Linux may have a backslash or a colon in its name.
    absolute = text.startswith("/")
    refusal = refuse_name(text if absolute else "./" + text.replace("\\", "/"))
    if refusal is not None:
        raise SourceError(f"the picture '{clean(text)}' is refused: {refusal.reason}")
    return clean(text)


def storable(text: str) -> str:
    """Give text that any database stores; what is storable already stays as it is."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return clean(text)
    return clean(text) if "\0" in text else text


def as_object(value: Any, what: str) -> Object:
    """Check that a value is a JSON object.

    Raises:
        SourceError: If it is not.
    """
    if not isinstance(value, dict):
        raise SourceError(f"{what} is {_shown(value)}, not an object in braces")
    return value


def as_list(value: Any, what: str) -> list[Any]:
    """Check that a value is a JSON list.

    Raises:
        SourceError: If it is not.
    """
    if not isinstance(value, list):
        raise SourceError(f"{what} is {_shown(value)}, not a list in brackets")
    return value


def as_number(value: Any, what: str) -> float:
    """Check that a value is a finite number.

    Raises:
        SourceError: If it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise SourceError(f"{what} is {_shown(value)}, not a finite number")
    return float(value)


def moment(value: Any, what: str) -> datetime:
    """Read a time in ISO 8601; without a zone it counts as UTC.

    Raises:
        SourceError: If it is none.
    """
    try:
        found = datetime.fromisoformat(_text(value, what))
        # Years at the ends of the calendar leave it on the way to UTC.
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise SourceError(
            f"{what} is {_shown(value)}, not a time such as 2025-06-30T12:00:00+00:00"
        ) from None


def _question_as_json(question: QuestionRecord) -> Object:
    return {
        "name": question.name,
        "kind": question.kind,
        "guidelines": question.guidelines,
        "choices": [
            {field: getattr(choice, field) for field in ChoiceRecord.__slots__}
            for choice in question.choices
        ],
        "settings": dict(question.settings),
    }


def _question_from_json(value: Any) -> QuestionRecord:
    found = as_object(value, "a question")
    return QuestionRecord(
        name=_get(found, "name", _text),
        kind=_get(found, "kind", question_kind),
        guidelines=_get(found, "guidelines", _text, default=""),
        choices=tuple(
            _choice_from_json(choice) for choice in as_list(found.get("choices", []), "'choices'")
        ),
        settings=_settings_from_json(found.get("settings", {})),
    )


def _settings_from_json(value: Any) -> dict[str, Setting]:
    found = as_object(value, "'settings'")
    return {name: _setting_from_json(name, given) for name, given in found.items()}


def _setting_from_json(name: str, value: Any) -> Setting:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, int):
        return _whole(value, f"the setting '{name}'")
    return as_number(value, f"the setting '{name}'")


def _choice_from_json(value: Any) -> ChoiceRecord:
    found = as_object(value, "a class")
    return ChoiceRecord(
        name=_get(found, "name", _text),
        key=_get(found, "key", _text, default=None),
        colour=_get(found, "colour", _text, default=None),
        description=_get(found, "description", _text, default=""),
        parent=_get(found, "parent", _text, default=None),
        archived=_get(found, "archived", _flag, default=False),
        merged_into=_get(found, "merged_into", _text, default=None),
        split=_get(found, "split", _flag, default=False),
    )


def _label_as_json(label: LabelRecord) -> Object:
    return {field: getattr(label, field) for field in LabelRecord.__slots__}


def _label_from_json(value: Any) -> LabelRecord:
    found = as_object(value, "a label")
    return LabelRecord(
        choices=_get(found, "choices", _names, default=()),
        number=_get(found, "number", as_number, default=None),
        certainty=_get(found, "certainty", as_number, default=None),
        votes=_get(found, "votes", _whole),
    )


def _vote_as_json(vote: VoteRecord) -> Object:
    found = {field: getattr(vote, field) for field in VoteRecord.__slots__}
    return {**found, "at": vote.at.astimezone(UTC).isoformat()}


def _vote_from_json(value: Any) -> VoteRecord:
    found = as_object(value, "a vote")
    return VoteRecord(
        question=_get(found, "question", _text),
        annotator=_get(found, "annotator", _text),
        kind=_get(found, "kind", annotator_kind),
        verdict=_get(found, "verdict", verdict),
        choices=_get(found, "choices", _names, default=()),
        number=_get(found, "number", as_number, default=None),
        decides=_get(found, "decides", _flag, default=False),
        at=_get(found, "at", moment),
        milliseconds=_get(found, "milliseconds", _whole, default=None),
        key=_get(found, "key", _text),
        certainty=_get(found, "certainty", as_number, default=None),
        aided=_get(found, "aided", _flag, default=False),
    )


def question_kind(value: Any, what: str) -> QuestionKind:
    """Check a question's kind."""
    found: QuestionKind = _one_of(value, what, get_args(QuestionKind))
    return found


def annotator_kind(value: Any, what: str) -> AnnotatorKind:
    """Check an annotator's kind."""
    found: AnnotatorKind = _one_of(value, what, get_args(AnnotatorKind))
    return found


def verdict(value: Any, what: str) -> Verdict:
    """Check a verdict."""
    found: Verdict = _one_of(value, what, get_args(Verdict))
    return found


def _get(
    found: Mapping[str, Any], name: str, read: Callable[[Any, str], T], *, default: Any = _MISSING
) -> T:
    """Read a field; one that is null is missing."""
    value = found.get(name)
    if value is not None:
        return read(value, f"'{name}'")
    if default is _MISSING:
        raise SourceError(f"the field '{name}' is missing")
    return default  # type: ignore[no-any-return]


def _one_of(value: Any, what: str, allowed: tuple[str, ...]) -> Any:
    if value not in allowed:
        raise SourceError(f"{what} is {_shown(value)}; allowed are {', '.join(allowed)}")
    return value


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise SourceError(f"{what} is {_shown(value)}, not a text in quotation marks")
    return storable(value)


def _whole(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 1 << 63:
        raise SourceError(f"{what} is {_shown(value)}, not a whole number")
    return value


def _flag(value: Any, what: str) -> bool:
    if not isinstance(value, bool):
        raise SourceError(f"{what} is {_shown(value)}, not true or false")
    return value


def _names(value: Any, what: str) -> tuple[str, ...]:
    return tuple(_text(name, f"a name in {what}") for name in as_list(value, what))


def parse_column(key: str, value: Any) -> ColumnValue:
    """Check the value of a further column.

    Raises:
        SourceError: If it is neither text nor a number nor null.
    """
    if value is None or isinstance(value, str):
        return None if value is None else storable(value)
    return as_number(value, f"the column '{key}'")


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
