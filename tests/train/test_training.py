"""Training on vectors that are made on the spot; odd heads show what training gives to a head."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
import pytest
from sklearn import metrics

from fieldguide.errors import DataError
from fieldguide.models.heads.available import HEADS
from fieldguide.models.heads.head import FloatMatrix
from fieldguide.models.heads.logistic import LogisticRegressionHead
from fieldguide.models.heads.temperature import calibrate, fit_temperature
from fieldguide.train import training
from fieldguide.train.folds import make_folds
from fieldguide.train.training import TrainedHead, fits_needed, learning_curve, train_head
from fieldguide.types import FloatArray, IntArray


def blobs(
    n: int, *, count: int = 3, apart: float = 1.0, dimensions: int = 8, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    centres = np.random.default_rng(99).normal(0, apart, (count, dimensions))
    random = np.random.default_rng(seed)
    classes = random.permutation(np.arange(n) % count)
    return (centres[classes] + random.normal(0, 1, (n, dimensions))).astype(np.float32), classes


def train(
    kind: type, vectors: np.ndarray, classes: np.ndarray, clusters: object = None, **changes: int
) -> TrainedHead:
    numbers = np.arange(len(classes)) if clusters is None else np.asarray(clusters)
    options = {"count": 3, "seed": 0, "workers": 2} | changes
    return train_head(kind, vectors, classes, numbers, **options)  # type: ignore[arg-type]


class Memory:
    """Knows by heart what it has seen, and nothing else; the first column is the row's name."""

    name: ClassVar[str] = "memory"
    title: ClassVar[str] = "memory"
    sizes: ClassVar[list[int]] = []

    def __init__(self, *, weight: float = 5.0) -> None:
        self.weight = weight

    def fit(self, vectors: FloatMatrix, classes: IntArray, *, count: int) -> Self:
        self.count_ = count
        self.known_ = dict(zip(vectors[:, 0].tolist(), classes.tolist(), strict=True))
        self.sizes.append(len(vectors))
        return self

    def log_scores(self, vectors: FloatMatrix) -> FloatArray:
        scores = np.zeros((len(vectors), self.count_))
        for row, name in enumerate(vectors[:, 0].tolist()):
            if name in self.known_:
                scores[row, self.known_[name]] = self.weight
            else:
                scores[row, int(name * 7919) % self.count_] = 1e-3
        return scores

    def settings(self) -> dict[str, int | float | str | None]:
        return {"weight": self.weight}

    @classmethod
    def grid(cls, seed: int) -> list[Self]:
        del seed
        cls.sizes.clear()
        return [cls(weight=weight) for weight in (5.0, 50.0)]


def test_nothing_that_is_left_out_is_learned() -> None:
    random = np.random.default_rng(0)
    vectors = np.arange(300, dtype=np.float32)[:, None]
    classes = random.integers(0, 3, 300)
    found = train(Memory, vectors, classes)
    assert found.folds == 5
    for trial in found.trials:
        assert trial.accuracy < 0.45
        assert trial.log_loss > np.log(3) - 0.05
    # In the end it is fitted on everything.
    assert (found.head.log_scores(vectors).argmax(axis=1) == classes).all()


def test_copies_that_share_a_cluster_do_not_leak() -> None:
    random = np.random.default_rng(0)
    names = np.repeat(np.arange(100), 3)
    vectors = names[:, None].astype(np.float32)
    classes = random.integers(0, 3, 100)[names]
    apart, together = train(Memory, vectors, classes), train(Memory, vectors, classes, names)
    # Without clusters the copies give everything away, so this problem can show a leak.
    assert apart.trials[0].accuracy > 0.9
    assert together.trials[0].accuracy < 0.5
    assert together.trials[0].log_loss > np.log(3) - 0.1


def test_a_column_that_gives_the_answer_away_only_where_it_is_learned() -> None:
    # Each cluster has a code of its own per class: it helps for pictures of the cluster only.
    random = np.random.default_rng(1)
    clusters = np.repeat(np.arange(30), 6)
    classes = random.integers(0, 3, 180)
    codes = random.normal(0, 1, (30, 3, 40))
    vectors = codes[clusters, classes].astype(np.float32)
    found = train(LogisticRegressionHead, vectors, classes, clusters)
    assert (found.head.log_scores(vectors).argmax(axis=1) == classes).mean() > 0.9
    assert min(trial.log_loss for trial in found.trials) > np.log(3) - 0.1
    assert found.trials[found.chosen].accuracy < 0.5


