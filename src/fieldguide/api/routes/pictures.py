"""Pictures of a dataset: the grid's pages, one picture with all that is known, and its bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import uuid4

import orjson
import sqlalchemy as sa
from anyio.to_thread import run_sync
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from fieldguide.api import cursors
from fieldguide.api.auth import (
    DatasetAccess,
    Labels,
    Principal,
    Signed,
    Viewer,
    require,
    workspace_of,
)
from fieldguide.api.errors import ApiError, not_found
from fieldguide.api.fields import GREATEST_ID, Body, Id
from fieldguide.api.idempotency import Once
from fieldguide.api.routing import Router
from fieldguide.api.shapes import LabelShape, PictureShape, label_shape, picture_json
from fieldguide.api.work import read, read_long, write
from fieldguide.errors import PictureError, WorkspaceError
from fieldguide.label import blinding
from fieldguide.pictures import signature
from fieldguide.pictures.showing import browser_type, for_browser
from fieldguide.records import (
    comments,
    images,
    members,
    pictures,
    privacy,
    questions,
    review_requests,
    selections,
    votes,
)
from fieldguide.records.pictures import PictureFilter, PictureRow, Sort
from fieldguide.records.privacy import Privacy
from fieldguide.records.questions import Question
from fieldguide.records.settling import LabelState
from fieldguide.types import ColumnValue, Role, Verdict
from fieldguide.workflows.leaving_pictures import LeavingPictures
from fieldguide.workspace import Workspace

router = Router("pictures")

MOST_ON_A_PAGE = 500
IMMUTABLE = "private, max-age=31536000, immutable"
"""The address carries the hash of the bytes, so what it gives never changes."""

FOR_AN_HOUR = "private, max-age=3600"
"""For pictures with blurred faces, which may be shown as they are one day."""

Made = TypeVar("Made")

ShortText = Annotated[str, Query(max_length=500)]
ChoiceIds = Annotated[list[Annotated[int, Field(ge=1, le=GREATEST_ID)]], Query(max_length=200)]


class PicturePage(BaseModel):
    """A page of a grid; ``next`` is the cursor of the following page, None on the last."""

    items: list[PictureShape]
    next: str | None


class Marks(BaseModel):
    """Where the pages of a grid begin, so that any of them can be reached at once.

    Attributes:
        total: How many pictures the filter lets through.
        every: How many lie between two marks.
        cursors: The cursor after each ``every`` pictures: page n (from 1) begins at cursor n - 1.
    """

    total: int
    every: int
    cursors: list[str]


class VoteShape(BaseModel):
    """One answer, its classes as they were chosen."""

    id: int
    question_id: int
    annotator: str
    annotator_kind: str
    verdict: Verdict
    choice_ids: list[int]
    number: float | None
    decides: bool
    milliseconds: int | None
    created_at: datetime


class CommentShape(BaseModel):
    """A remark about a picture."""

    id: int
    author: str
    text: str
    created_at: datetime


class FlagShape(BaseModel):
    """A mark that somebody should look; ``cleared_at`` is set when somebody has."""

    id: int
    author: str
    raised_at: datetime
    cleared_by: str | None
    cleared_at: datetime | None


class ReviewRequestShape(BaseModel):
    """That somebody sent the picture to review, and why."""

    author: str
    reason: str
    asked_at: datetime


class QuestionLabel(BaseModel):
    """What is known about one question; hidden ones tell only the caller's own answers."""

    question_id: int
    hidden: bool
    label: LabelShape | None
    votes: list[VoteShape]
    sent_to_review: ReviewRequestShape | None = None


class PictureDetail(BaseModel):
    """One picture with everything that is known about it."""

    id: int
    dataset_id: int
    name: str
    sha256: str
    width: int
    height: int
    bytes: int
    format: str
    group: str | None
    part: str | None
    added_at: datetime
    columns: dict[str, ColumnValue]
    labels: list[QuestionLabel]
    comments: list[CommentShape]
    flags: list[FlagShape]
    removed: bool


class NewComment(Body):
    """A remark to add."""

    text: Annotated[str, Field(min_length=1, max_length=5000)]


class FlagChange(Body):
    """Whether the picture shall carry a flag."""

    flagged: bool


