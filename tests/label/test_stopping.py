from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fieldguide.label import stopping
from fieldguide.label.stopping import Labelled, Standing
from fieldguide.label.stopping_words import in_words
from fieldguide.metrics.proportion import wilson
from fieldguide.models.heads.logistic import LogisticRegressionHead
from fieldguide.types import FloatArray, IntArray

DIMENSIONS = 6
CENTRES = np.random.default_rng(7).normal(size=(4, DIMENSIONS)) * 0.9


def _head() -> LogisticRegressionHead:
    return LogisticRegressionHead(c=0.1)


def _draw(count: int, generator: np.random.Generator) -> tuple[FloatArray, IntArray]:
    classes = generator.integers(4, size=count)
    return CENTRES[classes] + generator.normal(size=(count, DIMENSIONS)), classes


def _labelled(learn: int, held: int, generator: np.random.Generator) -> Labelled:
    vectors, classes = _draw(learn + held, generator)
    inside = np.arange(learn + held) >= learn
    return Labelled(
        vectors.astype(np.float32), classes, np.arange(learn + held), inside, ~inside, 4
    )


def _truth(labelled: Labelled, generator: np.random.Generator, learn: IntArray) -> float:
    head = _head().fit(labelled.vectors[learn], labelled.classes[learn], count=4)
    vectors, classes = _draw(5_000, generator)
    return float((head.log_scores(vectors).argmax(axis=1) == classes).mean())


def test_its_interval_holds_the_truth_and_that_of_chosen_pictures_does_not() -> None:
    honest, chosen, runs = 0, 0, 60
    for seed in range(runs):
        generator = np.random.default_rng(seed)
        labelled = _labelled(80, 28, generator)
        found = stopping.estimate(labelled, _head, holdout_share=0.05, seed=seed).accuracy
        assert found is not None
        learn = np.flatnonzero(labelled.learnable)
        truth = _truth(labelled, generator, learn)
        honest += found.low <= truth <= found.high
        # The same model, judged by as many pictures of which it is least sure.
        head = _head().fit(labelled.vectors[learn], labelled.classes[learn], count=4)
        vectors, classes = _draw(400, generator)
        scores = head.log_scores(vectors)
        ranked = np.sort(scores, axis=1)
        hardest = np.argsort(ranked[:, -1] - ranked[:, -2])[:28]
        share = float((scores.argmax(axis=1) == classes)[hardest].mean())
        low, high = wilson(share, 28.0, 0.95)
        chosen += bool(low <= truth <= high)
    # Four standard deviations below 95 of 100.
    assert honest / runs > 0.95 - 4 * np.sqrt(0.95 * 0.05 / runs)
    assert chosen / runs < 0.2


def test_the_forecast_holds_what_the_next_answers_bring() -> None:
    gains = []
    for seed in range(60):
        generator = np.random.default_rng(seed)
        labelled = _labelled(160, 0, generator)
        gains.append(
            _truth(labelled, generator, np.arange(160)) - _truth(labelled, generator, np.arange(60))
        )
    truth = float(np.mean(gains))
    assert truth > 0.02
    held = 0
    for seed in range(20):
        labelled = _labelled(60, 100, np.random.default_rng(1000 + seed))
        found = stopping.estimate(labelled, _head, holdout_share=0.0, seed=seed).forecast
        assert found is not None
        held += found.gain.low <= truth <= found.gain.high
    assert held >= 15


def test_many_labels_of_easy_classes_bring_little_and_few_of_hard_ones_much() -> None:
    generator = np.random.default_rng(0)
    vectors, classes = _draw(1700, generator)
    easy = (vectors + 6 * CENTRES[classes]).astype(np.float32)
    inside = np.arange(1700) >= 1500
    many = Labelled(easy, classes, np.arange(1700), inside, ~inside, 4)
    found = stopping.estimate(many, _head, holdout_share=0.05)
    assert found.forecast is not None
    assert found.forecast.verdict == "little"
    assert found.forecast.gain.high < stopping.LITTLE
    few = _labelled(45, 300, generator)
    found = stopping.estimate(few, _head, holdout_share=0.05)
    assert found.forecast is not None
    assert found.forecast.verdict == "keep"
    assert found.forecast.gain.low >= stopping.LITTLE


def _scenes(count: int, size: int) -> Labelled:
    """Scenes that are known by sight and whose classes are drawn by lot: nothing can be learned."""
    generator = np.random.default_rng(0)
    scenes = np.repeat(np.arange(count), size)
    looks = generator.normal(size=(count, 40)) * 5
    vectors = (looks[scenes] + generator.normal(size=(len(scenes), 40)) * 0.1).astype(np.float32)
    classes = generator.integers(2, size=count)[scenes]
    inside = np.arange(len(scenes)) % size == 0
    return Labelled(vectors, classes, scenes, inside, ~inside, 2)


