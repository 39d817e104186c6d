from __future__ import annotations

from tests.api.routes.conftest import Group

from fieldguide.records import members
from fieldguide.records.members import NewMember


def test_pictures_go_to_the_trash_and_come_back(group: Group) -> None:
    asked = group.ask()
    a, b, c = group.pictures[:3]
    group.say("ada", asked, a, "rust")
    rita = group["rita"]
    assert rita.get(f"{group.path}/trash").json() == {"items": [], "next": None, "total": 0}
    body = {"picture_ids": [a, b, group.foreign_pictures[0]], "reason": " blurred "}
    headers = {"Idempotency-Key": "one-request"}
    for _ in range(2):
        moved = rita.post(f"{group.path}/trash", body, headers=headers)
        assert moved.json() == {"picture_ids": [a, b]}
    rita.post(f"{group.path}/trash", {"picture_ids": [c]})
    first = rita.get(f"{group.path}/trash", params={"limit": 2}).json()
    assert first["total"] == 3
    assert [(p["id"], p["author"], p["reason"]) for p in first["items"]] == [
        (c, "rita", ""),
        (b, "rita", "blurred"),
    ]
    rest = rita.get(f"{group.path}/trash", params={"limit": 2, "after": first["next"]}).json()
    assert ([p["id"] for p in rest["items"]], rest["next"]) == ([a], None)
    total = rita.get(f"{group.path}/pictures/marks").json()["total"]
    assert total == len(group.pictures) - 3
    back = rita.post(f"{group.path}/trash/restore", {"picture_ids": [a, 4711]})
    assert back.json() == {"picture_ids": [a]}
    shown = rita.get(f"{group.path}/pictures", params={"question": asked.id, "text": "00.jpg"})
    assert shown.json()["items"][0]["label"]["choice_ids"] == [asked.classes["rust"]]


def test_a_name_that_is_taken_is_said(group: Group) -> None:
    a = group.pictures[0]
    rita = group["rita"]
    rita.post(f"{group.path}/trash", {"picture_ids": [a]})
    with group.workspace.records.read() as connection:
        place = members.place(connection, group.pictures[1])
    assert place is not None
    new = NewMember("00.jpg", place.sha256)
    group.workspace.records.write(lambda c: members.add(c, group.dataset_id, [new]))
    answer = rita.post(f"{group.path}/trash/restore", {"picture_ids": [a]})
    assert answer.status_code == 422
    assert "'00.jpg'" in answer.json()["error"]["message"]
