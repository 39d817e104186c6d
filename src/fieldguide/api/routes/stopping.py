"""When to stop: the running estimate of a model's accuracy, and what more answers would bring."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from fastapi import Request
from pydantic import BaseModel

from fieldguide.api.auth import Signed, workspace_of
from fieldguide.api.fields import Id
from fieldguide.api.routes.agreement import FigureShape
from fieldguide.api.routes.questions import reach
from fieldguide.api.routing import Router
from fieldguide.api.work import read

if TYPE_CHECKING:
    from fieldguide.label.stopping import Forecast, Point
    from fieldguide.metrics.interval import Interval
    from fieldguide.workflows.when_to_stop import WhenToStop

router = Router("stopping")


class CurvePoint(BaseModel):
    """The accuracy of a model of so many labels, with its interval of 95 %."""

    labels: int
    accuracy: FigureShape


class ForecastShape(BaseModel):
    """What the next answers would bring.

    Attributes:
        answers: How many answers.
        accuracy: The accuracy after them.
        gain: By how much it would grow.
        verdict: ``keep`` or ``little`` where the whole interval of the gain says so, else
            ``unclear``.
        minutes: What they take one at a time, at the pace of those who answered; None if unknown.
        minutes_aided: What they take with suggestions in sight; None if unknown.
    """

    answers: int
    accuracy: FigureShape
    gain: FigureShape
    verdict: Literal["keep", "little", "unclear"]
    minutes: float | None
    minutes_aided: float | None


class StoppingShape(BaseModel):
    """How good a model of the labels is now, and whether more of them are worth it.

    Attributes:
        words: All of it in sentences.
        judged: Pictures of the hold-out that the accuracy comes from.
        scenes: Independent groups or scenes among them.
        learned: Labels that the model learned from.
        left_out: Labels it did not learn from since they share a group or scene with the hold-out.
        without_vectors: Labelled pictures that do not count because they lack vectors.
        accuracy: Its accuracy on pictures drawn by lot; None where ``reason`` says why.
        points: What was measured, from models of few labels to those of all.
        band: The curve that was fitted to it, up to the end of the forecast.
        forecast: None where ``reason`` says why.
        reason: Why there is no accuracy or no forecast.
    """

    words: str
    judged: int
    scenes: int
    learned: int
    left_out: int
    without_vectors: int
    accuracy: FigureShape | None
    points: list[CurvePoint]
    band: list[CurvePoint]
    forecast: ForecastShape | None
    reason: str | None


@router.get("/questions/{question_id}/stopping")
async def get_stopping(request: Request, principal: Signed, question_id: Id) -> StoppingShape:
    """Tell how good a model of the labels is, by a random hold-out, and what more would bring."""
    await read(workspace_of(request), lambda c: reach(c, principal, question_id, "viewer"))
    return _shape(await request.app.state.estimates.get(question_id))


def _shape(found: WhenToStop) -> StoppingShape:
    standing = found.standing
    return StoppingShape(
        words=found.words,
        judged=standing.judged,
        scenes=standing.scenes,
        learned=standing.learned,
        left_out=standing.left_out,
        without_vectors=found.without_vectors,
        accuracy=None if standing.accuracy is None else _figure(standing.accuracy),
        points=[_point(point) for point in standing.points],
        band=[_point(point) for point in standing.band],
        forecast=None if standing.forecast is None else _ahead(standing.forecast, found),
        reason=standing.reason,
    )


def _ahead(forecast: Forecast, found: WhenToStop) -> ForecastShape:
    return ForecastShape(
        answers=forecast.answers,
        accuracy=_figure(forecast.accuracy),
        gain=_figure(forecast.gain),
        verdict=forecast.verdict,
        minutes=found.minutes.get(False),
        minutes_aided=found.minutes.get(True),
    )


def _point(point: Point) -> CurvePoint:
    return CurvePoint(labels=point.labels, accuracy=_figure(point.accuracy))


def _figure(interval: Interval) -> FigureShape:
    low, high = (None if math.isnan(v) else v for v in (interval.low, interval.high))
    return FigureShape(value=interval.value, low=low, high=high)
