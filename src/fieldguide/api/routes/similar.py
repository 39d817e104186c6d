"""Similar pictures: those of a dataset that look most like one of it, or like a file."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from anyio.to_thread import run_sync
from fastapi import Depends, Query, Request
from pydantic import BaseModel

from fieldguide.api.auth import DatasetAccess, Signed, at_least, workspace_of
from fieldguide.api.errors import ApiError, not_found
from fieldguide.api.fields import GREATEST_ID, Id
from fieldguide.api.routes.pictures import check_filter, reach
from fieldguide.api.routing import Router
from fieldguide.api.shapes import PictureShape, picture_json
from fieldguide.embed.extracting import VectorExtractor, backbone_extractor
from fieldguide.embed.searching import find_similar, vector_of
from fieldguide.errors import PictureError
from fieldguide.label import blinding
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import comments, members, pictures
from fieldguide.records.pictures import PictureFilter
from fieldguide.workspace import Workspace

router = Router("similar")

MOST = 500
"""Pictures that one search gives at most."""

Count = Annotated[int, Query(ge=1, le=MOST)]
Looks = Annotated[DatasetAccess, Depends(at_least("viewer", scope="read"))]
QuestionId = Annotated[int | None, Query(ge=1, le=GREATEST_ID)]


class SimilarPicture(BaseModel):
    """A picture and how much it looks like the one that was asked about, in [-1, 1]."""

    picture: PictureShape
    cosine: float


class SimilarPictures(BaseModel):
    """The most similar pictures first.

    Attributes:
        compared: How many pictures of the dataset were compared.
        missing: How many were not, because their vectors are not computed yet.
    """

    items: list[SimilarPicture]
    compared: int
    missing: int


@router.get("/pictures/{picture_id}/similar")
async def list_similar(
    request: Request,
    principal: Signed,
    picture_id: Id,
    question: QuestionId = None,
    limit: Count = 50,
) -> SimilarPictures:
    """Find the pictures of its dataset that look most like a picture; it is not among them."""
    workspace = workspace_of(request)

    def work() -> SimilarPictures:
        with workspace.records.read() as connection:
            access = reach(connection, principal, picture_id, "viewer")
            place = members.place(connection, picture_id)
        if place is None:
            raise not_found("picture", picture_id)
        extractor = _extractor(request)
        if place.sha256 not in extractor.cache:
            raise ApiError(
                409,
                "not_embedded",
                "This picture's vector is not computed yet. Embed the dataset's pictures first.",
            )
        vector = extractor.cache.get([place.sha256])[0].astype(np.float32)
        return _ranked(workspace, access, extractor, vector, question, limit, besides=place.sha256)

    return await run_sync(work)


@router.post("/datasets/{dataset_id}/similar")
async def find_similar_to_file(
    request: Request, access: Looks, question: QuestionId = None, limit: Count = 50
) -> SimilarPictures:
    """Find the pictures that look most like a file, which is the body; it is kept nowhere."""
    workspace = workspace_of(request)
    data = await _body(request, workspace.config.max_file_bytes)

    def work() -> SimilarPictures:
        extractor = _extractor(request)
        try:
            vector = vector_of(extractor, data, max_pixels=workspace.config.max_pixels)
        except PictureError as error:
            raise ApiError(
                422, "not_a_picture", f"The file cannot be compared: {error.reason}."
            ) from error
        return _ranked(workspace, access, extractor, vector, question, limit)

    return await run_sync(work)


async def _body(request: Request, most: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise ApiError(
                413, "too_large", f"The file has more than {most / 1e6:.0f} MB, which is the limit."
            )
        parts.append(part)
    return b"".join(parts)


def _extractor(request: Request) -> VectorExtractor:
    """Return what computes vectors; one for the server, because a network takes time to build."""
    state = request.app.state
    kept: VectorExtractor | None = getattr(state, "similar_extractor", None)
    if kept is None:
        workspace = workspace_of(request)
        kept = backbone_extractor(workspace, BACKBONES.get(workspace.config.backbone))
        state.similar_extractor = kept
    return kept


def _ranked(
    workspace: Workspace,
    access: DatasetAccess,
    extractor: VectorExtractor,
    vector: npt.NDArray[np.float32],
    question_id: int | None,
    limit: int,
    *,
    besides: str | None = None,
) -> SimilarPictures:
    with workspace.records.read() as connection:
        by_hash: dict[str, list[int]] = {}
        for member, sha256 in members.hashes(connection, access.dataset_id):
            by_hash.setdefault(sha256, []).append(member)
    hashes = [sha256 for sha256 in by_hash if sha256 != besides]
    found = find_similar(extractor, hashes, vector, count=limit)
    ids = [(member, near.cosine) for near in found for member in by_hash[near.sha256]][:limit]
    with workspace.records.read() as connection:
        shapes = _shapes(connection, workspace, access, question_id, [m for m, _ in ids])
    missing = sum(sha256 not in extractor.cache for sha256 in hashes)
    return SimilarPictures(
        items=[
            SimilarPicture(picture=shapes[member], cosine=cosine)
            for member, cosine in ids
            if member in shapes
        ],
        compared=len(hashes) - missing,
        missing=missing,
    )


def _shapes(
    connection: sa.Connection,
    workspace: Workspace,
    access: DatasetAccess,
    question_id: int | None,
    ids: list[int],
) -> dict[int, PictureShape]:
    question = check_filter(connection, workspace, access, PictureFilter(question_id=question_id))
    rows = pictures.by_ids(connection, ids, question_id)
    hidden = (
        set()
        if question is None
        else blinding.hidden(connection, question, access.role, access.principal.name, ids)
    )
    flagged = comments.flagged(connection, ids)
    return {
        row.id: PictureShape.model_validate(
            picture_json(row, flagged=row.id in flagged, hidden=row.id in hidden)
        )
        for row in rows
    }
