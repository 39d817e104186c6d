from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

from tests.api.routes.conftest import Group

HUGE = 2**63


def _export(group: Group, query: str = "", **body: Any) -> Any:
    return group["rita"].post(f"{group.path}/exports{query}", {"format": "jsonl", **body})


def test_labels_are_exported_downloaded_and_imported_elsewhere(group: Group) -> None:
    asked = group.ask()
    group.say("ada", asked, group.pictures[0], "rust")
    group.say("ada", asked, group.pictures[1], "miner")
    made = _export(group, f"?question={asked.id}&choice={asked.classes['rust']}")
    assert made.status_code == 201
    path = f"/api/exports/{made.json()['id']}/download"
    assert group["rita"].get(path).status_code == 404
    (job,) = group.work_off()
    assert (job.state, job.result["pictures"]) == ("done", 1)
    file = group["rita"].get(path)
    assert file.status_code == 200
    assert file.headers["cache-control"] == "private, no-store"
    assert "leaves-labels.jsonl" in file.headers["content-disposition"]
    assert b'"ada"' not in file.content
    assert json.loads(file.content.splitlines()[0])["fieldguide"]["filter"] == {
        "question": str(asked.id),
        "choice": str(asked.classes["rust"]),
    }
    sent = group["mia"].send(
        "POST", f"{group.path}/label-imports?name=labels.jsonl", content=file.content
    )
    assert sent.status_code == 201
    (job,) = group.work_off()
    assert (job.state, job.result["pictures"]) == ("done", 1)
    # The dataset knows its own answer again, though the file does not say whose it is.
    assert (job.result["votes"], job.result["outcomes"]) == (0, {"there already": 1})
    named = _export(group, named=True)
    (job,) = group.work_off()
    found = group["rita"].get(f"/api/exports/{named.json()['id']}/download").content
    assert b'"ada"' in found
    (group.workspace.export_folder(job.id) / job.result["file"]).unlink()
    gone = group["rita"].get(f"/api/exports/{job.id}/download")
    assert (gone.status_code, gone.json()["error"]["code"]) == (410, "export_deleted")


def test_what_is_exported_belongs_to_the_dataset(group: Group) -> None:
    foreign = group.ask("moth", "a", foreign=True)
    for name in ("rita", "root"):
        for body in ({"question_ids": [foreign.id]}, {"question_ids": [HUGE - 1]}):
            refused = group[name].post(f"{group.path}/exports", {"format": "csv", **body})
            assert (refused.status_code, refused.json()["error"]["code"]) == (
                404,
                "unknown_question",
            )
        refused = group[name].post(f"{group.path}/exports?question={foreign.id}", {"format": "csv"})
        assert refused.status_code == 404
    for body in (
        {"format": "xls"},
        {"question_ids": [0]},
        {"question_ids": [HUGE]},
        {"question_ids": [1] * 101},
        {"unknown": True},
    ):
        assert _export(group, **body).status_code in {404, 422}, body
    assert _export(group, "?sort=certainty").status_code in {201, 422}
    assert _export(group, "?column=x").status_code == 422


def test_only_reviewers_export_and_only_they_fetch_it(
    group: Group, give_role: Callable[[str, int, Any], None]
) -> None:
    for name in ("ada", "vic"):
        refused = group[name].post(f"{group.path}/exports", {"format": "csv"})
        assert refused.status_code == 403
    made = _export(group).json()
    group.work_off()
    path = f"/api/exports/{made['id']}/download"
    assert group["rita"].get(path).status_code == 200
    assert group["ada"].get(path).status_code == 403
    assert group["sam"].get(path).status_code == 404
    # Whoever asked for it and is no reviewer any more does not get it either.
    give_role("rita", group.dataset_id, "viewer")
    assert group["rita"].get(path).status_code == 403
    give_role("rita", group.dataset_id, None)
    assert group["rita"].get(path).status_code == 404
    # Any other job is no export.
    job = group["mia"].post(f"{group.path}/jobs", {"name": "thumbnails"}).json()
    assert group["mia"].get(f"/api/exports/{job['id']}/download").status_code == 404
    assert group["mia"].get(f"/api/exports/{HUGE - 1}/download").status_code == 404


def test_a_result_that_names_pictures_by_their_labels_is_for_reviewers(group: Group) -> None:
    asked = group.ask()
    group.say("ben", asked, group.pictures[0], "rust")
    made = _export(group, question_ids=[asked.id]).json()
    group.work_off()
    for name, told in (("ada", False), ("vic", False), ("rita", True), ("root", True)):
        job = group[name].get(f"/api/jobs/{made['id']}").json()
        assert (job["result"] is not None) == told
        (listed,) = group[name].get("/api/jobs").json()["items"]
        assert listed == job


def test_files_that_cannot_be_are_refused(group: Group) -> None:
    path = f"{group.path}/label-imports"
    for name in ("", ".", "..", "a/b.csv", "a\\b.csv", "a\nb", "ü" * 121, "x" * 201):
        sent = group["mia"].send("POST", path, params={"name": name}, content=b"x")
        assert sent.status_code == 422, name
    unknown = group["mia"].send("POST", f"{path}?name=a.csv&format=xls", content=b"x")
    assert unknown.status_code == 404
    assert group["rita"].send("POST", f"{path}?name=a.csv", content=b"x").status_code == 403
    assert group.work_off() == []
    for name, content in (("empty.csv", b""), ("noise.csv", b"\xff\xfe\0\0"), ("unpacked", b"PK")):
        sent = group["mia"].send("POST", path, params={"name": name}, content=content)
        assert sent.status_code == 201
        (job,) = group.work_off()
        assert job.state == "failed"
        assert job.error


def test_a_file_that_broke_off_leaves_nothing_behind(group: Group) -> None:
    async def half() -> Any:
        yield b"image,label\n"
        raise ConnectionError

    folder = group.workspace.upload_folder("x").parent
    with contextlib.suppress(ConnectionError):
        group["mia"].send("POST", f"{group.path}/label-imports?name=a.csv", content=half())
    assert not folder.exists() or list(folder.iterdir()) == []
    assert group.work_off() == []


def test_formats_are_listed_with_a_description(group: Group) -> None:
    found = group["vic"].get("/api/label-formats").json()
    assert {"jsonl", "csv", "coco", "label-studio"} <= {known["name"] for known in found}
    assert all(known["description"].endswith(".") for known in found)
