"""Review: decisions where people disagree, one more answer, known-answer pictures, progress."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Request, Response
from pydantic import BaseModel, Field

from fieldguide.api.auth import Signed, workspace_of
from fieldguide.api.errors import not_found
from fieldguide.api.fields import Body, Id, RowId
from fieldguide.api.routes.labelling import AnswerOutcome, NewAnswer, submission
from fieldguide.api.routes.questions import reach
from fieldguide.api.routing import Router
from fieldguide.api.shapes import settled_shape
from fieldguide.api.work import read_long, write
from fieldguide.label import progress, reviewing
from fieldguide.label.answering import Given
from fieldguide.records import gold
from fieldguide.records.questions import Question
from fieldguide.types import ROLES, Verdict

router = Router("review")


class PictureIds(Body):
    """Pictures of the question's dataset."""

    picture_ids: Annotated[list[RowId], Field(min_length=1, max_length=1000)]


class GoldShape(BaseModel):
    """A known-answer picture."""

    picture_id: int
    verdict: Verdict
    choice_ids: list[int]
    number: float | None
    author: str
    set_at: datetime


class PersonShape(BaseModel):
    """What one annotator has done; see ``PersonProgress`` for the meanings.

    Attributes:
        gold_right: None where the question does not show annotators their accuracy.
    """

    annotator: str
    kind: str
    answered: int
    unsure: int
    skipped: int
    active_seconds: float
    per_hour: float | None
    last_at: datetime | None
    gold_right: int | None
    gold_answered: int | None


class DayShape(BaseModel):
    """Answers of people on one day (UTC)."""

    day: date
    answers: int


class ClassCount(BaseModel):
    """Labelled pictures of one class."""

    choice_id: int
    pictures: int


class ProgressShape(BaseModel):
    """How a question stands; see ``Progress`` for the meanings.

    Annotators see their own line only.
    """

    pictures: int
    open: int
    review: int
    closed: int
    answers_left: int
    days_left: float | None
    per_day: list[DayShape]
    classes: list[ClassCount]
    people: list[PersonShape]


@router.get("/questions/{question_id}/progress")
async def get_progress(request: Request, principal: Signed, question_id: Id) -> ProgressShape:
    """Tell how much is done, by whom, how fast, and when it will end at that rate."""

    def work(connection: sa.Connection) -> ProgressShape:
        question, access = reach(connection, principal, question_id, "viewer")
        found = progress.of_question(connection, question)
        reviews = ROLES.index(access.role) >= ROLES.index("reviewer")
        blind = question.settings.blind and access.role == "annotator"
        shown = [p for p in found.people if reviews or p.annotator == principal.name]
        accuracy = reviews or question.settings.show_accuracy
        return ProgressShape(
            pictures=found.pictures,
            open=found.states["open"],
            review=found.states["review"],
            closed=found.states["closed"],
            answers_left=found.answers_left,
            days_left=found.days_left,
            per_day=[DayShape(day=day, answers=count) for day, count in found.per_day],
            classes=[]
            if blind
            else [ClassCount(choice_id=c, pictures=n) for c, n in found.classes.items()],
            people=[_person(person, accuracy=accuracy) for person in shown],
        )

    return await read_long(workspace_of(request), work)


@router.post("/questions/{question_id}/decisions")
async def add_decision(
    request: Request, principal: Signed, question_id: Id, body: NewAnswer
) -> AnswerOutcome:
    """Settle what the answers left open. The decision is a vote too."""

    def work(connection: sa.Connection) -> tuple[Question, AnswerOutcome]:
        question, _ = reach(connection, principal, question_id, "reviewer")
        given = reviewing.decide(connection, question, submission(body), reviewer=principal.name)
        return question, _outcome(body, given)

    question, outcome = await write(workspace_of(request), work)
    _tell(request, question)
    return outcome


@router.post("/questions/{question_id}/ask-again", status_code=204)
async def ask_again(
    request: Request, principal: Signed, question_id: Id, body: PictureIds
) -> Response:
    """Put pictures back into the queue for one more answer each than they have now."""

    def work(connection: sa.Connection) -> Question:
        question, _ = reach(connection, principal, question_id, "reviewer")
        held = reviewing.members_of(connection, question, body.picture_ids)
        for picture_id in body.picture_ids:
            if picture_id not in held:
                raise not_found("picture", picture_id)
        reviewing.ask_again(connection, question, body.picture_ids, author=principal.name)
        return question

    _tell(request, await write(workspace_of(request), work))
    return Response(status_code=204)


@router.get("/questions/{question_id}/gold")
async def list_gold(request: Request, principal: Signed, question_id: Id) -> list[GoldShape]:
    """List a question's known-answer pictures."""

    def work(connection: sa.Connection) -> list[GoldShape]:
        reach(connection, principal, question_id, "reviewer")
        return [
            GoldShape(
                picture_id=known.member_id,
                verdict=known.verdict,
                choice_ids=list(known.choice_ids),
                number=known.number,
                author=known.author,
                set_at=known.set_at,
            )
            for known in gold.of_question(connection, question_id)
        ]

    return await read_long(workspace_of(request), work)


@router.post("/questions/{question_id}/gold")
async def add_gold(
    request: Request, principal: Signed, question_id: Id, body: NewAnswer
) -> AnswerOutcome:
    """Make a picture a known-answer picture; what is known settles its label."""

    def work(connection: sa.Connection) -> tuple[Question, AnswerOutcome]:
        question, _ = reach(connection, principal, question_id, "reviewer")
        given = reviewing.set_gold(connection, question, submission(body), author=principal.name)
        return question, _outcome(body, given)

    question, outcome = await write(workspace_of(request), work)
    _tell(request, question)
    return outcome


@router.delete("/questions/{question_id}/gold/{picture_id}", status_code=204)
async def remove_gold(
    request: Request, principal: Signed, question_id: Id, picture_id: Id
) -> Response:
    """Make a known-answer picture an ordinary one again; the decision about it stays."""

    def work(connection: sa.Connection) -> None:
        reach(connection, principal, question_id, "reviewer")
        if not gold.unset(connection, question_id, picture_id):
            raise not_found("known-answer picture", picture_id)

    await write(workspace_of(request), work)
    return Response(status_code=204)


def _tell(request: Request, question: Question) -> None:
    request.app.state.live.answered(question.dataset_id, question.id)
    request.app.state.upkeep.changed(question)


def _outcome(body: NewAnswer, given: Given) -> AnswerOutcome:
    return AnswerOutcome(
        key=body.key,
        picture_id=body.picture_id,
        status="stored" if given.fresh else "repeated",
        vote_id=given.vote_id,
        label=settled_shape(given.label),
    )


def _person(person: progress.PersonProgress, *, accuracy: bool) -> PersonShape:
    return PersonShape(
        annotator=person.annotator,
        kind=person.kind,
        answered=person.answered,
        unsure=person.unsure,
        skipped=person.skipped,
        active_seconds=person.active.total_seconds(),
        per_hour=person.per_hour,
        last_at=person.last_at,
        gold_right=person.gold_right if accuracy else None,
        gold_answered=person.gold_answered if accuracy else None,
    )
