"""A dataset with pictures and a question, without any file behind them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import pytest
import sqlalchemy as sa

from fieldguide.label import answering, handing_out, setting_up
from fieldguide.label.answering import Given, Submission
from fieldguide.records import datasets, images, labels, members, pictures, questions
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember
from fieldguide.records.pictures import PictureLabel
from fieldguide.records.questions import Question, QuestionSettings
from fieldguide.types import QuestionKind, Verdict
from fieldguide.workspace import Workspace


@dataclass
class Site:
    """What tests of labelling do over and over."""

    workspace: Workspace
    dataset_id: int
    pictures: list[int]
    question_id: int
    keys: count[int]

    @property
    def question(self) -> Question:
        with self.workspace.records.read() as connection:
            return questions.get(connection, self.question_id)

    def choice(self, name: str) -> int:
        return next(c.id for c in self.question.choices if c.name == name)

    def ask(
        self,
        name: str,
        *choices: str,
        kind: QuestionKind = "single",
        settings: QuestionSettings | None = None,
    ) -> Site:
        """Return a site that asks another question about the same pictures."""
        question = self.workspace.records.write(
            lambda c: setting_up.add_question(
                c,
                dataset_id=self.dataset_id,
                name=name,
                kind=kind,
                choices=choices,
                settings=settings,
                author="mia",
            )
        )
        return Site(self.workspace, self.dataset_id, self.pictures, question, self.keys)

    def next(self, annotator: str, count: int = 1, held: tuple[int, ...] = ()) -> list[int]:
        given = self.workspace.records.write(
            lambda c: handing_out.hand_out(
                c, questions.get(c, self.question_id), annotator, count=count, held=held
            )
        )
        return [lease.member_id for lease in given]

    def say(
        self,
        annotator: str,
        picture: int,
        *names: str,
        verdict: Verdict = "answer",
        number: float | None = None,
        decides: bool = False,
        key: str | None = None,
    ) -> Given:
        chosen = tuple(self.choice(name) for name in names)
        submission = Submission(
            picture, verdict, chosen, number, 500, key or f"key-{next(self.keys)}"
        )

        def work(connection: sa.Connection) -> Given:
            question = questions.get(connection, self.question_id)
            return answering.give(
                connection, question, submission, annotator=annotator, decides=decides
            )

        return self.workspace.records.write(work)

    def label(self, picture: int) -> PictureLabel:
        with self.workspace.records.read() as connection:
            found = pictures.by_ids(connection, [picture], self.question_id)[0].label
        assert found is not None
        return found

    def name_of(self, picture: int) -> str | None:
        chosen = self.label(picture).choice_ids
        return self.question.by_id[chosen[0]].name if chosen else None


@pytest.fixture
def site(workspace: Workspace) -> Site:
    def make(connection: sa.Connection) -> tuple[int, list[int]]:
        rows = [ImageRow(f"{n:064x}", 10, "JPEG", "RGB", 4, 3, n) for n in range(12)]
        images.add(connection, rows)
        dataset = datasets.ensure(connection, "leaves", "tests").id
        new = [NewMember(f"{n:02d}.jpg", row.sha256) for n, row in enumerate(rows)]
        ids = members.add(connection, dataset, new)
        labels.refresh(connection, datasets.class_question(connection, dataset))
        return dataset, [ids[f"{n:02d}.jpg"] for n in range(12)]

    dataset, ids = workspace.records.write(make)
    made = Site(workspace, dataset, ids, 0, count())
    return made.ask("symptom", "rust", "miner", "healthy")
