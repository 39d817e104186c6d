"""Versions: listed, compared, frozen and restored."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from anyio.to_thread import run_sync
from fastapi import Query, Request
from pydantic import BaseModel, Field

from fieldguide.api.auth import DatasetAccess, Maintainer, Viewer, workspace_of
from fieldguide.api.errors import not_found
from fieldguide.api.fields import Body, Id, Text
from fieldguide.api.routes.jobs import JobShape, job_shape, jobs_of
from fieldguide.api.routing import Router
from fieldguide.api.work import read, read_long
from fieldguide.curate.splitting import check_fractions
from fieldguide.curate.versions.diff import KINDS, Kind, compare
from fieldguide.curate.versions.listing import change_json, lines
from fieldguide.curate.versions.opening import open_state
from fieldguide.curate.versions.state import Pictured, State
from fieldguide.errors import UnknownNameError
from fieldguide.label import blinding
from fieldguide.records import datasets, privacy, questions, versions
from fieldguide.records.versions import VersionRow, VersionUse
from fieldguide.workflows.freeze_version import FreezeOrder
from fieldguide.workflows.restore_version import plan_restoration

router = Router("versions")

Called = Annotated[str, Query(min_length=1, max_length=40)]

Share = Annotated[float, Field(ge=0, lt=1)]


class UseShape(BaseModel):
    """A run on a version, and the model that it became, such as ``leaves 3``."""

    run: int
    status: str
    model: str | None


class VersionShape(BaseModel):
    """A version as the list shows it.

    Attributes:
        author: Who froze it; empty where a training did.
        parts: Pictures by part; empty where it is not divided.
        divided: Whether models can be trained on it.
        same_training_as: The oldest version in which training sees the same; runs are found there.
    """

    number: int
    created_at: datetime
    author: str
    note: str
    content_hash: str
    pictures: int
    labelled: int
    parts: dict[str, int]
    divided: bool
    same_training_as: int | None
    uses: list[UseShape]


class VersionList(BaseModel):
    """A dataset's versions, newest first."""

    items: list[VersionShape]


class VersionDetail(VersionShape):
    """A version with what the dataset said of itself, and what was found when it was divided.

    Attributes:
        card: Name, description, questions with classes, privacy and counts; None in versions that
            were frozen before it was kept.
        origin: ``made`` by Fieldguide, ``given`` with the data, or ``none``.
        left_out: Pictures in no part, by reason.
        notes: What a person should know of it.
    """

    card: dict[str, Any] | None
    origin: str
    left_out: dict[str, int]
    notes: list[str]


class NewVersion(Body):
    """How to freeze; all may be left out.

    Attributes:
        note: What to say of the version.
        question: Name of the question whose labels are taken.
        divide: Whether to divide it into parts, for which all pictures are compared.
        resplit: Whether to make a split even where one came with the data.
        test: Share of the test part in a new split.
        val: Share of the validation part in a new split.
    """

    note: Text = ""
    question: Annotated[str, Field(max_length=200)] | None = None
    divide: bool = True
    resplit: bool = False
    test: Share | None = None
    val: Share | None = None


class LabelMove(BaseModel):
    """How many labels of a question went from one answer to another, in words."""

    question: str
    before: str
    after: str
    pictures: int


class CardMove(BaseModel):
    """Something that the dataset says otherwise of itself."""

    where: str
    before: Any
    after: Any


class RefShape(BaseModel):
    """A picture: a name with its bytes."""

    id: int
    name: str
    sha256: str


class ChangeLine(BaseModel):
    """One thing that became of a picture, in words."""

    kind: Kind
    of: str
    before: str
    after: str


class ChangeShape(BaseModel):
    """What became of a picture; ``before`` is None for one that was added."""

    kinds: list[Kind]
    before: RefShape | None
    after: RefShape | None
    lines: list[ChangeLine]


class DiffPage(BaseModel):
    """How two states differ.

    Attributes:
        before: The first state, in words.
        after: The second.
        counts: Pictures by what became of them; one can count in several.
        labels: From which answer to which, commonest first.
        card: What the dataset says otherwise of itself.
        left_out: What is not compared, and why.
        notes: What a person should know of either.
        total: Pictures of the kinds that were asked for.
        items: A page of them, sorted by name.
    """

    before: str
    after: str
    counts: dict[Kind, int]
    labels: list[LabelMove]
    card: list[CardMove]
    left_out: list[str]
    notes: list[str]
    total: int
    items: list[ChangeShape]


