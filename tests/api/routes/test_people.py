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


def test_the_last_maintainer_can_go_for_administrators_stay(browse: Any, person: Any) -> None:
    person("root", administrator=True)
    person("mia", leaves="maintainer")
    mia = browse("mia")
    assert mia.delete("/api/datasets/1/people/mia").status_code == 204
    assert mia.get("/api/datasets/1/people").status_code == 404
    root = browse("root")
    assert root.put("/api/datasets/1/people/mia", {"role": "maintainer"}).status_code == 200


def test_roles_that_there_are_not(browse: Any, person: Any) -> None:
    person("mia", leaves="maintainer")
    mia = browse("mia")
    for role in ("owner", "", None, 1, ["viewer"]):
        assert mia.put("/api/datasets/1/people/mia", {"role": role}).status_code == 422
