from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.api.routes.conftest import Group

from fieldguide.collect import receiving
from fieldguide.jobs.jobs import Jobs
from fieldguide.workflows.tasks import TASKS

PIECE = 1000


def _announce(group: Group, files: dict[str, bytes], **options: Any) -> Any:
    body = {"files": [{"name": name, "size": len(data)} for name, data in files.items()]}
    return group["mia"].post(f"{group.path}/uploads", body, **options)


def _send(group: Group, upload: str, number: int, data: bytes, offset: int = 0) -> Any:
    path = f"/api/uploads/{upload}/files/{number}?offset={offset}"
    return group["mia"].put(path, content=data)


def _send_all(group: Group, files: dict[str, bytes]) -> str:
    upload: str = _announce(group, files).json()["id"]
    for number, data in enumerate(files.values()):
        for offset in range(0, len(data), PIECE):
            sent = _send(group, upload, number, data[offset : offset + PIECE], offset)
            assert sent.status_code == 200, sent.text
    return upload


@pytest.fixture
def folder(picture: Callable[..., bytes]) -> dict[str, bytes]:
    return {
        "trip/daisy/1.jpg": picture(1),
        "trip/daisy/2.jpg": picture(2),
        "trip/rose/größe 写真.png": picture(3, format_="PNG"),
        "trip/rose/empty.jpg": b"",
        "trip/rose/broken.jpg": picture(4)[:400],
        "trip/rose/notes.txt": b"not a picture",
        "trip/rose/again.jpg": picture(1),
    }


def test_a_folder_is_sent_imported_and_shown(group: Group, folder: dict[str, bytes]) -> None:
    upload = _send_all(group, folder)
    shown = group["mia"].get(f"/api/uploads/{upload}").json()
    assert [file["received"] for file in shown["files"]] == [len(d) for d in folder.values()]
    finish = f"/api/uploads/{upload}/finish"
    first = group["mia"].post(finish, {}).json()
    assert group["mia"].post(finish, {}).json()["id"] == first["id"]
    (job,) = group.work_off()
    assert (job.id, job.state) == (first["id"], "done")
    result = group["mia"].get(f"/api/jobs/{job.id}").json()["result"]
    assert result["outcomes"]["added"] == 3
    assert result["outcomes"]["duplicate of another name"] == 1
    assert (result["taken_in"], result["refused"]) == (4, 3)
    problems = {row["name"]: row["outcome"] for row in result["problems"]}
    assert problems == {
        "rose/empty.jpg": problems["rose/empty.jpg"],
        "rose/broken.jpg": "broken",
        "rose/notes.txt": "not an image",
    }
    assert all(row["reason"] for row in result["problems"])
    # The folder's own name is no class; the folders in it are.
    pictures = group["vic"].get(f"{group.path}/pictures?text=se/").json()["items"]
    assert [item["name"] for item in pictures] == ["rose/again.jpg", "rose/größe 写真.png"]
    questions = group["vic"].get(f"{group.path}/questions").json()
    asked = next(q for q in questions if q["name"] == "class")
    assert {choice["name"] for choice in asked["choices"]} == {"daisy", "rose"}
    thumbnail = f"/api/pictures/{pictures[0]['id']}/thumbnail/{pictures[0]['sha256']}"
    assert group["vic"].get(thumbnail).status_code == 200
    # What was sent is gone, and the upload says that it is finished, to whoever asks again.
    assert not group.workspace.upload_folder(upload).exists()
    after = group["mia"].get(f"/api/uploads/{upload}").json()
    assert (after["finished"], after["job"]) == (True, job.id)
    assert group["mia"].post(finish, {}).json()["id"] == job.id
    late = _send(group, upload, 0, b"x")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "upload_finished")
    assert group.work_off() == []


def test_labels_are_taken_from_folders_only_if_asked(
    group: Group, picture: Callable[..., bytes]
) -> None:
    upload = _send_all(group, {"daisy/1.jpg": picture(1), "rose/2.jpg": picture(2)})
    group["mia"].post(f"/api/uploads/{upload}/finish", {"labels_from_folders": False})
    (job,) = group.work_off()
    assert job.state == "done"
    questions = group["vic"].get(f"{group.path}/questions").json()
    assert next(q for q in questions if q["name"] == "class")["choices"] == []


def test_an_upload_in_which_nothing_is_a_picture_fails_in_words(group: Group) -> None:
    upload = _send_all(group, {"notes.txt": b"not a picture"})
    group["mia"].post(f"/api/uploads/{upload}/finish", {})
    (job,) = group.work_off()
    assert job.state == "failed"
    assert "'notes.txt': not an image" in str(job.error)