def test_no_picture_is_judged_by_a_model_that_saw_its_scene() -> None:
    labelled = _scenes(60, 4)
    found = stopping.estimate(labelled, _head, holdout_share=0.05).accuracy
    assert found is not None
    assert found.low < 0.5 < found.high
    assert found.value < 0.75
    # Were the scenes not known, the model would seem to be right nearly always.
    alone = replace(labelled, clusters=np.arange(len(labelled.classes)))
    leaking = stopping.estimate(alone, _head, holdout_share=0.05).accuracy
    assert leaking is not None
    assert leaking.low > 0.7


def test_the_hold_out_is_judged_in_parts_where_its_scenes_are_everywhere() -> None:
    found = stopping.estimate(_scenes(60, 4), _head, holdout_share=0.05)
    assert (found.judged, found.scenes) == (60, 60)
    # A quarter of the scenes is left out at a time, not all of them.
    assert (found.learned, found.left_out) == (135, 45)


def test_what_may_be_learned_from() -> None:
    labelled = Labelled(
        vectors=np.zeros((6, 2), np.float32),
        classes=np.zeros(6, np.int64),
        clusters=np.array([0, 0, 1, 1, 2, 3]),
        held_out=np.array([True, False, True, False, False, False]),
        learnable=np.array([False, True, False, True, True, False]),
        class_count=2,
    )
    first = np.array([True, False, False, False, False, False])
    assert stopping.rows_to_learn_from(labelled, first).tolist() == [
        False, False, False, True, True, False,
    ]  # fmt: skip
    everything = stopping.rows_to_learn_from(labelled, labelled.held_out)
    assert np.flatnonzero(everything).tolist() == [4]


def _reason(labelled: Labelled) -> tuple[Standing, str]:
    found = stopping.estimate(labelled, _head, holdout_share=0.05)
    assert found.reason is not None
    assert found.forecast is None
    return found, found.reason


def test_where_nothing_can_be_said_it_says_why() -> None:
    generator = np.random.default_rng(0)
    found, reason = _reason(_labelled(100, 9, generator))
    assert (found.accuracy, found.judged) == (None, 9)
    assert reason.startswith("9 pictures of the hold-out")
    found, reason = _reason(_labelled(100, 20, generator))
    assert found.accuracy is not None
    assert "from 30 on it can be told" in reason
    found, reason = _reason(_labelled(30, 40, generator))
    assert found.accuracy is not None
    assert reason.startswith("A model can learn from 30 labels")
    one = replace(_labelled(60, 40, generator), clusters=np.zeros(100, np.int64))
    assert "one group" in _reason(one)[1]
    same = _labelled(60, 40, generator)
    same.classes[:60] = 0
    assert "at least two classes" in _reason(same)[1]


def test_the_same_labels_give_the_same_estimate() -> None:
    labelled = _labelled(60, 40, np.random.default_rng(0))
    first, second = (
        stopping.estimate(labelled, _head, holdout_share=0.05, seed=3) for _ in range(2)
    )
    assert first == second


def test_the_words_never_say_more_than_the_numbers() -> None:
    labelled = _labelled(60, 40, np.random.default_rng(0))
    found = stopping.estimate(labelled, _head, holdout_share=0.05)
    assert found.forecast is not None
    for verdict, opening in (
        ("keep", "Keep labelling: the next 100 answers"),
        ("little", "More labels bring little: the next 100 answers"),
        ("unclear", "It cannot be told yet whether more labels are worth it: the next 100"),
    ):
        told = replace(found, forecast=replace(found.forecast, verdict=verdict))
        words = in_words(told, {False: 6.2, True: 1.0})
        assert words.startswith(opening)
        assert words.count("95 % interval") == 2
        assert "take about 6 minutes one at a time or a minute with suggestions" in words
    assert "take about" not in in_words(found, {})
    assert in_words(Standing(3, 3, 0, 0, reason="Too few."), {}) == "Too few."


@pytest.mark.parametrize("count", [2, 3])
def test_a_share_of_few_labels_still_has_two_classes(count: int) -> None:
    generator = np.random.default_rng(0)
    labelled = _labelled(count, 12, generator)
    labelled.classes[:count] = np.arange(count) > 0
    assert stopping.estimate(labelled, _head, holdout_share=0.05).accuracy is not None
