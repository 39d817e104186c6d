"""The state as of a moment: the pictures that were there, and what the votes until then give.

Votes are only ever added, so that what they said at any time can be computed again. What has no
history of its own is not made up: groups, columns and parts are not known, and the questions'
rules are those of today.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from fieldguide.curate.versions.state import (
    Facet,
    Labelled,
    Pictured,
    State,
    labelled,
    member_chunks,
)
from fieldguide.records import questions, states
from fieldguide.records.questions import Choice, Question
from fieldguide.records.settling import Answer, Rule, Settled, settle, standing
from fieldguide.records.states import Edit, LabelState
from fieldguide.records.votes import VoteRow

_NO_HISTORY = "only their present values are kept, so they are not known for a date"


def at(connection: sa.Connection, dataset_id: int, moment: datetime, *, title: str) -> State:
    """Return the state of a dataset as of a moment.

    Args:
        connection: Reads, also later on, for as long as the state's pictures are taken.
        dataset_id: The dataset.
        moment: What happened until then counts.
        title: What to call it.
    """
    times = states.question_times(connection, dataset_id)
    asked, without, notes = [], set(), []
    for question in questions.of_dataset(connection, dataset_id, archived=True):
        made, archived = times[question.id]
        if archived is not None and archived <= moment:
            without.add(question.name)
        elif made <= moment:
            then, lost = classes_at(question, states.edits(connection, question.id), moment)
            asked.append(then)
            notes += lost
            notes += _about_weights(question)
    unknown: dict[Facet, str] = {
        "group": _NO_HISTORY,
        "column": _NO_HISTORY,
        "part": "pictures are put into parts when a version is frozen",
    }

    def pictures() -> Iterator[Pictured]:
        for part in member_chunks(connection, dataset_id, moment):
            labels = _labels(connection, asked, [member.id for member in part], moment)
            for member in part:
                found = labels.get(member.id, {})
                yield Pictured(member.id, member.name, member.sha256, labels=found)

    rules = "Labels of a date are counted by the rules that the questions have today."
    return State(
        title=title,
        pictures=pictures,
        unknown=unknown,
        without=frozenset(without),
        notes=(rules, *notes),
    )


def classes_at(
    question: Question, edits: Sequence[Edit], moment: datetime
) -> tuple[Question, list[str]]:
    """Undo what was merged and split after a moment.

    Names need no undoing: a class is called what it is called now, in every state.

    Args:
        question: The question as it stands.
        edits: All changes of its classes, oldest first.
        moment: The moment.

    Returns:
        The question with its classes as they counted then, and what could not be undone.
    """
    later = [(edit.created_at, edit, False) for edit in edits if edit.created_at > moment]
    later += [
        (edit.undone_at, edit, True)
        for edit in edits
        if edit.created_at <= moment and edit.undone_at is not None and edit.undone_at > moment
    ]
    if not later:
        return question, []
    _, first, undone = min(later, key=lambda event: (event[0], event[1].id))
    if not undone:
        return _with_classes(question, first), []
    # Its own result was not kept, unless another change began from it.
    after = next((e for e in edits if e.id > first.id and e.created_at <= moment), None)
    if after is not None:
        return _with_classes(question, after), []
    lost = (
        f"A change of the classes of {question.name!r} stood then and was undone since "
        f"({first.summary}); labels are counted without it."
    )
    return question, [lost]


def _with_classes(question: Question, edit: Edit) -> Question:
    def as_before(choice: Choice) -> Choice:
        held = edit.before.get(str(choice.id))
        if held is None:
            return dataclasses.replace(choice, merged_into=None, split_at=None)
        split_at = held["split_at"]
        return dataclasses.replace(
            choice,
            merged_into=held["merged_into"],
            split_at=None if split_at is None else datetime.fromisoformat(split_at),
        )

    return dataclasses.replace(question, choices=tuple(as_before(c) for c in question.choices))


def _about_weights(question: Question) -> list[str]:
    if question.settings.label_method != "dawid-skene" or question.kind != "single":
        return []
    words = (
        f"{question.name!r} weighs annotators by their skill; for a date each counts alike, "
        "because their skill was another one then."
    )
    return [words]


def _labels(
    connection: sa.Connection, asked: Sequence[Question], ids: Sequence[int], moment: datetime
) -> dict[int, dict[str, Labelled]]:
    found: dict[int, dict[str, Labelled]] = {}
    for question in asked:
        rule = question.rule()
        said = states.votes_until(connection, question.id, ids, moment)
        for member, votes in said.items():
            settled = settled_from(votes, rule)
            if settled.certainty is not None:
                label = LabelState(
                    settled.verdict,
                    settled.choices,
                    settled.number,
                    settled.certainty,
                    settled.votes,
                )
                found.setdefault(member, {})[question.name] = labelled(label, question)
    return found


def settled_from(votes: Sequence[VoteRow], rule: Rule) -> Settled:
    """Return the label that votes give, oldest first."""
    held = standing((vote.annotator, vote.verdict, vote) for vote in votes)
    answers = [
        Answer(v.annotator, v.annotator_kind, v.verdict, v.choice_ids, v.number, v.decides)
        for v in sorted(held.values(), key=lambda v: v.id)
    ]
    return settle(answers, rule)
