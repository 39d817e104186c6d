"""Each noun of the records, on a real database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fieldguide.errors import UnknownNameError
from fieldguide.records import (
    datasets,
    images,
    imports,
    labels,
    members,
    models,
    questions,
    runs,
    splits,
    versions,
    votes,
)
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember
from fieldguide.records.versions import VersionItem
from fieldguide.records.votes import NewVote
from fieldguide.types import AnnotatorKind
from fieldguide.workspace import Workspace

A, B = "aa" * 32, "bb" * 32


def _image(sha256: str, perceptual_hash: int = 1) -> ImageRow:
    return ImageRow(sha256, 10, "JPEG", "RGB", 4, 3, perceptual_hash)


@pytest.fixture
def dataset(workspace: Workspace) -> int:
    def begin(connection: sa.Connection) -> int:
        images.add(connection, [_image(A), _image(B)])
        return datasets.ensure(connection, "leaves", "somewhere").id

    return workspace.records.write(begin)


@pytest.fixture
def question(workspace: Workspace, dataset: int) -> int:
    return workspace.records.write(lambda c: datasets.class_question(c, dataset))


def _add(workspace: Workspace, dataset: int, *rows: NewMember) -> dict[str, int]:
    return workspace.records.write(lambda c: members.add(c, dataset, rows))


def test_a_dataset_is_made_once(workspace: Workspace, dataset: int) -> None:
    empty = workspace.records.write(lambda c: datasets.ensure(c, "leaves", "elsewhere"))
    assert (empty.id, empty.source) == (dataset, "elsewhere")
    _add(workspace, dataset, NewMember("x.jpg", A))
    again = workspace.records.write(lambda c: datasets.ensure(c, "leaves", "third"))
    assert (again.id, again.source) == (dataset, "elsewhere")


def test_an_unknown_dataset_suggests_the_nearest(workspace: Workspace, dataset: int) -> None:
    assert dataset
    with (
        workspace.records.read() as connection,
        pytest.raises(UnknownNameError, match=r"no dataset named 'leafs'\. Did you mean 'leaves'"),
    ):
        datasets.get(connection, "leafs")


@pytest.mark.parametrize("value", [0, 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1])
def test_perceptual_hashes_keep_all_64_bits(workspace: Workspace, value: int) -> None:
    workspace.records.write(lambda c: images.add(c, [_image("cc" * 32, value)]))
    with workspace.records.read() as connection:
        found = images.find(connection, "cc" * 32)
    assert found is not None
    assert found.perceptual_hash == value


def test_adding_a_member_twice_changes_nothing(workspace: Workspace, dataset: int) -> None:
    first = _add(workspace, dataset, NewMember("x.jpg", A, columns={"site": "north", "n": 2.0}))
    again = _add(workspace, dataset, NewMember("x.jpg", A, columns={"site": "north", "n": 2.0}))
    assert first == again
    with workspace.records.read() as connection:
        assert len(members.of_dataset(connection, dataset)) == 1
        assert members.column(connection, dataset, "site") == {first["x.jpg"]: "north"}
        assert members.column(connection, dataset, "n") == {first["x.jpg"]: 2.0}


def test_other_bytes_under_a_name_set_the_old_picture_aside(
    workspace: Workspace, dataset: int
) -> None:
    old = _add(workspace, dataset, NewMember("x.jpg", A))
    new = _add(workspace, dataset, NewMember("x.jpg", B))
    assert old != new
    with workspace.records.read() as connection:
        assert [m.sha256 for m in members.of_dataset(connection, dataset)] == [B]
    back = _add(workspace, dataset, NewMember("x.jpg", A))
    assert back == old
    with workspace.records.read() as connection:
        assert [m.sha256 for m in members.of_dataset(connection, dataset)] == [A]


def test_a_group_stays_known_and_a_part_is_what_was_said_last(
    workspace: Workspace, dataset: int
) -> None:
    _add(workspace, dataset, NewMember("x.jpg", A, group="leaf 1", part="test"))
    _add(workspace, dataset, NewMember("x.jpg", A))
    with workspace.records.read() as connection:
        (row,) = members.of_dataset(connection, dataset)
    assert (row.group, row.part) == ("leaf 1", None)


def _say(workspace: Workspace, question: int, answers: dict[int, str]) -> int:
    def work(connection: sa.Connection) -> int:
        added = votes.add_imported(connection, question_id=question, answers=answers)
        labels.refresh(connection, question)
        return added

    return workspace.records.write(work)


def _vote(
    workspace: Workspace,
    question: int,
    member: int,
    annotator: str,
    choice: str,
    kind: AnnotatorKind = "person",
) -> None:
    def work(connection: sa.Connection) -> None:
        chosen = questions.choice_ids(connection, question, {choice})[choice]
        key = f"key-{annotator}"
        votes.add(connection, NewVote(member, question, annotator, kind, key, choice_ids=(chosen,)))
        labels.refresh(connection, question)

    workspace.records.write(work)


def _labels(workspace: Workspace, question: int) -> dict[int, labels.Label]:
    with workspace.records.read() as connection:
        return labels.of_question(connection, question)


def test_an_import_votes_only_when_it_says_something_new(
    workspace: Workspace, dataset: int, question: int
) -> None:
    member = _add(workspace, dataset, NewMember("x.jpg", A))["x.jpg"]
    assert _say(workspace, question, {member: "rust"}) == 1
    assert _say(workspace, question, {member: "rust"}) == 0
    assert _say(workspace, question, {member: "miner"}) == 1
    assert _say(workspace, question, {member: "rust"}) == 1
    assert _labels(workspace, question)[member].choice == "rust"


def test_people_outvote_and_models_do_not_count(
    workspace: Workspace, dataset: int, question: int
) -> None:
    member = _add(workspace, dataset, NewMember("x.jpg", A))["x.jpg"]
    _say(workspace, question, {member: "rust"})
    for _ in range(2):  # a retried request stores nothing twice
        _vote(workspace, question, member, "ada", "miner")
        _vote(workspace, question, member, "ben", "miner")
        _vote(workspace, question, member, "net", "rust", "model")
        _vote(workspace, question, member, "net2", "rust", "model")
    label = _labels(workspace, question)[member]
    assert (label.choice, label.votes) == ("miner", 3)
    assert label.certainty == pytest.approx(2 / 3)


def test_a_tie_gives_no_label(workspace: Workspace, dataset: int, question: int) -> None:
    member = _add(workspace, dataset, NewMember("x.jpg", A))["x.jpg"]
    _say(workspace, question, {member: "rust"})
    _vote(workspace, question, member, "ada", "miner")
    label = _labels(workspace, question)[member]
    assert (label.choice, label.certainty) == (None, 0.5)
    assert workspace.records.write(lambda c: labels.refresh(c, question)) == 1


def test_a_part_never_changes_in_a_split(workspace: Workspace, dataset: int) -> None:
    member = _add(workspace, dataset, NewMember("x.jpg", A))["x.jpg"]
    split = workspace.records.write(
        lambda c: splits.ensure(c, dataset, origin="made", seed=1, fractions={"train": 1.0})
    )
    workspace.records.write(lambda c: splits.assign(c, split.id, {member: "train"}))
    workspace.records.write(lambda c: splits.assign(c, split.id, {member: "test"}))
    with workspace.records.read() as connection:
        assert splits.parts(connection, split.id) == {member: "train"}


@pytest.fixture
def version(workspace: Workspace, dataset: int, question: int) -> int:
    member = _add(workspace, dataset, NewMember("x.jpg", A))["x.jpg"]

    def freeze(connection: sa.Connection) -> int:
        split = splits.ensure(connection, dataset, origin="made", seed=0, fractions={})
        return versions.freeze(
            connection,
            dataset_id=dataset,
            split_id=split.id,
            question_id=question,
            content_hash="1" * 64,
            items=[VersionItem(member, "x.jpg", A, "rust", 1.0, "test", None, A)],
            summary={},
        )

    first = workspace.records.write(freeze)
    assert workspace.records.write(freeze) == first
    return first


def test_a_version_keeps_its_items(workspace: Workspace, dataset: int, version: int) -> None:
    with workspace.records.read() as connection:
        assert versions.get(connection, version).number == 1
        assert versions.latest(connection, dataset) == versions.get(connection, version)
        assert [item.label for item in versions.items(connection, version)] == ["rust"]
        with pytest.raises(UnknownNameError, match="version named '2'"):
            versions.by_number(connection, dataset, 2)


def test_a_run_is_taken_up_by_its_key(workspace: Workspace, version: int) -> None:
    first = workspace.records.write(lambda c: runs.begin(c, version, {"head": "svm"}, "k"))
    again = workspace.records.write(lambda c: runs.begin(c, version, {"head": "svm"}, "k"))
    assert first == again
    workspace.records.write(lambda c: runs.finish(c, first.id, {"accuracy": 1}))
    with workspace.records.read() as connection:
        assert runs.get(connection, first.id).status == runs.FINISHED
        with pytest.raises(UnknownNameError, match="run"):
            runs.get(connection, 99)


def test_readings_are_counted_once_per_key(workspace: Workspace, version: int) -> None:
    run = workspace.records.write(lambda c: runs.begin(c, version, {}, "k"))
    other = workspace.records.write(lambda c: runs.begin(c, version, {}, "k2"))
    for run_id, key in ((run.id, "a"), (run.id, "a"), (run.id, "b"), (other.id, "c")):
        workspace.records.write(
            lambda c, r=run_id, k=key: runs.note_reading(c, version, r, "test", client_key=k)
        )
    with workspace.records.read() as connection:
        assert runs.count_readings(connection, version, run.id) == (2, 2)


def test_a_run_has_one_number_under_a_name(workspace: Workspace, version: int) -> None:
    runs_made = [
        workspace.records.write(lambda c, k=key: runs.begin(c, version, {}, k)) for key in "ab"
    ]
    for run in (runs_made[0], runs_made[0], runs_made[1]):
        workspace.records.write(lambda c, r=run: models.add(c, "leaves", r.id))
    with workspace.records.read() as connection:
        assert models.newest(connection, "leaves").number == 2
        assert models.of_run(connection, runs_made[0].id).number == 1
        with pytest.raises(UnknownNameError, match="no model named 'leave'"):
            models.newest(connection, "leave")


def test_imports_remember_their_outcomes(workspace: Workspace, dataset: int) -> None:
    def begin(connection: sa.Connection) -> imports.ImportRow:
        return imports.begin(connection, dataset, "here", "class-folder")

    first = workspace.records.write(begin)
    assert workspace.records.write(begin) == first, "an unfinished import is taken up"
    with workspace.records.read() as connection:
        assert imports.latest(connection, dataset) is None
    workspace.records.write(lambda c: imports.finish(c, first.id, {"added": 3}))
    with workspace.records.read() as connection:
        assert imports.latest(connection, dataset) == (first.id, {"added": 3})
    assert workspace.records.write(begin).id != first.id
