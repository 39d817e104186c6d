"""Questions of a dataset and their classes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import uuid4

import sqlalchemy as sa
from anyio.to_thread import run_sync
from fastapi import Request, Response
from pydantic import BaseModel, Field

from fieldguide.api.auth import (
    DatasetAccess,
    Maintainer,
    Principal,
    Signed,
    Viewer,
    require,
    require_question,
    workspace_of,
)
from fieldguide.api.fields import Body, Id, Name, RowId, Text, Whole
from fieldguide.api.idempotency import Once, Repeatable
from fieldguide.api.routes.jobs import jobs_of
from fieldguide.api.routing import Router
from fieldguide.api.shapes import QuestionShape, question_shape
from fieldguide.api.work import read, write
from fieldguide.label import editing_classes, setting_up
from fieldguide.label.editing_classes import ChoiceLine, ChoiceValues
from fieldguide.records import choices, members, questions
from fieldguide.records.questions import LabelMethod, Order, Question
from fieldguide.types import QuestionKind, Role
from fieldguide.workspace import Workspace

router = Router("questions")

Share = Annotated[float, Field(ge=0, le=1)]
Few = Annotated[int, Field(ge=1, le=100)]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
Colour = Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")]
KeyText = Annotated[str, Field(max_length=1)]
ChoiceIds = Annotated[list[RowId], Field(min_length=1, max_length=1000)]


class SettingsChange(Body):
    """Settings of a question; what is left out stays as it is.

    See ``QuestionSettings`` for the meanings. A value of None takes a limit away.
    """

    answers_needed: Few | None = None
    answers_most: Few | None = None
    agreement: Share | None = None
    order: Order | None = None
    order_column: Name | None = None
    seed: Whole | None = None
    blind: bool | None = None
    count_imports: bool | None = None
    gold_share: Annotated[float, Field(ge=0, le=0.5)] | None = None
    show_accuracy: bool | None = None
    label_method: LabelMethod | None = None
    lease_minutes: Minutes | None = None
    least: float | None = None
    greatest: float | None = None
    unit: Annotated[str, Field(max_length=40)] | None = None
    tolerance: Annotated[float, Field(ge=0)] | None = None
    suggestions: bool | None = None
    holdout_share: Annotated[float, Field(ge=0, le=0.5)] | None = None


class NewQuestion(Body):
    """A question to ask about each picture of a dataset."""

    name: Name
    kind: QuestionKind
    guidelines: Text = ""
    settings: SettingsChange = Field(default_factory=SettingsChange)
    choices: Annotated[list[Name], Field(max_length=1000, default_factory=list)]


class QuestionChange(Body):
    """What to change of a question; what is left out stays."""

    name: Name | None = None
    guidelines: Text | None = None
    settings: SettingsChange | None = None
    archived: bool | None = None


class NewChoice(Body):
    """A class to add."""

    name: Name
    key: KeyText | None = None
    colour: Colour | None = None
    description: Text | None = None
    parent_id: RowId | None = None


class NewChoiceLine(Body):
    """A class in a list of classes to add.

    Attributes:
        below: Number of an earlier line of the list, from 1, whose class it lies below.
    """

    name: Annotated[str, Field(max_length=200)]
    key: KeyText | None = None
    colour: Colour | None = None
    description: Text | None = None
    parent_id: RowId | None = None
    below: RowId | None = None


class NewChoices(Body):
    """Classes to add at once."""

    choices: Annotated[list[NewChoiceLine], Field(min_length=1, max_length=1000)]


class ChoiceChange(Body):
    """What to change of a class; a parent of 0 takes it out from under its parent."""

    name: Name | None = None
    key: KeyText | None = None
    colour: Colour | None = None
    description: Text | None = None
    parent_id: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    archived: bool | None = None


class Merge(Body):
    """Classes whose votes shall count for another one."""

    choice_ids: ChoiceIds
    into: RowId


class Split(Body):
    """Names of the finer classes that take a class's place."""

    names: Annotated[list[Name], Field(min_length=2, max_length=100)]


class ChoiceOrder(Body):
    """The order of the classes; those that are not named follow."""

    choice_ids: ChoiceIds


class EditShape(BaseModel):
    """A change of a question's classes."""

    id: int
    kind: str
    summary: str
    author: str
    created_at: datetime
    undone_at: datetime | None


@router.get("/datasets/{dataset_id}/questions")
async def list_questions(
    request: Request, access: Viewer, *, archived: bool = False
) -> list[QuestionShape]:
    """List a dataset's questions with their classes."""

    def work(connection: sa.Connection) -> list[QuestionShape]:
        found = questions.of_dataset(connection, access.dataset_id, archived=archived)
        return [question_shape(q, questions.examples(connection, q.id)) for q in found]

    return await read(workspace_of(request), work)


