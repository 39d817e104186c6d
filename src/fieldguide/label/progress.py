"""Progress: how much is done, by whom, how fast, and when it will end at that rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from fieldguide.records import answers, gold, labels, paces, votes
from fieldguide.records.paces import Pace
from fieldguide.records.questions import Question

PAUSE = timedelta(minutes=5)
"""A longer gap between two answers of a person counts as a break, not as work."""


@dataclass(frozen=True, slots=True)
class PersonProgress:
    """What one annotator has done.

    Attributes:
        answered: Pictures with a standing answer of any kind but skip.
        unsure: Of these, without an answer one way or the other.
        skipped: Pictures put off.
        active: Time spent answering, breaks left out.
        per_hour: Answers per hour of active time; None with less than a minute of it.
        last_at: When the last answer came.
        gold_right: Known-answer pictures answered as is known.
        gold_answered: Known-answer pictures answered.
    """

    annotator: str
    kind: str
    answered: int
    unsure: int
    skipped: int
    active: timedelta
    per_hour: float | None
    last_at: datetime | None
    gold_right: int
    gold_answered: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How a question stands.

    Attributes:
        pictures: All pictures of the dataset.
        states: How many are open, in review and closed.
        classes: Labelled pictures by class.
        answers_left: Answers still wanted, as far as can be told now.
        per_day: Answers of people in each of the last days on which there were any.
        days_left: Days of work to the end at the rate of those days; None without any.
        people: One line per annotator, the busiest first.
    """

    pictures: int
    states: dict[str, int]
    classes: dict[int, int]
    answers_left: int
    per_day: list[tuple[date, int]]
    days_left: float | None
    people: list[PersonProgress]


def of_question(connection: sa.Connection, question: Question) -> Progress:
    """Compute how a question stands."""
    states = labels.count_by_state(connection, question.id)
    left = labels.answers_left(connection, question.id)
    per_day = votes.per_day(connection, question.id, days=14)
    rate = sum(count for _, count in per_day) / len(per_day) if per_day else 0.0
    return Progress(
        pictures=sum(states.values()),
        states={state: states.get(state, 0) for state in ("open", "review", "closed")},
        classes=labels.count_by_choice(connection, question),
        answers_left=left,
        per_day=per_day,
        days_left=left / rate if rate else None,
        people=_people(connection, question),
    )


def _people(connection: sa.Connection, question: Question) -> list[PersonProgress]:
    tempo = {pace.annotator: pace for pace in paces.of_question(connection, question.id, PAUSE)}
    accuracy = gold.accuracy(connection, question)
    tally: dict[tuple[str, str], dict[str, int]] = {}
    for row in answers.counts(connection, question.id):
        counts = tally.setdefault((row.annotator, row.kind), {})
        counts[row.verdict] = counts.get(row.verdict, 0) + row.pictures
    found = [
        _person(name, kind, counts, tempo.get(name), accuracy.get(name, (0, 0)))
        for (name, kind), counts in tally.items()
    ]
    return sorted(found, key=lambda person: (-person.answered, person.annotator))


def _person(
    name: str,
    kind: str,
    counts: dict[str, int],
    pace: Pace | None,
    known: tuple[int, int],
) -> PersonProgress:
    active = pace.active if pace is not None else timedelta()
    hours = active / timedelta(hours=1)
    measured = kind == "person" and pace is not None and active >= timedelta(minutes=1)
    return PersonProgress(
        annotator=name,
        kind=kind,
        answered=sum(n for verdict, n in counts.items() if verdict != "skip"),
        unsure=counts.get("unsure", 0) + counts.get("cannot_tell", 0),
        skipped=counts.get("skip", 0),
        active=active,
        per_hour=pace.answers / hours if measured and pace is not None else None,
        last_at=pace.last_at if pace is not None else None,
        gold_right=known[0],
        gold_answered=known[1],
    )
