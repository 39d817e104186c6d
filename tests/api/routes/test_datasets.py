from __future__ import annotations

from tests.api.routes.conftest import Group, add_pictures

from fieldguide.records import datasets
from fieldguide.workspace import Workspace


def test_each_sees_the_datasets_in_which_they_have_a_role(group: Group) -> None:
    assert {
        name: [d["name"] for d in group[name].get("/api/datasets").json()["items"]]
        for name in ("vic", "sam", "root")
    } == {
        "vic": ["leaves"],
        "sam": ["moths"],
        "root": ["leaves", "moths"],
    }
    own = group["ada"].get(group.path).json()
    assert (own["name"], own["pictures"], own["role"]) == ("leaves", 12, "annotator")
    assert group["root"].get(group.path).json()["role"] == "maintainer"
    assert group["ada"].get(group.foreign_path).status_code == 404


def test_who_makes_a_dataset_maintains_it(group: Group) -> None:
    key = {"Idempotency-Key": "the-same"}
    for _ in range(2):
        made = group["ada"].post("/api/datasets", {"name": " Käfer 写真 "}, headers=key)
        assert made.status_code == 201
    assert (made.json()["name"], made.json()["role"]) == ("Käfer 写真", "maintainer")
    questions = group["ada"].get(f"/api/datasets/{made.json()['id']}/questions").json()
    assert questions == []
    assert group["ben"].get(f"/api/datasets/{made.json()['id']}").status_code == 404


def test_names_are_free_again_once_a_dataset_has_another(group: Group) -> None:
    first = group["mia"].post("/api/datasets", {"name": "beetles"}).json()
    taken = group["mia"].post("/api/datasets", {"name": "beetles"})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "name_taken")
    renamed = group["mia"].patch(f"/api/datasets/{first['id']}", {"name": "Coleoptera"})
    assert renamed.json()["name"] == "Coleoptera"
    second = group["mia"].post("/api/datasets", {"name": "beetles"})
    assert second.status_code == 201
    assert second.json()["id"] != first["id"]
    clash = group["mia"].patch(f"/api/datasets/{first['id']}", {"name": "beetles"})
    assert clash.status_code == 409
    same = group["mia"].patch(f"/api/datasets/{first['id']}", {"name": "Coleoptera"})
    assert same.status_code == 200


def test_names_that_cannot_be_are_refused(group: Group) -> None:
    for name in ("", "  ", "2024", " 7 ", "x" * 201):
        assert group["mia"].post("/api/datasets", {"name": name}).status_code == 422, name
        assert group["mia"].patch(group.path, {"name": name}).status_code == 422, name
    for body in ({}, {"name": "a", "id": 7}, {"name": 3}, []):
        assert group["mia"].post("/api/datasets", body).status_code == 422, body
    changed = group["mia"].patch(group.path, {"description": "All of them."}).json()
    assert (changed["name"], changed["description"]) == ("leaves", "All of them.")


def test_columns_with_their_values(group: Group, workspace: Workspace) -> None:
    values = {"day": [20240115.0, 20240116.0], "site": ["Süd", "nord"]}
    workspace.records.write(lambda c: add_pictures(c, "leaves", ["x.jpg", "y.jpg"], **values))
    found = group["vic"].get(f"{group.path}/columns").json()["items"]
    assert found == [
        {"name": "day", "values": ["20240115", "20240116"]},
        {"name": "site", "values": ["Süd", "nord"]},
    ]
    for column in found:
        for value in column["values"]:
            answer = group["vic"].get(
                f"{group.path}/pictures", params={"column": f"{column['name']}:{value}"}
            )
            assert len(answer.json()["items"]) == 1


def test_views_belong_to_who_saved_them(group: Group) -> None:
    path = f"{group.path}/views"
    saved = group["ada"].put(path, {"name": "mine", "query": "text=a&sort=added"}).json()
    assert (saved["author"], saved["query"]) == ("ada", "text=a&sort=added")
    assert group["ada"].put(path, {"name": "mine", "query": "b"}).json()["id"] == saved["id"]
    assert group["ben"].put(path, {"name": "mine", "query": "c"}).status_code == 403
    assert group["ben"].delete(f"{path}/{saved['id']}").status_code == 403
    (shown,) = group["vic"].get(path).json()["items"]
    assert (shown["author"], shown["query"]) == ("ada", "b")
    assert group["mia"].put(path, {"name": "mine", "query": "d"}).json()["author"] == "mia"
    assert group["sam"].delete(f"{group.foreign_path}/views/{saved['id']}").status_code == 404
    assert group["mia"].delete(f"{path}/{saved['id']}").status_code == 204
    assert group["mia"].delete(f"{path}/{saved['id']}").status_code == 404
    for body in ({"name": "", "query": ""}, {"name": "a", "query": "x" * 2001}, {"name": "a"}):
        assert group["ada"].put(path, body).status_code == 422


def test_a_name_given_up_can_be_imported_under_again(workspace: Workspace) -> None:
    write = workspace.records.write
    first = write(lambda c: datasets.ensure(c, "one", "here").id)
    write(lambda c: datasets.describe(c, first, name="other"))
    assert write(lambda c: datasets.ensure(c, "one", "there").id) != first
    assert write(lambda c: datasets.ensure(c, "other", "there").id) == first