@router.post("/datasets/{dataset_id}/questions", status_code=201, response_model=QuestionShape)
async def create_question(access: Maintainer, body: NewQuestion, once: Once) -> Response:
    """Ask a new question about the dataset's pictures."""

    def work(connection: sa.Connection) -> QuestionShape:
        question_id = setting_up.add_question(
            connection,
            dataset_id=access.dataset_id,
            name=body.name.strip(),
            kind=body.kind,
            guidelines=body.guidelines,
            settings=setting_up.changed(None, body.settings.model_dump(exclude_unset=True)),
            choices=body.choices,
            author=access.principal.name,
        )
        return _shape(connection, question_id)

    return await once.write(work, status=201)


@router.get("/questions/{question_id}")
async def get_question(request: Request, principal: Signed, question_id: Id) -> QuestionShape:
    """Return a question with its classes."""

    def work(connection: sa.Connection) -> QuestionShape:
        reach(connection, principal, question_id, "viewer")
        return _shape(connection, question_id)

    return await read(workspace_of(request), work)


@router.patch("/questions/{question_id}")
async def change_question(
    request: Request, principal: Signed, question_id: Id, body: QuestionChange
) -> QuestionShape:
    """Change a question's name, guidelines or settings, or archive it."""

    def work(connection: sa.Connection) -> tuple[Question, Question]:
        question, _ = reach(connection, principal, question_id, "maintainer")
        given = None if body.settings is None else body.settings.model_dump(exclude_unset=True)
        setting_up.change_question(
            connection,
            question,
            name=None if body.name is None else body.name.strip(),
            guidelines=body.guidelines,
            settings=given,
            archived=body.archived,
        )
        return question, questions.get(connection, question_id)

    before, after = await write(workspace_of(request), work)
    if setting_up.wants_new_fit(before.settings, after.settings):
        await run_sync(
            functools.partial(
                jobs_of(request).enqueue,
                "weigh-annotators",
                {"question_id": question_id},
                asked_by=principal.name,
                dataset=after.dataset_id,
            )
        )
    return await read(workspace_of(request), lambda c: _shape(c, question_id))


@router.post("/questions/{question_id}/choices", status_code=201, response_model=QuestionShape)
async def add_choice(
    request: Request, principal: Signed, question_id: Id, body: NewChoice, once: Once
) -> Response:
    """Add a class."""

    def work(connection: sa.Connection, question: Question) -> None:
        values = ChoiceValues(body.name, body.key, body.colour, body.description, body.parent_id)
        editing_classes.add(connection, question, values, author=principal.name, client_key=_key())

    return await _edit(request, once, principal, question_id, work, status=201)


@router.post("/questions/{question_id}/choices/many", status_code=201, response_model=QuestionShape)
async def add_choices(
    request: Request, principal: Signed, question_id: Id, body: NewChoices, once: Once
) -> Response:
    """Add many classes as one change, or none: an error names the line that cannot be added."""
    lines = [
        ChoiceLine(
            ChoiceValues(line.name, line.key, line.colour, line.description, line.parent_id),
            line.below,
        )
        for line in body.choices
    ]

    def work(connection: sa.Connection, question: Question) -> None:
        editing_classes.add_lines(
            connection, question, lines, author=principal.name, client_key=_key()
        )

    return await _edit(request, once, principal, question_id, work, status=201)


@router.patch("/questions/{question_id}/choices/{choice_id}", response_model=QuestionShape)
async def change_choice(
    request: Request,
    principal: Signed,
    question_id: Id,
    choice_id: Id,
    body: ChoiceChange,
    once: Once,
) -> Response:
    """Rename a class, change its look or description, or archive it. No vote is lost."""

    def work(connection: sa.Connection, question: Question) -> None:
        values = ChoiceValues(body.name, body.key, body.colour, body.description, body.parent_id)
        editing_classes.change(
            connection, question, choice_id, values, author=principal.name, client_key=_key()
        )
        if body.archived is not None:
            editing_classes.archive(
                connection,
                questions.get(connection, question_id),
                choice_id,
                archived=body.archived,
                author=principal.name,
                client_key=_key(),
            )

    return await _edit(request, once, principal, question_id, work)


@router.post("/questions/{question_id}/choices/order", response_model=QuestionShape)
async def order_choices(
    request: Request, principal: Signed, question_id: Id, body: ChoiceOrder, once: Once
) -> Response:
    """Put the classes in another order."""

    def work(connection: sa.Connection, question: Question) -> None:
        editing_classes.reorder(
            connection, question, body.choice_ids, author=principal.name, client_key=_key()
        )

    return await _edit(request, once, principal, question_id, work)


@router.post("/questions/{question_id}/choices/merge", response_model=QuestionShape)
async def merge_choices(
    request: Request, principal: Signed, question_id: Id, body: Merge, once: Once
) -> Response:
    """Let the votes of some classes count for another one."""

    def work(connection: sa.Connection, question: Question) -> None:
        editing_classes.merge(
            connection,
            question,
            body.choice_ids,
            body.into,
            author=principal.name,
            client_key=_key(),
        )

    return await _edit(request, once, principal, question_id, work)


