"""Agreement: how far people agree on a question, and where one more answer tells most."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Annotated

import sqlalchemy as sa
from fastapi import Query, Request
from pydantic import BaseModel

from fieldguide.api.auth import Signed, workspace_of
from fieldguide.api.fields import Id
from fieldguide.api.routes.questions import reach
from fieldguide.api.routing import Router
from fieldguide.api.work import read_long
from fieldguide.records import pictures

if TYPE_CHECKING:
    from fieldguide.label.agreeing import QuestionAgreement
    from fieldguide.metrics.interval import Interval

router = Router("agreement")


class FigureShape(BaseModel):
    """A figure with its interval of 95 %; bounds are None where none can be given."""

    value: float
    low: float | None
    high: float | None


class ClassAgreementShape(BaseModel):
    """How far people agree on one class; figures are None where they are undefined."""

    choice_id: int
    answers: int
    agreement: FigureShape | None
    kappa: FigureShape | None


class PairShape(BaseModel):
    """How far two annotators agree on the pictures that both answered."""

    first: str
    second: str
    pictures: int
    agreement: float
    kappa: float | None


class ConfusionShape(BaseModel):
    """How often an annotator answered ``said`` where the reference is ``reference``, another."""

    reference: int
    said: int
    pictures: int


class AnnotatorShape(BaseModel):
    """How far one annotator agrees with the reference."""

    annotator: str
    answers: int
    compared: int
    accuracy: FigureShape | None
    confusions: list[ConfusionShape]


class DayAgreement(BaseModel):
    """Percent agreement on the pictures whose latest answer came on a day (UTC)."""

    day: date
    agreement: float | None
    pictures: int


class AgreementShape(BaseModel):
    """Everything that the answers say about agreement; a figure of None is undefined.

    Only independent answers count. Reviewers decide after having seen all answers, so decisions are
    not among them; what a reviewer answered before she decided is. Answers that were given with a
    model's suggestion in sight are not among them either.

    Attributes:
        aided: Answers that were left out because a suggestion was in sight.
        answers: People's independent answers that name a class.
        pictures: Pictures with at least one of them.
        paired: Pictures with at least two; only these tell about agreement.
        reference: What annotators are compared with: ``truth`` are known answers and reviewers'
            decisions, but not with their own; ``others`` is what most others say.
    """

    answers: int
    aided: int
    pictures: int
    paired: int
    percent: FigureShape | None
    fleiss: FigureShape | None
    alpha: FigureShape | None
    classes: list[ClassAgreementShape]
    pairs: list[PairShape]
    annotators: list[AnnotatorShape]
    reference: str
    over_time: list[DayAgreement]


class UsefulPicture(BaseModel):
    """A picture about which one more answer tells much; ``gain`` is in bits."""

    picture_id: int
    name: str
    sha256: str
    gain: float


@router.get("/questions/{question_id}/agreement")
async def get_agreement(
    request: Request, principal: Signed, question_id: Id
) -> AgreementShape | None:
    """Tell how far people agree; null where nobody has answered a single-choice question yet."""

    def work(connection: sa.Connection) -> AgreementShape | None:
        from fieldguide.label import agreeing

        question, _ = reach(connection, principal, question_id, "reviewer")
        found = agreeing.of_question(connection, question)
        return None if found is None else _shape(found)

    return await read_long(workspace_of(request), work)


@router.get("/questions/{question_id}/most-useful")
async def list_most_useful(
    request: Request,
    principal: Signed,
    question_id: Id,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[UsefulPicture]:
    """List the pictures about which one more answer tells most."""

    def work(connection: sa.Connection) -> list[UsefulPicture]:
        from fieldguide.label import weighing

        question, _ = reach(connection, principal, question_id, "reviewer")
        gains = dict(weighing.most_useful(connection, question, count=limit))
        rows = pictures.by_ids(connection, list(gains))
        return [
            UsefulPicture(picture_id=row.id, name=row.name, sha256=row.sha256, gain=gains[row.id])
            for row in rows
        ]

    return await read_long(workspace_of(request), work)


def _shape(found: QuestionAgreement) -> AgreementShape:
    summary, names = found.summary, found.ratings
    return AgreementShape(
        answers=summary.votes,
        aided=names.aided,
        pictures=summary.pictures,
        paired=summary.paired,
        percent=_figure(summary.percent),
        fleiss=_figure(summary.fleiss),
        alpha=_figure(summary.alpha),
        classes=[
            ClassAgreementShape(
                choice_id=names.choices[row.index],
                answers=row.answers,
                agreement=_figure(row.specific),
                kappa=_figure(row.kappa),
            )
            for row in summary.classes
        ],
        pairs=[
            PairShape(
                first=names.annotators[row.first],
                second=names.annotators[row.second],
                pictures=row.pictures,
                agreement=row.agreement,
                kappa=_number(row.kappa),
            )
            for row in summary.pairs
        ],
        annotators=[
            AnnotatorShape(
                annotator=names.annotators[row.index],
                answers=row.answers,
                compared=row.compared,
                accuracy=_figure(row.accuracy),
                confusions=[
                    ConfusionShape(
                        reference=names.choices[int(reference)],
                        said=names.choices[int(said)],
                        pictures=int(count),
                    )
                    for reference, said, count in row.confusions
                ],
            )
            for row in summary.annotators
        ],
        reference=summary.reference,
        over_time=[
            DayAgreement(day=day, agreement=_number(share), pictures=count)
            for day, share, count in found.over_time
        ],
    )


def _figure(interval: Interval) -> FigureShape | None:
    if math.isnan(interval.value):
        return None
    return FigureShape(value=interval.value, low=_number(interval.low), high=_number(interval.high))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
