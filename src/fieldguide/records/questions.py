"""Questions: what annotators answer about a picture, its classes and how answers are counted."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, get_args

import sqlalchemy as sa

from fieldguide.errors import InputError, UnknownNameError
from fieldguide.records.clock import now
from fieldguide.records.inserting import insert_new, insert_one
from fieldguide.records.schema import (
    choice_aliases,
    choice_examples,
    choices,
    columns,
    members,
    questions,
)
from fieldguide.records.settling import Posterior, Rule
from fieldguide.types import QuestionKind

Order = Literal["random", "name", "column"]
LabelMethod = Literal["majority", "dawid-skene"]


@dataclass(frozen=True, slots=True)
class QuestionSettings:
    """How a question is asked and its answers are counted.

    Attributes:
        answers_needed: How many people answer each picture.
        answers_most: How many at most, while they do not agree; None asks no more than needed.
        agreement: Share of the answers that must be alike to close a picture, above 0 up to 1.
        order: In which order pictures come.
        order_column: The column to order by, for ``order = "column"``.
        seed: Makes another random order.
        blind: Whether annotators see others' answers only after their own.
        count_imports: Whether an imported label counts as one person's answer.
        gold_share: Share of known-answer pictures among those handed out, from 0 to 0.5.
        show_accuracy: Whether annotators see their own accuracy on known answers.
        label_method: How the label comes from the answers.
        lease_minutes: How long a picture is kept for the person it was handed to.
        least: Smallest number allowed, for number questions.
        greatest: Greatest number allowed.
        unit: Unit of the number, for example ``%``.
        tolerance: Numbers that differ from the median by no more agree with it.
        suggestions: Whether a model suggests answers while people label.
        holdout_share: Share of the pictures that people label without suggestions, to measure the
            model on, from 0 to 0.5.
    """

    answers_needed: int = 1
    answers_most: int | None = None
    agreement: float = 0.66
    order: Order = "random"
    order_column: str | None = None
    seed: int = 0
    blind: bool = True
    count_imports: bool = True
    gold_share: float = 0.0
    show_accuracy: bool = False
    label_method: LabelMethod = "majority"
    lease_minutes: int = 15
    least: float | None = None
    greatest: float | None = None
    unit: str = ""
    tolerance: float = 0.0
    suggestions: bool = True
    holdout_share: float = 0.04

    def check(self) -> None:
        """Refuse values that make no sense.

        Raises:
            InputError: Naming the setting, what was given and what is allowed.
        """
        _within("answers_needed", self.answers_needed, 1, 100)
        if self.answers_most is not None:
            _within("answers_most", self.answers_most, self.answers_needed, 100)
        if not 0 < self.agreement <= 1:
            raise InputError(f"agreement must be above 0 and at most 1, not {self.agreement}.")
        _within("gold_share", self.gold_share, 0, 0.5)
        _within("holdout_share", self.holdout_share, 0, 0.5)
        _within("lease_minutes", self.lease_minutes, 1, 24 * 60)
        if self.tolerance < 0:
            raise InputError(f"tolerance must be at least 0, not {self.tolerance}.")
        if self.order not in get_args(Order):
            raise InputError(f"order must be one of {', '.join(get_args(Order))}.")
        if self.label_method not in get_args(LabelMethod):
            raise InputError(f"label_method must be one of {', '.join(get_args(LabelMethod))}.")
        if self.order == "column" and not self.order_column:
            raise InputError("order is 'column', so order_column must name one.")
        if self.least is not None and self.greatest is not None and self.least > self.greatest:
            raise InputError(f"least ({self.least}) is above greatest ({self.greatest}).")


@dataclass(frozen=True, slots=True)
class Choice:
    """A class of a question. Its id never changes, whatever its name becomes.

    Attributes:
        merged_into: The class that its votes count for, if it was merged.
        split_at: When it was split; its votes wait for new answers.
        archived_at: Since when it is no longer offered.
    """

    id: int
    name: str
    position: int
    key: str | None
    colour: str | None
    description: str
    parent_id: int | None
    merged_into: int | None
    split_at: datetime | None
    archived_at: datetime | None

    @property
    def offered(self) -> bool:
        """Whether annotators can choose it."""
        return self.archived_at is None and self.merged_into is None and self.split_at is None


@dataclass(frozen=True)
class Question:
    """A question with its settings and all its classes, archived ones too."""

    id: int
    dataset_id: int
    name: str
    kind: QuestionKind
    guidelines: str
    settings: QuestionSettings
    choices: tuple[Choice, ...]
    archived_at: datetime | None
    revision: int

    @cached_property
    def by_id(self) -> Mapping[int, Choice]:
        """Its classes by id."""
        return {choice.id: choice for choice in self.choices}

    @cached_property
    def resolved(self) -> Mapping[int, int | None]:
        """Each class's id to the one that its votes count for; None for one that was split."""
        return {choice.id: self._target(choice) for choice in self.choices}

    def rule(self, posterior: Posterior | None = None) -> Rule:
        """Return how the answers are counted."""
        wanted = self.settings
        return Rule(
            kind=self.kind,
            needed=wanted.answers_needed,
            most=wanted.answers_most or wanted.answers_needed,
            agreement=wanted.agreement,
            count_imports=wanted.count_imports,
            tolerance=wanted.tolerance,
            resolve=self.resolved,
            posterior=posterior,
        )

    def _target(self, choice: Choice) -> int | None:
        seen = set()
        while choice.merged_into is not None and choice.id not in seen:
            seen.add(choice.id)
            choice = self.by_id[choice.merged_into]
        return None if choice.split_at is not None else choice.id


