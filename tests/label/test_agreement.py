from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fieldguide.errors import InputError
from fieldguide.label import majority
from fieldguide.label.agreement import consensus_of_others, summarise
from fieldguide.metrics import fleiss_kappa, krippendorff_alpha, percent_agreement
from fieldguide.metrics.cohen_kappa import cohen_kappa
from fieldguide.metrics.ratings import from_matrix


def gappy(seed: int) -> tuple[Any, Any]:
    random = np.random.default_rng(seed)
    truth = random.integers(0, 3, 60)
    answers = np.where(random.random((60, 6)) < 0.6, truth[:, None], random.integers(0, 3, (60, 6)))
    return np.where(random.random((60, 6)) < 0.6, answers, -1), truth


@pytest.mark.parametrize("seed", range(3))
def test_the_others_are_counted_without_the_own_vote(seed: int) -> None:
    matrix, _ = gappy(seed)
    votes = from_matrix(matrix)
    found = consensus_of_others(votes)
    kinds = set()
    for picture, annotator, answer in zip(
        votes.pictures, votes.annotators, found.tolist(), strict=True
    ):
        others = np.delete(matrix[picture], annotator)
        said = Counter(others[others >= 0].tolist())
        most = max(said.values(), default=0)
        leaders = [c for c, count in said.items() if count == most]
        assert answer == (leaders[0] if len(leaders) == 1 else -1)
        kinds.add((len(leaders), answer == matrix[picture, annotator]))
    # None, one that agrees, one that does not, and ties of two.
    assert {(0, False), (1, True), (1, False), (2, False)} <= kinds


def test_the_figures_are_those_of_the_metrics() -> None:
    matrix, _ = gappy(0)
    votes = from_matrix(matrix)
    groups = np.arange(60) // 2
    found = summarise(votes, groups=groups, repeats=50, seed=2)
    settings: dict[str, Any] = {"groups": groups, "repeats": 50, "seed": 2}
    assert found.percent == percent_agreement.with_interval(votes, **settings)
    assert found.fleiss == fleiss_kappa.with_interval(votes, **settings)
    assert found.alpha == krippendorff_alpha.with_interval(votes, **settings)
    assert [c.specific.value for c in found.classes] == pytest.approx(
        percent_agreement.specific_agreement(votes)
    )
    assert [c.kappa.value for c in found.classes] == pytest.approx(
        fleiss_kappa.category_kappa(votes)
    )
    for of_class in found.classes:
        assert of_class.answers == (matrix == of_class.index).sum()
        for interval in (of_class.specific, of_class.kappa):
            assert interval.low < interval.value < interval.high
    assert (found.votes, found.pictures) == ((matrix >= 0).sum(), (matrix >= 0).any(axis=1).sum())
    assert found.paired == ((matrix >= 0).sum(axis=1) >= 2).sum()
    alone = summarise(votes, repeats=50, seed=2)
    assert alone.alpha == krippendorff_alpha.with_interval(votes, repeats=50, seed=2)
    assert alone.alpha.value == pytest.approx(found.alpha.value)
    ordinal = summarise(votes, scale="ordinal", repeats=5)
    assert ordinal.alpha.value == krippendorff_alpha.krippendorff_alpha(votes, scale="ordinal")


def test_pairs() -> None:
    matrix, _ = gappy(1)
    found = summarise(from_matrix(matrix), repeats=5).pairs
    assert len(found) == 15
    for pair in found:
        first, second = matrix[:, pair.first], matrix[:, pair.second]
        both = (first >= 0) & (second >= 0)
        assert pair.pictures == both.sum()
        assert pair.agreement == pytest.approx((first == second)[both].mean())
        assert pair.kappa == pytest.approx(cohen_kappa(first, second))


def test_annotators_against_known_truths() -> None:
    matrix, truth = gappy(2)
    known = np.where(np.arange(60) < 40, truth, -1)
    found = summarise(from_matrix(matrix), truth=known, repeats=5)
    assert found.reference == "truth"
    for annotator in found.annotators:
        answers = matrix[:, annotator.index]
        compared = (answers >= 0) & (known >= 0)
        assert annotator.answers == (answers >= 0).sum()
        assert annotator.compared == compared.sum()
        assert annotator.accuracy.value == pytest.approx((answers == known)[compared].mean())
        assert annotator.accuracy.low < annotator.accuracy.value < annotator.accuracy.high
        table = np.zeros((3, 3), dtype=int)
        for true, said, often in annotator.confusions:
            table[true, said] = often
        for true in range(3):
            for said in range(3):
                often = (compared & (known == true) & (answers == said)).sum()
                assert table[true, said] == (0 if true == said else often)
        assert (np.diff(annotator.confusions[:, 2]) <= 0).all()


