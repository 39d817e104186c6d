"""Freezing, through the workflow that brings the vectors it needs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from fieldguide.curate.freezing import SplitChoice, freeze
from fieldguide.errors import DataError, InputError, InterruptedRunError, UnknownNameError
from fieldguide.label import answering, setting_up
from fieldguide.label.answering import Submission
from fieldguide.records import datasets, members, questions, states, versions
from fieldguide.records.versions import VersionItem, VersionRow
from fieldguide.types import QuestionKind
from fieldguide.workflows.freeze_dataset import freeze_dataset
from fieldguide.workflows.freeze_version import FreezeOrder, freeze_version
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workspace import Workspace


def _freeze(
    workspace: Workspace, source: Path, **choice: object
) -> tuple[VersionRow, dict[str, VersionItem]]:
    import_pictures(workspace, source, dataset="d")
    version = freeze_dataset(workspace, "d", choice=SplitChoice(**choice))
    with workspace.records.read() as connection:
        items = versions.items(connection, version.id)
    return version, {item.name: item for item in items}


def test_the_same_content_is_the_same_version(workspace: Workspace, class_folders: Path) -> None:
    first, items = _freeze(workspace, class_folders)
    again, _ = _freeze(workspace, class_folders)
    assert (first.id, first.number) == (again.id, 1)
    assert {item.part for item in items.values()} == {"train", "test"}


def test_the_split_depends_on_content_and_seed_alone(
    workspace: Workspace, class_folders: Path, tmp_path: Path
) -> None:
    _, items = _freeze(workspace, class_folders)
    renamed = tmp_path / "renamed"
    for file in class_folders.rglob("*.jpg"):
        target = renamed / file.parent.name / f"z{99 - int(file.stem)}.jpg"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    import_pictures(workspace, renamed, dataset="other")
    version = freeze_dataset(workspace, "other")
    with workspace.records.read() as connection:
        other = versions.items(connection, version.id)
    assert {i.sha256: i.part for i in items.values()} == {i.sha256: i.part for i in other}


def test_later_pictures_move_no_old_one(
    workspace: Workspace, class_folders: Path, picture: Callable[..., bytes]
) -> None:
    first, before = _freeze(workspace, class_folders)
    for index in range(20):
        (class_folders / "amber" / f"late{index}.jpg").write_bytes(picture(9000 + index))
    second, after = _freeze(workspace, class_folders)
    assert (first.number, second.number) == (1, 2)
    assert {name: item.part for name, item in before.items()} == {
        name: after[name].part for name in before
    }
    assert sum(item.part is not None for item in after.values()) == 56


def test_copies_and_near_copies_stay_together(
    workspace: Workspace, class_folders: Path, picture: Callable[..., bytes]
) -> None:
    for index in range(12):
        original = class_folders / "blue" / f"{index:02d}.jpg"
        shutil.copy(original, class_folders / "blue" / f"copy{index:02d}.jpg")
        again = picture(100 + index, (40, 70, 200), format_="PNG")
        (class_folders / "blue" / f"png{index:02d}.png").write_bytes(again)
    _, items = _freeze(workspace, class_folders)
    for index in range(12):
        names = (f"{index:02d}.jpg", f"copy{index:02d}.jpg", f"png{index:02d}.png")
        found = [items[f"blue/{name}"] for name in names]
        assert len({item.cluster for item in found}) == 1
        assert len({item.part for item in found}) == 1


def test_a_given_split_is_kept_and_its_leaks_named(
    workspace: Workspace, class_folders: Path, tmp_path: Path
) -> None:
    root = tmp_path / "given"
    for number, file in enumerate(sorted(class_folders.rglob("*.jpg"))):
        part = "test" if number % 4 == 0 else "train"
        target = root / part / file.parent.name / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    shutil.copy(root / "test/amber/00.jpg", root / "train/blue/leak.jpg")
    version, items = _freeze(workspace, root)
    kinds = {leak["kind"]: leak for leak in version.summary["leaks"]}
    assert version.summary["origin"] == "given"
    assert set(kinds) == {"duplicate", "conflict"}
    assert (kinds["conflict"]["pictures"], kinds["conflict"]["test_pictures"]) == (2, 1)
    assert items["test/amber/00.jpg"].part == "test"
    assert items["train/blue/leak.jpg"].part is None
    assert version.summary["untrusted"] == sorted(
        items[name].member_id for name in ("test/amber/00.jpg", "train/blue/leak.jpg")
    )
    made, again = _freeze(workspace, root, resplit=True)
    assert made.summary["origin"] == "made"
    assert made.summary["excluded"] == {"same picture under two labels": 2}
    assert again["test/amber/00.jpg"].part is None


@pytest.mark.parametrize("parts", [("train", "val"), ("train",)])
def test_a_split_without_a_test_part(
    workspace: Workspace, class_folders: Path, tmp_path: Path, parts: tuple[str, ...]
) -> None:
    root = tmp_path / "given"
    for number, file in enumerate(sorted(class_folders.rglob("*.jpg"))):
        target = root / parts[number % len(parts)] / file.parent.name / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    version, items = _freeze(workspace, root)
    assert {item.part for item in items.values()} == {"train", "test"}
    expected = "validation part is used as the test" if "val" in parts else "new split was made"
    assert any(expected in note for note in version.summary["notes"])


def test_a_picture_keeps_its_part_under_another_name(
    workspace: Workspace, class_folders: Path
) -> None:
    _, before = _freeze(workspace, class_folders)
    for file in sorted(class_folders.rglob("*.jpg")):
        file.rename(file.with_name(f"x{99 - int(file.stem)}.jpg"))
    _, after = _freeze(workspace, class_folders)
    assert {i.sha256: i.part for i in before.values()} == {i.sha256: i.part for i in after.values()}


def test_a_split_that_was_chosen_is_kept_when_nothing_else_is_asked_for(
    workspace: Workspace, class_folders: Path
) -> None:
    chosen, items = _freeze(workspace, class_folders, fractions={"train": 0.5, "test": 0.5}, seed=7)
    assert sum(item.part == "test" for item in items.values()) == 18
    again, _ = _freeze(workspace, class_folders)
    assert again.id == chosen.id


def test_pictures_that_came_in_meanwhile_are_not_frozen_uncompared(
    workspace: Workspace, class_folders: Path
) -> None:
    import_pictures(workspace, class_folders, dataset="d")
    with pytest.raises(InterruptedRunError, match="while it was compared"):
        workspace.records.write(lambda c: freeze(c, "d", [], SplitChoice(), compared=frozenset()))


def _ask(workspace: Workspace, name: str, *classes: str, kind: QuestionKind = "single") -> int:
    def work(connection: sa.Connection) -> int:
        return setting_up.add_question(
            connection,
            dataset_id=datasets.get(connection, "d").id,
            name=name,
            kind=kind,
            choices=classes,
            author="mia",
        )

    return workspace.records.write(work)


def _answer(workspace: Workspace, question_id: int) -> dict[int, str]:
    """Give the classes in turn to all pictures; return what each has."""

    def work(connection: sa.Connection) -> dict[int, str]:
        question = questions.get(connection, question_id)
        said = {}
        for place, row in enumerate(members.of_dataset(connection, question.dataset_id)):
            choice = question.choices[place % len(question.choices)]
            answer = Submission(row.id, "answer", (choice.id,), None, None, f"key-{row.id}")
            answering.give(connection, question, answer, annotator=f"ada-{question_id}")
            said[row.id] = choice.name
        return said

    return workspace.records.write(work)


def _frozen(workspace: Workspace, question: str | None = None) -> dict[int, str | None]:
    version = freeze_dataset(workspace, "d", choice=SplitChoice(question=question))
    with workspace.records.read() as connection:
        return {i.member_id: i.label for i in versions.items(connection, version.id)}


def test_what_a_group_has_labelled_is_frozen(workspace: Workspace, class_folders: Path) -> None:
    import_pictures(workspace, class_folders, dataset="d", take_labels=False)
    symptom = _ask(workspace, "symptom", "rust", "healthy")
    _ask(workspace, "season", "dry", "wet")
    _ask(workspace, "marks", "hole", kind="many")
    said = _answer(workspace, symptom)
    assert _frozen(workspace) == said
    assert _frozen(workspace, "symptom") == said


def test_the_question_of_imports_goes_first_and_others_have_to_be_named(
    workspace: Workspace, class_folders: Path
) -> None:
    import_pictures(workspace, class_folders, dataset="d")
    said = _answer(workspace, _ask(workspace, "symptom", "rust", "healthy"))
    assert set(_frozen(workspace).values()) == {"amber", "blue", "green"}
    assert _frozen(workspace, "symptom") == said


def test_a_question_that_cannot_be_trained_on_is_refused(
    workspace: Workspace, class_folders: Path
) -> None:
    import_pictures(workspace, class_folders, dataset="d", take_labels=False)
    for name in ("symptom", "season"):
        _answer(workspace, _ask(workspace, name, "one", "other"))
    _ask(workspace, "marks", "hole", kind="many")
    with pytest.raises(InputError, match=r"'symptom', 'season'.*--question"):
        _frozen(workspace)
    with pytest.raises(InputError, match="'marks' does not ask for one class"):
        _frozen(workspace, "marks")
    with pytest.raises(UnknownNameError, match=r"sympton.*symptom"):
        _frozen(workspace, "sympton")


def test_one_class_is_refused_with_a_remedy(workspace: Workspace, class_folders: Path) -> None:
    import_pictures(workspace, class_folders / "amber", dataset="d")
    with pytest.raises(DataError, match=r"no labels.*at least two classes.*folder"):
        freeze_dataset(workspace, "d")


def test_an_unknown_dataset(workspace: Workspace) -> None:
    with pytest.raises(UnknownNameError, match="There is no dataset yet"):
        freeze_dataset(workspace, "nothing")


def test_a_training_takes_a_version_in_which_it_sees_the_same(
    workspace: Workspace, class_folders: Path
) -> None:
    first, items = _freeze(workspace, class_folders)
    assert first.training_hash is not None
    assert first.content_hash != first.training_hash
    member = next(iter(items.values())).member_id

    def set_site(connection: sa.Connection) -> None:
        dataset = datasets.get(connection, "d").id
        states.set_column(connection, dataset, "site", {member: "A"})

    workspace.records.write(set_site)
    assert freeze_dataset(workspace, "d").number == 1
    kept = freeze_version(workspace, "d", FreezeOrder("mia", note="with sites"))
    assert (kept.version.number, kept.version.training_hash) == (2, first.training_hash)
    assert freeze_dataset(workspace, "d").number == 1
    plain = freeze_version(workspace, "d", FreezeOrder("mia", divide=False))
    assert (plain.version.number, plain.version.training_hash) == (3, None)
    # What was frozen without parts does not make the split of the others forgotten.
    assert freeze_dataset(workspace, "d").number == 1
