"""The pictures of a dataset as splitting and freezing see them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from fieldguide.records import labels, members


@dataclass(frozen=True, slots=True)
class Item:
    """One picture of a dataset with its label.

    Attributes:
        member_id: The picture in the dataset.
        name: Its name.
        sha256: Hash of its bytes.
        label: Its class, or None without one.
        certainty: Share of the votes that the label has, or None.
        group: What it was photographed together with, or None.
        given_part: The part that its source put it in, or None.
        votes: How many annotators answered; None without a label.
    """

    member_id: int
    name: str
    sha256: str
    label: str | None
    certainty: float | None
    group: str | None
    given_part: str | None
    votes: int | None = None


def load_items(connection: sa.Connection, dataset_id: int, question_id: int | None) -> list[Item]:
    """Read all present pictures of a dataset with their computed labels, sorted by name.

    Without a question they come without labels.
    """
    answers = {} if question_id is None else labels.of_question(connection, question_id)
    items = []
    for row in members.of_dataset(connection, dataset_id):
        label = answers.get(row.id)
        items.append(
            Item(
                member_id=row.id,
                name=row.name,
                sha256=row.sha256,
                label=None if label is None else label.choice,
                certainty=None if label is None else label.certainty,
                group=row.group,
                given_part=row.part,
                votes=None if label is None else label.votes,
            )
        )
    return items
