from __future__ import annotations

import json
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import argon2
import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from fieldguide import __version__
from fieldguide.api.rate_limit import PER_ADDRESS, SignInLimit
from fieldguide.records import schema, sessions, users
from fieldguide.workspace import Workspace


def test_signing_in_sets_a_guarded_cookie(browse: Any, person: Any) -> None:
    person("anna")
    answer = browse().sign_in("anna")
    assert answer.status_code == 200
    cookie = SimpleCookie(answer.headers["set-cookie"])["fieldguide_session"]
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "lax"
    assert cookie["path"] == "/"
    assert not cookie["secure"]
    assert not cookie["domain"]
    assert int(cookie["max-age"]) == 30 * 24 * 3600
    assert len(cookie.value) == 43


def test_over_https_the_cookie_travels_encrypted_only(browse: Any, person: Any) -> None:
    person("anna")
    answer = browse(base="https://127.0.0.1:8000").sign_in("anna")
    assert SimpleCookie(answer.headers["set-cookie"])["fieldguide_session"]["secure"]


def test_the_name_s_case_does_not_matter(browse: Any, person: Any) -> None:
    person("Anna")
    assert browse().sign_in("aNNA").json()["name"] == "Anna"


def test_what_one_is_told_about_oneself(browse: Any, person: Any) -> None:
    user = person("anna", leaves="annotator", moths="maintainer")
    browser = browse("anna")
    told = browser.get("/api/me").json()
    assert told["csrf_token"] == browser.csrf
    assert len(told.pop("csrf_token")) == 64
    assert [(r["dataset"], r["role"]) for r in told.pop("roles")] == [
        ("leaves", "annotator"),
        ("moths", "maintainer"),
    ]
    assert told == {
        "user_id": user.id,
        "name": "anna",
        "full_name": "anna",
        "administrator": False,
        "has_password": True,
        "created_at": user.created_at.isoformat().replace("+00:00", "Z"),
        "scopes": None,
        "server": {"version": __version__},
    }


@pytest.mark.parametrize(
    ("name", "password"),
    [("anna", "wrong words in a row"), ("nobody", "four words in a row"), ("", ""), ("owner", "")],
)
def test_a_failed_sign_in_tells_nothing(
    browse: Any, person: Any, workspace: Workspace, name: str, password: str
) -> None:
    person("anna")
    workspace.records.write(lambda c: users.add(c, "owner", administrator=True))
    answer = browse().sign_in(name, password)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "wrong_name_or_password"
    assert "set-cookie" not in answer.headers
    assert answer.text == browse().sign_in("someone", "else entirely!").text


def test_who_is_disabled_cannot_sign_in(browse: Any, person: Any, workspace: Workspace) -> None:
    user = person("anna")
    workspace.records.write(lambda c: users.disable(c, user.id))
    answer = browse().sign_in("anna")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "wrong_name_or_password"


def test_disabling_ends_a_session_at_once(browse: Any, person: Any, workspace: Workspace) -> None:
    user = person("anna")
    browser = browse("anna")
    assert browser.get("/api/me").status_code == 200
    workspace.records.write(lambda c: users.disable(c, user.id))
    assert browser.get("/api/me").status_code == 401


def test_signing_out(browse: Any, person: Any) -> None:
    person("anna")
    browser, other = browse("anna"), browse("anna")
    cookie = browser.client.cookies["fieldguide_session"]
    answer = browser.delete("/api/session")
    assert answer.status_code == 204
    assert "fieldguide_session" not in browser.client.cookies
    kept = browse()
    kept.client.cookies.set("fieldguide_session", cookie)
    assert kept.get("/api/me").json()["error"]["code"] == "signed_out"
    assert other.get("/api/me").status_code == 200


def test_signing_in_again_ends_the_browser_s_earlier_session(browse: Any, person: Any) -> None:
    person("anna")
    browser = browse("anna")
    first = browser.client.cookies["fieldguide_session"]
    assert browser.sign_in("anna").status_code == 200
    old = browse()
    old.client.cookies.set("fieldguide_session", first)
    assert old.get("/api/me").status_code == 401


def _move_ends(workspace: Workspace, by: timedelta) -> None:
    def write(connection: sa.Connection) -> None:
        for token, end in connection.execute(
            sa.select(schema.sessions.c.token_hash, schema.sessions.c.expires_at)
        ).all():
            connection.execute(
                schema.sessions.update()
                .where(schema.sessions.c.token_hash == token)
                .values(expires_at=end + by)
            )

    workspace.records.write(write)


def test_a_session_ends_after_thirty_days(browse: Any, person: Any, workspace: Workspace) -> None:
    person("anna")
    browser = browse("anna")
    _move_ends(workspace, -timedelta(days=30))
    assert browser.get("/api/me").status_code == 401


def test_a_session_in_use_goes_on(browse: Any, person: Any, workspace: Workspace) -> None:
    person("anna")
    browser = browse("anna")
    assert "set-cookie" not in browser.get("/api/me").headers
    _move_ends(workspace, -timedelta(days=29))
    answer = browser.get("/api/me")
    assert "Max-Age=2592000" in answer.headers["set-cookie"]
    _move_ends(workspace, -timedelta(days=29))
    assert browser.get("/api/me").status_code == 200