def picture_filter(
    question: Annotated[int | None, Query(ge=1, le=GREATEST_ID)] = None,
    choice: ChoiceIds = [],  # noqa: B006 - read only
    *,
    unlabelled: bool = False,
    state: LabelState | None = None,
    verdict: Verdict | None = None,
    annotator: ShortText | None = None,
    answered: Annotated[int | None, Query(ge=1, le=GREATEST_ID)] = None,
    text: ShortText | None = None,
    part: ShortText | None = None,
    group: ShortText | None = None,
    column: Annotated[list[ShortText], Query(max_length=20)] = [],  # noqa: B006 - read only
    flagged: bool | None = None,
    least_certain: Annotated[float | None, Query(ge=0, le=1)] = None,
    most_certain: Annotated[float | None, Query(ge=0, le=1)] = None,
    selection: Annotated[int | None, Query(ge=1, le=GREATEST_ID)] = None,
    sort: Sort = "name",
    descending: bool = False,
) -> PictureFilter:
    """Read which pictures are wanted from the part of the address after ``?``.

    ``column=NAME:VALUE`` may come several times.
    """
    pairs: dict[str, str] = {}
    for text_pair in column:
        name, colon, value = text_pair.partition(":")
        if not colon:
            raise ApiError(
                422, "invalid_request", f"column is written NAME:VALUE, not {text_pair!r}."
            )
        if pairs.get(name, value) != value:
            raise ApiError(
                422,
                "invalid_request",
                f"The column {name!r} cannot be {pairs[name]!r} and {value!r} at once.",
            )
        pairs[name] = value
    return PictureFilter(
        question_id=question,
        choice_ids=tuple(choice),
        unlabelled=unlabelled,
        state=state,
        verdict=verdict,
        annotator=annotator,
        answered=answered,
        text=text,
        part=part,
        group=group,
        columns=pairs,
        flagged=flagged,
        least_certain=least_certain,
        most_certain=most_certain,
        selection=selection,
        sort=sort,
        descending=descending,
    )


Filter = Annotated[PictureFilter, Depends(picture_filter)]


@router.get("/datasets/{dataset_id}/pictures", response_model=PicturePage)
async def list_pictures(
    request: Request,
    access: Viewer,
    wanted: Filter,
    after: Annotated[str | None, Query(max_length=2000)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)] = 100,
) -> Response:
    """Return a page of a dataset's pictures."""
    place = cursors.decode(after, wanted.sort)
    workspace = workspace_of(request)

    def work(connection: sa.Connection) -> dict[str, Any]:
        question = check_filter(connection, workspace, access, wanted)
        sought = searching(connection, access, wanted)
        rows = pictures.page(connection, access.dataset_id, sought, after=place, limit=limit + 1)
        shown = rows[:limit]
        hidden = set() if question is None else _hidden(connection, access, question, shown)
        flagged = comments.flagged(connection, [row.id for row in shown])
        more = len(rows) > limit
        return {
            "items": [
                picture_json(row, flagged=row.id in flagged, hidden=row.id in hidden)
                for row in shown
            ],
            "next": cursors.encode((shown[-1].key, shown[-1].id)) if more else None,
        }

    # Checked against the page's shape by a test; to do so each time would double what a page costs.
    # What has to be searched for is looked for in another thread, so that nobody else waits for it.
    page = await (read_long if wanted.is_search else read)(workspace, work)
    return Response(orjson.dumps(page), media_type="application/json")


@router.get("/datasets/{dataset_id}/pictures/marks")
async def list_marks(
    request: Request,
    access: Viewer,
    wanted: Filter,
    every: Annotated[int, Query(ge=10, le=MOST_ON_A_PAGE)] = 100,
) -> Marks:
    """Count the pictures and tell where their pages begin."""
    workspace = workspace_of(request)

    def work(connection: sa.Connection) -> Marks:
        check_filter(connection, workspace, access, wanted)
        sought = searching(connection, access, wanted)
        found = pictures.marks(connection, access.dataset_id, sought, every=every)
        return Marks(
            total=pictures.count(connection, access.dataset_id, sought),
            every=every,
            cursors=[cursors.encode(mark) for mark in found],
        )

    return await read_long(workspace, work)


@router.get("/pictures/{picture_id}")
async def get_picture(request: Request, principal: Signed, picture_id: Id) -> PictureDetail:
    """Return one picture with its columns, labels, votes, comments and flags."""

    def work(connection: sa.Connection) -> PictureDetail:
        access = reach(connection, principal, picture_id, "viewer")
        return _detail(connection, access, picture_id)

    return await read(workspace_of(request), work)


@router.get(
    "/pictures/{picture_id}/image/{sha256}",
    response_class=Response,
    responses={200: {"content": {"image/*": {}}, "description": "The picture's bytes."}},
)
async def get_image(request: Request, principal: Signed, picture_id: Id, sha256: str) -> Response:
    """Return the picture without its metadata, in a format that browsers show."""
    workspace = workspace_of(request)
    rules = await read(workspace, lambda c: _rules_of(c, principal, picture_id, sha256))

    def make() -> tuple[bytes, str]:
        data = LeavingPictures(workspace, rules).picture(sha256)
        kept = browser_type(signature.identify(data))
        return (for_browser(data), "image/jpeg") if kept is None else (data, kept)

    data, media_type = await _shown(make)
    return Response(data, media_type=media_type, headers=_kept_for(rules))