def get(connection: sa.Connection, question_id: int) -> Question:
    """Return a question.

    Raises:
        UnknownNameError: If there is none with that id.
    """
    row = connection.execute(_SELECTION.where(questions.c.id == question_id)).first()
    if row is None:
        raise UnknownNameError("question", str(question_id), _all_ids(connection))
    return _question(connection, row)


def revision(connection: sa.Connection, question_id: int) -> int | None:
    """Return the number of a question's latest change, or None if there is no such question."""
    found: int | None = connection.execute(_REVISION, {"question": question_id}).scalar()
    return found


def dataset_of(connection: sa.Connection, question_id: int) -> int | None:
    """Return the dataset that a question is about, or None if there is no such question."""
    found: int | None = connection.execute(_DATASET, {"question": question_id}).scalar()
    return found


def of_dataset(
    connection: sa.Connection, dataset_id: int, *, archived: bool = False
) -> list[Question]:
    """Return a dataset's questions in the order in which they were made."""
    query = _SELECTION.where(questions.c.dataset_id == dataset_id).order_by(questions.c.id)
    if not archived:
        query = query.where(questions.c.archived_at.is_(None))
    return [_question(connection, row) for row in connection.execute(query).all()]


def add(
    connection: sa.Connection,
    *,
    dataset_id: int,
    name: str,
    kind: QuestionKind,
    client_key: str,
    guidelines: str = "",
    settings: QuestionSettings | None = None,
) -> int:
    """Make a question and return its id.

    Raises:
        InputError: If the dataset has a question of that name, or the settings make no sense.
    """
    wanted = settings or QuestionSettings()
    check_settings(connection, dataset_id, wanted)
    if not name.strip():
        raise InputError("A question needs a name.")
    taken = sa.select(questions.c.id).where(
        questions.c.dataset_id == dataset_id, questions.c.name == name
    )
    if connection.execute(taken).first() is not None:
        raise InputError(f"The dataset has a question named {name!r} already; choose another name.")
    return insert_one(
        connection,
        questions,
        {
            "dataset_id": dataset_id,
            "name": name,
            "kind": kind,
            "guidelines": guidelines,
            "settings": dataclasses.asdict(wanted),
            "created_at": now(),
            "client_key": client_key,
        },
    )


def change(
    connection: sa.Connection,
    question_id: int,
    *,
    name: str | None = None,
    guidelines: str | None = None,
    settings: QuestionSettings | None = None,
    archived: bool | None = None,
) -> None:
    """Change what is given of a question.

    Raises:
        InputError: If the new name is taken or the settings make no sense.
    """
    held = get(connection, question_id)
    values: dict[str, Any] = {}
    if name is not None and name != held.name:
        names = {q.name for q in of_dataset(connection, held.dataset_id, archived=True)}
        if name in names or not name.strip():
            raise InputError(f"{name!r} cannot be a question's name: it is empty or taken.")
        values["name"] = name
    if guidelines is not None:
        values["guidelines"] = guidelines
    if settings is not None:
        check_settings(connection, held.dataset_id, settings)
        values["settings"] = dataclasses.asdict(settings)
    if archived is not None:
        values["archived_at"] = now() if archived else None
    if values:
        connection.execute(
            questions.update()
            .where(questions.c.id == question_id)
            .values(**values, revision=questions.c.revision + 1)
        )


def check_settings(connection: sa.Connection, dataset_id: int, settings: QuestionSettings) -> None:
    """Refuse settings that make no sense, or that name a column which is not there.

    Raises:
        InputError: Naming the setting.
        UnknownNameError: If the column to order by does not exist.
    """
    settings.check()
    if settings.order == "column":
        known = list(
            connection.scalars(sa.select(columns.c.name).where(columns.c.dataset_id == dataset_id))
        )
        if settings.order_column not in known:
            raise UnknownNameError("column", str(settings.order_column), known)