class ImpossibleShape(BaseModel):
    """What cannot be brought back for one reason, with the first names."""

    reason: str
    count: int
    examples: list[str]


class RestorationShape(BaseModel):
    """What a restoration would do.

    Attributes:
        kept_as: The version that holds what is there now; None where one is made first.
        brought_back: Pictures that come back.
        set_aside: Pictures that go into the trash.
        decided: Labels that who restores decides.
        withdrawn: Labels that end because votes since the version are withdrawn.
        groups: Pictures that get another group.
        columns: Values of columns that change.
    """

    number: int
    kept_as: int | None
    brought_back: int
    set_aside: int
    decided: int
    withdrawn: int
    groups: int
    columns: int
    impossible: list[ImpossibleShape]
    notes: list[str]


@router.get("/datasets/{dataset_id}/versions")
async def list_versions(request: Request, access: Viewer) -> VersionList:
    """List a dataset's versions."""

    def work(connection: sa.Connection) -> VersionList:
        rows = versions.of_dataset(connection, access.dataset_id)
        uses = versions.uses(connection, [row.id for row in rows])
        return VersionList(
            items=[_shape(connection, row, rows, uses.get(row.id, [])) for row in rows]
        )

    return await read_long(workspace_of(request), work)


@router.get("/datasets/{dataset_id}/versions/{version}")
async def get_version(request: Request, access: Viewer, version: Id) -> VersionDetail:
    """Return one version."""

    def work(connection: sa.Connection) -> VersionDetail:
        row = _find(connection, access, version)
        rows = versions.of_dataset(connection, access.dataset_id)
        shape = _shape(connection, row, rows, versions.uses(connection, [row.id]).get(row.id, []))
        return VersionDetail(
            **shape.model_dump(),
            card=row.card,
            origin=row.summary["origin"],
            left_out=row.summary["excluded"],
            notes=row.summary["notes"],
        )

    return await read_long(workspace_of(request), work)