@router.get(
    "/pictures/{picture_id}/thumbnail/{sha256}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}, "description": "A small JPEG."}},
)
async def get_thumbnail(
    request: Request, principal: Signed, picture_id: Id, sha256: str
) -> Response:
    """Return a copy of the picture of at most 256 pixels a side, without its metadata."""
    workspace = workspace_of(request)
    rules = await read(workspace, lambda c: _rules_of(c, principal, picture_id, sha256))
    data = workspace.thumbnails.find(sha256) if rules.faces == "as_they_are" else None
    if data is None:
        data = await _shown(lambda: LeavingPictures(workspace, rules).thumbnail(sha256))
    return Response(data, media_type="image/jpeg", headers=_kept_for(rules))


@router.post("/pictures/{picture_id}/comments", status_code=201, response_model=PictureDetail)
async def add_comment(principal: Labels, picture_id: Id, body: NewComment, once: Once) -> Response:
    """Add a remark about a picture."""

    def work(connection: sa.Connection) -> PictureDetail:
        access = reach(connection, principal, picture_id, "annotator")
        comments.add(
            connection,
            picture_id,
            author=principal.name,
            text=body.text,
            client_key=f"comment:{uuid4()}",
        )
        return _detail(connection, access, picture_id)

    return await once.write(work, status=201)


@router.put("/pictures/{picture_id}/flag")
async def flag_picture(
    request: Request, principal: Labels, picture_id: Id, body: FlagChange
) -> PictureDetail:
    """Flag a picture so that somebody looks at it, or clear the flag."""

    def work(connection: sa.Connection) -> PictureDetail:
        access = reach(connection, principal, picture_id, "annotator")
        if body.flagged:
            comments.raise_flag(
                connection, picture_id, author=principal.name, client_key=f"flag:{uuid4()}"
            )
        else:
            comments.clear_flag(connection, picture_id, author=principal.name)
        return _detail(connection, access, picture_id)

    return await write(workspace_of(request), work)


def reach(
    connection: sa.Connection, principal: Principal, picture_id: int, role: Role
) -> DatasetAccess:
    """Return what the caller may do with a picture, if that is at least ``role``.

    Raises:
        ApiError: 404 if there is none or it is out of reach, 403 if the role is too low.
    """
    place = members.place(connection, picture_id)
    dataset_id = None if place is None else place.dataset_id
    return require(connection, principal, dataset_id, role, kind="picture", identifier=picture_id)


def check_filter(
    connection: sa.Connection,
    workspace: Workspace,
    access: DatasetAccess,
    wanted: PictureFilter,
) -> Question | None:
    """Refuse a filter that tells too much, or names what belongs to another dataset.

    Returns:
        The question that the filter names.
    """
    if wanted.selection is not None:
        check_selection(connection, access, wanted.selection)
    check_columns(connection, access, wanted.columns)
    if wanted.question_id is None:
        return None
    if questions.dataset_of(connection, wanted.question_id) != access.dataset_id:
        raise not_found("question", wanted.question_id)
    question = workspace.questions.get(connection, wanted.question_id)
    blinding.check_filter(question, access.role, access.principal.name, wanted)
    return question


def check_selection(connection: sa.Connection, access: DatasetAccess, selection_id: int) -> None:
    """Refuse a selection of another dataset, and to annotators one that is not their own.

    A reviewer may have chosen its pictures by their labels, which annotators must not learn.

    Raises:
        ApiError: 404 in both cases.
    """
    author = selections.author_of(connection, access.dataset_id, selection_id)
    kept = access.role == "annotator" and author != access.principal.name
    if author is None or kept:
        raise not_found("selection", selection_id)


def check_columns(connection: sa.Connection, access: DatasetAccess, names: Collection[str]) -> None:
    """Refuse columns whose exact values the caller may not learn.

    Raises:
        ApiError: 403, naming the first of them.
    """
    if not names:
        return
    for name in private_columns(connection, access):
        if name in names:
            raise ApiError(
                403,
                "column_private",
                f"The exact values of {name!r} are for maintainers of this dataset.",
            )


def private_columns(connection: sa.Connection, access: DatasetAccess) -> tuple[str, ...]:
    """Return the columns whose exact values the caller may not learn."""
    if access.role == "maintainer":
        return ()
    rules = privacy.of_dataset(connection, access.dataset_id)
    names = members.column_names(connection, access.dataset_id)
    return tuple(name for name in names if rules.changes(name))


