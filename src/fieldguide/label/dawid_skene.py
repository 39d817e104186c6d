"""Dawid and Skene: labels from votes, weighing each annotator by how reliable they prove to be.

Each annotator has a confusion matrix: how often they answer c where the truth is t. The truth is
unknown, so labels and matrices are estimated in turn (EM): the labels by Bayes' rule from votes and
matrices, the matrices by counting answers against the labels.

With two or three votes a picture and few answers a person, a free matrix for everyone fits noise.
So an annotator's matrix is drawn towards what is known of everybody, in two stages:

1. *One coin.* Each annotator has one skill, the share of right answers, and errs evenly. Skills are
   drawn towards the mean skill with the weight of 4 answers.
2. *Matrices.* The skills, and how all annotators together err (whom they take for whom), make an
   expected matrix for each annotator. The matrix is fitted with that as its Dirichlet prior, of the
   weight of ``strength`` answers a row. Each step raises the posterior density, to a maximum.

One matrix that all annotators share is no good first stage: with few votes its classes can drift
and change places. A single skill cannot. The shares of the classes get one answer each on top of
what is counted (a Dirichlet prior), the errors of a row one answer in all, spread evenly.

The model takes people to err independently. They do not: what is hard is hard for all. Hence the
posteriors are too sure where people err alike; their order is sounder than their values.

Source: Dawid and Skene (1979), Maximum likelihood estimation of observer error-rates using the EM
    algorithm, Applied Statistics 28. Both stages' priors are our own choice; for the idea see Paun
    et al. (2018), Comparing Bayesian models of annotation, TACL 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse

from fieldguide.errors import InputError
from fieldguide.label import majority
from fieldguide.metrics.ratings import Ratings
from fieldguide.types import FloatArray, IntArray

STRENGTH = 8.0
"""How many answers a row the expected matrix is worth."""

_SKILL_ANSWERS = 4.0
_MOST_CELLS = 50_000_000
_CHUNK_CELLS = 1 << 22

Gain = Literal["entropy", "error"]
"""What another vote lowers: the doubt in bits, or the chance that the likeliest class is wrong."""


@dataclass(frozen=True, slots=True)
class DawidSkene:
    """A fitted model.

    Attributes:
        posteriors: ``(pictures, classes)``, how likely each class is the truth; rows add up to 1. A
            known truth has 1; a picture without votes has the shares of the classes.
        confusion: ``(annotators, classes, classes)``, how likely an annotator answers the last
            index where the middle one is true; each ``[a, t]`` adds up to 1.
        average: ``(classes, classes)``, the same for somebody of whom nothing is known.
        prior: ``(classes,)``, the shares of the classes.
        iterations: Of both stages together.
        converged: Whether both stages came to rest.
        log_likelihood: Of the votes, and of the known truths, under the fitted model; natural.
        objective: ``(i,)``, after each step of the second stage, the log-likelihood and the log
            density of the priors, but for a constant; it never falls.
    """

    posteriors: FloatArray
    confusion: FloatArray
    average: FloatArray
    prior: FloatArray
    iterations: int
    converged: bool
    log_likelihood: float
    objective: FloatArray


def fit(
    votes: Ratings,
    *,
    known: npt.ArrayLike | None = None,
    strength: float = STRENGTH,
    max_iterations: int = 500,
    tolerance: float = 1e-7,
) -> DawidSkene:
    """Estimate labels and annotators from votes.

    The same votes give the same result, in any order but for rounding; nothing is random.

    Args:
        votes: From ``majority.check_votes``.
        known: ``(pictures,)`` integers, the class where it is beyond doubt, for example by a
            reviewer's decision; -1 elsewhere. It stays as it is and teaches about annotators.
        strength: How many answers a row the expected matrix is worth, above 0.
        max_iterations: At most so many steps in each stage, at least 1.
        tolerance: A stage ends when a step changes its objective by less than this part of it.

    Returns:
        The fitted model.

    Raises:
        InputError: If there are fewer than two classes, a setting is out of range, or annotators
            and classes are too many for their matrices.

    Example:
        >>> votes = majority.check_votes([0, 0, 1, 1, 2, 2, 2], [0, 1, 0, 1, 0, 1, 2],
        ...                              [0, 0, 1, 1, 0, 0, 1])
        >>> fit(votes).posteriors.argmax(axis=1)
        array([0, 1, 0])
    """
    _check_settings(votes, strength, max_iterations, tolerance)
    model = _Votes(votes, _known(known, votes))
    posteriors, skilled, steps, rested = _one_coin(model, max_iterations, tolerance)
    errors = _shared_errors(model.count(posteriors))
    expected = _expected(skilled, errors)
    objective: list[float] = []
    prior, confusion, likelihood = model.shares(posteriors), expected, 0.0
    while len(objective) < max_iterations and not _at_rest(objective, tolerance):
        prior = model.shares(posteriors)
        confusion = model.count(posteriors) + strength * expected
        confusion /= confusion.sum(axis=1, keepdims=True)
        posteriors, likelihood = model.weigh(confusion, prior)
        penalty = strength * np.vdot(expected, np.log(confusion)) + np.log(prior).sum()
        objective.append(likelihood + float(penalty))
    mean = _expected(np.atleast_1d(_mean_skill(model.count(posteriors))), errors)[0]
    average = model.count(posteriors).sum(axis=0) + strength * mean
    return DawidSkene(
        posteriors=posteriors,
        confusion=confusion.transpose(0, 2, 1),
        average=(average / average.sum(axis=0)).T,
        prior=prior,
        iterations=steps + len(objective),
        converged=rested and _at_rest(objective, tolerance),
        log_likelihood=likelihood,
        objective=np.array(objective),
    )


def posterior(
    choices: npt.ArrayLike,
    annotators: npt.ArrayLike,
    confusion: npt.ArrayLike,
    prior: npt.ArrayLike,
    *,
    average: npt.ArrayLike | None = None,
) -> FloatArray:
    """Compute how likely each class is for one picture, under a model that was fitted before.

    Args:
        choices: ``(v,)`` integers, the classes that were chosen.
        annotators: ``(v,)`` integers, by whom; -1 for somebody who was not there at the fit.
        confusion: ``(annotators, classes, classes)`` of the model.
        prior: ``(classes,)`` of the model.
        average: ``(classes, classes)`` of the model; needed where an annotator is -1.

    Returns:
        ``(classes,)``, adding up to 1; the prior without votes.

    Raises:
        InputError: If the shapes do not fit or an index is out of range.

    Example:
        >>> skilled = [[[0.9, 0.1], [0.2, 0.8]]]
        >>> posterior([0], [0], skilled, [0.5, 0.5]).round(3)
        array([0.818, 0.182])
    """
    matrices, shares = np.asarray(confusion, np.float64), np.asarray(prior, np.float64)
    if shares.ndim != 1 or matrices.shape[1:] != (shares.size, shares.size):
        raise InputError(
            "confusion must have shape (annotators, classes, classes) and prior (classes,), "
            f"got {matrices.shape} and {shares.shape}."
        )
    chosen = _indices(choices, "choices", 0, shares.size)
    who = _indices(annotators, "annotators", -1, matrices.shape[0])
    if chosen.size != who.size:
        raise InputError(f"Each choice needs an annotator, got {chosen.size} and {who.size}.")
    if average is not None:
        newcomer = _square(average, shares.size)
        matrices = np.concatenate([matrices, newcomer[None]])
    elif (who == -1).any():
        raise InputError("An annotator of -1 needs the model's average; give average=.")
    with np.errstate(divide="ignore"):
        logs = np.log(shares) + np.log(matrices[who, :, chosen]).sum(axis=0)
    if not np.isfinite(logs).any():
        raise InputError("The model holds these votes for impossible: every class has 0.")
    likely: FloatArray = np.exp(logs - logs.max())
    likely /= likely.sum()
    return likely


def most_useful(
    posteriors: npt.ArrayLike, average: npt.ArrayLike, *, gain: Gain = "entropy"
) -> FloatArray:
    """Compute what one more vote by an average annotator is expected to bring, picture by picture.

    Args:
        posteriors: ``(pictures, classes)`` from 0 to 1, each row adding up to 1.
        average: ``(classes, classes)``, how likely the annotator answers the column where the row
            is true; each row adds up to 1.
        gain: ``"entropy"``, the expected drop of the entropy, in bits: what the answer tells about
            the truth. ``"error"``, the expected drop of the chance that the likeliest class is
            wrong; it is 0 wherever one vote cannot change which class that is.

    Returns:
        ``(pictures,)``, not negative; ask about the largest first.

    Raises:
        InputError: If the shapes do not fit, probabilities are wrong, or the gain is unknown.

    Example:
        >>> most_useful([[0.5, 0.5], [0.99, 0.01]], [[0.9, 0.1], [0.1, 0.9]]).round(3)
        array([0.531, 0.025])
    """
    if gain not in get_args(Gain):
        raise InputError(f"gain must be one of {', '.join(get_args(Gain))}, got {gain!r}.")
    rows = np.asarray(posteriors, dtype=np.float64)
    if rows.ndim != 2:
        raise InputError(f"posteriors must have shape (pictures, classes), got {rows.shape}.")
    matrix = _square(average, rows.shape[1])
    for name, table in (("posteriors", rows), ("average", matrix)):
        # Written so that nan fails, too.
        if not (np.all(table >= 0.0) and np.all(np.abs(table.sum(axis=1) - 1.0) < 1e-6)):
            raise InputError(f"The rows of {name} must be probabilities that add up to 1.")
    if gain == "entropy":
        told = _entropy(rows @ matrix) - rows @ _entropy(matrix)
        return np.maximum(told, 0.0)
    gains = np.zeros(rows.shape[0])
    step = max(1, _CHUNK_CELLS // max(1, matrix.size))
    for start in range(0, rows.shape[0], step):
        part = rows[start : start + step]
        # With each answer the likeliest class is chosen anew; their joint chances add up.
        after = (part[:, :, None] * matrix[None]).max(axis=1).sum(axis=1)
        gains[start : start + step] = after - part.max(axis=1)
    return np.maximum(gains, 0.0)


class _Votes:
    """The votes as one sparse table, so that both steps of EM are products with it.

    All matrices in here are ``(annotators, answers, truths)``.
    """

    def __init__(self, votes: Ratings, known: IntArray) -> None:
        self.classes = votes.class_count
        self.annotators = votes.annotator_count
        self._table = sparse.csr_array(
            (
                np.ones(votes.answers.size),
                (votes.pictures, votes.annotators * self.classes + votes.answers),
            ),
            shape=(votes.picture_count, self.annotators * self.classes),
        )
        self._back = self._table.T.tocsr()
        self._known = np.flatnonzero(known >= 0)
        self._truth = known[self._known]
        even = np.full(self.classes, 1.0 / self.classes)
        start = majority.shares(votes)
        self.start = self._clamp(np.where(np.isnan(start), even, start))
        self._seen = np.bincount(votes.pictures, minlength=votes.picture_count) > 0
        self._seen[self._known] = True

    def count(self, posteriors: FloatArray) -> FloatArray:
        """Count the answers of each annotator against the labels, each by its probability."""
        counts = np.asarray(self._back @ posteriors, dtype=np.float64)
        return counts.reshape(self.annotators, self.classes, self.classes)

    def shares(self, posteriors: FloatArray) -> FloatArray:
        """Estimate the shares of the classes, from pictures that something is known of."""
        counts: FloatArray = posteriors[self._seen].sum(axis=0) + 1.0
        counts /= counts.sum()
        return counts

    def weigh(self, confusion: FloatArray, prior: FloatArray) -> tuple[FloatArray, float]:
        """Compute the labels' probabilities, and the log-likelihood."""
        flat = np.log(confusion).reshape(-1, self.classes)
        logs = np.asarray(self._table @ flat, dtype=np.float64) + np.log(prior)
        top = logs.max(axis=1, keepdims=True)
        likely = np.exp(logs - top)
        sums = likely.sum(axis=1, keepdims=True)
        evidence = (top + np.log(sums))[:, 0]
        evidence[self._known] = logs[self._known, self._truth]
        return self._clamp(likely / sums), float(evidence.sum())

    def _clamp(self, posteriors: FloatArray) -> FloatArray:
        posteriors[self._known] = 0.0
        posteriors[self._known, self._truth] = 1.0
        return posteriors


