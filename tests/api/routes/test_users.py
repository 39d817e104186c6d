from __future__ import annotations

from typing import Any


def test_administrators_see_all_accounts(browse: Any, person: Any) -> None:
    person("zoe", administrator=True)
    person("Anna")
    items = browse("zoe").get("/api/users").json()["items"]
    assert [(u["name"], u["administrator"], u["has_password"]) for u in items] == [
        ("Anna", False, True),
        ("zoe", True, True),
    ]
    assert "argon2" not in str(items)


def test_others_do_not(browse: Any, person: Any) -> None:
    person("anna", leaves="maintainer")
    answer = browse("anna").get("/api/users")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "administrators_only"


def test_locking_out_and_letting_in(browse: Any, person: Any) -> None:
    person("root", administrator=True)
    anna = person("anna")
    root, browser = browse("root"), browse("anna")
    changed = root.patch(f"/api/users/{anna.id}", {"disabled": True})
    assert changed.json()["disabled_at"] is not None
    assert browser.get("/api/me").status_code == 401
    assert root.patch(f"/api/users/{anna.id}", {"disabled": False}).json()["disabled_at"] is None
    assert browser.get("/api/me").status_code == 401
    assert browser.sign_in("anna").status_code == 200


def test_making_administrators_and_keeping_one(browse: Any, person: Any) -> None:
    first, second = person("first", administrator=True), person("second")
    browser = browse("first")
    path = f"/api/users/{first.id}"
    for change in ({"administrator": False}, {"disabled": True}):
        refused = browser.patch(path, change)
        assert refused.status_code == 409
        assert refused.json()["error"]["code"] == "last_administrator"
    assert browser.patch(f"/api/users/{second.id}", {"administrator": True}).status_code == 200
    assert browser.patch(path, {"administrator": False}).status_code == 200
    assert browser.get("/api/users").status_code == 403


def test_a_refused_change_changes_nothing(browse: Any, person: Any) -> None:
    first = person("first", administrator=True)
    browser = browse("first")
    both = browser.patch(f"/api/users/{first.id}", {"administrator": True, "disabled": True})
    assert both.status_code == 409
    assert browser.get("/api/me").json()["administrator"]


def test_nothing_to_change(browse: Any, person: Any) -> None:
    user = person("first", administrator=True)
    assert browse("first").patch(f"/api/users/{user.id}", {}).json()["name"] == "first"


def test_an_unknown_account(browse: Any, person: Any) -> None:
    person("root", administrator=True)
    browser = browse("root")
    for answer in (
        browser.patch("/api/users/99", {"disabled": True}),
        browser.post("/api/users/99/reset"),
    ):
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "unknown_user"
    assert browser.patch(f"/api/users/{2**63}", {}).status_code == 422


def test_a_link_for_a_new_password(browse: Any, person: Any) -> None:
    person("root", administrator=True)
    anna = person("anna")
    old = browse("anna")
    made = browse("root").post(f"/api/users/{anna.id}/reset")
    assert made.status_code == 201
    path, _, token = made.json()["path"].partition("#")
    assert path == "/reset"
    browser = browse()
    assert browser.post("/api/reset/look", {"token": token}).json()["user"] == "anna"
    poor = browser.post("/api/reset", {"token": token, "password": "short"})
    assert poor.status_code == 422
    done = browser.post("/api/reset", {"token": token, "password": "remembered this time"})
    assert done.json()["name"] == "anna"
    assert browser.get("/api/me").status_code == 200
    assert old.get("/api/me").status_code == 401
    assert browse().sign_in("anna", "remembered this time").status_code == 200
    again = browser.post("/api/reset", {"token": token, "password": "and yet another one"})
    assert again.status_code == 410