def searching(
    connection: sa.Connection, access: DatasetAccess, wanted: PictureFilter
) -> PictureFilter:
    """Let the words of a filter look at the classes and columns that the caller may see."""
    if not wanted.text:
        return wanted
    asked = questions.of_dataset(connection, access.dataset_id)
    seen = tuple(q.id for q in asked if not blinding.is_blind(q, access.role))
    hidden = private_columns(connection, access)
    return replace(wanted, text_questions=seen, text_without=hidden)


async def _shown(make: Callable[[], Made]) -> Made:
    try:
        return await run_sync(make)
    except WorkspaceError as error:
        raise ApiError(410, "bytes_missing", str(error)) from error
    except PictureError as error:
        raise ApiError(410, "picture_broken", f"The picture is broken: {error.reason}.") from error


def _rules_of(
    connection: sa.Connection, principal: Principal, picture_id: int, sha256: str
) -> Privacy:
    access = reach(connection, principal, picture_id, "viewer")
    place = members.place(connection, picture_id)
    if place is None or place.sha256 != sha256:
        raise not_found("picture", f"{picture_id} with the hash {sha256[:64]}")
    return privacy.of_dataset(connection, access.dataset_id)


def _kept_for(rules: Privacy) -> dict[str, str]:
    return {"Cache-Control": IMMUTABLE if rules.faces == "as_they_are" else FOR_AN_HOUR}


def _hidden(
    connection: sa.Connection,
    access: DatasetAccess,
    question: Question,
    rows: list[PictureRow],
) -> set[int]:
    ids = [row.id for row in rows]
    return blinding.hidden(connection, question, access.role, access.principal.name, ids)


def _columns(
    connection: sa.Connection, access: DatasetAccess, picture_id: int
) -> dict[str, ColumnValue]:
    values = pictures.values_of(connection, picture_id)
    if access.role == "maintainer":
        return values
    return privacy.of_dataset(connection, access.dataset_id).leaving(values)


def _detail(connection: sa.Connection, access: DatasetAccess, picture_id: int) -> PictureDetail:
    row = pictures.by_ids(connection, [picture_id])[0]
    place = members.place(connection, picture_id)
    image = images.find(connection, row.sha256)
    if image is None:
        raise not_found("picture", picture_id)
    heard = votes.of_member(connection, picture_id)
    return PictureDetail(
        id=row.id,
        dataset_id=access.dataset_id,
        name=row.name,
        sha256=row.sha256,
        width=row.width,
        height=row.height,
        bytes=image.bytes,
        format=image.format,
        group=row.group,
        part=row.part,
        added_at=members.added_at(connection, picture_id),
        columns=_columns(connection, access, picture_id),
        labels=[
            _about_question(connection, access, question, picture_id, heard)
            for question in questions.of_dataset(connection, access.dataset_id)
        ],
        comments=[
            CommentShape.model_validate(found, from_attributes=True)
            for found in comments.of_member(connection, picture_id)
        ],
        flags=[
            FlagShape.model_validate(found, from_attributes=True)
            for found in comments.flags_of_member(connection, picture_id)
        ],
        removed=place is None or place.removed,
    )


def _about_question(
    connection: sa.Connection,
    access: DatasetAccess,
    question: Question,
    picture_id: int,
    heard: list[votes.VoteRow],
) -> QuestionLabel:
    me = access.principal.name
    hidden = bool(blinding.hidden(connection, question, access.role, me, [picture_id]))
    rows = pictures.by_ids(connection, [picture_id], question.id)
    held = rows[0].label if rows else None
    return QuestionLabel(
        question_id=question.id,
        hidden=hidden,
        label=None if hidden or held is None else label_shape(held),
        sent_to_review=None if hidden else _review_request(connection, question, picture_id),
        votes=[
            VoteShape(
                id=vote.id,
                question_id=vote.question_id,
                annotator=vote.annotator,
                annotator_kind=vote.annotator_kind,
                verdict=vote.verdict,
                choice_ids=list(vote.choice_ids),
                number=vote.number,
                decides=vote.decides,
                milliseconds=vote.milliseconds,
                created_at=vote.created_at,
            )
            for vote in heard
            if vote.question_id == question.id and (not hidden or vote.annotator == me)
        ],
    )


def _review_request(
    connection: sa.Connection, question: Question, picture_id: int
) -> ReviewRequestShape | None:
    held = review_requests.find(connection, question.id, picture_id)
    if held is None:
        return None
    return ReviewRequestShape(author=held.author, reason=held.reason, asked_at=held.asked_at)
