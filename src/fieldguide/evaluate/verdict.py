"""The verdict: what the figures say, in plain words, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from fieldguide.evaluate import wording
from fieldguide.evaluate.record import (
    Baseline,
    ClassCount,
    ClassFigures,
    CurvePoint,
    DataRecord,
    Leak,
    Reading,
    SplitRecord,
)
from fieldguide.types import Outcome

FEW_TEST_GROUPS = 100

_FEW_PICTURES = 20
_FEW_IN_TEST = 5
_MOST_NAMED = 3
_CURVE_REACHES = 0.5

_NOTHING_CLEAN = (
    "How good the model is cannot be said: no test picture is left that is free of leaks. Make a "
    "new split with --resplit."
)


def verdict(
    test: Reading,
    as_given: Reading | None,
    baselines: Sequence[Baseline],
    split: SplitRecord,
) -> list[str]:
    """Say how good the model is and how far the figures can be trusted."""
    accuracy = test["metrics"]["accuracy"]
    if accuracy["value"] is None:
        return [_NOTHING_CLEAN]
    pictures = wording.counted(test["pictures"], "test picture")
    right = wording.figure(accuracy, as_percent=True)
    sentences = [
        f"On {pictures} that it has never seen, the model names the right class for {right}.",
        _against(baselines),
    ]
    if as_given is not None:
        sentences.append(_left_out(test, as_given, split))
    elif split["leaks"]:
        sentences.append("The leaks that were found are listed below; none touches this figure.")
    if test["groups"] < FEW_TEST_GROUPS:
        groups = wording.counted(test["groups"], "independent group")
        sentences.append(
            f"The test part holds only {groups} of pictures: take the interval, not the single "
            "number."
        )
    return sentences


def next_steps(
    data: DataRecord,
    split: SplitRecord,
    test: Reading,
    curve: Sequence[CurvePoint],
    *,
    outcomes_list: str | None,
) -> list[str]:
    """Say what would help most, most urgent first."""
    steps = []
    conflicts = [leak for leak in split["leaks"] if leak["kind"] == "conflict"]
    if conflicts:
        steps.append(_decide(conflicts[0]))
    if split["origin"] == "given" and any(leak["test_pictures"] for leak in split["leaks"]):
        steps.append(
            "Train again with --resplit for a split that holds groups and copies together."
        )
    small = [row for row in data["classes"] if _is_small(row)]
    if small:
        steps.append(_collect_more(small))
    weak = worst_classes([row for row in test["per_class"] if row["support"] >= _FEW_IN_TEST], 1)
    if weak and (weak[0]["recall"]["value"] or 0) < 1:
        steps.append(
            f"Look at the mistakes of {wording.short(weak[0]['name'])!r}, the weakest class with "
            f"at least {_FEW_IN_TEST} test pictures, in the report: wrong labels first, then "
            "whether its pictures show what tells it apart."
        )
    if _still_rises(curve, split["parts"]["train"]):
        steps.append("Collect more pictures: the learning curve still rises.")
    refused = {k: n for k, n in data["outcomes"].items() if k in _REFUSED}
    if refused and outcomes_list:
        what = ", ".join(f"{count} {outcome}" for outcome, count in sorted(refused.items()))
        steps.append(f"Look at the files that were not taken in ({what}): {outcomes_list}")
    return steps


def worst_classes(rows: Sequence[ClassFigures], count: int) -> list[ClassFigures]:
    """Return the classes with the lowest F1 among those that have test pictures."""
    present = [row for row in rows if row["support"] > 0]
    return sorted(present, key=lambda row: (row["f1"]["value"] or 0.0, row["name"]))[:count]


_REFUSED = frozenset(outcome.value for outcome in Outcome if not outcome.in_dataset)


def _decide(conflict: Leak) -> str:
    count = wording.counted(conflict["groups"], "such picture")
    pair = next(iter(conflict["examples"]), None)
    named = "" if pair is None else f", for example {pair['a']!r} and {pair['b']!r}"
    return (
        f"Decide which label is right where one picture stands under two classes ({count}{named}): "
        "delete or move the wrong copy in the source, or correct the table, and run the same "
        "command again. Until then none of them is trained on or counted."
    )


def _is_small(row: ClassCount) -> bool:
    return _in_all(row) < _FEW_PICTURES or row["test"] < _FEW_IN_TEST


def _in_all(row: ClassCount) -> int:
    return row["train"] + row["val"] + row["test"]


def _collect_more(small: Sequence[ClassCount]) -> str:
    ordered = sorted(small, key=lambda row: (_in_all(row), row["test"], row["name"]))
    said = [
        f"{wording.short(row['name'])!r} has {wording.counted(_in_all(row), 'picture')}, "
        f"{wording.count(row['test']) if row['test'] else 'none'} of them in the test part"
        for row in ordered[:_MOST_NAMED]
    ]
    if len(ordered) > _MOST_NAMED:
        said.append(f"{wording.count(len(ordered) - _MOST_NAMED)} more")
    them = "it" if len(ordered) == 1 else "them"
    return f"{wording.listed(said)}: nothing firm can be said of {them}; collect more."


def _still_rises(curve: Sequence[CurvePoint], trained_on: int) -> bool:
    # A curve that ends far below the whole training part says nothing about more than the whole.
    return (
        len(curve) >= 2
        and curve[-1]["pictures"] >= _CURVE_REACHES * trained_on
        and curve[-1]["accuracy"] > curve[-2]["high"]
    )


def _left_out(test: Reading, as_given: Reading, split: SplitRecord) -> str:
    count = wording.counted(as_given["pictures"] - test["pictures"], "test picture")
    given = wording.figure(as_given["metrics"]["accuracy"], as_percent=True)
    if any(leak["test_pictures"] for leak in split["leaks"]):
        return (
            f"The split that came with the data leaks: {count} left out of this figure, being "
            "copies of one another, under two labels, or with companions in another part. With "
            f"them it would read {given}."
        )
    return f"Copies count once: {count} left out. With them the figure would read {given}."


def _against(baselines: Sequence[Baseline]) -> str:
    reached = wording.listed(
        [f"{b['name']} {wording.percent(b['accuracy']['value'])}" for b in baselines]
    )
    if all(b["beaten"] for b in baselines):
        return f"That is more than what needs no network reaches: {reached}."
    return (
        f"That is not shown to be more than what needs no network reaches: {reached}. More "
        "pictures, or another backbone, have to show that the network helps here."
    )