@pytest.mark.parametrize("head", ["logistic", "tree"])
def test_trials_are_what_a_plain_loop_gives(head: str) -> None:
    kind = HEADS.get(head)
    vectors, classes = blobs(90)
    clusters = np.arange(90) // 2
    found = train(kind, vectors, classes, clusters)
    folds = make_folds(classes, clusters, seed=0)
    losses = []
    for trial, settings in zip(found.trials, kind.grid(0), strict=True):
        scores = np.zeros((90, 3))
        for fold in range(5):
            fresh = type(settings)(**settings.settings())
            fresh.fit(vectors[folds != fold], classes[folds != fold], count=3)
            scores[folds == fold] = fresh.log_scores(vectors[folds == fold])
        temperature = fit_temperature(scores, classes)
        probabilities = calibrate(scores, temperature)
        losses.append(metrics.log_loss(classes, probabilities, labels=[0, 1, 2]))
        assert trial.settings == settings.settings()
        assert trial.log_loss == pytest.approx(losses[-1], abs=1e-9)
        hits = probabilities.argmax(axis=1) == classes
        assert trial.accuracy == pytest.approx(hits.mean())
        if len(losses) - 1 == found.chosen:
            assert found.temperature == pytest.approx(temperature)
    assert found.chosen == int(np.argmin(np.round(losses, 6)))
    assert found.head.settings() == found.trials[found.chosen].settings


class Equal(Memory):
    @classmethod
    def grid(cls, seed: int) -> list[Self]:
        del seed
        return [cls(), cls(), cls()]


def test_of_equal_settings_the_first_is_chosen() -> None:
    vectors, classes = np.arange(60, dtype=np.float32)[:, None], np.arange(60) % 3
    found = train(Equal, vectors, classes)
    assert len({trial.log_loss for trial in found.trials}) == 1
    assert found.chosen == 0


class Boastful(LogisticRegressionHead):
    """Says everything five times as loudly as it should."""

    def log_scores(self, vectors: FloatMatrix) -> FloatArray:
        return 5 * super().log_scores(vectors)


@pytest.mark.parametrize(("kind", "gain"), [(LogisticRegressionHead, -0.02), (Boastful, 0.1)])
def test_calibration_does_not_hurt_on_fresh_pictures(kind: type, gain: float) -> None:
    fresh, truth = blobs(3000, apart=0.6, seed=1000)
    plain, calibrated = [], []
    for seed in range(5):
        found = train(kind, *blobs(120, apart=0.6, seed=seed), seed=seed)
        uncalibrated = calibrate(found.head.log_scores(fresh), 1.0)
        plain.append(metrics.log_loss(truth, uncalibrated))
        calibrated.append(metrics.log_loss(truth, found.probabilities(fresh)))
    assert np.mean(plain) - np.mean(calibrated) > gain


def test_probabilities_are_the_calibrated_scores() -> None:
    vectors, classes = blobs(60)
    found = train(LogisticRegressionHead, vectors, classes)
    probabilities = found.probabilities(vectors)
    expected = calibrate(found.head.log_scores(vectors), found.temperature)
    np.testing.assert_array_equal(probabilities, expected)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