def test_changing_one_s_name(browse: Any, person: Any) -> None:
    person("anna")
    browser = browse("anna")
    assert browser.patch("/api/me", {"full_name": "Anna B"}).json()["full_name"] == "Anna B"
    assert browser.get("/api/me").json()["full_name"] == "Anna B"
    refused = browser.patch("/api/me", {"full_name": "Anna\nB"})
    assert refused.status_code == 422
    assert browser.patch("/api/me", {"name": "other"}).status_code == 422


def test_a_new_password_ends_other_sessions(browse: Any, person: Any, password: str) -> None:
    person("anna")
    browser, other = browse("anna"), browse("anna")
    new = "another four words there"
    assert browser.put("/api/me/password", {"current": password, "new": new}).status_code == 204
    assert browser.get("/api/me").status_code == 200
    assert other.get("/api/me").status_code == 401
    assert browse().sign_in("anna").status_code == 401
    assert browse().sign_in("anna", new).status_code == 200


def test_the_current_password_must_be_right(browse: Any, person: Any) -> None:
    person("anna")
    browser = browse("anna")
    for current in ("wrong words in a row", None):
        answer = browser.put("/api/me/password", {"current": current, "new": "entirely new words"})
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "wrong_password"


def test_guessing_the_current_password_is_slowed_down(
    browse: Any, person: Any, app: FastAPI
) -> None:
    person("anna")
    app.state.sign_in_limit = SignInLimit(lambda: 0.0)
    browser = browse("anna")
    body = {"current": "wrong words in a row", "new": "entirely new words"}
    statuses = [browser.put("/api/me/password", body).status_code for _ in range(7)]
    assert statuses[:5] == [403] * 5
    assert statuses[-1] == 429


@pytest.mark.parametrize("new", ["short", "1234567890", "anna-anna-", "aaaaaaaaaaaa"])
def test_a_poor_new_password_is_refused(browse: Any, person: Any, password: str, new: str) -> None:
    person("anna-anna-")
    browser = browse("anna-anna-")
    answer = browser.put("/api/me/password", {"current": password, "new": new})
    assert answer.status_code == 422
    assert new not in json.dumps(answer.json())


def test_one_name_is_slowed_down(browse: Any, person: Any, app: FastAPI) -> None:
    person("anna")
    seconds = [0.0]
    app.state.sign_in_limit = SignInLimit(lambda: seconds[0])
    browser = browse()
    for _ in range(5):
        assert browser.sign_in("anna", "wrong words in a row").status_code == 401
    refused = browse(address="10.0.0.7").sign_in("ANNA")
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "2"
    assert refused.json()["error"]["code"] == "too_many_attempts"
    seconds[0] += 2
    assert browser.sign_in("anna").status_code == 200
    assert browser.sign_in("anna", "wrong words in a row").status_code == 401


def test_one_address_is_slowed_down(browse: Any, person: Any, app: FastAPI) -> None:
    person("anna")
    app.state.sign_in_limit = SignInLimit(lambda: 0.0)
    browser = browse(address="10.0.0.7")
    for number in range(PER_ADDRESS - 1):
        app.state.sign_in_limit.begin(f"name{number}", "10.0.0.7")
    assert browser.sign_in("another", "wrong words").status_code == 401
    assert browser.sign_in("anna").status_code == 429
    assert browse().sign_in("anna").status_code == 200


def test_a_password_is_never_shown_again(browse: Any, person: Any) -> None:
    person("anna")
    secret = "sehr geheim " * 200
    answer = browse().post("/api/session", {"name": "anna", "password": secret})
    assert answer.status_code == 422
    assert "geheim" not in answer.text


def test_hashes_at_an_earlier_cost_are_made_anew(
    browse: Any, person: Any, workspace: Workspace, password: str
) -> None:
    user = person("anna")
    cheap = argon2.PasswordHasher(time_cost=1, memory_cost=1024).hash(password)
    workspace.records.write(lambda c: users.set_password(c, user.id, cheap))
    assert browse().sign_in("anna").status_code == 200
    with workspace.records.read() as connection:
        kept = users.password_hash(connection, user.id)
    assert kept is not None
    assert kept != cheap
    assert not argon2.PasswordHasher().check_needs_rehash(kept)


def test_the_first_password_of_who_has_none(browse: Any, workspace: Workspace) -> None:
    user = workspace.records.write(lambda c: users.add(c, "owner", administrator=True))
    token = workspace.records.write(lambda c: sessions.start(c, user.id))
    browser = browse()
    browser.client.cookies.set("fieldguide_session", token)
    browser.csrf = browser.get("/api/me").json()["csrf_token"]
    assert browser.put("/api/me/password", {"new": "my first ever words"}).status_code == 204
    assert browse().sign_in("owner", "my first ever words").status_code == 200
