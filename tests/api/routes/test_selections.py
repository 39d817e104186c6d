from __future__ import annotations

from tests.api.routes.conftest import Group


def test_a_selection_narrows_the_grid(group: Group) -> None:
    wanted = [group.pictures[4], group.pictures[2]]
    made = group["vic"].post(f"{group.path}/selections", {"picture_ids": wanted})
    assert (made.status_code, made.json()["count"]) == (201, 2)
    number = made.json()["id"]
    page = group["rita"].get(f"{group.path}/pictures?selection={number}").json()
    assert [item["id"] for item in page["items"]] == sorted(wanted)
    marks = group["rita"].get(f"{group.path}/pictures/marks?selection={number}").json()
    assert marks["total"] == 2
    held = group["vic"].get(f"{group.path}/selections/{number}").json()
    assert held == {"picture_ids": sorted(wanted)}


def test_pictures_of_other_datasets_are_left_out(group: Group) -> None:
    ids = [group.pictures[0], *group.foreign_pictures, 10**9]
    made = group["vic"].post(f"{group.path}/selections", {"picture_ids": ids}).json()
    assert made["count"] == 1


def test_a_selection_belongs_to_its_dataset(group: Group) -> None:
    own = group["vic"].post(f"{group.path}/selections", {"picture_ids": group.pictures}).json()
    for path in (f"/selections/{own['id']}", f"/pictures?selection={own['id']}"):
        answer = group["sam"].get(group.foreign_path + path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_selection")


def test_annotators_see_their_own_only(group: Group) -> None:
    body = {"picture_ids": group.pictures[:2]}
    other = group["rita"].post(f"{group.path}/selections", body).json()["id"]
    mine = group["ada"].post(f"{group.path}/selections", body).json()["id"]
    assert group["ada"].get(f"{group.path}/pictures?selection={other}").status_code == 404
    assert group["ada"].get(f"{group.path}/selections/{other}").status_code == 404
    assert group["ada"].get(f"{group.path}/pictures?selection={mine}").status_code == 200


def test_an_empty_selection_is_refused(group: Group) -> None:
    assert group["vic"].post(f"{group.path}/selections", {"picture_ids": []}).status_code == 422
