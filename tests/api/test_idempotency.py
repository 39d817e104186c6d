from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request, Response

from fieldguide.api.auth import InPerson
from fieldguide.api.fields import Body
from fieldguide.api.idempotency import Once
from fieldguide.api.routing import Router
from fieldguide.errors import InputError
from fieldguide.records import datasets
from fieldguide.workspace import Workspace


class NewThing(Body):
    name: str


router = Router("test")


@router.post("/things")
async def make_thing(request: Request, principal: InPerson, once: Once, new: NewThing) -> Response:
    del request, principal

    def make(connection: sa.Connection) -> dict[str, Any]:
        if new.name == "":
            datasets.ensure(connection, "undone", "x")
            raise InputError("A thing needs a name.")
        count = len(datasets.names(connection))
        datasets.ensure(connection, f"{new.name} {count}", "x")
        return {"made": f"{new.name} {count}"}

    return await once.write(make, status=201)


@pytest.fixture
def browser(browse: Any, person: Any, app: FastAPI) -> Any:
    app.include_router(router, prefix="/api")
    person("anna")
    person("ben")
    return browse("anna")


def names(workspace: Workspace) -> list[str]:
    with workspace.records.read() as connection:
        return datasets.names(connection)


def test_the_same_request_is_done_once(browser: Any, workspace: Workspace) -> None:
    answers = [
        browser.post("/api/things", {"name": "a"}, headers={"Idempotency-Key": "k"})
        for _ in range(3)
    ]
    assert {(a.status_code, a.text) for a in answers} == {(201, '{"made":"a 0"}')}
    assert answers[0].headers["content-type"] == "application/json"
    assert names(workspace) == ["a 0"]


def test_without_a_key_it_is_done_each_time(browser: Any, workspace: Workspace) -> None:
    for _ in range(2):
        assert browser.post("/api/things", {"name": "a"}).status_code == 201
    assert names(workspace) == ["a 0", "a 1"]


def test_another_request_with_the_same_key(browser: Any, workspace: Workspace) -> None:
    headers = {"Idempotency-Key": "k"}
    browser.post("/api/things", {"name": "a"}, headers=headers)
    for path, body in (("/api/things", {"name": "b"}), ("/api/things?x=1", {"name": "a"})):
        answer = browser.post(path, body, headers=headers)
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "idempotency_key_reused"
    assert names(workspace) == ["a 0"]


def test_keys_of_others_do_not_meet(browser: Any, browse: Any, workspace: Workspace) -> None:
    headers = {"Idempotency-Key": "k"}
    browser.post("/api/things", {"name": "a"}, headers=headers)
    assert browse("ben").post("/api/things", {"name": "b"}, headers=headers).status_code == 201
    assert names(workspace) == ["a 0", "b 1"]


def test_what_failed_is_tried_again(browser: Any, workspace: Workspace) -> None:
    headers = {"Idempotency-Key": "k"}
    for _ in range(2):
        assert browser.post("/api/things", {"name": ""}, headers=headers).status_code == 422
    assert names(workspace) == []
    assert browser.post("/api/things", {"name": "a"}, headers=headers).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "ä"])
def test_what_cannot_be_a_key(browser: Any, key: str) -> None:
    headers = [("Idempotency-Key", key.encode()), ("X-CSRF-Token", browser.csrf.encode())]
    answer = browser.post("/api/things", {"name": "a"}, headers=headers)
    assert answer.status_code == 422