def changed(connection: sa.Connection, question_id: int) -> None:
    """Note that a question's classes are others now."""
    connection.execute(
        questions.update()
        .where(questions.c.id == question_id)
        .values(revision=questions.c.revision + 1)
    )


def choice_ids(
    connection: sa.Connection, question_id: int, names: Sequence[str] | set[str]
) -> dict[str, int]:
    """Return the ids of classes by name, made now where they are not there.

    A name that a class once had still means that class.
    """
    known = _known_names(connection, question_id)
    fresh = sorted(set(names) - set(known))
    if not fresh:
        return known
    position = len(known)
    insert_new(
        connection,
        choices,
        [
            {"question_id": question_id, "name": name, "position": position + place}
            for place, name in enumerate(fresh)
        ],
    )
    changed(connection, question_id)
    return _known_names(connection, question_id)


@dataclass(frozen=True, slots=True)
class Example:
    """A picture that shows what a class looks like."""

    id: int
    sha256: str


def examples(connection: sa.Connection, question_id: int) -> dict[int, list[Example]]:
    """Return the present pictures that show what a class looks like, by class."""
    query = (
        sa.select(choice_examples.c.choice_id, choice_examples.c.member_id, members.c.sha256)
        .join(choices, choices.c.id == choice_examples.c.choice_id)
        .join(members, members.c.id == choice_examples.c.member_id)
        .where(choices.c.question_id == question_id, members.c.removed_at.is_(None))
        .order_by(choice_examples.c.added_at, choice_examples.c.member_id)
    )
    found: dict[int, list[Example]] = {}
    for choice_id, *shown in connection.execute(query):
        found.setdefault(choice_id, []).append(Example(*shown))
    return found


def set_example(connection: sa.Connection, choice_id: int, member_id: int, *, shown: bool) -> None:
    """Show a picture as an example of a class, or no longer."""
    if shown:
        row = {"choice_id": choice_id, "member_id": member_id, "added_at": now()}
        insert_new(connection, choice_examples, [row])
    else:
        connection.execute(
            choice_examples.delete().where(
                choice_examples.c.choice_id == choice_id, choice_examples.c.member_id == member_id
            )
        )


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise InputError(f"{name} must lie between {least} and {most}, not {value}.")


def _known_names(connection: sa.Connection, question_id: int) -> dict[str, int]:
    aliases = sa.select(choice_aliases.c.name, choice_aliases.c.choice_id).where(
        choice_aliases.c.question_id == question_id
    )
    present = sa.select(choices.c.name, choices.c.id).where(choices.c.question_id == question_id)
    known = {name: int(choice) for name, choice in connection.execute(aliases)}
    known.update({name: int(choice) for name, choice in connection.execute(present)})
    return known


def _all_ids(connection: sa.Connection) -> list[str]:
    return [str(i) for i in connection.scalars(sa.select(questions.c.id).limit(50))]


_SELECTION = sa.select(
    questions.c.id,
    questions.c.dataset_id,
    questions.c.name,
    questions.c.kind,
    questions.c.guidelines,
    questions.c.settings,
    questions.c.archived_at,
    questions.c.revision,
)

_DATASET = sa.select(questions.c.dataset_id).where(questions.c.id == sa.bindparam("question"))

_REVISION = sa.select(questions.c.revision).where(questions.c.id == sa.bindparam("question"))

_CHOICES = sa.select(
    choices.c.id,
    choices.c.name,
    choices.c.position,
    choices.c.key,
    choices.c.colour,
    choices.c.description,
    choices.c.parent_id,
    choices.c.merged_into,
    choices.c.split_at,
    choices.c.archived_at,
)


def _question(connection: sa.Connection, row: Any) -> Question:
    query = _CHOICES.where(choices.c.question_id == row.id).order_by(
        choices.c.position, choices.c.id
    )
    known = {field.name for field in dataclasses.fields(QuestionSettings)}
    kept = row.settings if isinstance(row.settings, dict) else json.loads(row.settings or "{}")
    return Question(
        id=row.id,
        dataset_id=row.dataset_id,
        name=row.name,
        kind=row.kind,
        guidelines=row.guidelines,
        settings=QuestionSettings(**{k: v for k, v in kept.items() if k in known}),
        choices=tuple(Choice(**found) for found in connection.execute(query).mappings()),
        archived_at=row.archived_at,
        revision=row.revision,
    )
