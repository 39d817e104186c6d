from __future__ import annotations

from typing import Any

from fieldguide.records import users
from fieldguide.workspace import Workspace


def test_the_people_of_a_dataset(browse: Any, person: Any) -> None:
    person("mia", leaves="maintainer")
    person("anna")
    mia = browse("mia")
    given = mia.put("/api/datasets/1/people/ANNA", {"role": "annotator"})
    assert (given.json()["name"], given.json()["role"]) == ("anna", "annotator")
    changed = mia.put("/api/datasets/1/people/anna", {"role": "viewer"})
    assert changed.json()["role"] == "viewer"
    items = browse("anna").get("/api/datasets/1/people").json()["items"]
    assert [(p["name"], p["role"]) for p in items] == [("anna", "viewer"), ("mia", "maintainer")]
    assert mia.delete("/api/datasets/1/people/anna").status_code == 204
    again = mia.delete("/api/datasets/1/people/anna")
    assert again.status_code == 404
    assert again.json()["error"]["code"] == "unknown_person"
    assert browse("anna").get("/api/datasets/1/people").status_code == 404


def test_what_others_have_is_not_told(browse: Any, person: Any) -> None:
    person("mia", leaves="maintainer")
    person("max", moths="maintainer")
    foreign = browse("max").get("/api/datasets/1/people")
    missing = browse("max").get("/api/datasets/99/people")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.text.replace("1", "99") == missing.text


def test_names_of_others_are_not_told(browse: Any, person: Any) -> None:
    person("mia", leaves="maintainer")
    person("secret")
    answer = browse("mia").put("/api/datasets/1/people/secre", {"role": "viewer"})
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_user"
    assert "secret" not in answer.text


def test_a_disabled_account_gets_no_role(browse: Any, person: Any, workspace: Workspace) -> None:
    person("mia", leaves="maintainer")
    anna = person("anna")
    workspace.records.write(lambda c: users.disable(c, anna.id))
    answer = browse("mia").put("/api/datasets/1/people/anna", {"role": "viewer"})
    assert answer.status_code == 409


def test_the_last_maintainer_stays_until_another_is_named(browse: Any, person: Any) -> None:
    person("root", administrator=True)
    person("mia", leaves="maintainer")
    person("ben", leaves="annotator", moths="maintainer")
    path = "/api/datasets/1/people/mia"
    # Not even an administrator leaves the dataset to nobody.
    for name in ("mia", "root"):
        there = browse(name)
        for refused in (there.delete(path), there.put(path, {"role": "reviewer"})):
            assert refused.status_code == 409
            assert refused.json()["error"]["code"] == "last_maintainer"
            assert "Make somebody else a maintainer" in refused.json()["error"]["message"]
    mia = browse("mia")
    assert mia.put(path, {"role": "maintainer"}).status_code == 200
    assert mia.put("/api/datasets/1/people/ben", {"role": "maintainer"}).status_code == 200
    assert mia.put(path, {"role": "reviewer"}).status_code == 200
    assert browse("ben").delete(path).status_code == 204
    assert mia.get("/api/datasets/1/people").status_code == 404


def test_maintainers_who_are_locked_out_keep_nothing_going(
    browse: Any, person: Any, workspace: Workspace
) -> None:
    person("root", administrator=True)
    mia, max_ = person("mia", leaves="maintainer"), person("max", leaves="maintainer")
    workspace.records.write(lambda c: users.disable(c, max_.id))
    root = browse("root")
    assert root.delete("/api/datasets/1/people/mia").status_code == 409
    assert root.delete("/api/datasets/1/people/max").status_code == 204
    # To lock somebody out is always possible; what is left then can be cleared away.
    workspace.records.write(lambda c: users.disable(c, mia.id))
    assert root.delete("/api/datasets/1/people/mia").status_code == 204


def test_roles_that_there_are_not(browse: Any, person: Any) -> None:
    person("mia", leaves="maintainer")
    mia = browse("mia")
    for role in ("owner", "", None, 1, ["viewer"]):
        assert mia.put("/api/datasets/1/people/mia", {"role": role}).status_code == 422
