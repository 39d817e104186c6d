"""Forgetting a picture: nothing of it is left, nothing else is lost, and it does not come back."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fieldguide.config import read_config
from fieldguide.errors import UnknownNameError
from fieldguide.records import datasets, forgotten, labels, members, questions, versions, votes
from fieldguide.types import Outcome
from fieldguide.workflows import forget_pictures as forgetting
from fieldguide.workflows.forget_pictures import erase_forgotten, find_pictures, forget_pictures
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workflows.train_dataset import METRICS_FILE, train_dataset
from fieldguide.workspace import Workspace

PRIVATE = "a-very-private-name.jpg"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    settings = {"FIELDGUIDE_WORKSPACE": str(tmp_path / "workspace")}
    with Workspace(read_config(settings)) as opened:
        yield opened


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    draw = np.random.default_rng(5)
    for label, colour in (("reds", (200, 40, 40)), ("blues", (40, 40, 200))):
        (folder / label).mkdir(parents=True)
        for number in range(12):
            name = PRIVATE if (label, number) == ("reds", 3) else f"{number}.jpg"
            noise = draw.integers(-40, 40, (64, 64, 3))
            pixels = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / label / name, quality=90)
    return folder


def _secret(pictures: Path) -> bytes:
    return (pictures / "reds" / PRIVATE).read_bytes()


def _all_bytes(root: Path) -> Iterator[tuple[Path, bytes]]:
    for path in root.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


def _traces(root: Path, needles: list[bytes]) -> list[str]:
    return [
        f"{path.relative_to(root)}: {needle[:20]!r}"
        for path, data in _all_bytes(root)
        for needle in needles
        if needle in data
    ]


def _hash(workspace: Workspace, dataset: str) -> str:
    with workspace.records.read() as connection:
        row = datasets.get(connection, dataset)
        return forgotten.hashes_of(connection, row.id, [f"reds/{PRIVATE}"])[0]


def _needles(workspace: Workspace, sha256: str, original: bytes) -> list[bytes]:
    """Give what would betray the picture: parts of its file, its thumbnail, its name."""
    thumbnail = workspace.thumbnails.find(sha256)
    assert thumbnail is not None
    middle = len(original) // 2
    return [
        original[middle : middle + 40],
        thumbnail[len(thumbnail) // 2 :][:40],
        # As a report holds it; from the end, for the tables at the front are the same for all.
        base64.b64encode(thumbnail)[-200:-140],
        PRIVATE.encode(),
    ]


def test_no_byte_is_left_and_versions_and_models_are_named(
    workspace: Workspace, pictures: Path
) -> None:
    import_pictures(workspace, pictures, dataset="colours")
    original = _secret(pictures)
    run = train_dataset(workspace, "colours")
    sha256 = _hash(workspace, "colours")
    _show_in_report(workspace, run.folder, sha256)
    (workspace.root / "exports" / "7").mkdir(parents=True)
    (workspace.root / "exports" / "7" / "labels.csv").write_text(PRIVATE)
    (workspace.root / "uploads" / "u" / "files").mkdir(parents=True)
    (workspace.root / "uploads" / "u" / "files" / "0").write_bytes(original)
    (workspace.root / "cache" / "maps").mkdir(parents=True)
    (workspace.root / "cache" / "maps" / "1.json").write_text(PRIVATE)
    needles = _needles(workspace, sha256, original)
    vector = workspace.root / "cache" / "vectors"
    before = {path: path.stat().st_size for path in vector.rglob("*.f16")}
    # All of it is there to be found, or the search below would prove nothing.
    assert len(_traces(workspace.root, needles)) >= 6

    report = forget_pictures(workspace, [sha256], author="ada", reason="the owner asked")

    assert _traces(workspace.root, needles) == []
    assert {path: path.stat().st_size for path in vector.rglob("*.f16")} == before
    assert report.found.version_names == ["colours version 1"]
    assert report.found.model_names == [f"colours 1 (run {run.run_id})"]
    assert any("Train it again" in note for note in report.notes)
    with workspace.records.read() as connection:
        row = forgotten.all_of(connection)[0]
    assert (row.sha256, row.author, row.reason) == (sha256, "ada", "the owner asked")
    assert row.erased_at is not None
    assert row.models == report.found.model_names


def _show_in_report(workspace: Workspace, folder: Path, sha256: str) -> None:
    """Have the report show the picture, whichever examples were drawn."""
    record: dict[str, Any] = json.loads((folder / METRICS_FILE).read_text())
    record["data"]["classes"][0]["examples"].insert(0, sha256)
    record["mistakes"].append(
        {
            "name": f"reds/{PRIVATE}",
            "sha256": sha256,
            "label": "reds",
            "predicted": "blues",
            "confidence": 0.9,
        }
    )
    forgetting.write_metrics(folder / METRICS_FILE, record)  # type: ignore[arg-type]
    forgetting.write_report(workspace, record, folder / "report.html")  # type: ignore[arg-type]


def test_the_others_are_as_they_were(workspace: Workspace, pictures: Path) -> None:
    import_pictures(workspace, pictures, dataset="colours")
    run = train_dataset(workspace, "colours")
    sha256 = _hash(workspace, "colours")
    with workspace.records.read() as connection:
        dataset = datasets.get(connection, "colours")
        question = questions.of_dataset(connection, dataset.id)[0].id
        before = labels.of_question(connection, question)
        heard = len(list(votes.of_question(connection, question)))
    caches = {path.parent.name: _vectors(path) for path in _indices(workspace)}
    forget_pictures(workspace, [sha256], author="ada")
    with workspace.records.read() as connection:
        after = labels.of_question(connection, question)
        present = members.names_by_hash(connection, dataset.id)
        assert len(list(votes.of_question(connection, question))) == heard - 1
        version = versions.by_number(connection, dataset.id, 1)
        frozen = versions.items(connection, version.id)
    assert sha256 not in present.values()
    assert len(present) == 23
    gone = set(before) - set(after)
    assert len(gone) == 1
    assert all(before[member] == after[member] for member in after)
    assert len(frozen) == 24
    empty = [item for item in frozen if item.sha256 == sha256]
    assert [(item.name, item.label) for item in empty] == [(forgotten.empty_name(gone.pop()), None)]
    for path in _indices(workspace):
        held = _vectors(path)
        was = caches[path.parent.name]
        assert set(was) - set(held) == {sha256}
        assert all(np.array_equal(held[key], was[key]) for key in held)
    again = train_dataset(workspace, "colours")
    assert again.run_id != run.run_id
    assert again.record["data"]["pictures"] == 23


def _indices(workspace: Workspace) -> list[Path]:
    return sorted((workspace.root / "cache" / "vectors").glob("*/index.bin"))


def _vectors(index: Path) -> dict[str, Any]:
    from fieldguide.storage.vectors import VectorCache

    cache = VectorCache.open_any(index.parent)
    assert cache is not None
    known = [key.hex() for key in cache._rows]
    return dict(zip(known, cache.get(known), strict=True))


def test_it_does_not_come_back_by_an_import(workspace: Workspace, pictures: Path) -> None:
    import_pictures(workspace, pictures, dataset="colours")
    sha256 = _hash(workspace, "colours")
    forget_pictures(workspace, [sha256], author="ada")
    report = import_pictures(workspace, pictures, dataset="colours")
    assert report.outcomes[Outcome.FORGOTTEN] == 1
    elsewhere = import_pictures(workspace, pictures, dataset="other")
    assert elsewhere.outcomes[Outcome.FORGOTTEN] == 1
    assert not workspace.images.exists(sha256)
    original = _secret(pictures)
    assert _traces(workspace.root, [original[len(original) // 2 :][:40]]) == []


def test_all_its_names_in_all_datasets_are_forgotten(workspace: Workspace, pictures: Path) -> None:
    (pictures / "blues" / "copy.jpg").write_bytes(_secret(pictures))
    import_pictures(workspace, pictures, dataset="one")
    import_pictures(workspace, pictures, dataset="two")
    found = find_pictures(workspace, "one", [f"reds/{PRIVATE}"])
    assert [(name.dataset, name.name) for name in found.names] == [
        ("one", "blues/copy.jpg"),
        ("one", f"reds/{PRIVATE}"),
        ("two", "blues/copy.jpg"),
        ("two", f"reds/{PRIVATE}"),
    ]
    forget_pictures(workspace, found.hashes, author="ada")
    with workspace.records.read() as connection:
        for name in ("one", "two"):
            present = members.names_by_hash(connection, datasets.get(connection, name).id)
            assert len(present) == 23


def test_what_was_cut_short_is_finished_later(
    workspace: Workspace, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_pictures(workspace, pictures, dataset="colours")
    sha256 = _hash(workspace, "colours")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "_erase_bytes", killed)
        with pytest.raises(KeyboardInterrupt):
            forget_pictures(workspace, [sha256], author="ada")
    assert workspace.images.exists(sha256)
    assert erase_forgotten(workspace) == 1
    assert not workspace.images.exists(sha256)
    assert erase_forgotten(workspace) == 0


def test_an_unknown_name_is_refused_and_nothing_is_lost(
    workspace: Workspace, pictures: Path
) -> None:
    import_pictures(workspace, pictures, dataset="colours")
    with pytest.raises(UnknownNameError, match=r"reds/nothing\.jpg"):
        find_pictures(workspace, "colours", ["reds/nothing.jpg"])


def test_linked_files_and_backups_are_named(workspace: Workspace, pictures: Path) -> None:
    import_pictures(workspace, pictures, dataset="colours", link=True)
    (workspace.root / "fieldguide.db.before-upgrade-from-0002").write_bytes(b"old")
    report = forget_pictures(workspace, [_hash(workspace, "colours")], author="ada")
    assert any(PRIVATE in note and "outside" in note for note in report.notes)
    assert any("before-upgrade-from-0002" in note for note in report.notes)
    assert (pictures / "reds" / PRIVATE).is_file()


def test_foreign_keys_hold_afterwards(workspace: Workspace, pictures: Path) -> None:
    import_pictures(workspace, pictures, dataset="colours")
    train_dataset(workspace, "colours")
    with workspace.records.read() as connection:
        dataset = datasets.get(connection, "colours").id
        assert [q.name for q in questions.of_dataset(connection, dataset)] == ["class"]
    forget_pictures(workspace, [_hash(workspace, "colours")], author="ada")
    with closing(sqlite3.connect(workspace.root / "fieldguide.db")) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_every_table_that_speaks_of_pictures_is_known() -> None:
    from fieldguide.records.schema import metadata

    speaking = {
        table.name
        for table in metadata.sorted_tables
        if any(key.column.table.name == "members" for key in table.foreign_keys)
    }
    handled = {table.name for table in forgotten._OF_A_PICTURE} | {"votes", "version_items"}
    assert speaking == handled