def _one_coin(
    model: _Votes, max_iterations: int, tolerance: float
) -> tuple[FloatArray, FloatArray, int, bool]:
    """Fit one skill an annotator; return labels, skills, steps and whether they came to rest."""
    evenly = (1.0 - np.eye(model.classes)) / (model.classes - 1)
    posteriors, likelihoods = model.start, list[float]()
    skilled = np.zeros(0)
    while len(likelihoods) < max_iterations and not _at_rest(likelihoods, tolerance):
        counts = model.count(posteriors)
        right = np.trace(counts, axis1=1, axis2=2)
        skilled = right + _SKILL_ANSWERS * _mean_skill(counts)
        skilled /= counts.sum(axis=(1, 2)) + _SKILL_ANSWERS
        posteriors, likelihood = model.weigh(_expected(skilled, evenly), model.shares(posteriors))
        likelihoods.append(likelihood)
    return posteriors, skilled, len(likelihoods), _at_rest(likelihoods, tolerance)


def _mean_skill(counts: FloatArray) -> float:
    # One right and one wrong answer on top keep it off 0 and 1.
    return float((np.trace(counts, axis1=1, axis2=2).sum() + 1.0) / (counts.sum() + 2.0))


def _shared_errors(counts: FloatArray) -> FloatArray:
    """Estimate what all annotators answer where they are wrong: ``(answers, truths)``."""
    classes = counts.shape[1]
    others = 1.0 - np.eye(classes)
    errors: FloatArray = counts.sum(axis=0) * others + others / (classes - 1)
    errors /= errors.sum(axis=0)
    return errors


