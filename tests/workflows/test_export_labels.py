from __future__ import annotations

import json
import os
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from tests.label.conftest import Site, site
from tests.workflows.working import work_off

from fieldguide.formats.labels.available import FORMATS
from fieldguide.jobs.job import KEPT_DAYS, Job
from fieldguide.jobs.jobs import Jobs
from fieldguide.records import images, labels, members
from fieldguide.records.images import ImageRow
from fieldguide.records.members import NewMember
from fieldguide.records.pictures import PictureFilter
from fieldguide.workflows.export_labels import ExportOrder
from fieldguide.workflows.tasks import TASKS

__all__ = ["site"]


def _export(site: Site, format_name: str, **more: Any) -> Job:
    order = ExportOrder(site.dataset_id, format_name, **more)
    with Jobs(site.workspace.jobs_url, TASKS) as jobs:
        jobs.enqueue("export-labels", {"order": order.as_json()})
    (job,) = work_off(site.workspace)
    return job


def test_an_order_survives_the_table_of_jobs() -> None:
    order = ExportOrder(
        3,
        "csv",
        question_ids=(1, 2),
        named=True,
        wanted=PictureFilter(question_id=1, choice_ids=(4, 5), columns={"a": "b"}, sort="added"),
        stated={"choice": "4, 5"},
    )
    assert ExportOrder.from_json(json.loads(json.dumps(order.as_json()))) == order
    assert ExportOrder.from_json(ExportOrder(3, "csv").as_json()) == ExportOrder(3, "csv")


def test_exports_whose_jobs_are_forgotten_are_deleted(site: Site) -> None:
    first, second = _export(site, "jsonl"), _export(site, "jsonl")
    old, young = (site.workspace.export_folder(job.id) for job in (first, second))
    days = time.time() - (KEPT_DAYS + 1) * 86_400
    os.utime(old, (days, days))
    assert _export(site, "jsonl").state == "done"
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.parametrize("format_name", [known.NAME for known in FORMATS])
def test_every_format_gives_one_file_to_download(
    site: Site, format_name: str, picture: Callable[..., bytes]
) -> None:
    def with_bytes(connection: sa.Connection) -> list[int]:
        members.set_aside(connection, site.dataset_id, [f"{n:02d}.jpg" for n in range(12)])
        new = []
        for seed in range(4):
            data = picture(seed)
            sha = site.workspace.images.put(data)
            images.add(connection, [ImageRow(sha, len(data), "JPEG", "RGB", 96, 96, seed)])
            new.append(NewMember(f"{seed}.jpg", sha))
        ids = members.add(connection, site.dataset_id, new)
        labels.refresh(connection, site.question_id, list(ids.values()))
        return list(ids.values())

    for place, member in enumerate(site.workspace.records.write(with_bytes)):
        site.say("ada", member, ("rust", "miner")[place % 2])
    job = _export(site, format_name, question_ids=(site.question_id,))
    assert job.state == "done", job.error
    folder = site.workspace.export_folder(job.id)
    assert [path.name for path in folder.iterdir()] == [job.result["file"]]
    assert (folder / job.result["file"]).stat().st_size == job.result["bytes"] > 0
    if job.result["file"].endswith(".zip"):
        with zipfile.ZipFile(folder / job.result["file"]) as archive:
            assert archive.testzip() is None
            assert archive.namelist()
    assert job.result["file"].startswith("leaves-labels")


def test_a_filter_narrows_the_pictures_and_stands_in_the_manifest(site: Site) -> None:
    rust = site.choice("rust")
    for place, picture in enumerate(site.pictures[:6]):
        site.say("ada", picture, ("rust", "miner")[place % 2])
    job = _export(
        site,
        "jsonl",
        question_ids=(site.question_id,),
        wanted=PictureFilter(question_id=site.question_id, choice_ids=(rust,)),
        stated={"question": str(site.question_id), "choice": str(rust)},
    )
    assert job.result["pictures"] == 3
    path = site.workspace.export_folder(job.id) / job.result["file"]
    manifest, *rows, _ = [json.loads(line) for line in path.read_text().splitlines()]
    assert manifest["fieldguide"]["filter"]["choice"] == str(rust)
    assert [row["name"] for row in rows] == ["00.jpg", "02.jpg", "04.jpg"]
    assert "ada" not in path.read_text()


def test_a_dataset_without_answers_exports_too(site: Site) -> None:
    job = _export(site, "csv", wanted=PictureFilter(text="nothing like it"))
    assert (job.state, job.result["pictures"]) == ("done", 0)


def test_votes_stand_in_the_order_in_which_they_were_recorded(site: Site) -> None:
    picture = site.pictures[0]
    for name in ("rust", "miner", "healthy"):
        site.say("ada", picture, name)
    job = _export(site, "jsonl", question_ids=(site.question_id,), named=True)
    path = site.workspace.export_folder(job.id) / job.result["file"]
    first = json.loads(path.read_text().splitlines()[1])
    assert [vote["choices"] for vote in first["votes"]] == [["rust"], ["miner"], ["healthy"]]
