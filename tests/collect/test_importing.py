from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from PIL import Image

from fieldguide.collect.importing import ImportReport, import_source
from fieldguide.errors import WorkspaceError
from fieldguide.formats.available import open_source
from fieldguide.records import datasets, images, labels, members, trash
from fieldguide.records.schema import votes
from fieldguide.types import Entry, Outcome, Refusal, Source, SourceOptions
from fieldguide.workflows import trash_pictures
from fieldguide.workspace import Workspace


def _import(workspace: Workspace, path: Path, **options: Any) -> ImportReport:
    return import_source(workspace, open_source(path, SourceOptions()), "d", **options)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _state(workspace: Workspace) -> dict[str, Any]:
    """Everything that matters of a dataset, without ids and times."""
    with workspace.records.read() as connection:
        row = datasets.get(connection, "d")
        found = members.of_dataset(connection, row.id)
        labelled = labels.of_question(connection, 1)
        known = images.by_hash(connection, [m.sha256 for m in found])
        columns = {
            name: {m.name: members.column(connection, row.id, name).get(m.id) for m in found}
            for name in members.column_names(connection, row.id)
        }
        count = connection.execute(sa.select(sa.func.count()).select_from(votes)).scalar_one()
    return {
        "members": [(m.name, m.sha256, m.group, m.part) for m in found],
        "labels": {m.name: labelled[m.id].choice for m in found if m.id in labelled},
        "images": known,
        "columns": columns,
        "votes": count,
        "blobs": list(workspace.images.hashes()),
    }


def test_every_picture_enters_with_its_label(workspace: Workspace, class_folders: Path) -> None:
    report = _import(workspace, class_folders)
    assert report.outcomes == {Outcome.ADDED: 36}
    state = _state(workspace)
    assert Counter(state["labels"].values()) == {"amber": 12, "blue": 12, "green": 12}
    assert len(state["blobs"]) == 36
    rows = _rows(report.list_path)
    assert len(rows) == 36
    assert {row["outcome"] for row in rows} == {"added"}


def test_importing_twice_changes_nothing(workspace: Workspace, class_folders: Path) -> None:
    _import(workspace, class_folders)
    before = _state(workspace)
    assert _import(workspace, class_folders).outcomes == {Outcome.PRESENT: 36}
    assert _state(workspace) == before


def test_the_number_of_threads_changes_nothing(
    class_folders: Path, tmp_path: Path, config: Any
) -> None:
    import dataclasses

    shutil.copy(class_folders / "amber/00.jpg", class_folders / "blue/same.jpg")
    states = []
    for workers in (1, 8):
        changed = dataclasses.replace(config, workspace=tmp_path / str(workers), workers=workers)
        with Workspace(changed) as workspace:
            report = _import(workspace, class_folders)
            assert report.outcomes == {Outcome.ADDED: 36, Outcome.DUPLICATE: 1}
            states.append(_state(workspace))
    assert states[0] == states[1]


def test_changed_bytes_are_named_and_replace_the_picture(
    workspace: Workspace, class_folders: Path, picture: Callable[..., bytes]
) -> None:
    _import(workspace, class_folders)
    (class_folders / "amber/00.jpg").write_bytes(picture(77))
    assert _import(workspace, class_folders).outcomes == {Outcome.CHANGED: 1, Outcome.PRESENT: 35}
    assert len(_state(workspace)["members"]) == 36


def test_a_corrected_label_is_a_new_vote(workspace: Workspace, class_folders: Path) -> None:
    table = class_folders / "t.csv"
    table.write_text("file,label\namber/00.jpg,amber\namber/01.jpg,amber\n")
    _import(workspace, table)
    table.write_text("file,label\namber/00.jpg,amber\namber/01.jpg,honey\n")
    _import(workspace, table)
    state = _state(workspace)
    assert state["labels"] == {"amber/00.jpg": "amber", "amber/01.jpg": "honey"}
    assert state["votes"] == 3


def test_linked_pictures_are_left_where_they_are(
    workspace: Workspace, class_folders: Path, picture: Callable[..., bytes]
) -> None:
    _import(workspace, class_folders, link=True)
    state = _state(workspace)
    assert state["blobs"] == []
    name, sha256, *_ = state["members"][0]
    assert workspace.read_image(sha256) == (class_folders / name).read_bytes()
    (class_folders / name).write_bytes(picture(5))
    with pytest.raises(WorkspaceError, match=r"gone or has changed.*Import its folder again"):
        workspace.read_image(sha256)
    assert _import(workspace, class_folders, link=True).outcomes[Outcome.CHANGED] == 1


