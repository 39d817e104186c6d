"""Errors as answers: one shape for all of them, and the status of each kind.

::

    {"error": {"code": "unknown_dataset", "message": "There is no dataset ...", "details": null}}

``code`` is for programs and never changes, ``message`` is for people.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from fieldguide.errors import (
    FieldguideError,
    InputError,
    InterruptedRunError,
    MissingExtraError,
    UnknownNameError,
    WorkspaceError,
)
from fieldguide.records.grants import LastMaintainerError
from fieldguide.records.invitations import InvitationGoneError
from fieldguide.records.replies import KeyReusedError
from fieldguide.records.users import LastAdministratorError, NameTakenError

logger = logging.getLogger("fieldguide.api")

STATUSES: tuple[tuple[type[FieldguideError], int, str], ...] = (
    (NameTakenError, 409, "name_taken"),
    (LastAdministratorError, 409, "last_administrator"),
    (LastMaintainerError, 409, "last_maintainer"),
    (KeyReusedError, 409, "idempotency_key_reused"),
    (InvitationGoneError, 410, "invitation_gone"),
    (InputError, 422, "invalid_input"),
    (MissingExtraError, 501, "missing_extra"),
    (WorkspaceError, 503, "workspace_unusable"),
    (InterruptedRunError, 503, "interrupted"),
    (FieldguideError, 500, "failed"),
)
"""The status and code of each kind of error; the first that fits is taken."""

_CODES = {
    400: "bad_request",
    404: "unknown_address",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}
_WORDS = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The request is larger than this address takes.",
}


class ErrorBody(BaseModel):
    """What is wrong.

    Attributes:
        code: A word for programs; it never changes.
        message: What is wrong and what to do, for people.
        details: Further facts, such as the fields that are wrong.
    """

    code: str
    message: str
    details: dict[str, Any] | None = None


class ErrorAnswer(BaseModel):
    """The body of every answer of status 400 and above."""

    error: ErrorBody = Field()


ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {"model": ErrorAnswer, "description": "What is wrong, in the one shape of errors."}
}
"""What the description of the API says of each route's errors."""


class ApiError(Exception):
    """An answer of status 400 or above, decided on by the API itself.

    Args:
        status: The HTTP status.
        code: A word for programs, in snake case.
        message: What is wrong and what to do, in full sentences.
        details: Further facts.
        headers: Further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = headers


def not_found(kind: str, identifier: object) -> ApiError:
    """Return the error for what does not exist, or not for who asks: the two look the same."""
    return ApiError(
        404,
        f"unknown_{kind.replace(' ', '_')}",
        f"There is no {kind} {identifier}, or you have no access to it.",
    )


def error_answer(
    status: int,
    code: str,
    message: str,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the answer that tells of an error."""
    body = {
        "error": {
            "code": code,
            "message": _encodable(message),
            "details": None if details is None else dict(details),
        }
    }
    return Response(
        orjson.dumps(body, default=str),
        status_code=status,
        headers=dict(headers or {}),
        media_type="application/json",
    )


def answer_for(error: Exception) -> Response:
    """Return the answer to any exception; what nobody foresaw is logged under an id."""
    if isinstance(error, ApiError):
        return error_answer(error.status, error.code, error.message, error.details, error.headers)
    if isinstance(error, UnknownNameError):
        return error_answer(404, f"unknown_{error.kind.replace(' ', '_')}", str(error))
    if isinstance(error, FieldguideError):
        status, code = next((s, c) for kind, s, c in STATUSES if isinstance(error, kind))
        return error_answer(status, code, str(error))
    if isinstance(error, RequestValidationError):
        return _about_request(error)
    if isinstance(error, HTTPException):
        return _about_http(error)
    return _unforeseen(error)


def code_of(error: FieldguideError) -> str:
    """Return the word for programs of an error that is told inside an answer."""
    if isinstance(error, UnknownNameError):
        return f"unknown_{error.kind.replace(' ', '_')}"
    return next(code for kind, _, code in STATUSES if isinstance(error, kind))


def handle_errors(app: FastAPI) -> None:
    """Make the application answer every error in the one shape."""

    async def handle(request: Request, error: Exception) -> Response:
        answer = answer_for(error)
        if answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            answer.headers["Allow"] = _methods(request)
        return answer

    for kind in (ApiError, FieldguideError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handle)


def _methods(request: Request) -> str:
    # The router itself names those of the first route only that has the address.
    path = request.scope["path"]
    contexts = [c for c in iter_route_contexts(request.app.routes) if c.methods]
    return ", ".join(
        sorted({m for c in contexts if c.path_regex.match(path) for m in c.methods or ()})
    )


def _about_request(error: RequestValidationError) -> Response:
    problems = cast("Sequence[Mapping[str, Any]]", error.errors())
    if problems and problems[0]["type"] == "json_invalid":
        reason = problems[0].get("ctx", {}).get("error", "it cannot be read")
        return error_answer(400, "invalid_json", f"The body is not JSON: {_encodable(reason)}.")
    fields = [
        {
            "path": _encodable(".".join(str(part) for part in problem["loc"])),
            "message": _encodable(str(problem["msg"])),
        }
        for problem in problems[:20]
    ]
    named = "; ".join(f"{field['path']}: {field['message']}" for field in fields[:5])
    return error_answer(
        422, "invalid_request", f"The request cannot be used. {named}.", {"fields": fields}
    )


def _about_http(error: HTTPException) -> Response:
    status = error.status_code
    message = _WORDS.get(status) or str(error.detail) or HTTPStatus(status).phrase
    return error_answer(
        status, _CODES.get(status, f"http_{status}"), message, headers=error.headers
    )


def _unforeseen(error: Exception) -> Response:
    number = secrets.token_hex(4)
    logger.error("Error %s: an answer failed.", number, exc_info=error)
    # By name: a full disk or a locked file passes, a fault in the code does not.
    if type(error).__module__.startswith("sqlalchemy") and (
        type(error).__name__ == "OperationalError"
    ):
        return error_answer(
            503,
            "records_unusable",
            "The records cannot be used right now. Try again; if it stays, tell who runs this "
            f"server that error {number} is in its log.",
            {"id": number},
        )
    return error_answer(
        500,
        "internal_error",
        f"Something failed inside. Tell who runs this server that error {number} is in its log.",
        {"id": number},
    )


def _encodable(text: str) -> str:
    # A file's name may hold bytes that are no text, which JSON cannot carry.
    return text.encode("utf-8", "backslashreplace").decode()