def _expected(skilled: FloatArray, errors: FloatArray) -> FloatArray:
    skill = skilled[:, None, None]
    return skill * np.eye(errors.shape[0]) + (1.0 - skill) * errors


def _at_rest(objective: list[float], tolerance: float) -> bool:
    if len(objective) < 2:
        return False
    return abs(objective[-1] - objective[-2]) <= tolerance * abs(objective[-1])


def _entropy(rows: FloatArray) -> FloatArray:
    """Compute the entropy of each row in bits."""
    logs = np.log2(np.where(rows > 0.0, rows, 1.0))
    entropy: FloatArray = -(rows * logs).sum(axis=1)
    return entropy


def _check_settings(votes: Ratings, strength: float, max_iterations: int, tolerance: float) -> None:
    if votes.class_count < 2:
        raise InputError(
            f"Labels need at least two classes to tell apart, got {votes.class_count}. "
            "Give class_count= if nobody has chosen some of them."
        )
    if not (np.isfinite(strength) and strength > 0.0):
        raise InputError(f"strength must be above 0 and finite, got {strength}.")
    if max_iterations < 1:
        raise InputError(f"max_iterations must be at least 1, got {max_iterations}.")
    if not tolerance >= 0.0:
        raise InputError(f"tolerance must not be negative, got {tolerance}.")
    cells = votes.annotator_count * votes.class_count**2
    if cells > _MOST_CELLS:
        raise InputError(
            f"{votes.annotator_count} annotators with a matrix of {votes.class_count} classes each "
            f"make {cells:,} numbers; {_MOST_CELLS:,} are allowed. Take the majority vote."
        )


def _known(known: npt.ArrayLike | None, votes: Ratings) -> IntArray:
    if known is None:
        return np.full(votes.picture_count, -1, dtype=np.int64)
    array = _indices(known, "known", -1, votes.class_count)
    if array.size != votes.picture_count:
        raise InputError(f"known must have {votes.picture_count} entries, got {array.size}.")
    return array


def _indices(values: npt.ArrayLike, name: str, least: int, beyond: int) -> IntArray:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and not np.issubdtype(array.dtype, np.integer)):
        raise InputError(
            f"{name} must be integers of shape (n,), got {array.dtype} of shape {array.shape}."
        )
    if array.size and (array.min() < least or array.max() >= beyond):
        raise InputError(
            f"{name} must lie from {least} to {beyond - 1}, got {array.min()} to {array.max()}."
        )
    return array.astype(np.int64)


def _square(matrix: npt.ArrayLike, classes: int) -> FloatArray:
    table = np.asarray(matrix, dtype=np.float64)
    if table.shape != (classes, classes):
        raise InputError(f"average must have shape {(classes, classes)}, got {table.shape}.")
    return table
