from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fieldguide.errors import InputError
from fieldguide.label import dawid_skene, majority
from fieldguide.label.dawid_skene import DawidSkene, fit, most_useful, posterior
from fieldguide.metrics import bootstrap
from fieldguide.metrics.ratings import from_matrix


def crowd(
    seed: int,
    *,
    pictures: int = 300,
    classes: int = 3,
    skills: tuple[float, ...] = (0.95, 0.9, 0.6, 0.5, 0.5, 0.4),
    density: float = 0.6,
) -> tuple[Any, Any]:
    """Annotators of unequal skill; those who err take a class for the next one half of the time."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, pictures)
    answers = np.empty((pictures, len(skills)), dtype=int)
    for annotator, skill in enumerate(skills):
        wrong = np.where(random.random(pictures) < 0.5, 1, random.integers(1, classes, pictures))
        answers[:, annotator] = np.where(
            random.random(pictures) < skill, truth, (truth + wrong) % classes
        )
    return np.where(random.random(answers.shape) < density, answers, -1), truth


def classic(matrix: Any, classes: int, steps: int) -> tuple[Any, Any, Any]:
    """Dawid and Skene as published, in loops, from the shares of the votes."""
    pictures, annotators = matrix.shape
    labels = np.zeros((pictures, classes))
    for i, row in enumerate(matrix):
        for answer in row[row >= 0]:
            labels[i, answer] += 1 / (row >= 0).sum()
    for _ in range(steps):
        prior = (labels.sum(axis=0) + 1) / (pictures + classes)
        confusion = np.zeros((annotators, classes, classes))
        for i, row in enumerate(matrix):
            for a, answer in enumerate(row):
                if answer >= 0:
                    confusion[a, :, answer] += labels[i]
        confusion /= confusion.sum(axis=2, keepdims=True)
        for i, row in enumerate(matrix):
            likely = prior.copy()
            for a, answer in enumerate(row):
                if answer >= 0:
                    likely *= confusion[a, :, answer]
            labels[i] = likely / likely.sum()
    return labels, confusion, prior


def test_with_many_answers_and_no_prior_it_is_the_published_one() -> None:
    matrix, _ = crowd(0, pictures=200, density=1.0)
    labels, confusion, prior = classic(matrix, 3, 200)
    ours = fit(from_matrix(matrix), strength=1e-9, tolerance=1e-13)
    assert ours.converged
    np.testing.assert_allclose(ours.posteriors, labels, atol=1e-4)
    np.testing.assert_allclose(ours.confusion, confusion, atol=1e-4)
    np.testing.assert_allclose(ours.prior, prior, atol=1e-4)


@pytest.mark.parametrize("share_known", [0.0, 0.3])
def test_posteriors_and_likelihood_are_those_of_the_matrices(share_known: float) -> None:
    matrix, truth = crowd(1, pictures=60)
    known = np.where(np.arange(60) < share_known * 60, truth, -1)
    ours = fit(from_matrix(matrix, class_count=3), known=known)
    total = 0.0
    for row, true, found in zip(matrix, known, ours.posteriors, strict=True):
        joint = ours.prior.copy()
        for annotator, answer in enumerate(row):
            if answer >= 0:
                joint *= ours.confusion[annotator, :, answer]
        if true >= 0:
            joint[np.arange(3) != true] = 0.0
        total += np.log(joint.sum())
        assert found == pytest.approx(joint / joint.sum())
    assert ours.log_likelihood == pytest.approx(total)


def test_everything_adds_up_to_1_and_the_objective_never_falls() -> None:
    for seed in range(5):
        matrix, _ = crowd(seed, pictures=80, density=0.3)
        ours = fit(from_matrix(matrix, class_count=4), tolerance=1e-10)
        for table in (ours.posteriors, ours.confusion, ours.average, ours.prior):
            np.testing.assert_allclose(table.sum(axis=-1), 1.0)
            assert (table >= 0.0).all()
        assert ours.converged
        assert ours.objective.size > 3
        assert (np.diff(ours.objective) >= -1e-9 * np.abs(ours.objective[:-1])).all()


def test_is_right_more_often_than_the_majority() -> None:
    gains = []
    for seed in range(5):
        matrix, truth = crowd(seed, density=0.8)
        votes = from_matrix(matrix)
        found = fit(votes)
        gains.append(
            majority.credit(found.posteriors, truth).mean()
            - majority.credit(majority.shares(votes), truth).mean()
        )
    assert min(gains) > 0.03


def test_finds_out_who_knows_what() -> None:
    matrix, truth = crowd(2, pictures=3000, density=0.8)
    ours = fit(from_matrix(matrix))
    for annotator in range(matrix.shape[1]):
        for true in range(3):
            answers = matrix[(truth == true) & (matrix[:, annotator] >= 0), annotator]
            counted = np.bincount(answers, minlength=3) / answers.size
            assert ours.confusion[annotator, true] == pytest.approx(counted, abs=0.06)
    assert ours.prior == pytest.approx(np.bincount(truth) / 3000, abs=0.03)


def test_somebody_with_few_answers_is_taken_for_average() -> None:
    matrix, truth = crowd(3, pictures=400, skills=(0.8,) * 5)
    # Two wrong answers, and nothing else, from somebody new.
    newcomer = np.full((400, 1), -1)
    newcomer[:2, 0] = (truth[:2] + 1) % 3
    votes = from_matrix(np.hstack([matrix, newcomer]))
    drawn, free = fit(votes), fit(votes, strength=1e-6)
    skills = [np.trace(model.confusion[5]) / 3 for model in (drawn, free)]
    assert skills[0] > 0.5
    assert skills[1] < skills[0]
    assert np.trace(drawn.average) / 3 == pytest.approx(0.8, abs=0.05)


def test_an_annotator_who_always_says_the_opposite_is_informative() -> None:
    random = np.random.default_rng(0)
    truth = random.integers(0, 2, 400)
    right = random.random((400, 4)) < np.array([0.9, 0.9, 0.9, 0.05])
    matrix = np.where(right, truth[:, None], 1 - truth[:, None])
    ours = fit(from_matrix(matrix))
    assert np.diag(ours.confusion[3]).max() < 0.2
    told = posterior([0, 0], [0, 3], ours.confusion, ours.prior)
    agreeing = posterior([0, 1], [0, 3], ours.confusion, ours.prior)
    assert agreeing[0] > 0.95 > told[0]


def test_known_truths_stay_and_teach() -> None:
    """Two annotators contradict each other throughout; only known truths tell who is right."""
    random = np.random.default_rng(1)
    truth = random.integers(0, 2, 100)
    votes = from_matrix(np.stack([truth, 1 - truth], axis=1))
    known = np.where(np.arange(100) < 20, truth, -1)
    ours = fit(votes, known=known)
    assert (ours.posteriors[:20].argmax(axis=1) == truth[:20]).all()
    assert set(ours.posteriors[:20].ravel().tolist()) == {0.0, 1.0}
    assert (ours.posteriors[20:].argmax(axis=1) == truth[20:]).all()
    assert ours.posteriors[20:].max(axis=1).min() > 0.99
    without = fit(votes)
    assert without.posteriors.max(axis=1).max() < 0.7


def test_a_known_truth_stands_against_all_votes() -> None:
    matrix = np.zeros((30, 3), dtype=int)
    known = np.full(30, -1)
    known[4] = 1
    ours = fit(from_matrix(matrix, class_count=2), known=known)
    assert ours.posteriors[4].tolist() == [0.0, 1.0]
    assert (ours.posteriors[known < 0].argmax(axis=1) == 0).all()


def test_the_order_of_votes_people_and_classes_does_not_matter() -> None:
    matrix, _ = crowd(4, pictures=150)
    votes, random = from_matrix(matrix), np.random.default_rng(0)
    first = fit(votes)
    again = fit(votes)
    assert first.posteriors.tobytes() == again.posteriors.tobytes()
    order, people, names = (random.permutation(n) for n in (votes.answers.size, 6, 3))
    other = fit(
        majority.check_votes(
            votes.pictures[order],
            people[votes.annotators[order]],
            names[votes.answers[order]],
            picture_count=150,
        )
    )
    np.testing.assert_allclose(other.posteriors[:, names], first.posteriors, atol=1e-8)
    np.testing.assert_allclose(
        other.confusion[np.ix_(people, names, names)], first.confusion, atol=1e-8
    )


def test_a_picture_without_votes_has_the_shares_of_the_classes() -> None:
    votes = majority.check_votes([0, 0, 2], [0, 1, 0], [1, 1, 1], picture_count=4, class_count=3)
    ours = fit(votes)
    assert ours.posteriors[1] == pytest.approx(ours.prior)
    assert ours.posteriors[3] == pytest.approx(ours.prior)
    assert ours.posteriors[0].argmax() == 1
    # Two pictures have been seen, both of class 1, and each class has one answer on top.
    assert ours.prior == pytest.approx([0.2, 0.6, 0.2], abs=0.02)


def test_pictures_without_votes_change_nothing_for_the_others() -> None:
    matrix, _ = crowd(9, pictures=50, density=1.0)
    few, many = from_matrix(matrix), np.vstack([matrix, np.full((5000, 6), -1)])
    ours, alone = fit(from_matrix(many)), fit(few)
    assert ours.posteriors[:50] == pytest.approx(alone.posteriors, abs=1e-9)
    assert ours.iterations == alone.iterations


def test_without_votes_all_is_even() -> None:
    ours = fit(majority.check_votes([], [], [], picture_count=2, class_count=4))
    np.testing.assert_allclose(ours.posteriors, 0.25)
    assert ours.confusion.shape == (0, 4, 4)
    assert ours.converged
    assert ours.log_likelihood == pytest.approx(0.0)
    assert fit(majority.check_votes([], [], [], class_count=2)).posteriors.shape == (0, 2)


def test_one_annotator_is_believed() -> None:
    answers = np.random.default_rng(0).integers(0, 3, 50)
    ours = fit(from_matrix(answers[:, None]))
    assert (ours.posteriors.argmax(axis=1) == answers).all()


def test_says_so_when_it_has_not_come_to_rest() -> None:
    matrix, _ = crowd(5)
    hurried = fit(from_matrix(matrix), max_iterations=2)
    assert not hurried.converged
    assert hurried.iterations == 4


def test_one_picture_alone_is_weighed_as_in_the_fit() -> None:
    matrix, _ = crowd(6, pictures=40)
    ours = fit(from_matrix(matrix, class_count=3))
    for row, found in zip(matrix, ours.posteriors, strict=True):
        who = np.flatnonzero(row >= 0)
        assert posterior(row[who], who, ours.confusion, ours.prior) == pytest.approx(found)


def test_somebody_new_is_weighed_as_the_average() -> None:
    matrix, _ = crowd(6, pictures=40)
    ours = fit(from_matrix(matrix, class_count=3))
    found = posterior([1, 2], [-1, 0], ours.confusion, ours.prior, average=ours.average)
    likely = ours.prior * ours.average[:, 1] * ours.confusion[0, :, 2]
    assert found == pytest.approx(likely / likely.sum())
    with pytest.raises(InputError, match="An annotator of -1 needs the model's average"):
        posterior([1], [-1], ours.confusion, ours.prior)


@pytest.mark.parametrize("gain", ["entropy", "error"])
def test_what_a_vote_brings_equals_trying_every_answer(gain: Any) -> None:
    matrix, _ = crowd(7, pictures=50, density=0.3)
    ours = fit(from_matrix(matrix, class_count=3))

    def doubt(row: Any) -> float:
        return float(1 - row.max() if gain == "error" else -(row * np.log2(row)).sum())

    found = most_useful(ours.posteriors, ours.average, gain=gain)
    assert found.max() > 0.01
    for row, value in zip(ours.posteriors, found, strict=True):
        after = 0.0
        for answer in range(3):
            likely = row * ours.average[:, answer]
            after += likely.sum() * doubt(likely / likely.sum())
        assert value == pytest.approx(doubt(row) - after, abs=1e-12)


def test_nothing_is_gained_where_all_is_known_or_the_answer_is_blind() -> None:
    blind = np.full((2, 2), 0.5)
    sharp = np.array([[0.9, 0.1], [0.1, 0.9]])
    for gain in ("entropy", "error"):
        assert most_useful([[0.5, 0.5], [0.8, 0.2]], blind, gain=gain).tolist() == [0.0, 0.0]
        assert most_useful([[1.0, 0.0]], sharp, gain=gain).tolist() == [0.0]
        assert most_useful(np.zeros((0, 2)), sharp, gain=gain).shape == (0,)
    assert most_useful([[0.5, 0.5], [0.95, 0.05]], sharp, gain="error") == pytest.approx([0.4, 0.0])


VOTES = from_matrix([[0, 0], [1, 1]])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"known": [0]}, "known must have 2 entries, got 1"),
        ({"known": [0, 2]}, "known must lie from -1 to 1, got 0 to 2"),
        ({"known": [0.0, 1.0]}, r"known must be integers of shape \(n,\), got float64"),
        ({"strength": 0.0}, "strength must be above 0 and finite, got 0.0"),
        ({"strength": np.nan}, "strength must be above 0 and finite, got nan"),
        ({"max_iterations": 0}, "max_iterations must be at least 1, got 0"),
        ({"tolerance": -1.0}, "tolerance must not be negative, got -1.0"),
    ],
)
def test_refuses_settings_out_of_range(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        fit(VOTES, **settings)


def test_refuses_one_class_and_too_many() -> None:
    with pytest.raises(InputError, match="at least two classes to tell apart, got 1"):
        fit(from_matrix([[0, 0]]))
    many = majority.check_votes([0], [599], [0], class_count=1000)
    with pytest.raises(InputError, match=r"make 600,000,000 numbers; .* Take the majority vote"):
        fit(many)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([0], [0], np.ones((1, 2, 3)), [0.5, 0.5]), r"got \(1, 2, 3\) and \(2,\)"),
        (([2], [0], np.full((1, 2, 2), 0.5), [0.5, 0.5]), "choices must lie from 0 to 1, got 2"),
        (([0], [1], np.full((1, 2, 2), 0.5), [0.5, 0.5]), "annotators must lie from -1 to 0"),
        (([0, 1], [0], np.full((1, 2, 2), 0.5), [0.5, 0.5]), "Each choice needs an annotator"),
        (([0], [0], [[[0.0, 1.0], [0.0, 1.0]]], [0.5, 0.5]), "these votes for impossible"),
    ],
)
def test_refuses_a_model_that_does_not_fit(given: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        posterior(*given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([0.5, 0.5], np.eye(2), "entropy"), r"shape \(pictures, classes\), got \(2,\)"),
        (([[0.5, 0.5]], np.eye(3), "entropy"), r"average must have shape \(2, 2\), got \(3, 3\)"),
        (([[0.5, 0.4]], np.eye(2), "entropy"), "rows of posteriors must be probabilities"),
        (([[0.5, np.nan]], np.eye(2), "entropy"), "rows of posteriors must be probabilities"),
        (([[0.5, 0.5]], np.ones((2, 2)), "entropy"), "rows of average must be probabilities"),
        (([[0.5, 0.5]], np.eye(2), "luck"), "gain must be one of entropy, error, got 'luck'"),
    ],
)
def test_refuses_probabilities_that_are_none(given: Any, words: str) -> None:
    posteriors, average, gain = given
    with pytest.raises(InputError, match=words):
        most_useful(posteriors, average, gain=gain)


@pytest.mark.shared
def test_beats_the_majority_on_real_votes_of_59_people(shared_data: Path) -> None:
    """1,000 scenes of 8 classes with 2.5 votes each, against the true labels."""
    folder = shared_data / "crowd" / "labelme_labels_no_images"
    votes = from_matrix(np.loadtxt(folder / "answers.txt", dtype=np.int64), class_count=8)
    truth = np.loadtxt(folder / "LabelMe_Z_train.txt", dtype=np.int64)
    assert (votes.picture_count, votes.annotator_count, votes.answers.size) == (1000, 59, 2547)
    found: DawidSkene = fit(votes)
    assert found.converged
    ours = majority.credit(found.posteriors, truth)
    theirs = majority.credit(majority.shares(votes), truth)
    assert theirs.mean() == pytest.approx(0.766)
    assert ours.mean() == pytest.approx(0.791, abs=0.003)
    bounds = bootstrap.interval(
        lambda weights: float(np.average(ours - theirs, weights=weights)), 1000
    )
    assert bounds is not None
    assert bounds[0] > 0.0
    # What is surer is right more often, though not as often as it says.
    certainty = found.posteriors.max(axis=1)
    sure = certainty > 0.99
    assert ours[sure].mean() > ours[~sure].mean() + 0.2
    assert certainty.mean() > ours.mean()


def test_the_strength_that_stands_is_the_default() -> None:
    matrix, _ = crowd(8, pictures=30)
    votes = from_matrix(matrix)
    same = fit(votes, strength=dawid_skene.STRENGTH)
    assert same.posteriors.tobytes() == fit(votes).posteriors.tobytes()
    assert fit(votes, strength=1.0).posteriors.tobytes() != same.posteriors.tobytes()
