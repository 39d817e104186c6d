from __future__ import annotations

from fieldguide.records import datasets, uploads
from fieldguide.records.uploads import UploadFile
from fieldguide.workspace import Workspace


def test_an_upload_is_found_with_its_files_and_finished(workspace: Workspace) -> None:
    write = workspace.records.write
    dataset = write(lambda c: datasets.ensure(c, "leaves", "tests").id)
    files = [UploadFile(n, f"a/{n}.jpg", n) for n in range(1203)]
    write(lambda c: uploads.add(c, "u1", dataset, author="mia", files=files))
    write(lambda c: uploads.add(c, "u2", dataset, author="mia", files=[]))
    with workspace.records.read() as connection:
        assert uploads.files(connection, "u1") == files
        assert uploads.files(connection, "u2") == uploads.files(connection, "u3") == []
        assert uploads.file(connection, "u1", 1202) == files[1202]
        assert uploads.file(connection, "u1", 1203) is None
        assert uploads.file(connection, "u2", 0) is None
        assert uploads.find(connection, "u3") is None
        begun = uploads.find(connection, "u1")
    assert begun is not None
    assert (begun.dataset_id, begun.author, begun.finished_at, begun.job) == (
        dataset,
        "mia",
        None,
        None,
    )
    write(lambda c: uploads.finish(c, "u1", "17"))
    with workspace.records.read() as connection:
        finished, other = uploads.find(connection, "u1"), uploads.find(connection, "u2")
    assert finished is not None
    assert finished.job == "17"
    assert finished.finished_at is not None
    assert other is not None
    assert other.job is None
