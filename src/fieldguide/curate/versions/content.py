"""What a version holds beside what training sees: columns, other questions' labels, the card."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from fieldguide.curate.items import Item
from fieldguide.records import questions, states
from fieldguide.records.chunks import chunks
from fieldguide.records.questions import Question
from fieldguide.records.states import LabelState
from fieldguide.records.versions import VersionItem

# To make one for every line costs more than the line.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def whole(
    connection: sa.Connection,
    dataset_id: int,
    question_id: int | None,
    items: Sequence[VersionItem],
) -> Iterator[VersionItem]:
    """Give a version's pictures with their columns and the labels of the other questions.

    They are read some hundred at a time, so that those of a large dataset are never in memory
    together. Of the question itself only what is no class is kept here, such as ``cannot_tell``.
    """
    asked = {q.id: q for q in questions.of_dataset(connection, dataset_id)}
    for part in chunks(items):
        ids = [item.member_id for item in part]
        columns = states.columns_of(connection, ids)
        labels = states.labels_of(connection, ids, list(asked))
        for item in part:
            others: dict[str, Any] = {}
            for asked_id, label in labels.get(item.member_id, {}).items():
                if asked_id != question_id:
                    others[asked[asked_id].name] = _said(label, asked[asked_id])
                elif item.label is None and label.verdict not in {None, "answer"}:
                    others[asked[asked_id].name] = {"verdict": label.verdict}
            yield VersionItem(
                item.member_id,
                item.name,
                item.sha256,
                item.label,
                item.certainty,
                item.part,
                item.group,
                item.cluster,
                item.votes,
                columns.get(item.member_id, {}),
                others,
            )


def card(
    connection: sa.Connection,
    dataset_id: int,
    items: Sequence[Item],
    parts: Mapping[int, str],
) -> dict[str, Any]:
    """Return what a dataset is, as JSON holds it: its texts, questions, privacy and counts.

    Args:
        connection: Reads.
        dataset_id: The dataset.
        items: Its pictures with the labels of the question that they are divided by.
        parts: Part by member id.
    """
    about = states.about(connection, dataset_id)
    labels = Counter(item.label for item in items if item.label is not None)
    return {
        "name": about.name,
        "description": about.description,
        "source": about.source,
        "privacy": about.privacy,
        "columns": states.column_kinds(connection, dataset_id),
        "questions": [
            _question(question)
            for question in questions.of_dataset(connection, dataset_id, archived=True)
        ],
        "counts": {
            "pictures": len(items),
            "labelled": sum(labels.values()),
            "classes": dict(sorted(labels.items())),
            "parts": dict(sorted(Counter(parts.values()).items())),
        },
    }


def whole_hash(
    training_hash: str | None, card: Mapping[str, Any], items: Iterator[VersionItem]
) -> str:
    """Hash all that a version holds: what training sees, the card, and every picture's facts."""
    digest = hashlib.sha256(b"version\n")
    digest.update(_line([training_hash, card]))
    for item in items:
        digest.update(
            _line(
                [
                    item.name,
                    item.sha256,
                    item.label,
                    item.certainty,
                    item.votes,
                    item.part,
                    item.group,
                    item.columns,
                    item.other_labels,
                ]
            )
        )
    return digest.hexdigest()


def _line(values: Sequence[Any]) -> bytes:
    return _ENCODER.encode(values).encode("utf-8", "surrogatepass") + b"\n"


def _said(label: LabelState, question: Question) -> dict[str, Any]:
    return {
        "verdict": label.verdict,
        "choices": sorted(question.by_id[c].name for c in label.choice_ids),
        "number": label.number,
        "certainty": label.certainty,
        "votes": label.votes,
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "name": question.name,
        "kind": question.kind,
        "guidelines": question.guidelines,
        "archived": question.archived_at is not None,
        "settings": dataclasses.asdict(question.settings),
        "classes": [
            {
                "id": choice.id,
                "name": choice.name,
                "description": choice.description,
                "parent": choice.parent_id,
                "merged_into": choice.merged_into,
                "split": choice.split_at is not None,
                "archived": choice.archived_at is not None,
            }
            for choice in question.choices
        ],
    }