@pytest.mark.parametrize("head", ["logistic", "forest"])
def test_the_number_of_workers_changes_nothing(head: str) -> None:
    vectors, classes = blobs(40)
    fresh, _ = blobs(20, seed=7)
    results = [
        train(HEADS.get(head), vectors, classes, np.arange(40) // 2, workers=workers)
        for workers in (1, 2)
    ]
    for other in results[1:]:
        assert other.trials == results[0].trials
        assert other.chosen == results[0].chosen
        assert other.temperature == results[0].temperature
        np.testing.assert_array_equal(other.probabilities(fresh), results[0].probabilities(fresh))


def test_settings_are_sought_on_some_and_fitted_on_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SEARCH_LIMIT", 60)
    vectors = np.arange(300, dtype=np.float32)[:, None]
    classes = np.arange(300) % 3
    found = train(Memory, vectors, classes)
    assert found.folds == 5
    assert len(Memory.sizes) == 2 * 5 + 1
    assert max(Memory.sizes[:-1]) < 60
    assert sum(Memory.sizes[:-1]) == 2 * 4 * 60
    assert Memory.sizes[-1] == 300


def test_the_search_takes_whole_clusters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SEARCH_LIMIT", 50)
    clusters = np.random.default_rng(3).integers(0, 40, 200)
    for seed in range(10):
        rows = training._search_rows(np.arange(200) % 3, clusters, seed)
        assert 50 <= len(rows) <= 50 + np.bincount(clusters).max() - 1
        assert len(np.unique(rows)) == len(rows)
        assert not set(clusters[rows]) & set(np.delete(clusters, rows))
        again = training._search_rows(np.arange(200) % 3, clusters, seed)
        np.testing.assert_array_equal(rows, again)


def test_a_search_that_draws_one_class_takes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SEARCH_LIMIT", 5)
    classes = np.array([0] * 196 + [1] * 4)
    for seed in range(20):
        rows = training._search_rows(classes, np.arange(200), seed)
        assert len(np.unique(classes[rows])) == 2


@pytest.mark.parametrize("limit", [1, 2, 59, 60, 61])
def test_limits_near_the_number_of_pictures(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(training, "SEARCH_LIMIT", limit)
    found = train(LogisticRegressionHead, *blobs(60))
    assert found.head.log_scores(np.zeros((1, 8), np.float32)).shape == (1, 3)


@pytest.mark.parametrize(
    "clusters", [[0, 1, 2], [0, 0, 1], [0, 0, 0]], ids=["one of a class", "two", "one cluster"]
)
def test_too_few_pictures_to_cross_validate(clusters: list[int]) -> None:
    vectors = np.array([[0.0], [0.1], [1.0]], np.float32)
    found = train(LogisticRegressionHead, vectors, np.array([0, 0, 1]), clusters, count=2)
    assert found.folds == 0
    assert found.trials == ()
    assert found.temperature == 1.0
    grid = LogisticRegressionHead.grid(0)
    assert found.head.settings() == grid[found.chosen].settings()
    assert found.chosen == len(grid) // 2
    assert found.probabilities(vectors)[2, 1] > found.probabilities(vectors)[0, 1]


@pytest.mark.parametrize("head", HEADS.names())
def test_four_pictures_are_enough_for_every_head(head: str) -> None:
    vectors = np.array([[0.0, 1], [0.1, 1], [1.0, 0], [0.9, 0]], np.float32)
    found = train(HEADS.get(head), vectors, np.array([0, 0, 2, 2]))
    assert found.folds == 2
    probabilities = found.probabilities(vectors)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert probabilities[:, 1].max() < 0.5


def test_a_class_in_a_single_cluster_is_trained_too() -> None:
    vectors, classes = blobs(60)
    classes[classes == 2] = np.where(np.arange((classes == 2).sum()) == 0, 2, 1)
    found = train(LogisticRegressionHead, vectors, classes)
    assert found.folds == 5
    assert np.isfinite([trial.log_loss for trial in found.trials]).all()


@pytest.mark.parametrize(
    ("classes", "words"),
    [([], "0 pictures of 0 class"), ([1, 1, 1], "3 pictures of 1 class")],
)
def test_fewer_than_two_classes(classes: list[int], words: str) -> None:
    vectors = np.zeros((len(classes), 4), np.float32)
    with pytest.raises(DataError, match=f"at least two classes; the training part has {words}"):
        train(LogisticRegressionHead, vectors, np.array(classes, np.int64))


class Failing(Memory):
    def fit(self, vectors: FloatMatrix, classes: IntArray, *, count: int) -> Self:
        del vectors, classes, count
        raise ArithmeticError("the head gave up")


def test_a_head_that_fails_is_not_passed_over() -> None:
    with pytest.raises(ArithmeticError, match="the head gave up"):
        train(Failing, *blobs(60))


@pytest.mark.parametrize("head", ["logistic", "svm"])
def test_progress_counts_every_fit(head: str) -> None:
    done: list[None] = []
    kind = HEADS.get(head)
    vectors, classes = blobs(60)
    found = train_head(
        kind,
        vectors,
        classes,
        np.arange(60),
        count=3,
        seed=0,
        workers=2,
        advance=lambda: done.append(None),
    )
    assert len(done) == fits_needed(kind, 0, found.folds)


def curve(
    vectors: np.ndarray, classes: np.ndarray, clusters: np.ndarray, *, workers: int = 2
) -> list[training.LearningPoint]:
    return learning_curve(
        lambda: LogisticRegressionHead(c=0.1),
        vectors,
        classes,
        clusters,
        count=int(classes.max()) + 1,
        seed=0,
        workers=workers,
    )


def test_the_learning_curve_rises() -> None:
    vectors, classes = blobs(600, count=6, apart=0.4, dimensions=30)
    points = curve(vectors, classes, np.arange(600))
    assert [point.pictures for point in points] == [48, 120, 240, 480]
    accuracies = [point.hits.mean() for point in points]
    assert accuracies == sorted(accuracies)
    assert accuracies[-1] > accuracies[0] + 0.1
    for point in points:
        assert sorted(point.clusters) == list(range(600))
        assert point.hits.dtype == bool


def test_the_last_point_is_cross_validation() -> None:
    vectors, classes = blobs(120)
    clusters = np.arange(120) // 2
    point = curve(vectors, classes, clusters)[-1]
    folds = make_folds(classes, clusters, seed=0)
    hits = []
    for fold in range(5):
        head = LogisticRegressionHead(c=0.1).fit(
            vectors[folds != fold], classes[folds != fold], count=3
        )
        left = folds == fold
        hits.append(head.log_scores(vectors[left]).argmax(axis=1) == classes[left])
    np.testing.assert_array_equal(point.hits, np.concatenate(hits))


def test_the_curve_draws_whole_clusters_that_are_not_left_out() -> None:
    clusters = np.repeat(np.arange(40), 5)
    vectors = np.arange(200, dtype=np.float32)[:, None]
    seen: list[tuple[set[int], set[int]]] = []

    class Watching(Memory):
        def fit(self, vectors: FloatMatrix, classes: IntArray, *, count: int) -> Self:
            rows = vectors[:, 0].astype(int)
            self.used_ = set(clusters[rows].tolist())
            assert len(rows) == 5 * len(self.used_)
            return super().fit(vectors, classes, count=count)

        def log_scores(self, vectors: FloatMatrix) -> FloatArray:
            seen.append((self.used_, set(clusters[vectors[:, 0].astype(int)].tolist())))
            return super().log_scores(vectors)

    points = learning_curve(
        Watching, vectors, np.arange(200) % 3, clusters, count=3, seed=0, workers=1
    )
    assert len(points) == 4
    assert len(seen) == 20
    assert all(not used & left for used, left in seen)


def test_the_curve_is_the_same_with_any_number_of_workers() -> None:
    vectors, classes = blobs(80)
    once, again = (curve(vectors, classes, np.arange(80) // 2, workers=n) for n in (1, 4))
    assert [p.pictures for p in once] == [p.pictures for p in again]
    for first, second in zip(once, again, strict=True):
        np.testing.assert_array_equal(first.hits, second.hits)
        np.testing.assert_array_equal(first.clusters, second.clusters)


def test_a_curve_leaves_out_sizes_with_a_single_class() -> None:
    vectors, classes = blobs(12, count=3)
    points = curve(vectors, classes, np.arange(12))
    assert 1 <= len(points) <= 4
    assert all(len(point.hits) == 12 for point in points)


def test_too_few_pictures_for_a_curve() -> None:
    vectors = np.zeros((3, 4), np.float32)
    assert curve(vectors, np.array([0, 0, 1]), np.arange(3)) == []


def test_a_curve_keeps_to_the_search_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SEARCH_LIMIT", 50)
    points = curve(*blobs(200), np.arange(200))
    assert all(len(point.hits) == 50 for point in points)
    assert points[-1].pictures == 40


def test_a_class_of_one_cluster_does_not_spoil_the_choice_for_the_others() -> None:
    random = np.random.default_rng(3)
    classes = np.repeat(np.arange(3), 40)
    vectors = random.normal(size=(120, 20)).astype(np.float32)
    vectors[np.arange(120), classes] += 2.0
    clusters = np.arange(120)
    alone = train_head(
        HEADS.get("logistic"), vectors, classes, clusters, count=3, seed=0, workers=1
    )
    with_lonely = train_head(
        HEADS.get("logistic"),
        np.vstack([vectors, random.normal(size=(6, 20)).astype(np.float32) + 5]),
        np.concatenate([classes, np.full(6, 3)]),
        np.concatenate([clusters, np.full(6, 120)]),
        count=4,
        seed=0,
        workers=1,
    )
    assert with_lonely.temperature == pytest.approx(alone.temperature, rel=0.5)
    assert (
        with_lonely.trials[with_lonely.chosen].log_loss < 1.3 * alone.trials[alone.chosen].log_loss
    )
