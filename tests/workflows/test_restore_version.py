"""Freezing on purpose, comparing and restoring, on a dataset that people label."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from PIL import Image

from fieldguide.curate.freezing import Freezing
from fieldguide.curate.versions.diff import Comparison
from fieldguide.curate.versions.listing import as_json, rows
from fieldguide.errors import DataError, InputError, UnknownNameError
from fieldguide.label import answering, editing_classes, reviewing, setting_up
from fieldguide.label.answering import Submission
from fieldguide.records import (
    datasets,
    images,
    labels,
    members,
    questions,
    states,
    trash,
    versions,
    votes,
)
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember
from fieldguide.records.questions import Question
from fieldguide.types import QuestionKind
from fieldguide.workflows.compare_versions import compare_versions
from fieldguide.workflows.freeze_version import FreezeOrder, freeze_version
from fieldguide.workflows.restore_version import Restoration, plan_restoration, restore_version
from fieldguide.workspace import Workspace

_COLOURS = {f"{n}.png": (n * 20, 90, 200 - n * 20) for n in range(6)}


@dataclass
class Leaves:
    """A dataset ``leaves`` of six pictures and a question ``class``."""

    workspace: Workspace
    dataset_id: int
    pictures: dict[str, int]
    keys: int = 0

    def question(self, name: str = "class") -> Question:
        with self.workspace.records.read() as connection:
            asked = questions.of_dataset(connection, self.dataset_id, archived=True)
        return next(q for q in asked if q.name == name)

    def ask(self, name: str, *choices: str, kind: QuestionKind = "single") -> None:
        self.workspace.records.write(
            lambda c: setting_up.add_question(
                c,
                dataset_id=self.dataset_id,
                name=name,
                kind=kind,
                choices=choices,
                author="mia",
            )
        )

    def say(self, annotator: str, picture: str, *choices: str, **values: object) -> None:
        question = self.question(str(values.pop("question", "class")))
        number = values.pop("number", None)
        verdict = values.pop("verdict", "answer")
        ids = {choice.name: choice.id for choice in question.choices}
        self.keys += 1
        submission = Submission(
            self.pictures[picture],
            verdict,  # type: ignore[arg-type]
            tuple(ids[name] for name in choices),
            number,  # type: ignore[arg-type]
            None,
            f"k{self.keys}",
        )
        give = reviewing.decide if values.pop("decides", False) else None
        self.workspace.records.write(
            lambda c: (
                answering.give(c, question, submission, annotator=annotator)
                if give is None
                else give(c, question, submission, reviewer=annotator)
            )
        )

    def edit(self, work: Callable[[sa.Connection, Question], object], name: str = "class") -> None:
        self.workspace.records.write(lambda c: work(c, self.question(name)))

    def freeze(self, note: str = "", **order: object) -> Freezing:
        chosen = FreezeOrder("mia", note=note, divide=False, **order)  # type: ignore[arg-type]
        return freeze_version(self.workspace, "leaves", chosen)

    def diff(self, before: str, after: str = "now") -> Comparison:
        return compare_versions(self.workspace, "leaves", before, after)

    def restore(self, number: int, key: str = "k") -> Restoration:
        return restore_version(self.workspace, "leaves", number, author="rita", key=key)

    def votes(self) -> int:
        with self.workspace.records.read() as connection:
            query = sa.text("SELECT count(*) FROM votes")
            return int(connection.execute(query).scalar_one())

    def labelled(self) -> dict[str, str | None]:
        with self.workspace.records.read() as connection:
            found = labels.of_question(connection, self.question().id)
        return {n: found[i].choice for n, i in self.pictures.items() if i in found}


@pytest.fixture
def leaves(workspace: Workspace) -> Leaves:
    rows = []
    for name, colour in _COLOURS.items():
        buffer = io.BytesIO()
        Image.new("RGB", (8, 8), colour).save(buffer, "PNG")
        sha256 = workspace.images.put(buffer.getvalue())
        rows.append((name, ImageRow(sha256, 1, "PNG", "RGB", 8, 8, len(rows))))

    def fill(connection: sa.Connection) -> tuple[int, dict[str, int]]:
        images.add(connection, [row for _, row in rows])
        dataset_id = datasets.ensure(connection, "leaves", "somewhere").id
        new = [NewMember(name, row.sha256, columns={"site": "A"}) for name, row in rows]
        return dataset_id, members.add(connection, dataset_id, new)

    made = Leaves(workspace, *workspace.records.write(fill))
    made.ask("class", "rust", "miner")
    return made


def test_the_same_content_is_the_same_version_and_any_other_is_another(leaves: Leaves) -> None:
    first = leaves.freeze("before labels")
    assert (first.version.number, first.fresh, first.version.author) == (1, True, "mia")
    assert first.version.split_id is None
    assert "not divided into parts" in first.version.summary["notes"][0]
    again = leaves.freeze("another note")
    assert (again.version.number, again.fresh, again.noted) == (1, False, False)
    assert again.version.note == "before labels"

    def set_site(connection: sa.Connection) -> None:
        states.set_column(connection, leaves.dataset_id, "site", {leaves.pictures["0.png"]: "B"})

    def describe(connection: sa.Connection) -> None:
        datasets.describe(connection, leaves.dataset_id, description="of coffee")

    numbers = []
    for change in (
        lambda: leaves.say("ada", "0.png", "rust"),
        lambda: leaves.say("bob", "0.png", "rust"),
        lambda: leaves.workspace.records.write(set_site),
        lambda: leaves.workspace.records.write(describe),
        lambda: leaves.ask("height", kind="number"),
        lambda: leaves.say("ada", "1.png", question="height", number=3.5),
    ):
        change()
        numbers.append(leaves.freeze().version.number)
    assert numbers == [2, 3, 4, 5, 6, 7]


def test_a_version_holds_what_all_questions_say(leaves: Leaves) -> None:
    leaves.ask("signs", "spots", "holes", kind="many")
    leaves.ask("height", kind="number")
    leaves.say("ada", "0.png", "rust")
    leaves.say("ada", "0.png", "spots", "holes", question="signs")
    leaves.say("ada", "1.png", question="signs")
    leaves.say("ada", "0.png", question="height", number=3.5)
    leaves.say("ada", "1.png", verdict="cannot_tell")
    version = leaves.freeze().version
    with leaves.workspace.records.read() as connection:
        first, second, *_ = versions.items_after(connection, version.id, 0)
    assert (first.label, first.certainty, first.votes, first.columns) == (
        "rust",
        1.0,
        1,
        {"site": "A"},
    )
    assert first.other_labels is not None
    assert first.other_labels["signs"]["choices"] == ["holes", "spots"]
    assert first.other_labels["height"]["number"] == 3.5
    assert second.other_labels is not None
    assert second.other_labels["class"] == {"verdict": "cannot_tell"}
    assert version.card is not None
    assert version.card["counts"]["classes"] == {"rust": 1}
    assert [q["name"] for q in version.card["questions"]] == ["class", "signs", "height"]
    assert leaves.diff("1").changes == ()


def test_freezing_refuses_what_it_cannot_do(leaves: Leaves) -> None:
    with pytest.raises(UnknownNameError, match="question"):
        leaves.freeze(question="shape")
    with pytest.raises(DataError, match="has not two classes"):
        freeze_version(leaves.workspace, "leaves", FreezeOrder("mia", resplit=True))
    leaves.workspace.records.write(lambda c: datasets.ensure(c, "empty", "x"))
    with pytest.raises(DataError, match="no pictures"):
        freeze_version(leaves.workspace, "empty", FreezeOrder("mia"))


def test_a_renamed_class_is_no_changed_label(leaves: Leaves) -> None:
    leaves.say("ada", "0.png", "rust")
    leaves.freeze()

    def rename(connection: sa.Connection, question: Question) -> None:
        rust = next(c for c in question.choices if c.name == "rust")
        values = editing_classes.ChoiceValues(name="leaf rust")
        editing_classes.change(connection, question, rust.id, values, author="mia", client_key="r")

    leaves.edit(rename)
    difference = leaves.diff("1")
    assert difference.changes == ()
    assert [(a, b) for _, a, b in difference.card] == [("rust", "leaf rust")]
    assert leaves.restore(1).changes == 0


def test_a_restored_version_is_what_is_there(leaves: Leaves) -> None:
    leaves.ask("signs", "spots", "holes", kind="many")
    leaves.say("ada", "0.png", "rust")
    leaves.say("ada", "1.png", "rust")
    leaves.say("ada", "1.png", "spots", question="signs")
    leaves.freeze("good")
    leaves.say("bob", "0.png", "miner")
    leaves.say("bob", "0.png", "miner", decides=True)
    leaves.say("bob", "2.png", "miner")
    leaves.say("ada", "1.png", "holes", question="signs")
    before = leaves.votes()

    def change(connection: sa.Connection) -> None:
        states.set_column(
            connection,
            leaves.dataset_id,
            "site",
            {leaves.pictures["0.png"]: None, leaves.pictures["1.png"]: "B"},
        )
        states.set_groups(connection, {leaves.pictures["3.png"]: "plant"})
        members.set_aside(connection, leaves.dataset_id, ["4.png"])
        gone = [leaves.pictures["5.png"]]
        trash.put(connection, leaves.dataset_id, gone, author="x", reason="", client_key="t")
        held = members.of_dataset(connection, leaves.dataset_id)[0]
        members.add(connection, leaves.dataset_id, [NewMember("new.png", held.sha256)])

    leaves.workspace.records.write(change)
    plan = plan_restoration(leaves.workspace, "leaves", 1)
    done = leaves.restore(1)
    assert done.kept_as == 2
    told = (done.brought_back, done.set_aside, done.decided, done.withdrawn)
    assert told == (2, 1, 2, 1)
    assert (done.groups, done.columns, done.impossible) == (1, 2, [])
    assert dataclass_without(plan, "kept_as") == dataclass_without(done, "kept_as")
    assert leaves.diff("1").counts.keys() <= {"certainty"}
    assert leaves.labelled() == {"0.png": "rust", "1.png": "rust"}
    # Not one vote has gone or changed; the restorer's came after them.
    assert leaves.votes() == before + 3
    with leaves.workspace.records.read() as connection:
        last = votes.of_member(connection, leaves.pictures["0.png"])[-1]
        assert (last.annotator, last.decides) == ("rita", True)
        assert trash.count(connection, leaves.dataset_id) == 1
    assert leaves.restore(1, key="again").changes == 0
    back = leaves.restore(2, key="back")
    assert back.impossible == []
    assert leaves.diff("2").counts.keys() <= {"certainty"}


def dataclass_without(told: Restoration, *names: str) -> dict[str, object]:
    return {name: value for name, value in vars(told).items() if name not in names}


def test_what_cannot_be_brought_back_is_named(leaves: Leaves) -> None:
    leaves.say("ada", "0.png", "rust")
    leaves.say("ada", "1.png", "miner")
    leaves.freeze()
    leaves.say("ada", "0.png", "miner")

    def archive(connection: sa.Connection, question: Question) -> None:
        rust = next(c for c in question.choices if c.name == "rust")
        editing_classes.archive(
            connection, question, rust.id, archived=True, author="mia", client_key="a"
        )

    leaves.edit(archive)
    with leaves.workspace.records.read() as connection:
        place = members.place(connection, leaves.pictures["3.png"])
    assert place is not None
    leaves.workspace.records.write(lambda c: members.set_aside(c, leaves.dataset_id, ["3.png"]))
    leaves.workspace.images.path(place.sha256).unlink()
    done = leaves.restore(1)
    assert {one.reason: one.examples for one in done.impossible} == {
        "its bytes are gone": ["3.png"],
        "the class 'rust' of 'class' is not offered any more": ["0.png"],
    }
    assert (done.brought_back, done.decided) == (0, 0)


def test_restoring_an_unknown_version_is_refused(leaves: Leaves) -> None:
    with pytest.raises(UnknownNameError, match="version named '7'"):
        leaves.restore(7)


def test_the_state_as_of_now_is_the_present_one(leaves: Leaves) -> None:
    leaves.ask("signs", "spots", "holes", kind="many")
    leaves.say("ada", "0.png", "rust")
    leaves.say("bob", "0.png", "miner")
    leaves.say("ada", "1.png", "spots", "holes", question="signs")
    leaves.say("ada", "2.png", "rust")
    leaves.say("ada", "2.png", verdict="withdrawn")
    moment = datetime.now(UTC).isoformat()
    assert leaves.diff(moment).changes == ()


def test_the_state_as_of_a_date_comes_from_the_votes_until_then(leaves: Leaves) -> None:
    start = datetime.now(UTC).isoformat()
    leaves.say("ada", "0.png", "rust")
    leaves.say("ada", "1.png", "miner")
    middle = datetime.now(UTC).isoformat()
    leaves.say("ada", "0.png", "miner")

    def work(connection: sa.Connection) -> None:
        gone = [leaves.pictures["3.png"]]
        trash.put(connection, leaves.dataset_id, gone, author="x", reason="", client_key="t")

    leaves.workspace.records.write(work)
    away = datetime.now(UTC).isoformat()
    leaves.workspace.records.write(
        lambda c: states.bring_back(
            c, [leaves.pictures["3.png"]], author="mia", at=datetime.now(UTC)
        )
    )
    assert leaves.diff(start, middle).label_tables == {
        "class": {("no label", "miner"): 1, ("no label", "rust"): 1}
    }
    assert leaves.diff(middle).label_tables == {"class": {("rust", "miner"): 1}}
    assert leaves.diff(middle, away).counts == {"removed": 1, "label": 1}
    assert leaves.diff(away).counts == {"added": 1}
    ahead = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    with pytest.raises(InputError, match="lies ahead"):
        leaves.diff(ahead)
    with pytest.raises(InputError, match="no state of a dataset"):
        leaves.diff("yesterday")


def test_merges_since_a_date_are_undone_for_it(leaves: Leaves) -> None:
    leaves.say("ada", "0.png", "rust")
    then = datetime.now(UTC).isoformat()

    def merge(connection: sa.Connection, question: Question) -> None:
        ids = {choice.name: choice.id for choice in question.choices}
        editing_classes.merge(
            connection, question, [ids["rust"]], ids["miner"], author="mia", client_key="m"
        )

    leaves.edit(merge)
    merged = datetime.now(UTC).isoformat()
    assert leaves.diff(then).label_tables == {"class": {("rust", "miner"): 1}}
    assert leaves.diff(merged).changes == ()
    leaves.edit(editing_classes.undo)
    assert leaves.diff(then).changes == ()
    undone = leaves.diff(merged)
    assert undone.changes == ()
    assert any("was undone since" in note for note in undone.notes)


def test_rows_and_json_tell_the_same(leaves: Leaves) -> None:
    leaves.freeze()
    leaves.say("ada", "0.png", "rust")
    difference = leaves.diff("1")
    (row,) = rows(difference)
    assert (row[0], row[1], *row[3:]) == ("label", "0.png", "class", "no label", "rust")
    told = as_json(difference)
    assert told["counts"]["label"] == 1
    assert told["labels"] == [
        {"question": "class", "before": "no label", "after": "rust", "pictures": 1}
    ]
    (change,) = told["changes"]
    assert change["values"][0]["after"]["choices"] == ["rust"]
