"""Pictures whose classes are known, with vectors that show them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from fieldguide.label import answering, pages, setting_up
from fieldguide.label.answering import Submission
from fieldguide.label.ordering import Order
from fieldguide.label.pages import Page, Request
from fieldguide.label.suggestions.engine import Engine
from fieldguide.label.suggestions.view import View
from fieldguide.models.backbones.available import BACKBONES
from fieldguide.records import datasets, images, labels, members, questions
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember
from fieldguide.records.questions import Question, QuestionSettings
from fieldguide.storage.vectors import VectorCache
from fieldguide.types import QuestionKind
from fieldguide.workspace import Workspace

CLASSES = ("rust", "miner", "healthy")


def vectors_of(classes: npt.NDArray[np.int64], *, seed: int = 0) -> npt.NDArray[np.float32]:
    """Vectors of the backbone's length in heaps, one per class, that touch a little."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(classes.max() + 1, 1280))
    noise = rng.normal(size=(len(classes), 1280)) * 2.0
    return (centres[classes] + noise + 3.0).astype(np.float32)


@dataclass
class Planted:
    """A dataset with a question, and what its pictures show."""

    workspace: Workspace
    dataset_id: int
    question_id: int
    truth: dict[int, str]
    keys: count[int]

    @property
    def question(self) -> Question:
        with self.workspace.records.read() as connection:
            return questions.get(connection, self.question_id)

    @property
    def pictures(self) -> list[int]:
        return sorted(self.truth)

    def choice(self, name: str) -> int:
        return next(c.id for c in self.question.choices if c.name == name)

    def say(
        self,
        picture: int,
        name: str | None = None,
        *,
        who: str = "ada",
        aided: bool = False,
        suggested: tuple[int, float] | None = None,
    ) -> None:
        chosen = self.choice(name or self.truth[picture])
        sent = Submission(
            picture,
            "answer",
            (chosen,),
            None,
            None,
            uuid4().hex,
            aided=aided,
            suggested=suggested,
        )
        self.workspace.records.write(
            lambda c: answering.give(c, questions.get(c, self.question_id), sent, annotator=who)
        )

    def page(
        self,
        view: View | None,
        order: Order,
        *,
        count: int = 10,
        who: str = "ada",
        held: Sequence[int] = (),
        blind: bool = False,
    ) -> Page:
        wanted = Request(self.question, who, count, held, order, blind)
        found = pages.rankings(wanted, view)
        return self.workspace.records.write(lambda c: pages.hand_out(c, wanted, view, found))


def plant(
    workspace: Workspace,
    classes: npt.NDArray[np.int64],
    vectors: npt.NDArray[np.float32] | None,
    *,
    hashes: Sequence[int] | None = None,
    groups: Sequence[str] | None = None,
    settings: QuestionSettings | None = None,
    kind: QuestionKind = "single",
    name: str = "leaves",
) -> Planted:
    """Put pictures with these vectors into a workspace, without any file behind them."""
    rng = np.random.default_rng(5)
    drawn = rng.integers(1, 2**63, len(classes)).tolist()
    sha = [hashlib.sha256(f"{name}:{n}".encode()).hexdigest() for n in range(len(classes))]

    def make(connection: sa.Connection) -> tuple[int, list[int], int]:
        rows = [
            ImageRow(sha[n], 10, "JPEG", "RGB", 4, 3, (hashes or drawn)[n])
            for n in range(len(classes))
        ]
        images.add(connection, rows)
        dataset = datasets.ensure(connection, name, "tests").id
        new = [
            NewMember(f"{n:05d}.jpg", sha[n], group=None if groups is None else groups[n])
            for n in range(len(classes))
        ]
        ids = members.add(connection, dataset, new)
        labels.refresh(connection, datasets.class_question(connection, dataset))
        question = setting_up.add_question(
            connection,
            dataset_id=dataset,
            name=f"symptom {uuid4().hex[:6]}",
            kind=kind,
            author="mia",
            choices=() if kind == "number" else CLASSES,
            settings=settings or QuestionSettings(holdout_share=0.0),
        )
        return dataset, [ids[f"{n:05d}.jpg"] for n in range(len(classes))], question

    dataset, ids, question = workspace.records.write(make)
    if vectors is not None:
        keep_vectors(workspace, sha, vectors)
    truth = {member: CLASSES[c] for member, c in zip(ids, classes.tolist(), strict=True)}
    return Planted(workspace, dataset, question, truth, count())


def cache_of(workspace: Workspace) -> VectorCache:
    backbone = BACKBONES.get(workspace.config.backbone)
    return workspace.vectors(backbone.model_id, backbone.dimensions)


def keep_vectors(
    workspace: Workspace, sha: Sequence[str], vectors: npt.NDArray[np.float32]
) -> None:
    cache_of(workspace).add(
        [(s, row.astype(np.float16)) for s, row in zip(sha, vectors, strict=True)]
    )


def fresh(engine: Engine, planted: Planted) -> View:
    """The suggestions with all that was answered so far."""
    view = engine.view(planted.question, wait=60)
    assert view is not None
    return view