def test_a_broken_connection_costs_nothing(group: Group) -> None:
    upload = _announce(group, {"a.jpg": b"x" * 10}).json()["id"]
    assert _send(group, upload, 0, b"abcd").json() == {"received": 4}
    for offset, piece in ((5, b"fg"), (2, b"cde")):
        refused = _send(group, upload, 0, piece, offset)
        assert refused.status_code == 409
        assert refused.json()["error"]["code"] == "wrong_offset"
        assert refused.json()["error"]["details"] == {"received": 4}
    assert _send(group, upload, 0, b"abcd").json() == {"received": 4}
    too_much = _send(group, upload, 0, b"1234567", 4)
    assert (too_much.status_code, too_much.json()["error"]["code"]) == (422, "invalid_input")
    assert group["mia"].get(f"/api/uploads/{upload}").json()["files"][0]["received"] == 4
    early = group["mia"].post(f"/api/uploads/{upload}/finish", {})
    assert early.status_code in {409, 422}
    assert "not complete yet: 'a.jpg'" in early.json()["error"]["message"]
    for offset in (-1, 2**63, "x"):
        assert _send(group, upload, 0, b"", offset).status_code == 422  # type: ignore[arg-type]
    for number in (1, 20_000):
        missing = _send(group, upload, number, b"x")
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "unknown_file")
    assert _send(group, upload, -1, b"x").status_code == 422
    assert _send(group, upload, 20_001, b"x").status_code == 422


def test_a_piece_larger_than_the_limit_is_not_read(group: Group) -> None:
    upload = _announce(group, {"a.jpg": b""}).json()["id"]
    sent = _send(group, upload, 0, bytes(16_000_001))
    assert sent.status_code == 413
    assert group["mia"].get(f"/api/uploads/{upload}").json()["files"][0]["received"] == 0


@pytest.mark.parametrize(
    "name", ["../a.jpg", "/etc/passwd", "a\\b.jpg", "a//b", "..", "a\u0001", "x" * 1001, ""]
)
def test_hostile_names_are_refused(group: Group, name: str) -> None:
    body = {"files": [{"name": name, "size": 1}]}
    assert group["mia"].post(f"{group.path}/uploads", body).status_code == 422


def test_what_is_too_large_or_too_much_is_refused_at_once(group: Group) -> None:
    path = f"{group.path}/uploads"
    limit = group.workspace.config.max_file_bytes
    large = group["mia"].post(path, {"files": [{"name": "a.jpg", "size": limit + 1}]})
    assert (large.status_code, large.json()["error"]["code"]) == (413, "file_too_large")
    for size in (-1, 2**63, 1.5, None):
        body = {"files": [{"name": "a.jpg", "size": size}]}
        assert group["mia"].post(path, body).status_code == 422
    assert group["mia"].post(path, {"files": []}).status_code == 422
    many = {"files": [{"name": f"{n}.jpg", "size": 1} for n in range(20_001)]}
    assert group["mia"].post(path, many).status_code == 422
    twice = {"files": [{"name": "a.jpg", "size": 1}, {"name": "A.jpg", "size": 1}]}
    assert group["mia"].post(path, twice).status_code == 422


def test_an_upload_announced_again_is_the_same_one(group: Group) -> None:
    key = {"Idempotency-Key": "the-same"}
    ids = {_announce(group, {"a.jpg": b"x"}, headers=key).json()["id"] for _ in range(3)}
    assert len(ids) == 1


def test_an_upload_is_for_the_maintainers_of_its_dataset(group: Group) -> None:
    upload = _announce(group, {"a.jpg": b"x"}).json()["id"]
    path = f"/api/uploads/{upload}"
    for name, status in (("rita", 403), ("ada", 403), ("sam", 404)):
        assert group[name].get(path).status_code == status
        assert group[name].put(f"{path}/files/0", content=b"x").status_code == status
        assert group[name].post(f"{path}/finish", {}).status_code == status
    for unknown in ("0" * 32, "..", "%2e%2e%2fimages"):
        assert group["mia"].get(f"/api/uploads/{unknown}").status_code == 404
    assert group["root"].get(path).status_code == 200


def test_a_finish_that_was_cut_short_finds_its_job_again(
    group: Group, picture: Callable[..., bytes]
) -> None:
    upload = _send_all(group, {"a.jpg": picture(1)})
    folder = group.workspace.upload_folder(upload)
    receiving.assemble(folder, {0: ("a.jpg", len(picture(1)))})
    # As when the server dies between asking for the job and noting it.
    with Jobs(group.workspace.jobs_url, TASKS) as jobs:
        first = jobs.enqueue(
            "import-upload",
            {"upload_id": upload, "labels_from_folders": True},
            asked_by="mia",
            dataset=group.dataset_id,
            key=f"import-upload:{upload}",
        )
    (job,) = group.work_off()
    assert job.state == "done"
    again = group["mia"].post(f"/api/uploads/{upload}/finish", {})
    assert again.json()["id"] == first.id


def test_a_file_that_never_came_can_be_left_out(
    group: Group, picture: Callable[..., bytes]
) -> None:
    first = picture(1)
    upload = _announce(group, {"1.jpg": first, "2.jpg": picture(2)}).json()["id"]
    _send(group, upload, 0, first)
    finish = f"/api/uploads/{upload}/finish"
    unknown = group["mia"].post(finish, {"without": [2]})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "invalid_input")
    assert group["mia"].post(finish, {"without": [1]}).status_code == 200
    (job,) = group.work_off()
    assert (job.state, job.result["taken_in"]) == ("done", 1)
