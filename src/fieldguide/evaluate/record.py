"""The record of an evaluation: what ``metrics.json`` holds and what the report is drawn from.

Counts are pictures unless said otherwise; figures are fractions of 1; times are seconds.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class Figure(TypedDict):
    """A value with its 95 % interval; None where it is undefined."""

    value: float | None
    low: float | None
    high: float | None


class ClassFigures(TypedDict):
    """One row of the per-class table."""

    name: str
    support: int
    predicted: int
    precision: Figure
    recall: Figure
    f1: Figure


class ReliabilityBin(TypedDict):
    """Pictures whose highest probability lies in ``[low, high)``."""

    low: float
    high: float
    count: int
    confidence: float | None
    accuracy: float | None


class Reading(TypedDict):
    """What one reading of a part of the data gave."""

    part: Literal["train", "val", "test"]
    pictures: int
    groups: int
    metrics: dict[str, Figure]
    per_class: list[ClassFigures]
    confusion: list[list[int]]
    reliability: list[ReliabilityBin]


class Mistake(TypedDict):
    """A picture whose predicted class is not its label."""

    name: str
    sha256: str
    label: str
    predicted: str
    confidence: float


class Leak(TypedDict):
    """Pictures that stand on both sides of a split, or cannot be trusted, for one reason.

    ``kind`` is ``"group"`` (same group), ``"duplicate"`` (same bytes), ``"near-duplicate"`` (same
    scene), or ``"conflict"`` (same bytes under two labels, whatever the parts).
    """

    kind: Literal["group", "duplicate", "near-duplicate", "conflict"]
    parts: list[str]
    pictures: int
    test_pictures: int
    groups: int
    examples: list[LeakExample]


class LeakExample(TypedDict):
    """One pair of pictures that shows a leak; at most five are kept.

    ``a_part`` and ``b_part`` are empty where a picture is in no part.
    """

    a: str
    a_part: str
    a_label: str | None
    b: str
    b_part: str
    b_label: str | None
    a_sha256: str
    b_sha256: str
    group: str | None


class ClassCount(TypedDict):
    """How many pictures of a class each part has, and one or more of them to show."""

    name: str
    train: int
    val: int
    test: int
    examples: list[str]


class DataRecord(TypedDict):
    """What the data is. ``width`` and ``height`` are least, median and greatest, in pixels."""

    dataset: str
    version: int
    content_hash: str
    source: str
    pictures: int
    distinct: int
    unlabelled: int
    excluded: dict[str, int]
    outcomes: dict[str, int]
    classes: list[ClassCount]
    groups: int | None
    columns: list[str]
    width: list[int]
    height: list[int]


class SplitRecord(TypedDict):
    """How the data was divided. ``origin`` is ``"made"`` or ``"given"``."""

    origin: Literal["made", "given"]
    seed: int
    parts: dict[str, int]
    leaks: list[Leak]
    near_duplicate_pairs: int
    duplicate_copies: int
    notes: list[str]


class CurvePoint(TypedDict):
    """One point of the learning curve, measured inside the training part."""

    pictures: int
    accuracy: float
    low: float
    high: float


class Baseline(TypedDict):
    """What a method without a network reaches on the same test part.

    ``beaten`` says whether the model is better on the same pictures beyond chance.
    """

    name: str
    accuracy: Figure
    macro_f1: Figure
    beaten: bool


class Candidate(TypedDict):
    """One setting tried by cross-validation inside the training part."""

    settings: dict[str, int | float | str | None]
    log_loss: float
    accuracy: float
    chosen: bool


class RecipeRecord(TypedDict):
    """All choices of the training."""

    backbone: str
    backbone_title: str
    backbone_licence: str
    head: str
    head_title: str
    settings: dict[str, int | float | str | None]
    candidates: list[Candidate]
    folds: int
    calibration: str
    temperature: float
    seed: int


class CostRecord(TypedDict):
    """What the run cost. ``cpu_seconds`` counts all threads of the process."""

    seconds: float
    cpu_seconds: float
    steps: list[StepCost]
    pictures_embedded: int
    pictures_from_cache: int
    bundle_bytes: int
    milliseconds_per_picture: float | None


class StepCost(TypedDict):
    """Cost of one step of the run."""

    name: str
    seconds: float
    cpu_seconds: float


class EvaluationRecord(TypedDict):
    """All of it.

    ``as_given`` is the reading of a given split's whole test part, with leaked pictures and copies
    left in; None where nothing was left out. ``test_readings`` counts how often this run's model
    read the test part, ``test_models`` how many models did.
    """

    schema: int
    run: str
    created: str
    fieldguide: str
    verdict: list[str]
    next_steps: list[str]
    data: DataRecord
    split: SplitRecord
    recipe: RecipeRecord
    test: Reading
    as_given: Reading | None
    val: NotRequired[Reading | None]
    test_readings: int
    test_models: int
    baselines: list[Baseline]
    learning_curve: list[CurvePoint]
    mistakes: list[Mistake]
    cost: CostRecord
    environment: dict[str, str]
    hashes: dict[str, str]
    bundle: str
