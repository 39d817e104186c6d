"""Pictures with secrets in their metadata go every way out; no byte of the secrets goes along."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.api.conftest import Browser, app, browse, empty_database, person, workspace
from tests.pictures import planted
from tests.workflows.working import work_off

from fieldguide.formats.labels.available import FORMATS
from fieldguide.models.faces import is_installed
from fieldguide.records import datasets, members, pictures, privacy
from fieldguide.records.privacy import Privacy
from fieldguide.types import ColumnValue
from fieldguide.workflows.import_pictures import import_pictures
from fieldguide.workflows.look_for_private import last_found
from fieldguide.workflows.train_dataset import train_dataset
from fieldguide.workspace import Workspace

__all__ = ["app", "browse", "empty_database", "person", "workspace"]

NAME = "garden"

# What importing makes of the planted place, in full and to the digit before the last.
EXACT = (b"47.553429", b"47.55343", b"8.735", b"8.7354")


@pytest.fixture
def secretive(workspace: Workspace, class_folders: Path) -> Path:
    """A dataset whose pictures are partly planted, imported from a folder."""
    for number, (name, data) in enumerate(
        (name, data)
        for seed in (3, 4)
        for name, data in planted.all_files(planted.scene(seed)).items()
    ):
        folder = class_folders / ("amber", "blue")[number % 2]
        (folder / f"{number:02d}-{name}").write_bytes(data)
    import_pictures(workspace, class_folders, dataset=NAME)
    return class_folders


@pytest.fixture
def ada(secretive: Path, browse: Callable[..., Browser], person: Callable[..., object]) -> Browser:
    """A maintainer of the dataset, at a browser."""
    del secretive
    person("ada", **{NAME: "maintainer"})
    return browse("ada")


def _dataset_id(workspace: Workspace) -> int:
    with workspace.records.read() as connection:
        return datasets.get(connection, NAME).id


def _opened(data: bytes) -> list[bytes]:
    """Bytes with what is packed in them: archives, and pictures within pages."""
    found = [data]
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found += [archive.read(name) for name in archive.namelist()]
    return found + [base64.b64decode(part) for part in re.findall(rb"base64,([\w+/=]+)", data)]


def _check(data: bytes, *further: bytes) -> None:
    for piece in _opened(data):
        assert not [secret for secret in (*planted.SECRETS, *further) if secret in piece]


def test_the_pictures_of_this_test_hold_secrets(workspace: Workspace, secretive: Path) -> None:
    del secretive
    with workspace.records.read() as connection:
        ids = members.names_by_hash(connection, datasets.get(connection, NAME).id)
    held = b"".join(workspace.read_image(sha) for sha in ids.values())
    assert not [text for text in planted.TEXTS if text not in held]
    assert planted.PLACE in held


def test_originals_stay_as_they_were(workspace: Workspace, secretive: Path, ada: Browser) -> None:
    given = {path.read_bytes() for path in secretive.rglob("*") if path.is_file()}
    _look_at_all(workspace, ada)
    kept = {workspace.images.read(sha) for sha in workspace.images.hashes() if len(sha) == 64}
    assert kept == given


def test_no_route_of_pictures_shows_a_secret(workspace: Workspace, ada: Browser) -> None:
    assert _look_at_all(workspace, ada) == 36 + 24


def _look_at_all(workspace: Workspace, browser: Browser) -> int:
    page = browser.get(f"/api/datasets/{_dataset_id(workspace)}/pictures").json()["items"]
    for item in page:
        for kind in ("image", "thumbnail"):
            answer = browser.get(f"/api/pictures/{item['id']}/{kind}/{item['sha256']}")
            assert answer.status_code == 200, answer.text
            assert answer.headers["content-type"].startswith("image/")
            _check(answer.content)
    return len(page)


def test_a_viewer_sees_no_exact_place_and_a_maintainer_does(
    workspace: Workspace,
    ada: Browser,
    browse: Callable[..., Browser],
    person: Callable[..., object],
) -> None:
    person("vera", **{NAME: "viewer"})
    vera = browse("vera")
    with workspace.records.read() as connection:
        held = _placed(workspace)
        assert pictures.values_of(connection, held)["latitude"] == pytest.approx(47.553429)
    _check(vera.get(f"/api/pictures/{held}").content, *EXACT)
    assert vera.get(f"/api/pictures/{held}").json()["columns"]["latitude"] == 47.6
    assert ada.get(f"/api/pictures/{held}").json()["columns"]["latitude"] > 47.55
    _check(vera.get(f"/api/datasets/{_dataset_id(workspace)}/columns").content, *EXACT)


def _placed(workspace: Workspace) -> int:
    """A picture that has a place."""
    with workspace.records.read() as connection:
        dataset = datasets.get(connection, NAME).id
        page = pictures.page(connection, dataset, pictures.PictureFilter(), after=None, limit=500)
        columns = pictures.values_of_members(connection, [row.id for row in page])
    return next(member for member, values in columns.items() if "latitude" in values)


@pytest.mark.parametrize("format_name", [known.NAME for known in FORMATS])
def test_no_export_holds_a_secret(workspace: Workspace, ada: Browser, format_name: str) -> None:
    dataset = _dataset_id(workspace)
    # What is filtered by is said in the export.
    asked = ada.post(
        f"/api/datasets/{dataset}/exports", {"format": format_name, "with_pictures": True}
    )
    assert asked.status_code == 201, asked.text
    (job,) = work_off(workspace)
    assert job.state == "done", job.error
    data = ada.get(f"/api/exports/{job.id}/download").content
    _check(data, *EXACT, b"SN-")
    carried = [piece for piece in _opened(data)[1:] if piece[:3] == b"\xff\xd8\xff"]
    said = " ".join(job.result["notes"])
    assert "rounded to 1 decimal" in said
    assert ("without their metadata" in said) == bool(carried)
    if format_name in {"csv", "jsonl"}:
        assert any(b"47.6" in piece for piece in _opened(data))


def test_a_filter_by_a_place_is_not_told(workspace: Workspace, ada: Browser) -> None:
    asked = ada.post(
        f"/api/datasets/{_dataset_id(workspace)}/exports?column=latitude:47.5534291667",
        {"format": "jsonl"},
    )
    assert asked.status_code == 201, asked.text
    (job,) = work_off(workspace)
    _check(ada.get(f"/api/exports/{job.id}/download").content, *EXACT)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Privacy(coordinates="exact"), "47.5534"),
        (Privacy(coordinates="coarse", decimals=2), "47.55"),
        (Privacy(coordinates="removed"), None),
        (Privacy(columns_kept_back=("latitude",)), None),
    ],
)
def test_coordinates_leave_as_the_settings_say(
    workspace: Workspace, ada: Browser, rules: Privacy, expected: str | None
) -> None:
    dataset = _dataset_id(workspace)
    workspace.records.write(lambda c: privacy.change(c, dataset, rules))
    ada.post(f"/api/datasets/{dataset}/exports", {"format": "csv"})
    (job,) = work_off(workspace)
    text = b"".join(_opened(ada.get(f"/api/exports/{job.id}/download").content)).decode(
        "utf-8", "replace"
    )
    assert ("47.5" in text) == (expected is not None)
    assert expected is None or expected in text


def test_an_export_that_comes_back_leaves_the_places_exact(
    workspace: Workspace, ada: Browser
) -> None:
    dataset = _dataset_id(workspace)

    def columns() -> dict[int, dict[str, ColumnValue]]:
        with workspace.records.read() as connection:
            page = pictures.page(
                connection, dataset, pictures.PictureFilter(), after=None, limit=500
            )
            return pictures.values_of_members(connection, [row.id for row in page])

    before = columns()
    ada.post(f"/api/datasets/{dataset}/exports", {"format": "jsonl"})
    (job,) = work_off(workspace)
    data = ada.get(f"/api/exports/{job.id}/download").content
    assert b"47.6" in data
    sent = ada.post(
        f"/api/datasets/{dataset}/label-imports?name=back.jsonl",
        content=data,
        headers={"Content-Type": "application/octet-stream"},
    )
    assert sent.status_code == 201, sent.text
    (job,) = work_off(workspace)
    assert job.state == "done", job.error
    assert columns() == before


@pytest.mark.slow
def test_neither_report_nor_model_holds_a_secret(workspace: Workspace, secretive: Path) -> None:
    del secretive
    run = train_dataset(workspace, NAME)
    folder = workspace.run_folder(run.run_id)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"report.html", "model.onnx", "metrics.json"} <= {path.name for path in files}
    assert len(_opened((folder / "report.html").read_bytes())) > 10
    for path in files:
        _check(path.read_bytes(), *EXACT)


def test_what_was_found_is_counted(workspace: Workspace, ada: Browser) -> None:
    address = f"/api/datasets/{_dataset_id(workspace)}/privacy"
    assert ada.get(address).json()["found"] is None
    assert ada.post(f"{address}/look").status_code == 201
    (job,) = work_off(workspace)
    assert job.state == "done", job.error
    found = ada.get(address).json()["found"]
    # All planted files but the two of BMP tell a place.
    assert (found["pictures"], found["counts"]["place"], found["unread"]) == (60, 22, 0)
    assert found["counts"]["leftover"] >= 2
    assert last_found(workspace, _dataset_id(workspace) + 1) is None


@pytest.mark.skipif(is_installed(), reason="the extra is there")
def test_faces_are_not_left_as_they_are_where_nothing_can_find_them(
    workspace: Workspace, ada: Browser
) -> None:
    dataset = _dataset_id(workspace)
    answer = ada.patch(f"/api/datasets/{dataset}/privacy", {"faces": "blurred"})
    assert answer.status_code == 409
    assert "fieldguide[faces]" in answer.text
    # Set where the extra was, and opened where it is not: nothing is shown.
    workspace.records.write(lambda c: privacy.change(c, dataset, Privacy(faces="blurred")))
    item = ada.get(f"/api/datasets/{dataset}/pictures").json()["items"][0]
    for kind in ("image", "thumbnail"):
        shown = ada.get(f"/api/pictures/{item['id']}/{kind}/{item['sha256']}")
        assert shown.status_code == 501