@router.get("/datasets/{dataset_id}/diff")
async def compare_states(
    request: Request,
    access: Viewer,
    before: Called,
    after: Called = "now",
    kind: Annotated[list[Kind] | None, Query()] = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> DiffPage:
    """Compare two states: versions by number, ``now``, or dates such as ``2026-05-01``.

    Who answers blind sees no labels of such questions here, as elsewhere.
    """

    def work(connection: sa.Connection) -> DiffPage:
        hidden = _blind(connection, access)
        states = [_open(connection, access, called, hidden) for called in (before, after)]
        found = compare(*states)
        wanted = list(found.of_kinds(kind or KINDS))
        secret = [f"{name!r} is answered blind, so its labels are not shown." for name in hidden]
        return DiffPage(
            before=found.before,
            after=found.after,
            counts=found.counts,
            labels=[
                LabelMove(question=question, before=a, after=b, pictures=count)
                for question, table in found.label_tables.items()
                for (a, b), count in table.items()
            ],
            card=[CardMove(where=w, before=a, after=b) for w, a, b in found.card],
            left_out=[*found.left_out, *secret],
            notes=list(found.notes),
            total=len(wanted),
            items=[
                ChangeShape(
                    **{k: v for k, v in change_json(change).items() if k != "values"},
                    lines=[
                        ChangeLine(kind=k, of=what, before=a, after=b)
                        for k, what, a, b in lines(change)
                    ],
                )
                for change in wanted[offset : offset + limit]
            ],
        )

    return await read_long(workspace_of(request), work)


@router.post("/datasets/{dataset_id}/versions", status_code=201)
async def freeze_version(request: Request, access: Maintainer, body: NewVersion) -> JobShape:
    """Begin to freeze the dataset, as a job; its result names the version."""
    fractions = None
    if body.test is not None or body.val is not None:
        test, val = 0.2 if body.test is None else body.test, body.val or 0.0
        fractions = {"train": round(1 - test - val, 9), "val": val, "test": test}
        check_fractions(fractions)
    if body.question is not None:
        wanted = body.question

        def check(connection: sa.Connection) -> None:
            known = [q.name for q in questions.of_dataset(connection, access.dataset_id)]
            if wanted not in known:
                raise UnknownNameError("question", wanted, known)

        await read(workspace_of(request), check)
    order = FreezeOrder(
        author=access.principal.name,
        note=body.note,
        question=body.question,
        resplit=body.resplit,
        fractions=fractions,
        divide=body.divide,
    )
    return await _begin(request, access, "freeze", {"order": dataclasses.asdict(order)})


@router.get("/datasets/{dataset_id}/versions/{version}/restoration")
async def plan_restore(request: Request, access: Maintainer, version: Id) -> RestorationShape:
    """Tell what it would do to restore a version."""
    workspace = workspace_of(request)

    def check(connection: sa.Connection) -> str:
        _find(connection, access, version)
        return datasets.name_of(connection, access.dataset_id)

    name = await read(workspace, check)
    plan = await run_sync(functools.partial(plan_restoration, workspace, name, version))
    return RestorationShape.model_validate(dataclasses.asdict(plan))


@router.post("/datasets/{dataset_id}/versions/{version}/restoration", status_code=201)
async def restore_version(request: Request, access: Maintainer, version: Id) -> JobShape:
    """Begin to restore a version, as a job; its result says what was done."""
    await read(workspace_of(request), lambda c: _find(c, access, version))
    return await _begin(
        request, access, "restore", {"number": version, "author": access.principal.name}
    )


async def _begin(
    request: Request, access: DatasetAccess, name: str, arguments: dict[str, Any]
) -> JobShape:
    enqueue = functools.partial(
        jobs_of(request).enqueue,
        name,
        {"dataset_id": access.dataset_id, **arguments},
        asked_by=access.principal.name,
        dataset=access.dataset_id,
    )
    return job_shape(await run_sync(enqueue))


def _find(connection: sa.Connection, access: DatasetAccess, number: int) -> VersionRow:
    try:
        return versions.by_number(connection, access.dataset_id, number)
    except UnknownNameError:
        raise not_found("version", number) from None


def _blind(connection: sa.Connection, access: DatasetAccess) -> list[str]:
    asked = questions.of_dataset(connection, access.dataset_id, archived=True)
    return [q.name for q in asked if blinding.is_blind(q, access.role)]


def _open(
    connection: sa.Connection, access: DatasetAccess, called: str, hidden: Sequence[str]
) -> State:
    state = open_state(connection, access.dataset_id, called)
    state = dataclasses.replace(state, without=state.without | frozenset(hidden))
    if access.role == "maintainer":
        return state
    rules = privacy.of_dataset(connection, access.dataset_id)
    exact = state.pictures

    def pictures() -> Iterator[Pictured]:
        for picture in exact():
            yield dataclasses.replace(picture, columns=rules.leaving(picture.columns))

    return dataclasses.replace(state, pictures=pictures)


def _shape(
    connection: sa.Connection,
    row: VersionRow,
    rows: Sequence[VersionRow],
    uses: Sequence[VersionUse],
) -> VersionShape:
    pictures, labelled, parts = _counts(connection, row)
    alike = [
        other.number
        for other in rows
        if row.training_hash is not None and other.training_hash == row.training_hash
    ]
    oldest = min(alike, default=row.number)
    return VersionShape(
        number=row.number,
        created_at=row.created_at,
        author=row.author,
        note=row.note,
        content_hash=row.content_hash,
        pictures=pictures,
        labelled=labelled,
        parts=parts,
        divided=row.split_id is not None,
        same_training_as=None if oldest == row.number else oldest,
        uses=[
            UseShape(
                run=use.run_id,
                status=use.status,
                model=None if use.model is None else f"{use.model} {use.release}",
            )
            for use in uses
        ],
    )


def _counts(connection: sa.Connection, row: VersionRow) -> tuple[int, int, dict[str, int]]:
    if row.card is not None:
        counts = row.card["counts"]
        return counts["pictures"], counts["labelled"], counts["parts"]
    # Frozen before it was noted.
    found = versions.count_by_part(connection, row.id)
    return (
        sum(count for _, count, _ in found),
        sum(labelled for _, _, labelled in found),
        {part: count for part, count, _ in found if part is not None},
    )
