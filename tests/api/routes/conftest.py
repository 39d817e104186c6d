"""A group at work: a dataset, a question, a browser for each role, and another group's dataset."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from tests.api.conftest import Browser
from tests.workflows.working import work_off

from fieldguide.jobs.job import Job
from fieldguide.label import setting_up
from fieldguide.records import datasets, grants, images, labels, members, questions, users
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember
from fieldguide.records.questions import QuestionSettings
from fieldguide.types import QuestionKind
from fieldguide.workspace import Workspace

ROLES = {
    "ada": "annotator",
    "ben": "annotator",
    "rita": "reviewer",
    "mia": "maintainer",
    "vic": "viewer",
}


@dataclass
class Asked:
    """A question with its address and the ids of its classes by name."""

    id: int
    classes: dict[str, int]

    @property
    def path(self) -> str:
        return f"/api/questions/{self.id}"


@dataclass
class Group:
    """What the tests of the routes do over and over."""

    workspace: Workspace
    open_browser: Callable[[str], Browser]
    dataset_id: int
    pictures: list[int]
    foreign_id: int
    foreign_pictures: list[int]
    keys: count[int] = field(default_factory=count)
    browsers: dict[str, Browser] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/api/datasets/{self.dataset_id}"

    @property
    def foreign_path(self) -> str:
        return f"/api/datasets/{self.foreign_id}"

    def __getitem__(self, name: str) -> Browser:
        """The browser of somebody who has signed in."""
        if name not in self.browsers:
            self.browsers[name] = self.open_browser(name)
        return self.browsers[name]

    def ask(
        self,
        name: str = "symptom",
        *classes: str,
        kind: QuestionKind = "single",
        foreign: bool = False,
        **settings: Any,
    ) -> Asked:
        """Ask a question about the pictures."""

        def work(connection: sa.Connection) -> Asked:
            question = setting_up.add_question(
                connection,
                dataset_id=self.foreign_id if foreign else self.dataset_id,
                name=name,
                kind=kind,
                choices=classes or (() if kind == "number" else ("rust", "miner", "healthy")),
                settings=QuestionSettings(**settings),
                author="mia",
            )
            found = questions.get(connection, question)
            return Asked(question, {choice.name: choice.id for choice in found.choices})

        return self.workspace.records.write(work)

    def answer(self, asked: Asked, picture: int, *names: str, **more: Any) -> dict[str, Any]:
        """Return the body of one answer."""
        return {
            "picture_id": picture,
            "choice_ids": [asked.classes[name] for name in names],
            "key": f"key-{next(self.keys):08d}",
            **more,
        }

    def say(self, who: str, asked: Asked, picture: int, *names: str, **more: Any) -> dict[str, Any]:
        """Give an answer and return what became of it."""
        body = self.answer(asked, picture, *names, **more)
        sent = self[who].post(f"{asked.path}/answers", {"answers": [body]})
        assert sent.status_code == 200, sent.text
        found: dict[str, Any] = sent.json()["items"][0]
        return found

    def decide(
        self, asked: Asked, picture: int, *names: str, to: str = "decisions", **more: Any
    ) -> Any:
        """Let the reviewer decide, or with ``to="gold"`` say what is known."""
        return self["rita"].post(f"{asked.path}/{to}", self.answer(asked, picture, *names, **more))

    def work_off(self) -> list[Job]:
        """Run all queued jobs."""
        return work_off(self.workspace)


def add_pictures(
    connection: sa.Connection, dataset: str, names: Sequence[str], **columns: Sequence[Any]
) -> tuple[int, list[int]]:
    """Put pictures without bytes into a dataset, and return its id and theirs."""
    found = datasets.ensure(connection, dataset, "tests").id
    rows = [
        ImageRow(f"{hash_of(dataset, name)}", 10, "JPEG", "RGB", 4, 3, place)
        for place, name in enumerate(names)
    ]
    images.add(connection, rows)
    new = [
        NewMember(
            name,
            row.sha256,
            group=f"g{place % 3}",
            part=("train", "test")[place % 2],
            columns={column: values[place] for column, values in columns.items()},
        )
        for place, (name, row) in enumerate(zip(names, rows, strict=True))
    ]
    ids = members.add(connection, found, new)
    labels.refresh(connection, datasets.class_question(connection, found))
    return found, [ids[name] for name in names]


def hash_of(*words: str) -> str:
    return hashlib.sha256("\0".join(words).encode()).hexdigest()


@pytest.fixture
def group(
    workspace: Workspace, person: Callable[..., Any], browse: Callable[..., Browser]
) -> Group:
    def make(connection: sa.Connection) -> tuple[Any, Any]:
        own = add_pictures(connection, "leaves", [f"{n:02d}.jpg" for n in range(12)])
        foreign = add_pictures(connection, "moths", [f"{n:02d}.jpg" for n in range(3)])
        return own, foreign

    own, foreign = workspace.records.write(make)
    for name, role in ROLES.items():
        person(name, leaves=role)
    person("sam", moths="maintainer")
    person("root", administrator=True)
    return Group(workspace, browse, *own, *foreign)


@pytest.fixture
def give_role(workspace: Workspace) -> Callable[[str, int, Any], None]:
    """Give somebody another role, or with None take it away."""

    def give(name: str, dataset_id: int, role: Any) -> None:
        def work(connection: sa.Connection) -> None:
            user = users.get_named(connection, name)
            if role is None:
                grants.revoke(connection, user.id, dataset_id)
            else:
                grants.give(connection, user.id, dataset_id, role)

        workspace.records.write(work)

    return give
