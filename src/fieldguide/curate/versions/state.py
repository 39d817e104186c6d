"""A dataset's state: its pictures as they stand now, or as a version or a date has them.

States are compared by what a thing is, not by what it is called: a question or class that was
renamed since appears under the name that it has now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from fieldguide.records import questions, states, versions
from fieldguide.records.questions import Question
from fieldguide.records.states import LabelState, MemberState
from fieldguide.records.versions import VersionItem, VersionRow
from fieldguide.types import ColumnValue, Verdict

Facet = Literal["group", "part", "column", "votes"]
"""What not every state knows of its pictures."""

FACETS: tuple[Facet, ...] = ("group", "part", "column", "votes")


class Answer(NamedTuple):
    """What a label says.

    Attributes:
        verdict: ``answer``, ``cannot_tell`` or ``unsure``.
        choices: Names of the classes, sorted.
        number: The number, for a question that asks for one.
    """

    verdict: Verdict
    choices: tuple[str, ...] = ()
    number: float | None = None

    @property
    def text(self) -> str:
        """The answer in words."""
        if self.verdict != "answer":
            return self.verdict.replace("_", " ")
        if self.number is not None:
            return f"{self.number:g}"
        return ", ".join(self.choices) or "none of the classes"


class Support(NamedTuple):
    """How well a label is supported: its certainty from 0 to 1, and how many answered."""

    certainty: float | None = None
    votes: int | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question's label of a picture; ``answer`` is None where votes settle nothing."""

    answer: Answer | None
    support: Support


@dataclass(frozen=True, slots=True)
class Pictured:
    """A picture in a state.

    Attributes:
        member_id: The picture in the dataset, a name with its bytes.
        labels: By question; questions without any answer are left out.
    """

    member_id: int
    name: str
    sha256: str
    group: str | None = None
    part: str | None = None
    columns: Mapping[str, ColumnValue] = field(default_factory=dict)
    labels: Mapping[str, Labelled] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class State:
    """A dataset at one time.

    Attributes:
        title: What to call it: ``version 3``, ``now``, a date.
        pictures: Gives a fresh iterator over its pictures, by member id.
        unknown: What it does not know of them, with the reason.
        only: The questions whose labels it knows; None knows those of all that were asked.
        without: Questions that were archived then, whose labels it does not tell.
        card: What the dataset said of itself; None where that is not known.
        notes: What a person should know of it, in full sentences.
    """

    title: str
    pictures: Callable[[], Iterator[Pictured]]
    unknown: Mapping[Facet, str] = field(default_factory=dict)
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    card: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()


def now(connection: sa.Connection, dataset_id: int, card: Mapping[str, Any] | None = None) -> State:
    """Return the state as it stands. Pictures get their parts when a version is frozen."""
    every = questions.of_dataset(connection, dataset_id, archived=True)
    asked = {q.id: q for q in every if q.archived_at is None}

    def pictures() -> Iterator[Pictured]:
        for part in member_chunks(connection, dataset_id):
            ids = [member.id for member in part]
            columns = states.columns_of(connection, ids)
            labels = states.labels_of(connection, ids, list(asked))
            for member in part:
                yield Pictured(
                    member_id=member.id,
                    name=member.name,
                    sha256=member.sha256,
                    group=member.group,
                    columns=columns.get(member.id, {}),
                    labels={
                        asked[question].name: labelled(label, asked[question])
                        for question, label in labels.get(member.id, {}).items()
                    },
                )

    return State(
        title="now",
        pictures=pictures,
        unknown={"part": "pictures are put into parts when a version is frozen"},
        without=frozenset(q.name for q in every if q.archived_at is not None),
        card=card,
    )


def of_version(connection: sa.Connection, dataset_id: int, version: VersionRow) -> State:
    """Return the state that a version holds."""
    names = _Names(connection, dataset_id, version)

    def pictures() -> Iterator[Pictured]:
        last = 0
        while part := versions.items_after(connection, version.id, last):
            yield from (_of_item(item, names) for item in part)
            last = part[-1].member_id

    unknown: dict[Facet, str] = {}
    if version.card is None:
        reason = f"version {version.number} was frozen before they were kept"
        unknown = {"column": reason, "votes": reason}
    if version.split_id is None:
        unknown["part"] = f"version {version.number} is not divided into parts"
    main: frozenset[str] = frozenset() if names.main is None else frozenset({names.main})
    return State(
        title=f"version {version.number}",
        pictures=pictures,
        unknown=unknown,
        only=main if version.card is None else None,
        without=names.archived,
        card=version.card,
    )


