"""Live suggestions: where they stand, and what people say they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import sqlalchemy as sa
from fastapi import Request
from pydantic import BaseModel, Field

from fieldguide.api.auth import Labels, Signed, workspace_of
from fieldguide.api.fields import Body, Id, RowId
from fieldguide.api.routes.questions import reach_cached
from fieldguide.api.routing import Router
from fieldguide.api.work import read, write
from fieldguide.label import rejecting
from fieldguide.records.questions import Question

if TYPE_CHECKING:
    from fieldguide.label.suggestions.status import Status

router = Router("suggestions")


class ExpectedClass(BaseModel):
    """What a model expects of a class among the pictures without an answer.

    Attributes:
        expected_open: How many of them it expects to show the class.
        sure: How many it is sure of, at a certainty of 0.9 and above.
    """

    choice_id: int
    expected_open: float
    sure: int


class ClusterShape(BaseModel):
    """Pictures that look alike.

    Attributes:
        open: How many of them have no answer yet.
        nearest_label: The class that a model takes most of these for.
    """

    cluster: int
    open: int
    nearest_label: int | None


class SuggestionsShape(BaseModel):
    """Where the suggestions for a question stand.

    Attributes:
        ready: Whether pictures can be put into an order by what they look like.
        reason: Why not, or why no model suggests a class yet.
        labelled: Pictures whose label names a class.
        open: Pictures without an answer, those of the hold-out not counted.
        trained_on: Labels that the model learned from.
        method: ``head`` learned from vectors, ``spread`` follows chains of pictures that look
            alike; None without a model.
        embedded: Pictures that have a vector.
        pictures: All pictures of the dataset.
    """

    ready: bool
    reason: str | None
    labelled: int
    open: int
    trained_on: int
    method: Literal["head", "spread"] | None
    classes: list[ExpectedClass]
    clusters: list[ClusterShape]
    embedded: int
    pictures: int


class NewRejections(Body):
    """Pictures that are not of a class."""

    picture_ids: Annotated[list[RowId], Field(min_length=1, max_length=1000)]
    choice_id: RowId


class Rejected(BaseModel):
    """How many pictures the class will not be suggested for again."""

    count: int


@router.get("/questions/{question_id}/suggestions")
async def get_suggestions(request: Request, principal: Signed, question_id: Id) -> SuggestionsShape:
    """Tell where the live suggestions for a question stand."""
    workspace = workspace_of(request)

    def work(connection: sa.Connection) -> Question:
        return reach_cached(connection, workspace, principal, question_id, "viewer")[0]

    question = await read(workspace, work)
    suggesting = request.app.state.suggesting
    view = await suggesting.view(question)
    if view is None:
        from fieldguide.label.pages import PREPARING

        reason = suggesting.trouble(question) or PREPARING
        return SuggestionsShape(
            ready=False,
            reason=reason,
            labelled=0,
            open=0,
            trained_on=0,
            method=None,
            classes=[],
            clusters=[],
            embedded=0,
            pictures=0,
        )
    from fieldguide.label.suggestions import status

    return _shape(status.of(view), question)


@router.post("/questions/{question_id}/rejections")
async def add_rejections(
    request: Request, principal: Labels, question_id: Id, body: NewRejections
) -> Rejected:
    """Say that pictures are not of a class. They are given back, and come elsewhere."""
    workspace = workspace_of(request)

    def work(connection: sa.Connection) -> tuple[Question, int]:
        question, _ = reach_cached(connection, workspace, principal, question_id, "annotator")
        count = rejecting.reject(
            connection, question, body.picture_ids, body.choice_id, annotator=principal.name
        )
        return question, count

    question, count = await write(workspace, work)
    request.app.state.suggesting.answered(question)
    return Rejected(count=count)


def _shape(found: Status, question: Question) -> SuggestionsShape:
    return SuggestionsShape(
        ready=found.embedded > 0 and question.settings.suggestions,
        reason=found.reason,
        labelled=found.labelled,
        open=found.open,
        trained_on=found.trained_on,
        method=found.method,
        classes=[
            ExpectedClass(choice_id=row.choice_id, expected_open=row.expected, sure=row.sure)
            for row in found.classes
        ],
        clusters=[
            ClusterShape(cluster=row.number, open=row.open, nearest_label=row.nearest)
            for row in found.clusters
        ],
        embedded=found.embedded,
        pictures=found.pictures,
    )