def test_nobody_is_compared_with_their_own_truth() -> None:
    votes = from_matrix([[0, 1], [1, 1], [0, -1]])
    own = np.array([True, False, False, True, False])
    found = summarise(votes, truth=[0, 1, 1], own=own, repeats=5)
    first, second = found.annotators
    # Of the first one's answers that to picture 0 is left out, of the second one's that to 1.
    assert (first.compared, first.accuracy.value, first.confusions.tolist()) == (
        2,
        0.5,
        [[1, 0, 1]],
    )
    assert (second.compared, second.accuracy.value) == (1, 0.0)
    assert found.percent == summarise(votes, repeats=5).percent


def test_annotators_against_the_others() -> None:
    votes = from_matrix([[0, 0, 0], [0, 0, 1], [1, 1, 1], [1, -1, -1]])
    found = summarise(votes, repeats=5)
    assert found.reference == "others"
    # On the second picture the third is alone against two; for these two the others are tied.
    assert [a.compared for a in found.annotators] == [2, 2, 3]
    assert [a.accuracy.value for a in found.annotators] == pytest.approx([1.0, 1.0, 2 / 3])
    assert found.annotators[0].answers == 4
    assert found.annotators[0].accuracy.low < 0.5


def test_groups_widen_the_interval_of_an_annotator() -> None:
    matrix, truth = (np.repeat(part, 5, axis=0) for part in gappy(3))
    votes = from_matrix(matrix)
    alone = summarise(votes, truth=truth, repeats=5).annotators[0].accuracy
    whole = summarise(votes, truth=truth, groups=np.repeat(np.arange(60), 5), repeats=5)
    grouped = whole.annotators[0].accuracy
    assert grouped.value == alone.value
    assert grouped.high - grouped.low > 1.8 * (alone.high - alone.low)


@pytest.mark.parametrize(
    "votes",
    [
        majority.check_votes([], [], []),
        majority.check_votes([], [], [], picture_count=3, annotator_count=2, class_count=2),
        from_matrix([[0], [1]]),
    ],
    ids=["nothing", "no votes", "one annotator"],
)
def test_without_pairs_all_is_undefined(votes: Any) -> None:
    found = summarise(votes, repeats=5)
    assert found.paired == 0
    assert found.pairs == ()
    for interval in (found.percent, found.fleiss, found.alpha):
        assert np.isnan([interval.value, interval.low, interval.high]).all()
    assert len(found.annotators) == votes.annotator_count
    assert all(np.isnan(a.accuracy.value) and a.compared == 0 for a in found.annotators)
    assert all(np.isnan(c.kappa.value) for c in found.classes)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"truth": [0]}, r"truth must have shape \(2,\), got \(1,\)"),
        ({"truth": [0, 2]}, "truth must lie from -1, for unknown, to 1, got 0 to 2"),
        ({"truth": [0.0, 1.0]}, "truth must hold integer class indices, got type float64"),
        ({"truth": [0, 1], "own": [True]}, r"own must be booleans of shape \(4,\), got bool of"),
        ({"truth": [0, 1], "own": [0, 1, 0, 1]}, r"own must be booleans .* got int64"),
        ({"repeats": 0}, "cannot be computed: repeats must be at least 1, got 0"),
        ({"groups": ["a"]}, r"cannot be computed: groups must have shape \(2,\)"),
        ({"scale": "ratio"}, "cannot be computed: scale must be one of"),
    ],
)
def test_refuses_what_does_not_fit(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        summarise(from_matrix([[0, 0], [1, 1]]), **settings)


@pytest.mark.shared
def test_real_votes_agree_far_beyond_chance(shared_data: Path) -> None:
    folder = shared_data / "crowd" / "labelme_labels_no_images"
    votes = from_matrix(np.loadtxt(folder / "answers.txt", dtype=np.int64), class_count=8)
    truth = np.loadtxt(folder / "LabelMe_Z_train.txt", dtype=np.int64)
    found = summarise(votes, truth=truth, repeats=200)
    assert found.paired == 958
    assert found.alpha.low > 0.6
    assert found.alpha.high < 0.75
    # Weighted by their answers, the annotators' accuracies make the share of right votes.
    accuracy = np.average(
        [a.accuracy.value for a in found.annotators], weights=[a.compared for a in found.annotators]
    )
    assert accuracy == pytest.approx((truth[votes.pictures] == votes.answers).mean())
