from __future__ import annotations

import logging
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request

from fieldguide.api.errors import STATUSES, ApiError, ErrorAnswer, answer_for
from fieldguide.api.routing import Router
from fieldguide.errors import (
    DataError,
    FieldguideError,
    InputError,
    InterruptedRunError,
    MissingExtraError,
    UnknownNameError,
    WorkspaceError,
)


def body_of(error: Exception) -> tuple[int, str, str]:
    answer = answer_for(error)
    body = ErrorAnswer.model_validate(orjson.loads(bytes(answer.body)))
    return answer.status_code, body.error.code, body.error.message


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InputError("no"), 422, "invalid_input"),
        (DataError("no"), 422, "invalid_input"),
        (UnknownNameError("dataset", "x", ["y"]), 404, "unknown_dataset"),
        (UnknownNameError("weights file", "x", []), 404, "unknown_weights_file"),
        (MissingExtraError("This", "parquet"), 501, "missing_extra"),
        (WorkspaceError("no"), 503, "workspace_unusable"),
        (InterruptedRunError("no"), 503, "interrupted"),
        (FieldguideError("no"), 500, "failed"),
        (ApiError(418, "teapot", "no"), 418, "teapot"),
    ],
)
def test_each_kind_has_its_status(error: Exception, status: int, code: str) -> None:
    found = body_of(error)
    assert found[:2] == (status, code)
    assert found[2] == str(error)


def test_the_first_that_fits_is_the_nearest() -> None:
    kinds = [kind for kind, _, _ in STATUSES]
    for index, kind in enumerate(kinds):
        assert not any(issubclass(kind, earlier) for earlier in kinds[:index])


def test_details_and_headers_of_an_answer() -> None:
    answer = answer_for(ApiError(429, "slow", "no", {"seconds": 3}, {"Retry-After": "3"}))
    assert answer.headers["retry-after"] == "3"
    assert orjson.loads(bytes(answer.body))["error"]["details"] == {"seconds": 3}


def test_words_that_json_cannot_carry() -> None:
    assert body_of(InputError("a\udcffb"))[2] == "a\\udcffb"


def test_what_nobody_foresaw_is_logged_under_an_id(
    browse: Any, app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails() -> None:
        raise RuntimeError("inner detail")

    app.add_api_route("/api/fails", fails)
    with caplog.at_level(logging.ERROR):
        answer = browse().get("/api/fails")
    assert answer.status_code == 500
    error = answer.json()["error"]
    assert error["code"] == "internal_error"
    assert "inner detail" not in answer.text
    (record,) = caplog.records
    assert error["details"]["id"] in record.getMessage()
    assert error["details"]["id"] in error["message"]
    assert record.exc_info is not None
    assert "inner detail" in str(record.exc_info[1])


def test_a_database_that_cannot_be_used_right_now(caplog: pytest.LogCaptureFixture) -> None:
    error = sa.exc.OperationalError("SELECT 1", None, Exception("disk is full"))
    with caplog.at_level(logging.CRITICAL):
        status, code, message = body_of(error)
    assert (status, code) == (503, "records_unusable")
    assert "disk" not in message


def test_the_router_s_own_answers(browse: Any) -> None:
    browser = browse()
    unknown = browser.get("/api/nothing/here")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "unknown_address")
    wrong = browser.send("PUT", "/api/session")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "DELETE, POST"
    one = browser.send("PUT", "/api/users/7/reset")
    assert (one.status_code, one.headers["allow"]) == (405, "POST")


def test_fields_that_are_wrong_are_named(browse: Any) -> None:
    answer = browse().post("/api/session", {"name": 7, "more": 1})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "invalid_request")
    paths = [field["path"] for field in error["details"]["fields"]]
    assert paths == ["body.name", "body.password", "body.more"]
    assert "body.password: Field required" in error["message"]


def test_a_body_that_is_too_large(browse: Any) -> None:
    answer = browse().send(
        "POST",
        "/api/session",
        content=b'{"name": "' + b"x" * 4_000_000 + b'"}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


def test_a_body_that_is_too_large_and_does_not_say_so(browse: Any) -> None:
    async def pieces() -> Any:
        for _ in range(50):
            yield b" " * 100_000

    answer = browse().send(
        "POST",
        "/api/session",
        content=pieces(),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


def test_a_route_may_take_larger_bodies(browse: Any, app: FastAPI) -> None:
    router = Router("test")

    async def count(request: Request) -> dict[str, int]:
        return {"size": len(await request.body())}

    router.add_api_route("/small", count, methods=["PUT"], max_body_size=10)
    router.add_api_route("/large", count, methods=["PUT"], max_body_size=5_000_000)
    app.include_router(router, prefix="/api")
    browser = browse()
    assert browser.send("PUT", "/api/small", content=b"x" * 10).json() == {"size": 10}
    refused = browser.send("PUT", "/api/small", content=b"x" * 11)
    assert refused.status_code == 413
    assert refused.json()["error"]["code"] == "too_large"
    large = browser.send("PUT", "/api/large", content=b"x" * 5_000_000)
    assert large.json() == {"size": 5_000_000}