def labelled(label: LabelState, question: Question) -> Labelled:
    """Return a label with the names of its classes in place of their ids."""
    names = tuple(sorted(question.by_id[c].name for c in label.choice_ids))
    answer = None
    if label.verdict is not None and (label.verdict != "answer" or _says(question, label, names)):
        answer = Answer(label.verdict, names, label.number)
    return Labelled(answer, Support(label.certainty, label.votes))


def member_chunks(
    connection: sa.Connection, dataset_id: int, moment: datetime | None = None
) -> Iterator[list[MemberState]]:
    """Give the pictures of a dataset, some hundred at a time, by id."""
    last = 0
    while part := states.members_after(connection, dataset_id, last, moment=moment):
        yield part
        last = part[-1].id


def _says(question: Question, label: LabelState, names: tuple[str, ...]) -> bool:
    # "None of them" is an answer to a question that takes any number of classes.
    return question.kind == "many" or bool(names) or label.number is not None


def _of_item(item: VersionItem, names: _Names) -> Pictured:
    labels: dict[str, Labelled] = {}
    others = dict(item.other_labels or {})
    support = Support(item.certainty, item.votes)
    if names.main is not None and (item.label is not None or item.certainty is not None):
        answer = None
        if item.label is not None:
            answer = Answer("answer", (names.of_class(names.main_then, item.label),))
        elif (said := others.get(names.main_then or "")) is not None:
            answer = Answer(said["verdict"])
        labels[names.main] = Labelled(answer, support)
    others.pop(names.main_then or "", None)
    for question, said in others.items():
        answer = None
        if said["verdict"] is not None:
            chosen = tuple(sorted(names.of_class(question, name) for name in said["choices"]))
            answer = Answer(said["verdict"], chosen, said["number"])
        support = Support(said["certainty"], said["votes"])
        labels[names.of_question(question)] = Labelled(answer, support)
    return Pictured(
        member_id=item.member_id,
        name=item.name,
        sha256=item.sha256,
        group=item.group,
        part=item.part,
        columns=item.columns or {},
        labels=labels,
    )


class _Names:
    """What the questions and classes of a version are called now.

    Attributes:
        main: The present name of the question that the version was divided by, or None.
        main_then: Its name in the version.
        archived: The present names of the questions that were archived when it was frozen.
    """

    def __init__(self, connection: sa.Connection, dataset_id: int, version: VersionRow) -> None:
        held = {q.id: q for q in questions.of_dataset(connection, dataset_id, archived=True)}
        self._question: dict[str, str] = {}
        self._class: dict[tuple[str | None, str], str] = {}
        main = None if version.question_id is None else held.get(version.question_id)
        self.main = None if main is None else main.name
        self.main_then = self.main
        archived = set()
        for said in (version.card or {}).get("questions", ()):
            question = held.get(said["id"])
            if question is None:
                continue
            self._question[said["name"]] = question.name
            if said["archived"]:
                archived.add(question.name)
            if main is not None and question.id == main.id:
                self.main_then = said["name"]
            for choice in said["classes"]:
                if choice["id"] in question.by_id:
                    now_called = question.by_id[choice["id"]].name
                    self._class[said["name"], choice["name"]] = now_called
        self.archived = frozenset(archived)
        if version.card is None and main is not None:
            # No ids were kept: a name goes on meaning its class after that was renamed.
            for name, choice_id in questions.choice_ids(connection, main.id, []).items():
                self._class[main.name, name] = main.by_id[choice_id].name

    def of_question(self, name: str) -> str:
        """Return what a question of the version is called now."""
        return self._question.get(name, name)

    def of_class(self, question: str | None, name: str) -> str:
        """Return what a class of the version is called now."""
        return self._class.get((question, name), name)
