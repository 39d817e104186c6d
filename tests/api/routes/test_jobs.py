from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.api.routes.conftest import Group

from fieldguide.jobs.jobs import Jobs
from fieldguide.workflows.tasks import TASKS

HUGE = 2**63


@pytest.fixture
def jobs(group: Group) -> Any:
    with Jobs(group.workspace.jobs_url, TASKS) as opened:
        yield opened


def _ids(group: Group, name: str, query: str = "") -> list[int]:
    return [job["id"] for job in group[name].get(f"/api/jobs{query}").json()["items"]]


def test_each_sees_the_jobs_of_their_datasets(
    group: Group, jobs: Jobs, give_role: Callable[[str, int, Any], None]
) -> None:
    own = jobs.enqueue(
        "thumbnails", {"dataset_id": group.dataset_id}, asked_by="mia", dataset=group.dataset_id
    ).id
    foreign = jobs.enqueue(
        "thumbnails", {"dataset_id": group.foreign_id}, asked_by="ada", dataset=group.foreign_id
    ).id
    free = jobs.enqueue("thumbnails", {"dataset_id": group.dataset_id}, asked_by="ada").id
    assert _ids(group, "vic") == [own]
    # To have asked for it is not enough: the role may have been taken away since.
    assert _ids(group, "ada") == [free, own]
    assert _ids(group, "sam") == [foreign]
    assert _ids(group, "root") == [free, foreign, own]
    assert group["ada"].get(f"/api/jobs/{foreign}").status_code == 404
    assert group["ada"].get(f"/api/jobs/{free}").status_code == 200
    assert group["ben"].get(f"/api/jobs/{free}").status_code == 404
    assert _ids(group, "ada", f"?dataset={group.foreign_id}") == []
    give_role("vic", group.dataset_id, None)
    assert _ids(group, "vic") == []
    missing = group["vic"].get(f"/api/jobs/{HUGE - 1}").json()["error"]
    assert missing == {
        **group["vic"].get(f"/api/jobs/{own}").json()["error"],
        "message": missing["message"],
    }


def test_jobs_come_page_after_page(group: Group, jobs: Jobs) -> None:
    places = [group.dataset_id, group.foreign_id, group.foreign_id] * 4
    ids = [jobs.enqueue("thumbnails", {"dataset_id": d}, dataset=d).id for d in places]
    mine = [i for i, d in zip(ids, places, strict=True) if d == group.dataset_id][::-1]
    found, after = [], ""
    while True:
        page = group["vic"].get(f"/api/jobs?limit=3{after}").json()
        found += [job["id"] for job in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == mine
    assert page["has_worker"] is False
    assert _ids(group, "vic", "?state=done") == []
    for query in ("limit=0", "limit=201", "state=lost", "after=0", f"after={HUGE}", "dataset=-1"):
        assert group["vic"].get(f"/api/jobs?{query}").status_code == 422, query


def test_jobs_are_steered_by_maintainers(group: Group) -> None:
    made = group["mia"].post(f"{group.path}/jobs", {"name": "thumbnails"})
    assert made.status_code == 201
    path = f"/api/jobs/{made.json()['id']}"
    for name, status in (("rita", 403), ("vic", 403), ("sam", 404)):
        assert group[name].post(f"{path}/pause").status_code == status
    states = [
        group["mia"].post(f"{path}/{verb}").json()["state"]
        for verb in ("pause", "resume", "cancel", "retry")
    ]
    assert states == ["paused", "queued", "cancelled", "queued"]
    assert group["mia"].post(f"{path}/retry").status_code >= 400
    # The pictures of this dataset have no bytes, which the job says and goes on.
    (job,) = group.work_off()
    assert (job.state, len(job.result["failed"])) == ("done", 12)
    ended = group["mia"].post(f"{path}/pause")
    assert 400 <= ended.status_code < 500
    assert "done" in ended.json()["error"]["message"]
    for body in ({"name": "import-upload"}, {"name": "weigh-annotators"}, {}):
        assert group["mia"].post(f"{group.path}/jobs", body).status_code == 422


def test_reviewers_steer_their_own_exports(
    group: Group, give_role: Callable[[str, int, Any], None]
) -> None:
    made = group["rita"].post(f"{group.path}/exports", {"format": "csv"}).json()
    path = f"/api/jobs/{made['id']}"
    assert group["rita"].post(f"{path}/cancel").json()["state"] == "cancelled"
    assert group["mia"].post(f"{path}/retry").json()["state"] == "queued"
    assert group["rita"].post(f"{path}/cancel").json()["state"] == "cancelled"
    # To let it go on would be an export; that needs the role as it is now.
    give_role("rita", group.dataset_id, "annotator")
    assert group["rita"].post(f"{path}/retry").status_code == 403
    give_role("rita", group.dataset_id, None)
    assert group["rita"].post(f"{path}/retry").status_code == 404
