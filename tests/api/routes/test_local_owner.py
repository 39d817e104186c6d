# ruff: noqa: S106 - addresses and passwords here are made up and reach nothing

from __future__ import annotations

from typing import Any

import pytest

from fieldguide.api.app import create_app
from fieldguide.api.options import ServerOptions
from fieldguide.records import users
from fieldguide.workspace import Workspace


@pytest.fixture
def own_app(workspace: Workspace) -> Any:
    workspace.records.write(lambda c: users.add(c, "owner", administrator=True))
    return create_app(workspace, ServerOptions(sign_in_token="right", owner="owner"))


def test_the_link_signs_the_owner_in(browse: Any, own_app: Any) -> None:
    browser = browse(app=own_app)
    answer = browser.get("/sign-in/right")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert answer.headers["cache-control"] == "no-store"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=lax" in answer.headers["set-cookie"]
    assert browser.get("/api/me").json()["name"] == "owner"


@pytest.mark.parametrize("token", ["wrong", "righ", "rightt", "RIGHT", "%E4"])
def test_another_link_does_not(browse: Any, own_app: Any, token: str) -> None:
    answer = browse(app=own_app).get(f"/sign-in/{token}")
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers
    assert "no longer works" in answer.text


def test_without_an_owner_no_link_works(browse: Any) -> None:
    for token in ("None", "null", "x"):
        answer = browse().get(f"/sign-in/{token}")
        assert answer.status_code == 404
        assert "set-cookie" not in answer.headers


def test_a_locked_owner_is_not_let_in(browse: Any, own_app: Any, workspace: Workspace) -> None:
    workspace.records.write(lambda c: users.add(c, "second", administrator=True))
    workspace.records.write(lambda c: users.disable(c, users.get_named(c, "owner").id))
    answer = browse(app=own_app).get("/sign-in/right")
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