@router.post("/questions/{question_id}/choices/{choice_id}/split", response_model=QuestionShape)
async def split_choice(
    request: Request, principal: Signed, question_id: Id, choice_id: Id, body: Split, once: Once
) -> Response:
    """Replace a class by finer ones; its pictures come back into the queue."""

    def work(connection: sa.Connection, question: Question) -> None:
        editing_classes.split(
            connection,
            question,
            choice_id,
            body.names,
            author=principal.name,
            client_key=_key(),
        )

    return await _edit(request, once, principal, question_id, work)


@router.post("/questions/{question_id}/undo", response_model=QuestionShape)
async def undo_choices(
    request: Request, principal: Signed, question_id: Id, once: Once
) -> Response:
    """Undo the latest change of the classes that stands."""

    def work(connection: sa.Connection, question: Question) -> None:
        editing_classes.undo(connection, question)

    return await _edit(request, once, principal, question_id, work)


@router.get("/questions/{question_id}/edits")
async def list_edits(request: Request, principal: Signed, question_id: Id) -> list[EditShape]:
    """List the latest changes of a question's classes, newest first."""

    def work(connection: sa.Connection) -> list[EditShape]:
        reach(connection, principal, question_id, "viewer")
        found = choices.edits(connection, question_id)
        return [EditShape.model_validate(edit, from_attributes=True) for edit in found]

    return await read(workspace_of(request), work)


@router.put("/questions/{question_id}/choices/{choice_id}/examples/{picture_id}", status_code=204)
async def add_example(
    request: Request, principal: Signed, question_id: Id, choice_id: Id, picture_id: Id
) -> Response:
    """Show a picture as an example of a class."""
    await write(
        workspace_of(request),
        lambda c: _set_example(c, principal, question_id, choice_id, picture_id, shown=True),
    )
    return Response(status_code=204)


@router.delete(
    "/questions/{question_id}/choices/{choice_id}/examples/{picture_id}", status_code=204
)
async def remove_example(
    request: Request, principal: Signed, question_id: Id, choice_id: Id, picture_id: Id
) -> Response:
    """No longer show a picture as an example of a class."""
    await write(
        workspace_of(request),
        lambda c: _set_example(c, principal, question_id, choice_id, picture_id, shown=False),
    )
    return Response(status_code=204)


def reach(
    connection: sa.Connection, principal: Principal, question_id: int, role: Role
) -> tuple[Question, DatasetAccess]:
    """Return a question and what the caller may do with it, if that is at least ``role``.

    Raises:
        ApiError: 404 if there is none or it is out of reach, 403 if the role is too low.
    """
    dataset_id = questions.dataset_of(connection, question_id)
    access = require(
        connection, principal, dataset_id, role, kind="question", identifier=question_id
    )
    return questions.get(connection, question_id), access


def reach_cached(
    connection: sa.Connection,
    workspace: Workspace,
    principal: Principal,
    question_id: int,
    role: Role,
) -> tuple[Question, DatasetAccess]:
    """Do the same as ``reach``, for hot routes: the question's classes are kept in memory."""
    access, revision = require_question(connection, principal, question_id, role)
    return workspace.questions.get(connection, question_id, revision), access


def _set_example(
    connection: sa.Connection,
    principal: Principal,
    question_id: int,
    choice_id: int,
    picture_id: int,
    *,
    shown: bool,
) -> None:
    question, _ = reach(connection, principal, question_id, "maintainer")
    editing_classes.find(question, choice_id)
    place = members.place(connection, picture_id)
    held = None if place is None or place.dataset_id != question.dataset_id else place.dataset_id
    require(connection, principal, held, "maintainer", kind="picture", identifier=picture_id)
    questions.set_example(connection, choice_id, picture_id, shown=shown)


async def _edit(
    request: Request,
    once: Repeatable,
    principal: Principal,
    question_id: int,
    work: Callable[[sa.Connection, Question], None],
    *,
    status: int = 200,
) -> Response:
    def edit(connection: sa.Connection) -> QuestionShape:
        question, _ = reach(connection, principal, question_id, "maintainer")
        work(connection, question)
        return _shape(connection, question_id)

    answer = await once.write(edit, status=status)
    question = await read(workspace_of(request), lambda c: questions.get(c, question_id))
    request.app.state.upkeep.changed(question)
    return answer


def _shape(connection: sa.Connection, question_id: int) -> QuestionShape:
    question = questions.get(connection, question_id)
    return question_shape(question, questions.examples(connection, question_id))


def _key() -> str:
    # The request's own key already keeps the work from being done twice.
    return f"edit:{uuid4()}"
