"""What the running estimate says, in sentences with their numbers."""

from __future__ import annotations

from collections.abc import Mapping

from fieldguide.label.stopping import NEXT, Forecast, Standing
from fieldguide.metrics.interval import Interval

_OPENINGS = {
    "keep": "Keep labelling",
    "little": "More labels bring little",
    "unclear": "It cannot be told yet whether more labels are worth it",
}


def in_words(standing: Standing, minutes: Mapping[bool, float]) -> str:
    """Say how good the model is and what the next answers would bring.

    Args:
        standing: The estimate.
        minutes: What the next answers take, by whether they are given on pages of suggestions.
    """
    sentences = []
    if standing.forecast is not None:
        sentences.append(_ahead(standing.forecast, minutes))
    if standing.accuracy is not None:
        sentences.append(
            f"A model of {_count(standing.learned, 'label')} is right on "
            f"{_share(standing.accuracy)} of pictures drawn by lot "
            f"({_count(standing.judged, 'picture')}, labelled without suggestions)."
        )
    if standing.reason is not None:
        sentences.append(standing.reason)
    return " ".join(sentences)


def _ahead(forecast: Forecast, minutes: Mapping[bool, float]) -> str:
    points = forecast.gain
    return (
        f"{_OPENINGS[forecast.verdict]}: the next {NEXT} answers would raise the accuracy by about "
        f"{100 * points.value:.1f} percentage points (95 % interval {100 * points.low:.1f} to "
        f"{100 * points.high:.1f}){_time(minutes)}."
    )


def _time(minutes: Mapping[bool, float]) -> str:
    parts = []
    if False in minutes:
        parts.append(f"{_amount(minutes[False])} one at a time")
    if True in minutes:
        parts.append(f"{_amount(minutes[True])} with suggestions")
    return f" and take about {' or '.join(parts)}" if parts else ""


def _amount(minutes: float) -> str:
    if minutes < 1.5:
        return "a minute"
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"


def _share(interval: Interval) -> str:
    return (
        f"{100 * interval.value:.0f} % (95 % interval {100 * interval.low:.0f} to "
        f"{100 * interval.high:.0f} %)"
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
