"""The table of labels is a cache: after anything that happens it holds what a fresh count gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from fieldguide.config import read_config
from fieldguide.errors import DataError, InputError
from fieldguide.label import (
    answering,
    editing_classes,
    posteriors,
    reviewing,
    setting_up,
    weighing,
)
from fieldguide.label.answering import Submission
from fieldguide.records import (
    annotator_fits,
    datasets,
    images,
    labels,
    members,
    questions,
    schema,
    votes,
)
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember
from fieldguide.records.questions import Question, QuestionSettings
from fieldguide.types import QuestionKind
from fieldguide.workspace import Workspace

pytestmark = pytest.mark.slow

NAMES = tuple(f"{n}.jpg" for n in range(8))
PEOPLE = ("ada", "ben", "cleo", "dora", "emil", "fay")

pictures_of = st.sampled_from(range(len(NAMES)))
people = st.sampled_from(PEOPLE)
places = st.integers(0, 9)


class Labelling(RuleBasedStateMachine):
    """Anything that people do to a question, in any order."""

    kind: QuestionKind = "single"
    workspace: Workspace
    number = count()

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    @initialize(imported=st.booleans())
    def begin(self, imported: bool) -> None:
        def work(connection: sa.Connection) -> tuple[int, int, list[int]]:
            images.add(
                connection,
                [ImageRow(f"{n:064x}", 1, "JPEG", "RGB", 1, 1, n) for n in range(len(NAMES))],
            )
            # Each run has a dataset of its own in the one workspace.
            dataset = datasets.ensure(connection, f"leaves {next(self.number)}", "tests").id
            ids = members.add(connection, dataset, self._rows(NAMES))
            question = setting_up.add_question(
                connection,
                dataset_id=dataset,
                name="q",
                kind=self.kind,
                choices=() if self.kind == "number" else ("a", "b", "c"),
                settings=QuestionSettings(answers_needed=2, answers_most=3, tolerance=1.0),
                author="mia",
            )
            if imported and self.kind == "single":
                votes.add_imported(
                    connection, question_id=question, answers={ids[name]: "a" for name in NAMES}
                )
                labels.refresh(connection, question)
            return dataset, question, [ids[name] for name in NAMES]

        self.dataset, self.id, self.pictures = self.workspace.records.write(work)

    @rule(
        who=people,
        picture=pictures_of,
        verdict=st.sampled_from(["answer"] * 4 + ["unsure", "cannot_tell", "skip", "withdrawn"]),
        chosen=st.lists(places, max_size=3),
        decides=st.integers(0, 5).map(lambda n: n == 0),
    )
    def answer(self, who: str, picture: int, verdict: Any, chosen: list[int], **more: Any) -> None:
        def work(connection: sa.Connection, question: Question) -> None:
            answering.give(
                connection,
                question,
                self._submission(question, picture, verdict, chosen),
                annotator=who,
                posterior=posteriors.posterior(connection, question),
                **more,
            )

        self._do(work)

    @rule(chosen=st.lists(st.tuples(people, pictures_of, places), min_size=25, max_size=40))
    def answer_much(self, chosen: list[tuple[str, int, int]]) -> None:
        # So many that there is something to learn about who answers how well.
        for who, picture, place in chosen:
            self.answer(who, picture, "answer", [place])

    @rule(picture=pictures_of, verdict=st.sampled_from(["answer", "cannot_tell"]), place=places)
    def know(self, picture: int, verdict: Any, place: int) -> None:
        self._do(
            lambda c, q: reviewing.set_gold(
                c, q, self._submission(q, picture, verdict, [place]), author="rita"
            )
        )

    @rule(pictures=st.lists(pictures_of, min_size=1, max_size=3))
    def ask_again(self, pictures: list[int]) -> None:
        chosen = [self.pictures[place] for place in pictures]
        self._do(lambda c, q: reviewing.ask_again(c, q, chosen, author="rita"))

    @rule(which=places, into=places)
    def merge(self, which: int, into: int) -> None:
        self._edit(
            lambda c, q, **more: editing_classes.merge(
                c, q, [self._choice(q, which)], self._choice(q, into), **more
            )
        )

    @rule(which=places)
    def split(self, which: int) -> None:
        names = [f"part {self.count}", f"other part {self.count}"]
        self._edit(
            lambda c, q, **more: editing_classes.split(c, q, self._choice(q, which), names, **more)
        )

    @rule(which=places, archived=st.booleans())
    def archive(self, which: int, archived: bool) -> None:
        self._edit(
            lambda c, q, **more: editing_classes.archive(
                c, q, self._choice(q, which), archived=archived, **more
            )
        )

    @rule()
    def undo(self) -> None:
        self._do(editing_classes.undo)

    @rule(
        changed=st.fixed_dictionaries(
            {},
            optional={
                "answers_needed": st.integers(1, 3),
                "answers_most": st.none() | st.integers(1, 4),
                "agreement": st.sampled_from([0.4, 0.66, 1.0]),
                "count_imports": st.booleans(),
                "tolerance": st.sampled_from([0.0, 2.0]),
                "label_method": st.sampled_from(["majority", "dawid-skene"]),
                "order": st.sampled_from(["random", "name"]),
            },
        )
    )
    def change_settings(self, changed: dict[str, Any]) -> None:
        self._do(lambda c, q: setting_up.change_question(c, q, settings=changed))

    @rule(archived=st.booleans())
    def archive_question(self, archived: bool) -> None:
        self._do(lambda c, q: setting_up.change_question(c, q, archived=archived))

    @rule()
    def weigh(self) -> None:
        def work(connection: sa.Connection, question: Question) -> bool:
            fit = weighing.fit(connection, question)
            if fit is not None:
                newest = votes.newest_id(connection, self.id)
                annotator_fits.keep(connection, self.id, fit, newest)
                posteriors.settle_again(connection, self.id)
            return fit is not None

        event(f"annotators could be weighed: {self._do(work)}")

    @rule(picture=pictures_of)
    def take_out(self, picture: int) -> None:
        self._do(lambda c, _: members.set_aside(c, self.dataset, [NAMES[picture]]))

    @rule(picture=pictures_of)
    def bring_back(self, picture: int) -> None:
        def work(connection: sa.Connection, _: Question) -> None:
            # As an import does it: for the questions that are asked.
            ids = members.add(connection, self.dataset, self._rows([NAMES[picture]]))
            for question in questions.of_dataset(connection, self.dataset):
                posteriors.settle_again(connection, question.id, list(ids.values()))

        self._do(work)

    @invariant()
    def labels_are_what_a_fresh_count_gives(self) -> None:
        if not hasattr(self, "id"):
            return

        def work(connection: sa.Connection) -> None:
            question = questions.get(connection, self.id)
            if question.archived_at is not None:
                return
            kept = self._snapshot(connection)
            nested = connection.begin_nested()
            posteriors.settle_again(connection, self.id)
            fresh = self._snapshot(connection)
            nested.rollback()
            assert kept == fresh
            for row in kept["labels"]:
                assert row.choice_id is None or question.resolved[row.choice_id] == row.choice_id

        self.workspace.records.write(work)

    def _snapshot(self, connection: sa.Connection) -> dict[str, list[Any]]:
        present = sa.select(schema.members.c.id).where(schema.members.c.removed_at.is_(None))
        found = {}
        for table in (schema.labels, schema.label_choices, schema.answers):
            shown = [c for c in table.c if c.name not in {"computed_at", "order_key"}]
            query = sa.select(*shown).where(
                table.c.question_id == self.id, table.c.member_id.in_(present)
            )
            found[table.name] = list(connection.execute(query.order_by(*shown)))
        return found

    def _do(self, work: Callable[[sa.Connection, Question], Any]) -> Any:
        self.count += 1
        try:
            return self.workspace.records.write(lambda c: work(c, questions.get(c, self.id)))
        except (InputError, DataError):
            # What is refused leaves everything as it was, which is looked at next.
            return None

    def _edit(self, edit: Callable[..., Any]) -> None:
        key = f"edit {self.count}"
        self._do(lambda c, q: edit(c, q, author="mia", client_key=key))

    def _choice(self, question: Question, place: int) -> int:
        if not question.choices:
            raise InputError("A number has no classes.")
        return question.choices[place % len(question.choices)].id

    def _submission(
        self, question: Question, picture: int, verdict: Any, chosen: list[int]
    ) -> Submission:
        key = f"key {self.count} {picture}"
        ids: tuple[int, ...] = ()
        number = None
        if verdict == "answer" and self.kind == "number":
            number = float(sum(chosen))
        elif verdict == "answer":
            ids = tuple(self._choice(question, place) for place in chosen)
            ids = ids[:1] if self.kind == "single" else ids
        return Submission(self.pictures[picture], verdict, ids, number, None, key)

    def _rows(self, names: Any) -> list[NewMember]:
        return [NewMember(name, f"{NAMES.index(name):064x}") for name in names]


class LabellingMany(Labelling):
    """The same with many choices."""

    kind = "many"


class LabellingNumbers(Labelling):
    """The same with numbers."""

    kind = "number"


@pytest.fixture(autouse=True, scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("labels")
    with Workspace(read_config({"FIELDGUIDE_WORKSPACE": str(folder)})) as workspace:
        Labelling.workspace = workspace
        yield


_SETTINGS = settings(
    max_examples=10,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestSingle = Labelling.TestCase
TestSingle.settings = _SETTINGS
TestMany = LabellingMany.TestCase
TestMany.settings = settings(_SETTINGS, max_examples=4)
TestNumbers = LabellingNumbers.TestCase
TestNumbers.settings = settings(_SETTINGS, max_examples=4)
