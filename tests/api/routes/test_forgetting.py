from __future__ import annotations

import sqlalchemy as sa
from tests.api.routes.conftest import Group

from fieldguide.records import forgotten, members
from fieldguide.records.members import NewMember


def _also_in_moths(group: Group, picture: int) -> None:
    def work(connection: sa.Connection) -> None:
        place = members.place(connection, picture)
        assert place is not None
        members.add(connection, group.foreign_id, [NewMember("private-moth.jpg", place.sha256)])

    group.workspace.records.write(work)


def test_a_preview_changes_nothing_and_the_job_deletes(group: Group) -> None:
    asked = group.ask()
    picture = group.pictures[0]
    group.say("ada", asked, picture, "rust")
    body = {"picture_ids": [picture]}
    seen = group["mia"].post(f"{group.path}/forget/preview", body).json()
    assert seen["votes"] == 1
    assert [name["name"] for name in seen["names"]] == ["00.jpg"]
    assert seen["allowed"]
    assert group["mia"].get(f"/api/pictures/{picture}").status_code == 200
    sent = group["mia"].post(f"{group.path}/forget", {**body, "reason": "she asked"})
    assert sent.status_code == 201, sent.text
    assert [job.state for job in group.work_off()] == ["done"]
    with group.workspace.records.read() as connection:
        rows = forgotten.all_of(connection)
    assert [(row.author, row.reason) for row in rows] == [("mia", "she asked")]
    names = [p["name"] for p in group["vic"].get(f"{group.path}/pictures").json()["items"]]
    assert "00.jpg" not in names
    assert len(names) == 11


def test_what_others_have_is_not_shown_and_not_forgotten(group: Group) -> None:
    picture = group.pictures[0]
    _also_in_moths(group, picture)
    body = {"picture_ids": [picture]}
    seen = group["mia"].post(f"{group.path}/forget/preview", body)
    assert "moth" not in seen.text
    assert (seen.json()["hidden_datasets"], seen.json()["allowed"]) == (1, False)
    refused = group["mia"].post(f"{group.path}/forget", body)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "also_elsewhere"
    assert "moth" not in refused.text
    assert group["root"].post(f"{group.path}/forget", body).status_code == 201


def test_pictures_of_another_dataset_are_not_found(group: Group) -> None:
    body = {"picture_ids": [group.foreign_pictures[0]]}
    assert group["mia"].post(f"{group.path}/forget/preview", body).status_code == 404
    assert group["mia"].post(f"{group.path}/forget", body).status_code == 404
