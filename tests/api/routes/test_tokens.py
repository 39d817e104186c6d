from __future__ import annotations

from typing import Any

import pytest

from fieldguide.workspace import Workspace


def make(browser: Any, *scopes: str, **choices: Any) -> dict[str, Any]:
    answer = browser.post("/api/tokens", {"name": "robot", "scopes": list(scopes), **choices})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_token_is_shown_once(browse: Any, person: Any) -> None:
    person("anna")
    browser = browse("anna")
    made = make(browser, "read")
    token = made.pop("token")
    assert token.startswith("fg_")
    assert browser.get("/api/tokens").json() == {"items": [made]}
    assert token not in browser.get("/api/tokens").text


def test_a_program_acts_for_its_owner(browse: Any, person: Any) -> None:
    person("anna", leaves="viewer")
    token = make(browse("anna"), "manage", "read")["token"]
    told = browse().get("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert told.status_code == 200
    assert (told.json()["name"], told.json()["scopes"]) == ("anna", ["read", "manage"])
    assert told.json()["csrf_token"] is None


def test_a_token_needs_no_csrf_token_but_its_scope(browse: Any, person: Any) -> None:
    person("anna", leaves="maintainer")
    person("ben")
    browser = browse("anna")
    manage, read = make(browser, "manage")["token"], make(browser, "read")["token"]
    program = browse()
    path = "/api/datasets/1/people/ben"
    refused = program.put(path, {"role": "viewer"}, headers={"Authorization": f"Bearer {read}"})
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "scope_missing"
    done = program.put(path, {"role": "viewer"}, headers={"Authorization": f"bearer {manage}"})
    assert done.status_code == 200
    unread = program.get("/api/me", headers={"Authorization": f"Bearer {manage}"})
    assert unread.status_code == 403


def test_tokens_cannot_make_tokens(browse: Any, person: Any) -> None:
    person("anna", administrator=True)
    token = make(browse("anna"), "read", "label", "manage")["token"]
    headers = {"Authorization": f"Bearer {token}"}
    program = browse()
    new = {"name": "x", "scopes": ["read"]}
    for answer in (
        program.post("/api/tokens", new, headers=headers),
        program.put("/api/me/password", {"new": "a whole new secret"}, headers=headers),
        program.post("/api/invitations", {"administrator": True}, headers=headers),
    ):
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "token_refused"


def test_revoking_takes_hold_at_once(browse: Any, person: Any) -> None:
    person("anna")
    browser, program = browse("anna"), browse()
    made = make(browser, "read")
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert program.get("/api/me", headers=headers).status_code == 200
    assert browser.delete(f"/api/tokens/{made['id']}").status_code == 204
    answer = program.get("/api/me", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_token"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert browser.get("/api/tokens").json() == {"items": []}


def test_another_s_token_is_out_of_reach(browse: Any, person: Any) -> None:
    person("anna")
    person("ben", administrator=True)
    made = make(browse("anna"), "read")
    answer = browse("ben").delete(f"/api/tokens/{made['id']}")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_token"
    assert browse("ben").get("/api/tokens").json() == {"items": []}


@pytest.mark.parametrize(
    "header", ["Bearer fg_x", "Bearer ", "Bearer", "Basic YTpi", "", "fg_x", "Bearer \xff"]
)
def test_what_is_no_token_is_refused(browse: Any, person: Any, header: str) -> None:
    person("anna")
    browser = browse("anna")
    answer = browser.get("/api/me", headers=[("Authorization", header.encode("latin-1"))])
    # The cookie of somebody signed in does not make up for it.
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_token"


@pytest.mark.parametrize(
    "wrong",
    [{"scopes": []}, {"scopes": ["all"]}, {"name": ""}, {"days": 0}, {"days": 10**30}, {"x": 1}],
)
def test_what_cannot_be_a_token(
    browse: Any, person: Any, workspace: Workspace, wrong: dict[str, Any]
) -> None:
    del workspace
    person("anna")
    body = {"name": "robot", "scopes": ["read"], **wrong}
    answer = browse("anna").post("/api/tokens", body)
    assert answer.status_code in {400, 422}