def test_an_import_stopped_in_the_middle_goes_on(
    workspace: Workspace, class_folders: Path, config: Any, tmp_path: Path
) -> None:
    import dataclasses

    source = open_source(class_folders, SourceOptions())

    def interrupted() -> Iterator[Entry]:
        for number, entry in enumerate(source.entries()):
            if number == 20:
                raise KeyboardInterrupt
            yield entry

    stopped = dataclasses.replace(source, entries=interrupted)
    with pytest.raises(KeyboardInterrupt):
        import_source(workspace, stopped, "d")
    kept = len(_state(workspace)["members"])
    assert 0 < kept < 36
    report = _import(workspace, class_folders)
    assert report.outcomes == {Outcome.ADDED: 36}
    assert _import(workspace, class_folders).outcomes == {Outcome.PRESENT: 36}
    with Workspace(dataclasses.replace(config, workspace=tmp_path / "whole")) as whole:
        _import(whole, class_folders)
        assert _state(whole) == _state(workspace)


def test_an_extractor_sees_each_picture_once(workspace: Workspace, class_folders: Path) -> None:
    class Means:
        shorter_side = 16

        def __init__(self) -> None:
            self.kept: dict[str, float] = {}

        def wants(self, sha256: str) -> bool:
            return sha256 not in self.kept

        def extract(self, pixels: np.ndarray) -> float:
            return float(pixels.mean())

        def keep(self, results: Any) -> None:
            self.kept.update(results)

    means = Means()
    assert _import(workspace, class_folders, extractors=[means]).extracted == 36
    assert len(means.kept) == 36
    assert _import(workspace, class_folders, extractors=[means]).extracted == 0


def test_cells_that_look_like_formulas_are_text(workspace: Workspace, tmp_path: Path) -> None:
    def read(limit: int) -> bytes:
        return b"nothing"[:limit]

    entries = [Entry("=cmd|x", read), Entry("+1.jpg", read), Entry("plain.jpg", read)]
    source = Source("x", tmp_path, "d", 3, (), lambda: iter(entries))
    report = import_source(workspace, source, "d")
    names = [row["name"] for row in _rows(report.list_path)]
    assert names == ["'=cmd|x", "'+1.jpg", "plain.jpg"]


def test_a_bug_is_not_taken_for_a_bad_file(workspace: Workspace, class_folders: Path) -> None:
    class Broken:
        shorter_side = 16

        def wants(self, _: str) -> bool:
            return True

        def extract(self, _: np.ndarray) -> float:
            raise ZeroDivisionError

        def keep(self, results: Any) -> None:
            del results

    with pytest.raises(ZeroDivisionError):
        _import(workspace, class_folders, extractors=[Broken()])


