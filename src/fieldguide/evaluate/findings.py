"""Sentences that say what a record's numbers show, and no more than that."""

from __future__ import annotations

from collections.abc import Sequence

from fieldguide.evaluate import wording
from fieldguide.evaluate.record import (
    CurvePoint,
    EvaluationRecord,
    Figure,
    Leak,
    ReliabilityBin,
)
from fieldguide.types import PARTS

_LEAKS = {
    "group": "pictures of one group in more than one part",
    "duplicate": "pictures with the same bytes in more than one part",
    "near-duplicate": "near-duplicates, pictures of the same scene, in more than one part",
    "conflict": "pictures with the same bytes under two labels",
}


def leaks_not_found(record: EvaluationRecord) -> list[str]:
    """List the kinds of leaks that were looked for and are not there."""
    found = {leak["kind"] for leak in record["split"]["leaks"]}
    if not groups_known(record):
        found.add("group")
    return [words for kind, words in _LEAKS.items() if kind not in found]


def groups_known(record: EvaluationRecord) -> bool:
    """Say whether leaks through groups could be looked for at all."""
    leaks = record["split"]["leaks"]
    return record["data"]["groups"] is not None or any(leak["kind"] == "group" for leak in leaks)


def about_leak(leak: Leak) -> str:
    """Say what a leak is, with its counts."""
    pictures = wording.counted(leak["pictures"], "picture")
    one = leak["pictures"] == 1
    where = _across(leak["parts"])
    if leak["kind"] == "group":
        have = "has" if leak["groups"] == 1 else "have"
        groups = wording.counted(leak["groups"], "group")
        said = f"{groups} {have} pictures{where}: {pictures} in all"
    elif leak["kind"] == "duplicate":
        said = f"{pictures} {'has' if one else 'have'} the same bytes as another one,{where}"
    elif leak["kind"] == "near-duplicate":
        said = f"{pictures} {'shows' if one else 'show'} the same scene as another one,{where}"
    else:
        said = f"{pictures} {'has' if one else 'have'} the same bytes as another one with a "
        said += "different label"
    stand = "stands" if leak["test_pictures"] == 1 else "stand"
    test = f"{wording.count(leak['test_pictures'])} of them {stand} in test"
    return f"{said}; {test if leak['test_pictures'] else 'none of them stands in test'}."


def _across(parts: Sequence[str]) -> str:
    ordered = sorted(parts, key=lambda part: (PARTS.index(part) if part in PARTS else 9, part))
    if len(ordered) == 2:
        return f" both in {ordered[0]} and in {ordered[1]}"
    # Of three parts, any one group or pair may touch only two.
    return f" in more than one part ({wording.listed(ordered)})" if ordered else " in several parts"


def about_curve(points: Sequence[CurvePoint]) -> str:
    """Say what the last two points of a learning curve promise of more pictures."""
    if not points:
        return (
            "No learning curve was measured, so nothing is said about what more data would bring."
        )
    if len(points) == 1:
        return "The curve has one point only: no trend can be read from it."
    before, last = points[-2:]
    gain = 100 * (last["accuracy"] - before["accuracy"])
    figure: Figure = {"value": before["accuracy"], "low": before["low"], "high": before["high"]}
    noise = wording.interval(figure, as_percent=True)
    step = (
        f"From {wording.count(before['pictures'])} to "
        f"{wording.counted(last['pictures'], 'picture')} accuracy went from "
        f"{wording.percent(before['accuracy'])} to {wording.percent(last['accuracy'])}"
    )
    if before["low"] <= last["accuracy"] <= before["high"]:
        return (
            f"{step}. That is within the noise, inside the earlier point's interval ({noise}): "
            "this curve does not show that more pictures of the same kind would help, nor that "
            "they would not."
        )
    beyond = f"{abs(gain):.1f} points, beyond the noise (the earlier point's interval, {noise})"
    if gain < 0:
        return (
            f"{step}: down by {beyond}. More pictures made it worse, which is unusual: look at the "
            "labels of what was added last."
        )
    return (
        f"{step}: up by {beyond}. More pictures of the same kind are likely to help still. Curves "
        "flatten, so expect less from the next step than from this one."
    )


