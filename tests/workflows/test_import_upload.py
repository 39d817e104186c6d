from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.workflows.working import work_off

from fieldguide.collect import receiving
from fieldguide.jobs.job import Job
from fieldguide.jobs.jobs import Jobs
from fieldguide.records import datasets, members, uploads
from fieldguide.records.uploads import UploadFile
from fieldguide.workflows.import_upload import MOST_PROBLEMS
from fieldguide.workflows.tasks import TASKS
from fieldguide.workspace import Workspace


def _upload(workspace: Workspace, files: dict[str, bytes], name: str = "first") -> str:
    folder = workspace.upload_folder(name)
    sent = [UploadFile(n, path, len(data)) for n, (path, data) in enumerate(files.items())]

    def work(connection: Any) -> None:
        dataset = datasets.ensure(connection, "leaves", "tests").id
        uploads.add(connection, name, dataset, author="mia", files=sent)

    workspace.records.write(work)
    for file, data in zip(sent, files.values(), strict=True):
        receiving.append(folder, file.number, 0, data, size=file.bytes)
    receiving.assemble(folder, {f.number: (f.name, f.bytes) for f in sent})
    return name


def _import(workspace: Workspace, upload: str) -> Job:
    with Jobs(workspace.jobs_url, TASKS) as jobs:
        jobs.enqueue("import-upload", {"upload_id": upload, "labels_from_folders": True})
    (job,) = work_off(workspace)
    return job


def _names(workspace: Workspace) -> list[str]:
    with workspace.records.read() as connection:
        dataset = datasets.get(connection, "leaves").id
        return [row.name for row in members.of_dataset(connection, dataset)]


def test_every_file_that_is_not_taken_in_is_listed(
    workspace: Workspace, picture: Callable[..., bytes]
) -> None:
    bad = {f"bad/{n:03d}.jpg": b"no picture" for n in range(MOST_PROBLEMS + 5)}
    job = _import(workspace, _upload(workspace, {"good.jpg": picture(1), **bad}))
    assert job.state == "done", job.error
    assert (job.result["taken_in"], job.result["refused"]) == (1, MOST_PROBLEMS + 5)
    listed = [row["name"] for row in job.result["problems"]]
    assert listed == list(bad)[:MOST_PROBLEMS]
    assert _names(workspace) == ["good.jpg"]


def test_a_second_upload_adds_to_the_first(
    workspace: Workspace, picture: Callable[..., bytes]
) -> None:
    _import(workspace, _upload(workspace, {"a/1.jpg": picture(1), "b/1.jpg": picture(2)}))
    # Cameras number alike: another picture of the same name does not take the first one's place.
    second = _upload(workspace, {"a/1.jpg": picture(3), "b/1.jpg": picture(2)}, "second")
    job = _import(workspace, second)
    assert job.state == "done", job.error
    assert job.result["outcomes"] == {"added": 1, "already present": 1}
    assert _names(workspace) == ["a/1.jpg", "a/1.jpg#2", "b/1.jpg"]
    with workspace.records.read() as connection:
        found = uploads.find(connection, second)
    assert found is not None
    assert found.job == str(job.id)
    folder: Path = workspace.upload_folder(second)
    assert not folder.exists()


def test_an_upload_that_nobody_announced_fails(workspace: Workspace) -> None:
    with Jobs(workspace.jobs_url, TASKS) as jobs:
        jobs.enqueue("import-upload", {"upload_id": "none", "labels_from_folders": True})
    (job,) = work_off(workspace)
    assert (job.state, job.error) == ("failed", "upload none")
