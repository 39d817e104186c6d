from __future__ import annotations

from typing import Any

import pytest

from fieldguide.workspace import Workspace

WORDS = "chosen by myself alone"


def token_of(answer: Any) -> str:
    assert answer.status_code == 201, answer.text
    path, _, token = answer.json()["path"].partition("#")
    assert path == "/join"
    return str(token)


def test_joining_a_dataset(browse: Any, person: Any) -> None:
    person("mia", leaves="maintainer")
    maintainer = browse("mia")
    made = maintainer.post("/api/datasets/1/invitations", {"role": "annotator", "note": "for Anna"})
    token = token_of(made)
    browser = browse()
    shown = browser.post("/api/invitation/look", {"token": token}).json()
    assert (shown["dataset"], shown["role"], shown["author"]) == ("leaves", "annotator", "mia")
    joined = browser.post(
        "/api/invitation/join",
        {"token": token, "name": "anna", "full_name": "Anna B", "password": WORDS},
    )
    assert joined.status_code == 201
    assert [(r["dataset"], r["role"]) for r in joined.json()["roles"]] == [("leaves", "annotator")]
    assert browser.get("/api/me").json()["full_name"] == "Anna B"
    (listed,) = maintainer.get("/api/datasets/1/invitations").json()["items"]
    assert (listed["state"], listed["user"], listed["note"]) == ("used", "anna", "for Anna")
    again = browse().post(
        "/api/invitation/join", {"token": token, "name": "ben", "password": WORDS}
    )
    assert again.status_code == 410
    assert again.json()["error"]["code"] == "invitation_gone"


def test_a_taken_name(browse: Any, person: Any) -> None:
    person("root", administrator=True)
    token = token_of(browse("root").post("/api/invitations", {}))
    answer = browse().post(
        "/api/invitation/join", {"token": token, "name": "ROOT", "password": WORDS}
    )
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "name_taken"
    free = browse().post("/api/invitation/join", {"token": token, "name": "ann", "password": WORDS})
    assert free.status_code == 201


@pytest.mark.parametrize(
    "wrong", [{"name": "a b"}, {"name": ""}, {"password": "short"}, {"full_name": "a\tb"}]
)
def test_what_cannot_be_an_account(browse: Any, person: Any, wrong: dict[str, str]) -> None:
    person("root", administrator=True)
    token = token_of(browse("root").post("/api/invitations", {}))
    body = {"token": token, "name": "anna", "password": WORDS, **wrong}
    assert browse().post("/api/invitation/join", body).status_code == 422
    assert browse().post("/api/invitation/look", {"token": token}).status_code == 200


def test_accepting_with_the_account_one_has(browse: Any, person: Any) -> None:
    person("mia", leaves="maintainer")
    person("anna", leaves="viewer")
    token = token_of(browse("mia").post("/api/datasets/1/invitations", {"role": "reviewer"}))
    anna = browse("anna")
    accepted = anna.post("/api/invitation/accept", {"token": token})
    assert [(r["dataset"], r["role"]) for r in accepted.json()["roles"]] == [("leaves", "reviewer")]
    assert anna.post("/api/invitation/accept", {"token": token}).status_code == 410


def test_withdrawing(browse: Any, person: Any) -> None:
    person("mia", leaves="maintainer")
    mia = browse("mia")
    made = mia.post("/api/datasets/1/invitations", {"role": "viewer"})
    path = f"/api/invitations/{made.json()['invitation']['id']}"
    assert mia.delete(path).status_code == 204
    gone = browse().post("/api/invitation/look", {"token": token_of(made)})
    assert gone.status_code == 410
    assert "withdrawn" in gone.json()["error"]["message"]
    assert mia.delete(path).status_code == 204


def test_only_who_manages_a_dataset_withdraws_its_links(browse: Any, person: Any) -> None:
    person("root", administrator=True)
    person("mia", leaves="maintainer")
    person("max", moths="maintainer")
    person("rev", leaves="reviewer")
    made = browse("mia").post("/api/datasets/1/invitations", {"role": "viewer"}).json()
    path = f"/api/invitations/{made['invitation']['id']}"
    assert browse("max").delete(path).status_code == 404
    assert browse("rev").delete(path).status_code == 403
    general = browse("root").post("/api/invitations", {}).json()["invitation"]["id"]
    assert browse("mia").delete(f"/api/invitations/{general}").status_code == 404
    assert browse("root").delete(f"/api/invitations/{general}").status_code == 204


def test_a_maintainer_cannot_withdraw_an_administrator_s_link(browse: Any, person: Any) -> None:
    person("root", administrator=True)
    person("mia", leaves="maintainer")
    body = {"administrator": True, "dataset_id": 1, "role": "viewer"}
    made = browse("root").post("/api/invitations", body).json()
    path = f"/api/invitations/{made['invitation']['id']}"
    assert browse("mia").delete(path).status_code == 404


def test_administrators_see_all_links(browse: Any, person: Any) -> None:
    person("root", administrator=True)
    root = browse("root")
    token = token_of(root.post("/api/invitations", {"administrator": True, "days": 2}))
    answer = root.get("/api/invitations")
    (listed,) = answer.json()["items"]
    assert (listed["administrator"], listed["author"], listed["state"]) == (True, "root", "open")
    assert token not in answer.text
    joined = browse().post(
        "/api/invitation/join", {"token": token, "name": "second", "password": WORDS}
    )
    assert joined.json()["administrator"]


def test_an_invitation_to_no_dataset_that_there_is(browse: Any, person: Any) -> None:
    person("root", administrator=True)
    root = browse("root")
    unknown = root.post("/api/invitations", {"dataset_id": 99, "role": "viewer"})
    assert unknown.status_code == 404
    assert root.post("/api/invitations", {"role": "viewer"}).status_code == 422
    assert root.post("/api/invitations", {"days": 0}).status_code == 422


def test_links_are_not_kept_in_the_clear(browse: Any, person: Any, workspace: Workspace) -> None:
    person("root", administrator=True)
    made = browse("root").post("/api/invitations", {}, headers={"Idempotency-Key": "the same key"})
    token = token_of(made)
    for path in workspace.root.glob("fieldguide.db*"):
        assert token.encode() not in path.read_bytes()