def about_reliability(bins: Sequence[ReliabilityBin]) -> str:
    """Say how sure and how right the model was where most of the pictures are."""
    filled = [bin_ for bin_ in bins if bin_["count"]]
    if not filled:
        return "No picture was measured, so nothing is said about how far to trust probabilities."
    largest = max(filled, key=lambda bin_: bin_["count"])
    pictures = sum(bin_["count"] for bin_ in filled)
    share = wording.percent(largest["count"] / pictures)
    return (
        f"Most often ({share} of the pictures) the model was "
        f"{wording.percent(largest['low'])} to {wording.percent(largest['high'])} sure: "
        f"{wording.percent(largest['confidence'])} on average. There it was right "
        f"{wording.percent(largest['accuracy'])} of the time."
    )


def about_readings(record: EvaluationRecord) -> str:
    """Say how often this model read the test part, and how many models did."""
    readings, models = record["test_readings"], record["test_models"]
    times = {1: "once", 2: "twice"}.get(readings, f"{wording.count(readings)} times")
    return (
        f"This model has read the test part {times}; in all, {wording.counted(models, 'model')} "
        f"{'has' if models == 1 else 'have'} read it."
    )


def caution_on_readings(record: EvaluationRecord) -> str | None:
    """Warn where the test part was read more often than it should be."""
    if record["test_readings"] > 1:
        return (
            "The test part is meant to be read once per model. If anything was changed between "
            "two readings, the figures here are too good: have them confirmed on new pictures."
        )
    if record["test_models"] > 1:
        return (
            "Several models read the same test part. Whoever picks the best of them by its test "
            "figures gets figures that are slightly too good."
        )
    return None


def as_given_title(record: EvaluationRecord) -> str:
    """Name the reading of the test part as it came: what is in it that the other leaves out."""
    return f"As given, {'leaks' if _test_leaks(record) else 'copies'} left in"


def about_as_given(record: EvaluationRecord) -> str | None:
    """Say what leaks and copies would have done to accuracy had they been left in."""
    given = record["as_given"]
    if given is None:
        return None
    fewer = wording.counted(given["pictures"] - record["test"]["pictures"], "test picture")
    if _test_leaks(record):
        left_out = f"The split as given leaks: {fewer} left out of the figures here"
    else:
        left_out = f"Copies count once: {fewer} left out of the figures here"
    with_leaks = given["metrics"].get("accuracy", {"value": None})["value"]
    without = record["test"]["metrics"].get("accuracy", {"value": None})["value"]
    if not (wording.is_number(with_leaks) and wording.is_number(without)):
        return f"{left_out}."
    points = 100 * (with_leaks - without)
    change = "the same" if abs(points) < 0.05 else f"{abs(points):.1f} points {_direction(points)}"
    return f"{left_out}. Left in, accuracy would read {wording.percent(with_leaks)}, {change}."


def _test_leaks(record: EvaluationRecord) -> bool:
    return any(leak["test_pictures"] for leak in record["split"]["leaks"])


def _direction(points: float) -> str:
    return "more" if points > 0 else "less"


def about_mistakes(record: EvaluationRecord) -> str:
    """Say how many mistakes there were and how many are shown."""
    confusion = record["test"]["confusion"]
    pictures = sum(sum(row) for row in confusion)
    mistakes = pictures - sum(row[index] for index, row in enumerate(confusion))
    shown = len(record["mistakes"])
    if not pictures:
        return "No test picture was measured, so there is no mistake to show."
    if not mistakes:
        return (
            f"The model made no mistake on {wording.counted(pictures, 'test picture')}. That is "
            "not a promise for other pictures: see the interval of the accuracy."
        )
    made = f"The model made {wording.counted(mistakes, 'mistake')} on "
    made += wording.counted(pictures, "test picture")
    return made + _shown(shown, mistakes)


def _shown(shown: int, mistakes: int) -> str:
    if not shown:
        return ". None of them was kept to be shown."
    if shown >= mistakes:
        return ": this one." if mistakes == 1 else ", all shown here, the surest first."
    if shown == 1:
        return ". The 1 it was surest of is shown."
    return f". The {wording.count(shown)} it was surest of are shown, the surest first."
