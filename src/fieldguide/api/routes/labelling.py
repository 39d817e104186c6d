"""Labelling: pictures handed out, answers taken, pictures given back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

import sqlalchemy as sa
from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from fieldguide.api.auth import Labels, workspace_of
from fieldguide.api.errors import code_of
from fieldguide.api.fields import GREATEST_ID, Body, Id, RowId
from fieldguide.api.routes.questions import reach_cached
from fieldguide.api.routing import Router
from fieldguide.api.shapes import (
    LabelShape,
    LeasedPicture,
    SamePicture,
    SuggestionShape,
    settled_shape,
)
from fieldguide.api.work import read, write
from fieldguide.errors import FieldguideError
from fieldguide.label import answering, blinding, handing_out, pages, posteriors
from fieldguide.label.answering import Submission
from fieldguide.label.ordering import Order
from fieldguide.label.pages import Page
from fieldguide.records import answers, leases, pictures
from fieldguide.records.questions import Question
from fieldguide.types import Verdict

router = Router("labelling")

Key = Annotated[str, Field(min_length=8, max_length=100, pattern="^[!-~]+$")]
Ids = Annotated[list[RowId], Field(max_length=1000)]


class WantedOrder(Body):
    """In which order pictures come.

    Attributes:
        by: ``queue`` is the question's own order; ``class`` brings those that surely look like one
            class; ``useful`` those from which a model learns most; ``similar`` those that look like
            a picture; ``cluster`` a heap of pictures that look alike.
        choice_id: Of ``class``: which; without it the class comes whose page is the surest.
        picture_id: Of ``similar``: which picture.
        cluster: Of ``cluster``: which; without it one comes that nobody has labelled yet.
    """

    by: Literal["queue", "class", "useful", "similar", "cluster"] = "queue"
    choice_id: RowId | None = None
    picture_id: RowId | None = None
    cluster: Annotated[int, Field(ge=0, le=10_000)] | None = None


class NextRequest(Body):
    """How many pictures are wanted; ``held`` are those that the browser has already.

    Attributes:
        order: In which order they come.
        blind: Whether no suggestions are wanted.
    """

    count: Annotated[int, Field(ge=1, le=handing_out.MOST_AT_ONCE)] = 1
    held: Annotated[Ids, Field(default_factory=list)]
    order: WantedOrder = Field(default_factory=WantedOrder)
    blind: Annotated[bool, Field(default_factory=bool)]


class PageShape(BaseModel):
    """What a page of pictures is.

    Attributes:
        by: The order that its pictures are in.
        choice_id: The class that they look like, on a page of a class.
        cluster: The cluster that they are of, on a page of a cluster.
        blind: Whether they come without suggestions.
        expected: The mean certainty that they are of ``choice_id``, from 0 to 1.
        reason: Why another order came than was asked for, for people.
    """

    by: Literal["queue", "class", "useful", "similar", "cluster"]
    choice_id: int | None
    cluster: int | None
    blind: bool
    expected: float | None
    reason: str | None


class HandedOut(BaseModel):
    """Pictures handed out, in the order in which they should be shown; empty when none is left."""

    items: list[LeasedPicture]
    page: PageShape


class SuggestionSeen(Body):
    """A suggestion as it was in sight when somebody answered."""

    choice_id: RowId
    certainty: Annotated[float, Field(ge=0, le=1)]


class NewAnswer(Body):
    """One answer.

    Attributes:
        picture_id: The picture.
        verdict: ``answer``; or ``unsure``, ``cannot_tell``, ``skip``; or ``withdrawn``, which takes
            the last answer back.
        choice_ids: The chosen classes, for ``answer``.
        number: The answer to a number question.
        milliseconds: How long the annotator looked.
        key: A random text of its own, the same when the answer is sent again.
        aided: Whether a suggestion was in sight.
        suggestion: What it said; it is kept as a model's vote, which never counts.
    """

    picture_id: RowId
    verdict: Verdict = "answer"
    choice_ids: Annotated[list[RowId], Field(max_length=200, default_factory=list)]
    number: float | None = None
    milliseconds: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    key: Key
    aided: Annotated[bool, Field(default_factory=bool)]
    suggestion: SuggestionSeen | None = None


class NewAnswers(Body):
    """Answers in the order in which they were given."""

    answers: Annotated[list[NewAnswer], Field(min_length=1, max_length=500)]


class AnswerOutcome(BaseModel):
    """What became of one answer.

    Attributes:
        status: ``stored``; ``repeated`` when the same answer was stored before; ``refused``.
        label: The picture's label with this answer in it; None to whom it is hidden, because no
            answer of their own stands.
        code: Why it was refused, for programs.
        message: Why it was refused, for people.
    """

    key: str
    picture_id: int
    status: Literal["stored", "repeated", "refused"]
    vote_id: int | None = None
    label: LabelShape | None = None
    code: str | None = None
    message: str | None = None


class AnswerOutcomes(BaseModel):
    """One outcome per answer, in their order; a refused one does not touch the others."""

    items: list[AnswerOutcome]


class ReleaseRequest(Body):
    """Pictures to give back; None gives all back."""

    picture_ids: Ids | None = None


class Released(BaseModel):
    """How many pictures were given back."""

    count: int


class OwnAnswer(BaseModel):
    """An answer that the caller gave and that stands; ``vote_id`` goes into ``before``."""

    vote_id: int
    picture_id: int
    name: str
    sha256: str
    width: int
    height: int
    verdict: Verdict
    choice_ids: list[int]
    number: float | None
    answered_at: datetime


@router.post("/questions/{question_id}/next", response_model=HandedOut)
async def hand_out_pictures(
    request: Request, principal: Labels, question_id: Id, body: NextRequest
) -> Response:
    """Hand out the next pictures to answer. Nobody else gets them beyond the answers wanted.

    In any order some pictures that were drawn by lot may come instead, without suggestions, so that
    the model can be measured on them; ``page`` says what came, and why.
    """
    workspace = workspace_of(request)
    order = Order(**body.order.model_dump())

    def asked(connection: sa.Connection) -> pages.Request:
        question, _ = reach_cached(connection, workspace, principal, question_id, "annotator")
        return pages.Request(
            question, principal.name, body.count, tuple(body.held), order, body.blind
        )

    wanted = await read(workspace, asked)
    view, found = None, []
    if order.by != "queue" or (not body.blind and pages.is_suggested(wanted.question)):
        view, found = await request.app.state.suggesting.rankings(wanted)

    def work(connection: sa.Connection) -> HandedOut:
        return _handed_out(connection, pages.hand_out(connection, asked(connection), view, found))

    return _written(await write(workspace, work))


@router.post("/questions/{question_id}/answers", response_model=AnswerOutcomes)
async def add_answers(
    request: Request, principal: Labels, question_id: Id, body: NewAnswers
) -> Response:
    """Store answers. Each is on disk once this returns; one sent again is stored once."""
    workspace = workspace_of(request)

    def work(connection: sa.Connection) -> tuple[Question, AnswerOutcomes]:
        question, access = reach_cached(connection, workspace, principal, question_id, "annotator")
        weigh = posteriors.posterior(connection, question)
        items = []
        for answer in body.answers:
            # An answer is refused before anything of it is written, so the others stay whole.
            try:
                given = answering.give(
                    connection,
                    question,
                    submission(answer),
                    annotator=principal.name,
                    posterior=weigh,
                )
            except FieldguideError as error:
                items.append(
                    AnswerOutcome(
                        key=answer.key,
                        picture_id=answer.picture_id,
                        status="refused",
                        code=code_of(error),
                        message=str(error),
                    )
                )
                continue
            # An answer that was just given opens its picture; only the rest is looked up.
            opened = given.fresh and answer.verdict not in {"skip", "withdrawn"}
            hidden = not opened and blinding.hidden(
                connection, question, access.role, principal.name, [answer.picture_id]
            )
            items.append(
                AnswerOutcome(
                    key=answer.key,
                    picture_id=answer.picture_id,
                    status="stored" if given.fresh else "repeated",
                    vote_id=given.vote_id,
                    label=None if hidden else settled_shape(given.label),
                )
            )
        return question, AnswerOutcomes(items=items)

    question, outcomes = await write(workspace, work)
    request.app.state.live.answered(question.dataset_id, question.id)
    request.app.state.upkeep.changed(question)
    request.app.state.suggesting.answered(question)
    return _written(outcomes)


@router.post("/questions/{question_id}/release")
async def release_pictures(
    request: Request, principal: Labels, question_id: Id, body: ReleaseRequest
) -> Released:
    """Give pictures back unanswered, so that others can have them at once."""
    workspace = workspace_of(request)

    def work(connection: sa.Connection) -> Released:
        reach_cached(connection, workspace, principal, question_id, "annotator")
        given_back = leases.release(connection, question_id, principal.name, body.picture_ids)
        return Released(count=given_back)

    return await write(workspace, work)


@router.get("/questions/{question_id}/mine")
async def list_own_answers(
    request: Request,
    principal: Labels,
    question_id: Id,
    *,
    verdict: Verdict | None = None,
    before: Annotated[int | None, Query(ge=1, le=GREATEST_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[OwnAnswer]:
    """List the caller's own standing answers, newest first; ``before`` is a vote's id."""
    workspace = workspace_of(request)

    def work(connection: sa.Connection) -> list[OwnAnswer]:
        reach_cached(connection, workspace, principal, question_id, "viewer")
        mine = answers.latest_of(
            connection, question_id, principal.name, verdict=verdict, before=before, limit=limit
        )
        rows = {row.id: row for row in pictures.faces(connection, [a.member_id for a in mine])}
        return [
            OwnAnswer(
                vote_id=answer.id,
                picture_id=answer.member_id,
                name=rows[answer.member_id].name,
                sha256=rows[answer.member_id].sha256,
                width=rows[answer.member_id].width,
                height=rows[answer.member_id].height,
                verdict=answer.verdict,
                choice_ids=list(answer.choice_ids),
                number=answer.number,
                answered_at=answer.created_at,
            )
            for answer in mine
        ]

    return await read(workspace, work)


def _handed_out(connection: sa.Connection, page: Page) -> HandedOut:
    along = [lease for leases_ in page.same.values() for lease in leases_]
    given = [*page.leases, *along]
    rows = pictures.faces(connection, [lease.member_id for lease in given])
    # One moment for all, or known-answer pictures could be told by theirs.
    until = min((lease.expires_at for lease in given), default=None)
    faces = {
        row.id: SamePicture(
            id=row.id,
            name=row.name,
            sha256=row.sha256,
            width=row.width,
            height=row.height,
            expires_at=until,
        )
        for row in rows
        if until is not None
    }
    return HandedOut(
        items=[
            _leased(faces, page, lease.member_id)
            for lease in page.leases
            if lease.member_id in faces
        ],
        page=PageShape(
            by=page.by,
            choice_id=page.choice_id,
            cluster=page.cluster,
            blind=page.blind,
            expected=page.expected,
            reason=page.reason,
        ),
    )


def _leased(faces: Mapping[int, SamePicture], page: Page, member_id: int) -> LeasedPicture:
    suggestion = page.suggestions.get(member_id)
    return LeasedPicture(
        **dict(faces[member_id]),
        suggestion=None
        if suggestion is None
        else SuggestionShape(choice_id=suggestion.choice_id, certainty=suggestion.certainty),
        same=[faces[copy.member_id] for copy in page.same.get(member_id, ())],
    )


def _written(body: BaseModel) -> Response:
    # A model that was just made is not checked a second time, as FastAPI would.
    return Response(body.model_dump_json(), media_type="application/json")


def submission(answer: NewAnswer) -> Submission:
    """Return an answer as the labelling stage takes it."""
    return Submission(
        member_id=answer.picture_id,
        verdict=answer.verdict,
        choice_ids=tuple(answer.choice_ids),
        number=answer.number,
        milliseconds=answer.milliseconds,
        client_key=answer.key,
        aided=answer.aided,
        suggested=None
        if answer.suggestion is None
        else (answer.suggestion.choice_id, answer.suggestion.certainty),
    )