def _with_camera(picture: bytes, camera: str) -> bytes:
    image = Image.open(io.BytesIO(picture))
    exif = image.getexif()
    exif[0x0110] = camera
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def test_columns_of_known_pictures_stay_when_others_come(
    workspace: Workspace, tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    root = tmp_path / "set"
    (root / "a").mkdir(parents=True)
    for index in range(3):
        (root / "a" / f"{index}.jpg").write_bytes(_with_camera(picture(index), "Cam"))
    _import(workspace, root)
    (root / "a" / "3.jpg").write_bytes(_with_camera(picture(3), "Cam2"))
    _import(workspace, root)
    cameras = _state(workspace)["columns"]["camera"]
    assert cameras == {"a/0.jpg": "Cam", "a/1.jpg": "Cam", "a/2.jpg": "Cam", "a/3.jpg": "Cam2"}


def test_what_leaves_the_source_leaves_the_dataset_and_can_come_back(
    workspace: Workspace, class_folders: Path
) -> None:
    _import(workspace, class_folders)
    before = _state(workspace)
    moved = class_folders / "blue" / "was amber.jpg"
    (class_folders / "amber" / "00.jpg").rename(moved)
    report = _import(workspace, class_folders)
    assert report.outcomes == {Outcome.PRESENT: 35, Outcome.DUPLICATE: 1, Outcome.GONE: 1}
    assert report.refused == 0
    after = _state(workspace)
    assert len(after["members"]) == 36
    assert after["labels"]["blue/was amber.jpg"] == "blue"
    moved.rename(class_folders / "amber" / "00.jpg")
    _import(workspace, class_folders)
    assert _state(workspace)["members"] == before["members"]
    assert _state(workspace)["labels"] == before["labels"]


def test_what_is_in_the_trash_is_named_and_stays_there(
    workspace: Workspace, class_folders: Path
) -> None:
    _import(workspace, class_folders)
    before = _state(workspace)
    with workspace.records.read() as connection:
        dataset = datasets.get(connection, "d").id
        ids = {m.name: m.id for m in members.of_dataset(connection, dataset)}
    names = ["amber/00.jpg", "blue/11.jpg"]
    workspace.records.write(
        lambda c: trash.put(
            c, dataset, [ids[n] for n in names], author="ada", reason="", client_key="k"
        )
    )
    without = _state(workspace)
    assert len(without["members"]) == 34
    report = _import(workspace, class_folders)
    assert report.outcomes == {Outcome.PRESENT: 34, Outcome.TRASHED: 2}
    assert (report.refused, report.taken_in, report.problems) == (0, 34, ())
    listed = {row["name"]: row for row in _rows(report.list_path) if row["outcome"] != "added"}
    assert {n for n, row in listed.items() if row["outcome"] == "in the trash"} == set(names)
    assert "restore" in listed[names[0]]["reason"]
    assert _state(workspace) == without
    # Other bytes under the name are another picture.
    (class_folders / "amber" / "00.jpg").write_bytes((class_folders / "green/00.jpg").read_bytes())
    report = _import(workspace, class_folders)
    assert report.outcomes == {Outcome.PRESENT: 34, Outcome.TRASHED: 1, Outcome.DUPLICATE: 1}
    workspace.records.write(
        lambda c: trash_pictures.restore(c, dataset, [ids["blue/11.jpg"]], author="ada")
    )
    assert "blue/11.jpg" in _state(workspace)["labels"]
    assert len(before["members"]) == len(_state(workspace)["members"])


def test_a_name_in_the_trash_is_not_given_to_a_picture_from_elsewhere(
    workspace: Workspace, tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    for number, camera in enumerate(("one", "two")):
        (tmp_path / camera / "a").mkdir(parents=True)
        (tmp_path / camera / "a" / "IMG.jpg").write_bytes(picture(number))
        _import(workspace, tmp_path / camera)
    with workspace.records.read() as connection:
        dataset = datasets.get(connection, "d").id
        first, second = members.of_dataset(connection, dataset)
    assert (first.name, second.name) == ("a/IMG.jpg", "a/IMG.jpg#2")
    workspace.records.write(
        lambda c: trash.put(c, dataset, [first.id], author="ada", reason="", client_key="k")
    )
    assert _import(workspace, tmp_path / "two").outcomes == {Outcome.PRESENT: 1}
    assert _import(workspace, tmp_path / "one").outcomes == {Outcome.TRASHED: 1}


def test_nothing_is_gone_where_a_part_could_not_be_read(
    workspace: Workspace, class_folders: Path
) -> None:
    import dataclasses

    source = open_source(class_folders, SourceOptions())
    import_source(workspace, source, "d")

    def half() -> Iterator[Entry]:
        refusal = Refusal(Outcome.UNREADABLE, "permission denied")
        yield Entry("amber", lambda _: b"", refusal=refusal)
        yield from (entry for entry in source.entries() if not entry.name.startswith("amber"))

    report = import_source(workspace, dataclasses.replace(source, entries=half), "d")
    assert Outcome.GONE not in report.outcomes
    assert len(_state(workspace)["members"]) == 36


def test_two_sources_with_the_same_names_both_stay(
    workspace: Workspace, tmp_path: Path, picture: Callable[..., bytes]
) -> None:
    for number, camera in enumerate(("one", "two")):
        (tmp_path / camera / "a").mkdir(parents=True)
        for index in range(6):
            data = picture(100 * number + index)
            (tmp_path / camera / "a" / f"IMG_{index}.jpg").write_bytes(data)
    for _ in range(2):
        _import(workspace, tmp_path / "one")
        _import(workspace, tmp_path / "two")
    state = _state(workspace)
    assert len(state["members"]) == 12
    assert sum("#2" in name for name, *_ in state["members"]) == 6
    assert state["votes"] == 12


def test_two_processes_importing_one_source_take_turns(
    workspace: Workspace, class_folders: Path
) -> None:
    program = (
        "import sys; from pathlib import Path; import fieldguide as fg\n"
        "with fg.open(sys.argv[1]) as guide: guide.import_(Path(sys.argv[2]), name='d')"
    )
    command = [sys.executable, "-c", program, str(workspace.root), str(class_folders)]
    processes = [subprocess.Popen(command) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert len(_state(workspace)["members"]) == 36
    assert _state(workspace)["votes"] == 36
