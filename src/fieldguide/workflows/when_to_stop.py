"""Tell how good a model of a question's labels is, and what further answers would bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldguide.curate.clusters import cluster_items
from fieldguide.curate.items import Item
from fieldguide.label import holdout, stopping
from fieldguide.label.progress import PAUSE
from fieldguide.label.stopping import NEXT, Labelled, Standing
from fieldguide.label.stopping_words import in_words
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.models.heads.logistic import LogisticRegressionHead
from fieldguide.records import held_out, labels, paces, questions
from fieldguide.records.held_out import LabelledRow
from fieldguide.records.questions import Question
from fieldguide.types import IntArray
from fieldguide.workflows.freeze_dataset import near_duplicates
from fieldguide.workspace import Workspace

MOST_TO_LEARN = 8_000
"""Labels beyond which models learn from a random choice of so many: fits would take minutes."""

_STEPS = 200


@dataclass(frozen=True)
class WhenToStop:
    """The running estimate of a question.

    Attributes:
        standing: Accuracy, curve and forecast.
        minutes: What the next answers take, by whether a suggestion is in sight; without what is
            not known.
        without_vectors: Labelled pictures that do not count because they lack vectors.
        labels: Labelled pictures of the question.
        words: All of it in sentences.
    """

    standing: Standing
    minutes: Mapping[bool, float]
    without_vectors: int
    labels: int
    words: str


@dataclass(frozen=True)
class _Gathered:
    question: Question
    rows: Sequence[LabelledRow]
    fair: frozenset[int]
    unaided: frozenset[int]
    minutes: Mapping[bool, float]


def of_question(workspace: Workspace, question_id: int, *, seed: int = 0) -> WhenToStop:
    """Estimate how good a model of a question's labels is, and what further answers would bring.

    It fits some dozens of heads, which takes seconds; call it outside of what others wait for.

    Args:
        workspace: Where the question is.
        question_id: The question.
        seed: Of all drawings.

    Raises:
        UnknownNameError: If there is no such question.
    """
    held = _gather(workspace, question_id)
    network = BACKBONES.get(workspace.config.backbone)
    cache = workspace.vectors(network.model_id, network.dimensions)
    missing = set(cache.missing([row.sha256 for row in held.rows]))
    rows = _some([row for row in held.rows if row.sha256 not in missing], held, seed)
    reason = _impossible(held, without_vectors=len(missing))
    if reason is not None:
        standing = Standing(len(held.fair), 0, 0, 0, reason=reason)
    else:
        vectors = cache.get([row.sha256 for row in rows]).astype(np.float32)
        standing = stopping.estimate(
            _labelled(workspace, held, rows, vectors),
            lambda: LogisticRegressionHead(iterations=_STEPS),
            holdout_share=held.question.settings.holdout_share,
            seed=seed,
        )
    lacking = sum(row.sha256 in missing for row in held.rows)
    words = in_words(standing, held.minutes)
    return WhenToStop(standing, held.minutes, lacking, len(held.rows), words)


def _gather(workspace: Workspace, question_id: int) -> _Gathered:
    with workspace.records.read() as connection:
        question = questions.get(connection, question_id)
        unaided = held_out.unaided(connection, question_id)
        everything = labels.member_ids(connection, question_id)
        fair = holdout.fair_sample(question.settings, everything, unaided)
        tempo = paces.seconds_per_answer(connection, question_id, PAUSE)
        rows = held_out.labelled(connection, question_id)
    told = {row.member_id for row in rows}
    minutes = {aided: seconds * NEXT / 60 for aided, seconds in tempo.items()}
    return _Gathered(question, rows, frozenset(told.intersection(fair)), unaided, minutes)


def _some(rows: Sequence[LabelledRow], held: _Gathered, seed: int) -> list[LabelledRow]:
    """Return the hold-out and as many of the others as heads learn from in a bearable time."""
    others = [number for number, row in enumerate(rows) if row.member_id not in held.fair]
    if len(others) <= MOST_TO_LEARN:
        return list(rows)
    drawn = np.random.default_rng(seed).permutation(others)[MOST_TO_LEARN:]
    left_out = set(drawn.tolist())
    return [row for number, row in enumerate(rows) if number not in left_out]


def _impossible(held: _Gathered, *, without_vectors: int) -> str | None:
    if held.question.kind != "single":
        return "The accuracy can be estimated for questions with one class per picture only."
    if held.question.settings.holdout_share == 0:
        return (
            "No pictures are held out: without any that people label without suggestions, no "
            "honest accuracy can be given. Set a share for the hold-out in the question's settings."
        )
    if held.rows and without_vectors >= len({row.sha256 for row in held.rows}):
        return (
            "The labelled pictures have no vectors yet; a maintainer can start “Embed pictures” "
            "among the jobs."
        )
    return None


def _labelled(
    workspace: Workspace,
    held: _Gathered,
    rows: Sequence[LabelledRow],
    vectors: npt.NDArray[np.float32],
) -> Labelled:
    resolved = held.question.resolved
    choices = [resolved.get(row.choice_id) or row.choice_id for row in rows]
    names, classes = np.unique(np.array(choices, np.int64), return_inverse=True)
    settings = held.question.settings
    return Labelled(
        vectors=vectors,
        classes=classes,
        clusters=_clusters(workspace, rows),
        held_out=np.array([row.member_id in held.fair for row in rows], bool),
        # Nothing of the hold-out is learned from, whether it was answered with help or without.
        learnable=np.array(
            [not holdout.is_held_out(settings, row.member_id) for row in rows], bool
        ),
        class_count=len(names),
    )


def _clusters(workspace: Workspace, rows: Sequence[LabelledRow]) -> IntArray:
    hashes = {row.sha256 for row in rows}
    near = near_duplicates(workspace, hashes, workspace.config.backbone)
    items = [Item(row.member_id, row.name, row.sha256, None, None, row.group, None) for row in rows]
    names = cluster_items(items, [(pair.a, pair.b) for pair in near])
    numbers = np.unique(np.array(names, str), return_inverse=True)[1]
    return numbers.astype(np.int64)
